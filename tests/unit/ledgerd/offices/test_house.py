"""Who is who in a house."""

from dataclasses import replace
from pathlib import Path

import pytest

from ledgerd.keys.keyring import KeyRing
from ledgerd.rpc.codes import RpcCode, RpcFailure
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL, HOSPITAL_2, INSURER, MEDICARE
from tests.unit.ledgerd.offices.town import KINDS, Town


def test_a_house_acts_for_itself_and_whom_it_hosts(town: Town) -> None:
    house = town.hospital.house

    assert [name for name in KINDS if house.is_ours(name)] == [HOSPITAL, HOSPITAL_2]
    assert house.keys_of(HOSPITAL_2).institution_id == HOSPITAL_2
    with pytest.raises(RpcFailure) as refused:
        house.keys_of(INSURER)
    assert refused.value.rpc_code is RpcCode.UNAUTHORISED


def test_a_hosted_institution_without_keys_here_cannot_be_acted_for(
    town: Town, tmp_path: Path
) -> None:
    house = replace(town.hospital.house, keys=KeyRing.create(tmp_path / "keys", HOSPITAL))

    with pytest.raises(RpcFailure, match="not on this node"):
        house.keys_of(HOSPITAL_2)


@pytest.mark.slow
def test_keys_under_a_passphrase_are_no_reason_to_stop(town: Town, tmp_path: Path) -> None:
    KeyRing.create(tmp_path / "keys", HOSPITAL, b"sample passphrase")
    house = replace(town.hospital.house, keys=KeyRing.open(tmp_path / "keys"))

    with pytest.raises(RpcFailure, match="closed on this node"):
        house.encryption_keys(HOSPITAL)


def test_members_are_read_from_the_state(town: Town) -> None:
    house = town.hospital.house

    assert {one.institution_id: one.kind for one in house.members()} == KINDS
    assert (house.only_bureau(), house.kind_of(FINANCE)) == (MEDICARE, "finance")
    assert house.kind_of("0" * 18) == ""


def test_an_unknown_member_is_named_by_the_field_that_asked(town: Town) -> None:
    with pytest.raises(RpcFailure) as missing:
        town.hospital.house.institution("0" * 18, "payer")

    assert (missing.value.rpc_code, missing.value.field) == (RpcCode.NOT_FOUND, "payer")
