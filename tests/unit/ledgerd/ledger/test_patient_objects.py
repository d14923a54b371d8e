"""Objects about patients are bounded; a key says when it acts."""

import pytest

from ledgerd.keys.soft_passkey import SoftPasskey
from ledgerd.ledger import patient_objects
from ledgerd.ledger.patient_objects import AccountKey
from ledgerd.ledger.queries import account_of
from ledgerd.primitives.canonical import unbounded_fields
from tests.unit.ledgerd.ledger.story import told_story
from tests.unit.ledgerd.ledger.world import ANNA, World, key_of

RECORDS = [
    v
    for v in vars(patient_objects).values()
    if isinstance(v, type) and v.__module__ == patient_objects.__name__
    and hasattr(v, "__struct_config__")
]  # fmt: skip


def key(public_key: bytes = key_of(ANNA), **changes: object) -> AccountKey:
    values: dict[str, object] = {
        "key_id": bytes(16),
        "public_key": public_key,
        "sealing_key": bytes(32),
        "since_ms": 5,
        "acts_from_ms": 10,
        "is_confirmed": True,
    }
    return AccountKey(**{**values, **changes})


@pytest.mark.parametrize("type_", RECORDS, ids=lambda t: t.__name__)
def test_every_field_has_a_bound(type_: type) -> None:
    places = {place.split(".", 1)[1] for place in unbounded_fields(type_)}

    assert places <= {"state"}


def test_tags_are_those_of_the_table() -> None:
    tags = {type_.__name__: type_.__struct_config__.tag for type_ in RECORDS}

    assert tags == {
        "AccountKey": None,
        "Account": 86,
        "KeyRecord": 113,
        "Proxy": 114,
        "Presence": 115,
        "ActForAnother": 116,
    }


def test_a_key_acts_from_its_time_on_when_it_is_confirmed() -> None:
    assert [key().is_in_force(time_ms) for time_ms in (9, 10, 11)] == [False, True, True]
    assert not key(is_confirmed=False).is_in_force(11)


def test_the_scheme_of_a_key_follows_from_its_length() -> None:
    passkey = SoftPasskey(bytes(32), "ledger.invalid").public_key

    assert (key().scheme, key(passkey).scheme) == (1, 2)


def test_an_account_finds_its_keys_by_what_they_sign_with_and_by_name() -> None:
    world = World()
    world.enrol()
    account = account_of(world, ANNA)
    assert account is not None
    (first,) = account.keys

    assert account.key_of(key_of(ANNA)) == account.key_named(first.key_id) == first
    assert account.key_of(bytes(32)) is account.key_named(bytes(16)) is None
    assert account.sealing_keys == (first.sealing_key,)


def test_accounts_stay_small() -> None:
    state = told_story().world.state
    sizes = [len(value) for name, value in state.items() if name.startswith(b"a")]

    assert max(sizes) < 600
