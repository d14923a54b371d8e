"""docs/rpc.md is generated from the catalogue."""

from pathlib import Path

from ledgerd.rpc.catalogue import METHODS
from ledgerd.rpc.codes import RpcCode
from ledgerd.rpc.reference import reference_text

ROOT = Path(__file__).resolve().parents[4]


def test_every_method_and_every_error_has_its_place() -> None:
    text = reference_text()

    assert [m.name for m in METHODS if f"### `{m.name}`" not in text] == []
    assert [c.label for c in RpcCode if f"`{c.label}`" not in text] == []


def test_every_type_that_is_named_is_explained() -> None:
    text = reference_text()

    assert "### BillContent" in text
    assert "### Person" in text
    assert "| `cash_fen` | amount in fen | required |" in text


def test_the_committed_reference_is_the_generated_one() -> None:
    committed = (ROOT / "docs" / "rpc.md").read_text(encoding="utf-8")

    assert committed == reference_text(), "run scripts/docs"
