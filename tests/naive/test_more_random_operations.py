"""The other half of the dose, for the second worker."""

import pytest

from tests.naive.dose import OPERATIONS_PER_SEED, SEEDS_PER_FILE, pair_of


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEEDS_PER_FILE, 2 * SEEDS_PER_FILE))
def test_ledger_and_model_agree_on_every_operation_and_on_every_replay(seed: int) -> None:
    assert pair_of(seed).operations >= OPERATIONS_PER_SEED
