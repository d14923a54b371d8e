"""The moods of a dishonest member: which lie is told when, to whom, and how often it was.

Rules: everything that leaves goes through ``bend_*``; each answers with what is said instead, none,
one or several bodies. A lie is counted when it is told, by kind and per hearer.
"""

import random
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from consensus import Digest, ReplicaId, SequenceNumber, Status, View
from consensus.codec import encode_message
from consensus.messages import (
    Batch,
    Checkpoint,
    Commit,
    FetchBatch,
    NewView,
    Prepare,
    PrePrepare,
    ViewChange,
)
from ledgerd.chain.bundle import bundle_digest
from ledgerd.errors import DecodeError
from ledgerd.network.frames import FrameKind
from ledgerd.node.sync_messages import (
    BlocksReply,
    BlocksRequest,
    HeadNotice,
    SidecarsReply,
    decode_sync,
    encode_sync,
)
from tests.processes.false_answers import (
    BLOCKS_LIES,
    false_sidecars,
    flipped,
    forged_acts_package,
    lie_about_blocks,
    own_package,
    unsupported_package,
)
from tests.processes.forging import HEIGHT_MAX, Forger

LIES = frozenset((
    *BLOCKS_LIES,
    "bundle: acts forged", "bundle: authorisation broken", "bundle: bytes flipped",
    "bundle: copied",
    "bundle: to one only", "bundle: without sidecars", "bundle: withheld",
    "catch-up: false sidecars", "catch-up: no answer",
    "certificate invented", "checkpoint conflicting", "commit conflicting", "fetch flood",
    "head false", "message of noise", "new view foreign", "new view lying", "number off by one",
    "prepare conflicting", "proposal bad", "proposal equivocating", "replayed", "seal invented",
    "status false", "status greedy", "status withheld", "view change echoed", "view change huge",
    "view change lying", "vote for everything", "vote withheld",
))  # fmt: skip
MEMORY = 200  # messages and packages of others that may be passed on again
FORKS = 64  # places at which two proposals were made
VIEW_SPAM = 10**9
TRUE_BLOCKS_SHARE = 0.25  # of answers to who catches up: a peer that only lies is soon not asked
Said = list[bytes]


