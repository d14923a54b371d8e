"""Peers as genesis and configuration describe them."""

from pathlib import Path

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
