"""The sentinel: the newest whole payload of two."""

import pytest

from ledgerd.storage.sentinel import PAYLOAD_BYTES_MAX, Sentinel
from tests.damage.simulated_disk import Outcome, SimulatedDirectory


def fresh() -> tuple[SimulatedDirectory, Sentinel]:
    directory = SimulatedDirectory()
    return directory, Sentinel(directory.create("TAIL"))


def test_an_empty_file_says_nothing() -> None:
    assert fresh()[1].read() is None


def test_the_newest_payload_is_read() -> None:
    directory, sentinel = fresh()
    for number in range(5):
        sentinel.write(b"payload %d" % number)
        assert Sentinel(directory.open("TAIL")).read() == b"payload %d" % number


def test_it_goes_on_after_reading() -> None:
    directory, sentinel = fresh()
    sentinel.write(b"one")
    sentinel.write(b"two")
    again = Sentinel(directory.open("TAIL"))
    again.read()
    again.write(b"three")
    assert Sentinel(directory.open("TAIL")).read() == b"three"


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_write_that_was_not_synced_leaves_itself_or_the_one_before(outcome: Outcome) -> None:
    directory, sentinel = fresh()
    sentinel.write(b"one")
    sentinel.sync()
    directory.sync()
    sentinel.write(b"two")
    disk = directory.after_power_cut(0, Outcome.LOST, outcome)
    expected = b"two" if outcome is Outcome.WRITTEN else b"one"
    assert Sentinel(disk.open("TAIL")).read() == expected


def test_when_both_slots_are_damaged_it_says_nothing() -> None:
    directory, sentinel = fresh()
    sentinel.write(b"one")
    sentinel.write(b"two")
    file = directory.open("TAIL")
    file.write_at(12, b"?")
    file.write_at(4_096 + 12, b"?")
    assert Sentinel(directory.open("TAIL")).read() is None


def test_the_longest_payload_fits_and_a_longer_one_is_our_bug() -> None:
    directory, sentinel = fresh()
    sentinel.write(bytes(PAYLOAD_BYTES_MAX))
    assert Sentinel(directory.open("TAIL")).read() == bytes(PAYLOAD_BYTES_MAX)
    with pytest.raises(AssertionError):
        sentinel.write(bytes(PAYLOAD_BYTES_MAX + 1))
