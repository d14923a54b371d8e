"""Whatever single damage a bundle log meets, a bundle is given back whole or not at all."""

import hashlib

import pytest

from ledgerd.errors import StorageCorrupted
from ledgerd.storage.bundle_log import (
    BundleLog,
    StoredBundle,
    create_bundle_log,
    open_bundle_log,
)
from ledgerd.storage.segment_opening import LogBroken
from tests.damage.bits import FOUND, HARMLESS, SILENT, Try, cut_everywhere, tally
from tests.damage.simulated_disk import SimulatedDirectory

CHAIN = b"\x01" * 32
KEY = b"\x02" * 32
SEGMENT = "00000000000000000001.seg"


def bundle(number: int) -> StoredBundle:
    sidecars = tuple(b"sidecar %d.%d" % (number, i) for i in range(number % 3))
    digest = hashlib.sha256(b"%d" % number).digest()
    return StoredBundle(digest, b"bundle %d " % number * 4, sidecars)


BUNDLES = tuple(bundle(number) for number in range(5))


def written() -> dict[str, bytes]:
    directory = SimulatedDirectory()
    log = create_bundle_log(directory, chain_id=CHAIN, public_key=KEY)
    for stored in BUNDLES:
        log.append([stored])
    log.close()
    return directory.content()


def opened(files: dict[str, bytes]) -> BundleLog:
    return open_bundle_log(SimulatedDirectory(files), chain_id=CHAIN, public_key=KEY)


def verdict(files: dict[str, bytes]) -> str:
    try:
        log = opened(files)
    except LogBroken:
        return FOUND
    held = tuple(log.get(digest) for digest in log.digests())
    return HARMLESS if held == BUNDLES else SILENT


def damaging(name: str) -> Try:
    files = written()
    return lambda data: verdict({**files, name: data})


def reading_damaged(data: bytes) -> str:
    """Damage the segment under an open log, then read every bundle."""
    directory = SimulatedDirectory(written())
    log = open_bundle_log(directory, chain_id=CHAIN, public_key=KEY)
    directory.open(SEGMENT).write_at(0, data)
    held = []
    for stored in BUNDLES:
        try:
            held.append(log.get(stored.digest))
        except StorageCorrupted:
            return FOUND
    return HARMLESS if tuple(held) == BUNDLES else SILENT


@pytest.mark.slow
def test_every_flipped_bit_of_a_segment_is_found_at_start() -> None:
    outcomes = tally(written()[SEGMENT], damaging(SEGMENT))
    assert set(outcomes) == {FOUND}
    assert outcomes.total() > 4_000


@pytest.mark.slow
def test_every_flipped_bit_under_an_open_log_is_found_or_harmless() -> None:
    outcomes = tally(written()[SEGMENT], reading_damaged)
    assert set(outcomes) == {FOUND, HARMLESS}
    # Only the header was read at start and is not read again, but for the chain that it begins.
    assert outcomes[HARMLESS] == (96 - 32) * 8


@pytest.mark.slow
def test_no_flipped_bit_of_the_sentinel_loses_a_bundle() -> None:
    assert set(tally(written()["TAIL"], damaging("TAIL"))) == {HARMLESS}


def test_a_segment_cut_at_any_byte_is_found() -> None:
    assert set(cut_everywhere(written()[SEGMENT], damaging(SEGMENT))) == {FOUND}


def test_a_segment_of_another_log_is_found() -> None:
    other = SimulatedDirectory()
    create_bundle_log(other, chain_id=b"\x09" * 32, public_key=KEY).append(BUNDLES)
    assert damaging(SEGMENT)(other.content()[SEGMENT]) == FOUND
