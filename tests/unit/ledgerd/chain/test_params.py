"""Parameters: bounded, and examples that say so."""

import pytest

from ledgerd.chain import params
from ledgerd.chain.params import DAY_MS, HOUR_MS, Params, example_params
from ledgerd.errors import DecodeError
from ledgerd.primitives.canonical import decode, encode, unbounded_fields


def test_examples_are_canonical_values() -> None:
    example = example_params("00")
    assert decode(encode(example), Params, bytes_max=1_000) == example


def test_the_module_says_that_they_are_examples() -> None:
    assert "examples" in (params.__doc__ or "")


def test_no_deadline_is_below_an_hour() -> None:
    with pytest.raises(DecodeError):
        decode(encode(Params(region="00", settlement_ms=HOUR_MS - 1)), Params, bytes_max=1_000)


@pytest.mark.parametrize("region", ["0", "000", "ab", "０１"])
def test_a_region_has_two_digits(region: str) -> None:
    with pytest.raises(DecodeError):
        decode(encode(Params(region=region)), Params, bytes_max=1_000)


def test_days_and_hours() -> None:
    assert DAY_MS == 24 * HOUR_MS == 86_400_000


def test_params_are_bounded() -> None:
    assert unbounded_fields(Params) == ()
