"""Proposals and books as answers show them.

Rules: as in ``views_of_state``.
"""

from ledgerd.ledger.adopting import subject_named
from ledgerd.ledger.book_objects import ClearingMonth, DayBook, WriteOff, WriteOffState
from ledgerd.ledger.governance_objects import Proposal, ProposalState
from ledgerd.rpc import answers_governance as ag, requests_governance as rg
from ledgerd.rpc.naming import bill_text
from ledgerd.rpc.readable import named_values


def proposal_view(key: bytes, proposal: Proposal, now_ms: int) -> ag.ProposalView:
    """Show a proposal as of a block time."""
    subject, institution = subject_named(proposal.subject)
    state = ProposalState(proposal.state)
    is_late = state is ProposalState.OPEN and now_ms > proposal.expires_ms
    ballots = proposal.ballots
    return ag.ProposalView(
        proposal=key.hex(),
        proposer=key[1:19].decode("ascii"),
        subject=subject,
        institution=institution or "",
        state="expired" if is_late else state.name.lower(),
        expires_ms=proposal.expires_ms,
        yes=sum(1 for ballot in ballots if ballot.approve),
        no=sum(1 for ballot in ballots if not ballot.approve),
        content=named_values(proposal.subject),
        ballots=tuple(
            ag.BallotView(
                voter=ballot.voter,
                vote="yes" if ballot.approve else "no",
                height=ballot.origin.height,
            )
            for ballot in ballots
        ),
    )


def totals_view(asked: rg.TotalsGet, book: DayBook, at: tuple[int, str]) -> ag.TotalsView:
    """Show a day book as read at (height, state root)."""
    state = "open" if book.reported is None else "reported"
    return ag.TotalsView(
        height=at[0],
        state_root=at[1],
        issuer=asked.issuer,
        date=asked.date,
        state=state if book.attested is None else "attested",
        issued_count=book.issued.count,
        issued_fen=book.issued.amount_fen,
        voided_count=book.voided.count,
        voided_fen=book.voided.amount_fen,
        reversed_count=book.reversed.count,
        reversed_fen=book.reversed.amount_fen,
        attested_by=book.attester or "",
    )


def clearing_view(
    asked: rg.SettleClearing, book: ClearingMonth, at: tuple[int, str]
) -> ag.ClearingView:
    """Show a month of clearing as read at (height, state root)."""
    return ag.ClearingView(
        height=at[0],
        state_root=at[1],
        bureau=asked.bureau,
        hospital=asked.hospital,
        month=asked.month,
        state="open" if book.attested is None else "attested",
        settled_count=book.settled.count,
        settled_fen=book.settled.amount_fen,
        reversed_count=book.reversed.count,
        reversed_fen=book.reversed.amount_fen,
    )


def write_off_view(key: bytes, found: WriteOff) -> ag.WriteOffView:
    """Show a request to write bills off."""
    return ag.WriteOffView(
        write_off=key.hex(),
        hospital=found.hospital,
        state=WriteOffState(found.state).name.lower(),
        bills=tuple(bill_text(ref.code, ref.number) for ref in found.bills),
    )
