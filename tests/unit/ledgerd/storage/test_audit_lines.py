"""Lines that hang together."""

import json

import pytest

from ledgerd.errors import StorageCorrupted
from ledgerd.storage.audit_lines import heads_of, line_hash

FIRST = json.dumps({"after": "00" * 32}).encode() + b"\n"
SECOND = json.dumps({"after": line_hash(FIRST).hex()}).encode() + b"\n"


def test_each_line_has_a_hash_and_the_last_one_covers_all() -> None:
    assert heads_of(FIRST + SECOND) == (line_hash(FIRST), line_hash(SECOND))
    assert heads_of(b"") == ()


def test_a_line_that_was_taken_out_shows() -> None:
    with pytest.raises(StorageCorrupted, match="line 1"):
        heads_of(SECOND)
