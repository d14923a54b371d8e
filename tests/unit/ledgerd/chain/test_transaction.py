"""Transactions: the id covers all but the authorisation, which follows from the bytes."""

import pytest

from ledgerd.chain.transaction import (
    SCHEME_PASSKEY,
    AccountAuthor,
    InstitutionAuthor,
    ReadTransaction,
    SignedTransaction,
    Transaction,
    are_valid_authorisations,
    decode_transaction,
    relying_party_of,
    scheme_of_key,
    sign_transaction,
    signed_part,
    transaction_id,
    verify_authorisation,
)
from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.keys.soft_passkey import SoftPasskey
from ledgerd.primitives.canonical import encode, unbounded_fields
from ledgerd.primitives.passkeys import relying_party_hash
from tests.unit.ledgerd.chain.samples import (
    CHAIN_ID,
    CREATED_MS,
    clerk_signer,
    institution_id,
    sample_transaction,
)

READ = sample_transaction()


def transaction(**changes: object) -> Transaction:
    fields = {
        "chain_id": CHAIN_ID,
        "author": InstitutionAuthor(institution_id(1)),
        "public_key": clerk_signer(1).public_key,
        "valid_until_ms": CREATED_MS,
        "operations": (b"\x01",),
    }
    return Transaction(**{**fields, **changes})  # type: ignore[arg-type]


def test_what_was_signed_is_read_again() -> None:
    assert decode_transaction(READ.encoded) == READ
    verify_authorisation(READ)


def test_the_id_covers_all_but_the_authorisation() -> None:
    body = encode(READ.transaction)
    other = encode(SignedTransaction(body=body, authorisation=bytes(64)))
    assert decode_transaction(other).transaction_id == READ.transaction_id == transaction_id(body)
    with pytest.raises(VerificationFailed):
        verify_authorisation(decode_transaction(other))


@pytest.mark.parametrize(
    "changes",
    [
        {"chain_id": bytes(32)},
        {"author": InstitutionAuthor(institution_id(2))},
        {"author": AccountAuthor(bytes(16))},
        {"public_key": clerk_signer(2).public_key},
        {"valid_until_ms": CREATED_MS + 1},
        {"atomic": True},
        {"operations": (b"\x02",)},
        {"operations": (b"\x01", b"\x01")},
    ],
    ids=str,
)
def test_every_field_changes_the_id(changes: dict[str, object]) -> None:
    assert transaction_id(encode(transaction(**changes))) != transaction_id(encode(transaction()))


def test_a_key_that_was_not_named_cannot_sign() -> None:
    with pytest.raises(VerificationFailed):
        verify_authorisation(sign_transaction(transaction(), clerk_signer(2)))


def test_an_account_may_be_the_author() -> None:
    read = sign_transaction(transaction(author=AccountAuthor(bytes(16))), clerk_signer(1))
    assert decode_transaction(read.encoded).transaction.author == AccountAuthor(bytes(16))


@pytest.mark.parametrize(
    "changes",
    [
        {"operations": ()},
        {"operations": (b"",)},
        {"operations": (b"\x01",) * 257},
        {"operations": (bytes(8_193),)},
        {"scheme": 2},
        {"valid_until_ms": -1},
        {"author": InstitutionAuthor("lower case 12345678")},
        {"author": AccountAuthor(bytes(15))},
        {"public_key": bytes(31)},
        {"chain_id": bytes(33)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_is_out_of_bounds_is_refused(changes: dict[str, object]) -> None:
    read = sign_transaction(transaction(**changes), clerk_signer(1))
    with pytest.raises(DecodeError):
        decode_transaction(read.encoded)


PASSKEY = SoftPasskey(b"\x03" * 32, "ledger.invalid")


def by_passkey(**changes: object) -> ReadTransaction:
    fields = {"scheme": SCHEME_PASSKEY, "public_key": PASSKEY.public_key}
    return sign_transaction(transaction(**{**fields, **changes}), PASSKEY)


def test_a_passkey_signs_by_an_assertion_over_the_id() -> None:
    read = decode_transaction(by_passkey(author=AccountAuthor(bytes(16))).encoded)

    verify_authorisation(read)
    assert scheme_of_key(PASSKEY.public_key) == read.transaction.scheme == SCHEME_PASSKEY
    assert relying_party_of(read) == relying_party_hash("ledger.invalid")
    assert relying_party_of(READ) is None


def test_authorisations_of_both_schemes_are_judged_in_one_call() -> None:
    good, bad = by_passkey(), by_passkey(valid_until_ms=1)
    parts = [signed_part(READ), signed_part(good), (*signed_part(good)[:2], bad.authorisation)]

    assert are_valid_authorisations(parts) == (True, True, False)


@pytest.mark.parametrize(
    "read",
    [
        by_passkey(scheme=1),
        sign_transaction(transaction(scheme=2), clerk_signer(1)),
        sign_transaction(transaction(public_key=PASSKEY.public_key, scheme=2), clerk_signer(1)),
        sign_transaction(transaction(), PASSKEY),
    ],
    ids=["key of 33 bytes", "key of 32 bytes", "signature for an assertion", "assertion"],
)
def test_key_and_authorisation_are_those_of_the_scheme(read: ReadTransaction) -> None:
    with pytest.raises(DecodeError):
        decode_transaction(read.encoded)


def test_no_byte_can_be_changed() -> None:
    damaged = [
        READ.encoded[:place] + bytes((byte ^ 0x01,)) + READ.encoded[place + 1 :]
        for place, byte in enumerate(READ.encoded)
    ]
    assert {_outcome(data) for data in damaged} == {"refused"}


def _outcome(data: bytes) -> str:
    try:
        verify_authorisation(decode_transaction(data))
    except (DecodeError, VerificationFailed):
        return "refused"
    return "accepted"


def test_transactions_are_bounded() -> None:
    assert unbounded_fields(Transaction) == unbounded_fields(SignedTransaction) == ()
