"""``ledgerctl`` asks a node that answers: what goes to stdout, and the exit code."""

import pytest
import trio

from ledgerd.cli.main import run
from ledgerd.cli.targets import TOKEN_VARIABLE
from ledgerd.rpc.methods import registry_of
from ledgerd.rpc.ports import Offices
from ledgerd.rpc.server import RpcServer
from tests.unit.ledgerd.rpc.rpc_desk import COOKIE, settings
from tests.unit.ledgerd.rpc.solo_node import SoloNode

Captured = pytest.CaptureFixture[str]


async def asked(node: SoloNode, *words: str) -> int:
    """Run a command against a server of this node."""
    registry = registry_of(node, Offices())  # type: ignore[arg-type]
    server = RpcServer(registry, settings())
    async with trio.open_nursery() as nursery:
        (address, *_) = await nursery.start(server.serve)
        arguments = ["--node", f"http://{address}", *words]
        code = await trio.to_thread.run_sync(run, arguments)
        nursery.cancel_scope.cancel()
    return int(code)


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> SoloNode:
    """A ledger of one, whose commands know its secret."""
    monkeypatch.setenv(TOKEN_VARIABLE, COOKIE)
    return SoloNode()


async def test_that_nothing_keeps_the_next_block_is_an_answer(
    node: SoloNode, capsys: Captured
) -> None:
    code = await asked(node, "status", "--why")

    said = capsys.readouterr()
    assert (code, said.out, said.err) == (0, "nothing keeps the next block\n", "")


async def test_what_keeps_the_next_block_is_an_answer(node: SoloNode, capsys: Captured) -> None:
    node.is_silent = True

    code = await asked(node, "status", "--why")

    assert (code, capsys.readouterr().out) == (9, "silent for a test\n")
