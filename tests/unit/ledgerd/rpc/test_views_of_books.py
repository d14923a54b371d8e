"""Proposals and books as answers show them."""

from ledgerd.ledger.book_objects import ClearingMonth, DayBook, WriteOff, WriteOffState
from ledgerd.ledger.governance_objects import Ballot, Proposal, ProposalState
from ledgerd.ledger.governance_operations import Suspension
from ledgerd.ledger.objects import Origin
from ledgerd.ledger.state_keys import proposal_key
from ledgerd.rpc import requests_governance as rg
from ledgerd.rpc.views_of_books import (
    clearing_view,
    proposal_view,
    totals_view,
    write_off_view,
)
from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL, MEDICARE, bill_ref
from tests.unit.ledgerd.ledger.world_books import total

ORIGIN = Origin(height=7, transaction=0, operation=0, request=bytes(16))
AT = (9, "ab")


def test_a_proposal_shows_votes_and_when_it_is_too_late() -> None:
    proposal = Proposal(
        state=ProposalState.OPEN,
        subject=Suspension(institution=HOSPITAL),
        ballots=(
            Ballot(voter=FINANCE, approve=True, origin=ORIGIN),
            Ballot(voter=MEDICARE, approve=False, origin=ORIGIN),
        ),
        origin=ORIGIN,
        expires_ms=1000,
    )
    key = proposal_key(FINANCE, 2026_09_21, bytes(16))

    in_time, late = proposal_view(key, proposal, 1000), proposal_view(key, proposal, 1001)

    assert (in_time.state, late.state) == ("open", "expired")
    assert (in_time.proposer, in_time.institution, in_time.subject) == (
        FINANCE,
        HOSPITAL,
        "suspension",
    )
    assert (in_time.yes, in_time.no, in_time.ballots[1].vote) == (1, 1, "no")


def test_a_day_is_open_reported_or_attested() -> None:
    asked = rg.TotalsGet(issuer=HOSPITAL, date=2026_09_21)
    books = (
        DayBook(issued=total(2, 5)),
        DayBook(reported=ORIGIN),
        DayBook(reported=ORIGIN, attested=ORIGIN, attester=FINANCE),
    )

    views = [totals_view(asked, book, AT) for book in books]

    assert [view.state for view in views] == ["open", "reported", "attested"]
    assert (views[0].issued_count, views[0].issued_fen, views[2].attested_by) == (2, 5, FINANCE)


def test_a_month_and_a_request_are_shown_by_their_words() -> None:
    asked = rg.SettleClearing(bureau=MEDICARE, hospital=HOSPITAL, month=2026_09)
    month = clearing_view(asked, ClearingMonth(settled=total(1, 7), attested=ORIGIN), AT)
    request = WriteOff(
        state=WriteOffState.REFUSED, hospital=HOSPITAL, bills=(bill_ref(1),), origin=ORIGIN
    )

    assert (month.state, month.settled_fen, month.height) == ("attested", 7, 9)
    assert write_off_view(b"w", request).state == "refused"
    assert write_off_view(b"w", request).bills == ("33010126-0000000001",)
