"""Proposals and votes: admission by finance and a bureau, the rest by two thirds with finance."""

import pytest
from msgspec.structs import replace

from ledgerd.chain.genesis import EncryptionKey, Institution, OperatorKey
from ledgerd.ledger.governance_objects import VOTES_MAX, ProposalState
from ledgerd.ledger.governance_operations import (
    Admission,
    Propose,
    Suspension,
    Vote,
)
from ledgerd.ledger.queries import institution_of, proposal_of
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.primitives.canonical import encode
from tests.unit.ledgerd.ledger.samples import CANDIDATE
from tests.unit.ledgerd.ledger.world import (
    FINANCE,
    HOSPITAL,
    HOSPITAL_2,
    INSURER,
    MEDICARE,
    MEDICARE_2,
    World,
    allotment,
    key_of,
    uscc,
)
from tests.unit.ledgerd.ledger.world_books import decided


@pytest.fixture
def world() -> World:
    return World()


def proposal(world: World, candidate: Institution = CANDIDATE, ref: str = "p") -> Propose:
    return Propose(client_ref=ref, date=world.today, subject=Admission(candidate=candidate))


def ballot(key: bytes, *, approve: bool = True, ref: str = "v") -> Vote:
    return Vote(client_ref=ref, proposal=key, approve=approve)


def test_finance_and_one_bureau_admit_a_hosted_institution(world: World) -> None:
    key = world.must(HOSPITAL, "admin", proposal(world))
    world.must(FINANCE, "admin", ballot(key))
    half = institution_of(world, CANDIDATE.institution_id)
    world.must(MEDICARE, "admin", ballot(key))

    found = institution_of(world, CANDIDATE.institution_id)
    assert half is None
    assert found is not None
    assert (found.institution, found.is_validator) == (CANDIDATE, False)


def test_an_admitted_institution_acts_with_its_keys(world: World) -> None:
    key = world.must(FINANCE, "admin", proposal(world))
    world.must(MEDICARE, "admin", ballot(key))
    name = CANDIDATE.institution_id
    world.must(FINANCE, "clerk", allotment(name, 1, 10))

    from tests.unit.ledgerd.ledger.world import issue

    assert world.code(name, "office", issue(1, world.today)) is RejectCode.OK


def test_a_no_of_finance_rejects_and_closes(world: World) -> None:
    key = world.must(MEDICARE, "admin", proposal(world))
    world.must(FINANCE, "admin", ballot(key, approve=False))

    found = proposal_of(world, key)
    assert found is not None
    assert found.state is ProposalState.REJECTED
    assert world.code(MEDICARE_2, "admin", ballot(key)) is RejectCode.PROPOSAL_CLOSED


def test_a_no_of_one_bureau_leaves_it_to_another(world: World) -> None:
    key = world.must(FINANCE, "admin", proposal(world))
    world.must(MEDICARE, "admin", ballot(key, approve=False))
    world.must(MEDICARE_2, "admin", ballot(key))

    assert institution_of(world, CANDIDATE.institution_id) is not None


def test_an_institution_votes_once(world: World) -> None:
    key = world.must(MEDICARE, "admin", proposal(world))

    assert world.code(MEDICARE, "admin", ballot(key)) is RejectCode.ALREADY_VOTED


def test_the_same_institution_is_admitted_once(world: World) -> None:
    first = world.must(FINANCE, "admin", proposal(world))
    second = world.must(FINANCE, "admin", proposal(world, ref="q"))
    world.must(MEDICARE, "admin", ballot(first))

    assert world.code(MEDICARE, "admin", ballot(second)) is RejectCode.INSTITUTION_EXISTS
    third = proposal(world, ref="r")
    assert world.code(FINANCE, "admin", third) is RejectCode.INSTITUTION_EXISTS


def test_a_candidate_is_hosted_by_a_validator_and_its_code_is_valid(world: World) -> None:
    no_host = replace(CANDIDATE, hosted_by=None)
    observer = replace(CANDIDATE, hosted_by=HOSPITAL_2)
    stranger = replace(CANDIDATE, hosted_by=uscc("91330000000000099"))
    wrong = replace(CANDIDATE, institution_id="0" * 17 + "1")

    codes = [
        world.code(FINANCE, "admin", proposal(world, candidate))
        for candidate in (no_host, observer, stranger, wrong)
    ]

    assert codes == [RejectCode.NOT_A_VALIDATOR] * 3 + [RejectCode.UNKNOWN_INSTITUTION]


def test_a_candidates_keys_are_valid_sorted_and_its_own(world: World) -> None:
    good = CANDIDATE.operator_keys
    twice = (good[0], OperatorKey(role="terminal", public_key=good[0].public_key))
    weak = (OperatorKey(role="office", public_key=bytes(32)),)
    numbers = (EncryptionKey(number=1, public_key=key_of("e")),) * 2
    candidates = (
        replace(CANDIDATE, operator_keys=good[::-1]),
        replace(CANDIDATE, operator_keys=twice),
        replace(CANDIDATE, operator_keys=weak),
        replace(CANDIDATE, encryption_keys=numbers),
    )

    codes = [world.code(FINANCE, "admin", proposal(world, c)) for c in candidates]

    assert codes == [RejectCode.BAD_KEY] * 4


