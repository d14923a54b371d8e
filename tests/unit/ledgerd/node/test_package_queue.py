"""Packages that wait for their check: in bounded lanes, served in turn, known by name."""

import pytest

from ledgerd.chain.bundle import BundlePackage
from ledgerd.node.package_queue import PackageQueue, name_package
from tests.unit.ledgerd.node.samples import MEMBERS, allot, named_package, signed

FIRST, SECOND, THIRD = (signed(allot(number)) for number in (1, 2, 3))
LENGTH = named_package(MEMBERS[0], FIRST).byte_count
FLOOD, MODEST = MEMBERS[0], MEMBERS[1]


def queue_with_shares_of(byte_count: int) -> PackageQueue:
    return PackageQueue(MEMBERS, bytes_max=byte_count * len(MEMBERS))


def test_packages_of_a_peer_that_floods_wait_and_those_of_others_find_room() -> None:
    """Checklist 41."""
    flood = [named_package(FLOOD, read) for read in (FIRST, SECOND, THIRD)]
    queue = queue_with_shares_of(flood[0].byte_count + flood[1].byte_count)

    assert [queue.put(package) for package in flood] == [True, True, False]
    assert not queue.has_room(FLOOD, LENGTH)
    assert queue.put(named_package(MODEST, THIRD, author=1))


def test_peers_take_turns_at_the_checkers() -> None:
    queue = queue_with_shares_of(10 * LENGTH)
    flood = [named_package(FLOOD, read) for read in (FIRST, SECOND, THIRD)]
    modest = named_package(MODEST, FIRST, author=1)
    for package in (*flood, modest):
        queue.put(package)

    assert queue.take(3 * LENGTH) == [flood[0], modest, flood[1]]
    assert queue.take(LENGTH) == [flood[2]]
    assert queue.take(LENGTH) == []


def test_a_package_larger_than_a_share_is_taken_when_nothing_else_of_its_peer_waits() -> None:
    queue = queue_with_shares_of(LENGTH - 1)

    assert queue.put(named_package(FLOOD, FIRST))
    assert not queue.put(named_package(FLOOD, SECOND))
    queue.take(1)
    assert queue.put(named_package(FLOOD, SECOND))


def test_what_waits_is_not_queued_again_until_it_was_checked() -> None:
    queue = queue_with_shares_of(10 * LENGTH)
    package = named_package(FLOOD, FIRST)

    assert queue.put(package)
    assert not queue.put(package)
    queue.take(LENGTH)
    assert not queue.put(package)  # a checker is at it
    queue.note_checked(package)
    assert queue.put(package)


def test_the_author_s_own_copy_speaks_for_all_and_a_copy_of_another_for_itself() -> None:
    """Whoever spoils a copy must not keep a good one away."""
    of_author, of_another = named_package(MEMBERS[0], FIRST), named_package(MEMBERS[1], FIRST)
    queue = queue_with_shares_of(10 * LENGTH)

    queue.put(of_another)
    assert [queue.is_coming(of_another.digest, peer) for peer in MEMBERS[:3]] == [
        False,
        True,
        False,
    ]
    assert queue.put(of_author)
    assert all(queue.is_coming(of_author.digest, peer) for peer in MEMBERS)


def test_no_copy_keeps_another_member_s_out() -> None:
    queue = queue_with_shares_of(10 * LENGTH)

    assert all(queue.put(named_package(peer, FIRST)) for peer in MEMBERS)


@pytest.mark.parametrize("spoiler", [MEMBERS[0], MEMBERS[2]], ids=["author", "asked"])
def test_copies_of_who_brought_a_spoilt_one_speak_for_nothing_any_more(spoiler: str) -> None:
    """An author that spoils its own bundles for one node would else keep them from it for good."""
    queue = queue_with_shares_of(10 * LENGTH)
    spoilt, next_one = named_package(spoiler, FIRST), named_package(spoiler, SECOND)
    queue.put(spoilt)
    assert queue.is_coming(spoilt.digest, MEMBERS[2])

    queue.take(LENGTH)
    queue.note_checked(spoilt, is_spoilt=True)

    for again in (spoilt, next_one):
        assert queue.put(again)
        assert not any(queue.is_coming(again.digest, peer) for peer in MEMBERS)
        assert queue.put(named_package(MEMBERS[3], FIRST if again is spoilt else SECOND))
        assert queue.is_coming(again.digest, MEMBERS[3])


def test_a_bundle_that_names_no_author_has_a_name_all_the_same() -> None:
    garbage = name_package(FLOOD, BundlePackage(bundle=b"\xc1", sidecars=()), 1)
    beyond = named_package(FLOOD, FIRST, author=3)

    assert garbage.author is None
    assert beyond.author == 3
    assert PackageQueue(MEMBERS[:2]).put(beyond)  # an index that no member has is nobody's
