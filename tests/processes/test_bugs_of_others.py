"""Bugs that other systems had, as far as only real nodes show them.

Rules: one bug, one test; the network is the one that all tests of this folder share, so whoever
stops a node starts it again. Source: reliability.md section 3; the table is in docs/testing.md.
"""

import http.client
import itertools
import json
import re
import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from ledgerd.cli.homes import Home
from ledgerd.rpc.access import read_cookie
from ledgerd.rpc.catalogue import METHODS
from tests.processes.local_net import LocalNet, NodeProcess, until
from tests.processes.story import Story

pytestmark = pytest.mark.processes
GROWTH_MIB_MAX = 48  # of a node's own memory, for requests that announce terabytes
ANSWER_S_MAX = 1.0  # whoever waits for the rest of a request says nothing for longer than that
SCOPE = ("chain_status", "chain_blocks", "bill_list", "claim_list", "member_list", "events_poll")
PARAMS: tuple[object, ...] = (
    {}, [], None, 7, "x", {"": ""}, {"limit": -1}, {"limit": 10**30}, {"code": ["99"]},
    {"cursor": "\ud800"}, {"cursor": "\x00" * 300}, {"bill": {"code": {}}},
    {"transaction": ""}, {"transaction": "zz"}, {"transaction": "c1" * 999},
    {"height": 2**63}, {"height": -1}, {"height": True}, {"operations": [[]] * 99},
)  # fmt: skip


def memory_mib(node: NodeProcess) -> int:
    assert node.process is not None
    status = Path(f"/proc/{node.process.pid}/status").read_text(encoding="ascii")
    found = re.search(r"RssAnon:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) // 1_024


def address_of(home: Path) -> tuple[str, int]:
    host, _, port = Home(home).config.rpc.listen.rpartition(":")
    return host, int(port)


def raw_answer(home: Path, head: bytes) -> bytes:
    """Send the beginning of a request; give what comes back before anything more is sent."""
    with closing(socket.create_connection(address_of(home), timeout=ANSWER_S_MAX)) as connection:
        with suppress(ConnectionError, TimeoutError):
            connection.sendall(head)
            return connection.recv(65_536)
        return b""


def asking(home: Path, timeout_s: float = 20) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(*address_of(home), timeout=timeout_s)


def ask(connection: http.client.HTTPConnection, home: Path, method: str, params: object) -> Any:
    """Call a method as any program would; params may be anything that JSON can say."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    bearer = f"Bearer {read_cookie(home)}"
    headers = {"content-type": "application/json", "authorization": bearer}
    connection.request("POST", "/", body, headers)
    return json.loads(connection.getresponse().read())


def issue(running: Story, home: str = "hospital") -> str:
    done = running.ctl(home, "bill", "issue", "--name", "Sample Person", "--total-fen", "100")
    return str(done.json["object"])


def huge_requests(home: Path) -> Iterator[bytes]:
    bearer = f"Authorization: Bearer {read_cookie(home)}\r\n".encode()
    begin = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + bearer
    yield begin + b"Content-Length: 1000000000000000\r\n\r\n{"
    yield begin + b"Content-Length: 99999999999999999999999999\r\n\r\n{"
    yield begin + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFF\r\n{"
    yield begin + b"X-Long: " + b"a" * 2_000_000
    yield b"A" * 2_000_000


def test_a_length_of_terabytes_is_refused_and_takes_no_memory(running: Story) -> None:
    """A huge length prefix ate gigabytes (CVE-2026-114613). Frames of peers: test_link.py."""
    node = running.net.nodes["hospital"]
    before_mib = memory_mib(node)

    for head in huge_requests(node.home):
        answer = raw_answer(node.home, head)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 4")

    assert memory_mib(node) < before_mib + GROWTH_MIB_MAX
    assert issue(running)


def test_no_malformed_request_ends_the_node_that_orders(running: Story) -> None:
    """One malformed request crashed the orderer (Fabric): every method, with every wrong thing."""
    node = running.net.nodes["hospital"]
    assert node.process is not None
    pid, names = node.process.pid, [method.name for method in METHODS]

    with closing(asking(node.home)) as connection:
        for name, params in itertools.product(names, PARAMS):
            answer = ask(connection, node.home, name, params)
            assert "error" in answer or answer["result"] is not None
            assert "Traceback" not in json.dumps(answer)

    assert node.process.pid == pid
    assert node.process.poll() is None
    assert issue(running)


def test_queries_before_the_start_is_over_end_in_an_answer_or_an_error(running: Story) -> None:
    """A query before start-up finished dumped core (Besu): ask from the first moment on."""
    net: LocalNet = running.net
    node = net.nodes["insurer"]
    expected = issue(running)
    assert node.stop() == 0

    node.launch()
    answers: list[Any] = []
    while not node.is_ready():
        assert node.process is not None
        assert node.process.poll() is None
        for method in SCOPE:
            with (
                suppress(OSError, http.client.HTTPException),
                closing(asking(node.home, 2)) as early,
            ):
                answers.append(ask(early, node.home, method, {}))

    assert all(("result" in answer) != ("error" in answer) for answer in answers)
    with closing(asking(node.home)) as late:
        assert ask(late, node.home, "chain_status", {})["result"]["height"] > 0
    running.wait_for("issued", expected, home="insurer")
    until(lambda: len(net.heights()) == len(net.nodes), "all nodes to answer")
