"""Letters of a case: bounded, and silent about what is in them."""

import pytest

from ledgerd.errors import DecodeError
from ledgerd.primitives.canonical import decode, encode
from ledgerd.rpc.case_letters import LETTER_BYTES_MAX, CaseLetter, CaseParty

PARTY = CaseParty(party="0" * 32, salt=bytes(32))


def test_a_letter_reads_back_and_does_not_show_itself() -> None:
    letter = CaseLetter(text="words about a person", parties=(PARTY,))

    assert decode(encode(letter), CaseLetter, bytes_max=LETTER_BYTES_MAX) == letter
    assert repr(letter) == "CaseLetter(...)"
    assert repr(PARTY) == "CaseParty(...)"


@pytest.mark.parametrize(
    "bad",
    [
        CaseLetter(text="", parties=(PARTY,) * 9),
        CaseLetter(text="", parties=(CaseParty(party="0" * 33, salt=bytes(32)),)),
        CaseLetter(text="", parties=(CaseParty(party="0", salt=bytes(31)),)),
    ],
)
def test_a_letter_out_of_its_bounds_does_not_decode(bad: CaseLetter) -> None:
    with pytest.raises(DecodeError):
        decode(encode(bad), CaseLetter, bytes_max=LETTER_BYTES_MAX)
