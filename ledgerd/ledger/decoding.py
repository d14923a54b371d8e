"""The operations of a received transaction as objects, decoded once on its whole way.

Rules: the check of a bundle asks first, in a worker thread, then the pool, then execution; all get
the same objects, which stay with the transaction. Two threads that ask at once decode twice and
agree, because the answer follows from the bytes alone.

Source: architecture.md section 2; ADR 0180.
"""

from typing import cast

from ledgerd.chain.transaction import ReadTransaction
from ledgerd.errors import DecodeError
from ledgerd.ledger.operations import Operation, decode_operation


def operations_of(read: ReadTransaction) -> tuple[Operation | None, ...]:
    """Give the operations of a transaction, decoded once for all who ask.

    Returns:
        As many as there are, in their order; None where the bytes are no operation.
    """
    if not read.opened:
        read.opened[:] = (tuple(map(_decoded, read.transaction.operations)),)
    (operations,) = cast("list[tuple[Operation | None, ...]]", read.opened)
    return operations


def _decoded(data: bytes) -> Operation | None:
    try:
        return decode_operation(data)
    except DecodeError:
        return None