@dataclass
class Liar:
    """Decides what is said.

    Attributes:
        forks: both batches of an equivocation, by view and sequence, and who heard which.
        invalid: digests of own bundles that cannot hold.
        block_lies: those about blocks that come next: a liar is seldom asked, so each has its turn.
    """

    forger: Forger
    lies: frozenset[str]
    counts: Counter[str]
    mood: frozenset[str] = frozenset()
    heard: deque[Any] = field(default_factory=lambda: deque(maxlen=MEMORY))
    packages: deque[bytes] = field(default_factory=lambda: deque(maxlen=MEMORY))
    forks: dict[tuple[int, int], tuple[Batch, Batch]] = field(default_factory=dict)
    sides: dict[str, int] = field(default_factory=dict)
    invalid: deque[Digest] = field(default_factory=lambda: deque(maxlen=MEMORY))
    bundle_number: int = 0
    block_lies: list[str] = field(default_factory=list)

    @property
    def rng(self) -> random.Random:
        return self.forger.rng

    def change_mood(self) -> None:
        """Draw other lies; now and then none at all."""
        if self.rng.random() < 0.6:
            return
        share = self.rng.choice((0.0, 0.15, 0.3, 0.3, 0.5, 0.8))
        self.mood = frozenset(lie for lie in sorted(self.lies) if self.rng.random() < share)
        self.sides.clear()

    def tells(self, lie: str, chance: float = 0.5) -> bool:
        """Say whether this lie is told now, and count it."""
        assert lie in LIES
        if lie not in self.mood or self.rng.random() >= chance:
            return False
        self.counts[lie] += 1
        return True

    def remember(self, message: Any) -> None:
        self.heard.append(message)

    def remember_package(self, package: bytes) -> None:
        self.packages.append(package)

    def bend_message(self, message: Any, target: str) -> Said:
        """Bend a message of consensus for one hearer."""
        bend = BENDERS.get(type(message))
        bent = message if bend is None else bend(self, message, target)
        if bent is None:
            return []
        if self.tells("message of noise", 0.05):
            return [flipped(encode_message(bent), self.rng)]
        return [encode_message(bent)]

    def bend_proposal(self, message: PrePrepare, target: str) -> Any:
        if not self.forger.is_mine(message) or message.view != message.batch.proposed_in_view:
            return self.withheld(message)
        if self.tells("proposal bad", 0.3):
            return self.forger.bad_proposal(message, list(self.invalid))
        fork = self._fork(message)
        if fork is not None and self._side(target):
            self.counts["proposal equivocating"] += 1
            return self.forger.sign(replace(message, batch=fork[1]))
        return self.withheld(message)

    def _fork(self, message: PrePrepare) -> tuple[Batch, Batch] | None:
        place = (int(message.view), int(message.sequence))
        if place not in self.forks and "proposal equivocating" in self.mood:
            self.forks[place] = (message.batch, self.forger.other_batch(message.batch))
            if len(self.forks) > FORKS:
                del self.forks[next(iter(self.forks))]
        return self.forks.get(place)

    def _side(self, target: str) -> int:
        """Give the side of a hearer; it stays for a mood, so that both sides are told one story."""
        return self.sides.setdefault(target, self.rng.randrange(2))

    def bend_vote(self, message: Prepare | Commit | Checkpoint, target: str) -> Any:
        """Tell one story on each side of a fork, or any other."""
        if not self.forger.is_mine(message):
            return message
        kind = type(message).__name__.lower()
        fork = self.forks.get((int(getattr(message, "view", 0)), int(message.sequence)))
        told = f"{kind} conflicting"
        if fork is not None and kind != "checkpoint" and self._side(target):
            self.counts[told] += 1
            return self.forger.other_vote(message, fork[1].digest)
        if self.tells(told):
            return self.forger.other_vote(message, self._known_digest())
        if self.tells("number off by one", 0.2):
            return self.forger.mutated(message)
        return self.withheld(message)

    def withheld(self, message: Any) -> Any:
        return None if self.tells("vote withheld", 0.4) else message

    def _known_digest(self) -> Digest | None:
        heard = [m.digest for m in self.heard if isinstance(m, Prepare | Commit)]
        return self.rng.choice(heard) if heard and self.rng.random() < 0.5 else None

    def bend_status(self, message: Status, _target: str) -> Any:
        if message.replica != self.forger.self_id:
            return message
        if self.tells("status withheld", 0.3):
            return None
        if self.tells("status false"):
            return self.forger.false_status(message)
        return self.forger.greedy_status(message) if self.tells("status greedy") else message

    def bend_view_change(self, message: ViewChange, _target: str) -> Any:
        if self.forger.is_mine(message) and self.tells("view change lying"):
            return self.forger.lying_view_change(message)
        return self.withheld(message)

    def bend_new_view(self, message: NewView, _target: str) -> Any:
        if self.forger.is_mine(message) and self.tells("new view lying"):
            return self.forger.lying_new_view(message)
        return self.withheld(message)

    def seconded(self, message: Any) -> Said:
        """Vote for whatever anybody votes for, to that one."""
        if not isinstance(message, Prepare | Commit | PrePrepare) or self.forger.is_mine(message):
            return []
        if not self.tells("vote for everything"):
            return []
        place = (message.sequence, message.digest)
        votes = [self.forger.vote(kind, message.view, place) for kind in (Prepare, Commit)]
        return [encode_message(vote) for vote in votes]

    def bend_sync(self, body: bytes) -> Said:
        """Bend a question or an answer about blocks and sidecars."""
        message = decode_sync(body)
        if isinstance(message, HeadNotice):
            return [self._false_head() if self.tells("head false") else body]
        if not isinstance(message, BlocksReply | SidecarsReply):
            return [body]
        if self.tells("catch-up: no answer", 0.2):
            return []
        if isinstance(message, SidecarsReply):
            is_lie = bool(message.sidecars) and self.tells("catch-up: false sidecars")
            return [encode_sync(false_sidecars(message, self.rng)) if is_lie else body]
        return [encode_sync(self._bend_blocks(message))]

    def _bend_blocks(self, reply: BlocksReply) -> BlocksReply:
        if not self.block_lies:
            self.block_lies.extend(sorted(self.lies & BLOCKS_LIES.keys()))
            self.rng.shuffle(self.block_lies)
        is_true = self.rng.random() < TRUE_BLOCKS_SHARE
        if is_true or not reply.blocks or not self.block_lies:
            return reply
        name, bent = lie_about_blocks(reply, self.block_lies.pop(), self.rng)
        self.counts[name] += 1
        return bent

    def _false_head(self) -> bytes:
        return encode_sync(HeadNotice(height=HEIGHT_MAX))

    def bend_package(self, body: bytes) -> Said:
        """Bend an own bundle, or the answer to somebody who asked for one."""
        if self.tells("bundle: withheld", 0.4):
            return []
        if self.tells("bundle: bytes flipped", 0.3):
            return [flipped(body, self.rng)]
        if self.tells("bundle: without sidecars", 0.3):
            return [unsupported_package(body)]
        return [body]

    def spontaneous(self) -> Iterator[tuple[FrameKind, bytes]]:
        """Say to one hearer what nobody asked for."""
        for lie, make in UNASKED.items():
            if self.tells(lie, 0.25):
                for message in make(self):
                    yield FrameKind.VOTE, encode_message(message)
        if self.tells("head false", 0.1):
            yield FrameKind.SYNC, self._false_head()
        if self.tells("fetch flood", 0.25):
            for number in range(32):
                request = BlocksRequest(request=HEIGHT_MAX + number, first=1, count=128)
                yield FrameKind.SYNC, encode_sync(request)
        for lie, spoilt_with in (
            ("bundle: copied", None),
            ("bundle: to one only", None),
            ("bundle: authorisation broken", self.rng),
        ):
            if self.packages and self.tells(lie, 0.1):
                yield from self._own_bundle(spoilt_with)
        if self.packages and self.tells("bundle: acts forged", 0.1):
            yield from self._forged_acts()

    def _author(self) -> tuple[int, int]:
        """Give the own index, and a number that no bundle had."""
        self.bundle_number += 1
        return int(self.forger.self_id), self.rng.getrandbits(40) << 20 | self.bundle_number

    def _forged_acts(self) -> Iterator[tuple[FrameKind, bytes]]:
        package = self.rng.choice(self.packages)
        try:
            own = forged_acts_package(package, self.forger.signer, self._author(), self.rng)
        except DecodeError:
            return
        yield FrameKind.BUNDLE, own

    def _own_bundle(self, spoilt_with: random.Random | None) -> Iterator[tuple[FrameKind, bytes]]:
        package = self.rng.choice(self.packages)
        try:
            bundle, own = own_package(package, self.forger.signer, self._author(), spoilt_with)
        except DecodeError:
            return
        if spoilt_with is not None:
            self.invalid.append(Digest(bundle_digest(bundle)))
        yield FrameKind.BUNDLE, own


