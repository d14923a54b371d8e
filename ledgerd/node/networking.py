"""This node and its peers as the network wants to know them.

Rules: certificates and consensus keys of validators come from genesis, addresses from the
configuration, else from genesis: a wrong address can delay, never deceive.
"""

import secrets
from collections.abc import Callable
from typing import TypeAlias

from ledgerd.chain.genesis import Genesis
from ledgerd.config import Config, split_address
from ledgerd.network.settings import Address, NetworkIdentity, NetworkSettings, Peer, PeerRole
from ledgerd.network.transport import Transport
from ledgerd.node.starting import OpenedHome

TransportBuilder: TypeAlias = Callable[[OpenedHome, Config], Transport]


def build_transport(home: OpenedHome, config: Config) -> Transport:
    """Build the links of this node.

    Raises:
        ConfigError: the own key, a certificate or an address cannot be used.
    """
    return Transport(
        identity_of(home), peers_of(home, config), NetworkSettings(), secrets.SystemRandom()
    )


def identity_of(home: OpenedHome) -> NetworkIdentity:
    """Describe this node."""
    return NetworkIdentity(
        institution_id=home.keys.institution_id,
        chain_id=home.epoch.membership.chain,
        certificate=home.keys.certificate,
        certificate_path=home.keys.certificate_path,
        key_path=home.keys.transport_key_path,
        signer=home.keys.consensus,
        role=PeerRole.OBSERVER if home.self_id is None else PeerRole.VALIDATOR,
    )


def peers_of(home: OpenedHome, config: Config) -> list[Peer]:
    """List the other validators.

    Raises:
        ConfigError: an address is none.
    """
    published = _published_addresses(home.genesis)
    peers: list[Peer] = []
    for member in home.epoch.record.members:
        name = member.institution_id
        if name == home.keys.institution_id:
            continue
        configured = config.network.peers.get(name)
        texts = published.get(name, ()) if configured is None else (configured.address,)
        peers.append(
            Peer(
                institution_id=name,
                addresses=tuple(Address(*split_address(text, "network.peers")) for text in texts),
                certificate=member.transport_certificate,
                consensus_key=member.consensus_key,
            )
        )
    return peers


def _published_addresses(genesis: Genesis) -> dict[str, tuple[str, ...]]:
    return {i.institution_id: i.addresses for i in genesis.institutions}
