"""What the bundle log may let go, and what a start takes out of it."""

from concurrent.futures import Future
from dataclasses import dataclass, field

import pytest

from ledgerd.errors import StorageCorrupted
from ledgerd.node import log_keeping
from ledgerd.node.bundle_book import BundleBook
from ledgerd.node.log_keeping import RELEASE_COUNT, LogKeeper
from ledgerd.storage.bundle_log import StoredBundle
from tests.unit.ledgerd.node.samples import allot, numbered, signed, some_digest
from tests.unit.ledgerd.node.worlds import chain


@dataclass
class Log:
    """Bundles by digest, and what was released."""

    held: dict[bytes, StoredBundle] = field(default_factory=dict)
    released: list[bytes] = field(default_factory=list)

    def bundle(self, digest: bytes) -> StoredBundle | None:
        return self.held.get(digest)

    def release(self, digests: tuple[bytes, ...]) -> Future[None]:
        self.released.extend(digests)
        return Future()


async def test_a_start_takes_back_what_no_block_holds() -> None:
    node, log, book = chain(), Log(), BundleBook(1 << 20, 4)
    executed = await node.grow(signed(allot(0)))
    stored, waiting = executed.contents.batch.bundle_digests[0], numbered(7)
    log.held[waiting.digest] = StoredBundle(waiting.digest, waiting.bundle)

    LogKeeper(log, node.blocks).restore((stored, waiting.digest), book)

    assert [bundle.digest for bundle in book.bundles()] == [waiting.digest]
    assert book.take_unsaved() == []


async def test_a_log_that_holds_something_else_is_damage() -> None:
    node, log, book = chain(), Log(), BundleBook(1 << 20, 4)
    log.held[bytes(32)] = StoredBundle(bytes(32), b"no bundle")

    with pytest.raises(StorageCorrupted):
        LogKeeper(log, node.blocks).restore((bytes(32),), book)


async def test_bundles_go_only_when_their_block_is_sealed() -> None:
    node, log = chain(), Log()
    keeper = LogKeeper(log, node.blocks)
    sealed_count = RELEASE_COUNT
    for number in range(sealed_count):
        keeper.on_block(await node.grow(signed(allot(number, code=f"99{number:06d}"))))
    assert len(log.released) == sealed_count

    for number in range(RELEASE_COUNT):
        code = f"98{number:06d}"
        keeper.on_block(await node.grow(signed(allot(number, code=code)), is_sealed=False))

    assert len(log.released) == sealed_count


async def test_what_ran_out_of_time_goes_with_the_next_release() -> None:
    """A bundle that no block ever takes must not keep its segment on the disk for ever."""
    node, log = chain(), Log()
    keeper = LogKeeper(log, node.blocks)
    over = [some_digest(number) for number in range(RELEASE_COUNT)]

    keeper.on_over(over[:1])
    keeper.on_sealed()
    assert log.released == []

    keeper.on_over(over[1:])
    keeper.on_sealed()
    assert log.released == over


@pytest.mark.parametrize("is_sealed", [True, False])
async def test_a_start_releases_what_stands_in_sealed_blocks(
    monkeypatch: pytest.MonkeyPatch, is_sealed: bool
) -> None:
    """Releases are not durable: each start goes over the log again."""
    monkeypatch.setattr(log_keeping, "RELEASE_COUNT", 1)
    node, log = chain(), Log()
    executed = await node.grow(signed(allot(0)), is_sealed=is_sealed)
    (stored,) = executed.contents.batch.bundle_digests

    LogKeeper(log, node.blocks).restore((stored,), BundleBook(1 << 20, 4))

    assert log.released == ([stored] if is_sealed else [])


async def test_a_flush_releases_what_may_go_however_little_it_is() -> None:
    node, log = chain(), Log()
    keeper = LogKeeper(log, node.blocks)
    executed = await node.grow(signed(allot(0)))
    keeper.on_block(executed)
    assert log.released == []

    keeper.flush()

    assert log.released == list(executed.contents.batch.bundle_digests)
