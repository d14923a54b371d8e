"""A small ledger in memory: institutions with keys, two patients, blocks one after the other."""

import functools
import hashlib
from dataclasses import dataclass, field

from ledgerd.chain.genesis import Genesis, Institution, OperatorKey, Validator
from ledgerd.chain.membership import Limits
from ledgerd.chain.params import HOUR_MS, example_params
from ledgerd.chain.transaction import (
    AccountAuthor,
    Author,
    InstitutionAuthor,
    ReadTransaction,
    Transaction,
    transaction_id,
)
from ledgerd.ledger import state_keys
from ledgerd.ledger.acting import BlockContext
from ledgerd.ledger.apply import execute_transaction
from ledgerd.ledger.bill_operations import (
    AllotNumbers,
    Countersign,
    IssueBill,
    RecordPayment,
    Settle,
)
from ledgerd.ledger.claim_operations import (
    ClaimItem,
    ConfirmPatient,
    EnrolPatient,
    FileClaim,
)
from ledgerd.ledger.days import day_of
from ledgerd.ledger.fields import (
    BillRef,
    FundShare,
    PublicPosition,
    SealedDocument,
    SealedParts,
    SidecarName,
)
from ledgerd.ledger.genesis_state import genesis_state
from ledgerd.ledger.operations import Operation, encode_operation
from ledgerd.ledger.overlay import OBJECT_BYTES_MAX, Overlay
from ledgerd.ledger.receipts import Receipt
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.primitives.canonical import Record, decode, encode
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.primitives.identifiers import (
    BillKey,
    client_ref_hash,
    institution_check_character,
    owner_commitment,
)
from ledgerd.primitives.signatures import Ed25519Signer

CHAIN_ID = digest(Domain.GENESIS, b"world")
START_MS = 1_790_000_000_000
CODE = "33010126"


def uscc(first17: str) -> str:
    return first17 + institution_check_character(first17)


FINANCE = uscc("11330000000000001")
MEDICARE = uscc("11330000000000002")
MEDICARE_2 = uscc("11330000000000003")
HOSPITAL = uscc("12330000000000001")
HOSPITAL_2 = uscc("12330000000000002")
INSURER = uscc("91330000000000001")
INSURER_2 = uscc("91330000000000002")
REGULATOR = uscc("11330000000000009")
KINDS = {
    FINANCE: "finance",
    MEDICARE: "medicare",
    MEDICARE_2: "medicare",
    HOSPITAL: "hospital",
    HOSPITAL_2: "hospital",
    INSURER: "insurer",
    INSURER_2: "insurer",
    REGULATOR: "regulator",
}
ROLES = ("admin", "cashier", "clerk", "office", "reviewer", "terminal")
ANNA = b"anna".ljust(16, b"\0")
BERT = b"bert".ljust(16, b"\0")


@functools.cache
def key_of(name: str | bytes, role: str = "device") -> bytes:
    """Give the public key of a role of an institution, or of a patient's device."""
    return Ed25519Signer(hashlib.sha256(f"{name!r}{role}".encode()).digest()).public_key


