"""The published codes."""

from ledgerd.ledger.reject_codes import IN_FORCE, MEANINGS, RejectCode


def test_every_code_has_a_meaning_that_is_a_sentence() -> None:
    assert list(MEANINGS) == list(RejectCode)
    assert all(text.endswith(".") for text in MEANINGS.values())


def test_only_done_and_repeated_are_in_force() -> None:
    assert [code for code in RejectCode if code in IN_FORCE] == [0, 1]


def test_published_numbers_stay() -> None:
    numbers = {code.name: code.value for code in RejectCode}

    assert numbers["MALFORMED"] == 10
    assert numbers["CONFLICTING_CLIENT_REF"] == 30
    assert numbers["NUMBER_TAKEN"] == 52
    assert numbers["CLAIM_OPEN"] == 91
    assert numbers["OVER_PRIVATE_SHARE"] == 95
