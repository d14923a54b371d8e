"""What a replica is told at birth.

Source: consensus.md sections 1 and 6.
"""

from dataclasses import dataclass, field

from consensus.ids import ReplicaId
from consensus.quorum import Membership
from consensus.timers import Timing


@dataclass(frozen=True, slots=True)
class ReplicaConfig:
    """One replica of one epoch.

    Attributes:
        self_id: index in the membership; None is an observer, which never signs nor sends.
        membership: the epoch.
        timing: local periods.
        log_is_damaged: the host found its vote log missing, cut or behind its sentinel although
            this key has voted: amnesia, it never votes again.
        version: of the protocol, shown in Status.
    """

    self_id: ReplicaId | None
    membership: Membership
    timing: Timing = field(default_factory=Timing)
    log_is_damaged: bool = False
    version: int = 1

    def __post_init__(self) -> None:
        assert self.self_id is None or self.membership.has(self.self_id)