def test_a_proposal_is_dated_today_and_must_exist(world: World) -> None:
    old = replace(proposal(world), date=2020_01_01)

    assert world.code(FINANCE, "admin", old) is RejectCode.BAD_DATE
    assert world.code(FINANCE, "admin", ballot(b"g" * 39)) is RejectCode.NOT_FOUND


def test_an_outsider_of_both_kinds_may_propose_but_its_yes_does_not_count(world: World) -> None:
    key = world.must(INSURER, "admin", proposal(world))
    world.must(MEDICARE, "admin", ballot(key))

    assert institution_of(world, CANDIDATE.institution_id) is None


def suspension(world: World, ref: str = "s") -> Propose:
    return Propose(client_ref=ref, date=world.today, subject=Suspension(institution=HOSPITAL_2))


def state_of(world: World, key: bytes) -> int:
    found = proposal_of(world, key)
    assert found is not None
    return found.state


def test_more_than_two_thirds_with_finance_decide_a_common_affair(world: World) -> None:
    key = world.must(HOSPITAL, "admin", suspension(world))
    for voter in (INSURER, MEDICARE):
        world.must(voter, "admin", ballot(key))
    without_finance = state_of(world, key)
    world.must(FINANCE, "admin", ballot(key))

    assert without_finance == ProposalState.OPEN
    assert state_of(world, key) == ProposalState.ADOPTED


def test_two_of_four_do_not_decide_and_two_against_reject(world: World) -> None:
    key = world.must(FINANCE, "admin", suspension(world))
    world.must(MEDICARE, "admin", ballot(key))
    two = state_of(world, key)
    world.must(HOSPITAL, "admin", ballot(key, approve=False))
    one_against = state_of(world, key)
    world.must(INSURER, "admin", ballot(key, approve=False))

    assert [two, one_against] == [ProposalState.OPEN] * 2
    assert state_of(world, key) == ProposalState.REJECTED


def test_a_no_of_the_only_finance_rejects_at_once(world: World) -> None:
    key = world.must(HOSPITAL, "admin", suspension(world))
    world.must(FINANCE, "admin", ballot(key, approve=False))

    assert state_of(world, key) == ProposalState.REJECTED


def test_who_has_no_validator_proposes_but_has_no_vote(world: World) -> None:
    key = world.must(MEDICARE_2, "admin", suspension(world))

    assert world.code(HOSPITAL_2, "admin", ballot(key)) is RejectCode.NO_VOTE
    world.must(FINANCE, "admin", ballot(key))
    world.must(MEDICARE, "admin", ballot(key))
    assert state_of(world, key) == ProposalState.OPEN
    hosted = world.must(FINANCE, "admin", proposal(world))
    assert world.code(INSURER, "admin", ballot(hosted)) is RejectCode.NO_VOTE


def test_a_vote_of_an_institution_that_is_suspended_since_does_not_count(world: World) -> None:
    key = world.must(INSURER, "admin", suspension(world))
    decided(world, Suspension(institution=INSURER), "insurer")
    world.must(FINANCE, "admin", ballot(key))
    world.must(MEDICARE, "admin", ballot(key))
    two_and_the_suspended = state_of(world, key)
    world.must(HOSPITAL, "admin", ballot(key))

    assert two_and_the_suspended == ProposalState.OPEN
    assert state_of(world, key) == ProposalState.ADOPTED


def test_a_suspended_bureau_admits_nobody(world: World) -> None:
    key = world.must(MEDICARE_2, "admin", proposal(world))
    decided(world, Suspension(institution=MEDICARE_2), "bureau")
    world.must(FINANCE, "admin", ballot(key))

    assert institution_of(world, CANDIDATE.institution_id) is None


def test_a_proposal_expires_and_lets_the_last_moment_through(world: World) -> None:
    key = world.must(HOSPITAL, "admin", suspension(world))
    found = proposal_of(world, key)
    assert found is not None
    world.time_ms = found.expires_ms - 1000
    at_the_end = world.code(INSURER, "admin", ballot(key))

    assert at_the_end is RejectCode.OK
    assert world.code(FINANCE, "admin", ballot(key)) is RejectCode.PROPOSAL_EXPIRED


def test_a_proposal_holds_as_many_votes_as_it_may(world: World) -> None:
    key = world.must(FINANCE, "admin", proposal(world))
    found = proposal_of(world, key)
    assert found is not None
    world.state[key] = encode(replace(found, ballots=found.ballots * VOTES_MAX))

    assert world.code(MEDICARE, "admin", ballot(key)) is RejectCode.TOO_MANY
