"""Every key of every LevelDB of a node, as sentences. Numbers are big-endian: byte order is order.

In each store (``leveldb``)
    00                                      the first key: nothing comes before it
    00 | "k" | batch (u64)                  -> marks of the keys that this batch
                                               was the first to write (8 each)       known_keys
    m | "format"                            -> name of the store, format version (u32)
    m | "batches"                           -> how many batches were written (u64),
                                               identity of the store (16)
    ff ff                                   the last key: a scan that does not meet it was cut

``chain/``
    m | "tip"                               -> height (u64), header hash (32), state root (32)
    m | "sealed"                            -> highest height with a seal (u64)
    b | height (u64)                        -> block bytes                         block_store
    h | height (u64)                        -> header bytes                        block_store
    H | header hash (32)                    -> height (u64)                        block_store
    s | height (u64)                        -> seal bytes                          block_store
    r | height (u64) | transaction (u32)    -> receipts of one transaction         block_store
    t | transaction id (32)                 -> height (u64), transaction (u32)     block_store
    x | bundle digest (32)                  -> height (u64)                        block_store
    e | height (u64) | transaction (u32) | operation (u16)
                                            -> events of one operation             block_store
    n | node id                             -> node of the state tree, write-once  state_store
    o | height (u64)                        -> node ids this block superseded      state_store
    l | state key                           -> latest value: a cache of the tree   state_store
    i | index (u8) | scope length (u8) | scope | order
                                            -> value of the row: rebuildable       indexes

``sidecars/``
    c | sidecar hash (32)                   -> sidecar bytes                       sidecar_store
    m | "whole"                             -> height (u64), header hash (32): no sidecar of this
                                               block or of one before it is missing sidecar_store
    x | sidecar hash (32)                   -> empty: erased, never to be held again
                                                                                    sidecar_store
    r | sidecar hash (32)                   -> what is left of an erased sidecar: its other part
                                                                                    sidecar_store
    g | sidecar hash (32)                   -> code (8), number (10) of its bill: let go, because
                                               nobody here reads or keeps it        sidecar_store
    m | "swept"                             -> height (u64), header hash (32): what could be let go
                                               up to this block is                  sidecar_store

``offices/``
    k | PRF of collection (8) | PRF of collection and key (32)
                                            -> nonce, sealed key and value         sealed_store

A change of any line is a new format version and a decision record.
"""

from typing import Final

FORMAT_VERSION: Final = 1

FIRST_KEY: Final = b"\x00"
LAST_KEY: Final = b"\xff\xff"
FORMAT_KEY: Final = b"mformat"
BATCHES_KEY: Final = b"mbatches"
TIP_KEY: Final = b"mtip"
MARKS_PREFIX: Final = b"\x00k"  # outside of all spans of a caller, as the first and last key
SEALED_KEY: Final = b"msealed"
ERASED_PREFIX: Final = b"x"
REST_PREFIX: Final = b"r"
WHOLE_KEY: Final = b"mwhole"
LET_GO_PREFIX: Final = b"g"
SWEPT_KEY: Final = b"mswept"

CHAIN_STORE: Final = b"chain"
SIDECAR_STORE: Final = b"sidecars"
OFFICE_STORE: Final = b"offices"
# Kinds of keys of which a store knows without a read that one is absent: those that are asked for
# before they are there, once or more for each bill. (A sidecar comes with its block.)
KNOWN_KINDS: Final = {CHAIN_STORE: b"ltx", SIDECAR_STORE: b"grx", OFFICE_STORE: b""}

NODE_PREFIX: Final = b"n"
LEAF_PREFIX: Final = b"l"
INDEX_PREFIX: Final = b"i"
SIDECAR_PREFIX: Final = b"c"
EVENT_PREFIX: Final = b"e"
SUPERSEDED_PREFIX: Final = b"o"


def u64(number: int) -> bytes:
    """Return 8 bytes, big-endian. Heights and counts are never negative."""
    return number.to_bytes(8, "big")


def u32(number: int) -> bytes:
    """Return 4 bytes, big-endian."""
    return number.to_bytes(4, "big")


def number_of(data: bytes) -> int:
    """Return the number that ``u64`` or ``u32`` wrote."""
    return int.from_bytes(data, "big")


def marks_key(batch_count: int) -> bytes:
    return MARKS_PREFIX + u64(batch_count)


def marks_number(key: bytes) -> int:
    """Return the number of the batch whose marks stand under a key."""
    return number_of(key[len(MARKS_PREFIX) :])


def block_key(height: int) -> bytes:
    return b"b" + u64(height)


def header_key(height: int) -> bytes:
    return b"h" + u64(height)


def header_hash_key(header_hash: bytes) -> bytes:
    assert len(header_hash) == 32
    return b"H" + header_hash


def seal_key(height: int) -> bytes:
    return b"s" + u64(height)


def receipt_key(height: int, transaction_index: int) -> bytes:
    return b"r" + u64(height) + u32(transaction_index)


def receipts_prefix(height: int) -> bytes:
    return b"r" + u64(height)


def transaction_key(transaction_id: bytes) -> bytes:
    assert len(transaction_id) == 32
    return b"t" + transaction_id


def bundle_key(bundle_digest: bytes) -> bytes:
    assert len(bundle_digest) == 32
    return b"x" + bundle_digest


def event_key(height: int, transaction_index: int, operation_index: int) -> bytes:
    position = u64(height) + u32(transaction_index) + operation_index.to_bytes(2, "big")
    return EVENT_PREFIX + position


def node_key(node_id: bytes) -> bytes:
    return NODE_PREFIX + node_id


def superseded_key(height: int) -> bytes:
    return SUPERSEDED_PREFIX + u64(height)


def superseded_height(key: bytes) -> int:
    """Return the height whose superseded nodes stand under a key."""
    return number_of(key[len(SUPERSEDED_PREFIX) :])


def leaf_key(state_key: bytes) -> bytes:
    return LEAF_PREFIX + state_key


def index_prefix(index_number: int, scope: bytes) -> bytes:
    """Return what all rows of one scope share. The length keeps one scope out of another."""
    assert len(scope) <= 255
    return INDEX_PREFIX + bytes([index_number, len(scope)]) + scope


def index_key(index_number: int, scope: bytes, order: bytes) -> bytes:
    return index_prefix(index_number, scope) + order


def sidecar_key(sidecar_hash: bytes) -> bytes:
    assert len(sidecar_hash) == 32
    return SIDECAR_PREFIX + sidecar_hash


def erased_key(sidecar_hash: bytes) -> bytes:
    assert len(sidecar_hash) == 32
    return ERASED_PREFIX + sidecar_hash


def rest_key(sidecar_hash: bytes) -> bytes:
    assert len(sidecar_hash) == 32
    return REST_PREFIX + sidecar_hash


def let_go_key(sidecar_hash: bytes) -> bytes:
    assert len(sidecar_hash) == 32
    return LET_GO_PREFIX + sidecar_hash


def sealed_prefix(collection_tag: bytes) -> bytes:
    assert len(collection_tag) == 8
    return b"k" + collection_tag


def sealed_key(collection_tag: bytes, key_tag: bytes) -> bytes:
    assert len(key_tag) == 32
    return sealed_prefix(collection_tag) + key_tag
