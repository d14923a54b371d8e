"""The simulated disk: what survives, what is found broken, and that its own checks can fail."""

import hashlib
import random

import pytest

from consensus import Batch, Digest, Record, StableCertificate
from consensus.codec import encode_record
from consensus.records import ArmedRecord, ExecutedRecord, OpenedRecord
from tests.simulator.disk import Block, Bundle, Disk, DiskFailed, Trouble
from tests.simulator.log_files import DAMAGES, LogFiles, ServedDamage

KEY = hashlib.sha256(b"key").digest()
CHAIN = Digest(hashlib.sha256(b"chain").digest())


def record(number: int) -> Record:
    return ExecutedRecord(number, Digest(hashlib.sha256(b"%d" % number).digest()), None)


def disk_with(count: int, *, files: bool) -> Disk:
    """Give a disk with so many synced groups of records, and a bundle for each."""
    disk = Disk(files=LogFiles(KEY) if files else None)
    disk.append((OpenedRecord(CHAIN, 0), ArmedRecord(0)))
    disk.sync()
    for number in range(1, count + 1):
        disk.put_bundle(Bundle(Digest(hashlib.sha256(b"bundle %d" % number).digest())))
        disk.append((record(number), record(number)))
        disk.sync()
    return disk


@pytest.mark.parametrize("files", [False, True])
def test_a_crash_keeps_all_that_was_synced_and_a_prefix_of_the_rest(files: bool) -> None:
    lengths = set()
    for seed in range(40):
        disk = disk_with(3, files=files)
        synced = list(disk.votes)
        disk.append((record(4), record(5), record(6)))
        disk.crash(random.Random(seed))
        disk.open_files()
        assert disk.votes[: len(synced)] == synced
        assert (
            disk.votes[len(synced) :]
            == [record(4), record(5), record(6)][: len(disk.votes) - len(synced)]
        )
        lengths.add(len(disk.votes) - len(synced))
    assert {0, 3} < lengths


@pytest.mark.parametrize("files", [False, True])
def test_a_vote_never_outlives_the_contents_that_it_rests_on(files: bool) -> None:
    for seed in range(60):
        disk = disk_with(1, files=files)
        bundle = Bundle(Digest(hashlib.sha256(b"late").digest()))
        disk.put_bundle(bundle)
        disk.append((record(2),))
        disk.crash(random.Random(seed))
        disk.open_files()
        assert record(2) not in disk.votes or bundle.digest in disk.bundles


def test_a_sync_that_fails_and_a_full_disk_end_the_process() -> None:
    disk = disk_with(1, files=False)
    disk.trouble = Trouble.SYNC_FAILS
    disk.append((record(2),))
    with pytest.raises(DiskFailed):
        disk.sync()
    disk.crash(random.Random(1))
    disk.sync()
    disk.trouble = Trouble.FULL
    with pytest.raises(DiskFailed):
        disk.append((record(3),))
    disk.crash(random.Random(1))
    assert disk.trouble is Trouble.FULL


@pytest.mark.parametrize("kind", DAMAGES)
def test_damage_is_found_or_costs_nothing(kind: str) -> None:
    found_count = 0
    for seed in range(40):
        disk = disk_with(8, files=True)
        assert disk.files is not None
        disk.files.keep_copy([])
        disk.append((record(9),))
        disk.sync()
        disk.crash(random.Random(seed))
        disk.open_files()
        disk.files.damage(kind, random.Random(seed))
        opened = disk.open_files()
        assert opened is not None
        assert opened.is_whole or not opened.is_intact or disk.votes[-1] != record(9)
        found_count += not opened.is_intact
    assert found_count > 0 or kind == "aged file"


def test_a_log_that_was_put_back_whole_looks_whole_and_is_not() -> None:
    disk = disk_with(3, files=True)
    assert disk.files is not None
    copied = list(disk.votes)
    disk.files.keep_copy([encode_record(known) for known in copied])
    disk.append((record(4),))
    disk.sync()
    disk.crash(random.Random(1))
    disk.open_files()
    assert disk.files.roll_back()
    opened = disk.open_files()
    assert opened is not None
    assert (opened.is_intact, opened.is_whole) == (True, False)
    assert disk.votes == copied


def test_a_log_that_says_less_than_it_was_told_is_caught() -> None:
    disk = disk_with(3, files=True)
    disk.crash(random.Random(1))
    disk.votes.append(record(99))  # as if it had been synced
    with pytest.raises(ServedDamage):
        disk.open_files()


def test_a_log_that_says_what_it_was_never_told_is_caught() -> None:
    disk = disk_with(3, files=True)
    disk.crash(random.Random(1))
    disk.votes[-1] = record(99)
    with pytest.raises(ServedDamage):
        disk.open_files()


def test_a_bundle_that_stands_in_a_kept_block_stays_when_the_chain_goes_back() -> None:
    disk = disk_with(0, files=False)
    bundle = Bundle(Digest(hashlib.sha256(b"twice").digest()))
    disk.put_bundle(bundle)
    for sequence in (1, 2):
        batch = Batch(0, sequence, CHAIN, 1, 0, sequence, (bundle.digest,))
        disk.put_block(Block(batch, CHAIN), {})
    disk.crash(random.Random(1))
    disk.put_seal(StableCertificate(0, 2, CHAIN, ()))
    disk.lose_chain(1)
    assert bundle.digest in disk.bundles
    disk.lose_chain(0)
    assert bundle.digest in disk.bundles  # its block had no seal any more
