"""The office of erasure: composes requests, approves, lets go of what this house keeps, confirms.

Rules: a house confirms only after its node has deleted the sealed bytes and the office has let go
of its own copies and of what it knew about the bill beside the chain; former values have left the
files by then. What a reader has copied elsewhere nobody can call back.

Source: domain.md section 8.
"""

from ledgerd.ledger import care_queries, days, keeping_operations as ko, queries
from ledgerd.ledger.care_objects import ErasedBill, Erasure
from ledgerd.ledger.erased_sidecars import erased_sidecars
from ledgerd.ledger.fields import BillRef, Parts
from ledgerd.ledger.operations import Operation
from ledgerd.offices.acting import Desk
from ledgerd.offices.drafts import Draft
from ledgerd.offices.letters import LetterBox
from ledgerd.offices.medicare import PERSON_OF_SETTLEMENT
from ledgerd.offices.private_index import forgotten
from ledgerd.offices.sweeping import Sweeper
from ledgerd.primitives.canonical import encode
from ledgerd.rpc import answers, requests, requests_care as r
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.storage.sealed_store import Entry

PARTS = {"face": 1, "lines": 2, "face_and_lines": 3}


class Erasures:
    """For the own institution, those that this node hosts, and patients."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._letters = LetterBox(desk.house)
        self._sweeper = Sweeper(desk.house)

    async def request(self, request: r.PatientErase) -> answers.Outcome:
        """Compose the owner's request."""
        first = request.items[0].bill.code
        counter = queries.code_counter_of(self._desk.house.state, first)
        if counter is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no bills of this code", field="items")
        operation = ko.RequestErasure(
            client_ref=request.client_ref,
            date=days.day_of(self._desk.house.clock.wall_ms()),
            authority=counter.authority,
            items=tuple(_item(item) for item in request.items),
        )

        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        return await self._desk.act_of_patient(bytes.fromhex(request.account), request, compose)

    async def approve(self, request: r.ErasureApprove) -> answers.Outcome:
        """Approve: by the order that is named, or because the time to keep is over."""
        key = bytes.fromhex(request.erasure)
        erasure = self._erasure(key)
        author = request.author or self._desk.house.own

        async def compose(_: bytes) -> Draft:
            if not request.order:
                return Draft((ko.ApproveErasure(client_ref=request.client_ref, erasure=key),))
            readers = (author, *((erasure.bureau,) if erasure.bureau else ()))
            letter = self._letters.seal(encode(request.order), readers)
            operation = ko.ApproveErasure(
                client_ref=request.client_ref, erasure=key, order=letter.document
            )
            return Draft((operation,), (letter.sidecar,))

        return await self._desk.act(request, compose)

    async def let_go(self, key: bytes) -> None:
        """Delete what this house keeps beside the sidecars of its node.

        Raises:
            RpcFailure: NOT_SYNCED, the node has not deleted yet; NOT_FOUND, no such erasure.
        """
        house = self._desk.house
        erasure = self._erasure(key)
        if not house.node.is_erased(key):
            raise RpcFailure(RpcCode.NOT_SYNCED, "the node has not deleted yet")
        gone = [*await self._sweeper.forget(erased_sidecars(house.state, erasure))]
        changes = {name: None for item in erasure.bills for name in self._notes_of(item)}
        if changes:
            await house.drawer.write(lambda: changes)
        await house.drawer.purge([*gone, *changes])

    async def confirm(self, request: r.ErasureConfirm) -> None:
        """Say on chain that this house has deleted."""
        operation = ko.ConfirmErased(
            client_ref=request.client_ref, erasure=bytes.fromhex(request.erasure)
        )
        await self._act(request, operation)

    def _notes_of(self, item: ErasedBill) -> tuple[Entry, ...]:
        """Give the entries of the drawer that tell something about an erased part."""
        found: tuple[Entry, ...] = ()
        if item.parts & Parts.FACE:
            found += forgotten(self._desk.house.drawer, item.bill)
        bill = queries.bill_of(self._desk.house.state, item.bill)
        if item.parts & Parts.LINES and bill is not None and bill.settlement is not None:
            found += ((PERSON_OF_SETTLEMENT, bill.settlement),)
        return found

    def _erasure(self, key: bytes) -> Erasure:
        found = care_queries.erasure_of(self._desk.house.state, key)
        if found is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no erasure of this id", field="erasure")
        return found

    async def _act(self, request: requests.Act, operation: Operation) -> answers.Outcome:
        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        return await self._desk.act(request, compose)


def _item(item: r.ErasedPart) -> ko.ErasureItem:
    return ko.ErasureItem(
        bill=BillRef(code=item.bill.code, number=item.bill.number),
        salt=bytes.fromhex(item.owner_salt),
        parts=PARTS[item.parts],  # type: ignore[arg-type]
    )
