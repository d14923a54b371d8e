"""One node's executor and stores, fed with blocks of bills that nobody had to sign or to agree on.

What is real: the rules, the tree, receipts, events, lists, the store with its synced writes, and
the pruning of old states, each as the node's applier does it. What is not: network, consensus, and
signatures (64 random bytes each, which nobody checks here). Sealed payloads are roots, key
commitments and hashes of random bytes, so nothing compresses better than it would; the sidecars
themselves lie in a store of their own and are left out. Making bills is not counted.

Bills come from several ranges of numbers in turn, as from so many hospitals: each is another place
in the tree.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

from consensus import Batch, Digest
from consensus.ids import ReplicaId, SequenceNumber, View
from ledgerd.chain.block import Header
from ledgerd.chain.bundle import Bundle, bundle_digest, sign_bundle
from ledgerd.chain.genesis import genesis_hash
from ledgerd.chain.transaction import (
    InstitutionAuthor,
    ReadTransaction,
    SignedTransaction,
    Transaction,
    transaction_id,
)
from ledgerd.cli.homes import Home
from ledgerd.keys.roles import OperatorRole
from ledgerd.ledger.authors import ref_of
from ledgerd.ledger.bill_operations import AllotNumbers, IssueBill
from ledgerd.ledger.days import day_of
from ledgerd.ledger.fields import BillRef, SealedParts, SidecarName
from ledgerd.ledger.operations import Operation, encode_operation
from ledgerd.node.executor import BlockContents
from ledgerd.primitives.canonical import encode

RANGE_COUNT = 16  # places in the tree where bills arrive
NUMBERS_PER_RANGE = 100_000_000
BILLS_PER_S = 110  # of block time: a province in its peak hour
TOTAL_FEN = 12_000
SIDECAR_BYTES = 2_300
SEAL_BYTES = 420  # of four signatures, about
HOUR_MS = 3_600_000
CODES = tuple(f"9906{number:02}26" for number in range(RANGE_COUNT))


@dataclass(frozen=True)
class Signed:
    """An author with its key: what a transaction names."""

    institution: str
    public_key: bytes


class BlockMaker:
    """Makes the contents of one block after the other."""

    def __init__(self, net: Path, bills_per_block: int) -> None:
        hospital, finance = Home(net / "hospital"), Home(net / "finance")
        self._chain_id = genesis_hash(hospital.genesis)
        self._hospital = _author(hospital)
        self._finance = _author(finance)
        self._consensus = hospital.keys.consensus
        self._ranges = [ref_of(finance.institution.encode(), code) for code in CODES]
        self._bills_per_block = bills_per_block
        self.genesis = hospital.genesis

    def bills_at(self, height: int) -> int:
        """Say how many bills stand in the chain up to a height: block 1 hands out the numbers."""
        return max(0, height - 1) * self._bills_per_block

    def after(self, header: Header) -> BlockContents:
        """Make the block that follows."""
        time_ms = self._time_after(header)
        if header.height == 0:
            operations: list[Operation] = [self._allotment(code) for code in CODES]
            author = self._finance
        else:
            first = self.bills_at(header.height)
            date = day_of(time_ms)
            operations = [self._bill(first + n, date) for n in range(self._bills_per_block)]
            author = self._hospital
        reads = tuple(self._transaction(o, author, time_ms + HOUR_MS) for o in operations)
        return self._contents(header, time_ms, reads)

    def _time_after(self, header: Header) -> int:
        if header.height == 0:
            return time.time_ns() // 1_000_000
        return header.timestamp_ms + self._bills_per_block * 1_000 // BILLS_PER_S

    def _contents(
        self, header: Header, time_ms: int, reads: tuple[ReadTransaction, ...]
    ) -> BlockContents:
        bundle = Bundle(
            chain_id=self._chain_id,
            epoch=0,
            validator=0,
            sequence=header.height + 1,
            transactions=tuple(read.encoded for read in reads),
        )
        encoded = sign_bundle(bundle, self._consensus)
        batch = Batch(
            epoch=0,
            sequence=SequenceNumber(header.height + 1),
            parent_digest=Digest(header.batch_digest),
            proposed_in_view=View(0),
            proposer=ReplicaId(0),
            timestamp_ms=time_ms,
            bundle_digests=(Digest(bundle_digest(encoded)),),
        )
        return BlockContents(batch, (encoded,), reads)

    def _transaction(self, operation: Operation, author: Signed, until_ms: int) -> ReadTransaction:
        transaction = Transaction(
            chain_id=self._chain_id,
            author=InstitutionAuthor(institution_id=author.institution),
            public_key=author.public_key,
            valid_until_ms=until_ms,
            operations=(encode_operation(operation),),
        )
        body, signature = encode(transaction), os.urandom(64)
        signed = encode(SignedTransaction(body=body, authorisation=signature))
        return ReadTransaction(transaction_id(body), transaction, signature, signed)

    def _allotment(self, code: str) -> AllotNumbers:
        return AllotNumbers(
            client_ref=code,
            holder=self._hospital.institution,
            code=code,
            first=0,
            count=NUMBERS_PER_RANGE,
        )

    def _bill(self, index: int, date: int) -> IssueBill:
        number, place = divmod(index, RANGE_COUNT)
        noise = os.urandom(160)
        name = SidecarName(sidecar_hash=noise[128:], sidecar_bytes=SIDECAR_BYTES)
        return IssueBill(
            client_ref=f"growth/{index}",
            bill=BillRef(code=CODES[place], number=f"{number:010}"),
            range_id=self._ranges[place],
            issue_date=date,
            total_fen=TOTAL_FEN,
            public_fen=0,
            public=2,
            owner=None,
            sealed=SealedParts(
                face_root=noise[:32],
                lines_root=noise[32:64],
                face_key=noise[64:96],
                lines_key=noise[96:128],
                sidecar=name,
            ),
        )


def _author(home: Home) -> Signed:
    return Signed(home.institution, home.keys.signer(OperatorRole.OFFICE).public_key)
