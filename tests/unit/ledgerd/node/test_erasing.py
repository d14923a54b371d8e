"""Erasing on one node: stores, bundle log, list at start."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from types import SimpleNamespace

import trio

from ledgerd.ledger.care_events import ErasureApproved
from ledgerd.ledger.queries import bill_of
from ledgerd.node.erasing import Eraser, ErasurePorts
from ledgerd.primitives.sealing import PartLeaf, decode_sidecar, seal_payload
from ledgerd.storage.memory import MemoryStore
from ledgerd.storage.sidecar_store import SidecarStore, sidecar_hash
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    FINANCE,
    HOSPITAL,
    MEDICARE,
    World,
    salt_of,
    sealed_parts,
)
from tests.unit.ledgerd.ledger.world_care import approve, confirm, erasure

PAYLOAD = seal_payload(
    ((PartLeaf("face", b"x"),), (PartLeaf("lines", b"y"),)), (), lambda count: b"\x05" * count
)


def done() -> Future[None]:
    future: Future[None] = Future()
    future.set_result(None)
    return future


@dataclass
class Logs:
    """Segments of a bundle log; a roll begins one, a flush drops the older ones."""

    bundle_segments: tuple[int, ...] = (1,)
    flushes: int = 0

    def roll_bundles(self) -> Future[None]:
        self.bundle_segments = (*self.bundle_segments, self.bundle_segments[-1] + 1)
        return done()

    def flush(self) -> Future[None]:
        self.flushes += 1
        self.bundle_segments = self.bundle_segments[-1:]
        return done()


@dataclass
class House:
    """A world, its sidecars, and the eraser of the hospital's node."""

    world: World = field(default_factory=World)
    sidecars: SidecarStore = field(default_factory=lambda: SidecarStore(MemoryStore()))
    logs: Logs = field(default_factory=Logs)
    listeners: list = field(default_factory=list)

    def eraser(self) -> Eraser:
        witnesses = SimpleNamespace(listen=self.listeners.append)
        return Eraser(
            ErasurePorts(
                institution=HOSPITAL,
                state=self.world,
                scan=lambda span, limit: [
                    (k, self.world.state[k]) for k in sorted(self.world.state) if k in span
                ][:limit],
                sidecars=self.sidecars,
                logs=self.logs,
                keeper=self.logs,
                witnesses=witnesses,
            )
        )


def house_with_erasure(parts: int = 3) -> tuple[House, bytes]:
    house = House()
    world = house.world
    world.allot()
    world.enrol()
    named = sealed_parts()
    name = type(named.sidecar)(
        sidecar_hash=PAYLOAD.sidecar_hash, sidecar_bytes=len(PAYLOAD.sidecar)
    )
    sealed = type(named)(
        **{**{f: getattr(named, f) for f in named.__struct_fields__}, "sidecar": name}
    )
    bill = world.bill(1, sealed=sealed)
    assert bill_of(world, bill) is not None
    assert salt_of(bill)
    house.sidecars.put([PAYLOAD.sidecar])
    key = world.must(ANNA, "device", erasure((bill,), world.today, parts))
    world.must(FINANCE, "reviewer", approve(key))
    if parts & 2:
        world.must(MEDICARE, "reviewer", approve(key))
    return house, key


def test_the_list_of_the_state_is_applied_before_anything_is_served() -> None:
    house, key = house_with_erasure()
    eraser = house.eraser()

    eraser.apply_list()

    assert house.sidecars.get(PAYLOAD.sidecar_hash) is None
    assert house.sidecars.is_erased(PAYLOAD.sidecar_hash)
    assert eraser.is_idle
    assert not eraser.is_done(key)  # the bundle log may hold the bytes still


async def test_what_a_block_approves_is_erased_and_the_bundle_log_begins_anew() -> None:
    house, key = house_with_erasure()
    eraser = house.eraser()
    event = ErasureApproved(erasure=key, institution=FINANCE, is_complete=True)
    eraser.on_block(SimpleNamespace(receipts=((SimpleNamespace(events=(event,)),),)))
    assert not eraser.is_idle

    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(eraser.run)
            while not eraser.is_done(key):
                await trio.lowlevel.checkpoint()
            nursery.cancel_scope.cancel()

    assert house.sidecars.whole(PAYLOAD.sidecar_hash) is None
    assert house.logs.bundle_segments == (2,)


def test_of_a_face_that_is_erased_the_lines_stay() -> None:
    house, _ = house_with_erasure(parts=1)

    house.eraser().apply_list()

    rest = house.sidecars.get(PAYLOAD.sidecar_hash)
    assert rest is not None
    assert decode_sidecar(rest).parts[1] == decode_sidecar(PAYLOAD.sidecar).parts[1]
    assert sidecar_hash(rest) != PAYLOAD.sidecar_hash


def test_a_node_that_confirmed_does_not_touch_its_bundle_log_again() -> None:
    house, key = house_with_erasure()
    house.world.must(HOSPITAL, "office", confirm(key))
    eraser = house.eraser()

    eraser.apply_list()

    assert eraser.is_done(key)
    assert house.logs.flushes == 0


def test_a_request_that_waits_is_no_erasure() -> None:
    house = House()
    world = house.world
    world.allot()
    world.enrol()
    bill = world.bill(1)
    key = world.must(ANNA, "device", erasure((bill,), world.today))
    eraser = house.eraser()

    eraser.apply_list()

    assert not eraser.is_done(key)
    assert not eraser.is_done(b"e" + bytes(38))
