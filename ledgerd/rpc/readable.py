"""Canonical values as names and texts, for people and for JSON.

Rules: bytes are hex, integers decimal, nested records get dotted names; the same value gives the
same texts in every command and answer. Nothing sealed is ever canonical, so nothing personal can
come out of here.
"""

from collections.abc import Iterator

import msgspec

from ledgerd.chain.transaction import AccountAuthor, Author, Transaction
from ledgerd.errors import DecodeError
from ledgerd.ledger.operations import decode_operation, operation_name
from ledgerd.rpc.answers import Decoded, NamedValue, OperationView

MALFORMED = "MALFORMED"  # bytes that are no operation: their receipt says the same


def named_values(value: msgspec.Struct) -> tuple[NamedValue, ...]:
    """Flatten a canonical record."""
    return tuple(NamedValue(name=name, value=text) for name, text in _flatten(value, ""))


def author_text(author: Author) -> str:
    """An institution by its code, an account by its id in hex."""
    if isinstance(author, AccountAuthor):
        return author.account_id.hex()
    return author.institution_id


def decoded(transaction: Transaction, tx_id: bytes) -> Decoded:
    """Show a transaction readably."""
    return Decoded(
        tx_id=tx_id.hex(),
        author=author_text(transaction.author),
        signer=transaction.public_key.hex(),
        valid_until_ms=transaction.valid_until_ms,
        operations=tuple(operation_view(data) for data in transaction.operations),
    )


def operation_view(data: bytes) -> OperationView:
    """Show one encoded operation."""
    try:
        operation = decode_operation(data)
    except DecodeError:
        return OperationView(operation=MALFORMED, fields=())
    return OperationView(operation=operation_name(operation), fields=named_values(operation))


def _flatten(value: object, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, msgspec.Struct):
        for field in value.__struct_fields__:
            if field != "version":
                yield from _flatten(getattr(value, field), f"{name}.{field}" if name else field)
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from _flatten(inner, f"{name}.{index}")
    elif isinstance(value, bytes):
        yield name, value.hex()
    elif isinstance(value, bool):
        yield name, "yes" if value else "no"
    elif value is not None:
        yield name, str(value)
