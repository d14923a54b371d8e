"""Builders about patients: further keys, proxies, presence, acts for others."""

from ledgerd.ledger.authors import ref_of
from ledgerd.ledger.claim_operations import EnrolPatient
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.operations import Operation, encode_operation
from ledgerd.ledger.patient_fields import AssistedMandate, ProxyMandate
from ledgerd.ledger.patient_operations import (
    ActFor,
    AddPatientKey,
    AttestPresence,
    AuthoriseProxy,
    ConfirmPatientKey,
)
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    BERT,
    HOSPITAL,
    MEDICARE,
    World,
    confirmation,
    document,
    enrolment,
    hash_of,
    key_of,
)

CARL = b"carl".ljust(16, b"\0")
FILE_CLAIM, GRANT_ACCESS, WITHDRAW_CLAIM = 40, 32, 43


def ref_by(author: str | bytes, client_ref: str) -> bytes:
    """Give what names an object that an author made under a ref."""
    return ref_of(author.encode() if isinstance(author, str) else author, client_ref)


def added_key(
    account: bytes = ANNA, name: str = "second", public_key: bytes | None = None
) -> AddPatientKey:
    return AddPatientKey(
        client_ref=f"add {name}",
        account=account,
        device_key=key_of(account, name) if public_key is None else public_key,
        sealing_key=hash_of(f"sealing {name}"),
    )


def confirmed_key(author: str | bytes, name: str = "second") -> ConfirmPatientKey:
    key = ref_by(author, f"add {name}")
    return ConfirmPatientKey(client_ref=f"confirm {name}", account=ANNA, key=key)


def without_device(account: bytes = CARL) -> EnrolPatient:
    values = {name: getattr(enrolment(account), name) for name in ("client_ref", "registrar")}
    return EnrolPatient(
        account=account, device_key=None, sealing_key=None, record=document("record"), **values
    )


def enrol_without_device(world: World, account: bytes = CARL) -> None:
    world.must(HOSPITAL, "clerk", without_device(account))
    world.must(MEDICARE, "reviewer", confirmation(account))


def proxy(world: World, **changes: object) -> AuthoriseProxy:
    values: dict[str, object] = {
        "client_ref": "proxy",
        "account": ANNA,
        "holder": BERT,
        "scope": (GRANT_ACCESS, FILE_CLAIM, WITHDRAW_CLAIM),
        "bills": (),
        "until_ms": world.time_ms + 30 * DAY_MS,
    }
    return AuthoriseProxy(**{**values, **changes})


def presence(world: World, account: bytes | None = CARL, ref: str = "presence") -> AttestPresence:
    return AttestPresence(
        client_ref=ref, date=world.today, account=account, check=3, visit=hash_of("visit")
    )


def by_proxy(operation: Operation, account: bytes = ANNA, ref: str = "proxy") -> ActFor:
    mandate = ProxyMandate(ref_by(account, ref))
    return ActFor(
        client_ref=operation.client_ref,
        account=account,
        mandate=mandate,
        act=encode_operation(operation),
    )


def assisted(operation: Operation, presence_key: bytes, account: bytes = CARL) -> ActFor:
    return ActFor(
        client_ref=operation.client_ref,
        account=account,
        mandate=AssistedMandate(presence_key, document("form")),
        act=encode_operation(operation),
    )
