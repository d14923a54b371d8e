"""The results of the methods.

Rules: field names are stable; each read says the ``height`` and ``state_root`` at which it was
read; a list says where to go on (``next``), or null at its end. Personal content stands only in
``BillOpened``.
"""

from ledgerd.rpc.fields import Answer


class Place(Answer, frozen=True, kw_only=True):
    """Where an operation stands: height, transaction in the block, operation in it."""

    height: int
    tx: int
    op: int


class ReceiptView(Answer, frozen=True, kw_only=True):
    """What became of one operation: ``reason`` is ``OK`` or the published reject code."""

    op: int
    code: int
    reason: str
    object: str = ""
    first: Place | None = None


class Outcome(Answer, frozen=True, kw_only=True):
    """What became of an act.

    Attributes:
        state: ``unsigned`` (sign ``transaction`` and submit it), ``pending``, ``committed``,
            ``sealed`` or ``expired``.
        object: what the first operation made or moved (hex, or a bill as ``code-number``).
        transaction: the unsigned bytes (hex), only when ``state`` is ``unsigned``.
        sidecars: what has to travel with them (hex), only when ``unsigned``.
    """

    state: str
    tx_id: str
    client_ref: str = ""
    height: int | None = None
    object: str = ""
    receipts: tuple[ReceiptView, ...] = ()
    transaction: str = ""
    sidecars: tuple[str, ...] = ()


class ChainStatus(Answer, frozen=True, kw_only=True):
    """The node at a glance."""

    chain_id: str
    institution: str
    kind: str
    height: int
    state_root: str
    sealed_height: int
    view: int
    primary: str
    role: str
    ready: bool
    peers_up: int
    evidence_count: int = 0
    evidence_against: tuple[str, ...] = ()
    why: tuple[str, ...] = ()


class PeerView(Answer, frozen=True, kw_only=True):
    """One other validator as this node sees it."""

    institution: str
    kind: str
    address: str
    state: str
    height: int | None = None
    evidence_count: int = 0


class Peers(Answer, frozen=True, kw_only=True):
    """All others."""

    peers: tuple[PeerView, ...]


class ValidatorView(Answer, frozen=True, kw_only=True):
    """One validator of the present membership."""

    index: int
    institution: str
    kind: str
    name: str
    public_key: str


class Validators(Answer, frozen=True, kw_only=True):
    """The present membership."""

    height: int
    state_root: str
    epoch: int
    quorum: int
    validators: tuple[ValidatorView, ...]


class NamedValue(Answer, frozen=True, kw_only=True):
    """A parameter of the chain, or one field of an opened part."""

    name: str
    value: str


class ChainParams(Answer, frozen=True, kw_only=True):
    """The parameters in force."""

    height: int
    state_root: str
    params: tuple[NamedValue, ...]


class Genesis(Answer, frozen=True, kw_only=True):
    """The genesis file as text and its hash."""

    chain_id: str
    genesis: str


class Check(Answer, frozen=True, kw_only=True):
    """One check of ``doctor``: result ``ok``, ``warning`` or ``failure``."""

    name: str
    result: str
    advice: str


class Doctor(Answer, frozen=True, kw_only=True):
    """All checks that the node makes of itself."""

    checks: tuple[Check, ...]


class BlockView(Answer, frozen=True, kw_only=True):
    """A block's header and counts."""

    height: int
    header_hash: str
    previous: str
    time_ms: int
    state_root: str
    proposer: str
    transaction_count: int
    operation_count: int
    sealed: bool
    seal_count: int
    tx_ids: tuple[str, ...] = ()


class Blocks(Answer, frozen=True, kw_only=True):
    """A page of blocks, newest first."""

    blocks: tuple[BlockView, ...]
    next: str | None


class BlockBytes(Answer, frozen=True, kw_only=True):
    """The stored bytes of one sealed block, for offline verification.

    Attributes:
        seal: empty when only a later block's seal vouches for it.
    """

    height: int
    block: str
    seal: str


class OperationView(Answer, frozen=True, kw_only=True):
    """One operation, by name and fields."""

    operation: str
    fields: tuple[NamedValue, ...]


class Decoded(Answer, frozen=True, kw_only=True):
    """A transaction in readable form."""

    tx_id: str
    author: str
    signer: str
    valid_until_ms: int
    operations: tuple[OperationView, ...]


class ShareView(Answer, frozen=True, kw_only=True):
    """What one payer of a bill has reserved and paid."""

    payer: str
    state: str
    reserved_fen: int
    paid_fen: int
    claim: str = ""


class BillView(Answer, frozen=True, kw_only=True):
    """A bill as every member sees it, on all its axes.

    Attributes:
        state: ``issued``, ``supervised``, ``announced``, ``reversed``, ``voided``, or ``red``.
        payment: ``unpaid``, ``part``, ``paid`` or ``refunded``.
        paper: ``none``, ``exchanged`` or ``voided``; its serial number is ``paper_number``.
        entry: ``none``, ``entered`` or ``revoked``.
        owner: ``none`` or ``bound``; never whose it is.
        shares: claims and what else was borne, per payer.
    """

    bill: str
    issuer: str
    issued_ms: int
    total_fen: int
    public_fen: int
    paid_fen: int
    state: str
    payment: str
    sidecar: str
    related: str = ""
    settlement: str = ""
    shares: tuple[ShareView, ...] = ()
    owner: str = "none"
    paper: str = "none"
    paper_number: str = ""
    entry: str = "none"
    refunded_fen: int = 0


