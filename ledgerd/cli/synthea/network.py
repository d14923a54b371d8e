"""The testnet around the home that an import is started from."""

from dataclasses import dataclass
from pathlib import Path

from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.homes import Home, read_network


@dataclass(frozen=True)
class Network:
    """The institutions of a testnet that run nodes, one of each kind, and where they are."""

    folder: Path
    homes: dict[str, Home]

    def institution(self, kind: str) -> str:
        return self.homes[kind].institution


def network_around(home: Home) -> Network:
    """Find the testnet that a home belongs to.

    Raises:
        CommandFailed: it belongs to none, or one of the four kinds is missing.
    """
    folder = home.path.resolve().parent
    by_path = {sibling.path.resolve(): sibling for sibling in home.siblings()}
    if len(by_path) == 1:
        raise CommandFailed(ExitCode.USAGE, f"{home.path}: not a home of a testnet")
    homes: dict[str, Home] = {}
    for node in read_network(folder).nodes:
        homes.setdefault(node.kind, by_path[folder / node.name])
    missing = {"finance", "hospital", "medicare", "insurer"} - set(homes)
    if missing:
        raise CommandFailed(ExitCode.USAGE, f"the testnet has no {min(missing)}")
    return Network(folder, homes)
