"""Requests as integrators make them, and the short ways through a bill's life."""

import hashlib
from dataclasses import dataclass

import msgspec

from ledgerd.chain.transaction import AccountAuthor, Transaction, sign_transaction
from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.authors import ref_of as author_ref
from ledgerd.ledger.bill_operations import IssueBill
from ledgerd.ledger.days import day_of
from ledgerd.ledger.fields import BillRef, BillType, PublicPosition
from ledgerd.offices.acting import Desk, Draft
from ledgerd.offices.faces import face_leaves, line_leaves
from ledgerd.offices.readers import ReadingRoom
from ledgerd.offices.sealing_bills import BillSealer, Circle
from ledgerd.primitives.canonical import decode
from ledgerd.primitives.signatures import Ed25519Signer, Signer
from ledgerd.primitives.wrapping import encryption_public_key
from ledgerd.rpc import requests as r
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.queries import BillGet
from tests.unit.ledgerd.offices.town import Home, Town

CODE = "33010126"
NAME = "Sample Patient Zero"


@dataclass
class Device:
    """A patient's device."""

    name: str
    account: str = ""

    @property
    def signer(self) -> Ed25519Signer:
        return Ed25519Signer(hashlib.sha256(b"sign" + self.name.encode()).digest())

    @property
    def sealing_secret(self) -> bytes:
        return hashlib.sha256(b"seal" + self.name.encode()).digest()


def content(total_fen: int = 100_00, public_fen: int = 0, hospital_fen: int = 0) -> r.BillContent:
    funds = (r.FundShare(fund="basic", amount_fen=public_fen),) if public_fen else ()
    return r.BillContent(
        person=r.Person(name=NAME, identity_number="11010519491231002X"),
        money=r.BillMoney(
            total_fen=total_fen,
            funds=funds,
            hospital_fen=hospital_fen,
            cash_fen=total_fen - public_fen - hospital_fen,
        ),
        visit=r.Visit(kind="outpatient", time="2019-04-05 10:00", diagnosis="sample diagnosis"),
        items=(r.CategorySum(category=3, amount_fen=total_fen),),
        details=(
            r.DetailLine(
                category=3,
                name="sample examination",
                quantity=10_000,
                unit_price=total_fen * 100,
                amount_fen=total_fen,
            ),
        ),
    )


def issue(ref: str = "bill 1", **changes: object) -> r.BillIssue:
    values: dict[str, object] = {"client_ref": ref, "content": content(), "paid_fen": 100_00}
    return r.BillIssue(**{**values, **changes})


async def allot(town: Town, holder: str, first: int = 1, count: int = 1_000) -> None:
    request = r.NumbersAllot(
        client_ref=f"range {first}", holder=holder, code=CODE, first=first, count=count
    )
    assert (await town.finance.offices.finance.allot(request)).state == "committed"


async def sign(home: Home, composed: Outcome, signer: Signer) -> bytes:
    """Sign what was composed and submit it; gives the transaction id."""
    body = decode(bytes.fromhex(composed.transaction), Transaction, bytes_max=262_144)
    signed = sign_transaction(body, signer)
    sidecars = [bytes.fromhex(sidecar) for sidecar in composed.sidecars]
    return await home.node.submit(signed.encoded, sidecars)


async def by_role(home: Home, author: str, role: OperatorRole, act, request: r.Act) -> Outcome:
    """Let an act be composed for a person's key, sign it, and ask for its result."""
    signer = home.keys.keys_of(author).signer(role)
    asked = msgspec.structs.replace(request, author=author, signer=signer.public_key.hex())
    composed = await act(asked)
    assert composed.state == "unsigned", composed
    await sign(home, composed, signer)
    return await act(asked)


async def by_device(home: Home, device: Device, act, request: r.Act) -> Outcome:
    asked = msgspec.structs.replace(
        request, account=device.account, signer=device.signer.public_key.hex()
    )
    composed = await act(asked)
    body = decode(bytes.fromhex(composed.transaction), Transaction, bytes_max=262_144)
    assert body.author == AccountAuthor(bytes.fromhex(device.account))
    await sign(home, composed, device.signer)
    return await act(asked)


