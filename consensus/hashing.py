"""The one hash function, with a domain in front so that no two uses can meet.

Source: architecture.md section 3.
"""

import hashlib
from typing import Final

from consensus.ids import Digest

DOMAIN_BYTES: Final = 16


def digest(domain: bytes, *parts: bytes) -> Digest:
    """Hash the parts, one after the other, under a zero-padded domain.

    Args:
        domain: at most 16 bytes, without zero bytes.
        parts: each must have a length that the reader can tell (fixed, or written before it),
            since the boundaries between parts are not hashed.
    """
    assert 0 < len(domain) <= DOMAIN_BYTES
    state = hashlib.sha256(domain.ljust(DOMAIN_BYTES, b"\0"))
    for part in parts:
        state.update(part)
    return Digest(state.digest())
