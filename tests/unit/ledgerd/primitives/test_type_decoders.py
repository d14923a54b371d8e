"""Decoders of types: the same one each time, and whole ones in every thread."""

import subprocess
import sys

from ledgerd.primitives.canonical import U63, Canonical
from ledgerd.primitives.type_decoders import json_decoder, msgpack_decoder
from tests.tidy.source import ROOT

MANY_THREADS = '''
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from ledgerd.primitives.canonical import U63, Canonical, decode, encode

sys.setswitchinterval(1e-6)
THREADS, TYPES, FIELDS = 8, 60, 12


def make(name: str, fields: dict[str, object]) -> type[Canonical]:
    body = {"__annotations__": fields, "__module__": __name__}
    return type(Canonical)(name, (Canonical,), body, frozen=True)


def fresh(number: int) -> tuple[type[Canonical], bytes]:
    """Make a type of a dozen types, and the bytes of a value."""
    inner = [make(f"Inner{number}x{i}", {"a": U63, "b": U63}) for i in range(FIELDS)]
    whole = make(f"Whole{number}", {f"f{i}": type_ for i, type_ in enumerate(inner)})
    return whole, encode(whole(*(type_(1, 2) for type_ in inner)))


with ThreadPoolExecutor(THREADS) as pool:
    for number in range(TYPES):
        whole, data = fresh(number)
        barrier = threading.Barrier(THREADS)

        def work(place: int) -> object:
            barrier.wait()
            for _ in range(place * 200):
                pass  # each begins a little later than the one before
            return decode(data, whole, bytes_max=4_096)

        assert len(set(pool.map(work, range(THREADS)))) == 1
'''


class Pair(Canonical, frozen=True):
    """Two numbers."""

    first: U63
    second: U63


def test_a_type_has_one_decoder_of_each_kind() -> None:
    assert msgpack_decoder(Pair) is msgpack_decoder(Pair)
    assert json_decoder(Pair) is json_decoder(Pair)
    assert json_decoder(Pair).decode(b"[1,2]") == Pair(1, 2)


def test_types_that_several_threads_meet_for_the_first_time_at_once_end_no_process() -> None:
    """Unfinished decoders end a process by a signal, so another process has to try."""
    command = [sys.executable, "-c", MANY_THREADS]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
