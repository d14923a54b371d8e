"""The state of height 0."""

from ledgerd.chain.params import example_params
from ledgerd.ledger.genesis_state import genesis_state
from ledgerd.ledger.queries import institution_of, params_of
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL_2, KINDS, sample_genesis


class Reader(dict):
    """A state in a dict."""


def test_parameters_and_institutions_stand_in_the_first_state() -> None:
    state = Reader(genesis_state(sample_genesis()))

    finance, observer = institution_of(state, FINANCE), institution_of(state, HOSPITAL_2)
    assert params_of(state) == example_params("33")
    assert finance is not None
    assert observer is not None
    assert (finance.is_validator, observer.is_validator) == (True, False)
    assert len(state) == len(KINDS) + 2
    assert list(state) == sorted(state)
