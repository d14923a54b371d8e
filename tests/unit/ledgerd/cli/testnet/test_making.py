"""Networks on one machine: their files."""

from pathlib import Path

import pytest

from ledgerd.chain.genesis import genesis_hash
from ledgerd.cli.homes import Home, read_network
from ledgerd.cli.testnet.layout import NODE_COUNT_MAX, institution_code, places
from ledgerd.cli.testnet.making import make_network
from ledgerd.cli.testnet.ports import free_ports
from ledgerd.errors import ConfigError
from ledgerd.primitives.identifiers import is_institution_id

CREATED_MS = 1_700_000_000_000


def test_the_first_four_are_one_of_each_kind() -> None:
    assert [place.name for place in places(7)] == [
        "hospital", "finance", "medicare", "insurer", "hospital-2", "insurer-2", "hospital-3",
    ]  # fmt: skip


def test_every_place_has_its_own_valid_code() -> None:
    codes = [place.institution for place in places(NODE_COUNT_MAX)]

    assert len(set(codes)) == NODE_COUNT_MAX
    assert [code for code in codes if not is_institution_id(code)] == []
    assert institution_code("finance", 1) in codes


def test_no_port_is_given_twice() -> None:
    ports = [port for pair in free_ports(8) for port in (pair.peers, pair.rpc)]

    assert len(set(ports)) == 16


def test_every_home_has_a_valid_configuration_keys_and_the_same_genesis(tmp_path: Path) -> None:
    made = make_network(tmp_path / "net", places(5), CREATED_MS)

    homes = [Home(tmp_path / "net" / node.name) for node in read_network(tmp_path / "net").nodes]
    assert {genesis_hash(home.genesis).hex() for home in homes} == {made.chain_id}
    assert [home.institution for home in homes] == [home.keys.institution_id for home in homes]
    assert {len(home.config.network.peers) for home in homes} == {4}
    assert len(homes[0].genesis.validators) == 5


def test_the_term_of_a_network_is_chosen_when_it_is_made(tmp_path: Path) -> None:
    make_network(tmp_path / "net", places(4), CREATED_MS)
    make_network(tmp_path / "quick", places(4), CREATED_MS, term=2)

    terms = [Home(tmp_path / net / "finance").genesis.limits.term for net in ("net", "quick")]
    assert terms == [128, 2]


def test_nobody_else_can_read_a_home(tmp_path: Path) -> None:
    make_network(tmp_path / "net", places(4), CREATED_MS)

    open_to_others = [p for p in (tmp_path / "net").rglob("*") if p.stat().st_mode & 0o077]

    assert open_to_others == []


def test_what_exists_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    (tmp_path / "net" / "mine").write_text("mine")

    with pytest.raises(ConfigError, match="exists already"):
        make_network(tmp_path / "net", places(4), CREATED_MS)

    assert [path.name for path in tmp_path.rglob("*")] == ["net", "mine"]
