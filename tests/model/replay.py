"""Replays a trace of the model against real replicas: what the model says happens must happen.

The three honest replicas of the model are three real ones, each on a bench; the dishonest one is
played here with its key. Each event hands a replica just the messages on which the event rests, and
expects the promise that the model has it make. A trace that asks a replica for more than the code
ever does is `UnreplayableError`, and says why: the model is allowed to be bolder than the code.

    prepare R view V batch B height H parent P     R votes for it (as the primary: proposes it)
    commit R view V batch B                        R has seen a quorum prepare it
    decide R view V batch B                        R has seen a quorum commit it
    leave | giveup | join R view V                 R wants view V
    open | enter R view V claims K byzrank S byzbatch B anchor A
    rotate R view V batch B                        the last batch of a term opens view V + 1 for R
"""

from dataclasses import dataclass, field

from consensus import Batch, Certificate, ReplicaId, Step, View
from consensus.messages import (
    BatchReply,
    Commit,
    FetchBatch,
    Message,
    NewView,
    Prepare,
    PrePrepare,
    ViewChange,
    VoteKind,
)
from tests.unit.consensus.builders import (
    TIMEOUT_MS,
    WALL_MS,
    Bench,
    batch,
    certificate,
    claim,
    commit,
    membership,
    new_view,
    pre_prepare,
    prepare,
    said,
    view_change,
)

ROOT = 0
PATIENCE = 20  # timeouts after which a replica that should leave a view has failed to


class UnreplayableError(Exception):
    """The trace goes where the code is more careful than the model."""


class DisagreementError(AssertionError):
    """A replica did not do what the model says, or did it in another way."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a trace: what happened, to whom, and named numbers."""

    name: str
    replica: int
    numbers: dict[str, int]

    @classmethod
    def read(cls, line: str) -> "Event":
        name, replica, *rest = line.split()
        pairs = zip(rest[::2], map(int, rest[1::2]), strict=True)
        return cls(name, int(replica), dict(pairs))


@dataclass(frozen=True, slots=True)
class Basis:
    """What a new view rests on.

    Attributes:
        claims: whose, as bits.
        byzrank: view of the certificate that the dishonest one shows, 0 for the root.
        byzbatch: its batch.
        anchor: the batch of the highest claim.
    """

    claims: int
    byzrank: int
    byzbatch: int
    anchor: int

    def has(self, replica: int) -> bool:
        return bool(self.claims >> replica & 1)

    def voters(self, dishonest: int) -> list[int]:
        """List the honest ones."""
        return [replica for replica in range(4) if self.has(replica) and replica != dishonest]


