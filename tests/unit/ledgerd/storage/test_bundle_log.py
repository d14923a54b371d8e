"""The bundle log: by digest, until released."""

import hashlib

import pytest

from ledgerd.storage import bundle_log
from ledgerd.storage.bundle_log import (
    BundleLog,
    StoredBundle,
    create_bundle_log,
    open_bundle_log,
)
from tests.damage.simulated_disk import SimulatedDirectory

CHAIN = b"\x01" * 32
KEY = b"\x02" * 32


def bundle(number: int, size: int = 100) -> StoredBundle:
    digest = hashlib.sha256(b"%d" % number).digest()
    sidecars = tuple(b"sidecar %d" % i for i in range(number % 3))
    return StoredBundle(digest, b"%d" % number * size, sidecars)


def create(directory: SimulatedDirectory) -> BundleLog:
    return create_bundle_log(directory, chain_id=CHAIN, public_key=KEY)


def reopen(directory: SimulatedDirectory) -> BundleLog:
    copy = SimulatedDirectory(directory.content())
    return open_bundle_log(copy, chain_id=CHAIN, public_key=KEY)


def test_a_bundle_comes_back_by_its_digest() -> None:
    log = create(SimulatedDirectory())
    log.append([bundle(n) for n in range(5)])
    assert [log.get(bundle(n).digest) for n in range(5)] == [bundle(n) for n in range(5)]
    assert bundle(3).digest in log
    assert bundle(9).digest not in log
    assert log.get(bundle(9).digest) is None


def test_bundles_are_there_after_a_crash() -> None:
    directory = SimulatedDirectory()
    create(directory).append([bundle(1), bundle(2)])
    log = reopen(directory)
    assert log.digests() == (bundle(1).digest, bundle(2).digest)
    assert log.get(bundle(2).digest) == bundle(2)


def test_a_bundle_is_written_once() -> None:
    directory = SimulatedDirectory()
    log = create(directory)
    log.append([bundle(1), bundle(1)])
    size = len(directory.content()["00000000000000000001.seg"])
    log.append([bundle(1)])
    assert len(directory.content()["00000000000000000001.seg"]) == size


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle_log, "RECORD_BYTES_MAX", 300)
    monkeypatch.setattr(bundle_log, "SEGMENT_BYTES_MAX", 600)


@pytest.mark.usefixtures("small_segments")
def test_a_segment_goes_when_its_last_bundle_is_released() -> None:
    directory = SimulatedDirectory()
    log = create(directory)
    bundles = [bundle(n) for n in range(6)]
    log.append(bundles)
    assert log.drop_released() == 0
    log.release([bundles[0].digest])
    assert log.drop_released() == 0
    log.release([bundles[1].digest, bundle(99).digest])
    assert log.drop_released() == 1
    assert log.get(bundles[0].digest) is None
    assert log.digests() == tuple(b.digest for b in bundles[2:])
    assert reopen(directory).digests() == log.digests()


@pytest.mark.usefixtures("small_segments")
def test_the_segment_that_grows_stays_even_if_all_is_released() -> None:
    log = create(SimulatedDirectory())
    bundles = [bundle(n) for n in range(6)]
    log.append(bundles)
    log.release(b.digest for b in bundles)
    assert log.drop_released() == 2
    assert log.digests() == tuple(b.digest for b in bundles[4:])


@pytest.mark.usefixtures("small_segments")
def test_a_release_is_forgotten_by_a_restart_so_that_nothing_goes_too_early() -> None:
    directory = SimulatedDirectory()
    log = create(directory)
    log.append([bundle(n) for n in range(6)])
    log.release([bundle(0).digest])
    again = reopen(directory)
    again.release([bundle(1).digest])
    assert again.drop_released() == 0


@pytest.mark.usefixtures("small_segments")
def test_a_released_bundle_that_is_appended_again_is_needed_again() -> None:
    """It had run out of time; then a batch named it, and a vote rests on its bytes."""
    log = create(SimulatedDirectory())
    bundles = [bundle(n) for n in range(6)]
    log.append(bundles)
    log.release([bundles[0].digest, bundles[1].digest])

    log.append([bundles[0]])

    assert log.drop_released() == 0
    assert log.get(bundles[0].digest) == bundles[0]


def test_a_bundle_does_not_print_its_contents() -> None:
    assert "1111" not in repr(bundle(1))


def test_a_bundle_of_the_growing_segment_can_go_after_another_was_begun() -> None:
    directory = SimulatedDirectory()
    log = create(directory)
    log.append([bundle(1)])
    (first,) = log.segments
    log.roll()
    log.release([bundle(1).digest])
    assert log.drop_released() == 1
    assert first not in log.segments
    assert reopen(directory).digests() == ()
