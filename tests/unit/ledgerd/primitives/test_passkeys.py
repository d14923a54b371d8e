"""Passkeys: assertions of a real browser hold, and with any byte changed they do not."""

import json
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from msgspec.structs import replace

from ledgerd.chain.transaction import decode_transaction, verify_authorisation
from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.keys.soft_passkey import SoftPasskey
from ledgerd.primitives.canonical import encode, unbounded_fields
from ledgerd.primitives.der_signature import ORDER, decode_der, encode_der
from ledgerd.primitives.passkeys import (
    FLAG_ATTESTED,
    FLAG_EXTENDED,
    FLAG_PRESENT,
    FLAG_VERIFIED,
    Assertion,
    client_data_prefix,
    decode_assertion,
    is_acceptable_passkey,
    is_valid_assertion,
    relying_party_hash,
)

FOLDER = Path(__file__).parents[3] / "data" / "passkeys"
RECORDED = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
ANSWERS = [
    pytest.param(recorded, answer, id=f"{name}-{number}")
    for name, recorded in RECORDED.items()
    for number, answer in enumerate(recorded["answers"])
]
CHALLENGE = bytes(range(32))
DEVICE = SoftPasskey(b"\x01" * 32, "ledger.invalid")
GOOD = DEVICE.answer(CHALLENGE)


def holds(assertion: Assertion, challenge: bytes = CHALLENGE) -> bool:
    return is_valid_assertion(DEVICE.public_key, challenge, encode(assertion))


def assertion_of(answer: dict[str, str]) -> Assertion:
    return Assertion(
        authenticator_data=bytes.fromhex(answer["authenticator_data"]),
        client_data=answer["client_data"].encode("ascii"),
        signature=bytes.fromhex(answer["signature"]),
    )


@pytest.mark.parametrize(("recorded", "answer"), ANSWERS)
def test_what_a_browser_answered_holds_when_the_user_was_verified(recorded, answer) -> None:
    key, challenge = bytes.fromhex(recorded["public_key"]), bytes.fromhex(answer["transaction_id"])
    assertion = assertion_of(answer)

    assert is_valid_assertion(key, challenge, encode(assertion)) is recorded["holds"]
    assert assertion.relying_party_hash == relying_party_hash(recorded["relying_party"])


@pytest.mark.parametrize(("recorded", "answer"), ANSWERS)
def test_the_recorded_transaction_is_judged_on_its_bytes(recorded, answer) -> None:
    read = decode_transaction(bytes.fromhex(answer["signed_transaction"]))

    assert read.transaction_id.hex() == answer["transaction_id"]
    if recorded["holds"]:
        verify_authorisation(read)
    else:
        with pytest.raises(VerificationFailed):
            verify_authorisation(read)


def test_the_vectors_are_of_a_named_browser_and_several_authenticators() -> None:
    assert {recorded["browser"] for recorded in RECORDED.values()} == {"Chrome"}
    assert all(recorded["version"] for recorded in RECORDED.values())
    assert {recorded["holds"] for recorded in RECORDED.values()} == {True, False}
    transports = {recorded["authenticator"]["transport"] for recorded in RECORDED.values()}
    assert transports == {"internal", "usb", "hybrid"}


def test_browsers_write_members_behind_those_that_are_compared() -> None:
    tails = [
        answer["client_data"].partition('"crossOrigin":false')[2]
        for recorded in RECORDED.values()
        for answer in recorded["answers"]
    ]

    assert "}" in tails
    assert any(tail.startswith(',"other_keys_can_be_added_here"') for tail in tails)


@pytest.mark.parametrize("name", ["platform", "security_key", "synced"])
@pytest.mark.parametrize("field", ["authenticator_data", "client_data", "signature"])
def test_no_byte_of_a_recorded_answer_can_be_changed(name: str, field: str) -> None:
    recorded = RECORDED[name]
    answer = recorded["answers"][0]
    key, challenge = bytes.fromhex(recorded["public_key"]), bytes.fromhex(answer["transaction_id"])
    good = assertion_of(answer)
    data = getattr(good, field)

    verdicts = {
        is_valid_assertion(key, challenge, encode(replace(good, **{field: changed})))
        for place in range(len(data))
        for changed in (
            data[:place] + bytes((data[place] ^ 1,)) + data[place + 1 :],
            data[:place] + bytes((data[place] ^ 0x80,)) + data[place + 1 :],
        )
    }

    assert verdicts == {False}


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_byte_of_the_authorisation_key_or_challenge_can_be_changed(at: int, flip: int) -> None:
    parts = [DEVICE.public_key, CHALLENGE, encode(GOOD)]
    place = at % sum(map(len, parts))
    joined = bytearray(b"".join(parts))
    joined[place] ^= flip

    assert not is_valid_assertion(bytes(joined[:33]), bytes(joined[33:65]), bytes(joined[65:]))


