"""Lies below the meaning: other bytes, numbers off by one, what was said elsewhere or long ago.

Rules of this file: bytes that are no canonical message must be refused by the codec; whatever it
lets through must encode to the very same bytes, or the run ends.
"""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from consensus import DecodeError, Digest, Membership, SequenceNumber, View
from consensus.codec import MESSAGE_BYTES_MAX, decode_message, encode_message
from consensus.messages import (
    CertificateReply,
    Checkpoint,
    Claim,
    Commit,
    Prepare,
    PrePrepare,
    SealReply,
    ViewChange,
    VoteKind,
)
from tests.simulator.checkers import Violation
from tests.simulator.forging import (
    MARKER,
    Said,
    any_digest,
    foreign_certificate,
    foreign_seal,
    signed,
    signed_elsewhere,
)

if TYPE_CHECKING:
    from tests.simulator.adversaries import DishonestHost

Path = tuple[Any, ...]  # names of fields and places in tuples, from the outside in
OVERSIZE = bytes(MESSAGE_BYTES_MAX + 1)
DEEP = b"\x91" * 2_000  # an array in an array in an array
OTHER_CHAIN = Digest(b"\x77" * 32)


# --- one number off by one ------------------------------------------------------------------------


def mutating(host: "DishonestHost", said: Said) -> Said:
    """Change one number by one and sign it again."""
    return [(t, off_by_one(host, m) if host.rng.random() < 0.3 else m) for t, m in said]


def off_by_one(host: "DishonestHost", message: Any) -> Any:
    """Change any integer of the message, however deep, and sign where it is signed."""
    paths = list(integers_in(message))
    if not paths:
        return message
    path = host.rng.choice(paths)
    changed = with_changed(message, path, host.rng.choice((-1, 1)))
    return signed(host, changed)


def integers_in(value: Any, path: Path = ()) -> Iterator[Path]:
    """Find the way to each integer inside a value."""
    if is_dataclass(value):
        for each in fields(value):
            if each.init:
                yield from integers_in(getattr(value, each.name), (*path, each.name))
    elif isinstance(value, tuple):
        for place, item in enumerate(value):
            yield from integers_in(item, (*path, place))
    elif isinstance(value, int) and not isinstance(value, bool | VoteKind):
        yield path


def with_changed(value: Any, path: Path, by: int) -> Any:
    """Return the value with the integer at the end of the path changed, never below zero."""
    if not path:
        return max(0, value + by)
    first, rest = path[0], path[1:]
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{first: with_changed(getattr(value, first), rest, by)})
    items = list(value)
    items[first] = with_changed(items[first], rest, by)
    return type(value)(*items) if hasattr(value, "_fields") else tuple(items)


# --- other bytes ----------------------------------------------------------------------------------


def raw_bytes(host: "DishonestHost", said: Said) -> Said:
    """Send bytes that are nearly, or not at all, what a message encodes to."""
    return [pair for pair in said if host.rng.random() < 0.7 or _still_a_message(host, pair[1])]


def _still_a_message(host: "DishonestHost", message: Any) -> bool:
    raw = encode_message(message)
    spoilt = host.rng.choice(SPOILERS)(host, raw)
    try:
        understood = decode_message(spoilt)
    except DecodeError:
        host.world.counts["bytes refused"] += 1
        return False
    if encode_message(understood) != spoilt:
        raise Violation(f"codec: two encodings of {understood!r}")
    return bool(understood == message)  # what reads as another one is refused by its signature


def _flipped(host: "DishonestHost", raw: bytes) -> bytes:
    place = host.rng.randrange(len(raw))
    return raw[:place] + bytes([raw[place] ^ 1 << host.rng.randrange(8)]) + raw[place + 1 :]


def _longer(host: "DishonestHost", raw: bytes) -> bytes:
    return raw + host.rng.randbytes(host.rng.randint(1, 9))


def _cut(host: "DishonestHost", raw: bytes) -> bytes:
    return raw[: host.rng.randrange(len(raw))]


