"""The generated document, and the committed one."""

import json
from pathlib import Path

from ledgerd.rpc.catalogue import METHODS
from ledgerd.rpc.codes import RpcCode
from ledgerd.rpc.openrpc import document
from ledgerd.rpc.reference import openrpc_text

ROOT = Path(__file__).resolve().parents[4]


def test_every_method_is_described() -> None:
    assert [method["name"] for method in document().methods] == [m.name for m in METHODS]


def test_required_parameters_are_marked() -> None:
    (found,) = [method for method in document().methods if method["name"] == "bill_get"]

    assert [(p["name"], p["required"]) for p in found["params"]] == [
        ("code", True),
        ("number", True),
    ]


def test_every_reference_leads_somewhere() -> None:
    text = openrpc_text()
    schemas = json.loads(text)["components"]["schemas"]
    references = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}

    assert references <= set(schemas)


def test_every_error_code_is_in_it() -> None:
    errors = document().components["errors"]

    assert {error["code"] for error in errors.values()} == set(RpcCode)


def test_the_committed_document_is_the_generated_one() -> None:
    committed = (ROOT / "docs" / "openrpc.json").read_text(encoding="utf-8")

    assert committed == openrpc_text(), "run scripts/docs"
