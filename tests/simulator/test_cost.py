"""The replicas whose cost is measured do the work that is paid for."""

import hashlib

from consensus import Digest
from tests.simulator.cost import Lockstep


def test_each_block_is_sealed_by_everybody() -> None:
    world = Lockstep(7)
    for number in range(3):
        world.order((Digest(hashlib.sha256(b"%d" % number).digest()),))
    reports = [replica.report() for replica in world.replicas]
    assert {(report.sealed, report.view, report.owed_count) for report in reports} == {(3, 1, 0)}
