"""Runs of the model, kept as text, happen in the code just so."""

from pathlib import Path

import pytest

from tests.model.replay import DisagreementError, UnreplayableError, replay
from tests.model.traces import FOLDER, read_trace

KEPT = sorted(FOLDER.glob("*.txt"))


def test_traces_of_every_kind_of_event_are_kept() -> None:
    kinds = {event.split()[0] for path in KEPT for event in read_trace(path).events}

    assert len(KEPT) >= 50
    assert kinds == {
        *("prepare", "commit", "decide", "rotate"),
        *("leave", "giveup", "join", "open", "enter"),
    }


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_what_the_model_does_the_replicas_do(path: Path) -> None:
    trace = read_trace(path)

    replay(list(trace.events), trace.dishonest, trace.term)


def test_a_promise_that_no_replica_makes_is_noticed() -> None:
    with pytest.raises(DisagreementError):
        replay(["prepare 2 view 1 batch 1 height 1 parent 0", "commit 3 view 1 batch 1"], 1, 9)


def test_a_trace_that_would_convict_the_dishonest_one_is_not_replayed() -> None:
    twins = [
        "prepare 0 view 1 batch 1 height 1 parent 0",
        "prepare 1 view 1 batch 2 height 1 parent 0",
        "prepare 3 view 1 batch 2 height 1 parent 0",
        "commit 0 view 1 batch 2",
    ]
    with pytest.raises(UnreplayableError):
        replay(twins, 2, 9)
