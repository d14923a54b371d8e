"""The next bill number of an issuer, taken once.

Rules: each range has a counter, in memory and written with every act that takes a number, so no
number is handed out twice; a number that an act took stays that act's. Without the counter (a
lost store) it is found again from the bills on chain.

Source: domain.md section 3.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final

from msgspec import Meta

from ledgerd.ledger.bill_operations import IssueBill
from ledgerd.ledger.fields import BillRef, RangeId
from ledgerd.ledger.number_objects import NumberRange
from ledgerd.ledger.queries import bill_of, range_of
from ledgerd.ledger.rights import RIGHTS
from ledgerd.offices.house import House
from ledgerd.primitives.canonical import BillCode, Record, decode, encode
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.storage.indexes import Index, Listing
from ledgerd.storage.sealed_store import Entry

COLLECTION: Final = "numbers"
RANGE_KEY_BYTES: Final = 26  # n, code 8, 01, id 16
TAKEN_BYTES_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class Place:
    """A range of an issuer."""

    code: str
    range_id: bytes


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
        self._places: dict[str, Place] = {}
        self._next: dict[Place, int] = {}

    def take(self, issuer: str, taken_before: bytes) -> TakenNumber:
        """Take the next number, or keep the one that the same act took and nobody used.

        Raises:
            RpcFailure: REJECTED, it is no issuer, or its ranges are used up.
        """
        if taken_before:
            kept = decode(taken_before, TakenNumber, bytes_max=TAKEN_BYTES_MAX)
            if bill_of(self._house.state, kept.bill) is None:
                return kept
        place = self._places.get(issuer)
        if place is None or not self._has_more(place):
            place = self._places[issuer] = self._place_with_numbers(issuer)
        number = self._next[place]
        self._next[place] = number + 1
        return TakenNumber(code=place.code, number=number, range_id=place.range_id)

    def give_back(self, issuer: str, number: TakenNumber) -> None:
        """Take back the last number, before anybody heard of it."""
        place = self._places.get(issuer)
        if place is not None and self._next[place] == number.number + 1:
            self._next[place] = number.number

    def notes(self, number: TakenNumber) -> dict[Entry, bytes | None]:
        """Give the counter of the number's range as it has to be written now."""
        place = Place(number.code, number.range_id)
        following = self._next.get(place)
        if following is None:
            return {}
        return {(COLLECTION, _name(place)): encode(following)}

    def first_untaken(self, code: str, range_id: bytes) -> int:
        """Give the first number of a range that no act of this house has taken.

        Raises:
            RpcFailure: NOT_FOUND, no such range.
        """
        numbers = range_of(self._house.state, code, range_id)
        if numbers is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no such range", field="range_id")
        place = Place(code, range_id)
        known = self._next.get(place)
        return max(
            self._known_next(place, numbers) if known is None else known, numbers.next_number
        )

    def _has_more(self, place: Place) -> bool:
        numbers = range_of(self._house.state, place.code, place.range_id)
        return numbers is not None and self._next[place] <= numbers.last

    def _place_with_numbers(self, issuer: str) -> Place:
        """Find the first range with numbers left; what is on the way to a block counts as used."""
        for place, numbers in self._ranges(issuer):
            if numbers.next_number == numbers.first:
                self._next.setdefault(place, self._known_next(place, numbers))
                if self._next[place] <= numbers.last:
                    return place
        kind = self._house.kind_of(issuer)
        if kind and kind not in RIGHTS[IssueBill].kinds:  # finance could allot it nothing
            text = "this kind of institution issues no bills"
            raise RpcFailure(RpcCode.REJECTED, text, reason="KIND_NOT_ALLOWED")
        text = "the issuer has no bill numbers left: finance allots them"
        raise RpcFailure(RpcCode.REJECTED, text, reason="NUMBER_OUT_OF_RANGE")

    def _known_next(self, place: Place, numbers: NumberRange) -> int:
        stored = self._house.drawer.get(COLLECTION, _name(place))
        if stored is not None:
            return decode(stored, int, bytes_max=TAKEN_BYTES_MAX)
        return self._first_unused(place.code, numbers)

    def _ranges(self, issuer: str) -> Iterator[tuple[Place, NumberRange]]:
        after: bytes | None = None
        while True:
            listing = Listing(Index.NUMBERS_BY_HOLDER, issuer.encode("ascii"), after)
            page = self._house.node.reads.page(listing)
            for _, key in page.rows:
                assert len(key) == RANGE_KEY_BYTES
                place = Place(key[1:9].decode("ascii"), key[10:])
                numbers = range_of(self._house.state, place.code, place.range_id)
                assert numbers is not None
                yield place, numbers
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


def _name(place: Place) -> bytes:
    return place.code.encode("ascii") + place.range_id
