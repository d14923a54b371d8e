"""Who stands behind a transaction, and whether it may be executed now.

Rules: the author and the key stand in the bytes; whether the key is a current key of the author
is asked of the state, at execution.

Source: domain.md section 2.
"""

from ledgerd.chain.genesis import Institution, Role
from ledgerd.chain.params import Params
from ledgerd.chain.transaction import SCHEME_PASSKEY, InstitutionAuthor, Transaction
from ledgerd.ledger.acting import Actor, BlockContext, require
from ledgerd.ledger.governance_queries import terminal_of
from ledgerd.ledger.objects import Origin
from ledgerd.ledger.overlay import StateReader
from ledgerd.ledger.queries import account_of, institution_of
from ledgerd.ledger.reject_codes import RejectCode
from ledgerd.ledger.state_keys import REF_BYTES
from ledgerd.primitives.hashing import Domain, digest
from ledgerd.primitives.identifiers import client_ref_hash
from ledgerd.primitives.passkeys import relying_party_hash


def actor_of(transaction: Transaction, reader: StateReader) -> Actor:
    """Look up the author; an unknown one has neither institution nor account."""
    author, signer = transaction.author, transaction.public_key
    if isinstance(author, InstitutionAuthor):
        author_bytes = author.institution_id.encode("ascii")
        record = institution_of(reader, author.institution_id)
        if record is None:
            return Actor(author_bytes, signer)
        return Actor(
            author_bytes,
            signer,
            record.institution,
            _role_of(record.institution, signer, reader),
            is_suspended=record.suspended is not None,
        )
    return Actor(author.account_id, signer, account=account_of(reader, author.account_id))


def _role_of(institution: Institution, signer: bytes, reader: StateReader) -> Role | None:
    for key in institution.operator_keys:
        if key.public_key == signer:
            return key.role
    terminal = terminal_of(reader, institution.institution_id, signer)
    return "terminal" if terminal is not None and terminal.removed is None else None


def require_valid(
    transaction: Transaction, actor: Actor, params: Params, context: BlockContext
) -> None:
    """Check what concerns the transaction as a whole.

    Raises:
        TransactionRejected: another chain, too late, valid for too long, the author is
            suspended, or it is not the author's key.
    """
    now_ms, until_ms = context.time_ms, transaction.valid_until_ms
    require(transaction.chain_id == context.chain_id, RejectCode.WRONG_CHAIN)
    require(now_ms <= until_ms, RejectCode.EXPIRED)
    require(until_ms <= now_ms + params.valid_until_ms_max, RejectCode.VALID_TOO_LONG)
    is_known = actor.institution is not None or actor.account is not None
    require(is_known, RejectCode.UNKNOWN_AUTHOR)
    if transaction.scheme == SCHEME_PASSKEY:
        require(actor.account is not None, RejectCode.SCHEME_NOT_SUPPORTED)
    is_device = actor.account is not None and actor.account.key_of(actor.signer) is not None
    require(not actor.is_suspended, RejectCode.SUSPENDED)
    require(is_device or actor.role is not None, RejectCode.SIGNER_NOT_CURRENT)


def require_relying_party(signed_for: bytes | None, params: Params) -> None:
    """Refuse an assertion that an authenticator made for somebody else's site (as a hash)."""
    if signed_for is not None:
        expected = relying_party_hash(params.relying_party)
        require(signed_for == expected, RejectCode.RELYING_PARTY_DIFFERS)


def ref_of(author_bytes: bytes, client_ref: str) -> bytes:
    """Give the half hash of author and client ref that stands in state keys."""
    return client_ref_hash(author_bytes, client_ref)[:REF_BYTES]


def origin_of(actor: Actor, data: bytes, place: tuple[int, int, int]) -> Origin:
    """Say what objects keep of an operation: its place (height, transaction, index), its hash."""
    author = actor.author_bytes
    request = digest(Domain.REQUEST, bytes((len(author),)), author, data)
    height, transaction, operation = place
    return Origin(
        height=height,
        transaction=transaction,
        operation=operation,
        request=request[:REF_BYTES],
    )
