"""Closing waits for readers."""

import threading

import pytest

from ledgerd.storage.kv import StoreClosed
from ledgerd.storage.leases import ReadLeases


def test_closing_waits_until_the_last_lease_ends() -> None:
    leases = ReadLeases()
    closed = threading.Event()

    def close() -> None:
        leases.refuse_and_wait()
        closed.set()

    with leases, leases:
        thread = threading.Thread(target=close)
        thread.start()
        assert not closed.wait(0.02)
    thread.join()
    assert closed.is_set()


def test_after_closing_no_lease_is_given() -> None:
    leases = ReadLeases()
    leases.refuse_and_wait()
    leases.refuse_and_wait()
    with pytest.raises(StoreClosed), leases:
        pass


def test_a_read_that_fails_gives_its_lease_back() -> None:
    leases = ReadLeases()
    with pytest.raises(ZeroDivisionError), leases:
        raise ZeroDivisionError
    leases.refuse_and_wait()
