"""The books: numbers that go back, days and months that are closed, bills that are written off.

Rules: sums that the caller names are compared by the ledger with its own; what is left out is
taken from the ledger. A day is written off in as many requests as its bills need.

Source: domain.md sections 3 to 5.
"""

from collections.abc import Iterator
from typing import Final

from ledgerd.ledger import book_operations as bk
from ledgerd.ledger.book_queries import clearing_of, day_book_of
from ledgerd.ledger.days import day_of
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.objects import FileState
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.queries import bill_of
from ledgerd.offices.acting import Desk, Draft
from ledgerd.offices.numbers import NumberDesk
from ledgerd.rpc import answers as a, requests as r, requests_governance as rg
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.storage.indexes import Index, Listing
from ledgerd.storage.kv import Direction

REQUESTS_MAX: Final = 100  # of one transaction: 6 400 bills stay well below its limit of bytes
PAGE_ROWS: Final = 1_000


class Bookkeeping:
    """The books of the institutions of a house."""

    def __init__(self, desk: Desk, numbers: NumberDesk) -> None:
        self._desk = desk
        self._numbers = numbers

    async def return_numbers(self, request: rg.NumbersReturn) -> a.Outcome:
        """Give back what nothing has taken, or from a named number on."""
        range_id = bytes.fromhex(request.range_id)
        first = request.first
        if first is None:
            first = self._numbers.first_untaken(request.code, range_id)
        operation = bk.ReturnNumbers(
            client_ref=request.client_ref, code=request.code, range_id=range_id, first=first
        )
        return await self._act(request, operation)

    async def report_totals(self, request: rg.TotalsReport) -> a.Outcome:
        """Close a day."""
        book = day_book_of(self._desk.house.state, self._author(request), request.date)
        operation = bk.ReportTotals(
            client_ref=request.client_ref,
            date=request.date,
            issued=_sum(request.issued, book.issued),
            voided=_sum(request.voided, book.voided),
            reversed=_sum(request.reversed, book.reversed),
        )
        return await self._act(request, operation)

    async def attest_totals(self, request: rg.TotalsAttest) -> a.Outcome:
        """Attest a reported day."""
        operation = bk.AttestTotals(
            client_ref=request.client_ref, issuer=request.issuer, date=request.date
        )
        return await self._act(request, operation)

    async def attest_clearing(self, request: rg.SettleAttest) -> a.Outcome:
        """Attest a month with a hospital."""
        bureau = self._author(request)
        book = clearing_of(self._desk.house.state, bureau, request.hospital, request.month)
        operation = bk.AttestClearing(
            client_ref=request.client_ref,
            hospital=request.hospital,
            month=request.month,
            settled=_sum(request.settled, book.settled),
            reversed=_sum(request.reversed, book.reversed),
        )
        return await self._act(request, operation)

    async def request_write_off(self, request: rg.WriteoffRequest) -> a.Outcome:
        """Ask for the named bills, or for those of a day whose files are open."""
        refs = [BillRef(code=bill.code, number=bill.number) for bill in request.bills]
        if request.date is not None:
            if refs:
                raise _invalid("name bills or a day, not both", "date")
            refs = self._bills_of_day(self._author(request), request.date)
        if not refs:
            raise _invalid("no bill to write off", "bills")
        size = bk.WRITE_OFF_BILLS_MAX
        parts = [tuple(refs[i : i + size]) for i in range(0, len(refs), size)]
        if len(parts) > REQUESTS_MAX:
            raise _invalid("too many bills for one act: name them in parts", "date")
        operations = tuple(self._request(request, part, i) for i, part in enumerate(parts))

        async def compose(_: bytes) -> Draft:
            return Draft(operations)

        return await self._desk.act(request, compose)

    async def approve_write_off(self, request: rg.WriteoffApprove) -> a.Outcome:
        """Approve, refuse or archive."""
        operation = bk.ApproveWriteOff(
            client_ref=request.client_ref,
            write_off=bytes.fromhex(request.write_off),
            step=bk.WriteOffStep[request.step.upper()],
        )
        return await self._act(request, operation)

    def _request(
        self, request: rg.WriteoffRequest, bills: tuple[BillRef, ...], part: int
    ) -> bk.RequestWriteOff:
        day = day_of(self._desk.house.clock.wall_ms())
        ref = request.client_ref if part == 0 else f"{request.client_ref[:58]}/{part}"
        return bk.RequestWriteOff(client_ref=ref, date=day, bills=bills)

    def _bills_of_day(self, issuer: str, date: int) -> list[BillRef]:
        """Find the bills of a UTC day of blocks; from the newest back, for days are closed soon."""
        found = []
        for ref in self._newest_bills(issuer):
            bill = bill_of(self._desk.house.state, ref)
            if bill is None or day_of(bill.issued_ms) > date:
                continue
            if day_of(bill.issued_ms) < date:
                break
            if bill.file == FileState.OPEN:
                found.append(ref)
        return found[::-1]

    def _newest_bills(self, issuer: str) -> Iterator[BillRef]:
        after: bytes | None = None
        while True:
            page = self._desk.house.node.reads.page(
                Listing(
                    Index.BILL_BY_ISSUER,
                    issuer.encode("ascii"),
                    after=after,
                    limit=PAGE_ROWS,
                    direction=Direction.DESCENDING,
                )
            )
            for _, key in page.rows:
                yield BillRef(code=key[1:9].decode("ascii"), number=key[9:19].decode("ascii"))
            if page.cursor is None:
                return
            after = page.cursor

    def _author(self, request: r.Act) -> str:
        return request.author or self._desk.house.own

    async def _act(self, request: r.Act, operation: Operation) -> a.Outcome:
        async def compose(_: bytes) -> Draft:
            return Draft((operation,))

        return await self._desk.act(request, compose)


def _sum(named: rg.Total | None, counted: bk.Sum) -> bk.Sum:
    if named is None:
        return counted
    return bk.Sum(count=named.count, amount_fen=named.amount_fen)


def _invalid(text: str, field: str) -> RpcFailure:
    return RpcFailure(RpcCode.INVALID_PARAMS, text, field=field)
