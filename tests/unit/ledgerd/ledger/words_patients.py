"""What the page of operations says about keys, proxies, presence and acts for others."""

from tests.unit.ledgerd.ledger.words import Words

_HAND = "a key in force of the account, or its registrar"
_OF_HAND = ("NOT_FOUND", "NOT_A_PARTY", "ACCOUNT_NOT_CONFIRMED", "KEY_WAITING")

PATIENT_WORDS: dict[str, Words] = {
    "AddPatientKey": Words(
        "a confirmed account with fewer than 8 keys; the key (32 bytes Ed25519, 33 a passkey) is "
        "valid and new to it; at most 2 keys of it wait",
        "a key of the account adds it at once; one that an institution adds waits `key_delay_ms` "
        "and for `ConfirmPatientKey`: until then it reads and does nothing else",
        ("PatientKeyAdded",),
        "2",
        ("NOT_FOUND", "NOT_A_PARTY", "ACCOUNT_NOT_CONFIRMED", "KEY_WAITING", "BAD_KEY",
         "TOO_MANY"),
    ),
    "RevokePatientKey": Words(
        f"{_HAND}; the key is one of the account, also the last one",
        "the key is gone",
        ("PatientKeyRevoked",),
        "2",
        (*_OF_HAND, "WRONG_STATE"),
    ),
    "AuthoriseProxy": Words(
        f"{_HAND}; both accounts are confirmed and different; the scope is ascending and holds "
        "only operations that may be done for others; an end in the future",
        "creates the proxy",
        ("ProxyAuthorised",),
        "1",
        (*_OF_HAND, "DUPLICATE_ITEM", "NOT_FOR_OTHERS", "PROXY_OVER"),
    ),
    "RevokeProxy": Words(
        f"{_HAND}; the proxy was not revoked",
        "the proxy is over; what it did stays",
        ("ProxyRevoked",),
        "1",
        (*_OF_HAND, "PROXY_OVER"),
    ),
    "AttestPresence": Words(
        "the account exists, when one is named",
        "creates the presence",
        ("PresenceAttested",),
        "1",
        ("BAD_DATE", "NOT_FOUND"),
    ),
    "RefuseKey": Words(
        f"{_HAND}; the key waits for its confirmation or for the end of its delay",
        "the key is gone",
        ("PatientKeyRefused",),
        "2",
        (*_OF_HAND, "KEY_NOT_WAITING"),
    ),
    "ActFor": Words(
        "the inner operation may be done for others and has the same client_ref; a confirmed "
        "account; as proxy: the author holds it, it is not over, and its scope and bills reach to "
        "the act; as clerk: the account has no key in force, and a presence of the person, "
        "attested here within `presence_ms`, is unused; and all that the inner operation needs",
        "does the operation as if the account had; an assisted one above `assisted_fen` is kept "
        "until it is confirmed",
        ("ActedForAnother", "AccessGranted"),
        "1, 1 for a presence, and those of the operation",
        ("MALFORMED", "NOT_FOUND", "ACCOUNT_NOT_CONFIRMED", "KEY_WAITING", "NOT_A_PARTY",
         "NOT_FOR_OTHERS", "PROXY_OVER", "OUT_OF_SCOPE", "ACCOUNT_HAS_KEY", "PRESENCE_DIFFERS",
         "PRESENCE_STALE", "PRESENCE_USED", "ACT_IN_FORCE"),
    ),
    "RevokeAssisted": Words(
        "the institution that acted, the account by a key in force, or its registrar; an assisted "
        "act, at most `assisted_revocable_ms` old, not revoked",
        "the act is revoked; what waits never takes effect; a claim that is filed or decided ends "
        "and frees what it reserved, a grant ends; what is paid stays and the event says so",
        ("AssistedRevoked", "ClaimWithdrawn"),
        "1, and those of what it ends",
        (*_OF_HAND, "ACT_REVOKED", "REVOCATION_OVER"),
    ),
    "ConfirmAssisted": Words(
        "the institution that acted, another key than the first; the act waits; and all that the "
        "inner operation needs now",
        "does the operation",
        ("AssistedConfirmed", "ActedForAnother", "ClaimFiled"),
        "1, and those of the operation",
        ("NOT_FOUND", "NOT_A_PARTY", "ACT_REVOKED", "ACT_NOT_WAITING", "SAME_KEY",
         "ACT_IN_FORCE"),
    ),
    "ConfirmPatientKey": Words(
        "the account's registrar, another key than the one that added it; the key waits",
        "the key acts from the end of its delay on",
        ("PatientKeyConfirmed",),
        "2",
        ("NOT_FOUND", "NOT_A_PARTY", "KEY_NOT_WAITING", "SAME_KEY"),
    ),
}  # fmt: skip
