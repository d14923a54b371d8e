"""The importer's journal survives being killed at any byte."""

from pathlib import Path

import pytest

from ledgerd.cli.synthea.journal import Acknowledgement, Journal, read_journal
from ledgerd.errors import ConfigError

FIRST = Acknowledgement(client_ref="bill/1", act="bill_issue", reason="OK", tx_id="aa", height=3)
SECOND = Acknowledgement(client_ref="bill/2", act="bill_issue", reason="OK", tx_id="bb", height=4)


def written(path: Path, *entries: Acknowledgement) -> Path:
    journal = Journal(path)
    for entry in entries:
        journal.add(entry)
    journal.close()
    return path


def test_what_was_added_is_found_after_a_restart(tmp_path: Path) -> None:
    path = written(tmp_path / "journal", FIRST, SECOND)

    journal = Journal(path)

    assert journal.find("bill/2") == SECOND
    assert journal.find("bill/3") is None
    journal.close()


def test_a_line_torn_at_any_byte_never_counted_and_the_next_one_stands_whole(
    tmp_path: Path,
) -> None:
    whole = written(tmp_path / "journal", FIRST, SECOND).read_bytes()
    first_bytes = whole.index(b"\n") + 1
    for length in range(first_bytes, len(whole)):
        path = tmp_path / f"torn-{length}"
        path.write_bytes(whole[:length])

        assert read_journal(written(path, SECOND)) == (FIRST, SECOND)


def test_a_whole_line_that_is_no_acknowledgement_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b'{"client_ref":"x"}\n')

    with pytest.raises(ConfigError, match="line 1"):
        read_journal(path)


def test_a_missing_journal_is_empty(tmp_path: Path) -> None:
    assert read_journal(tmp_path / "none") == ()
