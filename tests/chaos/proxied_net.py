"""A testnet whose nodes reach each other through proxies only.

Rules: the mesh runs trio in a thread of its own; the others give it commands, one at a time. Ports
of nodes lie below those that the system gives to outgoing connections: a node that was killed must
find its own again.
"""

import random
import re
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import trio

from ledgerd.cli.homes import Home
from tests.chaos.proxy import Mesh, Proxy
from tests.processes.local_net import LocalNet

PORT_MIN, PORT_MAX = 12_000, 32_000
MESH_S_MAX = 20.0


class MeshThread:
    """Runs a mesh beside everything else."""

    def __init__(self, mesh: Mesh) -> None:
        self._mesh = mesh
        self._token: trio.lowlevel.TrioToken | None = None
        self._scope = trio.CancelScope()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=trio.run, args=(self._run,), name="mesh")

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(MESH_S_MAX), "the proxies do not listen"

    def do(self, command: Callable[[Mesh], None]) -> None:
        """Let the mesh's own thread do something, and wait until it is done."""
        assert self._token is not None
        trio.from_thread.run_sync(command, self._mesh, trio_token=self._token)

    def stop(self) -> None:
        self.do(lambda _: self._scope.cancel())
        self._thread.join(MESH_S_MAX)

    async def _run(self) -> None:
        self._token = trio.lowlevel.current_trio_token()
        with self._scope:
            async with trio.open_nursery() as nursery:
                await nursery.start(self._mesh.run)
                self._ready.set()


class ProxiedNet(LocalNet):
    """A network of real processes with a proxy for each ordered pair of them."""

    def __init__(self, folder: Path, rng: random.Random, node_count: int = 4) -> None:
        super().__init__(folder, node_count)
        self.names = tuple(self.nodes)
        self._institutions = {Home(node.home).institution: n for n, node in self.nodes.items()}
        ports = free_ports(2 * node_count, rng)
        self.listen = dict(zip(self.names, ports, strict=False))
        self.rpc = dict(zip(self.names, ports[node_count:], strict=True))
        self.mesh = Mesh.between(list(self.listen.values()), random.Random(rng.getrandbits(64)))
        self._thread = MeshThread(self.mesh)

    def __enter__(self) -> "ProxiedNet":
        self._thread.start()
        for name, node in self.nodes.items():
            self._rewrite(name, node.home / "config.toml")
        return self

    def __exit__(self, *_: object) -> None:
        for node in self.running():
            node.kill()
        self._thread.stop()

    def on_mesh(self, command: Callable[[Mesh], None]) -> None:
        """Change the weather."""
        self._thread.do(command)

    def index(self, name: str) -> int:
        """Give the number of a node in the mesh."""
        return self.names.index(name)

    def proxies_of(self, name: str) -> list[Proxy]:
        """List the proxies that a node dials or listens behind."""
        own = self.index(name)
        return [proxy for pair, proxy in self.mesh.proxies.items() if own in pair]

    def node_of(self, institution: str) -> str:
        """Name the node of an institution."""
        return self._institutions[institution]

    def _rewrite(self, name: str, config: Path) -> None:
        """Give the node its fixed ports, and proxies for peers."""
        text = config.read_text(encoding="utf-8")
        head, *peers = re.split(r"(?=\[network\.peers\.)", text)
        first, second = self.listen[name], self.rpc[name]
        head = re.sub(r'listen = \["[^"]*"\]', f'listen = ["127.0.0.1:{first}"]', head)
        head = re.sub(r'listen = "[^"]*"', f'listen = "127.0.0.1:{second}"', head)
        config.write_text(head + "".join(self._peer(name, text) for text in peers))

    def _peer(self, name: str, text: str) -> str:
        found = re.search(r'peers\."?([0-9A-Z]+)"?\]', text)
        assert found is not None, text
        target = self.index(self.node_of(found[1]))
        port = self.mesh.proxies[self.index(name), target].port
        return re.sub(r'address = "[^"]*"', f'address = "127.0.0.1:{port}"', text)


def free_ports(count: int, rng: random.Random) -> list[int]:
    """Find ports of loopback that nobody listens on and no outgoing connection gets."""
    found: list[int] = []
    while len(found) < count:
        port = rng.randrange(PORT_MIN, PORT_MAX)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in found:
            found.append(port)
    return found
