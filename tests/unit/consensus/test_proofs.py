"""The two certificates that are carried along."""

import pytest

from consensus.journal import Journal
from consensus.proofs import Proofs
from consensus.records import CertificateRecord
from tests.unit.consensus.builders import FOUR, A, B, committed, prepared


def test_the_highest_rank_is_kept_and_the_root_is_below_all() -> None:
    proofs = Proofs(FOUR, Journal())
    assert (proofs.rank, proofs.ref) == (FOUR.root_rank, FOUR.root)
    proofs.prepared(prepared(B))
    proofs.prepared(prepared(A))
    assert (proofs.rank, proofs.ref) == ((1, 2), B.ref)
    proofs.prepared(prepared(A, view=2))
    assert proofs.ref == A.ref


def test_the_highest_is_written_once() -> None:
    journal = Journal()
    proofs = Proofs(FOUR, journal)
    proofs.write_highest()
    assert journal.take() == ()
    proofs.prepared(prepared(A))
    proofs.write_highest()
    proofs.write_highest()
    assert journal.take() == (CertificateRecord(prepared(A)),)


def test_what_the_log_holds_is_not_written_again() -> None:
    journal = Journal()
    proofs = Proofs(FOUR, journal)
    proofs.restore(prepared(A))
    proofs.write_highest()
    assert journal.take() == ()


def test_a_commit_certificate_stays_until_a_seal_covers_it() -> None:
    proofs = Proofs(FOUR, Journal())
    proofs.committed(committed(A))
    assert proofs.commit == committed(A)
    proofs.covered()
    assert proofs.commit is None


def test_kinds_are_not_mixed_up() -> None:
    proofs = Proofs(FOUR, Journal())
    with pytest.raises(AssertionError):
        proofs.prepared(committed(A))
    with pytest.raises(AssertionError):
        proofs.committed(prepared(A))
