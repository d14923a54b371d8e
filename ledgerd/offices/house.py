"""What all offices of one node share: node, keys, store, and who is who.

Rules: an office acts only for institutions whose keys are in this house.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from ledgerd.chain.genesis import Institution
from ledgerd.clock import Clock
from ledgerd.errors import ConfigError
from ledgerd.keys.institution_keys import InstitutionKeys
from ledgerd.keys.signers import EncryptionKey
from ledgerd.ledger.governance_objects import InstitutionRecord
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
BUREAUS_MS = 10_000  # members are many and change seldom: not read for every bill


@dataclass(slots=True)
class Bureaus:
    """The medicare bureaus as they were read last, and when to read them again."""

    names: tuple[str, ...] = ()
    due_ms: int = 0


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
    bureaus: Bureaus = field(default_factory=Bureaus)

    @property
    def own(self) -> str:
        """The institution whose node this is."""
        return self.keys.institution_id

    def is_ours(self, institution_id: str) -> bool:
        """Say whether this house acts for an institution: its own, or one that names it as host."""
        if institution_id == self.own:
            return True
        record = institution_of(self.state, institution_id)
        return record is not None and record.institution.hosted_by == self.own

    @property
    def state(self) -> StateReader:
        return self.node.reads.state()

    def keys_of(self, institution_id: str) -> InstitutionKeys:
        """Give the keys of an institution of this house.

        Raises:
            RpcFailure: UNAUTHORISED, it is none of this house, or its keys are not here.
        """
        if self.is_ours(institution_id):
            try:
                return self.keys.keys_of(institution_id)
            except ConfigError as error:
                text = "the keys of that institution are not on this node"
                raise RpcFailure(RpcCode.UNAUTHORISED, text, field="author") from error
        text = "this node does not act for that institution"
        raise RpcFailure(RpcCode.UNAUTHORISED, text, field="author")

    def encryption_keys(self, institution_id: str) -> tuple[EncryptionKey, ...]:
        """Give the encryption keys of an institution of this house, oldest first.

        Raises:
            RpcFailure: UNAUTHORISED, they are not here or under a passphrase.
        """
        try:
            return self.keys_of(institution_id).encryption_keys()
        except ConfigError as error:
            text = "the encryption keys of that institution are closed on this node"
            raise RpcFailure(RpcCode.UNAUTHORISED, text, field="author") from error

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
        now_ms = self.clock.monotonic_ms()
        if now_ms >= self.bureaus.due_ms:
            kinds = ((one.institution_id, one.kind) for one in self.members())
            self.bureaus.names = tuple(name for name, kind in kinds if kind == "medicare")
            self.bureaus.due_ms = now_ms + BUREAUS_MS
        if len(self.bureaus.names) != 1:
            text = f"{len(self.bureaus.names)} medicare bureaus are members: name one"
            raise RpcFailure(RpcCode.INVALID_PARAMS, text, field="medicare")
        return self.bureaus.names[0]

    def members(self) -> Iterator[Institution]:
        """List all institutions of the ledger, by id."""
        span = Span(institution_key("0" * 18), institution_key("Z" * 18) + b"\xff")
        for _, value in self.node.reads.scan_state(span, INSTITUTION_COUNT_MAX):
            record = decode(value, InstitutionRecord, bytes_max=RECORD_BYTES_MAX)
            yield record.institution