def _huge_view(liar: Liar) -> list[Any]:
    near = liar.rng.randrange(2, 40)
    return [liar.forger.view_change(View(liar.rng.choice((VIEW_SPAM, HEIGHT_MAX, near))))]


def _echo(liar: Liar) -> list[Any]:
    """Second every complaint, so that one mistaken member is a weak quorum."""
    views = [m.claim.new_view for m in liar.heard if isinstance(m, ViewChange)]
    return [liar.forger.view_change(max(views))] if views else []


def _foreign_new_view(liar: Liar) -> list[Any]:
    claims = [m.claim for m in liar.heard if isinstance(m, ViewChange)]
    view = max((claim.new_view for claim in claims), default=View(2))
    fitting = {claim.replica: claim for claim in claims if claim.new_view == view}
    return [liar.forger.foreign_new_view(view, tuple(fitting[r] for r in sorted(fitting)))]


def _place(liar: Liar) -> tuple[View, SequenceNumber]:
    """Give a place near to where the others are."""
    votes = [m for m in liar.heard if isinstance(m, Prepare | Commit)]
    if not votes:
        return View(1), SequenceNumber(1)
    newest = max(votes, key=lambda vote: vote.sequence)
    return newest.view, SequenceNumber(newest.sequence + liar.rng.randrange(6))


def _invented_certificate(liar: Liar) -> list[Any]:
    return [liar.forger.certificate_reply(*_place(liar))]


def _invented_seal(liar: Liar) -> list[Any]:
    return [liar.forger.seal_reply(_place(liar)[1])]


def _replay(liar: Liar) -> list[Any]:
    return liar.rng.choices(list(liar.heard), k=3) if liar.heard else []


def _fetch_flood(liar: Liar) -> list[Any]:
    me = ReplicaId(liar.forger.self_id)
    known = liar._known_digest() or liar.forger.any_digest()
    return [FetchBatch(me, liar.forger.membership.epoch, known) for _ in range(64)]


UNASKED: dict[str, Callable[[Liar], list[Any]]] = {
    "view change huge": _huge_view,
    "view change echoed": _echo,
    "new view foreign": _foreign_new_view,
    "certificate invented": _invented_certificate,
    "seal invented": _invented_seal,
    "replayed": _replay,
    "fetch flood": _fetch_flood,
}
BENDERS: dict[type, Callable[..., Any]] = {
    PrePrepare: Liar.bend_proposal,
    Prepare: Liar.bend_vote,
    Commit: Liar.bend_vote,
    Checkpoint: Liar.bend_vote,
    Status: Liar.bend_status,
    ViewChange: Liar.bend_view_change,
    NewView: Liar.bend_new_view,
}