def _wide_integer(host: "DishonestHost", raw: bytes) -> bytes:
    """Write a small number in more bytes than it needs."""
    places = [place for place, byte in enumerate(raw) if byte < 0x80]
    if not places:
        return raw[:-1]
    place = host.rng.choice(places)
    head = host.rng.choice((b"\xcc", b"\xcd\x00", b"\xce\x00\x00\x00", b"\xd0"))
    return raw[:place] + head + raw[place:]


def _huge_length(host: "DishonestHost", raw: bytes) -> bytes:
    """Announce four thousand million items, or bytes, and bring few."""
    return host.rng.choice((b"\xdd", b"\xdf", b"\xc6", b"\xdb")) + b"\xff" * 4 + raw[1:]


def _oversize(_host: "DishonestHost", raw: bytes) -> bytes:
    return raw + OVERSIZE


def _deep(_host: "DishonestHost", raw: bytes) -> bytes:
    return DEEP + raw


SPOILERS = (_flipped, _flipped, _longer, _cut, _wide_integer, _huge_length, _oversize, _deep)


# --- elsewhere and long ago -----------------------------------------------------------------------


def elsewhere(host: "DishonestHost") -> Membership:
    """Return the membership of another chain, or of the next epoch: the same keys."""
    here = host.world.membership
    if host.rng.random() < 0.5:
        return replace(here, chain=OTHER_CHAIN)
    return replace(here, epoch=here.epoch + 1)


def other_chains(host: "DishonestHost", said: Said) -> Said:
    """Sign the own votes for another chain or epoch, or say that they are of another epoch."""
    return [(t, _of_elsewhere(host, m) if host.rng.random() < 0.3 else m) for t, m in said]


def _of_elsewhere(host: "DishonestHost", message: Any) -> Any:
    is_vote = isinstance(message, Prepare | Commit | Checkpoint)
    if is_vote and message.replica != host.replica_id:
        return message  # another lie has changed it already
    if is_vote and host.rng.random() < 0.5:
        return replace(message, epoch=message.epoch + 1)
    if is_vote or isinstance(message, PrePrepare):
        return signed_elsewhere(host, message, elsewhere(host))
    return message


def proofs_of_other_chains(host: "DishonestHost") -> Said:
    """Show what a quorum of the same keys has signed on another chain or in another epoch."""
    other, me = elsewhere(host), host.replica_id
    view = View(host.rng.randrange(1, 6))
    sequence = SequenceNumber(len(host.disk.blocks) + host.rng.randrange(1, 4))
    prepared = foreign_certificate(host, other, (view, sequence, any_digest(host)))
    claim = Claim(me, prepared.epoch, View(view + 1), prepared.rank, prepared.digest, MARKER)
    proof = host.rng.choice((
        CertificateReply(me, prepared),
        CertificateReply(me, replace(prepared, kind=VoteKind.COMMIT)),
        SealReply(me, foreign_seal(host, other, sequence, any_digest(host))),
        signed(host, ViewChange(claim, prepared)),
    ))  # fmt: skip
    return [(target, proof) for target in host.world.peers_of(host)]


def replaying(host: "DishonestHost") -> Said:
    """Say again, to anybody, what anybody once said: mostly of views that are over."""
    targets = host.world.peers_of(host)
    count = min(3, len(host.seen))
    return [(host.rng.choice(targets), host.rng.choice(host.seen)) for _ in range(count)]


def spoilt_copies(host: "DishonestHost") -> Said:
    """Pass on what others said, changed, under their old signatures."""
    if not host.seen:
        return []
    heard = host.rng.choice(host.seen)
    path = host.rng.choice(list(integers_in(heard)))  # each message has a sequence or a view
    copy = with_changed(heard, path, host.rng.choice((-1, 1)))
    if isinstance(heard, ViewChange) and heard.certificate is not None:
        other = replace(heard.certificate, digest=any_digest(host))
        copy = host.rng.choice((copy, replace(heard, certificate=other)))
    return [(host.rng.choice(host.world.peers_of(host)), copy)]


BENDERS: dict[str, Callable[[Any, Said], Said]] = {
    "mutating": mutating,
    "raw bytes": raw_bytes,
    "other chains": other_chains,
}
TALKERS: dict[str, Callable[[Any], Said]] = {
    "other chains": proofs_of_other_chains,
    "replaying": replaying,
    "spoilt copies": spoilt_copies,
}
