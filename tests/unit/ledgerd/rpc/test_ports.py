"""Ports of the offices: each act of the catalogue has a port that carries it out."""

import inspect
from typing import get_args, get_type_hints

from ledgerd.rpc import ports
from ledgerd.rpc.answers import Outcome
from ledgerd.rpc.catalogue import METHODS, TX_SUBMIT, TX_SUBMIT_MANY
from ledgerd.rpc.registry import Scope

ROOMS = tuple(get_args(hint)[0] for hint in get_type_hints(ports.Offices).values())


def request_types() -> set[object]:
    signatures = [
        inspect.signature(member)
        for room in ROOMS
        for name, member in inspect.getmembers(room, inspect.isfunction)
        if not name.startswith("_")
    ]
    return {list(signature.parameters.values())[1].annotation for signature in signatures}


def test_each_act_has_an_office_that_takes_its_request() -> None:
    acts = [
        method
        for method in METHODS
        if method.scope in {Scope.ACT, Scope.ADMIN} and method not in {TX_SUBMIT, TX_SUBMIT_MANY}
    ]

    assert [method.name for method in acts if method.params not in request_types()] == []
    assert {method.answer for method in acts} == {Outcome}
