"""The present view."""

import pytest

from consensus.reign import Reign, view_opened_by
from tests.unit.consensus.builders import FOUR, A, B, committed, new_view, prepared, view_change


def test_an_epoch_starts_active_at_view_one_on_its_root() -> None:
    reign = Reign(FOUR)
    assert (reign.view, reign.active, reign.anchor, reign.tip) == (1, True, FOUR.root, None)


def test_leaving_forgets_the_tip_and_the_proof() -> None:
    reign = Reign(FOUR)
    reign.extend(A.ref)
    own = view_change(1, 2)
    reign.leave(own, 7)
    assert (reign.view, reign.active, reign.tip, reign.entry) == (2, False, None, None)
    assert (reign.view_change, reign.since_ms) == (own, 7)


def test_entering_the_awaited_view_keeps_the_own_view_change_a_later_one_does_not() -> None:
    reign = Reign(FOUR)
    own = view_change(1, 2)
    reign.leave(own, 7)
    reign.enter(new_view(2, prepared(A)), A.ref, 8)
    assert (reign.active, reign.anchor, reign.view_change) == (True, A.ref, own)
    reign.enter(new_view(3), FOUR.root, 9)
    assert (reign.view, reign.view_change, reign.since_ms) == (3, None, 9)


def test_a_certificate_opens_the_view_after_its_own() -> None:
    reign = Reign(FOUR)
    assert [reign.can_enter(view) for view in (1, 2)] == [False, True]
    reign.leave(view_change(1, 2), 7)
    assert [reign.can_enter(view) for view in (1, 2)] == [False, True]
    reign.enter(committed(A), A.ref, 8)
    assert (reign.view, reign.active, reign.entry) == (2, True, committed(A))
    assert not reign.can_enter(2)
    assert [view_opened_by(proof) for proof in (committed(A, 6), new_view(7))] == [7, 7]


def test_the_view_only_rises_and_is_entered_once() -> None:
    reign = Reign(FOUR)
    reign.enter(new_view(3), FOUR.root, 0)
    for lower in (new_view(3), new_view(2)):
        with pytest.raises(AssertionError):
            reign.enter(lower, FOUR.root, 0)
    with pytest.raises(AssertionError):
        reign.leave(view_change(1, 3), 0)


def test_the_tip_only_rises_and_only_while_active() -> None:
    reign = Reign(FOUR)
    reign.extend(B.ref)
    with pytest.raises(AssertionError):
        reign.extend(A.ref)
    reign.leave(view_change(1, 2), 0)
    with pytest.raises(AssertionError):
        reign.extend(B.ref)
