"""Evidence on its own: two signatures of one validator that exclude each other, for anybody.

Rules of this file: one canonical value; checked with the genesis file alone, no node and no clock.
The two statements stand in the order of their digests, so whoever saw the same two messages writes
the same bytes. It says who signed what twice and not why: a dishonest member, a stolen key and a
key that was started twice look the same. It never runs out: what was signed stays signed.

Source: docs/formats.md; consensus.md section 10, rule 4; the layouts are ``consensus.signing``.
"""

from dataclasses import dataclass
from typing import Annotated, Final, Literal

from msgspec import Meta

from consensus import Digest, InvalidCertificate, ReplicaId, SequenceNumber, View
from consensus.evidence import Evidence, Place, Statement, verify_evidence
from consensus.messages import VoteKind
from ledgerd.chain.genesis import Genesis, genesis_hash
from ledgerd.chain.light import EPOCH_CHANGE_COUNT_MAX
from ledgerd.chain.trust import EpochChange, first_epoch, verify_epoch_change
from ledgerd.errors import VerificationFailed
from ledgerd.primitives.canonical import (
    Canonical,
    Hash32,
    Record,
    Signature64,
    decode,
    encode,
)
from ledgerd.primitives.signatures import Ed25519Verifier

EVIDENCE_BYTES_MAX: Final = 16_777_216  # nearly all of it epoch changes; without one, 300 bytes
NUMBER_MAX: Final = 2**62  # of views and sequences, as in the codec of consensus

Number = Annotated[int, Meta(ge=0, le=NUMBER_MAX)]
KIND_WORDS: Final = {
    VoteKind.PREPARE: "prepare",
    VoteKind.COMMIT: "commit",
    VoteKind.VIEW_CHANGE: "view-change",
    VoteKind.NEW_VIEW: "new-view",
    VoteKind.CHECKPOINT: "checkpoint",
}


class SignedDigest(Canonical, frozen=True, kw_only=True):
    """One of the two: what was signed, and the signature."""

    digest: Hash32
    signature: Signature64


class EvidenceFile(Record, tag=14, frozen=True, kw_only=True):
    """Two signed statements at one place.

    Attributes:
        chain_id: the genesis hash, part of what was signed.
        epoch_changes: from epoch 0 to ``epoch``; empty while there was none.
        replica: index in the membership of ``epoch``.
        kind: 1 prepare (a proposal is one), 2 commit, 3 view change, 4 new view, 5 checkpoint.
        view: of the vote, or the new one; 0 for a checkpoint.
        sequence: of the batch or block; 0 for a view change and a new view.
        first: of the lower digest.
        second: of the higher digest.
    """

    chain_id: Hash32
    epoch_changes: Annotated[tuple[EpochChange, ...], Meta(max_length=EPOCH_CHANGE_COUNT_MAX)] = ()
    replica: Annotated[int, Meta(ge=0, le=127)]
    kind: Literal[1, 2, 3, 4, 5]
    epoch: Annotated[int, Meta(ge=0, le=2**32 - 1)]
    view: Number
    sequence: Number
    first: SignedDigest
    second: SignedDigest


@dataclass(frozen=True, slots=True)
class ProvedEvidence:
    """What an evidence file proves: this institution's consensus key signed both.

    Attributes:
        digests: of the two statements, ascending.
    """

    institution: str
    public_key: bytes
    kind: VoteKind
    epoch: int
    view: int
    sequence: int
    digests: tuple[bytes, bytes]

    @property
    def name(self) -> str:
        """Name it by its place."""
        place = Place(
            ReplicaId(0), self.kind, self.epoch, View(self.view), SequenceNumber(self.sequence)
        )
        return evidence_name(self.institution, place)


def evidence_name(institution: str, place: Place) -> str:
    """Name the place at which an institution signed twice: one proof for each is enough.

    Fit for a file name and for a command line.
    """
    where = f"{place.epoch}-{place.view}-{place.sequence}"
    return f"{institution}-{KIND_WORDS[place.kind]}-{where}"


def encode_evidence(
    evidence: Evidence, chain_id: bytes, epoch_changes: tuple[EpochChange, ...] = ()
) -> bytes:
    """Write evidence as a file of its own."""
    place = evidence.place
    lower, higher = sorted((evidence.first, evidence.second), key=lambda one: one.digest)
    file = EvidenceFile(
        chain_id=chain_id,
        epoch_changes=epoch_changes,
        replica=place.replica,
        kind=place.kind.value,
        epoch=place.epoch,
        view=place.view,
        sequence=place.sequence,
        first=SignedDigest(digest=lower.digest, signature=lower.signature),
        second=SignedDigest(digest=higher.digest, signature=higher.signature),
    )
    return encode(file)


def verify_evidence_file(data: bytes, genesis: Genesis) -> ProvedEvidence:
    """Check an evidence file from the genesis alone.

    Raises:
        DecodeError: not an evidence file.
        VerificationFailed: it proves nothing against a validator of this chain.
    """
    file = decode(data, EvidenceFile, bytes_max=EVIDENCE_BYTES_MAX)
    if file.chain_id != genesis_hash(genesis):
        raise VerificationFailed("evidence: it belongs to another chain")
    if not file.first.digest < file.second.digest:
        raise VerificationFailed("evidence: the two must differ, the lower digest first")
    epoch = first_epoch(genesis)
    for change in file.epoch_changes:
        epoch = verify_epoch_change(change, epoch)
    try:
        verify_evidence(_evidence_in(file), epoch.membership, Ed25519Verifier())
    except InvalidCertificate as error:
        raise VerificationFailed(f"evidence: {error}") from error
    member = epoch.record.members[file.replica]
    return ProvedEvidence(
        institution=member.institution_id,
        public_key=member.consensus_key,
        kind=VoteKind(file.kind),
        epoch=file.epoch,
        view=file.view,
        sequence=file.sequence,
        digests=(file.first.digest, file.second.digest),
    )


def _evidence_in(file: EvidenceFile) -> Evidence:
    place = Place(
        ReplicaId(file.replica),
        VoteKind(file.kind),
        file.epoch,
        View(file.view),
        SequenceNumber(file.sequence),
    )
    first, second = (
        Statement(place, Digest(one.digest), one.signature) for one in (file.first, file.second)
    )
    return Evidence(first, second)
