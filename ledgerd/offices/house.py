"""What all offices of one node share: node, keys, store, and who is who.

Rules: an office acts only for institutions whose keys are in this house.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from ledgerd.chain.genesis import Institution
from ledgerd.clock import Clock
from ledgerd.keys.institution_keys import InstitutionKeys
from ledgerd.ledger.objects import InstitutionRecord
from ledgerd.ledger.overlay import StateReader
from ledgerd.ledger.queries import institution_of
from ledgerd.ledger.state_keys import institution_key
from ledgerd.offices.drawer import Drawer
from ledgerd.offices.ports import AuditPort, KeysPort, NodePort
from ledgerd.primitives.canonical import decode
from ledgerd.primitives.wrapping import Entropy
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.storage.kv import Span

INSTITUTION_COUNT_MAX = 10_000
RECORD_BYTES_MAX = 65_536


@dataclass(frozen=True, slots=True)
class House:
    """One node's offices.

    Attributes:
        chain_id: the genesis hash, for transactions.
        entropy: so many bytes from the system's generator.
    """

    node: NodePort
    keys: KeysPort
    drawer: Drawer
    clock: Clock
    entropy: Entropy
    chain_id: bytes
    audit: AuditPort

    @property
    def own(self) -> str:
        """The institution whose node this is."""
        return self.keys.institution_id

    @property
    def ours(self) -> tuple[str, ...]:
        """The own institution first, then the hosted ones."""
        return (self.own, *self.keys.hosted_ids)

    @property
    def state(self) -> StateReader:
        return self.node.reads.state()

    def keys_of(self, institution_id: str) -> InstitutionKeys:
        """Give the keys of an institution of this house.

        Raises:
            RpcFailure: UNAUTHORISED, it is none of this house.
        """
        if institution_id not in self.ours:
            raise RpcFailure(
                RpcCode.UNAUTHORISED, "this node does not act for that institution", field="author"
            )
        return self.keys.keys_of(institution_id)

    def institution(self, institution_id: str, field: str) -> Institution:
        """Look up a member of the ledger.

        Raises:
            RpcFailure: NOT_FOUND, naming the field of the request.
        """
        record = institution_of(self.state, institution_id)
        if record is None:
            raise RpcFailure(RpcCode.NOT_FOUND, "no institution of this id", field=field)
        return record.institution

    def kind_of(self, institution_id: str) -> str:
        """Give the kind of a member; empty for others."""
        record = institution_of(self.state, institution_id)
        return "" if record is None else record.institution.kind

    def only_bureau(self) -> str:
        """Give the ledger's only medicare bureau.

        Raises:
            RpcFailure: INVALID_PARAMS, there is another number of them.
        """
        bureaus = [one.institution_id for one in self.members() if one.kind == "medicare"]
        if len(bureaus) != 1:
            text = f"{len(bureaus)} medicare bureaus are members: name one"
            raise RpcFailure(RpcCode.INVALID_PARAMS, text, field="medicare")
        return bureaus[0]

    def members(self) -> Iterator[Institution]:
        """List all institutions of the ledger, by id."""
        span = Span(institution_key("0" * 18), institution_key("Z" * 18) + b"\xff")
        for _, value in self.node.reads.scan_state(span, INSTITUTION_COUNT_MAX):
            record = decode(value, InstitutionRecord, bytes_max=RECORD_BYTES_MAX)
            yield record.institution
