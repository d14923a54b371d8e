"""What nodes ask each other beside votes: blocks, bundles, sidecars.

Rules: canonical bytes, every count and length bounded before anything is allocated. A reply names
its request; one that nobody waits for is dropped without blame (honest lateness is no misdeed).
Replies prove themselves: blocks by their seal, sidecars by their hash, bundles by their digest.

Source: consensus.md section 8; docs/exchange.md.
"""

from typing import Annotated

from msgspec import Meta

from ledgerd.chain.block import BLOCK_BYTES_MAX
from ledgerd.errors import DecodeError
from ledgerd.network.frames import BODY_BYTES_MAX, FrameKind
from ledgerd.primitives.canonical import U63, Hash32, Record, decode, encode

SYNC_BYTES_MAX = BODY_BYTES_MAX[FrameKind.SYNC]
REPLY_BYTES_MAX = 6 << 20  # contents of a reply; the rest of the frame is room for its envelope
CHUNK_BYTES_MAX = 4 << 20  # of a block that does not fit into one reply
BLOCK_COUNT_MAX = 128  # blocks of one reply
BUNDLE_COUNT_MAX = 64  # bundles of one request
SIDECAR_COUNT_MAX = 256  # sidecars of one request
SEAL_BYTES_MAX = 16_384  # a hundred signatures with their indexes

BlockPart = Annotated[bytes, Meta(max_length=REPLY_BYTES_MAX)]
SealPart = Annotated[bytes, Meta(max_length=SEAL_BYTES_MAX)]


class BlocksRequest(Record, tag=80, frozen=True, kw_only=True):
    """Send sealed blocks from ``first`` on.

    Attributes:
        offset: where to go on inside the bytes of block ``first``; 0 for its beginning.
    """

    request: U63
    first: U63
    count: Annotated[int, Meta(ge=1, le=BLOCK_COUNT_MAX)]
    offset: Annotated[int, Meta(ge=0, le=BLOCK_BYTES_MAX)] = 0


class BlocksReply(Record, tag=81, frozen=True, kw_only=True):
    """Blocks in order, as many as fit; the last one has its seal.

    Attributes:
        height: the highest sealed height here.
        blocks: bytes of whole blocks from ``first`` on; or one piece of the first one.
        seals: at the same indexes, empty where none is stored.
        total_bytes: length of the whole block when ``blocks`` holds one piece of it, else 0.
    """

    request: U63
    first: U63
    height: U63
    blocks: Annotated[tuple[BlockPart, ...], Meta(max_length=BLOCK_COUNT_MAX)]
    seals: Annotated[tuple[SealPart, ...], Meta(max_length=BLOCK_COUNT_MAX)]
    total_bytes: Annotated[int, Meta(ge=0, le=BLOCK_BYTES_MAX)] = 0


class BundlesRequest(Record, tag=82, frozen=True, kw_only=True):
    """Send the packages of these bundles; they come as ordinary bundle frames."""

    digests: Annotated[tuple[Hash32, ...], Meta(min_length=1, max_length=BUNDLE_COUNT_MAX)]


class SidecarsRequest(Record, tag=83, frozen=True, kw_only=True):
    """Send these sidecars."""

    request: U63
    hashes: Annotated[tuple[Hash32, ...], Meta(min_length=1, max_length=SIDECAR_COUNT_MAX)]


class SidecarsReply(Record, tag=84, frozen=True, kw_only=True):
    """Those of the asked ones that are here and fit."""

    request: U63
    sidecars: Annotated[tuple[BlockPart, ...], Meta(max_length=SIDECAR_COUNT_MAX)]


class HeadNotice(Record, tag=85, frozen=True, kw_only=True):
    """The sender holds sealed blocks up to this height: for observers and on connecting."""

    height: U63


SyncMessage = (
    BlocksRequest | BlocksReply | BundlesRequest | SidecarsRequest | SidecarsReply | HeadNotice
)
SyncReply = BlocksReply | SidecarsReply


def encode_sync(message: SyncMessage) -> bytes:
    return encode(message)


def decode_sync(data: bytes) -> SyncMessage:
    """Read one message.

    Raises:
        DecodeError: not canonical, out of bounds, or its parts do not fit together.
    """
    message: SyncMessage = decode(data, SyncMessage, bytes_max=SYNC_BYTES_MAX)  # type: ignore[arg-type]
    if isinstance(message, BlocksReply):
        if len(message.blocks) != len(message.seals):
            raise DecodeError("blocks reply: a seal for each block, possibly empty, was expected")
        if message.total_bytes and len(message.blocks) != 1:
            raise DecodeError("blocks reply: a piece comes alone")
    return message
