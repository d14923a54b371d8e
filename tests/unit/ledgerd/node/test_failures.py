"""What is remembered of ends with exit code 70, and what the next start doubts for it."""

from pathlib import Path

import pytest

from ledgerd.config import HomePaths
from ledgerd.errors import StorageCorrupted, StorageUnavailable, StorageWriteFailed
from ledgerd.node.applying import NodeHalted
from ledgerd.node.failures import (
    ADVICE,
    COUNT_MAX,
    WINDOW_MS,
    Cause,
    Doubt,
    FailureBook,
    book_of,
    cause_of,
)
from tests.unit.ledgerd.node.samples import NOON_MS


@pytest.fixture
def book(tmp_path: Path) -> FailureBook:
    paths = HomePaths(tmp_path)
    for folder in (paths.chain, paths.votes, paths.offices):
        folder.mkdir(parents=True)
        (folder / "content").touch()
    return book_of(tmp_path)


def fail(book: FailureBook, *causes: Cause) -> None:
    for number, cause in enumerate(causes):
        book.note(NOON_MS + number, cause)


@pytest.mark.parametrize("cause", [Cause.BUG, Cause.READING])
def test_the_third_failure_within_the_window_casts_doubt_on_the_stores(
    book: FailureBook, cause: Cause
) -> None:
    for number in range(COUNT_MAX):
        assert book.doubt(NOON_MS + number) is Doubt.NONE
        book.note(NOON_MS + number, cause)

    assert book.doubt(NOON_MS + COUNT_MAX) is Doubt.STORES
    assert book.doubt(NOON_MS + WINDOW_MS + COUNT_MAX) is Doubt.NONE


def test_damage_read_once_casts_doubt_on_the_stores_however_late(book: FailureBook) -> None:
    fail(book, Cause.DAMAGE)

    assert book.doubt(NOON_MS + 10 * WINDOW_MS) is Doubt.STORES


def test_only_a_node_that_a_quorum_contradicts_gives_up_a_chain_unread(book: FailureBook) -> None:
    fail(book, Cause.BUG, Cause.CONTRADICTION)
    assert book.doubt(NOON_MS + 2) is Doubt.NONE

    book.note(NOON_MS + 2, Cause.BUG)

    assert book.doubt(NOON_MS + 3) is Doubt.CHAIN


def test_forgotten_failures_cast_no_doubt(book: FailureBook) -> None:
    fail(book, Cause.BUG, Cause.BUG, Cause.BUG)

    book.forget()

    assert book.doubt(NOON_MS + 3) is Doubt.NONE


def test_beginning_anew_moves_the_chain_only(book: FailureBook, tmp_path: Path) -> None:
    book.begin_chain_anew()

    data = tmp_path / "data"
    assert (data / "chain.failing-1" / "content").exists()
    assert not (data / "chain").exists()
    assert (data / "votes" / "content").exists()
    assert (data / "offices" / "content").exists()


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (StorageCorrupted("x"), Cause.DAMAGE),
        (NodeHalted("x"), Cause.CONTRADICTION),
        (StorageUnavailable("x"), Cause.READING),
        (StorageWriteFailed("x"), Cause.WRITING),
        (AssertionError("x"), Cause.BUG),
        (ExceptionGroup("", [StorageWriteFailed("x"), StorageCorrupted("x")]), Cause.DAMAGE),
        (ExceptionGroup("", [AssertionError(), StorageWriteFailed("x")]), Cause.WRITING),
    ],
)
def test_an_end_has_one_cause_and_one_advice(error: Exception, cause: Cause) -> None:
    assert cause_of(error) is cause
    assert ADVICE[cause]


@pytest.mark.parametrize("content", [b"{not json", b'["\xc0"]', b"[1]"])
def test_an_unreadable_book_counts_nothing(
    book: FailureBook, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "data" / "failures.json").write_bytes(content)

    assert book.doubt(NOON_MS) is Doubt.NONE
    book.note(NOON_MS, Cause.BUG)


def test_a_home_that_cannot_be_written_to_is_no_further_failure(tmp_path: Path) -> None:
    book_of(tmp_path / "nowhere").note(NOON_MS, Cause.BUG)
