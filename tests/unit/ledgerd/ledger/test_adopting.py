"""What an adoption does, and what cannot be adopted."""

from dataclasses import dataclass

import pytest

from ledgerd.ledger.acting import BlockContext
from ledgerd.ledger.adopting import changed_params, subject_named
from ledgerd.ledger.governance_operations import (
    Admission,
    NewParams,
    NewProtocol,
    ParamChange,
    Reinstatement,
    Suspension,
)
from ledgerd.ledger.governance_queries import electorate_of, protocol_version_of
from ledgerd.ledger.queries import institution_of, params_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger.samples import CANDIDATE
from tests.unit.ledgerd.ledger.world import (
    CHAIN_ID,
    FINANCE,
    HOSPITAL,
    HOSPITAL_2,
    INSURER,
    MEDICARE,
    World,
    uscc,
)
from tests.unit.ledgerd.ledger.world_books import ballot, decided, proposal, registration


@pytest.fixture
def world() -> World:
    return World()


def new_params(*changes: tuple[str, int | str]) -> NewParams:
    return NewParams(changes=tuple(ParamChange(name=n, value=v) for n, v in changes))


def test_a_suspended_institution_does_nothing_until_it_is_reinstated(world: World) -> None:
    decided(world, Suspension(institution=INSURER))
    refused = world.code(INSURER, "admin", registration(INSURER))
    left = len(electorate_of(world).electors)
    decided(world, Reinstatement(institution=INSURER), "back")

    assert refused is Code.SUSPENDED
    assert left == 3
    assert len(electorate_of(world).electors) == 4
    assert world.code(INSURER, "admin", registration(INSURER)) is Code.OK


def test_suspension_without_a_validator_leaves_the_electors(world: World) -> None:
    decided(world, Suspension(institution=HOSPITAL_2))

    record = institution_of(world, HOSPITAL_2)
    assert record is not None
    assert record.suspended is not None
    assert len(electorate_of(world).electors) == 4


def test_standing_changes_only_from_the_other_one(world: World) -> None:
    again = proposal(world, Reinstatement(institution=INSURER))
    unknown = proposal(world, Suspension(institution=uscc("91330000000000099")))
    in_good_standing = world.code(FINANCE, "admin", again)
    decided(world, Suspension(institution=INSURER), "first")
    twice = proposal(world, Suspension(institution=INSURER), "second")

    assert in_good_standing is Code.WRONG_STATE
    assert world.code(FINANCE, "admin", unknown) is Code.UNKNOWN_INSTITUTION
    assert world.code(FINANCE, "admin", twice) is Code.WRONG_STATE


def test_the_last_finance_is_not_suspended(world: World) -> None:
    last = proposal(world, Suspension(institution=FINANCE))

    assert world.code(MEDICARE, "admin", last) is Code.LAST_FINANCE


def test_parameters_change_alone_or_together_and_the_others_stay(world: World) -> None:
    before = params_of(world)
    decided(world, new_params(("gap_days", 7), ("relying_party", "ledger.test")))

    after = params_of(world)
    assert (after.gap_days, after.relying_party) == (7, "ledger.test")
    assert (after.filing_days, after.region) == (before.filing_days, before.region)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ((("gap_days", 0),), Code.BAD_PARAMS),
        ((("gap_days", "7"),), Code.BAD_PARAMS),
        ((("relying_party", 5),), Code.BAD_PARAMS),
        ((("decision_ms", 1),), Code.BAD_PARAMS),
        ((("no_such_field", 1),), Code.BAD_PARAMS),
        ((("version", 1),), Code.BAD_PARAMS),
        ((("gap_days", 7), ("gap_days", 8)), Code.DUPLICATE_ITEM),
        ((("gap_days", 36_600),), Code.OK),
    ],
)
def test_the_type_of_a_parameter_bounds_it(world: World, changes: tuple, code: Code) -> None:
    assert world.code(FINANCE, "admin", proposal(world, new_params(*changes))) is code


def test_changes_are_made_on_what_is_in_force_when_they_are_adopted(world: World) -> None:
    first = world.must(FINANCE, "admin", proposal(world, new_params(("gap_days", 7)), "a"))
    decided(world, new_params(("filing_days", 99)), "b")
    for voter in (MEDICARE, HOSPITAL):
        world.must(voter, "admin", ballot(first, ref="late"))

    params = params_of(world)
    assert (params.gap_days, params.filing_days) == (7, 99)
    assert changed_params(params, new_params(("gap_days", 8))).gap_days == 8


@dataclass
class EarlierRules(World):
    """A world whose blocks follow the rules before those of this release."""

    def context(self) -> BlockContext:
        return BlockContext(self.height, self.time_ms, CHAIN_ID, 0)


def test_only_a_later_version_that_this_release_knows_is_adopted(world: World) -> None:
    present = proposal(world, NewProtocol(protocol_version=1))
    unknown = proposal(world, NewProtocol(protocol_version=2))
    earlier = EarlierRules()
    key = decided(earlier, NewProtocol(protocol_version=1))

    assert world.code(FINANCE, "admin", present) is Code.UNKNOWN_PROTOCOL
    assert world.code(FINANCE, "admin", unknown) is Code.UNKNOWN_PROTOCOL
    assert key
    assert protocol_version_of(earlier) == 1


def test_a_subject_has_a_word_and_whom_it_is_about() -> None:
    assert subject_named(Admission(candidate=CANDIDATE)) == (
        "admission",
        CANDIDATE.institution_id,
    )
    assert subject_named(NewProtocol(protocol_version=2)) == ("protocol", None)
