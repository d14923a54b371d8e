"""Every decoder, before bytes that are almost right and bytes that are bombs.

Checklist 39: structural mutations of every message; checklist 40: nested and announced lengths.
"""

import ast
import tracemalloc
from collections.abc import Callable

import msgpack
import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st

from tests.fuzz.decoders import DECODERS, Decoder
from tests.tidy.source import modules

BOMBS = (
    b"\x91" * 1_000,  # arrays in arrays
    b"\x81\x00" * 1_000,
    b"\xdd\xff\xff\xff\xff",  # an array of 2^32 - 1
    b"\xdf\xff\xff\xff\xff",
    b"\xc6\xff\xff\xff\xff",  # so many bytes
    b"\xdb\xff\xff\xff\xff",
    b"\x9c\xdd\xff\xff\xff\xff" * 50,
    b"[" * 5_000,
    b'{"a":' * 5_000,
    b"a = " + b"[" * 5_000,
    b"\xff" * 4_096,
    b"",
)
PEAK_BYTES_MAX = 4 << 20  # for inputs of some kilobytes: nothing that was announced is allocated
TABLE = "tests/fuzz/decoders.py"
NOT_FROM_OUTSIDE = {
    "decode_by_rules",  # what strict_json.decode does with all that is not plain
    "decode_extent",  # the sentinel has checked its digest
    "decode_leaf",  # part of a tree node
    "decode_manifest",  # as decode_extent
    "decode_object",  # a state's value, whose envelope was checked
    "decode_with",  # what decode and decode_operation do, which are in the table
}
NUMBER_CHANGES = st.sampled_from((-1, 1, 2**31, 2**63, -(2**63)))
PLACES = st.integers(0, 2**16)


def decoders(*, only: Callable[[Decoder], bool] = lambda _: True) -> pytest.MarkDecorator:
    chosen = {name: decoder for name, decoder in DECODERS.items() if only(decoder)}
    return pytest.mark.parametrize("decoder", chosen.values(), ids=chosen)


@decoders(only=lambda decoder: bool(decoder.samples))
def test_what_it_should_read_is_read(decoder: Decoder) -> None:
    for sample in decoder.samples:
        assert decoder.run(sample)


@decoders()
@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: f"{bomb[:3].hex()}x{len(bomb)}")
def test_no_bomb_goes_off(decoder: Decoder, bomb: bytes) -> None:
    """Checklist 40."""
    tracemalloc.start()
    try:
        decoder.run(bomb)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < PEAK_BYTES_MAX


@decoders()
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_any_bytes_are_a_value_or_its_error(decoder: Decoder, data: bytes) -> None:
    """Checklist 39."""
    decoder.run(data)


@decoders(only=lambda decoder: bool(decoder.samples))
@settings(max_examples=60)
@given(st.data())
def test_bytes_changed_here_and_there_are_a_value_or_its_error(
    decoder: Decoder, data: st.DataObject
) -> None:
    sample = bytearray(data.draw(st.sampled_from(decoder.samples)))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(PLACES) % (len(sample) + 1)
        cut = data.draw(st.integers(0, 3))
        sample[place : place + cut] = data.draw(st.binary(max_size=3))

    decoder.run(bytes(sample))


def tree_of(sample: bytes) -> object:
    """Read a sample as plain MessagePack; nothing when it is something else."""
    try:
        return msgpack.unpackb(sample, strict_map_key=False)
    except (ValueError, msgpack.UnpackException, UnicodeDecodeError):
        return None


def spoil(tree: object, data: st.DataObject) -> object:
    """Change one thing somewhere in a tree: a number by one, a length, an order, a type."""
    if isinstance(tree, list) and tree:
        place = data.draw(PLACES) % len(tree)
        how = data.draw(st.sampled_from(("inside", "inside", "inside", "drop", "twice", "swap")))
        changed = list(tree)
        if how == "inside":
            changed[place] = spoil(tree[place], data)
        elif how == "drop":
            del changed[place]
        elif how == "twice":
            changed.insert(place, tree[place])
        else:
            changed[place], changed[-1] = changed[-1], changed[place]
        return changed
    if isinstance(tree, int):
        return max(-(2**63), min(tree + data.draw(NUMBER_CHANGES), 2**64 - 1))
    if isinstance(tree, bytes):
        return data.draw(st.sampled_from((tree[1:], tree + b"\0", tree[::-1], b"", tree.hex())))
    return data.draw(st.sampled_from((None, True, 0, "", [], {}, 1.0)))


@decoders(only=lambda decoder: any(isinstance(tree_of(s), list) for s in decoder.samples))
@settings(max_examples=100)
@given(st.data())
def test_a_message_with_one_thing_changed_is_a_value_or_its_error(
    decoder: Decoder, data: st.DataObject
) -> None:
    """Checklist 39."""
    trees = [tree for s in decoder.samples if isinstance(tree := tree_of(s), list)]
    tree = data.draw(st.sampled_from(trees))

    decoder.run(msgpack.packb(spoil(tree, data)))


@decoders(only=lambda decoder: any(isinstance(tree_of(s), list) for s in decoder.samples))
@given(st.data())
@example(data=None)
def test_no_number_has_a_second_form(decoder: Decoder, data: st.DataObject | None) -> None:
    """A small number in a wider form is the same value with other bytes: refused."""
    sample = next(s for s in decoder.samples if isinstance(tree_of(s), list))
    place = 0 if data is None else data.draw(PLACES) % len(sample)
    head = sample[place]
    if head > 0x7F:
        return
    wider = sample[:place] + b"\xcc" + sample[place:]

    if tree_of(wider) == tree_of(sample):
        assert not decoder.run(wider)


def test_every_decoder_of_the_code_is_in_the_table() -> None:
    """Who adds a decoder adds it here."""
    (table,) = [module.text for module in modules("tests") if module.path == TABLE]
    found = {
        node.name
        for module in modules("consensus", "ledgerd")
        for node in module.tree.body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("decode_")
    }

    assert {name for name in found if name not in table} == NOT_FROM_OUTSIDE
