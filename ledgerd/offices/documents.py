"""Sealed documents: the record of an enrolment, a calculation, reasoning.

Rules: a document is one sidecar; the operation holds its hash, its root and the commitment to its
key, so that a reader can check what it opens.

Source: domain.md sections 2 and 3.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ledgerd.ledger.fields import SealedDocument, SidecarName
from ledgerd.primitives.sealing import seal_document
from ledgerd.primitives.wrapping import Entropy, Reader


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A sealed document: what the operation says of it, and the bytes beside it."""

    document: SealedDocument
    sidecar: bytes = field(repr=False)


def enclose(content: bytes, readers: Sequence[Reader], entropy: Entropy) -> Enclosure:
    """Seal a document for its readers."""
    payload = seal_document(content, readers, entropy)
    (commitment,) = payload.commitments
    name = SidecarName(sidecar_hash=payload.sidecar_hash, sidecar_bytes=len(payload.sidecar))
    document = SealedDocument(root=commitment.root, key=commitment.key_commitment, sidecar=name)
    return Enclosure(document, payload.sidecar)
