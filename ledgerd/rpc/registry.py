"""The registry: which methods there are, what they take and give, who may ask for them.

Rules: a ``Method`` is data (name, types, scope, one line of help) and knows no handler, so that
the published document and the client need no node. A handler is bound once; binding twice or
binding a method outside the catalogue is our own mistake. Handlers refuse by raising
``RpcFailure``.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Generic, TypeVar

import msgspec

from ledgerd.rpc.codes import RpcFailure
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
    """Who asks: the name goes to the audit log, the scopes decide.

    Attributes:
        origin: the connection, by its number; what waits for the chain is shared among them.
    """

    name: str
    scopes: frozenset[Scope]
    origin: int = 0


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
ManyHandler = Callable[[Sequence[P], Caller], Awaitable[Sequence[R | RpcFailure]]]


@dataclass(frozen=True, slots=True)
class Bound:
    """A method with its handler; the types met in ``Registry.bind`` and are erased here.

    Attributes:
        many: answers several calls of a batch in one go, where that costs less; in their order.
    """

    method: Method[Any, Any]
    handler: Callable[[Any, Caller], Awaitable[msgspec.Struct]]
    many: Callable[[Sequence[Any], Caller], Awaitable[Sequence[Any]]] | None = None


Witness = Callable[[Method[Any, Any], Sequence[msgspec.Struct], Caller], None]


def nobody(_method: Method[Any, Any], _params: Sequence[msgspec.Struct], _caller: Caller) -> None:
    """Witness nothing."""


@dataclass(slots=True)
class Registry:
    """Methods by name, with their handlers.

    Attributes:
        witness: told of calls, one or several of one method, before their handler.
    """

    witness: Witness = nobody
    _bound: dict[str, Bound] = field(default_factory=dict)

    def bind(
        self, method: Method[P, R], handler: Handler[P, R], many: ManyHandler[P, R] | None = None
    ) -> None:
        """Enter the handler of a method, and the one for several calls where there is one."""
        assert method.name not in self._bound, f"{method.name} is bound twice"

        async def handle(params: P, caller: Caller) -> R:
            self.witness(method, (params,), caller)
            return await handler(params, caller)

        if many is None:
            self._bound[method.name] = Bound(method, handle)
            return

        async def handle_many(params: Sequence[P], caller: Caller) -> Sequence[R | RpcFailure]:
            self.witness(method, params, caller)
            return await many(params, caller)

        self._bound[method.name] = Bound(method, handle, handle_many)

    def find(self, name: str) -> Bound | None:
        return self._bound.get(name)

    def __iter__(self) -> Iterator[Bound]:
        return iter(self._bound[name] for name in sorted(self._bound))