@given(st.binary(max_size=40), st.binary(max_size=40), st.binary(max_size=400))
def test_any_bytes_get_a_verdict(key: bytes, challenge: bytes, authorisation: bytes) -> None:
    assert not is_valid_assertion(key, challenge, authorisation)


def resigned(authenticator_data: bytes = GOOD.authenticator_data, **parts: bytes) -> Assertion:
    """Sign other contents with the right key: only the form is wrong."""
    return DEVICE.signed(authenticator_data, parts.get("client_data", GOOD.client_data))


def test_a_form_signed_anew_holds_when_it_is_right() -> None:
    assert holds(resigned())


@pytest.mark.parametrize(
    "flags",
    [
        0,
        FLAG_PRESENT,
        FLAG_VERIFIED,
        FLAG_PRESENT | FLAG_VERIFIED | FLAG_ATTESTED,
        FLAG_PRESENT | FLAG_VERIFIED | FLAG_EXTENDED,
    ],
)
def test_the_user_must_be_present_and_verified_and_nothing_announced_in_vain(flags: int) -> None:
    assert not holds(DEVICE.answer(CHALLENGE, flags))


def test_flags_of_backup_and_extensions_that_are_there_are_let_through() -> None:
    backed = FLAG_PRESENT | FLAG_VERIFIED | 0x18
    extended = GOOD.authenticator_data[:32] + bytes((backed | FLAG_EXTENDED,)) + bytes(4) + b"\xa0"

    assert holds(DEVICE.answer(CHALLENGE, backed))
    assert holds(resigned(extended))
    assert not holds(resigned(GOOD.authenticator_data + b"\xa0"))


START = client_data_prefix(CHALLENGE)


@pytest.mark.parametrize(
    ("client_data", "expected"),
    [
        (START + b'https://a.b","crossOrigin":false}', True),
        (START + b'android:apk-key-hash:abc","crossOrigin":false}', True),
        (START + b'https://a.b","crossOrigin":false,"x":1}', True),
        (START + b'https://a.b","crossOrigin":true}', False),
        (START + b'https://a.b"}', False),
        (START + b'","crossOrigin":false}', False),
        (START + b'https://a.b\\u0022","crossOrigin":false}', False),
        (START + b'https://a b","crossOrigin":false}', False),
        (START + b'https://a"b","crossOrigin":false}', False),
        (START + b'https://a.b","crossOrigin":false', False),
        (START + b'https://a.b","crossOrigin":falsehood}', False),
        (START + b'https://a.b","crossOrigin":false},', False),
        (START + b"a" * 256 + b'","crossOrigin":false}', False),
        (b" " + START + b'https://a.b","crossOrigin":false}', False),
        (START.replace(b"webauthn.get", b"webauthn.create") + b'a","crossOrigin":false}', False),
        (START.replace(b'","origin', b'=","origin') + b'https://a.b","crossOrigin":false}', False),
        (client_data_prefix(bytes(32)) + b'https://a.b","crossOrigin":false}', False),
    ],
    ids=range(17),
)
def test_the_client_data_are_compared_and_not_parsed(client_data: bytes, expected: bool) -> None:
    assert holds(resigned(client_data=client_data)) is expected


def test_the_other_form_of_a_signature_names_the_same_transaction() -> None:
    """ECDSA lets anybody make (r, n - s) of (r, s); the id does not cover the authorisation."""
    r, s = decode_der(GOOD.signature)

    assert holds(replace(GOOD, signature=encode_der(r, ORDER - s)))


def test_a_signature_of_another_form_is_refused() -> None:
    r, s = decode_der(GOOD.signature)
    long = b"\x30\x81" + encode_der(r, s)[1:]

    assert not holds(replace(GOOD, signature=long))
    assert not holds(replace(GOOD, signature=encode_der(s, r)))


@pytest.mark.parametrize(
    "key",
    [
        b"",
        bytes(33),
        b"\x04" + bytes(32),
        b"\x02" + b"\xff" * 32,  # x is no element of the field
        b"\x02" + bytes(31) + b"\x01",  # no point has this x
        DEVICE.public_key[:-1],
        DEVICE.public_key + b"\0",
    ],
    ids=range(7),
)
def test_what_is_no_point_is_no_key(key: bytes) -> None:
    assert not is_acceptable_passkey(key)
    assert not is_valid_assertion(key, CHALLENGE, encode(GOOD))


def test_an_assertion_is_bounded_and_has_one_form() -> None:
    assert unbounded_fields(Assertion) == ()
    assert decode_assertion(encode(GOOD)) == GOOD
    with pytest.raises(DecodeError):
        decode_assertion(encode(replace(GOOD, client_data=bytes(641))))
    with pytest.raises(DecodeError):
        decode_assertion(encode(GOOD) + b"\0")
