"""Methods that list, after the story of one bill and two more bills."""

from ledgerd.rpc.methods_lists import ListMethods
from ledgerd.rpc.queries import BillList, ClaimList, GrantList, Page, RangeList
from ledgerd.rpc.registry import ALL_SCOPES, Caller
from tests.unit.ledgerd.rpc.solo_node import FINANCE, HOSPITAL, INSURER, MEDICARE
from tests.unit.ledgerd.rpc.stories import ACCOUNT, BILL_TEXT, CODE, Story, told

CALLER = Caller("test", ALL_SCOPES)


async def methods_of(story: Story) -> ListMethods:
    for number in (2, 3):
        await story.issue(number)
    return ListMethods(story.node)  # type: ignore[arg-type]


async def test_pages_of_bills_cover_each_bill_once() -> None:
    methods = await methods_of(await told())

    first = await methods.bills(BillList(limit=2), CALLER)
    second = await methods.bills(BillList(limit=2, cursor=first.next or ""), CALLER)

    names = [view.bill for view in (*first.bills, *second.bills)]
    assert names == [f"{CODE}-{n:010d}" for n in (1, 2, 3)]
    assert second.next is None


async def test_an_issuers_bills_come_in_the_order_of_the_chain() -> None:
    methods = await methods_of(await told())

    first = await methods.bills(BillList(issuer=HOSPITAL, limit=2), CALLER)
    second = await methods.bills(
        BillList(issuer=HOSPITAL, limit=2, cursor=first.next or ""), CALLER
    )
    nobody = await methods.bills(BillList(issuer=FINANCE), CALLER)

    assert [len(first.bills), len(second.bills), len(nobody.bills)] == [2, 1, 0]


async def test_bills_of_another_code_are_left_out() -> None:
    methods = await methods_of(await told())

    by_state = await methods.bills(BillList(code="99010199"), CALLER)
    by_issuer = await methods.bills(BillList(code="99010199", issuer=HOSPITAL), CALLER)

    assert (by_state.bills, by_issuer.bills) == ((), ())


async def test_claims_are_found_by_payer_and_by_bill() -> None:
    story = await told()
    methods = await methods_of(story)
    number = BILL_TEXT.partition("-")[2]

    by_payer = await methods.claims(ClaimList(payer=MEDICARE), CALLER)
    by_bill = await methods.claims(ClaimList(bill_code=CODE, bill_number=number), CALLER)
    others = await methods.claims(ClaimList(payer=INSURER), CALLER)

    assert [view.claim for view in by_payer.claims] == [story.claim.hex()]
    assert by_bill.claims == by_payer.claims
    assert others.claims == ()


async def test_grants_are_found_by_bill_by_reader_and_by_account() -> None:
    methods = await methods_of(await told())
    number = BILL_TEXT.partition("-")[2]

    by_bill = await methods.grants(GrantList(bill_code=CODE, bill_number=number), CALLER)
    by_reader = await methods.grants(GrantList(reader=INSURER), CALLER)
    by_account = await methods.grants(GrantList(account=ACCOUNT.hex()), CALLER)
    of_nobody = await methods.grants(GrantList(account="00" * 16), CALLER)

    (view,) = by_bill.grants
    assert (view.bill, view.reader, view.delivered) == (BILL_TEXT, INSURER, False)
    assert by_reader.grants == by_account.grants == (view,)
    assert of_nobody.grants == ()


async def test_ranges_say_who_allotted_them() -> None:
    methods = await methods_of(await told())

    found = await methods.ranges(RangeList(holder=HOSPITAL), CALLER)

    (view,) = found.ranges
    assert (view.holder, view.code, view.first, view.count, view.allotted_by) == (
        HOSPITAL,
        CODE,
        1,
        1_000,
        FINANCE,
    )
    assert (await methods.ranges(RangeList(holder=INSURER), CALLER)).ranges == ()


async def test_members_are_the_institutions_of_genesis() -> None:
    methods = await methods_of(await told())

    found = await methods.members(Page(), CALLER)

    assert {view.institution for view in found.members} == {HOSPITAL, FINANCE, MEDICARE, INSURER}
