"""Signed bills made before the clock starts: sealed for four readers as an office does it.

Bills stand in transactions of one or many `IssueBill` each, signed with the hospital's office key;
face and detail list have the size of an outpatient's bill (about 400 bytes and 1.3 KB).
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from ledgerd.chain.genesis import genesis_hash
from ledgerd.chain.transaction import InstitutionAuthor, Transaction, sign_transaction
from ledgerd.cli.homes import Home
from ledgerd.keys.roles import OperatorRole
from ledgerd.keys.signers import OperatorSigner
from ledgerd.ledger.authors import ref_of
from ledgerd.ledger.bill_operations import AllotNumbers, IssueBill
from ledgerd.ledger.days import day_of
from ledgerd.ledger.fields import BillRef, BillType, SealedParts, SidecarName
from ledgerd.ledger.operations import Operation, encode_operation
from ledgerd.offices.faces import Stamp, face_leaves, line_leaves
from ledgerd.primitives.sealing import seal_payload
from ledgerd.primitives.wrapping import InstitutionReader, wrap_key_for_reader
from ledgerd.rpc import requests as r

FACE, LINES = 0, 1
LINE_COUNT = 12
HOUR_MS = 3_600_000


@dataclass(frozen=True)
class SignedBills:
    """One transaction for `tx_submit`, and the bills that it issues."""

    bills: tuple[str, ...]
    transaction: str = field(repr=False)
    sidecars: tuple[str, ...] = field(default=(), repr=False)

    @property
    def bill(self) -> str:
        """The bill, where there is one."""
        (bill,) = self.bills
        return bill


def signed(home: Home, operations: tuple[Operation, ...], until_ms: int) -> str:
    """Sign operations with the office key of a home; give the transaction in hex."""
    signer = home.keys.signer(OperatorRole.OFFICE)
    return signed_by(signer, home, operations, until_ms)


def signed_by(
    signer: OperatorSigner, home: Home, operations: tuple[Operation, ...], until_ms: int
) -> str:
    """Sign operations of a home's institution with one of its keys; give the transaction in hex."""
    transaction = Transaction(
        chain_id=genesis_hash(home.genesis),
        author=InstitutionAuthor(institution_id=home.institution),
        public_key=signer.public_key,
        valid_until_ms=until_ms,
        operations=tuple(encode_operation(operation) for operation in operations),
    )
    return sign_transaction(transaction, signer).encoded.hex()


def allotment(finance: Home, hospital: Home, code: str, until_ms: int) -> tuple[str, bytes]:
    """Give the signed allotment of numbers to a hospital, and the id of their range."""
    ref = "bench/numbers"
    operation = AllotNumbers(
        client_ref=ref, holder=hospital.institution, code=code, first=0, count=100_000_000
    )
    return signed(finance, (operation,), until_ms), ref_of(finance.institution.encode(), ref)


