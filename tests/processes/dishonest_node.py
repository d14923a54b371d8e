"""A dishonest member: the whole daemon with a lying part between its engine and its sockets.

    python -m tests.processes.dishonest_node --home DIR --seed N

The engine inside is the product's, untouched; the transport bends what it says, and says more of
its own. Powers: anything signed with the own keys, to anyone, at any time, or nothing; what others
said may be passed on. The program does not look for what it has forgotten, so that its own lies,
shown by others, do not silence it; when it trips over them it starts again.

Rules: chance comes from the seed alone. A mood is a set of lies; it changes every second or two,
and one mood in six is the truth, so that nobody can rely on its lying either. What was told is
counted by kind in ``lies.json`` of the home.
"""

import argparse
import json
import os
import random
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import trio

from consensus import DecodeError as MessageError, ReplicaId, Status
from consensus.codec import decode_message, encode_message
from consensus.messages import Equivocation, FetchCertificate
from ledgerd.config import Config
from ledgerd.daemon import run_home
from ledgerd.network.frames import FrameKind
from ledgerd.network.inbox import Arrival, Incoming
from ledgerd.network.settings import NetworkIdentity, NetworkSettings, Peer
from ledgerd.network.transport import Transport
from ledgerd.node.networking import identity_of, peers_of
from ledgerd.node.starting import OpenedHome
from tests.processes.forging import Forger
from tests.processes.lying import LIES, Liar

LIES_FILE = "lies.json"
TICK_S = 0.1
COUNT_TICKS = 5  # ticks between two writings of the counts
RUN_COUNT_MAX = 50  # a program that trips over its own lies more often shows nothing any more


class LyingTransport(Transport):
    """A transport whose host is honest and whose peers hear lies."""

    def __init__(
        self,
        identity: NetworkIdentity,
        peers: Sequence[Peer],
        settings: NetworkSettings,
        liar: Liar,
        counts: Path,
    ) -> None:
        super().__init__(identity, peers, settings, liar.rng)
        self._names = tuple(peer.institution_id for peer in peers)
        self._liar = liar
        self._counts = counts
        self.incoming = Overhearing(self.incoming, self)  # type: ignore[assignment]

    def offer(self, kind: FrameKind, body: bytes, to: str | None) -> None:
        for target in self._names if to is None else (to,):
            for said in self._bent(kind, body, target):
                super().offer(kind, said, target)

    def _bent(self, kind: FrameKind, body: bytes, target: str) -> Sequence[bytes]:
        if kind is FrameKind.VOTE:
            return self._liar.bend_message(decode_message(body), target)
        if kind is FrameKind.SYNC:
            return self._liar.bend_sync(body)
        return self._liar.bend_package(body)

    async def run(
        self,
        listeners: Sequence[Any],
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._chat)
            await super().run(listeners, task_status=task_status)

    async def _chat(self) -> None:
        """Change moods, and say what nobody asked for."""
        ticks = 0
        while True:
            with trio.move_on_after(TICK_S):
                await trio.sleep_forever()
            ticks += 1
            for target in self._names:
                for kind, body in self._liar.spontaneous():
                    super().offer(kind, body, target)
            if ticks % COUNT_TICKS == 0:
                self._liar.change_mood()
                write_counts(self._counts, self._liar.counts)

    def hear(self, arrival: Arrival) -> Arrival:
        """Listen, answer, and hand on to the engine what does not remind it of its lies."""
        if not isinstance(arrival, Incoming):
            return arrival
        if arrival.kind is FrameKind.BUNDLE:
            self._liar.remember_package(arrival.body)
        if arrival.kind is not FrameKind.VOTE:
            return arrival
        try:
            message = decode_message(arrival.body)
        except MessageError:
            return arrival
        for said in self._liar.seconded(message):
            super().offer(FrameKind.VOTE, said, arrival.peer)
        self._liar.remember(message)
        return replace(arrival, body=encode_message(self._cleaned(message, arrival)))

    def _cleaned(self, message: Any, arrival: Incoming) -> Any:
        """Take the own votes out: what others show of them is not looked for in the own log."""
        forger = self._liar.forger
        self_id = forger.self_id
        if isinstance(message, Status):
            votes = tuple(vote for vote in message.votes if vote.replica != self_id)
            claims = tuple(claim for claim in message.claims if claim.replica != self_id)
            return replace(message, votes=votes, claims=claims)
        if isinstance(message, Equivocation) or forger.is_mine(message):
            names = sorted((*self._names, self._identity.institution_id))
            return FetchCertificate(ReplicaId(names.index(arrival.peer)), forger.membership.epoch)
        return message


class Overhearing(trio.abc.ReceiveChannel[Arrival]):
    """The inbox of a transport, with the liar listening."""

    def __init__(self, inbox: Any, transport: LyingTransport) -> None:
        self._inbox = inbox
        self._transport = transport

    async def receive(self) -> Arrival:
        return self._transport.hear(await self._inbox.receive())

    def receive_nowait(self) -> Arrival:
        return self._transport.hear(self._inbox.receive_nowait())

    async def aclose(self) -> None:
        await self._inbox.aclose()

    def close(self) -> None:
        self._inbox.close()

    def put(self, arrivals: Iterable[Arrival]) -> None:
        self._inbox.put(arrivals)

    def hand(self, frames: Sequence[Incoming]) -> None:
        self._inbox.hand(frames)

    async def wait_room(self, peer: str) -> None:
        await self._inbox.wait_room(peer)


def write_counts(path: Path, counts: Counter[str]) -> None:
    """Write the counts whole or not at all."""
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(counts, indent=1, sort_keys=True), encoding="utf-8")
    beside.replace(path)


def read_counts(home: Path) -> Counter[str]:
    """Read what the dishonest node of a home has told so far."""
    return Counter(json.loads((home / LIES_FILE).read_text(encoding="utf-8")))


def run(home: Path, seed: int, lies: frozenset[str]) -> int:
    """Run until told to stop; start again after every fall."""
    counts: Counter[str] = Counter()
    rng = random.Random(seed)

    def build(opened: OpenedHome, config: Config) -> Transport:
        assert opened.self_id is not None, "only a member can lie"
        membership, signer = opened.epoch.membership, opened.keys.consensus
        forger = Forger(membership, ReplicaId(opened.self_id), signer, rng)
        peers = peers_of(opened, config)
        liar = Liar(forger, lies, counts)
        return LyingTransport(
            identity_of(opened), peers, NetworkSettings(), liar, home / LIES_FILE
        )  # fmt: skip

    for _ in range(RUN_COUNT_MAX):
        if run_home(home, build) == 0:
            return 0
        counts["tripped over its own lies"] += 1
    return 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=sorted(LIES), choices=sorted(LIES))
    options = parser.parse_args()
    os.umask(0o077)
    sys.exit(run(options.home.resolve(), options.seed, frozenset(options.only)))


if __name__ == "__main__":
    main()
