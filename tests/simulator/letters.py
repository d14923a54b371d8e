"""What simulated hosts send each other beside consensus messages, and the envelope around those.

Each letter has a ``kind``; the host's method ``on_<kind>`` takes it.
"""

from dataclasses import dataclass
from typing import ClassVar

from consensus import Batch, Digest, Message, StableCertificate
from tests.simulator.disk import Bundle


@dataclass(frozen=True, slots=True)
class Envelope:
    """A consensus message as it arrives, with what its receiver's worker threads would find out.

    Signatures are checked once when it is sent instead of once by each receiver: the verdict
    depends on the message and the membership alone.

    Attributes:
        sender: who must be at the other end of the link; None for messages that prove themselves.
        is_sound: every envelope signature verifies.
    """

    message: Message
    sender: int | None
    is_sound: bool

    def is_sound_from(self, peer: int) -> bool:
        return self.is_sound and (self.sender is None or self.sender == peer)


@dataclass(frozen=True, slots=True)
class FetchBundle:
    kind: ClassVar[str] = "fetch_bundle"
    digest: Digest


@dataclass(frozen=True, slots=True)
class FetchBlocks:
    kind: ClassVar[str] = "fetch_blocks"
    first: int


@dataclass(frozen=True, slots=True)
class SealedRun:
    """Blocks that follow each other, and the seal of the last one: it proves them all.

    Not every block has a seal of its own: votes for it may be lost while later ones are not.
    """

    batches: tuple[Batch, ...]
    seal: StableCertificate
    bundles: tuple[Bundle, ...]


@dataclass(frozen=True, slots=True)
class Blocks:
    kind: ClassVar[str] = "blocks"
    runs: tuple[SealedRun, ...]
