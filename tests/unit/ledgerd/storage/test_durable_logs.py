"""Group commit: both logs, one thread, one order."""

import hashlib
import threading
from pathlib import Path

import pytest

from ledgerd.errors import StorageWriteFailed
from ledgerd.storage.bundle_log import StoredBundle, create_bundle_log, open_bundle_log
from ledgerd.storage.disk import RealDirectory
from ledgerd.storage.durable_logs import DurableLogs
from ledgerd.storage.segment_format import HEADER_BYTES, RECORD_OVERHEAD_BYTES, LogState
from ledgerd.storage.segment_opening import segment_name
from ledgerd.storage.vote_log import create_vote_log, open_vote_log
from tests.damage.simulated_disk import Outcome, SimulatedDirectory, SimulatedFile

CHAIN = b"\x01" * 32
KEY = b"\x02" * 32


class SlowDirectory(SimulatedDirectory):
    """Its first file waits in ``sync`` until it is let go, and counts."""

    def __init__(self) -> None:
        super().__init__()
        self.go = threading.Event()
        self.go.set()
        self.reached = threading.Event()
        self.sync_count = 0
        self.is_full = False
        self.is_sentinel_lost = False

    def create(self, name: str) -> SimulatedFile:
        file = super().create(name)
        sync = file.sync

        def slow_sync() -> None:
            self.reached.set()
            self.go.wait()
            if self.is_full:
                raise StorageWriteFailed("no space left")
            self.sync_count += 1
            sync()

        def sync_sentinel() -> None:
            if self.is_sentinel_lost:
                raise StorageWriteFailed("no space left")
            sync()

        file.sync = sync_sentinel if name == "TAIL" else slow_sync  # type: ignore[method-assign]
        return file


def bundle(number: int) -> StoredBundle:
    return StoredBundle(hashlib.sha256(b"%d" % number).digest(), b"bundle %d" % number)


def logs_in(votes: SimulatedDirectory, bundles: SimulatedDirectory) -> DurableLogs:
    return DurableLogs(
        create_vote_log(votes, chain_id=CHAIN, public_key=KEY),
        create_bundle_log(bundles, chain_id=CHAIN, public_key=KEY),
    )


def votes_in(directory: SimulatedDirectory) -> tuple[bytes, ...]:
    copy = SimulatedDirectory(directory.content())
    return open_vote_log(copy, chain_id=CHAIN, public_key=KEY).records


def test_what_was_appended_is_durable_on_a_real_disk(tmp_path: Path) -> None:
    directories = [RealDirectory.make(tmp_path / name) for name in ("votes", "bundles")]
    logs = DurableLogs(
        create_vote_log(directories[0], chain_id=CHAIN, public_key=KEY),
        create_bundle_log(directories[1], chain_id=CHAIN, public_key=KEY),
    )
    logs.append(votes=[b"vote"], bundles=[bundle(1)])
    assert logs.holds(bundle(1).digest)
    assert logs.bundle(bundle(1).digest) == bundle(1)
    logs.close()
    assert open_vote_log(directories[0], chain_id=CHAIN, public_key=KEY).records == (b"vote",)
    reopened = open_bundle_log(directories[1], chain_id=CHAIN, public_key=KEY)
    assert reopened.get(bundle(1).digest) == bundle(1)


def test_what_waits_for_a_sync_shares_the_next_one() -> None:
    votes = SlowDirectory()
    logs = logs_in(votes, SimulatedDirectory())
    votes.reached.clear()
    votes.go.clear()
    first = logs.submit(votes=[b"first"])
    votes.reached.wait()
    before = votes.sync_count
    later = [logs.submit(votes=[b"later %d" % n]) for n in range(50)]
    votes.go.set()
    for done in [first, *later]:
        done.result()
    assert votes.sync_count - before == 2
    assert votes_in(votes) == (b"first", *(b"later %d" % n for n in range(50)))
    logs.close()


