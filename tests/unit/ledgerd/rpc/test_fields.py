"""Field types: what fits passes, one beyond is refused."""

import msgspec
import pytest

from ledgerd.rpc import fields

FITS = [
    (fields.Fen, [0, 10**12]),
    (fields.Hex16, ["0" * 32]),
    (fields.Hex32, ["f" * 64]),
    (fields.ObjectHex, ["0" * 78]),
    (fields.HexBytes, ["", "00", "ab" * 100]),
    (fields.InstitutionId, ["1233000047000000K0"]),
    (fields.BillCode, ["33010124"]),
    (fields.BillNumber, ["0000000001"]),
    (fields.Category, [1, 14]),
    (fields.ClientRef, ["a", "~" * 64]),
    (fields.PageLimit, [1, 1_000]),
    (fields.Seconds, [0, 60]),
]
DOES_NOT = [
    (fields.Fen, [-1, 10**12 + 1, True, "1", None]),
    (fields.Hex16, ["0" * 31, "F" * 32, "0" * 32 + "\n"]),
    (fields.Hex32, ["0" * 63, "g" * 64]),
    (fields.ObjectHex, ["0" * 77]),
    (fields.HexBytes, ["0", "0x", "AB", "00\n"]),
    (fields.InstitutionId, ["1233000047000000k0", "1233000047000000K", "１" * 18]),
    (fields.BillCode, ["3301012", "330101244", "３３０１０１２４"]),
    (fields.BillNumber, ["1", "00000000010", "000000000 "]),
    (fields.Category, [0, 15]),
    (fields.ClientRef, ["", "~" * 65, "a b", "é", "a\n"]),
    (fields.PageLimit, [0, 1_001]),
    (fields.Seconds, [-1, 61]),
]


@pytest.mark.parametrize(
    ("type_", "value"), [(type_, value) for type_, values in FITS for value in values]
)
def test_what_fits_passes(type_: object, value: object) -> None:
    assert msgspec.convert(value, type_) == value


@pytest.mark.parametrize(
    ("type_", "value"), [(type_, value) for type_, values in DOES_NOT for value in values]
)
def test_one_beyond_is_refused(type_: object, value: object) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(value, type_)
