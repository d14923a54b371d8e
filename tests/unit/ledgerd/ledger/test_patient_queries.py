"""Reading what the state holds about patients."""

from ledgerd.ledger.patient_queries import act_for_of, key_record_of, presence_of, proxy_of
from tests.unit.ledgerd.ledger.story import told_story
from tests.unit.ledgerd.ledger.world import ANNA, HOSPITAL
from tests.unit.ledgerd.ledger.world_patients import CARL, ref_by


def test_what_does_not_exist_is_none() -> None:
    world = told_story().world
    nothing = bytes(16)

    assert key_record_of(world, ANNA, nothing) is None
    assert proxy_of(world, ANNA, nothing) is None
    assert act_for_of(world, ANNA, nothing) is None
    assert presence_of(world, b"c" + bytes(38)) is None


def test_what_exists_is_found_by_its_account_and_ref() -> None:
    world = told_story().world
    presence = next(key for key in world.state if key.startswith(b"p" + HOSPITAL.encode()))

    assert key_record_of(world, ANNA, ref_by(HOSPITAL, "add second")) is not None
    assert proxy_of(world, ANNA, ref_by(ANNA, "proxy")) is not None
    assert any(key.startswith(b"h" + CARL) for key in world.state)
    assert presence_of(world, presence) is not None
