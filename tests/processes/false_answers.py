"""False answers of a dishonest member: blocks, seals, sidecars and bundles that are not what they
say.

Rules: each lie is a function of a true answer and chance; what comes out is canonical where it
says so, so that it gets past the decoder and has to be found out by what it means.
"""

import random
from collections.abc import Callable

import msgspec

from consensus.codec import decode_seal, encode_seal
from ledgerd.chain.block import BLOCK_BYTES_MAX, decode_block
from ledgerd.chain.bundle import Bundle, BundlePackage, SignedBundle, decode_bundle, sign_bundle
from ledgerd.chain.transaction import sign_transaction
from ledgerd.errors import DecodeError
from ledgerd.node.sync_messages import BlocksReply, SidecarsReply
from ledgerd.primitives.canonical import decode, encode
from ledgerd.primitives.signatures import Signer
from tests.processes.forging import HEIGHT_MAX, KeyHolder

PACKAGE_BYTES_MAX = 4 << 20

BlocksLie = Callable[[BlocksReply, random.Random], BlocksReply]


def flipped(data: bytes, rng: random.Random) -> bytes:
    """Flip one bit."""
    place = rng.randrange(len(data))
    return data[:place] + bytes((data[place] ^ (1 << rng.randrange(8)),)) + data[place + 1 :]


def no_blocks(reply: BlocksReply, _rng: random.Random) -> BlocksReply:
    return _with(reply, blocks=(), seals=())


def flipped_block(reply: BlocksReply, rng: random.Random) -> BlocksReply:
    return _one_changed(reply, rng, lambda block: flipped(block, rng))


def shifted_blocks(reply: BlocksReply, _rng: random.Random) -> BlocksReply:
    """Give true blocks of other heights than were asked for."""
    if len(reply.blocks) == 1:
        return _with(reply, first=reply.first + 1)
    return _with(reply, blocks=reply.blocks[1:], seals=reply.seals[1:])


def gap_in_blocks(reply: BlocksReply, rng: random.Random) -> BlocksReply:
    if len(reply.blocks) < 3:
        return shifted_blocks(reply, rng)
    place = rng.randrange(1, len(reply.blocks) - 1)
    blocks = reply.blocks[:place] + reply.blocks[place + 1 :]
    return _with(reply, blocks=blocks, seals=reply.seals[:place] + reply.seals[place + 1 :])


def other_state(reply: BlocksReply, rng: random.Random) -> BlocksReply:
    """Give a block whose header says another state, under the true seal."""

    def rewrite(data: bytes) -> bytes:
        block = decode_block(data)
        header = msgspec.structs.replace(block.header, state_root=rng.randbytes(32))
        return encode(msgspec.structs.replace(block, header=header))

    return _one_changed(reply, rng, rewrite)


def other_bundles(reply: BlocksReply, rng: random.Random) -> BlocksReply:
    """Give a true header over bundles with a changed transaction."""

    def rewrite(data: bytes) -> bytes:
        block = decode_block(data)
        if not block.bundles:
            return flipped(data, rng)
        bundles = (*block.bundles[:-1], spoil_bundle(block.bundles[-1], rng))
        return encode(msgspec.structs.replace(block, bundles=bundles))

    return _one_changed(reply, rng, rewrite)


def forged_seal(reply: BlocksReply, rng: random.Random) -> BlocksReply:
    """Give true blocks under a seal of which a signature does not hold."""
    seal = decode_seal(reply.seals[-1])
    replica, signature = rng.choice(seal.signatures)
    signatures = tuple(
        (r, flipped(signature, rng) if r == replica else s) for r, s in seal.signatures
    )
    changed = type(seal)(seal.epoch, seal.sequence, seal.header_hash, signatures)
    return _with(reply, seals=(*reply.seals[:-1], encode_seal(changed)))


def thin_seal(reply: BlocksReply, _rng: random.Random) -> BlocksReply:
    """Give a seal with one signature twice instead of a quorum."""
    seal = decode_seal(reply.seals[-1])
    changed = type(seal)(seal.epoch, seal.sequence, seal.header_hash, seal.signatures[:-1])
    return _with(reply, seals=(*reply.seals[:-1], encode_seal(changed)))


def no_seal(reply: BlocksReply, _rng: random.Random) -> BlocksReply:
    return _with(reply, seals=(*reply.seals[:-1], b""))


def false_height(reply: BlocksReply, rng: random.Random) -> BlocksReply:
    return _with(reply, height=rng.choice((0, HEIGHT_MAX, reply.height + 40)))


def dripped(reply: BlocksReply, _rng: random.Random) -> BlocksReply:
    """Announce a huge block and give it byte by byte."""
    piece = reply.blocks[0][:1]
    return _with(reply, blocks=(piece,), seals=reply.seals[:1], total_bytes=BLOCK_BYTES_MAX)


