"""Sidecars by hash."""

import pytest

from ledgerd.errors import StorageCorrupted
from ledgerd.storage import schema
from ledgerd.storage.kv import WriteBatch
from ledgerd.storage.memory import MemoryStore
from ledgerd.storage.sidecar_store import SidecarStore, Sweep, sidecar_hash

ONE, TWO = b"first ciphertext", b"second ciphertext"
BILL = b"990101260000000001"


def test_a_sidecar_comes_back_by_its_hash() -> None:
    store = SidecarStore(MemoryStore())
    store.put([ONE, TWO])
    store.put([ONE])
    store.put([])
    assert store.get(sidecar_hash(ONE)) == ONE
    assert store.get(sidecar_hash(b"other")) is None


def test_those_not_held_are_named() -> None:
    store = SidecarStore(MemoryStore())
    store.put([TWO])
    hashes = [sidecar_hash(ONE), sidecar_hash(TWO)]
    assert store.missing(hashes) == (sidecar_hash(ONE),)


def test_what_is_let_go_is_gone_is_not_missing_and_comes_back_only_when_it_is_taken_back() -> None:
    store = SidecarStore(MemoryStore())
    store.put([ONE, TWO])
    store.sweep(Sweep(7, bytes(32), {sidecar_hash(ONE): BILL}, (sidecar_hash(TWO),)))
    store.put([ONE])

    assert store.get(sidecar_hash(ONE)) is None
    assert store.get(sidecar_hash(TWO)) == TWO
    assert store.missing([sidecar_hash(ONE)]) == ()
    assert store.bill_let_go(sidecar_hash(ONE)) == BILL
    assert store.bill_let_go(sidecar_hash(TWO)) is None
    assert store.swept_up_to() == (7, bytes(32))

    store.take_back(ONE)
    assert store.get(sidecar_hash(ONE)) == ONE
    assert store.bill_let_go(sidecar_hash(ONE)) is None


def test_what_is_kept_after_all_is_missing_again() -> None:
    store = SidecarStore(MemoryStore())
    assert store.swept_up_to() is None
    store.sweep(Sweep(7, bytes(32), {sidecar_hash(ONE): BILL}, ()))
    store.sweep(Sweep(8, bytes(32), {}, (sidecar_hash(ONE),)))

    assert store.missing([sidecar_hash(ONE)]) == (sidecar_hash(ONE),)


def test_what_is_left_of_an_erased_sidecar_is_let_go_as_well() -> None:
    store = SidecarStore(MemoryStore())
    store.put([ONE])
    store.erase({sidecar_hash(ONE): b"the other part"})
    store.sweep(Sweep(7, bytes(32), {sidecar_hash(ONE): BILL}, ()))

    assert store.get(sidecar_hash(ONE)) is None
    store.take_back(ONE)
    assert store.get(sidecar_hash(ONE)) is None  # erased is erased


def test_a_sidecar_under_a_hash_that_is_not_its_own_is_damage() -> None:
    inner = MemoryStore()
    batch = WriteBatch()
    batch.put(schema.sidecar_key(sidecar_hash(ONE)), TWO)
    inner.write(batch)
    with pytest.raises(StorageCorrupted):
        SidecarStore(inner).get(sidecar_hash(ONE))


def test_what_is_erased_is_gone_for_good_and_is_not_missed() -> None:
    store = SidecarStore(MemoryStore())
    store.put([ONE, TWO])
    store.erase({sidecar_hash(ONE): None})
    store.put([ONE])
    assert store.get(sidecar_hash(ONE)) is None
    assert store.is_erased(sidecar_hash(ONE))
    assert not store.is_erased(sidecar_hash(TWO))
    assert store.missing([sidecar_hash(ONE)]) == ()
    assert list(store.names()) == [sidecar_hash(TWO)]


def test_what_is_left_of_a_sidecar_is_for_this_house_and_for_no_peer() -> None:
    store = SidecarStore(MemoryStore())
    store.put([ONE])
    store.erase({sidecar_hash(ONE): b"the other part"})
    assert store.get(sidecar_hash(ONE)) == b"the other part"
    assert store.whole(sidecar_hash(ONE)) is None
    store.erase({sidecar_hash(ONE): None})
    assert store.get(sidecar_hash(ONE)) is None
