"""Half of the dose: random operations, the ledger and the naive model side by side."""

import pytest
from hypothesis import given, settings, strategies as st

from ledgerd.ledger.claim_operations import PayClaim
from ledgerd.ledger.operations import OPERATION_TYPES
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.ledger.rights import RIGHTS, Right
from tests.naive.dose import (
    OPERATIONS_PER_SEED,
    SEEDS_PER_FILE,
    codes_of,
    drawn_of,
    pair_of,
    verdicts_of,
)
from tests.naive.model import RULES
from tests.naive.running import Difference, run, run_seeds
from tests.naive.unreached import RESERVED, SELDOM

SEEDS = range(SEEDS_PER_FILE)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_ledger_and_model_agree_on_every_operation_and_on_every_replay(seed: int) -> None:
    assert pair_of(seed).operations >= OPERATIONS_PER_SEED


def test_every_operation_has_its_rule() -> None:
    assert {type_.__name__ for type_ in OPERATION_TYPES} == set(RULES)


@pytest.mark.slow
def test_every_operation_is_accepted_and_refused() -> None:
    verdicts = verdicts_of(SEEDS)

    assert {name for name, is_done in verdicts if is_done} >= set(RULES)
    assert {name for name, is_done in verdicts if not is_done} >= set(RULES)


@pytest.mark.slow
def test_every_code_is_reached_but_those_that_say_why_not() -> None:
    reached = set(codes_of(SEEDS))

    assert set(Code) - reached <= set(SELDOM) | set(RESERVED)


@pytest.mark.slow
def test_what_is_sent_again_is_often_recognised() -> None:
    codes = codes_of(SEEDS)

    assert codes[Code.REPEATED] > 0.01 * codes.total()


@pytest.mark.slow
def test_a_tenth_of_what_is_drawn_was_drawn_before_as_it_is_or_nearly() -> None:
    drawn = drawn_of(SEEDS)

    again = drawn["duplicate"] + drawn["near-duplicate"]
    assert 0.09 < again / drawn.total() < 0.11
    assert min(drawn["duplicate"], drawn["near-duplicate"]) > 0.03 * drawn.total()


@pytest.mark.slow
def test_money_is_looked_at_whenever_the_ledger_writes_a_bill() -> None:
    assert sum(pair_of(seed).ledger.money_checks for seed in SEEDS) > OPERATIONS_PER_SEED


@settings(max_examples=25)
@given(st.randoms(use_true_random=False))
def test_a_short_run_agrees_whatever_is_drawn(rng) -> None:
    run(rng, 60)


def test_a_mistake_in_the_rights_is_found_and_shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RIGHTS, PayClaim, Right(("insurer",), ("cashier",)))

    with pytest.raises(Difference, match="PayClaim: the model expects") as found:
        run_seeds(range(20), 600)

    assert len(str(found.value).splitlines()) < 30
