"""Joining effects."""

from consensus import Fault, FaultKind, Halt, Send, Step
from consensus.step import EMPTY
from tests.unit.consensus.builders import A, B, prepare


def test_steps_join_field_by_field_in_order() -> None:
    first = Step(sends=(Send(prepare(1, A)),), checks=(A,))
    second = Step(sends=(Send(prepare(1, B), 2),), faults=(Fault(2, FaultKind.INVALID_BATCH),))
    joined = first + second
    assert [send.message.sequence for send in joined.sends] == [1, 2]
    assert (joined.checks, joined.faults) == (first.checks, second.faults)


def test_nothing_joined_is_the_other_one() -> None:
    step = Step(checks=(A,))
    assert EMPTY + step is step
    assert step + EMPTY is step


def test_the_first_halt_counts() -> None:
    halt = Halt(1, A.digest, B.digest, "reason")
    other = Halt(2, A.digest, B.digest, "another")
    assert (Step(halt=halt) + Step(halt=other)).halt is halt
    assert (Step(checks=(A,)) + Step(halt=other)).halt is other
