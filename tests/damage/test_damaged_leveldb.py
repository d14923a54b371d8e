"""Whatever single damage a store meets, it opens with all its values, or says so.

LevelDB's log, its tables, its list of tables and our sentinel are damaged in a copy of a store
that was not closed: as after the end of a process.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledgerd.errors import StorageError
from ledgerd.storage import schema
from ledgerd.storage.kv import WriteBatch, prefix_span
from ledgerd.storage.leveldb import create_leveldb, open_leveldb
from tests.damage.bits import FOUND, HARMLESS, SILENT, cut_everywhere, tally

SMALL = {b"b%d" % n: b"value %d" % n * 2 for n in range(14)}
# More than a data block of 4 kB, so that a table has several, an index and a filter.
LARGE = {b"b%04d" % n: hashlib.shake_128(b"%d" % n).digest(100) for n in range(100)}


@dataclass(frozen=True)
class Image:
    """The files of a store, and what it holds."""

    path: Path
    values: dict[bytes, bytes]

    def file(self, pattern: str) -> Path:
        found = [f for f in self.path.glob(pattern) if f.stat().st_size]
        return max(found, key=lambda file: file.stat().st_size)

    def damaging(self, file: Path, work: Path) -> Callable[[bytes], str]:
        def attempt(data: bytes) -> str:
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            for other in self.path.glob("[!L]*"):  # neither LOG nor LOCK
                if other.name == "TAIL":  # the one file that is changed in its place
                    shutil.copy(other, work)
                elif other.name != file.name:
                    os.link(other, work / other.name)
            (work / file.name).write_bytes(data)
            return verdict(work, self.values)

        return attempt


def verdict(path: Path, values: dict[bytes, bytes]) -> str:
    try:
        store = open_leveldb(path, schema.CHAIN_STORE)
    except StorageError:
        return FOUND
    try:
        found = {key: store.get(key) for key in values}
        rows = dict(store.scan(prefix_span(b"b"), limit=1_000))
    except StorageError:
        return FOUND
    finally:
        store.close()
    return HARMLESS if found == rows == values else SILENT


def fill(path: Path, values: dict[bytes, bytes], batch_count: int) -> None:
    store = open_leveldb(path, schema.CHAIN_STORE)
    rows = sorted(values.items())
    for start in range(batch_count):
        batch = WriteBatch()
        for key, value in rows[start::batch_count]:
            batch.put(key, value)
        store.write(batch)
    shutil.copytree(path, path.with_name("image"))
    store.close()


@pytest.fixture
def quick_path(tmp_path: Path) -> Iterator[Path]:
    """A directory in memory where there is one: thousands of openings sync tens of times each."""
    memory = Path("/dev/shm")
    base = memory if os.access(memory, os.W_OK) else tmp_path
    with tempfile.TemporaryDirectory(dir=base) as path:
        yield Path(path)


@pytest.fixture
def small(quick_path: Path) -> Image:
    """A store whose values are in LevelDB's log."""
    home = quick_path / "small"
    create_leveldb(home / "store", schema.CHAIN_STORE)
    fill(home / "store", SMALL, batch_count=7)
    return Image(home / "image", SMALL)


@pytest.fixture
def large(quick_path: Path) -> Image:
    """A store whose values are in a table; its log holds nothing."""
    home = quick_path / "large"
    create_leveldb(home / "store", schema.CHAIN_STORE)
    fill(home / "store", LARGE, batch_count=1)
    store = open_leveldb(home / "image", schema.CHAIN_STORE)
    shutil.copytree(home / "image", home / "tables")
    store.close()
    return Image(home / "tables", LARGE)


def test_an_undamaged_store_is_read_whole(small: Image, large: Image) -> None:
    assert verdict(small.path, SMALL) == HARMLESS
    assert verdict(large.path, LARGE) == HARMLESS


@pytest.mark.slow
def test_every_flipped_bit_of_the_log_is_found(small: Image, quick_path: Path) -> None:
    log = small.file("*.log")
    outcomes = tally(log.read_bytes(), small.damaging(log, quick_path / "work"))
    assert set(outcomes) == {FOUND}
    assert outcomes.total() > 5_000