async def enrol(town: Town, device: Device) -> str:
    """Enrol and confirm a patient; gives the account."""
    home = town.hospital
    request = r.PatientEnrol(
        client_ref=f"enrol {device.name}",
        patient_key=device.signer.public_key.hex(),
        patient_seal_key=encryption_public_key(device.sealing_secret).hex(),
        person=r.Person(name=NAME, identity_number=device.name),
    )
    own = home.keys.institution_id
    enrolled = await by_role(home, own, OperatorRole.CLERK, home.offices.hospital.enrol, request)
    device.account = enrolled.object
    confirm = r.PatientConfirm(
        client_ref=f"confirm {device.name}",
        account=device.account,
        identity_number=device.name,
    )
    bureau = town.medicare
    await by_role(
        bureau,
        bureau.keys.institution_id,
        OperatorRole.REVIEWER,
        bureau.offices.medicare.confirm,
        confirm,
    )
    return device.account


def ref_of(outcome: Outcome) -> r.BillRef:
    code, _, number = outcome.object.partition("-")
    return r.BillRef(code=code, number=number)


def chain_ref(named: r.BillRef) -> BillRef:
    return BillRef(code=named.code, number=named.number)


async def salt_of(home: Home, named: r.BillRef) -> str:
    opened = await home.offices.any.open_bill(BillGet(code=named.code, number=named.number))
    return opened.owner_salt


async def settled_bill(town: Town, device: Device, ref: str = "bill 1", public_fen: int = 0):
    """Settle and issue a bill of 100.00; finance countersigns it."""
    settle = r.Settle(
        client_ref=f"settle {ref}",
        hospital=town.hospital.keys.institution_id,
        total_fen=100_00,
        funds=(r.FundShare(fund="basic", amount_fen=public_fen),),
        person_key=device.name,
        calculation="sample calculation",
    )
    settled = await town.medicare.offices.medicare.settle(settle)
    request = issue(
        ref,
        content=content(100_00, public_fen),
        account=device.account,
        public="settled",
        settlement=settled.object,
        paid_fen=100_00 - public_fen,
    )
    outcome = await town.hospital.offices.hospital.issue(request)
    await town.chores()
    return ref_of(outcome)


async def granted(town: Town, device: Device, bill: r.BillRef, reader: str) -> Outcome:
    request = r.GrantGive(
        client_ref=f"grant {bill.number} {reader}",
        account=device.account,
        bill=bill,
        reader=reader,
        until_ms=town.ledger.clock.now_ms + 86_400_000,
        owner_salt=await salt_of(town.hospital, bill),
    )
    outcome = await by_device(town.insurer, device, town.insurer.offices.any.grant, request)
    await town.chores()
    return outcome


async def claimed(town: Town, device: Device, bill: r.BillRef, payer: str, fen: int) -> str:
    salt = await salt_of(town.hospital, bill)
    request = r.ClaimFile(
        client_ref=f"claim {bill.number} {payer}",
        account=device.account,
        payer=payer,
        items=(r.ClaimItem(bill=bill, amount_fen=fen, owner_salt=salt),),
    )
    outcome = await by_device(town.insurer, device, town.insurer.offices.any.file_claim, request)
    return outcome.object


async def lying_bill(town: Town) -> BillRef:
    """Issue a bill of 100.00 whose face says 99.00, as a broken issuer would."""
    house = town.hospital.house
    ref = BillRef(code=CODE, number="0000000900")
    circle = Circle(house.own, None, None)
    sealed = BillSealer(house, ReadingRoom(house)).seal(
        ref,
        circle,
        BillType.BLUE,
        lambda stamp: (face_leaves(content(99_00), stamp), line_leaves(content(99_00))),
    )
    operation = IssueBill(
        client_ref="lie",
        bill=ref,
        range_id=range_of_town("range 1", town),
        issue_date=day_of(town.ledger.clock.now_ms),
        total_fen=100_00,
        public_fen=0,
        public=PublicPosition.NONE,
        owner=None,
        sealed=sealed.parts,
    )

    async def compose(_: bytes) -> Draft:
        return Draft((operation,), (sealed.sidecar,))

    await Desk(house).act(issue("lie"), compose)
    return ref


def range_of_town(client_ref: str, town: Town) -> bytes:
    return author_ref(town.finance.keys.institution_id.encode(), client_ref)
