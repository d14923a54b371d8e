"""The parameters of acts on keys of accounts, proxies, presence and acts for others.

Rules: as in ``requests``. Where an account's own key and an institution may both act, the account
does unless ``by_patient`` is false.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta

from ledgerd.rpc.fields import Hex16, Hex32, SignerHex, TimeMs
from ledgerd.rpc.queries import Page
from ledgerd.rpc.requests import Act, BillRef

ScopeName = Literal[
    "grant_give",
    "grant_revoke",
    "claim_file",
    "claim_withdraw",
    "claim_supply",
    "claim_appeal",
    "patient_erase",
    "assistance_apply",
]
SCOPE_TAGS: Final[dict[str, int]] = {
    "grant_give": 32,
    "grant_revoke": 27,
    "claim_file": 40,
    "claim_withdraw": 43,
    "claim_supply": 46,
    "claim_appeal": 47,
    "patient_erase": 70,
    "assistance_apply": 97,
}


class AccountAct(Act, frozen=True, kw_only=True):
    """An act about one account.

    Attributes:
        by_patient: a key of the account signs; else an institution of this node acts.
    """

    account: Hex16
    by_patient: bool = True


class PatientAddKey(AccountAct, frozen=True, kw_only=True):
    """Give an account a further key: at once by one of its keys, else it waits.

    Attributes:
        key: 32 bytes of Ed25519, or 33 of a passkey (a compressed point of P-256).
        seal_key: X25519, to which keys of bills are delivered.
    """

    key: SignerHex
    seal_key: Hex32


class KeyAct(AccountAct, frozen=True, kw_only=True):
    """Confirm, refuse or revoke a key of an account.

    Attributes:
        key: its id, as ``patient_get`` lists it.
    """

    key: Hex16


class ProxyGive(AccountAct, frozen=True, kw_only=True):
    """Let the holder of another account act for this one.

    Attributes:
        scope: in what.
        bills: only about these; all when empty.
    """

    holder: Hex16
    scope: Annotated[tuple[ScopeName, ...], Meta(min_length=1, max_length=16)]
    bills: Annotated[tuple[BillRef, ...], Meta(max_length=16)] = ()
    until_ms: TimeMs


class ProxyRevoke(AccountAct, frozen=True, kw_only=True):
    """End a proxy."""

    proxy: Hex16


class PresenceAttest(Act, frozen=True, kw_only=True):
    """Attest that a person stands at a terminal; signed by the terminal's key.

    Attributes:
        account: whose; left out before an enrolment.
        visit: commitment to the visit.
    """

    account: Hex16 | None = None
    check: Literal["face", "card", "face_and_card"]
    visit: Hex32 | None = None


class AssistedAct(AccountAct, frozen=True, kw_only=True):
    """Confirm or revoke what a clerk did for an account.

    Attributes:
        act: its id, as ``assisted_list`` lists it.
    """

    act: Hex16


class OfAccount(Page, frozen=True, kw_only=True):
    """What belongs to one account."""

    account: Hex16