def test_bundles_are_durable_before_the_votes_of_their_group() -> None:
    bundles = SlowDirectory()
    votes = SimulatedDirectory()
    logs = logs_in(votes, bundles)
    bundles.reached.clear()
    bundles.go.clear()
    done = logs.submit(votes=[b"vote"], bundles=[bundle(1)])
    bundles.reached.wait()
    assert votes_in(votes) == ()
    bundles.go.set()
    done.result()
    assert votes_in(votes) == (b"vote",)
    logs.close()


def test_nobody_waits_for_the_sentinel_of_the_own_group() -> None:
    votes = SimulatedDirectory()
    logs = logs_in(votes, SimulatedDirectory())
    logs.append(votes=[b"kept"])
    logs.release(()).result()  # behind it the thread has settled
    promised = votes.after_power_cut(0, Outcome.LOST, Outcome.LOST)
    segment = promised.open(segment_name(1))
    segment.truncate(HEADER_BYTES + RECORD_OVERHEAD_BYTES + len(b"kept") - 1)
    assert open_vote_log(promised, chain_id=CHAIN, public_key=KEY).state is LogState.SHORT
    logs.close()


def test_a_sentinel_that_cannot_be_kept_fails_the_next_request() -> None:
    votes = SlowDirectory()
    logs = logs_in(votes, SimulatedDirectory())
    votes.is_sentinel_lost = True
    logs.append(votes=[b"durable all the same"])
    with pytest.raises(StorageWriteFailed):
        logs.append(votes=[b"too late"])
    logs.close()


def test_a_rotation_stands_between_what_came_before_and_after_it() -> None:
    votes = SimulatedDirectory()
    logs = logs_in(votes, SimulatedDirectory())
    logs.submit(votes=[b"old"])
    logs.rotate([b"snapshot"])
    logs.submit(votes=[b"new"])
    logs.close()
    assert votes_in(votes) == (b"snapshot", b"new")
    assert not logs.is_rotation_due


def test_released_bundles_stay_readable_while_their_segment_grows() -> None:
    logs = logs_in(SimulatedDirectory(), SimulatedDirectory())
    logs.append(bundles=[bundle(1)])
    logs.release([bundle(1).digest]).result()
    assert logs.bundle(bundle(1).digest) == bundle(1)
    logs.close()


def test_after_a_failure_everybody_is_told_and_nothing_is_written() -> None:
    votes = SlowDirectory()
    logs = logs_in(votes, SimulatedDirectory())
    logs.append(votes=[b"kept"])
    votes.is_full = True
    failed = logs.submit(votes=[b"lost"])
    with pytest.raises(StorageWriteFailed, match="no space"):
        failed.result()
    votes.is_full = False
    with pytest.raises(StorageWriteFailed):
        logs.append(votes=[b"later"])
    with pytest.raises(StorageWriteFailed):
        logs.append(bundles=[bundle(1)])
    logs.close()


def test_an_observer_has_no_vote_log() -> None:
    bundles = create_bundle_log(SimulatedDirectory(), chain_id=CHAIN, public_key=KEY)
    logs = DurableLogs(None, bundles)
    logs.append(bundles=[bundle(1)])
    assert not logs.is_rotation_due
    with pytest.raises(AssertionError):
        logs.submit(votes=[b"vote"])
    logs.close()


def test_after_close_requests_are_refused() -> None:
    logs = logs_in(SimulatedDirectory(), SimulatedDirectory())
    logs.close()
    logs.close()
    with pytest.raises(StorageWriteFailed):
        logs.append(votes=[b"late"])


def test_a_new_segment_lets_released_bundles_go_at_once() -> None:
    logs = logs_in(SimulatedDirectory(), SimulatedDirectory())
    logs.append(bundles=[bundle(1)])
    before = logs.bundle_segments
    logs.roll_bundles().result()
    logs.release([bundle(1).digest]).result()
    assert not logs.holds(bundle(1).digest)
    assert set(before).isdisjoint(logs.bundle_segments)
    logs.close()
