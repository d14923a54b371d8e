"""The checker finds each thing that it looks for, and nothing in a chain that kept its word."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.chaos.acts import TOTAL_FEN
from tests.chaos.checker import Facts, Verdict, diverged, judge
from tests.chaos.journal import ACKNOWLEDGED, REFUSED, UNKNOWN, Told, acknowledged_acts
from tests.chaos.supervision import OwnEnd, Watched, unexpected
from tests.processes.local_net import NodeProcess

ISSUED = Told(1, "issue", "bench/1", "B-1", "finance", ACKNOWLEDGED, "OK", 0.0, 0.1, "aa", 7)
PAID = Told(2, "pay", "pay/1", "B-1", "insurer", ACKNOWLEDGED, "OK", 0.2, 0.3, "bb", 9)


def chain() -> Facts:
    """Make a chain on which one bill was issued and paid."""
    facts = Facts(headers=[str(height) for height in range(1, 10)])
    facts.effects["bench/1"].append((7, "aa"))
    facts.effects["pay/1"].append((9, "bb"))
    facts.bills["B-1"].append("bench/1")
    facts.paid_fen["B-1"] = TOTAL_FEN
    return facts


def kinds(verdict: Verdict) -> set[str]:
    return {text.split(":")[0] for text in verdict.violations}


def test_a_chain_that_kept_its_word_is_found_right() -> None:
    verdict = judge(chain(), (ISSUED, PAID))

    assert verdict.violations == []
    assert (verdict.counts["acknowledgements"], verdict.counts["effects"]) == (2, 2)


@pytest.mark.parametrize(
    "told",
    [
        replace(ISSUED, ref="bench/2", tx_id="cc"),
        replace(ISSUED, height=8),
        replace(ISSUED, tx_id="cc"),
        replace(ISSUED, word="REPEATED", height=6),
    ],
)
def test_what_was_acknowledged_and_is_not_there_is_lost(told: Told) -> None:
    assert kinds(judge(chain(), (told,))) == {"lost"}


def test_a_repetition_may_be_told_of_a_later_height() -> None:
    again = replace(ISSUED, word="REPEATED", height=8, tx_id="cc")

    assert judge(chain(), (again,)).violations == []


def test_one_key_in_force_twice_is_a_duplicate() -> None:
    facts = chain()
    facts.effects["bench/1"].append((8, "cc"))

    assert kinds(judge(facts, (ISSUED,))) == {"duplicated"}


def test_one_number_for_two_bills_is_a_duplicate() -> None:
    facts = chain()
    facts.bills["B-1"].append("rival/3/1")

    assert kinds(judge(facts, (ISSUED,))) == {"duplicated"}


def test_a_sum_paid_twice_is_a_duplicate() -> None:
    facts = chain()
    facts.paid_fen["B-1"] = 2 * TOTAL_FEN

    assert kinds(judge(facts, (PAID,))) == {"duplicated"}


def test_what_was_refused_by_everybody_and_is_in_force_is_unwanted() -> None:
    assert kinds(judge(chain(), (replace(ISSUED, outcome=REFUSED),))) == {"unwanted"}


@pytest.mark.parametrize("ref", ["bench/1", "bench/2"])
def test_an_unknown_outcome_may_have_gone_either_way(ref: str) -> None:
    unknown = replace(ISSUED, ref=ref, outcome=UNKNOWN, tx_id="")

    assert judge(chain(), (unknown, replace(unknown, outcome=REFUSED))).violations == []


def test_another_block_at_one_height_is_a_divergence() -> None:
    headers = {"finance": ["a", "b", "c"], "insurer": ["a", "x"], "hospital": ["a", "b"]}

    assert diverged(headers) == ["insurer and finance at 2"]


def test_a_node_that_is_behind_has_not_diverged() -> None:
    assert diverged({"finance": ["a", "b", "c"], "insurer": ["a"]}) == []


@pytest.mark.parametrize(
    ("end", "is_told"),
    [
        (OwnEnd("finance", 70, ""), True),
        (OwnEnd("finance", 70, "damaged file"), False),
        (OwnEnd("finance", 1, "damaged file"), True),
        (OwnEnd("finance", 1, "memory limit"), False),
        (OwnEnd("finance", 1, "damaged file, memory limit"), False),
        (OwnEnd("finance", -11, "memory limit"), True),
    ],
)
def test_an_end_that_nothing_explains_is_told(end: OwnEnd, is_told: bool) -> None:
    assert bool(unexpected([end])) is is_told


def test_damage_explains_an_end_long_after_the_node_was_level_again() -> None:
    """A sector that was zeroed lay in a table that nobody read until LevelDB rewrote it."""
    damaged, short = Watched(NodeProcess(Path("a"))), Watched(NodeProcess(Path("b")))
    damaged.blame("damaged file")
    damaged.blame("reads fail")
    short.blame("memory limit")

    damaged.recover()
    short.recover()

    assert (damaged.faulty, short.faulty) == ("damaged file", "")


def test_an_act_counts_once_however_often_it_was_acknowledged() -> None:
    again = replace(ISSUED, node="insurer")
    lost = replace(PAID, outcome=UNKNOWN)

    assert acknowledged_acts((ISSUED, again, lost)) == 1
