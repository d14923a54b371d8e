"""From a message to the protocol that it concerns."""

from dataclasses import replace

from consensus import Step
from consensus.messages import CertificateReply, Equivocation, SealReply
from tests.unit.consensus.builders import (
    A,
    batch,
    bench,
    committed,
    new_view,
    prepare,
    prepared,
    seal,
    status,
)


def test_views_and_proofs_of_another_epoch_say_nothing() -> None:
    backup = bench()
    first, second = prepare(3, A), prepare(3, batch("X"))
    strangers = (
        replace(new_view(2), epoch=1),
        Equivocation(replace(first, epoch=1), replace(second, epoch=1)),
    )
    for stranger in strangers:
        assert backup.replica.receive(stranger, backup.now) == Step()


def test_a_new_view_that_was_spoilt_on_its_way_does_not_shut_out_the_honest_one() -> None:
    """The epoch of a claim is covered by no signature: whoever passes it on may change it."""
    backup = bench()
    honest = new_view(2)
    first, *others = honest.claims
    spoilt = replace(honest, claims=(replace(first, epoch=7), *others))
    assert backup.receive(spoilt).faults == ()
    backup.receive(honest)
    assert (backup.report.view, backup.report.active) == (2, True)
    assert backup.receive(spoilt).faults == ()


def test_an_own_status_that_comes_back_says_nothing() -> None:
    assert bench().receive(status(1, low_watermark=9)) == Step()


def test_a_certificate_that_says_nothing_new_is_not_even_verified() -> None:
    backup = bench()
    backup.decide(A)
    false = committed(A, by=(0, 1))
    assert backup.receive(CertificateReply(3, false)) == Step()


def test_a_seal_far_ahead_is_taken_and_is_a_hint() -> None:
    step = bench().receive(SealReply(3, seal(batch(sequence=40))))
    assert [hint.sequence for hint in step.fetches] == [40]


def test_a_replica_that_knows_its_own_new_view_is_not_amnesic() -> None:
    from tests.unit.consensus.builders import view_change

    primary = bench(3)
    primary.receive(*(view_change(replica, 2, prepared(A)) for replica in (0, 1, 2)))
    primary.receive(new_view(2, prepared(A)))
    assert not primary.report.amnesia
