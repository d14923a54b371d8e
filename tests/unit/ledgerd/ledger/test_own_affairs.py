"""Own keys, terminals and addresses: the own admin decides alone."""

import pytest
from msgspec.structs import replace

from ledgerd.chain.genesis import EncryptionKey, OperatorKey
from ledgerd.ledger import state_keys
from ledgerd.ledger.bill_operations import Countersign
from ledgerd.ledger.claim_operations import ReleaseExpired
from ledgerd.ledger.governance_operations import (
    Admission,
    AnnounceAddress,
    EncryptionKeyAdded,
    OperatorKeyChange,
    RegisterTerminal,
    RotateOwnKey,
)
from ledgerd.ledger.own_affairs import ENCRYPTION_KEYS_MAX, OPERATOR_KEYS_MAX
from ledgerd.ledger.queries import institution_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from ledgerd.ledger.state_keys import claim_key
from ledgerd.primitives.canonical import encode
from tests.unit.ledgerd.ledger.samples import CANDIDATE
from tests.unit.ledgerd.ledger.world import (
    FINANCE,
    HOSPITAL,
    HOSPITAL_2,
    INSURER,
    MEDICARE,
    World,
    bill_ref,
    key_of,
)
from tests.unit.ledgerd.ledger.world_books import (
    ballot,
    new_signer,
    proposal,
    registration,
    rotation,
    shown,
)


@pytest.fixture
def world() -> World:
    return World()


def roles_of(world: World, institution: str, public_key: bytes) -> list[str]:
    found = institution_of(world, institution)
    assert found is not None
    return [k.role for k in found.institution.operator_keys if k.public_key == public_key]


def change(**fields: object) -> RotateOwnKey:
    return RotateOwnKey(client_ref="change", change=OperatorKeyChange(**fields))


def sealing(number: int, name: str = "sealing") -> RotateOwnKey:
    added = EncryptionKeyAdded(number=number, public_key=new_signer(name).public_key)
    return RotateOwnKey(client_ref=f"seal {name}", change=added)


def test_a_new_key_takes_the_place_of_the_old_one(world: World) -> None:
    old = key_of(FINANCE, "office")
    world.must(FINANCE, "admin", rotation(FINANCE, "office", "new", old))
    sign = Countersign(client_ref="c", bill=bill_ref(1))

    assert roles_of(world, FINANCE, new_signer("new").public_key) == ["office"]
    assert world.code(FINANCE, "office", sign) is Code.SIGNER_NOT_CURRENT


def test_a_key_without_its_own_signature_is_refused(world: World) -> None:
    added = new_signer("new").public_key
    elsewhere = shown(HOSPITAL, "clerk", "new")
    other_role = shown(FINANCE, "cashier", "new")

    for possession in (None, elsewhere, other_role, bytes(64)):
        bad = change(role="clerk", added=added, possession=possession)
        assert world.code(FINANCE, "admin", bad) is Code.POSSESSION_NOT_SHOWN


def test_a_key_has_one_role_and_is_a_good_one(world: World) -> None:
    known = change(role="clerk", added=key_of(FINANCE, "office"), possession=bytes(64))
    weak = change(role="clerk", added=bytes(32), possession=bytes(64))
    nothing = change(role="clerk")
    unknown = change(role="clerk", retired=key_of(FINANCE, "office"))

    codes = [world.code(FINANCE, "admin", bad) for bad in (known, weak, nothing, unknown)]
    assert codes == [Code.BAD_KEY, Code.BAD_KEY, Code.BAD_KEY, Code.NOT_FOUND]


def test_an_admin_key_stays(world: World) -> None:
    own = key_of(FINANCE, "admin")

    alone = world.code(FINANCE, "admin", change(role="admin", retired=own))
    together = world.code(FINANCE, "admin", rotation(FINANCE, "admin", "next", own))

    assert (alone, together) == (Code.LAST_ADMIN_KEY, Code.OK)


def test_encryption_keys_follow_each_other(world: World) -> None:
    assert world.code(FINANCE, "admin", sealing(2)) is Code.KEY_NUMBER_NOT_NEXT
    assert world.code(FINANCE, "admin", sealing(1)) is Code.OK
    assert world.code(FINANCE, "admin", replace(sealing(2), client_ref="x")) is Code.BAD_KEY
    assert world.code(FINANCE, "admin", sealing(2, "second")) is Code.OK


