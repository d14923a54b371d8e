"""A short story on a ledger of one: numbers allotted, a bill issued, paid, granted and claimed."""

from dataclasses import dataclass

from ledgerd.keys.roles import OperatorRole
from ledgerd.keys.signers import Ed25519Key
from ledgerd.ledger import bill_operations as b, claim_operations as cl
from ledgerd.ledger.fields import BillRef, SealedDocument, SealedParts, SidecarName
from ledgerd.ledger.operations import Operation
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.primitives.identifiers import BillKey, owner_commitment
from ledgerd.primitives.wrapping import encryption_public_key
from ledgerd.rpc.outcomes import raise_if_refused
from tests.unit.ledgerd.rpc.solo_node import (
    CREATED_MS,
    FINANCE,
    HOSPITAL,
    INSURER,
    MEDICARE,
    SoloNode,
    secret,
    signed,
)

CODE = "99010123"
BILL = BillRef(code=CODE, number="0000000001")
BILL_TEXT = f"{CODE}-0000000001"
DAY = 20_231_114  # of CREATED_MS
ACCOUNT = secret("account")[:16]
DEVICE = Ed25519Key.from_seed(secret("device"))
SALT = secret("salt")
TOTAL_FEN = 10_000
SIDECAR = b"sealed bytes of a bill"
DOCUMENT = SealedDocument(
    root=secret("root"),
    key=secret("key"),
    sidecar=SidecarName(sidecar_hash=digest(Domain.SIDECAR, SIDECAR), sidecar_bytes=len(SIDECAR)),
)


@dataclass
class Story:
    """The node and the ids that came up."""

    node: SoloNode
    range_key: bytes = b""
    claim: bytes = b""

    async def tell(
        self, author: str | bytes, operation: Operation, role: OperatorRole = OperatorRole.OFFICE
    ) -> bytes:
        """Commit one operation; give the key of its object."""
        key = DEVICE if isinstance(author, bytes) else None
        read = signed(author, [operation], role=role, key=key)
        tx_id = await self.node.submit(read.encoded, [SIDECAR])
        outcome = self.node.outcome(tx_id)
        raise_if_refused(outcome)
        return outcome.receipts[0].object_key

    async def allot(self) -> None:
        allotted = b.AllotNumbers(
            client_ref="range", holder=HOSPITAL, code=CODE, first=1, count=1_000
        )
        self.range_key = await self.tell(FINANCE, allotted)

    async def issue(self, number: int = 1) -> BillRef:
        bill = BillRef(code=CODE, number=f"{number:010d}")
        await self.tell(HOSPITAL, issue_of(bill, self.range_key[10:]))
        return bill

    async def pay(self) -> None:
        paid = b.RecordPayment(client_ref="paid", bill=BILL, amount_fen=TOTAL_FEN)
        await self.tell(HOSPITAL, paid)
        await self.tell(FINANCE, b.Countersign(client_ref="seen", bill=BILL))

    async def enrol(self) -> None:
        enrolled = cl.EnrolPatient(
            client_ref="patient",
            account=ACCOUNT,
            registrar=MEDICARE,
            device_key=DEVICE.public_key,
            sealing_key=encryption_public_key(secret("sealing")),
            record=DOCUMENT,
        )
        confirmed = cl.ConfirmPatient(client_ref="known", account=ACCOUNT, token=secret("token"))
        await self.tell(HOSPITAL, enrolled, OperatorRole.CLERK)
        await self.tell(MEDICARE, confirmed, OperatorRole.REVIEWER)

    async def grant(self) -> None:
        granted = cl.GrantAccess(
            client_ref="grant",
            bill=BILL,
            salt=SALT,
            reader=INSURER,
            parts=3,  # type: ignore[arg-type]
            purpose=1,  # type: ignore[arg-type]
            until_ms=CREATED_MS + 86_400_000,
        )
        await self.tell(ACCOUNT, granted)

    async def claim_it(self, payer: str = MEDICARE) -> None:
        item = cl.ClaimItem(bill=BILL, salt=SALT, amount_fen=TOTAL_FEN)
        filed = cl.FileClaim(client_ref="claim", date=DAY, payer=payer, items=(item,))
        self.claim = await self.tell(ACCOUNT, filed)


def issue_of(bill: BillRef, range_id: bytes) -> b.IssueBill:
    """Issue a bill of the patient with nothing public known yet."""
    return b.IssueBill(
        client_ref=f"bill/{bill.number}",
        bill=bill,
        range_id=range_id,
        issue_date=DAY,
        total_fen=TOTAL_FEN,
        public_fen=0,
        public=3,  # type: ignore[arg-type]
        owner=owner_commitment(BillKey(bill.code, bill.number), ACCOUNT, SALT),
        sealed=SealedParts(
            face_root=secret("face"),
            lines_root=secret("lines"),
            face_key=secret("face key"),
            lines_key=secret("lines key"),
            sidecar=DOCUMENT.sidecar,
        ),
    )


async def told(institution: str = HOSPITAL) -> Story:
    """The whole story, up to an open claim with medicare."""
    story = Story(SoloNode(institution=institution))
    await story.allot()
    await story.issue()
    await story.enrol()
    await story.pay()
    await story.grant()
    await story.claim_it()
    return story
