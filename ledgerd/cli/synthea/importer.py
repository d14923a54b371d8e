"""The import as a whole: everybody is made known, bills go their way side by side, the sum is read.

Rules: a few workers, each with connections of its own, share the journal; a worker that cannot go
on stops the others, and what was acknowledged is in the journal, so the same command goes on there.
The sums are read through a node other than the one that the import was handed to.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from ledgerd.cli.acting import Desk
from ledgerd.cli.session import Session
from ledgerd.cli.synthea.bills import ClaimBill, totals_of
from ledgerd.cli.synthea.doors import Devices, Interruptions, NetworkDoors
from ledgerd.cli.synthea.journal import Journal
from ledgerd.cli.synthea.network import Network, network_around
from ledgerd.cli.synthea.parties import Setup
from ledgerd.cli.synthea.rows import DataSet
from ledgerd.cli.synthea.steps import Parties, Refused, carry_out
from ledgerd.cli.synthea.summary import OnChain, Summary, read_back, summary_of


@dataclass(frozen=True)
class Progress:
    """How an import tells where it is; called from several threads.

    Attributes:
        stage: a line of text: who is being made known.
        advance: one more bill is done.
    """

    stage: Callable[[str], None]
    advance: Callable[[], None]


@dataclass(frozen=True)
class ImportPlan:
    """What is imported and how.

    Attributes:
        code: bill code of the imported bills, 8 digits.
        jobs: bills under way at once.
        patience_s: how long a step is tried before the import stops.
    """

    data: DataSet
    bills: tuple[ClaimBill, ...]
    code: str
    jobs: int
    patience_s: float


@dataclass(frozen=True)
class Report:
    """What an import did: the summary from the chain, and what went otherwise on the way."""

    summary: Summary
    counts: Interruptions


def run_import(session: Session, plan: ImportPlan, journal: Journal, progress: Progress) -> Report:
    """Carry out an import, or what is left of it.

    Raises:
        CommandFailed: a node did not answer in time; the same command goes on.
        RpcFailure: a node refused a request as such (not the ledger an operation).
    """
    network = network_around(session.home)
    with _doors(session, {}, journal, plan) as doors:
        setup = Setup(network, doors, progress.stage)
        parties, wallets = setup.parties(plan.data, plan.bills, plan.code)
    counts = _carry_out_all(session, plan, (parties, wallets, journal), progress)
    return Report(_read_back(session, network, plan, parties, journal), counts)


def _carry_out_all(
    session: Session,
    plan: ImportPlan,
    known: tuple[Parties, Devices, Journal],
    progress: Progress,
) -> Interruptions:
    parties, wallets, journal = known
    stop = threading.Event()
    pending = iter(plan.bills)
    take = threading.Lock()

    def work() -> Interruptions:
        with _doors(session, wallets, journal, plan) as doors:
            try:
                for bill in _shared(pending, take, stop):
                    _one(bill, parties, plan, doors)
                    progress.advance()
            finally:
                stop.set()  # nothing is left to take, or this worker could not go on
            return doors.counts

    with ThreadPoolExecutor(plan.jobs) as pool:
        workers = [pool.submit(work) for _ in range(plan.jobs)]
    counts = [worker.result() for worker in workers]
    return Interruptions(sum(c.failovers for c in counts), sum(c.unknowns for c in counts))


def _one(bill: ClaimBill, parties: Parties, plan: ImportPlan, doors: NetworkDoors) -> None:
    try:
        carry_out(bill, parties, plan.data, doors)
    except Refused:
        return  # the refusal is in the journal, and the summary counts it


def _shared(
    pending: Iterator[ClaimBill], take: threading.Lock, stop: threading.Event
) -> Iterator[ClaimBill]:
    while not stop.is_set():
        with take:
            bill = next(pending, None)
        if bill is None:
            return
        yield bill


@contextmanager
def _doors(
    session: Session, wallets: Devices, journal: Journal, plan: ImportPlan
) -> Iterator[NetworkDoors]:
    with ExitStack() as closing:
        desks = []
        for home in session.home.siblings():
            own = Session(replace(session.options, home=home.path))  # connections of its own
            closing.callback(own.close)
            desks.append(Desk(own))
        yield NetworkDoors(desks, journal, wallets, plan.patience_s)


def _read_back(
    session: Session, network: Network, plan: ImportPlan, parties: Parties, journal: Journal
) -> Summary:
    submitting = {session.home.path.resolve(), network.homes["hospital"].path.resolve()}
    with _doors(session, {}, journal, plan) as doors:
        doors.desks = [d for d in doors.desks if d.session.home.path.resolve() not in submitting]

        def look(desk: Desk) -> tuple[OnChain, str]:
            hospitals, insurers = parties.hospitals.values(), parties.insurers.values()
            chain = read_back(desk.session, plan.code, hospitals, insurers)
            return chain, desk.session.home.institution

        chain, read_from = doors.read(look)
    refused = sum(1 for entry in journal.entries() if entry.reason not in {"OK", "REPEATED"})
    return summary_of(chain, totals_of(plan.bills), refused, read_from)
