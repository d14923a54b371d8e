"""Identifiers: the check characters of the standards, total on any string."""

import pytest

from ledgerd.primitives.identifiers import (
    BillKey,
    client_ref_hash,
    institution_check_character,
    is_bill_key,
    is_digits,
    is_institution_id,
    is_resident_id,
    owner_commitment,
)

BILL = BillKey("33010125", "0000000001")


def test_the_vector_that_forgetting_the_last_mod_breaks() -> None:
    assert is_institution_id("1233000047000000K0")


@pytest.mark.parametrize(
    "text",
    ["", "1233000047000000K1", "1233000047000000K", "1233000047000000I0", "１233000047000000K0"],
)
def test_other_strings_are_no_institution(text: str) -> None:
    assert not is_institution_id(text)


def test_the_check_character_makes_an_id() -> None:
    first17 = "91330000000000001"
    assert is_institution_id(first17 + institution_check_character(first17))


def test_the_vector_of_the_resident_id() -> None:
    assert is_resident_id("11010519491231002X")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "110105194912310021",
        "11010519491231002x",
        "11010519491331002X",
        "1101051949123100２X",
        "11010519491200002X",
    ],
)
def test_other_strings_are_no_resident_id(text: str) -> None:
    assert not is_resident_id(text)


def test_full_width_digits_are_no_digits() -> None:
    assert is_digits("0123", 4)
    assert not is_digits("０１２３", 4)
    assert not is_digits("012", 4)


def test_a_bill_key_has_eight_and_ten_digits() -> None:
    assert is_bill_key(BILL)
    assert not is_bill_key(BillKey("3301012", "0000000001"))
    assert not is_bill_key(BillKey("33010125", "00000000x1"))


def test_an_owner_commitment_depends_on_all_of_its_parts() -> None:
    other = BillKey("33010125", "0000000002")
    found = {
        owner_commitment(BILL, bytes(16), bytes(32)),
        owner_commitment(other, bytes(16), bytes(32)),
        owner_commitment(BILL, b"\1" * 16, bytes(32)),
        owner_commitment(BILL, bytes(16), b"\1" * 32),
    }
    assert len(found) == 4


def test_a_ref_is_hashed_under_its_author() -> None:
    assert client_ref_hash(b"A" * 18, "x") != client_ref_hash(b"B" * 18, "x")
    assert client_ref_hash(b"A" * 16, "AAx") != client_ref_hash(b"A" * 18, "x")
