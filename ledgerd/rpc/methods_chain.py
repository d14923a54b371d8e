"""Methods on the node and its chain: status, links, membership, parameters, blocks.

Rules: reads come from the node as they are; nothing here decides anything. A read of the state
says at which height and root it was read.
"""

from importlib.metadata import version as version_of

import trio

from ledgerd.chain.block import PROTOCOL_VERSION
from ledgerd.chain.genesis import encode_genesis
from ledgerd.ledger.queries import institution_of, params_of
from ledgerd.node.node import Node
from ledgerd.node.views import BlockInfo, NodeStatus, Role
from ledgerd.rpc import answers as a, catalogue as c, queries as q
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.fields import NoParams
from ledgerd.rpc.readable import named_values
from ledgerd.rpc.registry import Caller, Registry


def bind_chain(registry: Registry, node: Node) -> None:
    """Enter the methods of this file."""
    methods = ChainMethods(node)
    registry.bind(c.CHAIN_STATUS, methods.status)
    registry.bind(c.CHAIN_PEERS, methods.peers)
    registry.bind(c.CHAIN_VALIDATORS, methods.validators)
    registry.bind(c.CHAIN_PARAMS, methods.params)
    registry.bind(c.CHAIN_GENESIS, methods.genesis)
    registry.bind(c.CHAIN_VERSION, methods.version)
    registry.bind(c.CHAIN_DOCTOR, methods.doctor)
    registry.bind(c.CHAIN_BLOCK, methods.block)
    registry.bind(c.CHAIN_BLOCKS, methods.blocks)
    registry.bind(c.CHAIN_BLOCK_BYTES, methods.block_bytes)


