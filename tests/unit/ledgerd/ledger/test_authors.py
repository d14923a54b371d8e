"""Who stands behind a transaction."""

from ledgerd.ledger.authors import actor_of, origin_of, ref_of
from ledgerd.primitives.identifiers import client_ref_hash
from tests.unit.ledgerd.ledger.world import ANNA, FINANCE, HOSPITAL, World, allotment, key_of


def test_the_key_says_in_which_role_an_institution_acts() -> None:
    world = World()

    actor = actor_of(world.transaction(FINANCE, "clerk", allotment()), world)

    assert actor.role == "clerk"
    assert actor.institution is not None
    assert actor.institution.institution_id == FINANCE
    assert actor.signer == key_of(FINANCE, "clerk")


def test_a_patient_acts_without_a_role() -> None:
    world = World()
    world.enrol()

    actor = actor_of(world.transaction(ANNA, "device", allotment()), world)

    assert (actor.role, actor.institution) == (None, None)
    assert actor.account is not None


def test_a_ref_is_half_the_hash_of_author_and_ref() -> None:
    assert ref_of(HOSPITAL.encode(), "r") == client_ref_hash(HOSPITAL.encode(), "r")[:16]
    assert ref_of(HOSPITAL.encode(), "r") != ref_of(FINANCE.encode(), "r")


def test_an_origin_tells_authors_and_bytes_apart() -> None:
    world = World()
    finance = actor_of(world.transaction(FINANCE, "clerk", allotment()), world)
    hospital = actor_of(world.transaction(HOSPITAL, "clerk", allotment()), world)

    requests = {
        origin_of(actor, data, (1, 2, 3)).request
        for actor in (finance, hospital)
        for data in (b"a", b"b")
    }

    assert len(requests) == 4
