"""Who may open what: wraps for readers when sealing, and content keys when opening.

Rules: the key of a pair (issuer's key, reader's key) is derived once and kept in memory. A reader
finds its keys in the wraps of the bill's own sidecar, else in a delivery under a grant.

Source: domain.md sections 3 and 4.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from ledgerd.chain.genesis import Institution
from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.keys.signers import EncryptionKey
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.objects import Bill, DeliveredKey
from ledgerd.ledger.queries import bill_of, grant_of
from ledgerd.ledger.state_keys import REF_BYTES, bill_prefix
from ledgerd.offices.faces import FACE, LINES
from ledgerd.offices.house import RECORD_BYTES_MAX, House
from ledgerd.primitives.canonical import decode
from ledgerd.primitives.sealing import (
    KEY_BYTES,
    OpenedPart,
    PartCommitment,
    Sidecar,
    decode_sidecar,
    key_commitment,
    open_part,
)
from ledgerd.primitives.wrapping import (
    InstitutionReader,
    InstitutionWrap,
    unwrap_for_institution,
    wrap_key_for_reader,
    wrap_key_from_issuer,
)
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.storage.kv import Span

WRAP_KEYS_MAX: Final = 10_000  # pairs of keys; a hospital has a handful of readers
DELIVERIES_MAX: Final = 256  # of one bill
EVERYTHING: Final = 3  # both parts of a bill, as a set of bits


@dataclass(frozen=True, slots=True)
class OpenedBill:
    """A bill in the open; a part that this reader may not see is None."""

    ref: BillRef
    record: Bill
    reader: str
    content_keys: dict[int, bytes]
    face: OpenedPart | None
    lines: OpenedPart | None

    def __repr__(self) -> str:
        return f"OpenedBill({self.ref!r})"


class ReadingRoom:
    """Seals for readers and opens what the institutions of this house may read."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._wrap_keys: OrderedDict[tuple[str, int, str, int, bool], bytes] = OrderedDict()

    def reader(self, issuer: str, reader: str, *parts: int) -> InstitutionReader:
        """Name a reader of something that ``issuer`` (of this house) seals.

        Raises:
            RpcFailure: the reader is no member or has no encryption key.
        """
        own = self._present_key(issuer)
        record = self._house.institution(reader, "reader")
        if not record.encryption_keys:
            raise RpcFailure(RpcCode.NOT_FOUND, "the reader has no encryption key", field="reader")
        theirs = record.encryption_keys[-1]
        wrap_key = self._wrap_key(
            (issuer, own.number, reader, theirs.number, True),
            lambda: wrap_key_for_reader(own.secret, theirs.public_key),
        )
        return InstitutionReader(reader, own.number, theirs.number, wrap_key, parts)

    async def open_bill(self, ref: BillRef, reader: str, purpose: str) -> OpenedBill:
        """Open a bill as an institution of this house; it is written into the audit log.

        Raises:
            RpcFailure: NOT_FOUND (bill or bytes), UNAUTHORISED (no key for this reader).
            VerificationFailed: it opens to something else than the chain committed to.
            DecodeError: the sidecar is malformed.
        """
        bill = bill_of(self._house.state, ref)
        if bill is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no bill of this number", field="number")
        if bill.erased == EVERYTHING:
            raise RpcFailure(RpcCode.NOT_FOUND, "the sealed parts are erased")
        sidecar = await self.sidecar(bill.sealed.sidecar.sidecar_hash)
        keys = await self._keys(ref, bill, reader, sidecar)
        if not keys:
            raise RpcFailure(RpcCode.UNAUTHORISED, "no key of this bill is here")
        keys = {part: key for part, key in keys.items() if not bill.erased >> part & 1}
        if not keys:
            raise RpcFailure(RpcCode.NOT_FOUND, "the sealed parts are erased")
        self._house.audit.record_opening(reader, f"{ref.code}-{ref.number}", purpose)
        opened = {part: _open(sidecar, bill, part, key) for part, key in keys.items()}
        return OpenedBill(ref, bill, reader, keys, opened.get(FACE), opened.get(LINES))

    async def _keys(
        self, ref: BillRef, bill: Bill, reader: str, sidecar: Sidecar
    ) -> dict[int, bytes]:
        """Find the content keys of a reader: those that the chain committed to, if it has them.

        A wrong key is given, too, when there is no right one: then it is no secret for others
        that keeps the bill closed, but a bill that does not open.
        """
        own = self._keys_in(sidecar, bill.issuer, reader)
        good = _committed(bill, own)
        if LINES not in good:
            delivered = await self._delivered_keys(ref, reader)
            good = {**_committed(bill, delivered), **good}
            own = {**delivered, **own}
        return {**own, **good}

    async def circle(self, ref: BillRef) -> tuple[str, ...]:
        """Say for which institutions the issuer sealed a bill; raises like `sidecar`."""
        bill = bill_of(self._house.state, ref)
        if bill is None:
            return ()
        sidecar = await self.sidecar(bill.sealed.sidecar.sidecar_hash)
        return tuple(wrap.reader for wrap in sidecar.wraps if isinstance(wrap, InstitutionWrap))

    async def open_for_request(self, ref: BillRef, reader: str, purpose: str) -> OpenedBill:
        """Open a bill because a person asked for it.

        Raises:
            RpcFailure: as `open_bill`; also when what is here is not what was committed to.
        """
        try:
            return await self.open_bill(ref, reader, purpose)
        except (VerificationFailed, DecodeError) as error:
            text = "the sealed bytes do not open to what the chain commits to"
            raise RpcFailure(RpcCode.SERVER, text) from error

    async def open_for_house(self, ref: BillRef, purpose: str) -> OpenedBill:
        """Open a bill for the first institution of this house that may read it.

        Raises:
            RpcFailure: as `open_for_request`; UNAUTHORISED when none of them may.
        """
        bill = bill_of(self._house.state, ref)
        if bill is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no bill of this number", field="number")
        delivered = [d.reader for d in self.deliveries(ref) if d.reader is not None]
        for reader in dict.fromkeys((bill.issuer, self._house.own, *delivered)):
            if self._house.is_ours(reader):
                try:
                    return await self.open_for_request(ref, reader, purpose)
                except RpcFailure as failure:
                    if failure.rpc_code is not RpcCode.UNAUTHORISED:
                        raise
        raise RpcFailure(RpcCode.UNAUTHORISED, "no institution of this node may read the bill")

    def own_delivery(self, ref: BillRef, reader: str) -> bytes | None:
        """Find a delivery by which somebody reads, under a grant that is still in force."""
        now_ms = self._house.node.reads.head().time_ms
        for key, value in self._delivery_rows(ref):
            found = decode(value, DeliveredKey, bytes_max=RECORD_BYTES_MAX)
            if found.reader == reader and found.grant is not None:
                grant = grant_of(self._house.state, ref, found.grant)
                if grant is not None and grant.is_in_force(now_ms):
                    return key[-REF_BYTES:]
        return None

    async def sidecar(self, sidecar_hash: bytes) -> Sidecar:
        """Get a sidecar, from the peers when it is not here.

        Raises:
            RpcFailure: NOT_FOUND, nobody has it.
            DecodeError: it is malformed.
        """
        data = await self._house.node.sidecar(sidecar_hash)
        if data is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "the sealed bytes are not here")
        return decode_sidecar(data)

    def deliveries(self, ref: BillRef) -> tuple[DeliveredKey, ...]:
        """List the deliveries of a bill."""
        rows = self._delivery_rows(ref)
        return tuple(decode(v, DeliveredKey, bytes_max=RECORD_BYTES_MAX) for _, v in rows)

    def _delivery_rows(self, ref: BillRef) -> Sequence[tuple[bytes, bytes]]:
        prefix = bill_prefix(ref.code, ref.number) + b"\x02"
        span = Span(prefix, prefix + b"\xff" * 17)
        return self._house.node.reads.scan_state(span, DELIVERIES_MAX)

    async def _delivered_keys(self, ref: BillRef, reader: str) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        for delivery in self.deliveries(ref):
            if delivery.reader == reader:
                sidecar = await self.sidecar(delivery.document.sidecar_hash)
                found |= self._keys_in(sidecar, delivery.deliverer, reader)
        return found

    def _keys_in(self, sidecar: Sidecar, sealer: str, reader: str) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        for wrap in sidecar.wraps:
            if isinstance(wrap, InstitutionWrap) and wrap.reader == reader:
                found |= self._unwrapped(wrap, sealer)
        return found

    def _unwrapped(self, wrap: InstitutionWrap, sealer: str) -> dict[int, bytes]:
        """Open a wrap; one that does not open gives nothing, as if it were not there."""
        theirs = _key_of(self._house.institution(sealer, "issuer"), wrap.issuer_key)
        mine = self._own_key(wrap.reader, wrap.reader_key)
        if theirs is None or mine is None:
            return {}
        try:
            key = self._wrap_key(
                (sealer, wrap.issuer_key, wrap.reader, wrap.reader_key, False),
                lambda: wrap_key_from_issuer(mine.secret, theirs),
            )
            return unwrap_for_institution(wrap, key)
        except VerificationFailed:
            return {}

    def _present_key(self, institution_id: str) -> EncryptionKey:
        """Give the newest own key that the ledger knows."""
        record = self._house.institution(institution_id, "author")
        number = record.encryption_keys[-1].number if record.encryption_keys else 0
        key = self._own_key(institution_id, number)
        if key is None:
            text = "the institution's encryption key is not on this node"
            raise RpcFailure(RpcCode.UNAUTHORISED, text, field="author")
        return key

    def _own_key(self, institution_id: str, number: int) -> EncryptionKey | None:
        keys = self._house.encryption_keys(institution_id)
        return next((key for key in keys if key.number == number), None)

    def _wrap_key(
        self, pair: tuple[str, int, str, int, bool], derive: Callable[[], bytes]
    ) -> bytes:
        key = self._wrap_keys.get(pair)
        if key is None:
            key = self._wrap_keys[pair] = derive()
            if len(self._wrap_keys) > WRAP_KEYS_MAX:
                self._wrap_keys.popitem(last=False)
        return key


def _committed(bill: Bill, keys: dict[int, bytes]) -> dict[int, bytes]:
    """Keep the keys that the chain committed to."""
    commitments = {FACE: bill.sealed.face_key, LINES: bill.sealed.lines_key}
    return {
        part: key
        for part, key in keys.items()
        if len(key) == KEY_BYTES and key_commitment(key) == commitments.get(part)
    }


def _open(sidecar: Sidecar, bill: Bill, part: int, key: bytes) -> OpenedPart:
    sealed = bill.sealed
    commitments = {
        FACE: PartCommitment(sealed.face_root, sealed.face_key),
        LINES: PartCommitment(sealed.lines_root, sealed.lines_key),
    }
    if part not in commitments:
        raise DecodeError("a wrap names a part that bills do not have")
    return open_part(sidecar, part, key, commitments[part])


def _key_of(institution: Institution, number: int) -> bytes | None:
    keys = (key.public_key for key in institution.encryption_keys if key.number == number)
    return next(keys, None)
