"""Where the blocks of ``verify chain`` come from: a running node, or the files of a stopped one.

Rules: a source hands out bytes and is believed in nothing; it says where the chain ends by ending.
"""

from collections.abc import Iterator

from ledgerd.cli.chain_check import SealedBytes
from ledgerd.cli.homes import Home
from ledgerd.cli.session import Session
from ledgerd.config import HomePaths
from ledgerd.rpc.catalogue import CHAIN_BLOCK_BYTES, CHAIN_STATUS
from ledgerd.rpc.fields import NoParams
from ledgerd.rpc.queries import BlockAt
from ledgerd.storage import schema
from ledgerd.storage.home_lock import HomeLock
from ledgerd.storage.leveldb import open_leveldb


def of_node(session: Session) -> Iterator[SealedBytes]:
    """All sealed blocks of the node that was named, from height 1."""
    head = session.ask(CHAIN_STATUS, NoParams())
    for height in range(1, head.sealed_height + 1):
        found = session.ask(CHAIN_BLOCK_BYTES, BlockAt(height=height))
        yield bytes.fromhex(found.block), bytes.fromhex(found.seal) or None


def of_home(home: Home) -> Iterator[SealedBytes]:
    """All blocks in the files of a home whose node is stopped, up to the last sealed one.

    Raises:
        StoreLocked: its node runs.
    """
    lock = HomeLock(home.path)
    try:
        store = open_leveldb(HomePaths(home.path).chain, schema.CHAIN_STORE)
        try:
            sealed = store.get(schema.SEALED_KEY)
            last = 0 if sealed is None else schema.number_of(sealed)
            for height in range(1, last + 1):
                yield store.get(schema.block_key(height)) or b"", store.get(schema.seal_key(height))
        finally:
            store.close()
    finally:
        lock.release()
