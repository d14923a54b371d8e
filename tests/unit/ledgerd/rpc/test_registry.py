"""The registry binds each method once."""

import pytest

from ledgerd.rpc.catalogue import CHAIN_VERSION
from ledgerd.rpc.registry import Registry
from tests.unit.ledgerd.rpc.rpc_desk import registry, version


def test_a_bound_method_is_found_by_its_name() -> None:
    bound = registry().find("chain_version")

    assert bound is not None
    assert bound.method is CHAIN_VERSION


def test_binding_twice_is_our_own_mistake() -> None:
    filled = registry()

    with pytest.raises(AssertionError):
        filled.bind(CHAIN_VERSION, version)


def test_methods_come_in_the_order_of_their_names() -> None:
    names = [bound.method.name for bound in registry()]

    assert names == sorted(names)
    assert Registry().find("chain_version") is None
