"""What clients are told is compared with every chain, and the comparison can fail."""

from dataclasses import replace

import pytest

from consensus import Digest
from tests.simulator.checkers import Violation
from tests.simulator.cluster import Cluster
from tests.simulator.profiles import Plan

PLAN = Plan(seed=1, bundle_count=0)


def served() -> Cluster:
    """A cluster in which one client was told where its bundle stands."""
    world = Cluster(PLAN)
    world.start()
    world.run_for(500)
    world.clients.request(world.hosts[0])
    world.expect_executed(world.correct_hosts, 2_000)
    world.settle()
    assert len(world.clients.replies) == 1
    return world


def test_a_client_is_told_and_every_chain_holds_it() -> None:
    world = served()
    assert not world.clients.waiting
    world.clients.check_chains(world.correct_hosts)


def test_a_client_whose_machine_went_down_asks_another() -> None:
    world = Cluster(PLAN)
    world.start()
    world.run_for(500)
    world.clients.request(world.hosts[0])
    world.hosts[0].crash()
    world.expect_executed(world.hosts[1:], 8_000)
    world.run_for(8_000)
    assert not world.clients.waiting
    assert [reply.address for reply in world.clients.replies.values()] != [0]


def test_a_chain_that_lacks_what_a_client_was_told_is_told() -> None:
    world = served()
    world.hosts[2].disk.blocks.pop()
    with pytest.raises(Violation, match="7: replica 2 lacks"):
        world.clients.check_chains(world.correct_hosts)


def test_another_block_in_its_place_is_told() -> None:
    world = served()
    blocks = world.hosts[1].disk.blocks
    blocks[-1] = replace(blocks[-1], header_hash=Digest(bytes(32)))
    with pytest.raises(Violation, match="7: replica 1"):
        world.clients.check_chains(world.correct_hosts)


def test_two_words_that_differ_are_told() -> None:
    world = served()
    ((digest, reply),) = world.clients.replies.items()
    with pytest.raises(Violation, match="two places"):
        world.clients.on_reply(world.hosts[3], digest, reply.height + 1, reply.header_hash)
