"""The genesis of a network on one machine."""

from dataclasses import dataclass
from typing import Final

import msgspec

from ledgerd.chain.genesis import (
    EncryptionKey,
    Genesis,
    Institution,
    OperatorKey,
    Validator,
    validate_genesis,
)
from ledgerd.chain.membership import Limits
from ledgerd.chain.params import example_params
from ledgerd.cli.testnet.layout import AREA, REGION, Place
from ledgerd.cli.testnet.ports import Ports
from ledgerd.keys.keyring import KeyRing

TERM: Final = Limits().term


@dataclass(frozen=True, slots=True)
class Beginning:
    """When a network begins, and after how many blocks its primary moves."""

    created_ms: int
    term: int


def found(
    folder: str,
    places: tuple[Place, ...],
    rings: dict[str, KeyRing],
    ports: dict[str, Ports],
    beginning: Beginning,
) -> Genesis:
    """Make the genesis of a network whose folder has this name."""
    ordered = sorted(places, key=lambda place: place.institution)
    genesis = Genesis(
        chain_name=_chain_name(folder.strip(".")),
        created_ms=beginning.created_ms,
        params=example_params(REGION),
        limits=msgspec.structs.replace(Limits(), term=beginning.term),
        institutions=tuple(
            _institution(place, rings[place.name], ports[place.name]) for place in ordered
        ),
        validators=tuple(_validator(rings[place.name]) for place in ordered),
    )
    validate_genesis(genesis)
    return genesis


def _chain_name(folder: str) -> str:
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in folder.lower())
    return kept.removesuffix("new").strip("-")[:64].strip("-") or "testnet"


def _institution(place: Place, ring: KeyRing, ports: Ports) -> Institution:
    own = ring.own
    operators = [
        OperatorKey(role=role.value, public_key=own.operator_public_key(role)) for role in own.roles
    ]
    numbered = enumerate(own.encryption_public_keys(), start=1)
    return Institution(
        institution_id=place.institution,
        kind=place.kind,
        name=place.title,
        area=AREA,
        operator_keys=tuple(sorted(operators, key=lambda key: (key.role, key.public_key))),
        encryption_keys=tuple(EncryptionKey(number=n, public_key=key) for n, key in numbered),
        addresses=(f"127.0.0.1:{ports.peers}",),
    )


def _validator(ring: KeyRing) -> Validator:
    return Validator(
        institution_id=ring.institution_id,
        consensus_key=ring.consensus.public_key,
        transport_certificate=ring.certificate,
    )
