"""A mandate says who signs; the rest is told in the tests of the office of accounts."""

import pytest

from ledgerd.chain.transaction import AccountAuthor, InstitutionAuthor
from ledgerd.offices.mandates import Mandates
from ledgerd.rpc import requests as r
from ledgerd.rpc.codes import RpcCode, RpcFailure
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL
from tests.unit.ledgerd.offices.town import Town


def act(**mandate: str) -> r.Act:
    return r.Act(client_ref="a", mandate=r.Mandate(**mandate))


async def test_a_proxy_signs_with_its_own_account_and_a_counter_with_its_institution(
    town: Town,
) -> None:
    mandates = Mandates(town.hospital.house)

    by_proxy = mandates.author(act(holder="0b" * 16, proxy="0c" * 16))
    by_counter = mandates.author(act(presence="70" * 39))

    assert by_proxy == AccountAuthor(b"\x0b" * 16)
    assert by_counter == InstitutionAuthor(HOSPITAL)


async def test_a_counter_of_another_house_is_refused(town: Town) -> None:
    elsewhere = r.Act(client_ref="a", author=FINANCE, mandate=r.Mandate(presence="70" * 39))

    with pytest.raises(RpcFailure) as refused:
        Mandates(town.hospital.house).author(elsewhere)
    assert refused.value.rpc_code is RpcCode.UNAUTHORISED
