"""Telling the service manager how the node is: READY, STATUS, WATCHDOG, STOPPING.

Rules: one datagram each to ``NOTIFY_SOCKET``; without that variable nothing is sent. A message that
cannot be sent is lost, the node does not depend on it.
"""

import socket
from collections.abc import Callable, Mapping

import trio

from ledgerd.node.views import NodeStatus

STATUS_S = 5.0


class Supervisor:
    """Speaks the protocol of ``sd_notify``."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        path = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + path[1:] if path.startswith("@") else path
        watchdog_us = environment.get("WATCHDOG_USEC", "")
        half_s = int(watchdog_us) / 2_000_000 if watchdog_us.isdigit() else STATUS_S
        self._period_s = min(STATUS_S, max(0.05, half_s))

    def ready(self) -> None:
        """Say that peers and clients are answered."""
        self._send("READY=1")

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._send("STOPPING=1")

    async def run(self, status: Callable[[], NodeStatus]) -> None:
        """Send the status, and with it that the loop turns, until cancelled."""
        while True:
            now = status()
            words = now.why[0] if now.why else "committing"
            self._send(f"WATCHDOG=1\nSTATUS=height {now.head.height}: {words}")
            await trio.sleep(self._period_s)

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.settimeout(0)
            try:
                sender.sendto(message.encode(), self._address)
            except OSError:
                return
