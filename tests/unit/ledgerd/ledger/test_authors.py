"""Who stands behind a transaction."""

from msgspec import structs

from ledgerd.chain.transaction import (
    SCHEME_PASSKEY,
    AccountAuthor,
    Author,
    InstitutionAuthor,
    Transaction,
)
from ledgerd.keys.soft_passkey import SoftPasskey
from ledgerd.ledger.apply import execute_transaction
from ledgerd.ledger.authors import actor_of, origin_of, ref_of
from ledgerd.ledger.overlay import Overlay
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.primitives.identifiers import client_ref_hash
from ledgerd.primitives.passkeys import relying_party_hash
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    FINANCE,
    HOSPITAL,
    World,
    allotment,
    as_read,
    key_of,
)
from tests.unit.ledgerd.ledger.world_patients import added_key


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


PASSKEY = SoftPasskey(b"\x09" * 32, "ledger.invalid")
HERE = relying_party_hash("ledger.invalid")


def signed_by_passkey(world: World, author: Author) -> Transaction:
    operation = added_key(name="third")
    return structs.replace(
        world.transaction(ANNA, "device", operation),
        author=author,
        scheme=SCHEME_PASSKEY,
        public_key=PASSKEY.public_key,
    )


def passkey_code(world: World, author: Author, relying_party: bytes | None = HERE) -> RejectCode:
    transaction = signed_by_passkey(world, author)
    overlay = Overlay(world)
    (receipt,) = execute_transaction(
        as_read(transaction), 0, overlay, world.context(), relying_party=relying_party
    )
    return receipt.code


def with_passkey() -> World:
    world = World()
    world.enrol()
    world.must(ANNA, "device", added_key(public_key=PASSKEY.public_key))
    return world


def test_a_passkey_of_the_account_acts() -> None:
    assert passkey_code(with_passkey(), AccountAuthor(ANNA)) is RejectCode.OK


def test_an_assertion_for_another_relying_party_is_refused() -> None:
    other = relying_party_hash("elsewhere.invalid")

    code = passkey_code(with_passkey(), AccountAuthor(ANNA), other)

    assert code is RejectCode.RELYING_PARTY_DIFFERS


def test_institutions_do_not_sign_with_passkeys() -> None:
    code = passkey_code(World(), InstitutionAuthor(HOSPITAL))

    assert code is RejectCode.SCHEME_NOT_SUPPORTED


def test_a_passkey_that_is_none_of_the_account_is_not_current() -> None:
    world = World()
    world.enrol()

    assert passkey_code(world, AccountAuthor(ANNA)) is RejectCode.SIGNER_NOT_CURRENT
