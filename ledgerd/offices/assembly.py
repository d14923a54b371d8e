"""Putting the offices of a node together: what the daemon enters into rpc, and what it runs.

Rules: composition only. Every node has every office; whether an institution may do something is
its kind's affair and the chain's, so a node that hosts a bureau beside a hospital just works.
"""

from dataclasses import dataclass

import trio

from ledgerd.offices import (
    accounts,
    bill_axes,
    bookkeeping,
    care,
    cases,
    consent,
    erasures,
    everybody,
    finance,
    governing,
    hospital,
    medicare,
    redress,
)
from ledgerd.offices.acting import Desk
from ledgerd.offices.anchoring import AuditAnchors
from ledgerd.offices.automatic import Automatic
from ledgerd.offices.chores import ChoreBook
from ledgerd.offices.following import Follower
from ledgerd.offices.house import House
from ledgerd.offices.numbers import NumberDesk
from ledgerd.offices.payer import Payer, Policy
from ledgerd.offices.readers import ReadingRoom
from ledgerd.offices.sweeping import Sweeper
from ledgerd.rpc.ports import Offices


@dataclass(frozen=True, slots=True)
class OfficeFloor:
    """The offices for rpc, and what they do by themselves."""

    offices: Offices
    follower: Follower
    sweeper: Sweeper
    anchors: AuditAnchors

    async def run(self) -> None:
        """Follow the chain, clear the outbox, anchor the audit log, until cancelled."""
        async with trio.open_nursery() as nursery:
            for run in (self.follower.run, self.sweeper.run, self.anchors.run):
                nursery.start_soon(run)


def build_offices(house: House, policy: Policy) -> OfficeFloor:
    """Build all offices of a node."""
    desk = Desk(house)
    room = ReadingRoom(house)
    numbers = NumberDesk(house)
    offices = Offices(
        any=everybody.Everybody(desk, room),
        hospital=hospital.Hospital(desk, room, numbers),
        finance=finance.Finance(desk, room),
        medicare=medicare.Medicare(desk, room),
        payer=Payer(desk, room),
        accounts=accounts.Accounts(desk),
        redress=redress.Redress(desk),
        cases=cases.Cases(desk, room),
        governance=governing.Governing(desk),
        books=bookkeeping.Bookkeeping(desk, numbers),
        axes=bill_axes.BillAxes(desk, room),
        consent=consent.Consent(desk, room),
        care=care.Care(desk),
        erasure=erasures.Erasures(desk),
    )
    book = ChoreBook(house, room, policy)
    follower = Follower(house, book, Automatic(desk, room, policy))
    return OfficeFloor(offices, follower, Sweeper(house), AuditAnchors(desk))
