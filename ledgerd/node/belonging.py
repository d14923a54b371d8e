"""Which bills concern this house: those that one of its institutions reads or keeps.

Rules: the house is the node's own institution and those that it hosts. Readers are the issuer, the
finance institutions of the bill and its number range, the bureau of its settlement, those for whom
the sidecar holds a wrap, and those to whom keys were delivered. What is not here shows no wraps:
then finance and bureaus count as readers. In doubt a bill concerns the house.

Source: domain.md section 3.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from ledgerd.errors import DecodeError
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.keepers import keepers_of
from ledgerd.ledger.objects import Bill, DeliveredKey
from ledgerd.ledger.overlay import StateReader
from ledgerd.ledger.queries import (
    bill_of,
    bureau_of_settlement,
    code_counter_of,
    institution_of,
)
from ledgerd.ledger.state_keys import bill_prefix, institution_key
from ledgerd.primitives.canonical import decode
from ledgerd.primitives.sealing import decode_sidecar
from ledgerd.primitives.wrapping import InstitutionWrap
from ledgerd.storage.kv import Span, prefix_span

PAGE_COUNT = 256  # values of the state read at once
RECORD_BYTES_MAX = 65_536
INSTITUTION_PREFIX = institution_key("")
MAY_READ_ANY = ("finance", "medicare")  # kinds for which issuers seal bills


@dataclass(frozen=True, slots=True)
class Belonging:
    """Judges bills for one house.

    Attributes:
        institution: whose node this is.
        members: the institutions with a validator.
        scan: values of the state in a span, ascending, at most so many.
    """

    institution: str
    members: tuple[str, ...]
    state: StateReader
    scan: Callable[[Span, int], Sequence[tuple[bytes, bytes]]]

    def is_sealed_in(self, ref: BillRef, name: bytes) -> bool:
        """Say whether the ledger holds this bill and names this sidecar for it."""
        bill = bill_of(self.state, ref)
        return bill is not None and bill.sealed.sidecar.sidecar_hash == name

    def is_ours(self, ref: BillRef, sidecar: bytes | None) -> bool:
        """Say whether this house reads or keeps a bill; ``sidecar`` is None when it is not here."""
        bill = bill_of(self.state, ref)
        if bill is None or any(map(self._is_in_house, self._named(ref, bill))):
            return True
        if sidecar is None:
            return self._houses_kind_that_reads()
        wrapped = _readers_in(sidecar)
        # Sealed by somebody else than the issuer of this bill: then these are the bytes of another
        # document, which a dishonest issuer named to have them forgotten.
        is_foreign = wrapped is not None and bill.issuer not in wrapped
        return is_foreign or any(map(self._is_in_house, wrapped or ()))

    def _named(self, ref: BillRef, bill: Bill) -> Iterator[str]:
        yield from keepers_of(ref, self.members)
        yield bill.issuer
        if bill.supervisor is not None:
            yield bill.supervisor
        counter = code_counter_of(self.state, ref.code)
        if counter is not None:
            yield counter.authority
        if bill.settlement is not None:
            yield bureau_of_settlement(bill.settlement)
        yield from self._delivered(ref)

    def _delivered(self, ref: BillRef) -> Iterator[str]:
        prefix = bill_prefix(ref.code, ref.number) + b"\x02"
        for _, value in self._rows(prefix_span(prefix)):
            reader = decode(value, DeliveredKey, bytes_max=RECORD_BYTES_MAX).reader
            if reader is not None:
                yield reader

    def _is_in_house(self, institution: str) -> bool:
        if institution == self.institution:
            return True
        record = institution_of(self.state, institution)
        return record is not None and record.institution.hosted_by == self.institution

    def _houses_kind_that_reads(self) -> bool:
        span = prefix_span(INSTITUTION_PREFIX)
        names = (key[len(INSTITUTION_PREFIX) :].decode("ascii") for key, _ in self._rows(span))
        return any(self._is_reading_kind(name) for name in names if self._is_in_house(name))

    def _is_reading_kind(self, institution: str) -> bool:
        record = institution_of(self.state, institution)
        return record is not None and record.institution.kind in MAY_READ_ANY

    def _rows(self, span: Span) -> Iterator[tuple[bytes, bytes]]:
        while rows := self.scan(span, PAGE_COUNT):
            yield from rows
            span = Span(rows[-1][0] + b"\x00", span.stop)


def _readers_in(sidecar: bytes) -> frozenset[str] | None:
    """Give the institutions that find a wrap in these bytes; None when nobody can read them."""
    try:
        wraps = decode_sidecar(sidecar).wraps
    except DecodeError:
        return None
    return frozenset(wrap.reader for wrap in wraps if isinstance(wrap, InstitutionWrap))
