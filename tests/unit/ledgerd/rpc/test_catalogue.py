"""The catalogue as a whole: names, types and their documentation."""

import re

import msgspec
import pytest

from ledgerd.rpc.catalogue import METHODS
from ledgerd.rpc.fields import Answer, Params
from ledgerd.rpc.registry import Method


def test_names_are_unique_and_sorted() -> None:
    names = [method.name for method in METHODS]

    assert names == sorted(set(names))


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_a_method_is_called_noun_verb_and_says_what_it_does(method: Method) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", method.name)
    assert re.fullmatch(r"[A-Z].*\.", method.summary)


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_parameters_refuse_unknown_names_and_answers_are_structs(method: Method) -> None:
    assert issubclass(method.params, Params)
    assert issubclass(method.answer, Answer)
    assert method.params.__struct_config__.forbid_unknown_fields


@pytest.mark.parametrize("method", METHODS, ids=lambda method: method.name)
def test_no_parameter_and_no_answer_is_a_float(method: Method) -> None:
    _, schemas = msgspec.json.schema_components((method.params, method.answer))

    assert '"type":"number"' not in msgspec.json.encode(schemas).decode()
