"""Answers about care show ids, states and counts, never what is sealed."""

import msgspec

from ledgerd.rpc import answers_care as ac


def test_no_answer_has_a_field_for_words_salts_or_keys() -> None:
    types = [t for t in vars(ac).values() if isinstance(t, type) and issubclass(t, msgspec.Struct)]
    fields = {field for type_ in types for field in type_.__struct_fields__}

    assert fields
    assert not fields & {"content", "consent", "salt", "order", "sealed", "name"}
