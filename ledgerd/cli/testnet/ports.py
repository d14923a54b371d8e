"""Where the nodes of a network listen, and their ``config.toml``.

Rules: ports are free ephemeral ones of loopback, held together while they are chosen so that none
is given twice.
"""

import socket
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final

from ledgerd.cli.testnet.layout import Place

MIB: Final = 1 << 20
FREE_BYTES_MIN: Final = 256 * MIB  # a network for trying out runs on small disks, too
FREE_BYTES_STOP: Final = 64 * MIB


@dataclass(frozen=True, slots=True)
class Ports:
    """Where one node listens on loopback: for peers and for RPC."""

    peers: int
    rpc: int


def free_ports(node_count: int) -> list[Ports]:
    """Choose two free ports a node."""
    with ExitStack() as held:
        numbers = []
        for _ in range(2 * node_count):
            listening = held.enter_context(socket.create_server(("127.0.0.1", 0)))
            numbers.append(listening.getsockname()[1])
    return [Ports(numbers[2 * i], numbers[2 * i + 1]) for i in range(node_count)]


def config_text(place: Place, places: tuple[Place, ...], ports: dict[str, Ports]) -> str:
    """Write one node's ``config.toml``."""
    lines = [
        f"# {place.title}: made by ledgerctl testnet init.",
        f'institution = "{place.institution}"',
        "",
        "[network]",
        f'listen = ["127.0.0.1:{ports[place.name].peers}"]',
        "",
        "[rpc]",
        f'listen = "127.0.0.1:{ports[place.name].rpc}"',
        "",
        "[storage]",
        f"free_bytes_min = {FREE_BYTES_MIN}",
        f"free_bytes_stop = {FREE_BYTES_STOP}",
    ]
    for other in places:
        if other is not place:
            lines += ["", f'[network.peers."{other.institution}"]']
            lines.append(f'address = "127.0.0.1:{ports[other.name].peers}"')
    return "\n".join(lines) + "\n"
