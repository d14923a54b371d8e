"""A bad primary: silent, slow, delaying or censoring; or a member that feeds only backups.

    python -m tests.processes.dishonest_primary --home DIR

The whole daemon with a bending part between its engine and its sockets. It is honest until the file
``mode`` of its home names a way, and from then on whenever it has the occasion; so a network can be
measured undisturbed and disturbed without a restart.

Rules: the engine inside is the product's, untouched. What is bent is what the way needs, no more:
everything else is said and heard as by an honest member.
"""

import argparse
import os
import secrets
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import trio

from consensus import DecodeError as MessageError, Membership, ReplicaId, Status
from consensus.codec import decode_message, encode_message
from consensus.messages import FetchCertificate, NewView, PrePrepare
from ledgerd.config import Config
from ledgerd.daemon import run_home
from ledgerd.network.frames import FrameKind
from ledgerd.network.inbox import Arrival, Incoming
from ledgerd.network.settings import NetworkIdentity, NetworkSettings, Peer
from ledgerd.network.transport import Transport
from ledgerd.node.networking import identity_of, peers_of
from ledgerd.node.starting import OpenedHome
from ledgerd.node.sync_messages import BundlesRequest, decode_sync
from tests.processes.dishonest_node import Overhearing

MODE_FILE = "mode"
HONEST = "honest"
TICK_S = 0.02
SLOW_PART = 0.95  # of the timeout: just not too late for the plain timeout
DELAYING_PART = 0.25  # of the timeout: far from late, and many times what agreement takes


class BendingTransport(Transport):
    """A transport that bends what a bad primary bends.

    Args:
        mode: the file that names the way.
        membership: with the timeout that the slow one just keeps.
    """

    def __init__(
        self,
        identity: NetworkIdentity,
        peers: Sequence[Peer],
        mode: Path,
        membership: Membership,
    ) -> None:
        super().__init__(identity, peers, NetworkSettings(), secrets.SystemRandom())
        self._names = sorted((identity.institution_id, *(peer.institution_id for peer in peers)))
        self._own = identity.institution_id
        self._mode_file = mode
        self._membership = membership
        self._mode = HONEST
        self._primary = ""
        self._late: deque[tuple[float, bytes, str | None]] = deque()
        self.incoming = Overhearing(self.incoming, self)  # type: ignore[assignment,arg-type]

    # --- what is said -------------------------------------------------------------------------

    def offer(self, kind: FrameKind, body: bytes, to: str | None) -> None:
        if kind is FrameKind.VOTE and not self._may_say(body, to):
            return
        if kind is FrameKind.BUNDLE and to is None and self._mode == "backups-only":
            for name in self._names:
                if name not in {self._own, self._primary}:
                    super().offer(kind, body, name)
            return
        super().offer(kind, body, to)

    def _may_say(self, body: bytes, to: str | None) -> bool:
        """Say whether a message goes out now and as it is."""
        message = decode_message(body)
        if isinstance(message, Status):
            return self._is_whole(message, to)
        is_leading = isinstance(message, PrePrepare | NewView)
        if self._mode == "silent":
            return not is_leading
        if isinstance(message, PrePrepare) and (part := self._delay_part(to)):
            delay_s = part * self._membership.limits.request_timeout_ms / 1_000
            self._late.append((trio.current_time() + delay_s, body, to))
            return False
        return True

    def _delay_part(self, to: str | None) -> float:
        """Say for how much of the timeout a proposal is held back."""
        if self._mode == "slow":  # also what is repeated for one who lacks it: it would come before
            return SLOW_PART
        return DELAYING_PART if self._mode == "delaying" and to is None else 0.0

    def _is_whole(self, status: Status, to: str | None) -> bool:
        """Note the view; tell the primary nothing of what it shall not know."""
        self._primary = self._names[self._membership.primary_of(status.view)]
        if self._mode != "backups-only":
            return True
        for name in self._names if to is None else (to,):
            said = replace(status, owed=()) if name == self._primary else status
            if name != self._own:
                super().offer(FrameKind.VOTE, encode_message(said), name)
        return False

    async def run(
        self,
        listeners: Sequence[Any],
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._go_on)
            await super().run(listeners, task_status=task_status)

    async def _go_on(self) -> None:
        """Look which way is asked for, and say late what was held back."""
        while True:
            with trio.move_on_after(TICK_S):
                await trio.sleep_forever()
            if self._mode_file.exists():
                self._mode = self._mode_file.read_text(encoding="utf-8").strip() or HONEST
            while self._late and self._late[0][0] <= trio.current_time():
                _, body, to = self._late.popleft()
                super().offer(FrameKind.VOTE, body, to)

    # --- what is heard ------------------------------------------------------------------------

    def hear(self, arrival: Arrival) -> Arrival:
        """Hand on to the engine what it may know."""
        if not isinstance(arrival, Incoming):
            return arrival
        mode, _, victim = self._mode.partition(" ")
        if mode == "censoring":
            return self._deaf_to(victim, arrival)
        if mode == "backups-only" and arrival.peer == self._primary:
            return self._unasked(arrival)
        return arrival

    def _deaf_to(self, victim: str, arrival: Incoming) -> Arrival:
        """Hear nothing of the bundles of one member until they stand in a batch of others."""
        if arrival.kind is FrameKind.BUNDLE and arrival.peer == victim:
            return replace(arrival, kind=FrameKind.VOTE, body=self._nothing(arrival))
        if arrival.kind is not FrameKind.VOTE:
            return arrival
        try:
            message = decode_message(arrival.body)
        except MessageError:
            return arrival
        if isinstance(message, Status) and message.owed:
            return replace(arrival, body=encode_message(replace(message, owed=())))
        return arrival

    def _unasked(self, arrival: Incoming) -> Arrival:
        """Give the primary no bundle when it asks for one."""
        if arrival.kind is FrameKind.SYNC and isinstance(decode_sync(arrival.body), BundlesRequest):
            return replace(arrival, kind=FrameKind.VOTE, body=self._nothing(arrival))
        return arrival

    def _nothing(self, arrival: Incoming) -> bytes:
        """Make a message that its sender may send and that says nothing."""
        sender = ReplicaId(self._names.index(arrival.peer))
        return encode_message(FetchCertificate(sender, self._membership.epoch))


def run(home: Path) -> int:
    def build(opened: OpenedHome, config: Config) -> Transport:
        peers = peers_of(opened, config)
        membership = opened.epoch.membership
        return BendingTransport(identity_of(opened), peers, home / MODE_FILE, membership)

    return run_home(home, build)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    options = parser.parse_args()
    os.umask(0o077)
    sys.exit(run(options.home.resolve()))


if __name__ == "__main__":
    main()
