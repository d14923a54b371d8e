"""A patient's device opens a bill: with its own keys, and believing no node.

Rules: what the chain committed to comes with a proof that the genesis file vouches for; the sealed
bytes come from any node and are checked against it. What is opened is shown, never stored.
"""

from contextlib import suppress
from typing import Final

import msgspec

from ledgerd.cli.bill_proof import prove_bill, record_of
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.session import Session
from ledgerd.cli.wallet import Wallet
from ledgerd.errors import VerificationFailed
from ledgerd.ledger.fields import SealedParts
from ledgerd.primitives.sealing import (
    OpenedPart,
    PartCommitment,
    Sidecar,
    decode_sidecar,
    open_part,
    sidecar_hash,
)
from ledgerd.primitives.wrapping import unwrap_for_device
from ledgerd.rpc import catalogue, catalogue_bill
from ledgerd.rpc.answers import BillOpened, NamedValue
from ledgerd.rpc.queries import BillGet
from ledgerd.rpc.requests import BillRef

FACE: Final = 0
LINES: Final = 1
OWNER_SALT: Final = "owner_salt"


def open_with_device(session: Session, bill: BillRef, wallet: Wallet) -> BillOpened:
    """Open the parts of a bill that are sealed to this device.

    Raises:
        CommandFailed: there is no such bill, or nothing in it is sealed to this device.
        VerificationFailed: what a node gave is not what the chain committed to.
        DecodeError: it is malformed.
    """
    name = f"{bill.code}-{bill.number}"
    opened = parts_with_device(session, bill, wallet)
    return BillOpened(
        bill=name,
        face=_shown(opened[FACE]),
        lines=_shown(opened[LINES]) if LINES in opened else (),
        owner_salt=_salt_in(opened[FACE]),
    )


def parts_with_device(session: Session, bill: BillRef, wallet: Wallet) -> dict[int, OpenedPart]:
    """Open the parts that are sealed to this device, at issue or by a later delivery.

    Raises:
        CommandFailed, VerificationFailed, DecodeError: as `open_with_device`.
    """
    name = f"{bill.code}-{bill.number}"
    record = record_of(prove_bill(session, session.home.genesis, bill))
    if record is None:
        raise CommandFailed(ExitCode.NOT_FOUND, f"bill {name} is proved not to exist")
    sidecar = decode_sidecar(_sidecar_of(session, bill, record.sealed))
    opened = _opened(sidecar, sidecar, record.sealed, wallet)
    if FACE not in opened:
        for document in _delivered(session, bill):
            with suppress(VerificationFailed):  # keys of nothing: as if nobody had delivered them
                opened |= _opened(sidecar, document, record.sealed, wallet)
    if FACE not in opened:
        raise CommandFailed(ExitCode.NOT_AUTHORISED, f"bill {name} is not sealed to this device")
    return opened


def _delivered(session: Session, bill: BillRef) -> list[Sidecar]:
    found = session.ask(catalogue_bill.BILL_KEYS, BillGet(code=bill.code, number=bill.number))
    return [decode_sidecar(bytes.fromhex(document)) for document in found.documents]


def _sidecar_of(session: Session, bill: BillRef, sealed: SealedParts) -> bytes:
    found = session.ask(catalogue.BILL_SIDECAR, BillGet(code=bill.code, number=bill.number))
    data = bytes.fromhex(found.sidecar)
    if sidecar_hash(data) != sealed.sidecar.sidecar_hash:
        raise VerificationFailed("the node gave other bytes than the chain committed to")
    return data


def _opened(
    sidecar: Sidecar, keys_in: Sidecar, sealed: SealedParts, wallet: Wallet
) -> dict[int, OpenedPart]:
    """Open parts of a bill with what is wrapped for this device in one of its documents."""
    commitments = {
        FACE: PartCommitment(sealed.face_root, sealed.face_key),
        LINES: PartCommitment(sealed.lines_root, sealed.lines_key),
    }
    keys = unwrap_for_device(keys_in.wraps, wallet.sealing.secret)
    return {
        index: open_part(sidecar, index, key, commitments[index])
        for index, key in keys.items()
        if index in commitments
    }


def _shown(part: OpenedPart) -> tuple[NamedValue, ...]:
    return tuple(
        NamedValue(name=leaf.path, value=_text(msgspec.msgpack.decode(leaf.value)))
        for leaf in part.content.leaves
    )


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list):
        return " | ".join(str(item) for item in value)
    return str(value)


def _salt_in(face: OpenedPart) -> str:
    value = face.get(OWNER_SALT)
    salt = None if value is None else msgspec.msgpack.decode(value)
    if not isinstance(salt, bytes):
        raise VerificationFailed("face: it holds no owner salt")
    return salt.hex()
