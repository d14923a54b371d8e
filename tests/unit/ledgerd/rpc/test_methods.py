"""All methods together: what a node binds is what the catalogue promises."""

import inspect
from typing import Any

import pytest

from ledgerd.rpc.catalogue import METHODS, SUB_SUBSCRIBE
from ledgerd.rpc.methods import registry_of
from ledgerd.rpc.ports import AnyOffice, Offices
from tests.unit.ledgerd.rpc.solo_node import SoloNode


class EmptyOffice:
    """An office whose every act is a mistake of the test."""

    def __getattr__(self, name: str) -> Any:
        assert name in dict(inspect.getmembers(AnyOffice)), name
        return self.refuse

    async def refuse(self, request: object) -> None:
        raise AssertionError(request)


@pytest.fixture(scope="module")
def names() -> set[str]:
    registry = registry_of(SoloNode(), Offices(any=EmptyOffice()))  # type: ignore[arg-type]
    return {bound.method.name for bound in registry}


def test_every_method_of_the_catalogue_is_bound(names: set[str]) -> None:
    assert {method.name for method in METHODS} - names == {SUB_SUBSCRIBE.name}


def test_nothing_outside_the_catalogue_is_bound(names: set[str]) -> None:
    assert names - {method.name for method in METHODS} == set()
