"""The node at a glance, and in plain words what keeps the next block.

Rules: reads only; every line of ``why`` says what is the case and what would change it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from consensus import Membership, Report
from ledgerd.node.views import Head, NodeStatus, Role
from ledgerd.storage.free_space import Space

BEHIND_WINDOWS = 8  # a busy node executes some windows late; that is no reason to refuse


@dataclass(frozen=True, slots=True)
class Standing:
    """Where this node stands among the others: asked for with each submission, so no more.

    Attributes:
        self_id: own replica index, None for observers.
        connected_count: validators whose links are up, without this node.
        target_height: what others have, as far as one of them can be believed.
    """

    membership: Membership
    self_id: int | None
    report: Report
    height: int
    connected_count: int
    target_height: int

    @property
    def is_quorum_seen(self) -> bool:
        """Say whether enough validators are linked to commit anything."""
        own = 0 if self.self_id is None or self.report.amnesia else 1
        return self.connected_count + own >= self.membership.quorum

    @property
    def lag(self) -> int:
        """Blocks that others, or the own log of votes, are ahead of the state here."""
        return max(self.target_height, self.report.decided) - self.height

    @property
    def is_behind(self) -> bool:
        """Say whether the state here is so old that nothing should be taken in on it."""
        return self.lag > BEHIND_WINDOWS * self.membership.limits.window

    @property
    def is_current(self) -> bool:
        """Say whether what the state here refuses would be refused by the chain, too."""
        return self.lag <= self.membership.limits.window


@dataclass(frozen=True, slots=True)
class Gauges:
    """Everything that a status is made of.

    Attributes:
        self_id: own replica index, None for observers.
        connected: validators whose links are up, without this node.
        target_height: what others have, as far as one of them can be believed.
    """

    chain_id: bytes
    institution: str
    members: tuple[str, ...]
    membership: Membership
    self_id: int | None
    report: Report
    head: Head
    connected: tuple[str, ...]
    pending_transactions: int
    pending_bundles: int
    pool_bytes: int
    target_height: int
    loop_stall_ms_max: int
    space: Space
    evidence: tuple[tuple[str, int], ...] = ()

    @property
    def standing(self) -> Standing:
        """Say where this node stands among the others."""
        return Standing(
            self.membership,
            self.self_id,
            self.report,
            self.head.height,
            len(self.connected),
            self.target_height,
        )

    @property
    def is_quorum_seen(self) -> bool:
        return self.standing.is_quorum_seen

    @property
    def is_behind(self) -> bool:
        return self.standing.is_behind


def status_of(gauges: Gauges) -> NodeStatus:
    """Put a status together."""
    report = gauges.report
    return NodeStatus(
        chain_id=gauges.chain_id,
        institution=gauges.institution,
        head=gauges.head,
        role=_role(gauges),
        epoch=report.epoch,
        view=report.view,
        active=report.active,
        primary=gauges.members[report.primary],
        quorum=gauges.membership.quorum,
        connected_count=len(gauges.connected),
        ready=gauges.is_quorum_seen and not gauges.is_behind and gauges.space is Space.AMPLE,
        amnesia=report.amnesia,
        divergence=report.divergence is not None,
        pending_transactions=gauges.pending_transactions,
        pending_bundles=gauges.pending_bundles,
        pool_bytes=gauges.pool_bytes,
        target_height=max(gauges.target_height, gauges.head.height),
        loop_stall_ms_max=gauges.loop_stall_ms_max,
        why=tuple(_reasons(gauges)),
        evidence=gauges.evidence,
    )


def reasons_unready(status: NodeStatus) -> tuple[str, ...]:
    """Say why the node cannot commit; nothing when it can."""
    return () if status.ready else (*status.why, "not ready")


def _role(gauges: Gauges) -> Role:
    if gauges.self_id is None or gauges.report.amnesia:
        return Role.OBSERVER
    return Role.VALIDATOR if gauges.report.voting else Role.WAITING


def _reasons(gauges: Gauges) -> Iterator[str]:
    report = gauges.report
    if report.amnesia:
        yield "this key may have forgotten promises: the node follows as an observer for good"
    if gauges.institution in dict(gauges.evidence):
        yield "this key signed two different things: it runs twice; see ledgerctl evidence list"
    if not gauges.is_quorum_seen:
        have = len(gauges.connected) + (0 if gauges.self_id is None or report.amnesia else 1)
        yield f"{have} of {gauges.membership.quorum} needed validators are linked"
    if report.divergence is not None:
        yield f"others computed another block {report.divergence}: run doctor on all nodes"
    if gauges.is_behind:
        yield f"catching up: at {gauges.head.height} of {gauges.target_height}"
    if not report.active:
        yield f"changing to view {report.view}, primary {gauges.members[report.primary]}"
    if report.owed_count and report.active:
        primary = gauges.members[report.primary]
        yield f"{report.owed_count} bundles wait for the primary {primary}"
    if gauges.space is not Space.AMPLE:
        yield "free disk space is low: no new transactions are accepted"