def test_keys_have_a_largest_count(world: World) -> None:
    found = institution_of(world, FINANCE)
    assert found is not None
    own = found.institution
    many = tuple(
        sorted(
            (
                *own.operator_keys,
                *(OperatorKey(role="clerk", public_key=key_of(f"c{i}")) for i in range(57)),
            ),
            key=lambda key: (key.role, key.public_key),
        )
    )
    numbered = tuple(
        EncryptionKey(number=i + 1, public_key=key_of(f"e{i}")) for i in range(ENCRYPTION_KEYS_MAX)
    )
    full = replace(own, operator_keys=many, encryption_keys=numbered)
    world.state[state_keys.institution_key(FINANCE)] = encode(replace(found, institution=full))

    assert len(many) == OPERATOR_KEYS_MAX
    assert world.code(FINANCE, "admin", rotation(FINANCE, "clerk", "one more")) is Code.TOO_MANY
    assert world.code(FINANCE, "admin", sealing(17)) is Code.TOO_MANY


def test_a_terminal_signs_until_it_is_out_of_service_for_ever(world: World) -> None:
    public_key = new_signer("kiosk").public_key
    world.must(HOSPITAL, "admin", registration(HOSPITAL))
    release = ReleaseExpired(client_ref="r", claim=claim_key(INSURER, world.today, bytes(16)))
    signed = replace(world.transaction(HOSPITAL, "clerk", release), public_key=public_key)
    in_service = world.execute(signed)[0][0].code
    removal = RegisterTerminal(client_ref="off", terminal=public_key)
    world.must(HOSPITAL, "admin", removal)
    again = replace(registration(HOSPITAL), client_ref="again")

    assert in_service is Code.NOT_FOUND  # it may ask; the claim does not exist
    assert world.execute(signed)[0][0].code is Code.SIGNER_NOT_CURRENT
    assert world.code(HOSPITAL, "admin", replace(removal, client_ref="o")) is Code.WRONG_STATE
    assert world.code(HOSPITAL, "admin", again) is Code.BAD_KEY


def test_a_terminal_is_new_and_shows_its_key(world: World) -> None:
    unknown = RegisterTerminal(client_ref="off", terminal=bytes(32))
    own = replace(registration(HOSPITAL), terminal=key_of(HOSPITAL, "clerk"))
    unshown = replace(registration(HOSPITAL), possession=bytes(64))

    assert world.code(HOSPITAL, "admin", unknown) is Code.NOT_FOUND
    assert world.code(HOSPITAL, "admin", own) is Code.BAD_KEY
    assert world.code(HOSPITAL, "admin", unshown) is Code.POSSESSION_NOT_SHOWN


def test_addresses_are_replaced_and_hosts_are_for_the_hosted(world: World) -> None:
    moved = AnnounceAddress(client_ref="m", addresses=("ledger.invalid:1",))
    hosted = replace(moved, client_ref="h", hosted_by=HOSPITAL)
    world.must(FINANCE, "admin", moved)

    found = institution_of(world, FINANCE)
    assert found is not None
    assert found.institution.addresses == ("ledger.invalid:1",)
    assert world.code(FINANCE, "admin", hosted) is Code.WRONG_STATE


def test_a_hosted_institution_moves_to_another_validator(world: World) -> None:
    key = world.must(FINANCE, "admin", proposal(world, Admission(candidate=CANDIDATE)))
    world.must(MEDICARE, "admin", ballot(key))
    name = CANDIDATE.institution_id
    to_nobody = AnnounceAddress(client_ref="n")
    to_observer = AnnounceAddress(client_ref="o", hosted_by=HOSPITAL_2)

    assert world.code(name, "admin", to_nobody) is Code.WRONG_STATE
    assert world.code(name, "admin", to_observer) is Code.NOT_A_VALIDATOR
    moved = AnnounceAddress(client_ref="i", hosted_by=INSURER)
    assert world.code(name, "admin", moved) is Code.OK
    assert world.code(name, "admin", rotation(name, "clerk", "hosted")) is Code.OK
