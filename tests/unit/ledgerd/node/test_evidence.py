"""The book of evidence: one proof a place, some against each, checked whenever it is read.

Checklist 43: the same bytes on all nodes, of places that are signed, each once, never a crash.
"""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from consensus import Fault, FaultKind, ReplicaId
from consensus.messages import VoteKind
from ledgerd.chain.evidence import verify_evidence_file
from ledgerd.errors import VerificationFailed
from ledgerd.node.evidence import PER_VALIDATOR_MAX, EvidenceBook
from ledgerd.storage.disk import RealDirectory
from ledgerd.storage.evidence_store import EvidenceStore
from tests.unit.ledgerd.chain.convicting import convict
from tests.unit.ledgerd.node.samples import MEMBERS, VALIDATOR_SIGNERS, genesis

GENESIS = genesis()


def book_in(folder: Path, institution: str = MEMBERS[0]) -> EvidenceBook:
    store = EvidenceStore(RealDirectory.make(folder / "evidence"))
    return EvidenceBook(store, GENESIS, institution)


def against(replica: int, kind: VoteKind = VoteKind.PREPARE, sequence: int = 7):
    return convict(GENESIS, VALIDATOR_SIGNERS[replica], replica, kind, sequence)


def test_evidence_is_listed_counted_and_handed_out_as_a_file_that_anybody_checks(
    tmp_path: Path,
) -> None:
    book = book_in(tmp_path)
    book.write([against(2), against(2, VoteKind.COMMIT), against(3, VoteKind.NEW_VIEW)])

    assert book.counts() == {MEMBERS[2]: 2, MEMBERS[3]: 1}
    assert [item.institution for item in book.items()] == [MEMBERS[2], MEMBERS[2], MEMBERS[3]]
    file = book.file(book.items()[2].name)
    assert file is not None
    assert verify_evidence_file(file, GENESIS).kind is VoteKind.NEW_VIEW
    assert not book.is_own_key_convicted


def test_it_survives_a_restart_and_the_loss_of_everything_else(tmp_path: Path) -> None:
    book = book_in(tmp_path)
    book.write([against(2)])
    assert book_in(tmp_path).items() == book.items()


def test_one_proof_of_a_place_is_enough(tmp_path: Path) -> None:
    book = book_in(tmp_path)
    assert len(book.news([against(2), None])) == 1
    book.write([against(2), against(2)])
    assert book.news([against(2)]) == ()
    assert len(book.items()) == 1


def test_a_liar_fills_its_own_share_only(tmp_path: Path) -> None:
    book = book_in(tmp_path)
    book.write([against(2, sequence=sequence) for sequence in range(1, PER_VALIDATOR_MAX + 9)])
    assert book.counts() == {MEMBERS[2]: PER_VALIDATOR_MAX}
    assert book.news([against(2, sequence=900)]) == ()
    assert len(book.news([against(3)])) == 1


def test_a_damaged_file_is_not_believed_and_is_replaced_by_the_next_proof(tmp_path: Path) -> None:
    book_in(tmp_path).write([against(2)])
    [path] = (tmp_path / "evidence").iterdir()
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)

    with capture_logs() as logs:
        book = book_in(tmp_path)
    assert book.items() == ()
    assert [entry["event"] for entry in logs] == ["evidence file not usable"]
    book.write([against(2)])
    assert len(book_in(tmp_path).items()) == 1


def test_a_file_damaged_while_the_node_runs_is_not_handed_out(tmp_path: Path) -> None:
    book = book_in(tmp_path)
    book.write([against(2)])
    [path] = (tmp_path / "evidence").iterdir()
    path.write_bytes(path.read_bytes()[:-1])
    assert book.file(book.items()[0].name) is None
    assert book.file("no such name") is None


def test_a_file_under_the_name_of_another_place_is_not_taken(tmp_path: Path) -> None:
    book_in(tmp_path).write([against(2)])
    [path] = (tmp_path / "evidence").iterdir()
    path.rename(path.with_name(f"{MEMBERS[3]}-prepare-0-1-1.evidence"))
    assert book_in(tmp_path).items() == ()


def test_the_own_key_used_twice_is_said_in_plain_words(tmp_path: Path) -> None:
    book = book_in(tmp_path, MEMBERS[2])
    with capture_logs() as logs:
        book.write([against(2)])
    assert book.is_own_key_convicted
    [entry] = logs
    assert entry["event"] == "own key used twice"
    assert "runs somewhere else" in entry["meaning"]


def test_what_proves_nothing_never_goes_in(tmp_path: Path) -> None:
    framed = convict(GENESIS, VALIDATOR_SIGNERS[1], 2)
    book = book_in(tmp_path)
    with pytest.raises(VerificationFailed):
        book.write([framed])
    assert list((tmp_path / "evidence").iterdir()) == []


async def test_faults_with_new_evidence_are_kept_and_others_cost_nothing(tmp_path: Path) -> None:
    book = book_in(tmp_path)
    proof = Fault(ReplicaId(2), FaultKind.CONFLICTING_PREPARE, against(2))
    await book.keep([proof, Fault(ReplicaId(3), FaultKind.INVALID_BATCH), proof])
    await book.keep([proof])
    assert book.counts() == {MEMBERS[2]: 1}
