"""A patient's device opens a bill from nodes that it need not trust."""

import os
from dataclasses import dataclass, field
from typing import Any

import pytest
import trio
from msgspec.structs import replace

from ledgerd.chain.genesis import Genesis
from ledgerd.cli.device import open_with_device
from ledgerd.cli.exits import CommandFailed
from ledgerd.cli.wallet import Wallet, new_wallet
from ledgerd.errors import VerificationFailed
from ledgerd.ledger.fields import SealedParts, SidecarName
from ledgerd.primitives.canonical import encode
from ledgerd.primitives.sealing import PartLeaf, SealedPayload, seal_payload
from ledgerd.primitives.wrapping import DeviceReader
from ledgerd.rpc.methods import registry_of
from ledgerd.rpc.ports import Offices
from ledgerd.rpc.registry import ALL_SCOPES, Caller
from ledgerd.rpc.requests import BillRef
from tests.unit.ledgerd.rpc.solo_node import GENESIS, HOSPITAL, SoloNode
from tests.unit.ledgerd.rpc.stories import BILL, BILL_TEXT, SALT, Story, issue_of

NAMED = BillRef(code=BILL.code, number=BILL.number)


@dataclass
class LocalSession:
    """Asks a ledger of one, as a session asks a node."""

    node: SoloNode
    genesis: Genesis = field(default_factory=lambda: GENESIS)

    @property
    def home(self) -> "LocalSession":
        return self

    def ask(self, method: Any, params: Any) -> Any:
        bound = registry_of(self.node, Offices()).find(method.name)  # type: ignore[arg-type]
        assert bound is not None
        return trio.run(bound.handler, params, Caller("device", ALL_SCOPES))


def payload_for(wallet: Wallet) -> SealedPayload:
    face = [
        PartLeaf("owner_salt", encode(SALT)),
        PartLeaf("person/name", encode("Sample Person")),
    ]
    lines = [PartLeaf("details/0000", encode((2, "", "sample", 10_000, 100, 1)))]
    reader = DeviceReader(wallet.sealing.public_key, (0, 1))
    return seal_payload([face, lines], [reader], os.urandom)


def issued(wallet: Wallet) -> LocalSession:
    """A ledger on which one bill is sealed to this device."""
    payload = payload_for(wallet)
    sealed = SealedParts(
        face_root=payload.commitments[0].root,
        lines_root=payload.commitments[1].root,
        face_key=payload.commitments[0].key_commitment,
        lines_key=payload.commitments[1].key_commitment,
        sidecar=SidecarName(sidecar_hash=payload.sidecar_hash, sidecar_bytes=len(payload.sidecar)),
    )
    story = Story(SoloNode())

    async def tell() -> None:
        await story.allot()
        await story.tell(HOSPITAL, replace(issue_of(BILL, story.range_key[10:]), sealed=sealed))

    trio.run(tell)
    story.node.sidecars[payload.sidecar_hash] = payload.sidecar
    return LocalSession(story.node)


def test_a_device_opens_what_is_sealed_to_it() -> None:
    wallet = new_wallet()

    opened = open_with_device(issued(wallet), NAMED, wallet)  # type: ignore[arg-type]

    assert (opened.bill, opened.owner_salt) == (BILL_TEXT, SALT.hex())
    assert {value.name: value.value for value in opened.face}["person/name"] == "Sample Person"
    assert [value.value for value in opened.lines] == ["2 |  | sample | 10000 | 100 | 1"]


def test_another_device_opens_nothing() -> None:
    session = issued(new_wallet())

    with pytest.raises(CommandFailed, match="not sealed to this device"):
        open_with_device(session, NAMED, new_wallet())  # type: ignore[arg-type]


def test_other_bytes_than_the_chain_committed_to_are_refused() -> None:
    wallet = new_wallet()
    session = issued(wallet)
    for name in session.node.sidecars:
        session.node.sidecars[name] = payload_for(wallet).sidecar

    with pytest.raises(VerificationFailed, match="other bytes"):
        open_with_device(session, NAMED, wallet)  # type: ignore[arg-type]


def test_a_node_of_another_chain_is_not_believed() -> None:
    wallet = new_wallet()
    session = issued(wallet)
    session.genesis = replace(GENESIS, chain_name="other")

    with pytest.raises(VerificationFailed):
        open_with_device(session, NAMED, wallet)  # type: ignore[arg-type]


def test_a_bill_that_is_not_there_is_proved_not_to_exist() -> None:
    wallet = new_wallet()
    other = BillRef(code=BILL.code, number="0000000009")

    with pytest.raises(CommandFailed, match="proved not to exist"):
        open_with_device(issued(wallet), other, wallet)  # type: ignore[arg-type]
