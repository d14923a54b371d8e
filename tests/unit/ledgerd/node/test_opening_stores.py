"""Sidecars that are damaged are moved aside; the offices' store stops the start instead."""

from pathlib import Path

import pytest

from ledgerd.errors import ConfigError
from ledgerd.node.opening_stores import open_offices, open_sidecars
from ledgerd.node.scrutiny import Scrutiny
from ledgerd.storage.leveldb import SENTINEL_NAME
from ledgerd.storage.sidecar_store import SidecarStore

USUAL = Scrutiny.USUAL


@pytest.fixture
def offices(tmp_path: Path) -> Path:
    open_offices(tmp_path / "offices", None, USUAL).close()
    return tmp_path / "offices"


def damage(path: Path) -> None:
    (path / SENTINEL_NAME).write_bytes(b"")


def names_beside(path: Path) -> list[str]:
    return sorted(beside.name for beside in path.parent.iterdir())


def test_damaged_sidecars_are_moved_aside(tmp_path: Path) -> None:
    store = open_sidecars(tmp_path / "sidecars", USUAL)
    SidecarStore(store).put((b"sealed",))
    store.close()
    damage(tmp_path / "sidecars")

    open_sidecars(tmp_path / "sidecars", USUAL).close()

    assert names_beside(tmp_path / "sidecars") == ["sidecars", "sidecars.damaged-1"]


def test_a_damaged_store_of_the_offices_stops_the_start_with_advice(offices: Path) -> None:
    damage(offices)

    with pytest.raises(ConfigError, match=r"offices: damaged.*backup.*offices\.begin-anew"):
        open_offices(offices, 7, USUAL)
    assert names_beside(offices) == ["offices"]


def test_an_operator_may_accept_that_a_damaged_store_is_begun_anew(offices: Path) -> None:
    damage(offices)
    offices.with_name("offices.begin-anew").touch()

    open_offices(offices, 7, USUAL).close()

    assert names_beside(offices) == ["offices", "offices.damaged-1"]


def test_a_missing_store_is_made_in_a_new_home_only(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="lived to height 7"):
        open_offices(tmp_path / "offices", 7, USUAL)
    open_offices(tmp_path / "offices", None, USUAL).close()
