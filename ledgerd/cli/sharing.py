"""Making and reading files that show a bill in part.

Rules: a file is verified against the genesis file before it is written, whoever made it. What is
printed of a file was proved.
"""

from pathlib import Path

import msgspec

from ledgerd.chain.block import header_hash
from ledgerd.cli.device import parts_with_device
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.session import Session
from ledgerd.cli.wallet import Wallet
from ledgerd.ledger.shared_bill import (
    VerifiedShare,
    encode_share,
    show_fields,
    shown_text,
    verify_share,
)
from ledgerd.rpc.answers import BillView, NamedValue
from ledgerd.rpc.catalogue import PROOF_GET
from ledgerd.rpc.catalogue_bill import BILL_SHARE
from ledgerd.rpc.queries import ProofGet
from ledgerd.rpc.requests import BillRef
from ledgerd.rpc.requests_bill import BillShare
from ledgerd.rpc.views_of_state import bill_view


class WrittenShare(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was written, and what it shows."""

    file: str
    bill: str
    height: int
    fields: tuple[str, ...]


class ProvedShare(msgspec.Struct, frozen=True, kw_only=True):
    """What a file proves: the bill as of a sealed height, and the fields that it shows."""

    bill: BillView
    height: int
    time_ms: int
    chain_id: str
    header_hash: str
    fields: tuple[NamedValue, ...]


def share_of_node(session: Session, bill: BillRef, fields: tuple[str, ...]) -> bytes:
    """Let the node open the bill and show some fields of it."""
    request = BillShare(code=bill.code, number=bill.number, fields=fields)
    return bytes.fromhex(session.ask(BILL_SHARE, request).file)


def share_of_device(
    session: Session, bill: BillRef, fields: tuple[str, ...], wallet: Wallet
) -> bytes:
    """Open the bill here with a device and show some fields of it.

    Raises:
        CommandFailed: there is no such bill or field, or it is not sealed to this device.
    """
    opened = parts_with_device(session, bill, wallet)
    try:
        shown = show_fields(opened, fields)
    except KeyError as missing:
        text = f"the bill has no field {missing} that this device opens"
        raise CommandFailed(ExitCode.NOT_FOUND, text) from None
    subject = f"{bill.code}-{bill.number}"
    found = session.ask(PROOF_GET, ProofGet(kind="bill", subject=subject))
    return encode_share(bytes.fromhex(found.proof), shown)


def written(session: Session, data: bytes, path: Path) -> WrittenShare:
    """Verify a file and write it.

    Raises:
        VerificationFailed, DecodeError: it does not hold.
    """
    proved = verify_share(data, session.home.genesis)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise CommandFailed(ExitCode.USAGE, f"{path}: {error.strerror}") from error
    return WrittenShare(
        file=str(path),
        bill=f"{proved.ref.code}-{proved.ref.number}",
        height=proved.header.height,
        fields=tuple(shown.field.path for shown in proved.fields),
    )


def proved_share(proved: VerifiedShare) -> ProvedShare:
    """Say what a verified file proves."""
    return ProvedShare(
        bill=bill_view(proved.ref, proved.bill),
        height=proved.header.height,
        time_ms=proved.header.timestamp_ms,
        chain_id=proved.header.chain_id.hex(),
        header_hash=header_hash(proved.header).hex(),
        fields=tuple(
            NamedValue(name=shown.field.path, value=shown_text(shown.field.value))
            for shown in proved.fields
        ),
    )
