"""A store is opened as usual, or read to its last row when everything is in doubt."""

from pathlib import Path

import pytest

from ledgerd.errors import StorageCorrupted, StorageUnavailable
from ledgerd.node.scrutiny import Scrutiny, open_scrutinised, set_damaged_aside
from ledgerd.storage import schema
from ledgerd.storage.kv import WriteBatch
from tests.damage.full_disk import no_more_descriptors
from tests.damage.wrong_values import digests_wrong_of


def damaged(folder: Path) -> Path:
    """Make a store that holds a value which nobody wrote; opening alone does not meet it."""
    path = folder / "sidecars"
    batch = WriteBatch()
    batch.put(b"c-one", b"sealed")
    with digests_wrong_of(b"c-one"):
        store = open_scrutinised(path, schema.SIDECAR_STORE)
        store.write(batch)
        store.close()
    return path


def test_a_store_is_made_where_none_is(tmp_path: Path) -> None:
    open_scrutinised(tmp_path / "sidecars", schema.SIDECAR_STORE).close()

    store = open_scrutinised(tmp_path / "sidecars", schema.SIDECAR_STORE, Scrutiny.WHOLE)

    assert store.was_clean
    store.close()


def test_only_who_reads_everything_meets_damage_that_nobody_asked_for(tmp_path: Path) -> None:
    path = damaged(tmp_path)
    open_scrutinised(path, schema.SIDECAR_STORE).close()

    with pytest.raises(StorageCorrupted):
        open_scrutinised(path, schema.SIDECAR_STORE, Scrutiny.WHOLE)


def test_a_store_found_damaged_is_closed_and_can_be_moved_aside(tmp_path: Path) -> None:
    path = damaged(tmp_path)
    with pytest.raises(StorageCorrupted) as found:
        open_scrutinised(path, schema.SIDECAR_STORE, Scrutiny.WHOLE)

    set_damaged_aside(path, found.value)

    assert [beside.name for beside in tmp_path.iterdir()] == ["sidecars.damaged-1"]
    open_scrutinised(path, schema.SIDECAR_STORE).close()


def test_what_the_system_refuses_is_no_damage_however_great_the_doubt(tmp_path: Path) -> None:
    open_scrutinised(tmp_path / "sidecars", schema.SIDECAR_STORE).close()

    with no_more_descriptors(), pytest.raises(StorageUnavailable):
        open_scrutinised(tmp_path / "sidecars", schema.SIDECAR_STORE, Scrutiny.WHOLE)
