"""Time as numbers: the two clocks, the local periods, the back-off.

Rules of this file: knows no clock. Whoever calls passes :class:`Now`; deadlines are numbers that
the host pulls.

Source: consensus.md section 4, *Timeouts*.
"""

from dataclasses import dataclass
from typing import Final

BACKOFF_MAX: Final = 8  # times the base: long enough for a bad network, short enough to heal


@dataclass(frozen=True, slots=True)
class Now:
    """One moment.

    Attributes:
        monotonic_ms: for deadlines; never goes back while the process lives.
        wall_ms: compared with timestamps of proposals and with nothing else.
    """

    monotonic_ms: int
    wall_ms: int


@dataclass(frozen=True, slots=True)
class Timing:
    """Local periods; they decide no vote.

    Attributes:
        status_ms: between two Status messages; things are repeated from this age on, or from a
            round trip where that is longer.
        wait_for_peers_ms: a replica with an intact log votes after this long without answers.
        disconnected_ms: a link that was down for less is not spoken of: a new connection takes
            some milliseconds, a peer that is gone stays away.
        slow_floor_ms: bundles that wait for less are served well enough, whatever was usual.
        probe_ms: the least that a primary gets that ended its last turns without a batch.
    """

    status_ms: int = 250
    wait_for_peers_ms: int = 3_000
    disconnected_ms: int = 50
    slow_floor_ms: int = 200
    probe_ms: int = 50

    def __post_init__(self) -> None:
        assert self.status_ms > 0
        assert self.wait_for_peers_ms >= 0
        assert self.disconnected_ms >= 0
        assert self.slow_floor_ms > 0
        assert self.probe_ms > 0


def backed_off(base_ms: int, failed_views: int) -> int:
    """Return the time that a primary gets after so many views in a row without a commit.

    Grows by half with each, up to ``BACKOFF_MAX`` times the base.
    """
    assert base_ms > 0
    assert failed_views >= 0
    growth = min(failed_views, 16)  # 1.5 ** 16 is far above the bound; keeps the integers small
    grown: int = base_ms * 3**growth // 2**growth
    return min(grown, base_ms * BACKOFF_MAX)
