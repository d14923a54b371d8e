"""Alerts and cases: what each guard lets through and what it stops."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger.case_objects import Case, CaseState
from ledgerd.ledger.case_operations import RaiseAlert
from ledgerd.ledger.case_queries import alert_of, case_of, opener_of
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.queries import bill_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.ledger.state_keys import bill_key
from ledgerd.primitives.canonical import encode
from tests.unit.ledgerd.ledger import world_redress as w
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    BERT,
    FINANCE,
    HOSPITAL,
    HOSPITAL_2,
    INSURER,
    INSURER_2,
    MEDICARE,
    MEDICARE_2,
    World,
    bill_ref,
    claim,
    enrolment,
)

PARTY = HOSPITAL.encode()


@pytest.fixture
def world() -> World:
    world = World()
    world.allot()
    world.enrol()
    return world


def opened(world: World, *holds: BillRef, opener: str = MEDICARE) -> bytes:
    return world.must(opener, "reviewer", w.open_case(opener, world.today, *holds))


def assigned(world: World, assignee: str = INSURER) -> bytes:
    case = opened(world)
    world.must(MEDICARE, "reviewer", w.assign(case, assignee))
    return case


def found(world: World, assignee: str = INSURER) -> bytes:
    case = assigned(world, assignee)
    world.must(assignee, "reviewer", w.finding(case))
    return case


def judged_once(world: World, assignee: str = INSURER) -> bytes:
    case = found(world, assignee)
    world.must(HOSPITAL, "clerk", w.appeal_case(case, PARTY))
    world.must(MEDICARE, "reviewer", w.review(case))
    return case


def appealed_twice(world: World) -> bytes:
    case = judged_once(world)
    world.must(ANNA, "device", w.appeal_case(case, ANNA, "appeal 2"))
    return case


def record(world: World, key: bytes) -> Case:
    case = case_of(world, key)
    assert case is not None
    return case


def held(world: World, ref: BillRef) -> int:
    bill = bill_of(world, ref)
    assert bill is not None
    return bill.cases_open


def test_a_case_is_opened_from_an_own_alert_once(world: World) -> None:
    raised = world.must(MEDICARE, "office", w.alert(world.today))
    first = w.open_case(MEDICARE, world.today, from_alert=raised)
    foreign = w.open_case(FINANCE, world.today, from_alert=raised)

    stranger = world.code(FINANCE, "reviewer", foreign)
    key = world.must(MEDICARE, "reviewer", first)
    again = w.open_case(MEDICARE, world.today, ref="again", from_alert=raised)

    alert = alert_of(world, raised)
    assert alert is not None
    assert alert.case == key
    assert stranger is Code.NOT_A_PARTY
    assert world.code(MEDICARE, "reviewer", again) is Code.ALERT_USED
    nothing = w.open_case(MEDICARE, world.today, ref="x", from_alert=b"l" + b"0" * 38)
    assert world.code(MEDICARE, "reviewer", nothing) is Code.NOT_FOUND


def test_alerts_and_cases_carry_a_day_near_the_block(world: World) -> None:
    old: RaiseAlert = w.alert(2020_01_01)

    assert world.code(MEDICARE, "office", old) is Code.BAD_DATE
    case = w.open_case(MEDICARE, 2020_01_01)
    assert world.code(MEDICARE, "reviewer", case) is Code.BAD_DATE


def test_a_case_counts_on_the_bills_it_holds_until_it_is_closed(world: World) -> None:
    one, two = world.bill(1), world.bill(2)
    case = opened(world, one, two)
    other = world.must(FINANCE, "reviewer", w.open_case(FINANCE, world.today, one))

    during = held(world, one), held(world, two)
    world.must(MEDICARE, "reviewer", w.close(case))

    assert during == (2, 1)
    assert (held(world, one), held(world, two)) == (1, 0)
    world.must(FINANCE, "reviewer", w.close(other))
    assert held(world, one) == 0


def test_a_case_names_bills_and_parties_once_and_existing_ones(world: World) -> None:
    ref = world.bill(1)
    twice = w.open_case(MEDICARE, world.today, ref, ref)
    parties = w.open_case(MEDICARE, world.today)
    same = replace(parties, parties=parties.parties[:1] * 2)
    unknown = w.open_case(MEDICARE, world.today, bill_ref(9))

    assert world.code(MEDICARE, "reviewer", twice) is Code.DUPLICATE_ITEM
    assert world.code(MEDICARE, "reviewer", same) is Code.DUPLICATE_ITEM
    assert world.code(MEDICARE, "reviewer", unknown) is Code.NOT_FOUND


def test_an_insurer_holds_only_bills_of_which_it_is_a_payer(world: World) -> None:
    ref = world.bill(1)
    case = w.open_case(INSURER, world.today, ref)
    before = world.code(INSURER, "reviewer", case)
    world.must(ANNA, "device", claim((ref,), world.today))

    assert before is Code.NOT_A_PARTY
    assert world.code(INSURER, "reviewer", case) is Code.OK


def test_a_bill_is_held_by_so_many_cases(world: World) -> None:
    ref = world.bill(1)
    bill = bill_of(world, ref)
    assert bill is not None
    world.state[bill_key(ref.code, ref.number)] = encode(replace(bill, cases_open=255))

    full = w.open_case(MEDICARE, world.today, ref)

    assert world.code(MEDICARE, "reviewer", full) is Code.TOO_MANY


def test_the_opener_assigns_a_reviewers_key(world: World) -> None:
    case = opened(world)

    assert world.code(FINANCE, "reviewer", w.assign(case, FINANCE)) is Code.NOT_A_PARTY
    to_clerk = w.assign(case, INSURER, role="clerk")
    assert world.code(MEDICARE, "reviewer", to_clerk) is Code.BAD_KEY
    to_hospital = w.assign(case, HOSPITAL)
    assert world.code(MEDICARE, "reviewer", to_hospital) is Code.UNKNOWN_INSTITUTION
    assert world.code(MEDICARE, "reviewer", w.assign(case, INSURER)) is Code.OK
    assert record(world, case).assignee == INSURER


def test_a_case_is_assigned_anew_when_the_assignee_is_late(world: World) -> None:
    case = assigned(world)
    early = world.code(MEDICARE, "reviewer", w.assign(case, FINANCE, "2"))
    world.time_ms += 30 * DAY_MS
    world.must(MEDICARE, "reviewer", w.assign(case, FINANCE, "2"))

    assert early is Code.TOO_EARLY
    assert world.code(INSURER, "reviewer", w.finding(case)) is Code.NOT_A_PARTY
    assert world.code(FINANCE, "reviewer", w.finding(case)) is Code.OK


def test_a_late_finding_counts_until_somebody_else_is_assigned(world: World) -> None:
    case = assigned(world)
    world.time_ms += 60 * DAY_MS

    assert world.code(INSURER, "reviewer", w.finding(case)) is Code.OK


def test_a_case_is_assigned_nine_times_at_most(world: World) -> None:
    case = assigned(world)
    for turn in range(8):
        world.time_ms += 30 * DAY_MS
        world.must(MEDICARE, "reviewer", w.assign(case, INSURER, f"turn {turn}"))
    world.time_ms += 30 * DAY_MS

    assert world.code(MEDICARE, "reviewer", w.assign(case, INSURER, "too")) is Code.TOO_MANY


def test_only_the_assignee_reports_and_once(world: World) -> None:
    case = opened(world)
    unassigned = world.code(INSURER, "reviewer", w.finding(case))
    world.must(MEDICARE, "reviewer", w.assign(case, INSURER))
    foreign = world.code(INSURER_2, "reviewer", w.finding(case))
    world.must(INSURER, "reviewer", w.finding(case))

    assert unassigned is Code.WRONG_STATE
    assert foreign is Code.NOT_A_PARTY
    assert world.code(INSURER, "reviewer", w.finding(case, "2")) is Code.WRONG_STATE


def test_a_party_objects_and_nobody_else(world: World) -> None:
    world.enrol(BERT)
    case = found(world)
    world.must(MEDICARE, "reviewer", w.open_case(MEDICARE, world.today, ref="other"))
    of_anna = w.appeal_case(case, ANNA)

    assert world.code(BERT, "device", of_anna) is Code.NOT_A_PARTY
    assert world.code(HOSPITAL_2, "clerk", w.appeal_case(case, PARTY)) is Code.NOT_A_PARTY
    assert world.code(ANNA, "device", w.appeal_case(case, PARTY)) is Code.NOT_A_PARTY
    assert world.code(ANNA, "device", of_anna) is Code.OK
    assert record(world, case).steps[-1].institution is None


def test_an_account_objects_when_it_is_confirmed(world: World) -> None:
    world.must(HOSPITAL, "clerk", enrolment(BERT))
    case = found(world)

    code = world.code(BERT, "device", w.appeal_case(case, ANNA))

    assert code is Code.ACCOUNT_NOT_CONFIRMED


def test_there_is_nothing_to_object_to_before_a_finding(world: World) -> None:
    case = assigned(world)

    assert world.code(ANNA, "device", w.appeal_case(case, ANNA)) is Code.WRONG_STATE


def test_the_first_review_is_the_openers_by_another_key(world: World) -> None:
    case = found(world, MEDICARE)
    premature = world.code(MEDICARE, "reviewer", w.review(case))
    world.must(ANNA, "device", w.appeal_case(case, ANNA))

    assert premature is Code.WRONG_STATE
    assert world.code(FINANCE, "reviewer", w.review(case)) is Code.NOT_A_PARTY
    assert world.code(MEDICARE, "reviewer", w.review(case)) is Code.SAME_KEY


def test_the_second_judge_is_another_institution(world: World) -> None:
    case = appealed_twice(world)

    for involved in (MEDICARE, INSURER):
        code = world.code(MEDICARE, "reviewer", w.assign(case, involved, f"to {involved}"))
        assert code is Code.SAME_INSTITUTION
    assert world.code(MEDICARE, "reviewer", w.review(case, "2")) is Code.SAME_INSTITUTION
    world.must(MEDICARE, "reviewer", w.assign(case, FINANCE, "judge"))
    assert world.code(INSURER_2, "reviewer", w.review(case, "2")) is Code.NOT_A_PARTY
    assert world.code(FINANCE, "reviewer", w.review(case, "2")) is Code.OK


def test_when_the_second_judge_is_late_another_institution_may_judge(world: World) -> None:
    case = appealed_twice(world)
    world.must(MEDICARE, "reviewer", w.assign(case, FINANCE, "judge"))
    early = world.code(MEDICARE, "reviewer", w.assign(case, INSURER_2, "judge 2"))
    world.time_ms += 30 * DAY_MS

    assert early is Code.TOO_EARLY
    assert world.code(MEDICARE_2, "reviewer", w.review(case, "2")) is Code.OK


def test_the_first_review_needs_no_assignment(world: World) -> None:
    case = found(world)
    world.must(ANNA, "device", w.appeal_case(case, ANNA))

    assert world.code(MEDICARE, "reviewer", w.assign(case, FINANCE, "x")) is Code.WRONG_STATE


def test_after_two_reviews_there_is_no_third(world: World) -> None:
    case = appealed_twice(world)
    world.must(MEDICARE, "reviewer", w.assign(case, FINANCE, "judge"))
    world.must(FINANCE, "reviewer", w.review(case, "2"))

    assert world.code(ANNA, "device", w.appeal_case(case, ANNA, "3")) is Code.APPEAL_USED
    assert world.code(MEDICARE, "reviewer", w.close(case)) is Code.OK


def test_a_case_is_closed_after_the_time_to_object(world: World) -> None:
    case = found(world)
    early = world.code(MEDICARE, "reviewer", w.close(case))
    world.time_ms += 15 * DAY_MS

    assert early is Code.TOO_EARLY
    assert world.code(FINANCE, "reviewer", w.close(case)) is Code.NOT_A_PARTY
    assert world.code(MEDICARE, "reviewer", w.close(case)) is Code.OK
    assert record(world, case).state is CaseState.CLOSED


def test_a_first_review_leaves_time_to_object_once_more(world: World) -> None:
    case = judged_once(world)

    assert world.code(MEDICARE, "reviewer", w.close(case)) is Code.TOO_EARLY
    world.time_ms += 15 * DAY_MS
    assert world.code(ANNA, "device", w.appeal_case(case, ANNA, "late")) is Code.OK
    assert world.code(MEDICARE, "reviewer", w.close(case)) is Code.WRONG_STATE


def test_a_case_without_a_finding_is_dropped_at_once(world: World) -> None:
    case = assigned(world)

    assert world.code(MEDICARE, "reviewer", w.close(case)) is Code.OK


def test_nothing_happens_to_a_closed_case(world: World) -> None:
    case = opened(world)
    world.must(MEDICARE, "reviewer", w.close(case))

    assert world.code(MEDICARE, "reviewer", w.assign(case, INSURER)) is Code.CASE_CLOSED
    assert world.code(INSURER, "reviewer", w.finding(case)) is Code.CASE_CLOSED
    assert world.code(ANNA, "device", w.appeal_case(case, ANNA)) is Code.CASE_CLOSED
    assert world.code(MEDICARE, "reviewer", w.review(case)) is Code.CASE_CLOSED
    assert world.code(MEDICARE, "reviewer", w.close(case, "2")) is Code.CASE_CLOSED


def test_steps_of_a_case_that_does_not_exist_are_refused(world: World) -> None:
    case = b"q" + b"0" * 38

    assert world.code(MEDICARE, "reviewer", w.assign(case, INSURER)) is Code.NOT_FOUND
    assert world.code(INSURER, "reviewer", w.finding(case)) is Code.NOT_FOUND


def test_an_earlier_assignment_replayed_after_a_later_one_changes_nothing(world: World) -> None:
    case = assigned(world)
    first = world.done[-1]
    world.time_ms += 30 * DAY_MS
    world.must(MEDICARE, "reviewer", w.assign(case, FINANCE, "2"))
    world.time_ms += 30 * DAY_MS

    (receipt,) = world.execute(first)[0]

    assert receipt.code is Code.REPEATED
    assert world.changed == {}
    assert record(world, case).assignee == FINANCE


def test_who_opened_a_case_stands_in_its_key(world: World) -> None:
    assert opener_of(opened(world)) == MEDICARE
