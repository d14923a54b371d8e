"""Which sidecars an operation names: the bytes that must be at hand before it is voted for.

Rules: follows from the operation's bytes alone. Bytes that are no operation name no sidecar.

Source: domain.md section 3.
"""

from ledgerd.errors import DecodeError
from ledgerd.ledger import bill_operations as bo, claim_operations as co
from ledgerd.ledger.fields import SidecarName
from ledgerd.ledger.operations import Operation, decode_operation


def sidecars_named(operation: Operation) -> tuple[SidecarName, ...]:
    """Give the sidecars of one operation, in the order of its fields."""
    match operation:
        case bo.IssueBill() | bo.ReverseBill():
            return (operation.sealed.sidecar,)
        case bo.Settle() if operation.calculation is not None:
            return (operation.calculation.sidecar,)
        case co.EnrolPatient():
            return (operation.record.sidecar,)
        case co.DeliverKey():
            return (operation.document,)
        case co.DecideClaim() if operation.reasoning is not None:
            return (operation.reasoning.sidecar,)
        case _:
            return ()


def sidecars_of(operations: tuple[bytes, ...]) -> tuple[SidecarName, ...]:
    """Give the sidecars of a transaction's opaque operations; each once, in their order."""
    named: dict[SidecarName, None] = {}
    for data in operations:
        try:
            operation = decode_operation(data)
        except DecodeError:
            continue
        named.update(dict.fromkeys(sidecars_named(operation)))
    return tuple(named)
