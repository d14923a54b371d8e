"""Methods that act: each hands its request to the office that does that work.

Rules: a node runs the offices of its institution's kind; an act of another kind is refused as
``unauthorised`` before anything is composed.
"""

from collections.abc import Awaitable, Callable
from typing import NoReturn, TypeVar

from ledgerd.rpc import catalogue as c
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.fields import Answer, Params
from ledgerd.rpc.ports import (
    AnyOffice,
    FinanceOffice,
    HospitalOffice,
    MedicareOffice,
    Offices,
    PayerOffice,
)
from ledgerd.rpc.registry import Caller, Method, Registry
from ledgerd.rpc.requests import PatientEnrol

P = TypeVar("P", bound=Params)
R = TypeVar("R", bound=Answer)


def bind_offices(registry: Registry, offices: Offices) -> None:
    """Enter every method that acts or opens; those of offices that do not run here refuse."""
    _bind_hospital(registry, offices.hospital)
    _bind_finance(registry, offices.finance)
    _bind_medicare(registry, offices.medicare)
    _bind_payer(registry, offices.payer)
    _bind_everybody(registry, offices.any)
    _enter(registry, c.PATIENT_ENROL, _enrolment(offices) or _refuse)


def _bind_hospital(registry: Registry, office: HospitalOffice | None) -> None:
    _enter(registry, c.BILL_ISSUE, office.issue if office else _refuse)
    _enter(registry, c.BILL_PAY, office.pay if office else _refuse)
    _enter(registry, c.BILL_ANNOUNCE, office.announce_reversal if office else _refuse)
    _enter(registry, c.BILL_REVERSE, office.reverse if office else _refuse)


def _bind_finance(registry: Registry, office: FinanceOffice | None) -> None:
    _enter(registry, c.NUMBERS_ALLOT, office.allot if office else _refuse)
    _enter(registry, c.BILL_COUNTERSIGN, office.countersign if office else _refuse)


def _bind_medicare(registry: Registry, office: MedicareOffice | None) -> None:
    _enter(registry, c.SETTLE_CREATE, office.settle if office else _refuse)
    _enter(registry, c.SETTLE_REVERSE, office.reverse_settlement if office else _refuse)
    _enter(registry, c.PATIENT_CONFIRM, office.confirm if office else _refuse)


def _bind_payer(registry: Registry, office: PayerOffice | None) -> None:
    _enter(registry, c.CLAIM_DECIDE, office.decide if office else _refuse)
    _enter(registry, c.CLAIM_PAY, office.pay if office else _refuse)


def _bind_everybody(registry: Registry, office: AnyOffice | None) -> None:
    _enter(registry, c.GRANT_GIVE, office.grant if office else _refuse)
    _enter(registry, c.CLAIM_FILE, office.file_claim if office else _refuse)
    _enter(registry, c.CLAIM_WITHDRAW, office.withdraw_claim if office else _refuse)
    _enter(registry, c.CLAIM_RELEASE, office.release_claim if office else _refuse)
    _enter(registry, c.MEMBER_ADD, office.propose_member if office else _refuse)
    _enter(registry, c.MEMBER_VOTE, office.vote if office else _refuse)
    _enter(registry, c.BILL_OPEN, office.open_bill if office else _refuse)
    _enter(registry, c.PATIENT_BILLS, office.bills_of if office else _refuse)


def _enrolment(offices: Offices) -> Callable[[PatientEnrol], Awaitable[Outcome]] | None:
    """Hospitals enrol, and so do bureaus."""
    if offices.hospital is not None:
        return offices.hospital.enrol
    return None if offices.medicare is None else offices.medicare.enrol


async def _refuse(_params: Params) -> NoReturn:
    text = "this node runs no office that does this; ask the node of the author"
    raise RpcFailure(RpcCode.UNAUTHORISED, text)


def _enter(registry: Registry, method: Method[P, R], work: Callable[[P], Awaitable[R]]) -> None:
    async def handle(params: P, _caller: Caller) -> R:
        return await work(params)

    registry.bind(method, handle)
