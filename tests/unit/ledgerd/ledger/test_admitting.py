"""Who can become a member; the votes are in ``test_governing``."""

import pytest
from msgspec.structs import replace

from ledgerd.chain.genesis import EncryptionKey
from ledgerd.ledger.admitting import require_admissible
from ledgerd.ledger.governance_operations import Admission
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger.samples import CANDIDATE
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL, World
from tests.unit.ledgerd.ledger.world_books import proposal

__all__ = ["require_admissible"]  # reached through proposals


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, Code.OK),
        ({"hosted_by": None}, Code.NOT_A_VALIDATOR),
        ({"institution_id": HOSPITAL}, Code.INSTITUTION_EXISTS),
        ({"institution_id": "0" * 17 + "1"}, Code.UNKNOWN_INSTITUTION),
        ({"operator_keys": CANDIDATE.operator_keys[::-1]}, Code.BAD_KEY),
        ({"encryption_keys": (EncryptionKey(number=1, public_key=bytes(32)),)}, Code.BAD_KEY),
    ],
)
def test_a_candidate_is_checked_as_genesis_checks(changes: dict, code: Code) -> None:
    world = World()
    candidate = replace(CANDIDATE, **changes)

    assert world.code(FINANCE, "admin", proposal(world, Admission(candidate=candidate))) is code
