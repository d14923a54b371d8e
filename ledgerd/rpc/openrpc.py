"""The OpenRPC document of the face, generated from the catalogue.

Rules: the document is a pure function of the catalogue and the release: docs/openrpc.json is this,
and a test compares them.
"""

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any, Final

import msgspec

from ledgerd.rpc.catalogue import METHODS
from ledgerd.rpc.codes import RpcCode
from ledgerd.rpc.fields import Answer, NoParams
from ledgerd.rpc.registry import Caller, Method, Registry, Scope

OPENRPC_VERSION: Final = "1.2.6"
RELEASE: Final = version("ledgerd")
SCHEMAS: Final = "#/components/schemas/{name}"
Schema = dict[str, Any]


class Document(Answer, frozen=True, kw_only=True):
    """An OpenRPC document; the schemas in it are JSON Schema."""

    openrpc: str
    info: dict[str, str]
    methods: list[Schema]
    components: dict[str, Schema]


RPC_DISCOVER: Final = Method("rpc.discover", NoParams, Document, Scope.READ, "Give this document.")


def document(methods: Iterable[Method[Any, Any]] = METHODS) -> Document:
    """Generate the document for ``methods``, sorted by name."""
    ordered = sorted(methods, key=lambda method: method.name)
    types = [type_ for method in ordered for type_ in (method.params, method.answer)]
    _, schemas = msgspec.json.schema_components(types, ref_template=SCHEMAS)
    return Document(
        openrpc=OPENRPC_VERSION,
        info={"title": "ledgerd", "version": RELEASE, "license": "Apache-2.0"},
        methods=[_method(method, schemas) for method in ordered],
        components={"schemas": schemas, "errors": _errors()},
    )


def bind_discovery(registry: Registry) -> None:
    """Enter ``rpc.discover``, which describes the methods that are bound by now."""
    known = document(bound.method for bound in registry)

    async def discover(_params: NoParams, _caller: Caller) -> Document:
        return known

    registry.bind(RPC_DISCOVER, discover)


def _method(method: Method[Any, Any], schemas: dict[str, Schema]) -> Schema:
    fields = schemas[method.params.__name__]
    required = fields.get("required", [])
    return {
        "name": method.name,
        "summary": method.summary,
        "paramStructure": "by-name",
        "x-scope": method.scope.value,
        "params": [
            {"name": name, "required": name in required, "schema": schema}
            for name, schema in fields.get("properties", {}).items()
        ],
        "result": {
            "name": method.answer.__name__,
            "schema": {"$ref": SCHEMAS.format(name=method.answer.__name__)},
        },
    }


def _errors() -> Schema:
    return {
        code.label: {"code": int(code), "message": code.label, "data": code.is_retryable}
        for code in RpcCode
    }
