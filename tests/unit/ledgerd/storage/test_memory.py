"""What the memory store adds to the contract: it notices values that were tampered with."""

from ledgerd.storage.kv import WriteBatch, prefix_span
from ledgerd.storage.memory import MemoryStore


def test_two_stores_share_nothing() -> None:
    first, second = MemoryStore(), MemoryStore()
    batch = WriteBatch()
    batch.put(b"b1", b"value")
    first.write(batch)
    assert second.get(b"b1") is None
    assert second.scan(prefix_span(b"b"), limit=1) == []
