"""Which bills concern a house: its own and hosted institutions, as readers or keepers."""

import msgspec
import pytest

from ledgerd.ledger.fields import SidecarName
from ledgerd.ledger.objects import DeliveredKey
from ledgerd.ledger.queries import bill_of, institution_of
from ledgerd.ledger.state_keys import delivery_key, institution_key
from ledgerd.node.belonging import PAGE_COUNT, Belonging
from ledgerd.primitives.canonical import encode
from tests.unit.ledgerd.ledger.world import (
    CODE,
    FINANCE,
    HOSPITAL,
    HOSPITAL_2,
    INSURER,
    INSURER_2,
    MEDICARE,
    MEDICARE_2,
    REGULATOR,
    World,
    bill_ref,
    sealed_parts,
)
from tests.unit.ledgerd.node.bills import sealed_for

BILL = bill_ref(1)
SEALED = sealed_for("a bill", HOSPITAL).sidecar
NOBODYS = b"no sidecar at all"


@pytest.fixture
def world() -> World:
    made = World()
    made.allot()
    made.issued(1)
    return made


def judge(world: World, institution: str, *members: str) -> Belonging:
    """Judge for a house; two that are not asked about keep everything, unless others are named."""
    return Belonging(
        institution,
        members or (HOSPITAL_2, REGULATOR),
        world,
        lambda span, limit: [(k, world.state[k]) for k in sorted(world.state) if k in span][:limit],
    )


def deliver_to(world: World, reader: str | None, number: int = 0) -> None:
    bill = bill_of(world, BILL)
    assert bill is not None
    delivered = DeliveredKey(
        grant=bytes(16),
        reader=reader,
        deliverer=HOSPITAL,
        parts=1,
        key_number=1,
        document=SidecarName(sidecar_hash=bytes(32), sidecar_bytes=1),
        origin=bill.origin,
    )
    ref = number.to_bytes(16, "big")
    world.state[delivery_key(CODE, BILL.number, ref)] = encode(delivered)


def host(world: World, institution: str, host_: str) -> None:
    record = institution_of(world, institution)
    assert record is not None
    hosted = msgspec.structs.replace(record.institution, hosted_by=host_)
    changed = msgspec.structs.replace(record, institution=hosted)
    world.state[institution_key(institution)] = encode(changed)


def test_the_issuer_and_the_finance_of_the_range_read_whatever_is_sealed_inside(
    world: World,
) -> None:
    assert judge(world, HOSPITAL).is_ours(BILL, SEALED)
    assert judge(world, FINANCE).is_ours(BILL, SEALED)
    assert not judge(world, INSURER).is_ours(BILL, SEALED)
    assert not judge(world, MEDICARE).is_ours(BILL, SEALED)


def test_keepers_keep(world: World) -> None:
    assert judge(world, INSURER, INSURER, REGULATOR).is_ours(BILL, SEALED)
    assert judge(world, REGULATOR, INSURER, REGULATOR).is_ours(BILL, SEALED)


def test_whoever_finds_a_wrap_inside_reads(world: World) -> None:
    sealed = sealed_for("a bill", HOSPITAL, MEDICARE).sidecar

    assert judge(world, MEDICARE).is_ours(BILL, sealed)
    assert not judge(world, MEDICARE_2).is_ours(BILL, sealed)


def test_whoever_got_keys_reads_and_devices_are_nobodys_house(world: World) -> None:
    deliver_to(world, None)
    assert not judge(world, INSURER).is_ours(BILL, SEALED)

    for number in range(1, PAGE_COUNT + 1):
        deliver_to(world, INSURER_2, number)
    deliver_to(world, INSURER, PAGE_COUNT + 1)

    assert judge(world, INSURER).is_ours(BILL, SEALED)


def test_the_bureau_of_the_settlement_and_the_supervisor_read(world: World) -> None:
    settled = world.settle(100_00, 60_00)
    ref = world.bill(2, public_fen=60_00, public=1, settlement=settled)

    assert judge(world, MEDICARE).is_ours(ref, SEALED)
    assert judge(world, FINANCE).is_ours(ref, SEALED)
    assert not judge(world, MEDICARE_2).is_ours(ref, SEALED)


def test_those_that_a_node_hosts_count(world: World) -> None:
    host(world, HOSPITAL, INSURER)

    assert judge(world, INSURER).is_ours(BILL, SEALED)


def test_what_is_not_here_may_be_for_finance_and_bureaus_and_for_nobody_else(
    world: World,
) -> None:
    assert judge(world, MEDICARE_2).is_ours(BILL, None)
    assert not judge(world, INSURER).is_ours(BILL, None)

    host(world, MEDICARE_2, INSURER)
    assert judge(world, INSURER).is_ours(BILL, None)


def test_what_nobody_can_read_belongs_to_no_reader(world: World) -> None:
    assert not judge(world, MEDICARE).is_ours(BILL, NOBODYS)


def test_what_the_issuer_did_not_seal_and_what_is_no_bill_stays(world: World) -> None:
    foreign = sealed_for("another document", HOSPITAL_2).sidecar

    assert judge(world, INSURER).is_ours(BILL, foreign)
    assert judge(world, INSURER).is_ours(bill_ref(9), SEALED)


def test_only_the_sidecar_that_the_bill_names_is_the_bills(world: World) -> None:
    named = sealed_parts("bill 1").sidecar.sidecar_hash

    assert judge(world, INSURER).is_sealed_in(BILL, named)
    assert not judge(world, INSURER).is_sealed_in(BILL, bytes(32))
    assert not judge(world, INSURER).is_sealed_in(bill_ref(9), named)
