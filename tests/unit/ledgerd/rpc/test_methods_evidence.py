"""Methods on evidence, on a ledger of one that saw two liars."""

import pytest

from consensus.messages import VoteKind
from ledgerd.chain.evidence import verify_evidence_file
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.fields import NoParams
from ledgerd.rpc.methods_chain import ChainMethods
from ledgerd.rpc.methods_evidence import EvidenceMethods
from ledgerd.rpc.queries import EvidenceRef, Page
from ledgerd.rpc.registry import ALL_SCOPES, Caller
from tests.unit.ledgerd.chain.convicting import convict
from tests.unit.ledgerd.rpc.solo_node import GENESIS, HOSPITAL, MEMBERS, SoloNode, consensus_signer

CALLER = Caller("test", ALL_SCOPES)
OTHERS = [member for member in MEMBERS if member != HOSPITAL]


def node(*institutions: str) -> SoloNode:
    made = SoloNode()
    for institution in institutions:
        for kind in VoteKind:
            replica = MEMBERS.index(institution)
            found = convict(GENESIS, consensus_signer(institution), replica, kind)
            made.evidence.write([found])
    return made


def methods(*institutions: str) -> EvidenceMethods:
    return EvidenceMethods(node(*institutions))  # type: ignore[arg-type]


async def test_a_list_goes_page_by_page_and_each_entry_is_a_file() -> None:
    asked = methods(*OTHERS[:2])
    first = await asked.list_all(Page(limit=6), CALLER)
    assert first.next is not None
    rest = await asked.list_all(Page(limit=6, cursor=first.next), CALLER)
    assert (len(first.evidence), len(rest.evidence), rest.next) == (6, 4, None)
    for view in (*first.evidence, *rest.evidence):
        answer = await asked.get(EvidenceRef(evidence=view.evidence), CALLER)
        assert answer.proof == view
        assert verify_evidence_file(bytes.fromhex(answer.file), GENESIS).name == view.evidence


async def test_an_unknown_name_is_not_found() -> None:
    with pytest.raises(RpcFailure) as failure:
        await methods().get(EvidenceRef(evidence=f"{HOSPITAL}-prepare-0-1-1"), CALLER)
    assert failure.value.rpc_code is RpcCode.NOT_FOUND


async def test_nobody_convicted_is_an_empty_list() -> None:
    assert (await methods().list_all(Page(), CALLER)).evidence == ()


async def test_status_peers_and_doctor_name_who_is_convicted() -> None:
    chain = ChainMethods(node(OTHERS[0]))  # type: ignore[arg-type]
    status = await chain.status(NoParams(), CALLER)
    doctor = await chain.doctor(NoParams(), CALLER)
    peers = await chain.peers(NoParams(), CALLER)
    assert (status.evidence_count, status.evidence_against) == (5, (OTHERS[0],))
    assert {peer.institution: peer.evidence_count for peer in peers.peers}[OTHERS[0]] == 5
    [check] = [check for check in doctor.checks if check.name == "evidence"]
    assert (check.result, OTHERS[0] in check.advice) == ("warning", True)


async def test_the_own_key_convicted_is_a_failure() -> None:
    chain = ChainMethods(node(HOSPITAL))  # type: ignore[arg-type]
    doctor = await chain.doctor(NoParams(), CALLER)
    [check] = [check for check in doctor.checks if check.name == "evidence"]
    assert check.result == "failure"
    assert "somewhere else" in check.advice
