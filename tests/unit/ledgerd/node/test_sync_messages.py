"""Messages between nodes: canonical, bounded, their parts fitting together."""

from pathlib import Path

import pytest

from ledgerd.errors import DecodeError
from ledgerd.node.sync_messages import (
    BLOCK_COUNT_MAX,
    BUNDLE_COUNT_MAX,
    SIDECAR_COUNT_MAX,
    BlocksReply,
    BlocksRequest,
    BundlesRequest,
    HeadNotice,
    SidecarsReply,
    SidecarsRequest,
    SyncMessage,
    decode_sync,
    encode_sync,
)

GOLDEN = Path(__file__).resolve().parents[3] / "data" / "sync"
MESSAGES = [
    BlocksRequest(request=1, first=2, count=BLOCK_COUNT_MAX, offset=3),
    BlocksReply(request=1, first=2, height=9, blocks=(b"b", b"c"), seals=(b"", b"s")),
    BundlesRequest(digests=(bytes(32),) * BUNDLE_COUNT_MAX),
    SidecarsRequest(request=1, hashes=(bytes(32),) * SIDECAR_COUNT_MAX),
    SidecarsReply(request=1, sidecars=(b"x",)),
    HeadNotice(height=7),
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_a_message_comes_back_as_it_was(message: object) -> None:
    assert decode_sync(encode_sync(message)) == message


@pytest.mark.parametrize(
    "message",
    [
        BlocksRequest(request=1, first=2, count=BLOCK_COUNT_MAX + 1),
        BlocksRequest(request=1, first=2, count=0),
        BundlesRequest(digests=(bytes(32),) * (BUNDLE_COUNT_MAX + 1)),
        BundlesRequest(digests=()),
        SidecarsRequest(request=1, hashes=(bytes(32),) * (SIDECAR_COUNT_MAX + 1)),
        BlocksReply(request=1, first=2, height=9, blocks=(b"b",), seals=()),
        BlocksReply(
            request=1, first=2, height=9, blocks=(b"b", b"c"), seals=(b"", b""), total_bytes=9
        ),
        HeadNotice(height=-1),
    ],
    ids=lambda m: type(m).__name__,
)
def test_what_is_out_of_bounds_is_refused(message: object) -> None:
    with pytest.raises(DecodeError):
        decode_sync(encode_sync(message))


def test_trailing_bytes_and_foreign_tags_are_refused() -> None:
    with pytest.raises(DecodeError):
        decode_sync(encode_sync(HeadNotice(height=7)) + b"\x00")
    with pytest.raises(DecodeError):
        decode_sync(b"\x93\x01\x01\x07")


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_the_bytes_on_the_wire_stay_as_they_are(message: SyncMessage) -> None:
    """What stands in tests/data/sync was sent by an earlier release."""
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in type(message).__name__)
    golden = (GOLDEN / f"{name[1:]}.hex").read_text(encoding="ascii").split()

    assert encode_sync(message).hex() == "".join(golden)
