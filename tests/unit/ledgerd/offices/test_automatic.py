"""What the offices do by themselves, end to end on one ledger."""

import pytest

from ledgerd.keys.keyring import KeyRing
from ledgerd.ledger.events import UnreadableReported
from ledgerd.ledger.objects import ClaimState
from ledgerd.ledger.queries import bill_of, claim_of
from ledgerd.offices.chore import Chore, ChoreKind, ref_of as chore_ref
from ledgerd.offices.payer import Policy
from ledgerd.rpc.queries import BillGet
from tests.unit.ledgerd.ledger.world import HOSPITAL, HOSPITAL_2, INSURER, INSURER_2
from tests.unit.ledgerd.offices.acts import (
    Device,
    allot,
    chain_ref,
    claimed,
    content,
    enrol,
    granted,
    issue,
    lying_bill,
    ref_of,
    settled_bill,
)
from tests.unit.ledgerd.offices.town import Town


@pytest.fixture
async def device(town: Town) -> Device:
    await allot(town, HOSPITAL)
    device = Device("anna")
    await enrol(town, device)
    return device


async def test_finance_countersigns_what_it_opened(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device, public_fen=60_00)

    found = bill_of(town.ledger, chain_ref(bill))
    assert found is not None
    assert found.supervised is not None
    name = f"{bill.code}-{bill.number}"
    assert town.finance.audit.openings == [(found.supervisor, name, "supervision")]


async def test_the_bill_of_a_hosted_hospital_is_countersigned_too(town: Town) -> None:
    await allot(town, HOSPITAL_2, first=5_000)
    issued = await town.hospital.offices.hospital.issue(issue(author=HOSPITAL_2))

    await town.chores()

    found = bill_of(town.ledger, chain_ref(ref_of(issued)))
    assert found is not None
    assert found.supervised is not None


async def test_a_face_with_other_sums_than_the_chain_is_reported(town: Town) -> None:
    await allot(town, HOSPITAL)

    bill = await lying_bill(town)
    await town.chores()
    town.later()
    await town.chores()

    found = bill_of(town.ledger, bill)
    assert found is not None
    assert found.supervised is None
    told = [event for entry in town.ledger.events for event in entry.events]
    assert [type(event) for event in told].count(UnreadableReported) == 1
    assert len(town.finance.audit.openings) == 1
    assert town.finance.floor.follower.chore_count == 0


@pytest.mark.parametrize("reader", [INSURER, INSURER_2])
async def test_a_grant_lets_its_reader_open_the_bill(
    town: Town, device: Device, reader: str
) -> None:
    bill = await settled_bill(town, device)

    await granted(town, device, bill, reader)

    opened = await town.insurer.offices.any.open_bill(BillGet(code=bill.code, number=bill.number))
    values = {field.name: field.value for field in opened.face}
    assert values["person/name"] == "Sample Patient Zero"
    assert any(field.value == "sample diagnosis" for field in opened.lines)


async def test_a_key_is_delivered_once(town: Town, device: Device) -> None:
    bill = await settled_bill(town, device)
    await granted(town, device, bill, INSURER)
    height = town.ledger.height
    town.later()

    await town.chores()

    assert town.ledger.height == height


@pytest.fixture
def automatic_town(rings: dict[str, KeyRing]) -> Town:
    return Town(rings, Policy(is_automatic=True, share_permille=800))


async def test_an_automatic_insurer_decides_and_pays_what_its_policy_says(
    automatic_town: Town,
) -> None:
    town, device = automatic_town, Device("anna")
    await allot(town, HOSPITAL)
    await enrol(town, device)
    bill = await settled_bill(town, device, public_fen=60_00)
    await granted(town, device, bill, INSURER)

    key = await claimed(town, device, bill, INSURER, 40_00)
    await town.chores()

    claim = claim_of(town.ledger, bytes.fromhex(key))
    assert claim is not None
    assert (claim.state, claim.amounts) == (ClaimState.PAID, (32_00,))


async def test_an_automatic_insurer_waits_for_the_keys(automatic_town: Town) -> None:
    town, device = automatic_town, Device("anna")
    await allot(town, HOSPITAL)
    await enrol(town, device)
    bill = await settled_bill(town, device)
    key = await claimed(town, device, bill, INSURER, 40_00)
    await town.chores()
    early = claim_of(town.ledger, bytes.fromhex(key))

    await granted(town, device, bill, INSURER)
    town.later()
    await town.chores()

    late = claim_of(town.ledger, bytes.fromhex(key))
    assert early is not None
    assert late is not None
    assert (early.state, late.state) == (ClaimState.FILED, ClaimState.PAID)


async def test_what_is_above_the_limit_is_left_to_people(automatic_town: Town) -> None:
    from tests.unit.ledgerd.offices.acts import r

    town, device = automatic_town, Device("anna")
    await allot(town, HOSPITAL)
    await enrol(town, device)
    settle = r.Settle(client_ref="s", hospital=HOSPITAL, total_fen=50_000_00, person_key="anna")
    settled = await town.medicare.offices.medicare.settle(settle)
    large = issue(
        content=content(50_000_00),
        account=device.account,
        public="settled",
        settlement=settled.object,
        paid_fen=50_000_00,
    )
    bill = ref_of(await town.hospital.offices.hospital.issue(large))
    await town.chores()
    await granted(town, device, bill, INSURER)

    key = await claimed(town, device, bill, INSURER, 50_000_00)
    await town.chores()

    claim = claim_of(town.ledger, bytes.fromhex(key))
    assert claim is not None
    assert claim.state is ClaimState.FILED


def test_a_chores_ref_is_made_of_its_name() -> None:
    chore = Chore(kind=ChoreKind.PAY, author=INSURER, subject=b"subject")
    other = Chore(kind=ChoreKind.PAY, author=INSURER, subject=b"another")

    assert chore_ref(chore).startswith("auto/pay/")
    assert chore_ref(chore) != chore_ref(other)
    assert len(chore_ref(chore)) <= 64
