"""What the protocols share."""

from consensus.message_log import Received
from tests.unit.consensus.builders import A, B, pre_prepare, prepared, ref, state_of


def test_whose_turn_it_is() -> None:
    assert state_of(2).is_primary()
    assert not state_of(1).is_primary()
    assert not state_of(None).is_primary()


def test_a_batch_is_recalled_from_a_proposal_that_was_never_voted_for() -> None:
    state = state_of()
    assert state.recall(A.ref) is None
    state.log.slot(1).keep(Received(pre_prepare(A), 0), 1)
    assert state.recall(ref(1, "other")) is None
    assert state.recall(A.ref) == A
    assert state.chain.get(A.digest) == A
    assert state.recall(A.ref) == A


def test_what_the_view_and_the_highest_certificate_rest_on_is_never_forgotten() -> None:
    state = state_of()
    for one in (A, B):
        state.chain.add(one)
    state.proofs.prepared(prepared(A))
    state.reign.extend(B.ref)
    state.forget()
    assert state.chain.batch_count() == 2
