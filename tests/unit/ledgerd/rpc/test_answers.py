"""Answers: stable shapes; opened bills do not show themselves."""

import msgspec
import pytest

from ledgerd.rpc import answers
from ledgerd.rpc.catalogue import METHODS
from ledgerd.rpc.registry import Method

# Methods of the chain's state: the answer says at which height and root it was read.
OF_THE_STATE = [
    method
    for method in METHODS
    if method.name.endswith(("_list", "_get"))
    and method.name not in {"tx_get", "proof_get", "evidence_get", "evidence_list"}
]


@pytest.mark.parametrize("method", OF_THE_STATE, ids=lambda method: method.name)
def test_a_read_of_the_state_says_where_it_was_read(method: Method) -> None:
    names = {field.name for field in msgspec.structs.fields(method.answer)}

    assert {"height", "state_root"} <= names


def test_an_opened_bill_does_not_show_itself() -> None:
    field = answers.NamedValue(name="name", value="Sample Person")

    opened = answers.BillOpened(bill="1-2", face=(field,), lines=(), owner_salt="00")

    assert "Sample" not in repr(opened)