BLOCKS_LIES: dict[str, BlocksLie] = {
    "catch-up: no blocks": no_blocks,
    "catch-up: bytes flipped": flipped_block,
    "catch-up: wrong height": shifted_blocks,
    "catch-up: a block left out": gap_in_blocks,
    "catch-up: another state root": other_state,
    "catch-up: bundles changed": other_bundles,
    "catch-up: forged seal": forged_seal,
    "catch-up: seal below a quorum": thin_seal,
    "catch-up: no seal": no_seal,
    "catch-up: false height": false_height,
    "catch-up: dripped": dripped,
}


def false_sidecars(reply: SidecarsReply, rng: random.Random) -> SidecarsReply:
    """Give sidecars with a flipped bit, or none."""
    if rng.random() < 0.5:
        return msgspec.structs.replace(reply, sidecars=())
    changed = tuple(flipped(sidecar, rng) for sidecar in reply.sidecars)
    return msgspec.structs.replace(reply, sidecars=changed)


def spoil_bundle(encoded: bytes, rng: random.Random) -> bytes:
    """Change the authorisation of the last transaction; the signature of the bundle stays."""
    signed = decode(encoded, SignedBundle, bytes_max=PACKAGE_BYTES_MAX)
    body = decode(signed.body, Bundle, bytes_max=PACKAGE_BYTES_MAX)
    last = body.transactions[-1]
    spoilt = last[:-1] + flipped(last[-1:], rng)
    changed = msgspec.structs.replace(body, transactions=(*body.transactions[:-1], spoilt))
    return encode(msgspec.structs.replace(signed, body=encode(changed)))


def unsupported_package(package: bytes) -> bytes:
    """Leave the sidecars out."""
    parts = decode(package, BundlePackage, bytes_max=PACKAGE_BYTES_MAX)
    return encode(msgspec.structs.replace(parts, sidecars=()))


def own_package(
    package: bytes, signer: Signer, author: tuple[int, int], spoilt_with: random.Random | None
) -> tuple[bytes, bytes]:
    """Put the transactions of somebody's package into an own bundle, validly signed.

    Args:
        author: own replica index and the bundle's number.
        spoilt_with: breaks the authorisation of the last transaction first.

    Returns:
        the bundle and its package.
    """
    parts = decode(package, BundlePackage, bytes_max=PACKAGE_BYTES_MAX)
    encoded = parts.bundle if spoilt_with is None else spoil_bundle(parts.bundle, spoilt_with)
    body = decode_bundle(encoded).bundle
    validator, sequence = author
    own = msgspec.structs.replace(body, validator=validator, sequence=sequence)
    bundle = sign_bundle(own, signer)
    return bundle, encode(BundlePackage(bundle=bundle, sidecars=parts.sidecars))


def forged_acts_package(
    package: bytes, signer: KeyHolder, author: tuple[int, int], rng: random.Random
) -> bytes:
    """Let others act under the liar's key, or say bytes that are no operation; validly signed.

    The bundle holds as bytes, so it gets into a block: the rules have to refuse what it says.
    """
    parts = decode(package, BundlePackage, bytes_max=PACKAGE_BYTES_MAX)
    reads = decode_bundle(parts.bundle).transactions
    changes: dict[str, object] = {"public_key": signer.public_key}
    sidecars = parts.sidecars
    if rng.random() < 0.6:
        changes["operations"] = tuple(rng.randbytes(rng.randrange(1, 200)) for _ in range(8))
        sidecars = ()
    if rng.random() < 0.3:
        changes["valid_until_ms"] = rng.choice((0, HEIGHT_MAX // 2**20))
    acts = [msgspec.structs.replace(read.transaction, **changes) for read in reads]
    validator, sequence = author
    body = msgspec.structs.replace(
        decode_bundle(parts.bundle).bundle,
        validator=validator,
        sequence=sequence,
        transactions=tuple(sign_transaction(act, signer).encoded for act in acts),
    )
    bundle = sign_bundle(body, signer)
    return encode(BundlePackage(bundle=bundle, sidecars=sidecars))


def lie_about_blocks(reply: BlocksReply, name: str, rng: random.Random) -> tuple[str, BlocksReply]:
    """Tell a lie, or a simpler one where there is nothing to tell it about."""
    try:
        return name, BLOCKS_LIES[name](reply, rng)
    except DecodeError:
        return "catch-up: no blocks", no_blocks(reply, rng)


def _with(reply: BlocksReply, **changes: object) -> BlocksReply:
    return msgspec.structs.replace(reply, **changes)


def _one_changed(
    reply: BlocksReply, rng: random.Random, change: Callable[[bytes], bytes]
) -> BlocksReply:
    place = rng.randrange(len(reply.blocks))
    blocks = list(reply.blocks)
    blocks[place] = change(blocks[place])
    return _with(reply, blocks=tuple(blocks))
