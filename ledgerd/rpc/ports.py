"""What the RPC methods that act need from the offices: one port per kind of work.

Rules: a port takes the checked request as it came (``requests``) and answers with an ``Outcome``;
it refuses by raising ``RpcFailure``. Everything that is written is durable in the office's outbox
under ``client_ref`` before it leaves. A request with ``signer`` is composed, not submitted: its
outcome is ``unsigned`` and holds the bytes. The reads need the open state only and no office.

An office that this node does not run is None in ``Offices``: its methods answer ``unauthorised``.
"""

from dataclasses import dataclass
from typing import Protocol

from ledgerd.rpc import answers, requests
from ledgerd.rpc.ports_bill import BillAxesOffice, ConsentOffice
from ledgerd.rpc.ports_care import CareOffice, ErasureOffice
from ledgerd.rpc.ports_governance import BookOffice, GovernanceOffice
from ledgerd.rpc.ports_patients import AccountOffice
from ledgerd.rpc.ports_redress import CaseOffice, RedressOffice
from ledgerd.rpc.queries import BillGet, BillsOfAccount


class HospitalOffice(Protocol):
    """Issues bills, records payments, reverses; also for the hospitals that this node hosts."""

    async def issue(self, request: requests.BillIssue) -> answers.Outcome: ...
    async def pay(self, request: requests.BillPay) -> answers.Outcome: ...
    async def announce_reversal(self, request: requests.BillAct) -> answers.Outcome: ...
    async def reverse(self, request: requests.BillAct) -> answers.Outcome: ...
    async def enrol(self, request: requests.PatientEnrol) -> answers.Outcome: ...


class FinanceOffice(Protocol):
    """Allots numbers, countersigns what it opened and checked (also by itself, from events)."""

    async def allot(self, request: requests.NumbersAllot) -> answers.Outcome: ...
    async def countersign(self, request: requests.BillAct) -> answers.Outcome: ...


class MedicareOffice(Protocol):
    """Settles at the counter, enrols and confirms patients."""

    async def settle(self, request: requests.Settle) -> answers.Outcome: ...
    async def reverse_settlement(self, request: requests.SettleReverse) -> answers.Outcome: ...
    async def enrol(self, request: requests.PatientEnrol) -> answers.Outcome: ...
    async def confirm(self, request: requests.PatientConfirm) -> answers.Outcome: ...


class PayerOffice(Protocol):
    """Decides and pays claims: every medicare bureau and insurer has one."""

    async def decide(self, request: requests.ClaimDecide) -> answers.Outcome: ...
    async def pay(self, request: requests.ClaimPay) -> answers.Outcome: ...


class AnyOffice(Protocol):
    """What every institution does: compose for patients, open, govern, release."""

    async def grant(self, request: requests.GrantGive) -> answers.Outcome: ...
    async def file_claim(self, request: requests.ClaimFile) -> answers.Outcome: ...
    async def withdraw_claim(self, request: requests.ClaimAct) -> answers.Outcome: ...
    async def release_claim(self, request: requests.ClaimAct) -> answers.Outcome: ...
    async def propose_member(self, request: requests.MemberAdd) -> answers.Outcome: ...
    async def open_bill(self, request: BillGet) -> answers.BillOpened: ...
    async def bills_of(self, request: BillsOfAccount) -> answers.Bills: ...


@dataclass(frozen=True, slots=True)
class Offices:
    """The offices that run on this node."""

    any: AnyOffice | None = None
    hospital: HospitalOffice | None = None
    finance: FinanceOffice | None = None
    medicare: MedicareOffice | None = None
    payer: PayerOffice | None = None
    accounts: AccountOffice | None = None
    redress: RedressOffice | None = None
    cases: CaseOffice | None = None
    care: CareOffice | None = None
    erasure: ErasureOffice | None = None
    governance: GovernanceOffice | None = None
    books: BookOffice | None = None
    axes: BillAxesOffice | None = None
    consent: ConsentOffice | None = None
