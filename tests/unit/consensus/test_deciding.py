"""From commit certificates to the gap-free stream."""

from consensus.deciding import Deciding
from tests.unit.consensus.builders import A, B, C, batch, committed, state_of


def deciding(*known) -> tuple[Deciding, object]:
    state = state_of()
    for one in known:
        state.chain.add(one)
    return Deciding(state), state


def test_a_target_waits_for_its_ancestors_while_a_lower_one_goes_ahead() -> None:
    made, state = deciding(A, C)
    made.on_committed(committed(C))
    made.on_committed(committed(A))
    step = made.advance()
    assert [decided.batch for decided in step.decided] == [A]
    assert made.missing == (B.digest,)
    state.chain.add(B)
    assert [decided.batch for decided in made.advance().decided] == [B, C]
    assert made.advance().decided == ()


def test_two_targets_may_miss_the_same_batch_or_different_ones() -> None:
    made, _ = deciding(B, C)
    made.on_committed(committed(C))
    made.on_committed(committed(B))
    made.advance()
    assert made.missing == (A.digest,)


def test_what_catch_up_has_decided_is_no_target_any_more() -> None:
    """A certificate waited for a missing ancestor while catch-up went past it; it once raised."""
    made, state = deciding()
    made.on_committed(committed(B))
    made.advance()
    state.chain.decide(C.ref)
    assert made.advance().decided == ()
    assert made.missing == ()


def test_a_certificate_at_or_below_decided_is_no_target() -> None:
    made, state = deciding(A)
    state.chain.decide(A.ref)
    made.on_committed(committed(A))
    assert made.advance().decided == ()


def test_a_quorum_for_another_chain_halts() -> None:
    made, state = deciding(B)
    state.chain.decide(batch("X").ref)
    made.on_committed(committed(B))
    halt = made.advance().halt
    assert (halt.sequence, halt.own, halt.proven) == (1, batch("X").digest, A.digest)
