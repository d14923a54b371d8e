"""What the audit log is told of calls: who asks for what, about which object.

Rules: told before the act goes on, whatever becomes of it. Names of clients and methods, ids of
objects that stand on chain; no other parameter, because any other may be about a person.

Source: domain.md section 8.
"""

from collections.abc import Sequence
from typing import Any, Final, Protocol

import msgspec

from ledgerd.rpc.registry import Caller, Method, Scope

# Parameters that name an object by an id of the chain.
OBJECTS: Final = (
    "bill",
    "claim",
    "settlement",
    "account",
    "visit",
    "prescription",
    "erasure",
    "grant",
    "case",
    "alert",
    "proposal",
    "id",
)
OBJECT_CHARACTERS_MAX: Final = 96


class Log(Protocol):
    """The audit log of the node."""

    def record_all(self, act: str, lines: Sequence[dict[str, str]]) -> None: ...


class CallWitness:
    """Writes a line for each call that acts or opens."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def on_calls(
        self, method: Method[Any, Any], params: Sequence[msgspec.Struct], caller: Caller
    ) -> None:
        """Note calls of a method that does more than read the public state."""
        if method.scope is Scope.READ:
            return
        named = {"client": caller.name, "method": method.name}
        self._log.record_all("asked", [{**named, "object": object_of(each)} for each in params])


def object_of(params: msgspec.Struct) -> str:
    """Give the id of what a call is about; empty when it names nothing that exists."""
    if hasattr(params, "code") and hasattr(params, "number"):
        return f"{params.code}-{params.number}"
    for name in OBJECTS:
        value = getattr(params, name, None)
        if isinstance(value, msgspec.Struct):
            return object_of(value)
        if isinstance(value, str) and value:
            return value[:OBJECT_CHARACTERS_MAX]
    return ""
