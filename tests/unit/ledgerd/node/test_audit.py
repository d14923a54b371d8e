"""The audit log: lines that hang together, without contents."""

import os
from pathlib import Path

import pytest

from ledgerd.errors import StorageCorrupted, StorageWriteFailed
from ledgerd.node.audit import LINE_BYTES_MAX, TAIL_NAME, AuditLog
from ledgerd.storage.audit_lines import verify_audit_log
from tests.unit.ledgerd.node.samples import MEMBERS, StillClock


def written(path: Path) -> bytes:
    log = AuditLog(path, StillClock())
    log.record_opening(MEMBERS[0], "99010126-0000000001", "claim")
    log.record("acted", {"client": "his", "method": "bill_issue"})
    log.close()
    return path.read_bytes()


def test_lines_follow_each_other_over_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    written(path)

    assert verify_audit_log(written(path)) == 4
    assert path.stat().st_mode & 0o777 == 0o600


def test_lines_of_acts_that_are_asked_for_together_read_as_if_written_one_by_one(
    tmp_path: Path,
) -> None:
    lines = [{"client": "his", "method": name} for name in ("bill_issue", "bill_pay", "tx_submit")]
    together, apart = (AuditLog(tmp_path / name, StillClock()) for name in ("a", "b"))

    together.record_all("asked", lines)
    for line in lines:
        apart.record("asked", line)

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (together.head, together.line_count) == (apart.head, apart.line_count)
    together.close()
    apart.close()


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_line_taken_out_or_changed_shows(tmp_path: Path, number: int) -> None:
    path = tmp_path / "audit.log"
    written(path)
    lines = written(path).splitlines(keepends=True)
    without = b"".join(lines[:number] + lines[number + 1 :])
    changed = lines[number].replace(b"record", b"RECORD").replace(b"claim", b"audit")
    changed = changed.replace(b"bill_issue", b"bill_other")

    with pytest.raises(StorageCorrupted):
        verify_audit_log(without)
    with pytest.raises(StorageCorrupted):
        verify_audit_log(b"".join([*lines[:number], changed, *lines[number + 1 :]]))


def test_what_is_no_line_is_named_by_its_number() -> None:
    with pytest.raises(StorageCorrupted, match="line 1"):
        verify_audit_log(b"nonsense\n")


def test_a_line_that_was_only_begun_goes_at_the_next_start(tmp_path: Path) -> None:
    """The power went while it was written; what it was to tell of was not done."""
    path = tmp_path / "audit.log"
    begun = written(path) + b'{"act":"opened"'
    path.write_bytes(begun)

    assert verify_audit_log(written(path)) == 4


def test_a_file_of_nothing_but_a_begun_line_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    path.write_bytes(b'{"act":"opened"')

    assert verify_audit_log(written(path)) == 2


def damaged_in_four_ways(data: bytes) -> list[bytes]:
    """Cut behind a line, cut to nothing, change the last line, or fill it with something else."""
    lines = data.splitlines(keepends=True)
    changed = lines[-1].replace(b"bill_issue", b"bill_other")
    return [lines[0], b"", lines[0] + changed, bytes(2 * LINE_BYTES_MAX + 1)]


@pytest.mark.parametrize("way", range(4))
def test_a_log_that_is_not_what_was_written_is_moved_aside_and_not_written_on(
    tmp_path: Path, way: int
) -> None:
    path = tmp_path / "audit.log"
    damaged = damaged_in_four_ways(written(path))[way]
    path.write_bytes(damaged)

    assert verify_audit_log(written(path)) == 3
    assert b"begun_anew" in path.read_bytes().splitlines()[0]
    assert (tmp_path / "audit.log.damaged-1").read_bytes() == damaged


def test_a_log_that_is_gone_is_begun_anew_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    written(path)
    path.unlink()

    assert verify_audit_log(written(path)) == 3
    assert b"begun_anew" in path.read_bytes().splitlines()[0]


def test_a_log_whose_sentinel_is_lost_is_still_checked_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    written(path)
    (tmp_path / TAIL_NAME).unlink()

    assert verify_audit_log(written(path)) == 4


def test_lines_follow_each_other_in_a_long_file(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    for _ in range(3):
        log = AuditLog(path, StillClock())
        for number in range(40):
            log.record("acted", {"client": "his", "number": str(number), "text": "x" * 200})
        log.close()

    assert path.stat().st_size > 2 * LINE_BYTES_MAX
    assert verify_audit_log(path.read_bytes()) == 120


def test_a_line_that_the_disk_took_half_of_is_an_error_before_the_act_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = AuditLog(tmp_path / "audit.log", StillClock())
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[: len(data) // 2]))

    with pytest.raises(StorageWriteFailed, match="bytes were written"):
        log.record("acted", {"client": "his"})
    log.close()
