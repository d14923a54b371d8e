"""Who are you, and is this a link? The three rounds after TLS.

::

    both -> both   Greeting(chain id, sender id, nonce)
    both -> both   Hello(signature by the consensus key over chain id, both ids, both
                   certificates, both nonces)
    both -> both   HelloAck(incarnation, serial)       the link is up after the other side's

Rules: a side acknowledges only after the other's hello verified, so a link is up only when both
did. Of the two sides the one with the lower id *decides*: it numbers the links of the pair, and the
highest number of its latest incarnation is the link; so both keep the same one of two that were
dialled at once. Source: architecture.md section 5.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias, TypeVar

import nacl.bindings
import nacl.exceptions
from msgspec import Meta

from ledgerd.errors import DecodeError, HandshakeFailed
from ledgerd.network.frames import BODY_BYTES_MAX, FrameKind, encode_frame
from ledgerd.network.settings import NetworkIdentity, Peer
from ledgerd.network.wire import Wire
from ledgerd.primitives.canonical import (
    U63,
    Bytes16,
    Hash32,
    Record,
    Signature64,
    decode,
    encode,
)
from ledgerd.primitives.hashing import Domain, digest

NONCE_BYTES: Final = 32

PeerId = Annotated[str, Meta(min_length=1, max_length=64)]


class Greeting(Record, frozen=True, kw_only=True, tag=1):
    """Opens the exchange. Unsigned: what it says is under the signature of the hello."""

    chain_id: Hash32
    sender_id: PeerId
    nonce: Hash32


class Hello(Record, frozen=True, kw_only=True, tag=2):
    """Proves that the sender holds the consensus key, now and on this connection."""

    signature: Signature64


class HelloAck(Record, frozen=True, kw_only=True, tag=3):
    """Says that the receiver's hello verified.

    Attributes:
        incarnation: of the deciding side's transport, new with each start; zero from the other.
        serial: of this link among the pair's, by the deciding side; zero from the other.
    """

    incarnation: Bytes16
    serial: U63


class _HelloPayload(Record, frozen=True, kw_only=True, tag=4):
    """What a hello signs, seen by its signer."""

    chain_id: Hash32
    signer_id: PeerId
    other_id: PeerId
    signer_certificate: Hash32
    other_certificate: Hash32
    signer_nonce: Hash32
    other_nonce: Hash32


@dataclass(frozen=True, slots=True)
class Ticket:
    """The place of one link among those of its pair of nodes."""

    incarnation: bytes
    serial: int


NO_TICKET: Final = Ticket(bytes(16), 0)

Approve: TypeAlias = Callable[[], Ticket]
"""Agrees to a connection, on the deciding side with its ticket, on the other with ``NO_TICKET``;
raises HandshakeFailed when another connection of the pair was preferred meanwhile."""


@dataclass(frozen=True, slots=True)
class _Side:
    """One side's part of the signed payload."""

    institution_id: str
    certificate: bytes
    nonce: bytes


def decides(self_id: str, peer_id: str) -> bool:
    """Whether this side numbers the links of the pair; exactly one of the two does."""
    assert self_id != peer_id
    return self_id < peer_id


async def shake_hands(
    wire: Wire, identity: NetworkIdentity, peer: Peer, approve: Approve
) -> Ticket:
    """Run the three rounds on a secured connection; on return the link is up.

    ``approve`` is called once, after the peer's hello verified and before it is acknowledged.

    Raises:
        HandshakeFailed: wrong chain, id, key or signature, or a message out of turn.
        LinkError: the connection ended or carried no frames.
    """
    nonce = secrets.token_bytes(NONCE_BYTES)
    greeting = Greeting(chain_id=identity.chain_id, sender_id=identity.institution_id, nonce=nonce)
    await _send(wire, FrameKind.GREETING, greeting)
    theirs = await _receive(wire, FrameKind.GREETING, Greeting)
    _verify_greeting(theirs, greeting, peer)
    us = _Side(identity.institution_id, identity.certificate, nonce)
    them = _Side(peer.institution_id, peer.certificate, theirs.nonce)

    payload = _hello_payload(identity.chain_id, us, them)
    await _send(wire, FrameKind.HELLO, Hello(signature=identity.signer.sign(payload)))
    hello = await _receive(wire, FrameKind.HELLO, Hello)
    _verify_hello(hello, _hello_payload(identity.chain_id, them, us), peer.consensus_key)

    ours = approve()
    await _send(
        wire, FrameKind.HELLO_ACK, HelloAck(incarnation=ours.incarnation, serial=ours.serial)
    )
    ack = await _receive(wire, FrameKind.HELLO_ACK, HelloAck)
    if decides(identity.institution_id, peer.institution_id):
        return ours
    return Ticket(ack.incarnation, ack.serial)


_T = TypeVar("_T", Greeting, Hello, HelloAck)


async def _send(wire: Wire, kind: FrameKind, message: Greeting | Hello | HelloAck) -> None:
    await wire.send(encode_frame(kind, encode(message)))


async def _receive(wire: Wire, kind: FrameKind, type_: type[_T]) -> _T:
    frame = await wire.receive_one()
    if frame.kind is not kind:
        raise HandshakeFailed(f"expected {kind.name}, found {frame.kind.name}")
    try:
        return decode(frame.body, type_, bytes_max=BODY_BYTES_MAX[kind])
    except DecodeError as error:
        raise HandshakeFailed(f"{kind.name}: {error}") from error


def _verify_greeting(theirs: Greeting, ours: Greeting, peer: Peer) -> None:
    if theirs.chain_id != ours.chain_id:
        raise HandshakeFailed("the peer is of another chain")
    if theirs.sender_id != peer.institution_id:
        raise HandshakeFailed("the peer names another institution than its certificate")
    if theirs.nonce == ours.nonce:
        raise HandshakeFailed("the peer repeats our nonce")


def _verify_hello(hello: Hello, payload: bytes, consensus_key: bytes) -> None:
    try:
        nacl.bindings.crypto_sign_open(hello.signature + payload, consensus_key)
    except (nacl.exceptions.BadSignatureError, ValueError) as error:
        raise HandshakeFailed("the hello is not signed by the peer's consensus key") from error


def _hello_payload(chain_id: bytes, signer: _Side, other: _Side) -> bytes:
    """Return the bytes that ``signer`` signs; the domain keeps them apart from votes."""
    return Domain.HELLO + encode(
        _HelloPayload(
            chain_id=chain_id,
            signer_id=signer.institution_id,
            other_id=other.institution_id,
            signer_certificate=digest(Domain.CERTIFICATE, signer.certificate),
            other_certificate=digest(Domain.CERTIFICATE, other.certificate),
            signer_nonce=signer.nonce,
            other_nonce=other.nonce,
        )
    )
