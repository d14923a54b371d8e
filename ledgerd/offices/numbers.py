"""The next bill number of an issuer, taken once.

Rules: the counter lies in memory and is written with every act that takes a number, so a number is
never handed out twice; a number that an act took stays that act's. Without the counter (a lost
store) it is found again from the bills on chain.

Source: domain.md section 3.
"""

from collections.abc import Iterator
from typing import Annotated, Final

from msgspec import Meta
from msgspec.structs import replace

from ledgerd.ledger.fields import BillRef, RangeId
from ledgerd.ledger.objects import NumberRange
from ledgerd.ledger.queries import bill_of, range_of
from ledgerd.offices.house import House
from ledgerd.primitives.canonical import U63, BillCode, Record, decode, encode
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.storage.indexes import Index, Listing
from ledgerd.storage.sealed_store import Entry

COLLECTION: Final = "numbers"
RANGE_KEY_BYTES: Final = 26  # n, code 8, 01, id 16
TAKEN_BYTES_MAX: Final = 64


class Counter(Record, tag=2, frozen=True, kw_only=True):
    """Where an issuer stands in its ranges; ``next_number`` may be one past the last."""

    code: BillCode
    range_id: RangeId
    next_number: U63


class TakenNumber(Record, tag=3, frozen=True, kw_only=True):
    """A number that belongs to one act."""

    code: BillCode
    number: Annotated[int, Meta(ge=0, le=9_999_999_999)]
    range_id: RangeId

    @property
    def encoded(self) -> bytes:
        return encode(self)

    @property
    def bill(self) -> BillRef:
        return BillRef(code=self.code, number=f"{self.number:010d}")


class NumberDesk:
    """Hands out numbers for the issuers of this house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._counters: dict[str, Counter] = {}

    def take(self, issuer: str, taken_before: bytes) -> TakenNumber:
        """Take the next number, or keep the one that the same act took and nobody used.

        Raises:
            RpcFailure: REJECTED, the issuer's ranges are used up.
        """
        if taken_before:
            kept = decode(taken_before, TakenNumber, bytes_max=TAKEN_BYTES_MAX)
            if bill_of(self._house.state, kept.bill) is None:
                return kept
        counter = self._counters.get(issuer) or self._stored(issuer)
        if counter is None or not self._has_more(counter):
            counter = self._next_range(issuer)
        self._counters[issuer] = replace(counter, next_number=counter.next_number + 1)
        return TakenNumber(code=counter.code, number=counter.next_number, range_id=counter.range_id)

    def give_back(self, issuer: str, number: TakenNumber) -> None:
        """Take back the last number, before anybody heard of it."""
        counter = self._counters.get(issuer)
        if counter is not None and counter.next_number == number.number + 1:
            self._counters[issuer] = replace(counter, next_number=number.number)

    def notes(self, issuer: str) -> dict[Entry, bytes | None]:
        """Give the counter as it has to be written now."""
        counter = self._counters.get(issuer)
        if counter is None:
            return {}
        return {(COLLECTION, issuer.encode("ascii")): encode(counter)}

    def _stored(self, issuer: str) -> Counter | None:
        data = self._house.drawer.get(COLLECTION, issuer.encode("ascii"))
        return None if data is None else decode(data, Counter, bytes_max=TAKEN_BYTES_MAX)

    def _has_more(self, counter: Counter) -> bool:
        numbers = range_of(self._house.state, counter.code, counter.range_id)
        return numbers is not None and counter.next_number <= numbers.last

    def _next_range(self, issuer: str) -> Counter:
        for code, range_id, numbers in self._ranges(issuer):
            free = self._first_unused(code, numbers)
            if free <= numbers.last and numbers.next_number == numbers.first:
                return Counter(code=code, range_id=range_id, next_number=free)
        text = "the issuer has no bill numbers left: finance allots them"
        raise RpcFailure(RpcCode.REJECTED, text, reason="NUMBER_OUT_OF_RANGE")

    def _ranges(self, issuer: str) -> Iterator[tuple[str, bytes, NumberRange]]:
        after: bytes | None = None
        while True:
            listing = Listing(Index.NUMBERS_BY_HOLDER, issuer.encode("ascii"), after)
            page = self._house.node.reads.page(listing)
            for _, key in page.rows:
                assert len(key) == RANGE_KEY_BYTES
                code, range_id = key[1:9].decode("ascii"), key[10:]
                numbers = range_of(self._house.state, code, range_id)
                assert numbers is not None
                yield code, range_id, numbers
            if page.cursor is None:
                return
            after = page.cursor

    def _first_unused(self, code: str, numbers: NumberRange) -> int:
        """Search the end of what was used; numbers are used from the beginning."""
        low, high = numbers.first, numbers.last + 1
        while low < high:
            middle = (low + high) // 2
            ref = BillRef(code=code, number=f"{middle:010d}")
            if bill_of(self._house.state, ref) is None:
                high = middle
            else:
                low = middle + 1
        return low
