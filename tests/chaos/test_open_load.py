"""The load begins acts when they are due, whatever becomes of them, and enters every attempt."""

import itertools
import random
import threading
from pathlib import Path

from ledgerd.rpc.answers import Outcome, ReceiptView
from tests.chaos.acts import Act
from tests.chaos.journal import ACKNOWLEDGED, REFUSED, UNKNOWN, Journal, outcomes
from tests.chaos.open_load import OpenLoad, said_of

RATE = 40.0
SECONDS = 0.5


def load_at(folder: Path, target: object, rate: float) -> OpenLoad:
    numbers = itertools.count(1)

    def make() -> Act:
        number = next(numbers)
        return Act(number, "issue", f"ref/{number}", f"B-{number}", "00")

    journal = Journal(folder / "journal.jsonl")
    targets = {"finance": lambda: target, "insurer": lambda: target}
    return OpenLoad(make, targets, rate, journal, random.Random(1), hands=8)  # type: ignore[arg-type]


def test_acts_begin_at_their_rate_though_nobody_takes_them(tmp_path: Path) -> None:
    load = load_at(tmp_path, None, RATE)
    load.begin()
    threading.Event().wait(SECONDS)
    elapsed_s = load.elapsed_s()
    load.end()

    entries = load.journal.entries()
    assert 0.5 * RATE * SECONDS <= load.begun <= RATE * elapsed_s + 1
    assert set(outcomes(entries)) == {REFUSED}
    assert {told.word for told in entries} == {"not running"}
    load.journal.close()
    assert len((tmp_path / "journal.jsonl").read_text(encoding="utf-8").splitlines()) == len(
        entries
    )


def outcome(state: str, *reasons: str) -> Outcome:
    receipts = tuple(ReceiptView(op=i, code=0, reason=r) for i, r in enumerate(reasons))
    height = 7 if state in {"committed", "sealed"} else None
    return Outcome(state=state, tx_id="aa", height=height, receipts=receipts)


def test_only_a_commit_in_force_is_an_acknowledgement() -> None:
    assert said_of(outcome("committed", "OK")).outcome == ACKNOWLEDGED
    assert said_of(outcome("sealed", "REPEATED")).outcome == ACKNOWLEDGED
    assert said_of(outcome("committed", "NUMBER_TAKEN")).outcome == REFUSED
    assert said_of(outcome("committed", "OK", "NUMBER_TAKEN")).outcome == REFUSED


def test_everything_else_is_unknown() -> None:
    assert said_of(outcome("pending")).outcome == UNKNOWN
    assert said_of(outcome("expired")).outcome == UNKNOWN
