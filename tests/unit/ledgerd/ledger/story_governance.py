"""The part of the story in which members decide and the books are closed."""

from typing import Protocol

from ledgerd.ledger.book_operations import WriteOffStep
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.governance_operations import (
    Admission,
    AnnounceAddress,
    EncryptionKeyAdded,
    NewParams,
    ParamChange,
    Reinstatement,
    RotateOwnKey,
    Suspension,
)
from ledgerd.ledger.operations import Operation
from tests.unit.ledgerd.ledger.samples import CANDIDATE
from tests.unit.ledgerd.ledger.world import (
    FINANCE,
    HOSPITAL,
    HOSPITAL_2,
    INSURER,
    MEDICARE,
    World,
    allotment,
    bill_ref,
    range_id,
)
from tests.unit.ledgerd.ledger.world_books import (
    attestation,
    ballot,
    clearing,
    new_signer,
    proposal,
    registration,
    report,
    rotation,
    step,
    tail,
    to_next_day,
    to_next_month,
    write_off,
)


class Teller(Protocol):
    """Whoever tells the story."""

    world: World

    def act(self, who: str | bytes, role: str, operation: Operation) -> bytes: ...


def tell_governance(story: Teller) -> None:
    """Admit, suspend, reinstate, change parameters, reject; change own affairs."""
    admitted = proposal(story.world, Admission(candidate=CANDIDATE), "admit")
    key = story.act(HOSPITAL, "admin", admitted)
    for voter in (FINANCE, MEDICARE):
        story.act(voter, "admin", ballot(key))
    changes = (ParamChange(name="gap_days", value=20),)
    for ref, subject in (
        ("suspend", Suspension(institution=INSURER)),
        ("end", Reinstatement(institution=INSURER)),
        ("params", NewParams(changes=changes)),
    ):
        key = story.act(FINANCE, "admin", proposal(story.world, subject, ref))
        for voter in (MEDICARE, HOSPITAL):
            story.act(voter, "admin", ballot(key))
    unwanted = proposal(story.world, Suspension(institution=HOSPITAL_2), "no")
    key = story.act(INSURER, "admin", unwanted)
    story.act(FINANCE, "admin", ballot(key, approve=False))
    _tell_own_affairs(story)


def _tell_own_affairs(story: Teller) -> None:
    story.act(HOSPITAL, "admin", rotation(HOSPITAL, "clerk", "second clerk"))
    sealing = EncryptionKeyAdded(number=1, public_key=new_signer("sealing").public_key)
    story.act(HOSPITAL, "admin", RotateOwnKey(client_ref="sealing", change=sealing))
    story.act(HOSPITAL, "admin", registration(HOSPITAL))
    address = AnnounceAddress(client_ref="moved", addresses=("ledger.invalid:7001",))
    story.act(HOSPITAL, "admin", address)


def tell_books(story: Teller) -> None:
    """Return numbers, close day and month, write the bills of the day off and archive them."""
    world = story.world
    story.act(FINANCE, "clerk", allotment(HOSPITAL, 50_000, 100))
    story.act(HOSPITAL, "clerk", tail(range_id("range 50000"), 50_050))
    first_day = 2026_09_21
    for day in (first_day, to_next_day(world)):
        story.act(HOSPITAL, "office", report(world, day))
        story.act(FINANCE, "clerk", attestation(day))
    month = to_next_month(world)
    story.act(MEDICARE, "office", clearing(world, month))
    key = story.act(HOSPITAL, "clerk", write_off(world, bill_ref(1)))
    story.act(FINANCE, "reviewer", step(key))
    world.time_ms += 31 * DAY_MS
    story.act(FINANCE, "reviewer", step(key, WriteOffStep.ARCHIVE))
