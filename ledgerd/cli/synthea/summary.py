"""What an import left on the chain, read back from a node and summed up bill by bill.

Rules: nothing of what the importer believes it did goes into these sums; they are read through a
node other than the one that submitted, page by page, at what that node has committed. Only the
counts that the chain does not hold (lines, overpaid) come from the data set, and are named so.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

import msgspec

from ledgerd.cli.synthea.bills import Totals
from ledgerd.rpc import catalogue as c, queries as q
from ledgerd.rpc.answers import BillView, ClaimView
from ledgerd.rpc.fields import Answer, NoParams, Params
from ledgerd.rpc.registry import Method

P = TypeVar("P", bound=Params)
R = TypeVar("R", bound=Answer)
PAGE_ENTRIES = 500
CODE_DIGITS = 8


class Asker(Protocol):
    """A node that answers questions."""

    def ask(self, method: Method[P, R], params: P) -> R: ...


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over all bills of an import; amounts in fen (the data set's cents).

    Attributes:
        settled_fen: borne by public payers.
        claimed_fen: asked for in claims.
        paid_fen: paid on claims.
        refused: steps that the ledger refused, from the journal.
        lines: charge lines; they are sealed, so the count is the data set's.
        overpaid_fen: paid beyond the charges, on no bill; the data set's.
        read_from: the node that answered.
        height: up to which it had committed.
    """

    bills: int
    lines: int
    charged_fen: int
    settled_fen: int
    claimed_fen: int
    paid_fen: int
    refused: int
    overpaid_fen: int
    read_from: str
    height: int
    state_root: str


class OnChain(msgspec.Struct, frozen=True, kw_only=True):
    """What one node holds of an import."""

    bills: tuple[BillView, ...]
    claims: tuple[ClaimView, ...]
    height: int
    state_root: str


def read_back(asker: Asker, code: str, hospitals: Iterable[str], payers: Iterable[str]) -> OnChain:
    """Read all bills of a bill code and all claims with the payers, page by page."""
    bills = [bill for issuer in sorted(hospitals) for bill in _bills(asker, issuer, code)]
    claims = [claim for payer in sorted(payers) for claim in _claims(asker, payer)]
    status = asker.ask(c.CHAIN_STATUS, NoParams())
    return OnChain(
        bills=tuple(bills),
        claims=tuple(claims),
        height=status.height,
        state_root=status.state_root,
    )


def summary_of(chain: OnChain, derived: Totals, refused: int, read_from: str) -> Summary:
    """Sum up what a node holds; see ``Summary`` for what comes from the data set."""
    return Summary(
        bills=len(chain.bills),
        lines=derived.line_count,
        charged_fen=sum(bill.total_fen for bill in chain.bills),
        settled_fen=sum(bill.public_fen for bill in chain.bills),
        claimed_fen=sum(claim.asked_fen for claim in chain.claims),
        paid_fen=sum(claim.paid_fen for claim in chain.claims),
        refused=refused,
        overpaid_fen=derived.overpaid_fen,
        read_from=read_from,
        height=chain.height,
        state_root=chain.state_root,
    )


def is_whole(summary: Summary, derived: Totals) -> bool:
    """Say whether the chain holds exactly what the data set says."""
    return (
        summary.bills == derived.bill_count
        and summary.charged_fen == derived.charged_fen
        and summary.settled_fen == derived.settled_fen
        and summary.claimed_fen == summary.paid_fen == derived.claimed_fen
    )


def _bills(asker: Asker, issuer: str, code: str) -> Iterator[BillView]:
    cursor: str | None = ""
    while cursor is not None:
        asked = q.BillList(issuer=issuer, code=code, cursor=cursor, limit=PAGE_ENTRIES)
        page = asker.ask(c.BILL_LIST, asked)
        yield from (bill for bill in page.bills if bill.bill[:CODE_DIGITS] == code)
        cursor = page.next


def _claims(asker: Asker, payer: str) -> Iterator[ClaimView]:
    cursor: str | None = ""
    while cursor is not None:
        asked = q.ClaimList(payer=payer, cursor=cursor, limit=PAGE_ENTRIES)
        page = asker.ask(c.CLAIM_LIST, asked)
        yield from page.claims
        cursor = page.next
