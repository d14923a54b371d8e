"""Wraps and content keys of institutions."""

import pytest

from ledgerd.errors import VerificationFailed
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.queries import bill_of
from ledgerd.offices.readers import ReadingRoom
from ledgerd.rpc.codes import RpcCode, RpcFailure
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL, INSURER, MEDICARE
from tests.unit.ledgerd.offices.acts import allot, chain_ref, issue, ref_of
from tests.unit.ledgerd.offices.town import Town


@pytest.fixture
async def bill(town: Town) -> BillRef:
    await allot(town, HOSPITAL)
    return chain_ref(ref_of(await town.hospital.offices.hospital.issue(issue())))


def room(home) -> ReadingRoom:
    return ReadingRoom(home.house)


async def test_a_bill_opens_to_what_its_reader_may_see(town: Town, bill: BillRef) -> None:
    at_finance = await room(town.finance).open_bill(bill, FINANCE, "test")
    at_bureau = await room(town.medicare).open_bill(bill, MEDICARE, "test")

    assert (sorted(at_finance.content_keys), at_finance.lines) == ([0], None)
    assert sorted(at_bureau.content_keys) == [0, 1]
    assert "Sample" not in repr(at_bureau)


async def test_no_key_no_opening(town: Town, bill: BillRef) -> None:
    with pytest.raises(RpcFailure) as refused:
        await room(town.insurer).open_bill(bill, INSURER, "test")

    assert refused.value.rpc_code is RpcCode.UNAUTHORISED


async def test_another_sidecar_under_the_name_is_found_out(town: Town, bill: BillRef) -> None:
    second = chain_ref(ref_of(await town.hospital.offices.hospital.issue(issue("2"))))
    records = [bill_of(town.ledger, ref) for ref in (bill, second)]
    names = [r.sealed.sidecar.sidecar_hash for r in records if r is not None]
    town.ledger.sidecars[names[0]] = town.ledger.sidecars[names[1]]

    with pytest.raises(VerificationFailed):
        await room(town.finance).open_bill(bill, FINANCE, "test")
    with pytest.raises(RpcFailure, match="commits to"):
        await room(town.finance).open_for_request(bill, FINANCE, "test")


async def test_an_unknown_bill_and_missing_bytes_are_not_found(town: Town, bill: BillRef) -> None:
    unknown = BillRef(code="33010126", number="0000000999")
    town.ledger.sidecars.clear()

    for ref in (unknown, bill):
        with pytest.raises(RpcFailure) as missing:
            await room(town.finance).open_bill(ref, FINANCE, "test")
        assert missing.value.rpc_code is RpcCode.NOT_FOUND


def test_a_reader_is_named_with_the_newest_keys(town: Town) -> None:
    reader = room(town.hospital).reader(HOSPITAL, FINANCE, 0)

    assert (reader.institution_id, reader.issuer_key, reader.reader_key) == (FINANCE, 1, 1)
    assert room(town.hospital).deliveries(BillRef(code="33010126", number="0000000001")) == ()
