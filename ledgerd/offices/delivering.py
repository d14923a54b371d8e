"""Delivering keys: to the reader of a grant, to a reader that could not open, to a device.

Rules: the issuer delivers; another present reader steps in when the issuer did not for a while.
A delivery to a device is sealed for that device alone and names it nowhere. Whether it was made is
asked of the state; nothing is delivered for a grant that is over.

Source: domain.md section 4.
"""

from dataclasses import dataclass
from typing import Final

from ledgerd.ledger.claim_operations import DeliverKey
from ledgerd.ledger.fields import BillRef, SidecarName
from ledgerd.ledger.queries import bill_of, grant_of, report_of
from ledgerd.ledger.state_keys import REF_BYTES
from ledgerd.offices.acting import Desk, Draft
from ledgerd.offices.chore import Chore, ChoreKind, bill_of_key, device_of_key, ref_of
from ledgerd.offices.faces import FACE, LINES
from ledgerd.offices.readers import OpenedBill, ReadingRoom
from ledgerd.primitives.sealing import seal_delivery
from ledgerd.primitives.wrapping import DeviceReader, Reader
from ledgerd.rpc import requests as r
from ledgerd.rpc.codes import RpcCode, RpcFailure

ISSUER_FIRST_MS: Final = 600_000  # an issuer that is up delivers within seconds


class KeyDelivery(r.BillAct, frozen=True, kw_only=True):
    """The office's own act: deliver keys, for exactly one of these (hex).

    Attributes:
        grant: to its reader.
        report: to its author.
        device: to this sealing key of the bill's owner.
    """

    grant: str = ""
    report: str = ""
    device: str = ""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """To whom, and which parts."""

    reader: str | None
    parts: tuple[int, ...]


class KeyRoom:
    """Delivers keys for the institutions of this house."""

    def __init__(self, desk: Desk, room: ReadingRoom) -> None:
        self._desk = desk
        self._room = room

    async def perform(self, chore: Chore) -> None:
        """Do a chore of this room, or leave it to the issuer for now.

        Raises:
            RpcFailure: not now; it will be tried again.
        """
        subject = chore.subject[-REF_BYTES:].hex()
        act = KeyDelivery(
            client_ref=ref_of(chore), author=chore.author, wait="none", bill=_named(chore)
        )
        match chore.kind:
            case ChoreKind.STEP_IN if self._is_issuers_turn(chore):
                return
            case ChoreKind.DELIVER | ChoreKind.STEP_IN:
                await self.deliver(_with(act, grant=subject))
            case ChoreKind.DELIVER_ANEW:
                await self.deliver(_with(act, report=subject))
            case _:
                await self.deliver(_with(act, device=device_of_key(chore.subject).hex()))

    async def deliver(self, request: KeyDelivery) -> None:
        """Seal keys and name them on chain.

        Raises:
            RpcFailure: there is no such grant or report, a key is not here, or it is refused.
        """

        async def compose(_: bytes) -> Draft:
            return await self._draft(request)

        await self._desk.act(request, compose)

    def _is_issuers_turn(self, chore: Chore) -> bool:
        ref = bill_of_key(chore.subject)
        grant = grant_of(self._desk.house.state, ref, chore.subject[-REF_BYTES:])
        now_ms = self._desk.house.node.reads.head().time_ms
        return grant is not None and now_ms < grant.given_ms + ISSUER_FIRST_MS

    async def _draft(self, request: KeyDelivery) -> Draft:
        house = self._desk.house
        author = request.author or house.own
        ref = BillRef(code=request.bill.code, number=request.bill.number)
        wanted = self._wanted(request, ref)
        opened = await self._room.open_for_request(ref, author, "delivery")
        parts = wanted.parts or tuple(sorted(opened.content_keys))
        if not set(parts) <= set(opened.content_keys):
            raise RpcFailure(RpcCode.UNAUTHORISED, "a key that is to be delivered is not here")
        await self._require_in_circle(request, opened, wanted)
        reader, key_number = self._reader(request, wanted.reader, author, parts)
        keys = {part: opened.content_keys[part] for part in parts}
        payload = seal_delivery(keys, [reader], house.entropy)
        document = SidecarName(
            sidecar_hash=payload.sidecar_hash, sidecar_bytes=len(payload.sidecar)
        )
        operation = DeliverKey(
            client_ref=request.client_ref,
            bill=ref,
            grant=bytes.fromhex(request.grant) if request.grant else None,
            own_delivery=self._own_delivery(ref, author),
            key_number=key_number,
            document=document,
            report=bytes.fromhex(request.report) if request.report else None,
        )
        return Draft((operation,), (payload.sidecar,))

    def _wanted(self, request: KeyDelivery, ref: BillRef) -> _Wanted:
        state = self._desk.house.state
        if request.device:
            return _Wanted(None, ())
        if request.grant:
            grant = grant_of(state, ref, bytes.fromhex(request.grant))
            if grant is None:
                raise RpcFailure(RpcCode.NOT_FOUND, "no grant of this id", field="grant")
            return _Wanted(grant.reader, _parts(grant.parts))
        report = report_of(state, ref, bytes.fromhex(request.report))
        if report is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no report of this id", field="report")
        return _Wanted(report.reader, _parts(report.parts))

    async def _require_in_circle(
        self, request: KeyDelivery, opened: OpenedBill, wanted: _Wanted
    ) -> None:
        """Refuse keys to a bureau that the chain cannot tell from the competent one."""
        if not request.report or opened.record.settlement is not None:
            return
        assert wanted.reader is not None
        if self._desk.house.kind_of(wanted.reader) != "medicare":
            return
        circle = await self._room.circle(opened.ref)
        if wanted.reader not in circle:
            text = "the reader is not in the circle for which the bill was sealed"
            raise RpcFailure(RpcCode.UNAUTHORISED, text)

    def _reader(
        self, request: KeyDelivery, name: str | None, author: str, parts: tuple[int, ...]
    ) -> tuple[Reader, int]:
        if name is None:
            return DeviceReader(bytes.fromhex(request.device), parts), 0
        reader = self._room.reader(author, name, *parts)
        return reader, reader.reader_key

    def _own_delivery(self, ref: BillRef, author: str) -> bytes | None:
        """Name the delivery by which the author reads, if that is why it does."""
        bill = bill_of(self._desk.house.state, ref)
        if bill is not None and author in (bill.issuer, bill.supervisor, bill.binder):
            return None
        return self._room.own_delivery(ref, author)


def _parts(mask: int) -> tuple[int, ...]:
    return tuple(part for part in (FACE, LINES) if mask >> part & 1)


def _named(chore: Chore) -> r.BillRef:
    ref = bill_of_key(chore.subject)
    return r.BillRef(code=ref.code, number=ref.number)


def _with(act: KeyDelivery, *, grant: str = "", report: str = "", device: str = "") -> KeyDelivery:
    return KeyDelivery(
        client_ref=act.client_ref,
        author=act.author,
        wait=act.wait,
        bill=act.bill,
        grant=grant,
        report=report,
        device=device,
    )
