"""Transactions on their way between commands: the bytes and what their operations name, in hex."""

from typing import IO, Final

import msgspec

from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.rpc.fields import HexBytes

ENVELOPE_BYTES_MAX: Final = 8 << 20  # what a request body holds, with room for its frame


class Envelope(msgspec.Struct, frozen=True):
    """A transaction, signed or not, with its sidecars."""

    transaction: HexBytes
    sidecars: tuple[HexBytes, ...] = ()


def read_envelope(file: IO[bytes]) -> Envelope:
    """Read an envelope, or the outcome that ``--generate-only`` printed, or bare hex.

    Raises:
        CommandFailed: it is none of them.
    """
    data = file.read(ENVELOPE_BYTES_MAX).strip()
    try:
        if not data.startswith(b"{"):
            return msgspec.convert({"transaction": data.decode("ascii")}, Envelope)
        return msgspec.json.decode(data, type=Envelope)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise CommandFailed(ExitCode.USAGE, "the file holds no transaction in hex") from None


def envelope_text(envelope: Envelope) -> str:
    """Write an envelope."""
    return msgspec.json.encode(envelope).decode()
