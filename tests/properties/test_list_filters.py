"""No combination of filters hides a record: every list against a naive look at all of it.

A filter combination that hid an acknowledged record was a bug of another system; here each list
is asked with every combination of what can be named and of page sizes.
Source: reliability.md section 3.
"""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from ledgerd.rpc.methods_lists import ListMethods
from ledgerd.rpc.queries import BillList, ClaimList, GrantList
from ledgerd.rpc.registry import ALL_SCOPES, Caller
from tests.unit.ledgerd.rpc.solo_node import FINANCE, HOSPITAL, INSURER, MEDICARE
from tests.unit.ledgerd.rpc.stories import ACCOUNT, BILL_TEXT, CODE, told

CALLER = Caller("test", ALL_SCOPES)
NUMBERS = ("0000000001", "0000000002")
PAGE_SIZES = (1, 2, 100)


def combinations(**choices: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    """Every way to name some of the filters, with each of their values; what is None is absent."""
    for values in itertools.product(*((None, *some) for some in choices.values())):
        named = zip(choices, values, strict=True)
        yield {name: value for name, value in named if value is not None}


async def pages(method: Any, query: type, field: str, filters: dict[str, Any]) -> list[Any]:
    """Read a list to its end with each page size; all sizes must give the same."""
    found: list[list[Any]] = []
    for limit in PAGE_SIZES:
        rows, cursor = [], ""
        while True:
            page = await method(query(limit=limit, cursor=cursor, **filters), CALLER)
            rows += getattr(page, field)
            if not page.next:
                break
            cursor = page.next
        found.append(rows)
    assert found[0] == found[1] == found[2], filters
    return found[0]


async def methods() -> ListMethods:
    story = await told()
    for number in (2, 3):
        await story.issue(number)
    return ListMethods(story.node)  # type: ignore[arg-type]


async def test_no_combination_hides_a_bill() -> None:
    lists = await methods()
    every = await pages(lists.bills, BillList, "bills", {})
    assert len(every) == 3
    for filters in combinations(issuer=(HOSPITAL, FINANCE), code=(CODE, "99010199")):
        is_there = filters.get("issuer") != FINANCE and filters.get("code") != "99010199"
        found = await pages(lists.bills, BillList, "bills", filters)
        assert sorted(v.bill for v in found) == [v.bill for v in every if is_there], filters


async def test_no_combination_hides_a_claim() -> None:
    lists = await methods()
    (claim,) = await pages(lists.claims, ClaimList, "claims", {})
    for bill in ({}, *({"bill_code": CODE, "bill_number": number} for number in NUMBERS)):
        for payer in combinations(payer=(MEDICARE, INSURER)):
            is_its = bill.get("bill_number", NUMBERS[0]) == NUMBERS[0]
            is_there = is_its and payer.get("payer", MEDICARE) == MEDICARE
            found = await pages(lists.claims, ClaimList, "claims", {**bill, **payer})
            assert found == [claim] * is_there, (bill, payer)


async def test_no_combination_hides_a_grant() -> None:
    lists = await methods()
    (grant,) = await pages(lists.grants, GrantList, "grants", {})
    assert (grant.bill, grant.reader) == (BILL_TEXT, INSURER)
    for bill in ({}, {"bill_code": CODE, "bill_number": NUMBERS[0]}):
        for rest in combinations(reader=(INSURER,), account=(ACCOUNT.hex(),)):
            assert await pages(lists.grants, GrantList, "grants", {**bill, **rest}) == [grant]


@pytest.mark.parametrize("name", ["bill_code", "bill_number"])
async def test_half_a_bill_is_refused_or_ignored_and_hides_nothing(name: str) -> None:
    lists = await methods()
    every = await pages(lists.claims, ClaimList, "claims", {})
    half = {"bill_code": CODE, "bill_number": NUMBERS[0]}[name]
    assert await pages(lists.claims, ClaimList, "claims", {name: half}) == every
