"""Files of evidence: whole or not at all, whatever happens in between."""

from pathlib import Path

import pytest

from ledgerd.storage.disk import RealDirectory
from ledgerd.storage.evidence_store import EvidenceStore
from tests.damage.simulated_disk import Outcome, Power, PowerCut, SimulatedDirectory


def test_what_was_put_is_there_again_after_a_restart(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    store = EvidenceStore(RealDirectory.make(folder))
    store.put("a", b"proof")
    again = EvidenceStore(RealDirectory(folder))
    assert again.names() == ("a",)
    assert again.get("a", 100) == b"proof"
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_file_of_the_same_name_is_replaced(tmp_path: Path) -> None:
    store = EvidenceStore(RealDirectory.make(tmp_path / "evidence"))
    store.put("a", b"damaged")
    store.put("a", b"proof")
    assert store.get("a", 100) == b"proof"


def test_no_more_is_read_than_allowed(tmp_path: Path) -> None:
    store = EvidenceStore(RealDirectory.make(tmp_path / "evidence"))
    store.put("a", bytes(1_000))
    assert len(store.get("a", 10)) == 10


def put_two(store: EvidenceStore) -> None:
    for name in ("a", "b"):
        store.put(name, b"proof of " + name.encode())


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("cut_at", range(6))
def test_a_power_cut_leaves_the_proof_whole_or_none(cut_at: int, outcome: Outcome) -> None:
    directory = SimulatedDirectory(power=Power(cut_at))
    with pytest.raises(PowerCut):
        put_two(EvidenceStore(directory))
    left = directory.after_power_cut(directory.name_change_count, outcome, outcome)
    store = EvidenceStore(left)
    assert all(store.get(name, 100) == b"proof of " + name.encode() for name in store.names())
    store.put("a", b"proof of a")
    assert store.get("a", 100) == b"proof of a"
