"""Peers as genesis and configuration describe them."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from ledgerd.config import NetworkConfig, Peer
from ledgerd.errors import ConfigError
from ledgerd.network.settings import Address, PeerRole
from ledgerd.node.networking import identity_of, peers_of
from tests.unit.ledgerd.node.engines import config
from tests.unit.ledgerd.node.homes import sample_home
from tests.unit.ledgerd.node.samples import MEMBERS, genesis


def test_peers_are_all_other_validators_with_the_keys_of_genesis(tmp_path: Path) -> None:
    home = sample_home(tmp_path).open()
    try:
        peers = peers_of(home, config())
    finally:
        home.close()

    assert [peer.institution_id for peer in peers] == list(MEMBERS[1:])
    validators = {v.institution_id: v for v in genesis().validators}
    assert all(p.consensus_key == validators[p.institution_id].consensus_key for p in peers)


def test_an_address_of_the_configuration_stands_over_that_of_genesis(tmp_path: Path) -> None:
    home = sample_home(tmp_path).open()
    try:
        peers = {peer.institution_id: peer for peer in peers_of(home, config())}
    finally:
        home.close()

    assert peers[MEMBERS[1]].addresses == (Address("127.0.0.1", 9),)
    assert peers[MEMBERS[2]].addresses == ()


def test_a_validator_shows_itself_as_one(tmp_path: Path) -> None:
    home = sample_home(tmp_path).open()
    try:
        identity = identity_of(home)
    finally:
        home.close()

    assert identity.institution_id == MEMBERS[0]
    assert identity.role is PeerRole.VALIDATOR
    assert identity.certificate == home.keys.certificate


def test_addresses_of_genesis_are_dialled_when_the_configuration_names_none(
    tmp_path: Path,
) -> None:
    published = ("192.0.2.1:70", "[2001:db8::1]:71")
    home = sample_home(tmp_path).open()
    institutions = [
        msgspec.structs.replace(one, addresses=published) for one in home.genesis.institutions
    ]
    begun = msgspec.structs.replace(home.genesis, institutions=tuple(institutions))
    peers = {p.institution_id: p for p in peers_of(replace(home, genesis=begun), config())}
    home.close()

    assert peers[MEMBERS[2]].addresses == (Address("192.0.2.1", 70), Address("2001:db8::1", 71))
    assert peers[MEMBERS[1]].addresses == (Address("127.0.0.1", 9),)


def test_an_address_without_a_port_is_a_wrong_configuration(tmp_path: Path) -> None:
    home = sample_home(tmp_path).open()
    network = NetworkConfig(peers={MEMBERS[1]: Peer(address="nowhere")})
    try:
        with pytest.raises(ConfigError, match="host:port"):
            peers_of(home, msgspec.structs.replace(config(), network=network))
    finally:
        home.close()


def test_who_is_no_validator_shows_itself_as_an_observer(tmp_path: Path) -> None:
    home = sample_home(tmp_path).open()
    try:
        assert identity_of(replace(home, self_id=None)).role is PeerRole.OBSERVER
    finally:
        home.close()
