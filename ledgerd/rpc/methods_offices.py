"""Methods that act: each hands its request to the office that does that work.

Rules: a node runs the offices of its institution's kind; an act of another kind is refused as
``unauthorised`` before anything is composed.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NoReturn, TypeVar

import msgspec
import trio

from ledgerd.node.node import Node
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
from ledgerd.rpc.requests import Act, PatientEnrol

P = TypeVar("P", bound=Params)
R = TypeVar("R", bound=Answer)


@dataclass(frozen=True, slots=True)
class FrontDesk:
    """Where requests come in: waits for the height that a caller has seen, then hands over."""

    registry: Registry
    node: Node

    def enter(self, method: Method[P, R], work: Callable[[P], Awaitable[R]]) -> None:
        """Bind a method to the work of an office."""

        async def handle(params: P, _caller: Caller) -> R:
            return await work(await self._caught_up(params))

        self.registry.bind(method, handle)

    async def _caught_up(self, params: P) -> P:
        if not isinstance(params, Act) or not params.after_height:
            return params
        with trio.move_on_after(params.timeout_s):
            await self.node.wait_height_above(params.after_height - 1)
            return msgspec.structs.replace(params, after_height=0)
        raise RpcFailure(RpcCode.NOT_SYNCED, "this node has not reached that height")


def bind_offices(registry: Registry, node: Node, offices: Offices) -> None:
    """Enter every method that acts or opens; those of offices that do not run here refuse."""
    desk = FrontDesk(registry, node)
    _bind_hospital(desk, offices.hospital)
    _bind_finance(desk, offices.finance)
    _bind_medicare(desk, offices.medicare)
    _bind_payer(desk, offices.payer)
    _bind_everybody(desk, offices.any)
    desk.enter(c.PATIENT_ENROL, _enrolment(offices) or refuse)


def _bind_hospital(desk: FrontDesk, office: HospitalOffice | None) -> None:
    desk.enter(c.BILL_ISSUE, office.issue if office else refuse)
    desk.enter(c.BILL_PAY, office.pay if office else refuse)
    desk.enter(c.BILL_ANNOUNCE, office.announce_reversal if office else refuse)
    desk.enter(c.BILL_REVERSE, office.reverse if office else refuse)


def _bind_finance(desk: FrontDesk, office: FinanceOffice | None) -> None:
    desk.enter(c.NUMBERS_ALLOT, office.allot if office else refuse)
    desk.enter(c.BILL_COUNTERSIGN, office.countersign if office else refuse)


def _bind_medicare(desk: FrontDesk, office: MedicareOffice | None) -> None:
    desk.enter(c.SETTLE_CREATE, office.settle if office else refuse)
    desk.enter(c.SETTLE_REVERSE, office.reverse_settlement if office else refuse)
    desk.enter(c.PATIENT_CONFIRM, office.confirm if office else refuse)


def _bind_payer(desk: FrontDesk, office: PayerOffice | None) -> None:
    desk.enter(c.CLAIM_DECIDE, office.decide if office else refuse)
    desk.enter(c.CLAIM_PAY, office.pay if office else refuse)


def _bind_everybody(desk: FrontDesk, office: AnyOffice | None) -> None:
    desk.enter(c.GRANT_GIVE, office.grant if office else refuse)
    desk.enter(c.CLAIM_FILE, office.file_claim if office else refuse)
    desk.enter(c.CLAIM_WITHDRAW, office.withdraw_claim if office else refuse)
    desk.enter(c.CLAIM_RELEASE, office.release_claim if office else refuse)
    desk.enter(c.MEMBER_ADD, office.propose_member if office else refuse)
    desk.enter(c.BILL_OPEN, office.open_bill if office else refuse)
    desk.enter(c.PATIENT_BILLS, office.bills_of if office else refuse)


def _enrolment(offices: Offices) -> Callable[[PatientEnrol], Awaitable[Outcome]] | None:
    """Hospitals enrol, and so do bureaus."""
    if offices.hospital is not None:
        return offices.hospital.enrol
    return None if offices.medicare is None else offices.medicare.enrol


async def refuse(_params: Params) -> NoReturn:
    """Answer for an office that does not run here."""
    text = "this node runs no office that does this; ask the node of the author"
    raise RpcFailure(RpcCode.UNAUTHORISED, text)
