"""What the host found, and what was wrong with the form."""

from consensus import BatchVerdict
from consensus.verdicts import Verdicts
from tests.unit.consensus.builders import A, B


def test_a_verdict_is_taken_once() -> None:
    verdicts = Verdicts()
    assert verdicts.answer(A.digest, BatchVerdict.VALID) is None
    verdicts.ask(A)
    assert not verdicts.is_valid(A)
    assert verdicts.answer(A.digest, BatchVerdict.VALID) == A
    assert verdicts.answer(A.digest, BatchVerdict.INVALID) is None
    assert verdicts.is_valid(A)


def test_asking_again_does_not_forget_the_answer() -> None:
    verdicts = Verdicts()
    verdicts.trust(A)
    verdicts.ask(A)
    assert verdicts.is_valid(A)
    assert verdicts.is_known(A)
    assert not verdicts.is_known(B)


def test_a_refusal_of_the_form_holds_for_one_view() -> None:
    verdicts = Verdicts()
    verdicts.condemn(1, A)
    assert verdicts.is_condemned(1, A)
    assert not verdicts.is_condemned(2, A)
    assert not verdicts.is_known(A)


def test_what_the_watermark_has_passed_is_forgotten_but_for_the_anchor() -> None:
    verdicts = Verdicts()
    for batch in (A, B):
        verdicts.trust(batch)
        verdicts.condemn(1, batch)
    verdicts.forget(2, A.digest)
    assert (verdicts.is_known(A), verdicts.is_known(B)) == (True, False)
    assert not verdicts.is_condemned(1, A)


def test_with_a_view_go_its_refusals_and_what_nothing_rests_on() -> None:
    verdicts = Verdicts()
    verdicts.trust(A)
    verdicts.ask(B)
    verdicts.condemn(1, B)
    verdicts.forget_view(frozenset((A.digest,)))
    assert (verdicts.is_known(A), verdicts.is_known(B)) == (True, False)
    assert not verdicts.is_condemned(1, B)
