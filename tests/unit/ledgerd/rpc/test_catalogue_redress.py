"""The methods of redress stand in the catalogue, each in its scope."""

from ledgerd.rpc.catalogue import METHODS
from ledgerd.rpc.catalogue_redress import CASE_LETTERS, CASE_READ, REDRESS_METHODS
from ledgerd.rpc.registry import Scope
from ledgerd.rpc.requests import Act


def test_every_method_is_in_the_catalogue_and_acts_need_the_scope_of_acts() -> None:
    assert set(REDRESS_METHODS) <= set(METHODS)
    acts = {m.name for m in REDRESS_METHODS if issubclass(m.params, Act)}
    assert acts == {m.name for m in REDRESS_METHODS if m.scope is Scope.ACT}


def test_what_is_opened_needs_the_scope_of_opening_and_sealed_bytes_do_not() -> None:
    assert CASE_READ.scope is Scope.OPEN
    assert CASE_LETTERS.scope is Scope.READ