class BillFound(Answer, frozen=True, kw_only=True):
    """One bill and where it was read."""

    height: int
    state_root: str
    bill: BillView


class Bills(Answer, frozen=True, kw_only=True):
    """A page of bills, by code and number."""

    height: int
    state_root: str
    bills: tuple[BillView, ...]
    next: str | None


class HistoryEntry(Answer, frozen=True, kw_only=True):
    """One committed event of an object."""

    cursor: str
    height: int
    time_ms: int
    event: str
    object: str
    fields: tuple[NamedValue, ...] = ()


class History(Answer, frozen=True, kw_only=True):
    """The events of one object, oldest first."""

    height: int
    state_root: str
    entries: tuple[HistoryEntry, ...]
    next: str | None


class BillOpened(Answer, frozen=True, kw_only=True):
    """The opened parts of a bill, each field by its path; personal: never logged."""

    bill: str
    face: tuple[NamedValue, ...]
    lines: tuple[NamedValue, ...]
    owner_salt: str

    def __repr__(self) -> str:
        return "BillOpened(...)"


class SealedBytes(Answer, frozen=True, kw_only=True):
    """The sealed bytes of a bill (hex): whoever holds a key of them opens them at home."""

    height: int
    state_root: str
    sidecar: str


class SettlementView(Answer, frozen=True, kw_only=True):
    """One settlement."""

    height: int
    state_root: str
    settlement: str
    author: str
    hospital: str
    total_fen: int
    public_fen: int
    state: str
    bill: str = ""


class ClaimView(Answer, frozen=True, kw_only=True):
    """One claim, or an application for assistance.

    Attributes:
        asked_fen: in the present round: after an appeal what it asks for more.
        paid_fen: and not taken back (``recovered_fen``).
    """

    claim: str
    bills: tuple[str, ...]
    payer: str
    account: str
    asked_fen: int
    reserved_fen: int
    paid_fen: int
    state: str
    expires_ms: int
    recovered_fen: int = 0
    awaits_documents: bool = False
    appealed: bool = False


class ClaimFound(Answer, frozen=True, kw_only=True):
    """One claim and where it was read."""

    height: int
    state_root: str
    claim: ClaimView


class Claims(Answer, frozen=True, kw_only=True):
    """A page of claims."""

    height: int
    state_root: str
    claims: tuple[ClaimView, ...]
    next: str | None


class GrantView(Answer, frozen=True, kw_only=True):
    """One grant of a patient."""

    grant: str
    account: str
    bill: str
    reader: str
    parts: str
    until_ms: int
    delivered: bool


class Grants(Answer, frozen=True, kw_only=True):
    """A page of grants."""

    height: int
    state_root: str
    grants: tuple[GrantView, ...]
    next: str | None


class RangeView(Answer, frozen=True, kw_only=True):
    """An allotted range of bill numbers.

    Attributes:
        parent: the range that it was cut from; empty when from the code.
        highest_used: null while no bill has a number of it.
    """

    holder: str
    code: str
    first: int
    count: int
    allotted_by: str
    range_id: str = ""
    parent: str = ""
    level: int = 1
    highest_used: int | None = None


class Ranges(Answer, frozen=True, kw_only=True):
    """A page of ranges."""

    height: int
    state_root: str
    ranges: tuple[RangeView, ...]
    next: str | None


class MemberView(Answer, frozen=True, kw_only=True):
    """One institution on chain."""

    institution: str
    kind: str
    name: str
    hosted_by: str
    state: str
    addresses: tuple[str, ...] = ()
    operator_keys: int = 0
    encryption_keys: int = 0


class MemberFound(Answer, frozen=True, kw_only=True):
    """One institution and where it was read."""

    height: int
    state_root: str
    member: MemberView


class Members(Answer, frozen=True, kw_only=True):
    """A page of institutions."""

    height: int
    state_root: str
    members: tuple[MemberView, ...]
    next: str | None


class KeyView(Answer, frozen=True, kw_only=True):
    """A key of an account.

    Attributes:
        scheme: ed25519 or passkey.
        state: in_force; waiting for its confirmation; delayed until ``acts_from_ms``.
    """

    key: str
    scheme: str
    public_key: str
    seal_key: str
    since_ms: int
    acts_from_ms: int
    state: str


class AccountView(Answer, frozen=True, kw_only=True):
    """A patient's account."""

    height: int
    state_root: str
    account: str
    state: str
    enrolled_by: str
    key_count: int
    keys: tuple[KeyView, ...] = ()


class EventPage(Answer, frozen=True, kw_only=True):
    """Events after a cursor; poll again with ``next``."""

    events: tuple[HistoryEntry, ...]
    next: str


class ProofAnswer(Answer, frozen=True, kw_only=True):
    """A proof file (hex) of an object's state at a sealed height."""

    height: int
    time_ms: int
    proof: str


class StatsAnswer(Answer, frozen=True, kw_only=True):
    """Sums over the present state, integers of fen."""

    height: int
    state_root: str
    bills: int
    charged_fen: int
    settled_fen: int
    claimed_fen: int
    paid_fen: int
    refused: int


class Version(Answer, frozen=True, kw_only=True):
    """Which release and protocol this node runs."""

    version: str
    protocol_version: int
