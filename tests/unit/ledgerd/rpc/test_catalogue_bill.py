"""The methods on the axes stand in the catalogue."""

from ledgerd.rpc.catalogue import METHODS
from ledgerd.rpc.catalogue_bill import BILL_METHODS
from ledgerd.rpc.registry import Scope


def test_every_method_of_the_axes_is_in_the_catalogue() -> None:
    assert all(method in METHODS for method in BILL_METHODS)
    assert len(BILL_METHODS) == 13


def test_what_opens_a_bill_needs_the_scope_for_it() -> None:
    opening = {method.name for method in BILL_METHODS if method.scope is Scope.OPEN}

    assert opening == {"bill_share", "bill_check"}
