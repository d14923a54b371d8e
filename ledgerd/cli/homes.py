"""Homes of nodes, and networks of homes on one machine.

Rules: a home is read, never changed, here. Only a network made by ``testnet init`` has siblings:
its file ``testnet.json`` lies beside the homes, and a home may use the operator keys of its
siblings, for such a network is one person's play. A home made by anything else stands alone.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import msgspec

from ledgerd.chain.genesis import Genesis, decode_genesis, genesis_hash
from ledgerd.config import Config, load_config
from ledgerd.errors import ConfigError, LedgerdError
from ledgerd.keys.institution_keys import InstitutionKeys
from ledgerd.keys.keyring import KeyRing
from ledgerd.rpc.client import Target, target_of_home

NETWORK_FILE: Final = "testnet.json"
GENESIS_FILE: Final = "genesis.json"
KEYS_FOLDER: Final = "keys"


class NodeEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One node of a network on this machine; ``name`` is its folder."""

    name: str
    institution: str
    kind: str


class NetworkFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``testnet.json``."""

    chain_id: str
    nodes: tuple[NodeEntry, ...]


@dataclass(frozen=True)
class Home:
    """The folder of one node."""

    path: Path
    passphrase: Callable[[], bytes] | None = None

    @cached_property
    def config(self) -> Config:
        return load_config(self.path, os.environ)

    @cached_property
    def keys(self) -> KeyRing:
        return KeyRing.open(self.path / KEYS_FOLDER, self.passphrase)

    @cached_property
    def genesis(self) -> Genesis:
        return read_genesis(self.path / GENESIS_FILE)

    @cached_property
    def chain_id(self) -> bytes:
        return genesis_hash(self.genesis)

    @property
    def institution(self) -> str:
        return self.config.institution

    @property
    def target(self) -> Target:
        """Where this home's node answers."""
        return target_of_home(self.path, self.config.rpc.socket)

    def siblings(self) -> tuple["Home", ...]:
        """This home first, then the others of its network; alone outside of a network."""
        network = network_of(self.path)
        if network is None:
            return (self,)
        parent = self.path.resolve().parent
        others = [parent / node.name for node in network.nodes if node.name != self.path.name]
        return (self, *(Home(path, self.passphrase) for path in others))

    def home_of(self, institution: str) -> "Home":
        """Find the home whose node acts for an institution: its own, or its host's.

        Raises:
            ConfigError: no home within reach holds keys of it.
        """
        homes = self.siblings()
        for home in homes:
            if home.institution == institution:
                return home
        for home in homes:
            if institution in home.keys.hosted_ids:
                return home
        raise ConfigError(f"{self.path}: no home within reach holds keys of {institution}")

    def keys_of(self, institution: str) -> InstitutionKeys:
        """The operator keys of an institution within reach."""
        return self.home_of(institution).keys.keys_of(institution)


def read_genesis(path: Path) -> Genesis:
    """Read a genesis file.

    Raises:
        ConfigError: it cannot be read or is not one.
    """
    try:
        return decode_genesis(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except LedgerdError as error:
        raise ConfigError(f"{path}: {error}") from error


def read_network(folder: Path) -> NetworkFile:
    """Read the network that ``testnet init`` made in a folder.

    Raises:
        ConfigError: there is none.
    """
    path = folder / NETWORK_FILE
    try:
        return msgspec.json.decode(path.read_bytes(), type=NetworkFile)
    except OSError as error:
        raise ConfigError(f"{folder}: holds no network made by testnet init") from error
    except msgspec.MsgspecError as error:
        raise ConfigError(f"{path}: {error}") from error


def network_of(home: Path) -> NetworkFile | None:
    """The network that a home belongs to, or None."""
    folder = home.resolve().parent
    if not (folder / NETWORK_FILE).is_file():
        return None
    network = read_network(folder)
    return network if home.resolve().name in {node.name for node in network.nodes} else None
