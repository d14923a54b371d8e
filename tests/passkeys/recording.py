"""One vector: a passkey made in a page, and its answer to a transaction's id.

Rules: a vector holds the bytes as the browser gave them, and says whether they must hold. The
transaction is a real one of a synthetic account, so the whole path can be replayed.
"""

import base64
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

from ledgerd.chain.transaction import (
    SCHEME_PASSKEY,
    AccountAuthor,
    SignedTransaction,
    Transaction,
    transaction_id,
)
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.passkeys import Assertion
from tests.passkeys.browser import Browser

RELYING_PARTY = "localhost"
CREATE = """(async () => {
  const made = await navigator.credentials.create({publicKey: {
    challenge: new Uint8Array(32), rp: {id: "localhost", name: "Sample ledger"},
    user: {id: new Uint8Array(16), name: "sample", displayName: "Sample"},
    pubKeyCredParams: [{type: "public-key", alg: -7}],
    authenticatorSelection: {userVerification: "%(verification)s", residentKey: "%(resident)s"}}});
  const text = (b) => btoa(String.fromCharCode(...new Uint8Array(b)));
  return {id: text(made.rawId), key: text(made.response.getPublicKey())};
})()"""
GET = """(async () => {
  const bytes = (t) => Uint8Array.from(atob(t), (c) => c.charCodeAt(0));
  const got = await navigator.credentials.get({publicKey: {
    challenge: bytes("%(challenge)s"), rpId: "localhost",
    allowCredentials: [{type: "public-key", id: bytes("%(id)s")}],
    userVerification: "%(verification)s"}});
  const text = (b) => btoa(String.fromCharCode(...new Uint8Array(b)));
  return {data: text(got.response.authenticatorData), client: text(got.response.clientDataJSON),
          signature: text(got.response.signature)};
})()"""


@dataclass(frozen=True)
class Kind:
    """A virtual authenticator and how the page asks it.

    Attributes:
        holds: whether the answer must be accepted.
    """

    name: str
    options: dict[str, object]
    holds: bool = True
    verification: str = "required"
    resident: str = "discouraged"
    note: str = ""


def options(**changes: object) -> dict[str, object]:
    usual: dict[str, object] = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    return {**usual, **changes}


KINDS = (
    Kind("platform", options(), note="built into the device"),
    Kind("platform_resident", options(), resident="required", note="found without a list of keys"),
    Kind("security_key", options(transport="usb", ctap2Version="ctap2_1"), note="over USB"),
    Kind("phone", options(transport="hybrid"), note="over a QR code"),
    Kind(
        "synced",
        options(defaultBackupEligibility=True, defaultBackupState=True),
        note="flags backup eligible and backed up",
    ),
    Kind(
        "not_verified",
        options(hasUserVerification=False, isUserVerified=False),
        holds=False,
        verification="discouraged",
        note="the user was present and not verified",
    ),
    Kind(
        "u2f",
        options(
            protocol="u2f", transport="usb", hasResidentKey=False, hasUserVerification=False,
            isUserVerified=False,
        ),
        holds=False,
        verification="discouraged",
        note="an older key that cannot verify its user",
    ),
)  # fmt: skip


def record(browser: Browser, kind: Kind, answers: int) -> dict[str, Any]:
    """Make a passkey with a fresh authenticator and let it answer some transactions."""
    browser.call("WebAuthn.enable", enableUI=False)
    added = browser.call("WebAuthn.addVirtualAuthenticator", options=kind.options)
    words = {"verification": kind.verification, "resident": kind.resident}
    made = browser.evaluate(CREATE % words)
    public_key = _compressed(base64.b64decode(made["key"]))
    asked = {**words, "id": made["id"]}
    recorded = [_answer(browser, public_key, asked, number) for number in range(answers)]
    browser.call("WebAuthn.removeVirtualAuthenticator", authenticatorId=added["authenticatorId"])
    return {
        "authenticator": {"name": "virtual authenticator", "note": kind.note, **kind.options},
        "relying_party": RELYING_PARTY,
        "holds": kind.holds,
        "public_key": public_key.hex(),
        "answers": recorded,
    }


def _answer(
    browser: Browser, public_key: bytes, asked: dict[str, str], number: int
) -> dict[str, str]:
    transaction = Transaction(
        chain_id=bytes(32),
        author=AccountAuthor(bytes(15) + bytes((number,))),
        scheme=SCHEME_PASSKEY,
        public_key=public_key,
        valid_until_ms=1_800_000_000_000 + number,
        operations=(encode(("sample operation", number)),),
    )
    body = encode(transaction)
    challenge = base64.b64encode(transaction_id(body)).decode()
    got = browser.evaluate(GET % {**asked, "challenge": challenge})
    assertion = Assertion(
        authenticator_data=base64.b64decode(got["data"]),
        client_data=base64.b64decode(got["client"]),
        signature=base64.b64decode(got["signature"]),
    )
    signed = encode(SignedTransaction(body=body, authorisation=encode(assertion)))
    return {
        "transaction_id": transaction_id(body).hex(),
        "authenticator_data": assertion.authenticator_data.hex(),
        "client_data": assertion.client_data.decode("ascii"),
        "signature": assertion.signature.hex(),
        "signed_transaction": signed.hex(),
    }


def _compressed(subject_public_key: bytes) -> bytes:
    key = load_der_public_key(subject_public_key)
    assert isinstance(key, EllipticCurvePublicKey)
    return key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
