"""A value under a digest that is not its own, as a store would hold it after damage."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ledgerd.storage import envelope


@contextmanager
def digests_wrong_of(key: bytes) -> Iterator[None]:
    """Let what is written under this key carry a digest of something else."""
    wrap = envelope.wrap
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(envelope, "wrap", lambda k, v: wrap(k, v + b"?" if k == key else v)[:8] + v)
        yield