@dataclass
class Stage:
    """Real replicas, and everything that was said so far.

    Attributes:
        dishonest: the replica that is played here.
        batches: the real batch for each number of the model.
        votes: who prepared and who committed what, by kind, view and batch.
        claims: the view changes that honest replicas sent, by view and replica.
        opened: the new views that honest primaries sent.
        shown: what the dishonest one let each replica see at one place; a second thing there would
            convict it, and the replica would leave the view at once.
    """

    dishonest: int
    term: int
    benches: dict[int, Bench] = field(default_factory=dict)
    batches: dict[int, Batch] = field(default_factory=dict)
    parents: dict[int, int] = field(default_factory=dict)
    votes: dict[tuple[type, int, int], dict[int, Message]] = field(default_factory=dict)
    claims: dict[tuple[int, int], ViewChange] = field(default_factory=dict)
    opened: dict[int, NewView] = field(default_factory=dict)
    shown: dict[tuple[object, ...], object] = field(default_factory=dict)
    now_ms: int = 10_000

    def __post_init__(self) -> None:
        of = membership(4, 4, term=self.term)
        self.of = of
        for replica in of.replicas():
            if replica != self.dishonest:
                self.benches[replica] = bench = Bench(replica, of)
                bench.arm()

    # --- what the world does ------------------------------------------------------------------

    def play(self, event: Event) -> None:
        """Let one event happen, and expect what the model says."""
        bench = self.benches[event.replica]
        bench.now_ms = self.now_ms = max(self.now_ms, bench.now_ms)
        getattr(self, f"on_{event.name}")(event.replica, **event.numbers)
        self.now_ms = max(self.now_ms, bench.now_ms)

    def give(self, replica: int, *messages: Message) -> Step:
        """Hand messages to a replica; answer what it asks for; note what it says."""
        step = self.note(replica, self.benches[replica].receive(*messages))
        for asked in said(step, FetchBatch):
            step += self.answer(replica, asked)
        for checked in step.checks:
            step += self.note(replica, self.benches[replica].check(checked))
        return step

    def answer(self, replica: int, asked: FetchBatch) -> Step:
        number = next(n for n, known in self.batches.items() if known.digest == asked.digest)
        line: list[Batch] = []
        while number != ROOT:
            line.append(self.batches[number])
            number = self.parents[number]
        return self.give(replica, BatchReply(ReplicaId(self.dishonest), 0, tuple(line)))

    def note(self, replica: int, step: Step) -> Step:
        for send in step.sends:
            message = send.message
            if isinstance(message, PrePrepare) and self.of.primary_of(message.view) == replica:
                self.note_vote(message.prepare(ReplicaId(replica)))
            elif isinstance(message, Prepare | Commit) and message.replica == replica:
                self.note_vote(message)
            elif isinstance(message, ViewChange) and message.claim.replica == replica:
                self.claims[message.claim.new_view, replica] = message
            elif isinstance(message, NewView) and self.of.primary_of(message.view) == replica:
                self.opened[message.view] = message
        return step

    def note_vote(self, vote: Prepare | Commit) -> None:
        number = self.number_of(vote.digest)
        if number is not None:
            self.votes.setdefault((type(vote), vote.view, number), {})[vote.replica] = vote

    def number_of(self, digest: bytes) -> int | None:
        return next((n for n, known in self.batches.items() if known.digest == digest), None)

    def show(self, replica: int, where: tuple[object, ...], what: object) -> None:
        """Note what the dishonest one shows a replica at one place."""
        if self.shown.setdefault((replica, *where), what) != what:
            raise UnreplayableError(f"{replica} would convict the dishonest one: {where}")

    def expect_vote(self, kind: type, replica: int, view: int, number: int) -> None:
        if replica not in self.votes.get((kind, view, number), {}):
            raise DisagreementError(
                f"{replica} has sent no {kind.__name__} for {number} in view {view}"
            )

    def expect_place(self, replica: int, view: int, *, active: bool) -> None:
        report = self.benches[replica].report
        if (report.view, report.active) != (view, active):
            raise DisagreementError(
                f"{replica} is in view {report.view} (active: {report.active}), not in {view}"
            )

    # --- events of the model ------------------------------------------------------------------

    def on_prepare(self, replica: int, view: int, batch: int, height: int, parent: int) -> None:
        primary = self.of.primary_of(View(view))
        if primary == replica:
            self.propose(replica, view, batch, parent)
        else:
            if batch not in self.batches:
                self.make(batch, view, parent)
            if primary == self.dishonest:
                self.show(replica, (Prepare, view, height), batch)
            self.give(replica, pre_prepare(self.batches[batch], view, self.of))
        self.expect_vote(Prepare, replica, view, batch)

    def propose(self, replica: int, view: int, number: int, parent: int) -> None:
        if number in self.batches:
            return  # the anchor: its primary proposes it by itself
        bench = self.benches[replica]
        if not bench.replica.can_propose():
            raise DisagreementError(f"{replica} may not propose in view {view}")
        step = bench.propose(f"batch {number}")
        (proposed,) = said(step, PrePrepare)
        self.batches[number], self.parents[number] = proposed.batch, parent
        self.note(replica, step)
        if parent != ROOT and proposed.batch.parent != self.batches[parent].ref:
            raise DisagreementError(f"{replica} builds on another batch than {parent}")

    def make(self, number: int, view: int, parent: int) -> None:
        after = self.batches.get(parent)
        stamp = WALL_MS if after is None else after.timestamp_ms + 1
        made = batch(f"batch {number}", after, view=view, timestamp_ms=stamp)
        self.batches[number], self.parents[number] = made, parent

    def on_commit(self, replica: int, view: int, batch: int) -> None:
        self.give(replica, *self.quorum_of(Prepare, replica, view, batch))
        self.expect_vote(Commit, replica, view, batch)

    def on_decide(self, replica: int, view: int, batch: int) -> None:
        self.give(replica, *self.quorum_of(Commit, replica, view, batch))
        decided = self.benches[replica].report.decided
        if decided < self.batches[batch].sequence:
            raise DisagreementError(f"{replica} has decided up to {decided}, not batch {batch}")

    def on_rotate(self, replica: int, view: int, batch: int) -> None:
        self.on_decide(replica, view, batch)
        self.expect_place(replica, view + 1, active=True)

    def quorum_of(self, kind: type, replica: int, view: int, number: int) -> list[Message]:
        """Collect the votes of others that complete a quorum; the dishonest one's where needed."""
        honest = self.votes.get((kind, view, number), {})
        votes = [vote for voter, vote in honest.items() if voter != replica]
        if len(honest) < self.of.quorum:
            voted = self.batches[number]
            self.show(replica, (kind, view, voted.sequence), number)
            builder = prepare if kind is Prepare else commit
            votes.append(builder(self.dishonest, voted, view, self.of))
        return votes

    def on_leave(self, replica: int, view: int) -> None:
        bench = self.benches[replica]
        self.note(replica, bench.owe("never ordered"))
        self.wait_for(replica, view)
        self.note(replica, bench.forgive("never ordered"))

    def on_giveup(self, replica: int, view: int) -> None:
        left = view - 1
        for other in self.benches:
            wanted = [v for v, who in self.claims if who == other and v >= left]
            if other != replica and wanted:
                self.give(replica, self.claims[min(wanted), other])
        if self.benches[replica].report.view < view:
            self.give(replica, self.false_claim(replica, left, 0, ROOT))
        self.wait_for(replica, view)

    def wait_for(self, replica: int, view: int) -> None:
        bench = self.benches[replica]
        for _ in range(PATIENCE):
            if bench.report.view >= view:
                break
            self.note(replica, bench.wait(TIMEOUT_MS, heard=range(4)))
        self.expect_place(replica, view, active=False)

    def on_join(self, replica: int, view: int) -> None:
        others = [other for v, other in self.claims if v == view and other != replica]
        self.give(replica, *(self.claims[view, other] for other in others))
        if self.benches[replica].report.view < view:
            self.give(replica, self.false_claim(replica, view, 0, ROOT))
        if self.benches[replica].report.active:
            raise UnreplayableError(f"{replica} has opened view {view} already, with these claims")
        self.expect_place(replica, view, active=False)

    def false_claim(self, replica: int, view: int, rank: int, number: int) -> ViewChange:
        """Make the dishonest one's view change: it shows any certificate that exists."""
        self.show(replica, (ViewChange, view), (rank, number))
        proof = self.prepared(rank, number) if rank else None
        return view_change(self.dishonest, view, proof)

    def prepared(self, view: int, number: int) -> Certificate:
        voters = sorted({*self.votes[Prepare, view, number], self.dishonest})
        return certificate(VoteKind.PREPARE, self.batches[number], view, voters[:3], self.of)

    def on_open(self, replica: int, view: int, **numbers: int) -> None:
        basis = Basis(**numbers)
        for other in basis.voters(self.dishonest):
            if other != replica:
                self.give(replica, self.claims[view, other])
        if basis.has(self.dishonest) and view not in self.opened:
            self.give(replica, self.false_claim(replica, view, basis.byzrank, basis.byzbatch))
        self.expect_place(replica, view, active=True)
        self.expect_anchor(self.opened[view], basis.anchor)

    def expect_anchor(self, opened: NewView, anchor: int) -> None:
        built_on = ROOT
        if opened.certificate is not None:
            found = self.number_of(opened.certificate.digest)
            assert found is not None
            built_on = found
        if built_on != anchor:
            raise DisagreementError(f"view {opened.view} builds on {built_on}, not on {anchor}")

    def on_enter(self, replica: int, view: int, **numbers: int) -> None:
        basis = Basis(**numbers)
        if self.of.primary_of(View(view)) != self.dishonest:
            opened = self.opened[view]
        else:
            opened = self.false_new_view(view, basis)
            self.show(replica, (NewView, view), opened)
        self.expect_anchor(opened, basis.anchor)
        self.give(replica, opened)
        self.expect_place(replica, view, active=True)

    def false_new_view(self, view: int, basis: Basis) -> NewView:
        """Make a new view of the dishonest primary: valid, and one of several."""
        proof = self.prepared(basis.byzrank, basis.byzbatch) if basis.byzrank else None
        changes = [self.claims[view, other] for other in basis.voters(self.dishonest)]
        if basis.has(self.dishonest):
            changes.append(ViewChange(claim(self.dishonest, view, proof, self.of), proof))
        highest = max(changes, key=lambda change: change.claim.rank)
        ordered = sorted(changes, key=lambda change: change.claim.replica)
        signed = tuple(change.claim for change in ordered)
        return new_view(view, highest.certificate, claims=signed)


def replay(lines: list[str], dishonest: int, term: int) -> Stage:
    """Play a whole trace.

    Raises:
        UnreplayableError: it goes where the code is more careful than the model.
        DisagreementError: a replica did something else.
    """
    stage = Stage(dishonest, term)
    for number, line in enumerate(lines, 1):
        try:
            stage.play(Event.read(line))
        except (DisagreementError, UnreplayableError) as error:
            raise type(error)(f"line {number}, {line}: {error}") from error
    return stage
