"""The protocols side by side."""

from consensus.durable import restore
from consensus.protocols import build_protocols, say_status
from consensus.records import LeaveRecord, OpenedRecord
from tests.unit.consensus.builders import (
    FOUR,
    NOW,
    A,
    KeyedHash,
    checkpoint,
    claim,
    digest_of,
    prepare,
    prepared,
    state_of,
    status,
    view_change,
)


def test_a_status_brings_together_what_each_protocol_knows() -> None:
    state = state_of()
    protocols = build_protocols(state, KeyedHash())
    protocols.obligations.owe((digest_of("Z"),))
    protocols.witness.on_vote(prepare(3, A))
    expected = status(1, owed=(digest_of("Z"),), votes=(prepare(3, A),))
    assert say_status(state, protocols, NOW) == expected


def test_the_protocols_take_up_what_the_log_brought_back() -> None:
    state = state_of()
    own = view_change(1, 2, prepared(A))
    restore((OpenedRecord(FOUR.chain, 0), LeaveRecord(own)), state)
    state.guard.remember(checkpoint(1, A))
    protocols = build_protocols(state, KeyedHash())
    protocols.resume(state)
    assert protocols.views.claims() == (claim(1, 2, prepared(A)),)
    assert protocols.checkpointing.vote_count() == 1
    protocols.forget()
    assert protocols.checkpointing.vote_count() == 1
