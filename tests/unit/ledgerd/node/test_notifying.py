"""Words to the service manager."""

import socket
from pathlib import Path

import trio

from ledgerd.node.notifying import Supervisor
from ledgerd.node.status import status_of
from tests.unit.ledgerd.node.test_status import WELL


def test_without_a_socket_nothing_is_sent() -> None:
    Supervisor({}).ready()


def test_a_socket_that_is_gone_does_not_matter(tmp_path: Path) -> None:
    Supervisor({"NOTIFY_SOCKET": str(tmp_path / "gone")}).ready()


async def test_ready_status_watchdog_and_stopping_are_told(
    tmp_path: Path, autojump_clock: object
) -> None:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(1)
        supervisor = Supervisor({"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "2000000"})

        supervisor.ready()
        with trio.move_on_after(1.5):
            await supervisor.run(lambda: status_of(WELL))
        supervisor.stopping()

        told = [manager.recv(4_096) for _ in range(4)]

    assert told[0] == b"READY=1"
    assert told[1] == told[2] == b"WATCHDOG=1\nSTATUS=height 5: committing"
    assert told[3] == b"STOPPING=1"
