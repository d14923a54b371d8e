"""Builders of the operations of governance and books, and which keys are running sums."""

import functools
import hashlib

from ledgerd.ledger import state_keys
from ledgerd.ledger.book_operations import (
    ApproveWriteOff,
    AttestClearing,
    AttestTotals,
    ReportTotals,
    RequestWriteOff,
    ReturnNumbers,
    Sum,
    WriteOffStep,
)
from ledgerd.ledger.book_queries import clearing_of, day_book_of
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import BillRef
from ledgerd.ledger.governance_operations import (
    OperatorKeyChange,
    Propose,
    RegisterTerminal,
    RotateOwnKey,
    Subject,
    Vote,
)
from ledgerd.ledger.own_affairs import possession_digest
from ledgerd.primitives.signatures import Ed25519Signer
from tests.unit.ledgerd.ledger.world import (
    CHAIN_ID,
    CODE,
    FINANCE,
    HOSPITAL,
    INSURER,
    MEDICARE,
    World,
)

SUMS = ("ReportTotals", "AttestTotals", "AttestClearing")
ELECTORS = (FINANCE, HOSPITAL, INSURER, MEDICARE)


def own_keys(name: str, changed: dict[bytes, bytes]) -> list[bytes]:
    """Leave out the running sums, which blocks change once and not each operation."""
    prefixes = [state_keys.OFFICE_DAY_PREFIX]
    if name not in SUMS:
        prefixes += [state_keys.DAY_BOOK_PREFIX, state_keys.CLEARING_PREFIX]
    kept = [key for key in changed if not key.startswith(tuple(prefixes))]
    return [key for key in kept if not (key[:1] == b"n" and key[9:10] == b"\x02")]


@functools.cache
def new_signer(name: str) -> Ed25519Signer:
    return Ed25519Signer(hashlib.sha256(name.encode()).digest())


def shown(institution: str, role: str, name: str) -> bytes:
    """Show that the new key of a name is there."""
    signer = new_signer(name)
    return signer.sign(possession_digest(CHAIN_ID, institution, role, signer.public_key))


def rotation(institution: str, role: str, name: str, retired: bytes | None = None) -> RotateOwnKey:
    change = OperatorKeyChange(
        role=role,
        added=new_signer(name).public_key,
        possession=shown(institution, role, name),
        retired=retired,
    )
    return RotateOwnKey(client_ref=f"rotate {name}", change=change)


def registration(institution: str, name: str = "kiosk") -> RegisterTerminal:
    return RegisterTerminal(
        client_ref=f"terminal {name}",
        terminal=new_signer(name).public_key,
        possession=shown(institution, "terminal", name),
    )


def proposal(world: World, subject: Subject, ref: str = "p") -> Propose:
    return Propose(client_ref=ref, date=world.today, subject=subject)


def ballot(key: bytes, *, approve: bool = True, ref: str = "v") -> Vote:
    return Vote(client_ref=ref, proposal=key, approve=approve)


def decided(world: World, subject: Subject, ref: str = "p") -> bytes:
    """Let finance propose and two others agree: three of four decide."""
    key = world.must(FINANCE, "admin", proposal(world, subject, ref))
    world.must(MEDICARE, "admin", ballot(key))
    world.must(HOSPITAL, "admin", ballot(key))
    return key


def to_next_day(world: World) -> int:
    """Go on to the next UTC day; give the one that is over."""
    day = world.today
    world.time_ms = (world.time_ms // DAY_MS + 1) * DAY_MS
    return day


def to_next_month(world: World) -> int:
    month = world.today // 100
    while world.today // 100 == month:
        world.time_ms += DAY_MS
    return month


def report(world: World, day: int, issuer: str = HOSPITAL) -> ReportTotals:
    book = day_book_of(world, issuer, day)
    return ReportTotals(
        client_ref=f"report {day}",
        date=day,
        issued=book.issued,
        voided=book.voided,
        reversed=book.reversed,
    )


def attestation(day: int, issuer: str = HOSPITAL) -> AttestTotals:
    return AttestTotals(client_ref=f"attest {day}", issuer=issuer, date=day)


def attested_day(world: World) -> int:
    """Close the day: the hospital reports it, finance attests it."""
    day = to_next_day(world)
    world.must(HOSPITAL, "office", report(world, day))
    world.must(FINANCE, "office", attestation(day))
    return day


def clearing(world: World, month: int, hospital: str = HOSPITAL) -> AttestClearing:
    book = clearing_of(world, MEDICARE, hospital, month)
    return AttestClearing(
        client_ref=f"clear {month}",
        hospital=hospital,
        month=month,
        settled=book.settled,
        reversed=book.reversed,
    )


def write_off(world: World, *bills: BillRef, ref: str = "write off") -> RequestWriteOff:
    return RequestWriteOff(client_ref=ref, date=world.today, bills=bills)


def step(key: bytes, kind: WriteOffStep = WriteOffStep.APPROVE) -> ApproveWriteOff:
    return ApproveWriteOff(client_ref=f"step {kind}", write_off=key, step=kind)


def tail(range_id: bytes, first: int, ref: str = "return") -> ReturnNumbers:
    return ReturnNumbers(client_ref=ref, code=CODE, range_id=range_id, first=first)


def total(count: int, amount_fen: int) -> Sum:
    return Sum(count=count, amount_fen=amount_fen)