def hash_of(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def salt_of(bill: BillRef) -> bytes:
    return hash_of(f"salt {bill.code} {bill.number}")


def owner_of(bill: BillRef, account: bytes) -> bytes:
    return owner_commitment(BillKey(bill.code, bill.number), account, salt_of(bill))


def bill_ref(number: int, code: str = CODE) -> BillRef:
    return BillRef(code=code, number=f"{number:010d}")


def sidecar(text: str = "sidecar") -> SidecarName:
    return SidecarName(sidecar_hash=hash_of(text), sidecar_bytes=1000)


def document(text: str) -> SealedDocument:
    return SealedDocument(root=hash_of(text + "r"), key=hash_of(text + "k"), sidecar=sidecar(text))


def sealed_parts(text: str = "parts") -> SealedParts:
    return SealedParts(
        face_root=hash_of(text + "1"),
        lines_root=hash_of(text + "2"),
        face_key=hash_of(text + "3"),
        lines_key=hash_of(text + "4"),
        sidecar=sidecar(text),
    )


def institution(name: str, kind: str, hosted_by: str | None = None) -> Institution:
    keys = [OperatorKey(role=role, public_key=key_of(name, role)) for role in ROLES]
    keys.append(OperatorKey(role="cashier", public_key=key_of(name, "second cashier")))
    keys.sort(key=lambda key: (key.role, key.public_key))
    return Institution(
        institution_id=name,
        kind=kind,
        name=f"Sample {kind}",
        area="330100",
        hosted_by=hosted_by,
        operator_keys=tuple(keys),
    )


@functools.cache
def sample_genesis() -> Genesis:
    return Genesis(
        chain_name="world",
        created_ms=START_MS,
        params=example_params("33"),
        limits=Limits(),
        institutions=tuple(institution(name, kind) for name, kind in sorted(KINDS.items())),
        validators=tuple(
            Validator(
                institution_id=name,
                consensus_key=key_of(name, "consensus"),
                transport_certificate=name.encode(),
            )
            for name in sorted((FINANCE, MEDICARE, HOSPITAL, INSURER))
        ),
    )


@dataclass
class World:
    """State by key; every call of ``run`` is a block of one transaction."""

    state: dict[bytes, bytes] = field(default_factory=lambda: genesis_state(sample_genesis()))
    height: int = 0
    time_ms: int = START_MS
    changed: dict[bytes, bytes] = field(default_factory=dict)
    done: list[Transaction] = field(default_factory=list)

    def get(self, key: bytes) -> bytes | None:
        return self.state.get(key)

    @property
    def today(self) -> int:
        return day_of(self.time_ms)

    def context(self) -> BlockContext:
        return BlockContext(self.height, self.time_ms, CHAIN_ID, 1)

    def execute(self, *transactions: Transaction) -> list[tuple[Receipt, ...]]:
        self.height += 1
        self.time_ms += 1000
        overlay = Overlay(self)
        receipts = [
            execute_transaction(as_read(transaction), index, overlay, self.context())
            for index, transaction in enumerate(transactions)
        ]
        self.changed = overlay.changes()
        for key, value in self.changed.items():  # the next block reads what this one had
            written = overlay.find(key, Record)
            assert decode(value, type(written), bytes_max=OBJECT_BYTES_MAX) == written
        self.state.update(self.changed)
        self.done.extend(transactions)
        return receipts

    def transaction(
        self, who: str | bytes, role: str, *operations: Operation, atomic: bool = False
    ) -> Transaction:
        author: Author = AccountAuthor(who) if isinstance(who, bytes) else InstitutionAuthor(who)
        return Transaction(
            chain_id=CHAIN_ID,
            author=author,
            public_key=key_of(who, role),
            valid_until_ms=self.time_ms + HOUR_MS,
            atomic=atomic,
            operations=tuple(encode_operation(operation) for operation in operations),
        )

    def run(
        self, who: str | bytes, role: str, *operations: Operation, atomic: bool = False
    ) -> tuple[Receipt, ...]:
        return self.execute(self.transaction(who, role, *operations, atomic=atomic))[0]

    def code(self, who: str | bytes, role: str, operation: Operation) -> RejectCode:
        """Run one operation in a block and give its code."""
        return self.run(who, role, operation)[0].code

    def must(self, who: str | bytes, role: str, operation: Operation) -> bytes:
        """Run one operation that has to succeed and give its object's key."""
        receipt = self.run(who, role, operation)[0]
        assert receipt.code is RejectCode.OK, receipt.code
        return receipt.object_key

    # Builders of the usual steps, each with a ref of its own.

    def allot(self, holder: str = HOSPITAL, first: int = 1, count: int = 1000) -> bytes:
        operation = allotment(holder, first, count)
        self.must(FINANCE, "clerk", operation)
        return range_id(operation.client_ref)

    def enrol(self, account: bytes = ANNA) -> None:
        self.must(HOSPITAL, "clerk", enrolment(account))
        self.must(MEDICARE, "reviewer", confirmation(account))

    def settle(self, total_fen: int, public_fen: int, hospital: str = HOSPITAL) -> bytes:
        ref = f"settle {self.height}"
        return self.must(
            MEDICARE, "office", settlement(ref, self.today, (total_fen, public_fen), hospital)
        )

    def bill(self, number: int = 1, **changes: object) -> BillRef:
        """Issue a bill of 100.00 for Anna, supervised and paid in full."""
        ref = self.issued(number, **changes)
        self.must(FINANCE, "office", Countersign(client_ref=f"sign {number}", bill=ref))
        total_fen = changes.get("total_fen", 100_00)
        due_fen = total_fen - changes.get("public_fen", 0) - changes.get("hospital_fen", 0)
        self.must(HOSPITAL, "cashier", payment(ref, due_fen))
        return ref

    def issued(self, number: int = 1, **changes: object) -> BillRef:
        changes.pop("hospital_fen", None)
        operation = issue(number, self.today, **changes)
        self.must(HOSPITAL, "office", operation)
        return operation.bill


def as_read(transaction: Transaction) -> ReadTransaction:
    """Give a transaction as it is executed; execution asks for no authorisation."""
    return ReadTransaction(transaction_id(encode(transaction)), transaction, b"", b"")


def range_id(client_ref: str, author: str = FINANCE) -> bytes:
    return client_ref_hash(author.encode(), client_ref)[: state_keys.REF_BYTES]


def allotment(holder: str = HOSPITAL, first: int = 1, count: int = 1000) -> AllotNumbers:
    return AllotNumbers(
        client_ref=f"range {first}", holder=holder, code=CODE, first=first, count=count
    )


def issue(number: int, today: int, **changes: object) -> IssueBill:
    ref = bill_ref(number)
    values: dict[str, object] = {
        "client_ref": f"bill {number}",
        "bill": ref,
        "range_id": range_id("range 1"),
        "issue_date": today,
        "total_fen": 100_00,
        "public_fen": 0,
        "public": PublicPosition.NONE,
        "owner": owner_of(ref, ANNA),
        "sealed": sealed_parts(f"bill {number}"),
        "settlement": None,
    }
    return IssueBill(**{**values, **changes})


def payment(bill: BillRef, amount_fen: int, ref: str = "pay") -> RecordPayment:
    return RecordPayment(client_ref=f"{ref} {bill.number}", bill=bill, amount_fen=amount_fen)


def settlement(
    client_ref: str, today: int, amounts: tuple[int, int], hospital: str = HOSPITAL
) -> Settle:
    total_fen, public_fen = amounts
    return Settle(
        client_ref=client_ref,
        date=today,
        hospital=hospital,
        total_fen=total_fen,
        funds=(FundShare(fund="basic", amount_fen=public_fen),),
        account_fen=0,
        hospital_fen=0,
        position=hash_of(client_ref),
    )


def enrolment(account: bytes) -> EnrolPatient:
    return EnrolPatient(
        client_ref=f"enrol {account!r}",
        account=account,
        registrar=MEDICARE,
        device_key=key_of(account),
        sealing_key=hash_of("sealing"),
        record=document("record"),
    )


def confirmation(account: bytes) -> ConfirmPatient:
    return ConfirmPatient(
        client_ref=f"confirm {account!r}", account=account, token=hash_of(repr(account))
    )


def claim(
    bills: tuple[BillRef, ...], today: int, payer: str = INSURER, *, amount_fen: int = 100_00
) -> FileClaim:
    items = tuple(ClaimItem(bill=b, salt=salt_of(b), amount_fen=amount_fen) for b in bills)
    names = " ".join(item.bill.number for item in items)
    return FileClaim(client_ref=f"claim {names} {payer}", date=today, payer=payer, items=items)
