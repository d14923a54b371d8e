"""Finance countersigns only what it has opened and checked."""

import pytest

from ledgerd.ledger.fields import UnreadableReason
from ledgerd.ledger.queries import bill_of
from ledgerd.offices.acting import Desk
from ledgerd.offices.finance import Finance
from ledgerd.offices.readers import ReadingRoom
from ledgerd.rpc import requests as r
from ledgerd.rpc.codes import RpcFailure
from tests.unit.ledgerd.ledger.world import HOSPITAL
from tests.unit.ledgerd.offices.acts import allot, chain_ref, issue, lying_bill, ref_of
from tests.unit.ledgerd.offices.town import Town


@pytest.fixture
async def office(town: Town) -> Finance:
    await allot(town, HOSPITAL)
    return Finance(Desk(town.finance.house), ReadingRoom(town.finance.house))


async def test_a_sound_bill_is_countersigned(town: Town, office: Finance) -> None:
    bill = ref_of(await town.hospital.offices.hospital.issue(issue()))

    outcome = await office.countersign(r.BillAct(client_ref="sign", bill=bill))

    found = bill_of(town.ledger, chain_ref(bill))
    assert outcome.object == f"{bill.code}-{bill.number}"
    assert found is not None
    assert found.supervised is not None


async def test_an_unsound_face_is_not_countersigned(town: Town, office: Finance) -> None:
    ref = await lying_bill(town)
    act = r.BillAct(client_ref="sign", bill=r.BillRef(code=ref.code, number=ref.number))

    with pytest.raises(RpcFailure) as refused:
        await office.countersign(act)

    assert refused.value.reason == "FACE_UNSOUND"
    assert await office.fault_in(ref, town.finance.house.own) is UnreadableReason.SUMS_DIFFER


async def test_a_sidecar_that_is_damaged_does_not_open(town: Town, office: Finance) -> None:
    bill = chain_ref(ref_of(await town.hospital.offices.hospital.issue(issue())))
    found = bill_of(town.ledger, bill)
    assert found is not None
    name = found.sealed.sidecar.sidecar_hash
    town.ledger.sidecars[name] = b"\x90"

    reason = await office.fault_in(bill, town.finance.house.own)

    assert reason is UnreadableReason.DOES_NOT_OPEN


async def test_bytes_that_are_not_here_are_no_fault_of_the_bill(
    town: Town, office: Finance
) -> None:
    bill = chain_ref(ref_of(await town.hospital.offices.hospital.issue(issue())))
    town.ledger.sidecars.clear()

    with pytest.raises(RpcFailure, match="not here"):
        await office.fault_in(bill, town.finance.house.own)