class ChainMethods:
    """The handlers; each takes its parameters and the caller."""

    def __init__(self, node: Node) -> None:
        self._node = node

    async def status(self, _params: NoParams, _caller: Caller) -> a.ChainStatus:
        status = self._node.status()
        return a.ChainStatus(
            chain_id=status.chain_id.hex(),
            institution=status.institution,
            kind=self._kind_of(status.institution),
            height=status.head.height,
            state_root=status.head.state_root.hex(),
            sealed_height=status.head.sealed_height,
            view=status.view,
            primary=status.primary,
            role=status.role.value,
            ready=status.ready,
            peers_up=status.connected_count,
            evidence_count=sum(count for _, count in status.evidence),
            evidence_against=tuple(institution for institution, _ in status.evidence),
            why=status.why,
        )

    async def peers(self, _params: NoParams, _caller: Caller) -> a.Peers:
        return a.Peers(
            peers=tuple(
                a.PeerView(
                    institution=peer.institution,
                    kind=self._kind_of(peer.institution),
                    address=self._address_of(peer.institution),
                    state="connected" if peer.connected else "not connected",
                    height=peer.height,
                    evidence_count=peer.evidence_count,
                )
                for peer in self._node.peers()
            )
        )

    async def validators(self, _params: NoParams, _caller: Caller) -> a.Validators:
        status = self._node.status()
        views = (
            a.ValidatorView(
                index=index,
                institution=validator.institution_id,
                kind=self._kind_of(validator.institution_id),
                name=self._name_of(validator.institution_id),
                public_key=validator.consensus_key.hex(),
            )
            for index, validator in enumerate(self._node.genesis.validators)
        )
        return a.Validators(
            height=status.head.height,
            state_root=status.head.state_root.hex(),
            epoch=status.epoch,
            quorum=status.quorum,
            validators=tuple(views),
        )

    async def params(self, _params: NoParams, _caller: Caller) -> a.ChainParams:
        head = self._node.reads.head()
        return a.ChainParams(
            height=head.height,
            state_root=head.state_root.hex(),
            params=named_values(params_of(self._node.reads.state())),
        )

    async def genesis(self, _params: NoParams, _caller: Caller) -> a.Genesis:
        text = encode_genesis(self._node.genesis).decode("utf-8")
        return a.Genesis(chain_id=self._node.status().chain_id.hex(), genesis=text)

    async def version(self, _params: NoParams, _caller: Caller) -> a.Version:
        return a.Version(version=version_of("ledgerd"), protocol_version=PROTOCOL_VERSION)

    async def doctor(self, _params: NoParams, _caller: Caller) -> a.Doctor:
        status = self._node.status()
        ready = "; ".join(status.why) or "nothing keeps the next block"
        stall = f"the loop stood still for {status.loop_stall_ms_max} ms at most"
        convicted = [institution for institution, _ in status.evidence]
        lag = f"{status.head.height - status.head.sealed_height} blocks wait for their seal"
        return a.Doctor(
            checks=(
                _check("ready", ready, is_ok=status.ready),
                _check("promises", "the key remembers its votes", is_ok=not status.amnesia),
                _check("state", "equal to what quorums sealed", is_ok=not status.divergence),
                _evidence(convicted, status.institution),
                self._links(status),
                _check("loop", stall, is_ok=status.loop_stall_ms_max < LOOP_STALL_MS_MAX),
                a.Check(name="seals", result="ok", advice=lag),
            )
        )

    async def block(self, params: q.BlockAt, _caller: Caller) -> a.BlockView:
        height = self._node.reads.head().height if params.height is None else params.height
        info = self._node.reads.block(height)
        if info is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no block at this height")
        return self._block_view(info, is_whole=True)

    async def blocks(self, params: q.Page, _caller: Caller) -> a.Blocks:
        top = self._node.reads.head().height if not params.cursor else _height(params.cursor)
        rest = top - params.limit
        views: list[a.BlockView] = []
        for height in range(top, max(rest, -1), -1):
            info = self._node.reads.block(height)
            if info is not None:
                views.append(self._block_view(info, is_whole=False))
            # To read a full block takes milliseconds, and the chain must not wait for a hundred.
            await trio.lowlevel.checkpoint()
        return a.Blocks(blocks=tuple(views), next=str(rest) if rest >= 0 else None)

    async def block_bytes(self, params: q.BlockAt, _caller: Caller) -> a.BlockBytes:
        sealed_height = self._node.reads.head().sealed_height
        height = sealed_height if params.height is None else params.height
        found = self._node.reads.block_bytes(height)
        if found is None:
            raise RpcFailure(RpcCode.PROOF_UNAVAILABLE, "no sealed block at this height")
        block, seal = found
        return a.BlockBytes(
            height=height, block=block.hex(), seal="" if seal is None else seal.hex()
        )

    def _block_view(self, info: BlockInfo, *, is_whole: bool) -> a.BlockView:
        header = info.header
        is_sealed = header.height <= self._node.reads.head().sealed_height
        return a.BlockView(
            height=header.height,
            header_hash=info.header_hash.hex(),
            previous=header.previous_hash.hex(),
            time_ms=header.timestamp_ms,
            state_root=header.state_root.hex(),
            proposer=info.proposer,
            transaction_count=len(info.tx_ids),
            operation_count=info.operation_count,
            sealed=is_sealed,
            seal_count=0 if info.seal is None else len(info.seal.signatures),
            tx_ids=tuple(tx_id.hex() for tx_id in info.tx_ids) if is_whole else (),
        )

    def _links(self, status: NodeStatus) -> a.Check:
        """Say who of the others is away, and whether those who are here can commit anything."""
        validators = {known.institution_id for known in self._node.genesis.validators}
        others = [peer for peer in self._node.peers() if peer.institution in validators]
        away = [peer.institution for peer in others if not peer.connected]
        own = 0 if status.role is Role.OBSERVER else 1
        has_quorum = status.connected_count + own >= status.quorum
        result = "failure" if not has_quorum else "warning" if away else "ok"
        text = f"{len(others) - len(away)} of {len(others)} other validators are connected"
        advice = f"{text}; not connected: {', '.join(away)}" if away else text
        return a.Check(name="links", result=result, advice=advice)

    def _kind_of(self, institution: str) -> str:
        record = institution_of(self._node.reads.state(), institution)
        return "" if record is None else record.institution.kind

    def _address_of(self, institution: str) -> str:
        record = institution_of(self._node.reads.state(), institution)
        return "" if record is None else " ".join(record.institution.addresses)

    def _name_of(self, institution: str) -> str:
        record = institution_of(self._node.reads.state(), institution)
        return "" if record is None else record.institution.name


LOOP_STALL_MS_MAX = 250  # a round of votes takes less on one machine


def _check(name: str, advice: str, *, is_ok: bool) -> a.Check:
    return a.Check(name=name, result="ok" if is_ok else "failure", advice=advice)


def _evidence(convicted: list[str], own: str) -> a.Check:
    if own in convicted:
        text = "this key signed two different things: it is in use somewhere else, too"
        return a.Check(name="evidence", result="failure", advice=text)
    if convicted:
        text = f"{', '.join(convicted)} signed two different things: ledgerctl evidence list"
        return a.Check(name="evidence", result="warning", advice=text)
    return a.Check(name="evidence", result="ok", advice="nobody signed two different things")


def _height(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit()):
        raise RpcFailure(RpcCode.INVALID_PARAMS, "not a cursor of this list", field="cursor")
    return int(cursor[:19])
