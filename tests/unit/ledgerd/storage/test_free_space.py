"""Room on the disk."""

from pathlib import Path

import pytest

from ledgerd.errors import StorageUnavailable
from ledgerd.storage.free_space import Space, SpaceFloors, free_bytes, space_left

FLOORS = SpaceFloors(low_bytes=100, exhausted_bytes=10)


@pytest.mark.parametrize(
    ("free", "space"),
    [
        (100, Space.AMPLE),
        (99, Space.LOW),
        (10, Space.LOW),
        (9, Space.EXHAUSTED),
        (0, Space.EXHAUSTED),
    ],
)
def test_space_is_judged_by_its_floors(free: int, space: Space) -> None:
    assert space_left(free, FLOORS) is space


def test_the_free_space_of_a_directory_is_known(tmp_path: Path) -> None:
    assert free_bytes(tmp_path) > 0
    with pytest.raises(StorageUnavailable):
        free_bytes(tmp_path / "nowhere")


def test_floors_in_the_wrong_order_are_our_bug() -> None:
    with pytest.raises(AssertionError):
        SpaceFloors(low_bytes=1, exhausted_bytes=2)
