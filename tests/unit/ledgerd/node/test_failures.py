"""Three failures within ten minutes: the chain is begun anew, and nothing else."""

from pathlib import Path

import pytest

from ledgerd.config import HomePaths
from ledgerd.node.failures import COUNT_MAX, WINDOW_MS, FailureBook, book_of
from tests.unit.ledgerd.node.samples import NOON_MS


@pytest.fixture
def book(tmp_path: Path) -> FailureBook:
    paths = HomePaths(tmp_path)
    for folder in (paths.chain, paths.votes, paths.offices):
        folder.mkdir(parents=True)
        (folder / "content").touch()
    return book_of(tmp_path)


def test_the_third_failure_within_the_window_counts_as_repeated(book: FailureBook) -> None:
    for number in range(COUNT_MAX):
        assert not book.is_repeated(NOON_MS + number)
        book.note(NOON_MS + number)

    assert book.is_repeated(NOON_MS + COUNT_MAX)
    assert not book.is_repeated(NOON_MS + WINDOW_MS + COUNT_MAX)


def test_beginning_anew_moves_the_chain_only_and_forgets(book: FailureBook, tmp_path: Path) -> None:
    for number in range(COUNT_MAX):
        book.note(NOON_MS + number)

    book.begin_anew()

    data = tmp_path / "data"
    assert (data / "chain.failing-1" / "content").exists()
    assert not (data / "chain").exists()
    assert (data / "votes" / "content").exists()
    assert (data / "offices" / "content").exists()
    assert not book.is_repeated(NOON_MS + COUNT_MAX)


def test_an_unreadable_book_counts_nothing(book: FailureBook, tmp_path: Path) -> None:
    (tmp_path / "data" / "failures.json").write_text("{not json")

    assert not book.is_repeated(NOON_MS)
    book.note(NOON_MS)


def test_a_home_that_cannot_be_written_to_is_no_further_failure(tmp_path: Path) -> None:
    book_of(tmp_path / "nowhere").note(NOON_MS)
