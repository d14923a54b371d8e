"""The admin's acts through the node."""

import pytest

from ledgerd.keys.roles import OperatorRole
from ledgerd.keys.signers import Ed25519Key
from ledgerd.ledger.own_affairs import possession_digest
from ledgerd.ledger.queries import institution_of, params_of
from ledgerd.rpc import requests as r, requests_governance as rg
from ledgerd.rpc.codes import RpcCode, RpcFailure
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL, HOSPITAL_2, INSURER, MEDICARE
from tests.unit.ledgerd.offices.acts import by_role
from tests.unit.ledgerd.offices.town import CHAIN_ID, Town

ADMIN = OperatorRole.ADMIN


async def adopted(town: Town, request: rg.GovPropose) -> None:
    office = town.finance.offices.governance
    made = await by_role(town.finance, FINANCE, ADMIN, office.propose, request)
    for home, name in ((town.medicare, MEDICARE), (town.hospital, HOSPITAL)):
        vote = r.MemberVote(client_ref=f"{request.client_ref}/vote", proposal=made.object)
        await by_role(home, name, ADMIN, home.offices.governance.vote, vote)


async def test_members_change_parameters_and_suspend(town: Town) -> None:
    values = (
        rg.ParamValue(name="gap_days", value="7"),
        rg.ParamValue(name="relying_party", value="77"),
    )
    await adopted(town, rg.GovPropose(client_ref="p", subject="params", params=values))
    await adopted(town, rg.GovPropose(client_ref="s", subject="suspension", institution=INSURER))
    suspended = institution_of(town.ledger, INSURER)
    await adopted(town, rg.GovPropose(client_ref="e", subject="reinstatement", institution=INSURER))
    reinstated = institution_of(town.ledger, INSURER)

    params = params_of(town.ledger)
    assert (params.gap_days, params.relying_party) == (7, "77")
    assert suspended is not None
    assert reinstated is not None
    assert (suspended.suspended is None, reinstated.suspended) == (False, None)


@pytest.mark.parametrize("subject", ["suspension", "params", "protocol"])
async def test_a_proposal_without_its_content_is_refused(town: Town, subject) -> None:
    request = rg.GovPropose(client_ref="p", subject=subject)
    with pytest.raises(RpcFailure) as refused:
        await town.finance.offices.governance.propose(request)

    assert refused.value.rpc_code is RpcCode.INVALID_PARAMS


async def test_a_hosted_institution_rotates_its_key_and_a_node_moves(town: Town) -> None:
    key = Ed25519Key.from_seed(b"k" * 32)
    shown = key.sign(possession_digest(CHAIN_ID, HOSPITAL_2, "clerk", key.public_key))
    rotate = rg.KeysRotate(
        client_ref="k",
        author=HOSPITAL_2,
        role="clerk",
        added=key.public_key.hex(),
        possession=shown.hex(),
    )
    move = rg.MemberMove(client_ref="m", addresses=("ledger.invalid:1",))
    office = town.hospital.offices.governance
    await by_role(town.hospital, HOSPITAL_2, ADMIN, office.rotate_key, rotate)
    await by_role(town.hospital, HOSPITAL, ADMIN, office.move, move)

    found = institution_of(town.ledger, HOSPITAL_2)
    assert found is not None
    assert key.public_key in {k.public_key for k in found.institution.operator_keys}
    moved = institution_of(town.ledger, HOSPITAL)
    assert moved is not None
    assert moved.institution.addresses == ("ledger.invalid:1",)


async def test_encryption_keys_and_terminals(town: Town) -> None:
    key = Ed25519Key.from_seed(b"t" * 32)
    shown = key.sign(possession_digest(CHAIN_ID, FINANCE, "terminal", key.public_key))
    office = town.finance.offices.governance
    sealing = rg.KeysRotate(client_ref="e", role="encryption", number=2, added="09" + "00" * 31)
    kiosk = rg.KeysTerminal(client_ref="t", terminal=key.public_key.hex(), possession=shown.hex())
    await by_role(town.finance, FINANCE, ADMIN, office.rotate_key, sealing)
    done = await by_role(town.finance, FINANCE, ADMIN, office.terminal, kiosk)

    found = institution_of(town.ledger, FINANCE)
    assert found is not None
    assert [k.number for k in found.institution.encryption_keys] == [1, 2]
    assert done.state == "committed"


async def test_a_signature_has_64_bytes_and_an_encryption_key_a_number(town: Town) -> None:
    office = town.finance.offices.governance
    short = rg.KeysTerminal(client_ref="t", terminal="00" * 32, possession="00")
    unnumbered = rg.KeysRotate(client_ref="e", role="encryption", added="09" + "00" * 31)

    with pytest.raises(RpcFailure):
        await office.terminal(short)
    with pytest.raises(RpcFailure):
        await office.rotate_key(unnumbered)
