"""The registry: which methods there are, what they take and give, who may ask for them.

Rules: a ``Method`` is data (name, types, scope, one line of help) and knows no handler, so that
the published document and the client need no node. A handler is bound once; binding twice or
binding a method outside the catalogue is our own mistake. Handlers refuse by raising
``RpcFailure``.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar

import msgspec

from ledgerd.rpc.fields import Answer, Params

P = TypeVar("P", bound=Params)
R = TypeVar("R", bound=Answer)


class Scope(Enum):
    """What a credential has to allow."""

    READ = "read"
    ACT = "act"
    OPEN = "open"  # opens sealed payloads
    ADMIN = "admin"


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: the name goes to the audit log, the scopes decide."""

    name: str
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Method(Generic[P, R]):
    """One method of the face.

    Attributes:
        name: ``namespace_verb``.
        summary: one sentence for the reference and the OpenRPC document.
    """

    name: str
    params: type[P]
    answer: type[R]
    scope: Scope
    summary: str


Handler = Callable[[P, Caller], Awaitable[R]]


@dataclass(frozen=True, slots=True)
class Bound:
    """A method with its handler; the types met in ``Registry.bind`` and are erased here."""

    method: Method[Any, Any]
    handler: Callable[[Any, Caller], Awaitable[msgspec.Struct]]


Witness = Callable[[Method[Any, Any], msgspec.Struct, Caller], None]


@dataclass(slots=True)
class Registry:
    """Methods by name, with their handlers.

    Attributes:
        witness: told of every call before its handler.
    """

    witness: Witness | None = None
    _bound: dict[str, Bound] = field(default_factory=dict)

    def bind(self, method: Method[P, R], handler: Handler[P, R]) -> None:
        """Enter the handler of a method."""
        assert method.name not in self._bound, f"{method.name} is bound twice"
        witness = self.witness
        if witness is None:
            self._bound[method.name] = Bound(method, handler)
            return

        async def handle(params: P, caller: Caller) -> R:
            witness(method, params, caller)
            return await handler(params, caller)

        self._bound[method.name] = Bound(method, handle)

    def find(self, name: str) -> Bound | None:
        return self._bound.get(name)

    def __iter__(self) -> Iterator[Bound]:
        return iter(self._bound[name] for name in sorted(self._bound))
