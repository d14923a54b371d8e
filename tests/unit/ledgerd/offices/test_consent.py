"""Showing a bill in part; revocations and reports: test_delivering, checks: test_checking."""

import pytest

from ledgerd.ledger.queries import bill_of
from ledgerd.ledger.shared_bill import SHARED_BYTES_MAX, SharedFields
from ledgerd.primitives.canonical import decode
from ledgerd.primitives.sealing import verify_field
from ledgerd.rpc import requests_bill as rb
from ledgerd.rpc.codes import RpcCode, RpcFailure
from tests.unit.ledgerd.ledger.world import HOSPITAL
from tests.unit.ledgerd.offices.acts import NAME, allot, chain_ref, issue, ref_of
from tests.unit.ledgerd.offices.town import Town


async def asked(town: Town, *fields: str) -> rb.BillShare:
    await allot(town, HOSPITAL)
    bill = ref_of(await town.hospital.offices.hospital.issue(issue()))
    return rb.BillShare(code=bill.code, number=bill.number, fields=fields)


async def test_chosen_fields_are_shown_and_nothing_else(town: Town) -> None:
    request = await asked(town, "money/total", "visit/diagnosis")

    shown = await town.hospital.offices.consent.share(request)

    data = bytes.fromhex(shown.fields)
    fields = decode(data, SharedFields, bytes_max=SHARED_BYTES_MAX).fields
    found = bill_of(town.ledger, chain_ref(request))
    assert found is not None
    verify_field(found.sealed.face_root, fields[0].field)
    verify_field(found.sealed.lines_root, fields[1].field)
    assert b"sample diagnosis" in data
    assert NAME.encode() not in data
    assert town.hospital.audit.openings[-1][2] == "share"
    assert shown.fields not in repr(shown)


async def test_a_field_that_is_not_readable_here_is_not_found(town: Town) -> None:
    request = await asked(town, "visit/diagnosis")

    with pytest.raises(RpcFailure) as by_finance:
        await town.finance.offices.consent.share(request)
    with pytest.raises(RpcFailure) as by_stranger:
        await town.insurer.offices.consent.share(request)

    assert by_finance.value.rpc_code is RpcCode.NOT_FOUND
    assert by_stranger.value.rpc_code is RpcCode.UNAUTHORISED
