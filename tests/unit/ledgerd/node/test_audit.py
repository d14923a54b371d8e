"""The audit log: lines that hang together, without contents."""

from pathlib import Path

import pytest

from ledgerd.errors import StorageCorrupted
from ledgerd.node.audit import AuditLog, verify_audit_log
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
