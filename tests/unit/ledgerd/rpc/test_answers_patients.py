"""Answers about accounts name ids only."""

from ledgerd.rpc.answers_patients import AssistedView, ProxyView


def test_fields_are_stable() -> None:
    assert ProxyView.__struct_fields__ == (
        "proxy", "account", "holder", "scope", "bills", "until_ms", "state",
    )  # fmt: skip
    assert AssistedView.__struct_fields__ == (
        "act", "account", "by", "mandate", "operation", "state", "object", "made_ms", "undone",
    )  # fmt: skip
