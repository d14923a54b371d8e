"""Canonical bytes of every message, batch, seal and record. Bodies follow."""

from consensus.messages import Batch, Message, StableCertificate
from consensus.records import Record


def encode_message(message: Message) -> bytes:
    """Return the canonical bytes of a message."""
    raise NotImplementedError(message)


def decode_message(data: bytes) -> Message:
    """Read one message; raises DecodeError for anything but its canonical bytes."""
    raise NotImplementedError(data)


def encode_record(record: Record) -> bytes:
    """Return the canonical bytes of a record of the vote log."""
    raise NotImplementedError(record)


def decode_record(data: bytes) -> Record:
    """Read one record; raises DecodeError for anything but its canonical bytes."""
    raise NotImplementedError(data)


def encode_batch(batch: Batch) -> bytes:
    """Return the canonical bytes of a batch."""
    raise NotImplementedError(batch)


def decode_batch(data: bytes) -> Batch:
    """Read one batch; raises DecodeError for anything but its canonical bytes."""
    raise NotImplementedError(data)


def encode_seal(seal: StableCertificate) -> bytes:
    """Return the canonical bytes of a seal."""
    raise NotImplementedError(seal)


def decode_seal(data: bytes) -> StableCertificate:
    """Read one seal; raises DecodeError for anything but its canonical bytes."""
    raise NotImplementedError(data)