@pytest.mark.slow
def test_no_flipped_bit_of_a_table_is_silent(large: Image, quick_path: Path) -> None:
    table = large.file("*.ldb")
    data = table.read_bytes()
    assert len(data) > 8_192
    outcomes = tally(data, large.damaging(table, quick_path / "work"), stride=11)
    assert set(outcomes) <= {FOUND, HARMLESS}
    assert outcomes[FOUND] > 5_000


@pytest.mark.slow
@pytest.mark.parametrize("pattern", ["MANIFEST-*", "CURRENT"])
def test_no_flipped_bit_of_the_list_of_tables_is_silent(
    small: Image, quick_path: Path, pattern: str
) -> None:
    file = small.file(pattern)
    outcomes = tally(file.read_bytes(), small.damaging(file, quick_path / "work"))
    assert set(outcomes) <= {FOUND, HARMLESS}
    assert outcomes[FOUND] > 100


@pytest.mark.slow
def test_no_flipped_bit_of_the_sentinel_is_silent(small: Image, quick_path: Path) -> None:
    file = small.file("TAIL")
    outcomes = tally(file.read_bytes(), small.damaging(file, quick_path / "work"))
    assert set(outcomes) == {HARMLESS}


@pytest.mark.slow
def test_a_log_cut_at_any_byte_is_found(small: Image, quick_path: Path) -> None:
    log = small.file("*.log")
    outcomes = cut_everywhere(log.read_bytes(), small.damaging(log, quick_path / "work"))
    assert set(outcomes) == {FOUND}


@pytest.mark.slow
def test_a_table_cut_anywhere_is_found(large: Image, quick_path: Path) -> None:
    table = large.file("*.ldb")
    data = table.read_bytes()
    attempt = large.damaging(table, quick_path / "work")
    assert {attempt(data[:count]) for count in range(0, len(data), 97)} == {FOUND}


@pytest.mark.parametrize("pattern", ["*.log", "MANIFEST-*", "CURRENT", "TAIL"])
def test_a_store_without_one_of_its_files_does_not_open(small: Image, pattern: str) -> None:
    small.file(pattern).unlink()
    assert verdict(small.path, SMALL) == FOUND


def test_a_store_without_a_table_does_not_open(large: Image) -> None:
    large.file("*.ldb").unlink()
    assert verdict(large.path, LARGE) == FOUND


def test_the_log_of_another_store_is_found(small: Image, quick_path: Path) -> None:
    create_leveldb(quick_path / "other" / "store", schema.CHAIN_STORE)
    fill(quick_path / "other" / "store", {b"b0": b"foreign"}, batch_count=1)
    foreign = next((quick_path / "other" / "image").glob("*.log"))
    small.file("*.log").write_bytes(foreign.read_bytes())
    assert verdict(small.path, SMALL) == FOUND


def test_a_store_in_the_place_of_another_kind_does_not_open(small: Image) -> None:
    with pytest.raises(StorageError):
        open_leveldb(small.path, schema.SIDECAR_STORE)


def test_the_list_of_tables_of_another_store_is_found(small: Image, quick_path: Path) -> None:
    """LevelDB would open it, delete the tables that it does not name, and serve what is left."""
    store = open_leveldb(small.path, schema.CHAIN_STORE)  # what was in the log is in a table now
    store.close()
    other = quick_path / "other"
    create_leveldb(other / "store", schema.CHAIN_STORE)
    open_leveldb(other / "store", schema.CHAIN_STORE).close()
    foreign = next((other / "store").glob("MANIFEST-*"))
    small.file("MANIFEST-*").write_bytes(foreign.read_bytes())

    assert verdict(small.path, SMALL) == FOUND


def test_a_longer_log_of_another_store_is_found(small: Image, quick_path: Path) -> None:
    """It holds as many batches as were promised, and more; but they are not the own ones."""
    create_leveldb(quick_path / "longer" / "store", schema.CHAIN_STORE)
    fill(quick_path / "longer" / "store", SMALL | {b"b0": b"foreign"}, batch_count=9)
    foreign = next((quick_path / "longer" / "image").glob("*.log"))
    small.file("*.log").write_bytes(foreign.read_bytes())

    assert verdict(small.path, SMALL) == FOUND
