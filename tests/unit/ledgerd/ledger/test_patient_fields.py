"""Fields of proxies and mandates are bounded and name their kind."""

from typing import get_args

from ledgerd.ledger.patient_fields import ACT_BYTES_MAX, Mandate, PresenceCheck, PresenceValue
from ledgerd.primitives.canonical import unbounded_fields


def test_mandates_are_told_apart_by_their_tags() -> None:
    tags = [type_.__struct_config__.tag for type_ in get_args(Mandate)]

    assert tags == [1, 2]
    assert unbounded_fields(Mandate) == ()


def test_an_act_leaves_room_for_what_stands_around_it() -> None:
    assert ACT_BYTES_MAX + 512 == 8_192


def test_the_checks_of_a_terminal_are_those_of_the_field() -> None:
    assert tuple(PresenceCheck) == get_args(PresenceValue)
