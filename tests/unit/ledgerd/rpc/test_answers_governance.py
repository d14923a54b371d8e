"""Answers of governance are plain data that JSON can hold."""

import msgspec

from ledgerd.rpc import answers_governance as ag


def test_answers_go_through_json_unchanged() -> None:
    gap = ag.GapView(first=1, last=2, since_ms=3, is_overdue=True)
    page = ag.Gaps(height=1, state_root="00", gaps=(gap,), next=None)

    assert msgspec.json.decode(msgspec.json.encode(page), type=ag.Gaps) == page
