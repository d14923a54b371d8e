"""Answers about cases: what is opened does not show itself."""

from ledgerd.rpc.answers_redress import CaseOpened, LetterOpened, PartyOpened


def test_an_opened_case_does_not_show_its_words_parties_or_salts() -> None:
    opened = CaseOpened(
        case="71",
        letters=(LetterOpened(step="found", text="words about a person"),),
        parties=(PartyOpened(party="a party", salt="its salt"),),
    )

    assert "person" not in repr(opened)
    assert "a party" not in repr(opened)
    assert "its salt" not in repr(opened)