@dataclass(frozen=True)
class BillOrder:
    """Bills that are yet to be made, by whichever process hands them in.

    Attributes:
        first: number of the first.
        now_ms: issue date, and what the validity of the transactions counts from.
    """

    home: Path
    range_id: bytes
    code: str
    now_ms: int
    first: int
    count: int
    per_signature: int = 1

    def shares(self, parts: int) -> "Iterator[BillOrder]":
        """Cut into so many orders of neighbouring numbers, whole transactions each."""
        size = -(-self.count // (parts * self.per_signature)) * self.per_signature
        for start in range(0, parts * size, size):
            count = max(0, min(size, self.count - start))
            yield replace(self, first=self.first + start, count=count)

    def make(self) -> "list[SignedBills]":
        """Seal and sign them."""
        maker = BillMaker(Home(self.home), self.range_id, self.code, self.now_ms)
        return list(maker.make(self.count, self.first, self.per_signature))


class BillMaker:
    """Makes bills of one hospital for readers of its network."""

    def __init__(self, home: Home, range_id: bytes, code: str, now_ms: int) -> None:
        self._home = home
        self._range_id = range_id
        self._code = code
        self._now_ms = now_ms
        self._signer = home.keys.signer(OperatorRole.OFFICE)
        self._readers = self._institution_readers()
        self._next = 1

    def order(self, count: int, per_signature: int = 1) -> BillOrder:
        """Reserve the next numbers for bills that other processes make."""
        first, self._next = self._next, self._next + count
        return BillOrder(
            self._home.path, self._range_id, self._code, self._now_ms, first, count, per_signature
        )

    def make(
        self, count: int, first: int | None = None, per_signature: int = 1
    ) -> Iterator[SignedBills]:
        """Make bills with the numbers from ``first``, or the next, so many in a transaction."""
        begin = self._next if first is None else first
        self._next = begin + count
        for start in range(begin, begin + count, per_signature):
            stop = min(start + per_signature, begin + count)
            yield self._sign([self.bill(f"{number:010}") for number in range(start, stop)])

    def _sign(self, made: list[tuple[IssueBill, bytes]]) -> SignedBills:
        operations = tuple(operation for operation, _ in made)
        until_ms = self._now_ms + HOUR_MS
        return SignedBills(
            bills=tuple(f"{o.bill.code}-{o.bill.number}" for o in operations),
            transaction=signed_by(self._signer, self._home, operations, until_ms),
            sidecars=tuple(sidecar.hex() for _, sidecar in made),
        )

    def _institution_readers(self) -> tuple[InstitutionReader, ...]:
        """Issuer, medicare and insurer read both parts, finance the face."""
        own = self._home.keys.own.encryption_keys()[-1]
        readers = []
        for institution in self._home.genesis.institutions:
            key = institution.encryption_keys[-1]
            wrap_key = wrap_key_for_reader(own.secret, key.public_key)
            parts = (FACE,) if institution.kind == "finance" else (FACE, LINES)
            name = institution.institution_id
            readers.append(InstitutionReader(name, own.number, key.number, wrap_key, parts))
        return tuple(readers)

    def bill(self, number: str) -> tuple[IssueBill, bytes]:
        """Seal one bill; give its operation and its sidecar."""
        ref = BillRef(code=self._code, number=number)
        stamp = Stamp(ref, self._home.institution, BillType.BLUE, secrets.token_bytes(32), "000000")
        parts = (face_leaves(CONTENT, stamp), line_leaves(CONTENT))
        sealed = seal_payload(parts, self._readers, secrets.token_bytes)
        face, lines = sealed.commitments
        operation = IssueBill(
            client_ref=f"bench/{ref.number}",
            bill=ref,
            range_id=self._range_id,
            issue_date=day_of(self._now_ms),
            total_fen=CONTENT.money.total_fen,
            public_fen=0,
            public=2,
            owner=None,
            sealed=SealedParts(
                face_root=face.root,
                lines_root=lines.root,
                face_key=face.key_commitment,
                lines_key=lines.key_commitment,
                sidecar=SidecarName(
                    sidecar_hash=sealed.sidecar_hash, sidecar_bytes=len(sealed.sidecar)
                ),
            ),
        )
        return operation, sealed.sidecar


CONTENT = r.BillContent(
    person=r.Person(name="Sample Person", identity_number="990000199001010000"),
    money=r.BillMoney(total_fen=12_000, cash_fen=12_000),
    visit=r.Visit(kind="outpatient", time="2026-01-01T08:00:00", department="sample department"),
    items=(r.CategorySum(category=9, amount_fen=12_000),),
    details=tuple(
        r.DetailLine(
            category=9,
            code=f"X{number:022}",
            name=f"sample medicine number {number}, 20 tablets of 5 mg",
            quantity=10_000,
            unit_price=100_000,
            amount_fen=1_000,
        )
        for number in range(LINE_COUNT)
    ),
)
