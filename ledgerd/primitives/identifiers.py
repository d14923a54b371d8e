"""Identifiers: institutions, persons, bills, accounts, and the check characters they carry.

Rules of this file: checks are total on any string and never raise; no identity number is put
into an exception text.

Sources: GB 32100-2015 (unified social credit code), GB 11643-1999 (resident id, ISO 7064 MOD
11-2), domain.md sections 3 and 7.
"""

from typing import Final, NamedTuple

from ledgerd.primitives.hashing import Domain, digest

_USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_VALUE: Final = {character: value for value, character in enumerate(_USCC_ALPHABET)}
_USCC_WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(17))
_RESIDENT_WEIGHTS: Final = tuple(pow(2, 17 - place, 11) for place in range(17))
_RESIDENT_CHECKS: Final = "10X98765432"
_DIGITS: Final = frozenset("0123456789")


class BillKey(NamedTuple):
    """What names a bill everywhere.

    Attributes:
        code: 8 digits: region 2, class 2, kind 2, year 2.
        number: 10 digits, sequential in an allotted range.
    """

    code: str
    number: str


def is_digits(text: str, count: int) -> bool:
    """Say whether a string is exactly so many ASCII digits (full-width digits are not)."""
    return len(text) == count and _DIGITS.issuperset(text)


def is_bill_key(key: BillKey) -> bool:
    """Say whether code and number have their form."""
    return is_digits(key.code, 8) and is_digits(key.number, 10)


def institution_check_character(first17: str) -> str:
    """Give the check character of a credit code.

    The last ``mod 31`` is what many implementations forget: a remainder of 0 gives ``0``.
    """
    total = sum(_USCC_VALUE[c] * w for c, w in zip(first17, _USCC_WEIGHTS, strict=True))
    return _USCC_ALPHABET[(31 - total % 31) % 31]


def is_institution_id(text: str) -> bool:
    """Say whether a string is a unified social credit code with the right check character."""
    if len(text) != 18 or not all(character in _USCC_VALUE for character in text):
        return False
    return institution_check_character(text[:17]) == text[17]


def is_resident_id(text: str) -> bool:
    """Say whether a string is an 18-character resident id with the right check character.

    The date inside must have the form of one; whether the region exists is not asked.
    """
    if len(text) != 18 or not is_digits(text[:17], 17):
        return False
    month, day = int(text[10:12]), int(text[12:14])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return False
    total = sum(int(c) * w for c, w in zip(text[:17], _RESIDENT_WEIGHTS, strict=True))
    return _RESIDENT_CHECKS[total % 11] == text[17]


def owner_commitment(bill: BillKey, account_id: bytes, salt: bytes) -> bytes:
    """Commit to whose a bill is; the salt (32 bytes) stands in the bill's face."""
    assert len(account_id) == 16
    assert len(salt) == 32
    return digest(Domain.OWNER, _bill_bytes(bill), account_id, salt)


def party_commitment(case_key: bytes, party: bytes, salt: bytes) -> bytes:
    """Commit to a party of a case; the salt (32 bytes) stands in the case's sealed subject.

    ``party`` is the 18 ASCII bytes of an institution id or the 16 of an account.
    """
    assert len(case_key) == 39
    assert len(party) in {16, 18}
    assert len(salt) == 32
    return digest(Domain.PARTY, case_key, bytes((len(party),)), party, salt)


def client_ref_hash(author: bytes, client_ref: str) -> bytes:
    """Hash a caller's reference under its author, for keys of write-once objects.

    ``author`` is the 18 ASCII bytes of an institution id or the 16 of an account.
    """
    assert len(author) in {16, 18}
    return digest(Domain.CLIENT_REF, bytes((len(author),)), author, client_ref.encode("ascii"))


def _bill_bytes(bill: BillKey) -> bytes:
    assert is_bill_key(bill)
    return bill.code.encode("ascii") + bill.number.encode("ascii")
