"""The dose of random operations that the tests take; each seed is run once in a process."""

import functools
import random
from collections import Counter
from collections.abc import Iterable

from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.naive.running import Pair, run

OPERATIONS_PER_SEED = 2_000
SEEDS_PER_FILE = 25  # two files, so that both workers have one: 100 000 operations


@functools.cache
def pair_of(seed: int) -> Pair:
    return run(random.Random(seed), OPERATIONS_PER_SEED)


def codes_of(seeds: Iterable[int]) -> Counter[Code]:
    return sum((pair_of(seed).codes for seed in seeds), Counter())


def verdicts_of(seeds: Iterable[int]) -> Counter[tuple[str, bool]]:
    return sum((pair_of(seed).verdicts for seed in seeds), Counter())


def drawn_of(seeds: Iterable[int]) -> Counter[str]:
    return sum((pair_of(seed).drawn for seed in seeds), Counter())
