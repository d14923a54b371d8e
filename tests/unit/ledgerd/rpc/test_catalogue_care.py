"""The methods of care stand in the catalogue, each in its scope."""

from ledgerd.rpc.catalogue import METHODS
from ledgerd.rpc.catalogue_care import CARE_METHODS
from ledgerd.rpc.registry import Scope
from ledgerd.rpc.requests import Act


def test_every_method_is_in_the_catalogue_and_acts_need_the_scope_of_acts() -> None:
    assert set(CARE_METHODS) <= set(METHODS)
    acts = {m.name for m in CARE_METHODS if issubclass(m.params, Act)}
    assert acts == {m.name for m in CARE_METHODS if m.scope is Scope.ACT}
