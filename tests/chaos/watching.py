"""Whose turn it is, seen from all nodes, and what their logs say of turns that were cut short.

Rules: nodes are asked, never changed. A node that is dishonest may be ignored: what it says of
views is nobody's word.
"""

import itertools
import json
import threading
import time
from dataclasses import dataclass, field

from ledgerd.cli.homes import Home
from ledgerd.errors import LedgerdError
from ledgerd.rpc.answers import ChainStatus
from ledgerd.rpc.catalogue import CHAIN_BLOCKS, CHAIN_STATUS
from ledgerd.rpc.client import open_client
from ledgerd.rpc.fields import NoParams
from ledgerd.rpc.queries import Page
from tests.processes.local_net import LocalNet

PAGE = 100
TICK_S = 0.1
ANSWER_S = 5.0


@dataclass
class Turn:
    """One view, as long as most honest nodes were in it.

    Attributes:
        began_s: monotonic.
        ended_s: monotonic; None while it lasts.
    """

    view: int
    primary: str
    began_s: float
    ended_s: float | None = None

    @property
    def seconds(self) -> float:
        return (self.ended_s or time.monotonic()) - self.began_s


@dataclass
class Watch:
    """Looks at all nodes again and again."""

    net: LocalNet
    turns: list[Turn] = field(default_factory=list)
    _ignored: set[str] = field(default_factory=set)
    _tick: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        homes = {name: Home(node.home) for name, node in self.net.nodes.items()}
        self._names = {home.institution: name for name, home in homes.items()}
        self._targets = {name: home.target for name, home in homes.items()}

    def ignore(self, node: str) -> None:
        self._ignored.add(node)

    def institution(self, node: str) -> str:
        return next(i for i, name in self._names.items() if name == node)

    def look_for(self, seconds: float) -> None:
        """Look for a while."""
        until_s = time.monotonic() + seconds
        while (left_s := until_s - time.monotonic()) > 0:
            self.look()
            self._tick.wait(min(TICK_S, left_s))

    def look(self) -> None:
        """Note it when the second of the honest nodes enters a view: one may be early or late."""
        views = sorted(
            ((status.view, self._names[status.primary]) for status in self._ask()), reverse=True
        )
        if len(views) < 2:
            return
        view, primary = views[1]
        if not self.turns or view > self.turns[-1].view:
            now_s = time.monotonic()
            if self.turns:
                self.turns[-1].ended_s = now_s
            self.turns.append(Turn(view, primary, now_s))

    def _ask(self) -> list[ChainStatus]:
        found = []
        for name, target in self._targets.items():
            if name in self._ignored:
                continue
            try:
                with open_client(target, ANSWER_S) as client:
                    found.append(client.call(CHAIN_STATUS, NoParams()))
            except LedgerdError:
                continue
        return found

    def next_primary(self) -> str:
        """Name the node whose turn comes after the present one."""
        self.look()
        order = [self._names[institution] for institution in sorted(self._names)]
        return order[(order.index(self.turns[-1].primary) + 1) % len(order)]

    def left(self) -> dict[str, int]:
        """Count the views that each honest node left before their term was over."""
        return {
            name: max((n["left_count"] for n in news), default=0) for name, news in self._logs()
        }

    def complaints(self) -> dict[str, list[str]]:
        """List why each honest node left views of its own accord."""
        return {
            name: [
                f"{after['view']} {after['last_complaint']}"
                for before, after in itertools.pairwise([{"left_count": 0}, *news])
                if after["left_count"] > before["left_count"]
            ]
            for name, news in self._logs()
        }

    def _logs(self) -> list[tuple[str, list[dict]]]:
        found = []
        for name, node in self.net.nodes.items():
            if name in self._ignored:
                continue
            lines = node.log.read_text(encoding="utf-8", errors="replace").splitlines()
            news = [json.loads(line) for line in lines if '"new view"' in line]
            found.append((name, news))
        return found


def turns_of(watch: Watch, node: str, since_s: float) -> list[Turn]:
    """List the turns of a node that began after a moment and are over."""
    return [
        turn
        for turn in watch.turns
        if turn.primary == node and turn.began_s >= since_s and turn.ended_s is not None
    ]


def committed_count(net: LocalNet) -> int:
    """Count the transactions in all blocks, as the first node that answers has them."""
    total, cursor = 0, ""
    with open_client(Home(net.running()[0].home).target) as client:
        while True:
            page = client.call(CHAIN_BLOCKS, Page(cursor=cursor, limit=PAGE))
            total += sum(block.transaction_count for block in page.blocks)
            if page.next is None:
                return total
            cursor = page.next
