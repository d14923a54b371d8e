"""How an import reaches the nodes: each act through its author's node, again until it is answered.

Rules: an act is repeated under its own ``client_ref`` until a node says what became of it, so it
happens once. What a patient signs may go through any node of the network, and so may every read:
when a node is down the next one is asked. An acknowledgement is in the journal, synced, before the
caller sees it. Whoever has been waiting for ``patience_s`` is told what for.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeVar

from ledgerd.cli.acting import Desk
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.synthea.journal import Acknowledgement, Journal
from ledgerd.cli.wallet import Wallet
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc import answers, catalogue as c, queries as q, requests as r
from ledgerd.rpc.client import AnswerBroken, AnswerLost, NodeUnreachable
from ledgerd.rpc.codes import RpcCode, RpcFailure
from ledgerd.rpc.registry import Method

A = TypeVar("A", bound=r.Act)
T = TypeVar("T")
Devices = dict[str, Wallet]  # by account, hex
PAUSE_S_MIN: Final = 0.02  # a countersignature takes a few blocks of 10 ms
PAUSE_S_MAX: Final = 1.0
SETTLED: Final = frozenset({"committed", "sealed"})
UNHEARD: Final = frozenset({RpcCode.NOT_FOUND, RpcCode.UNAUTHORISED})  # by a node that restarts


class NotYet(Exception):  # noqa: N818 - no error: what is waited for has not come
    """Ask again."""


@dataclass(slots=True)
class Interruptions:
    """What went otherwise than hoped on the way.

    Attributes:
        failovers: another node was asked because one did not answer.
        unknowns: a request was sent and what became of it was not said; it was asked for again.
    """

    failovers: int = 0
    unknowns: int = 0


@dataclass(slots=True)
class NetworkDoors:
    """The doors of one worker: its own connections to all nodes of the network.

    Attributes:
        desks: one per home, the home that the command named first.
        patience_s: how long one thing is tried or waited for.
        counts: what went otherwise than hoped; written here only.
    """

    desks: Sequence[Desk]
    journal: Journal
    wallets: Devices
    patience_s: float = 180.0
    counts: Interruptions = field(default_factory=Interruptions)

    def office(self, method: Method[A, answers.Outcome], request: A) -> Acknowledgement:
        desk = self.desks[0]
        return self._act(method.name, request, lambda: desk.office(method, request))

    def operator(
        self, method: Method[A, answers.Outcome], request: A, role: OperatorRole
    ) -> Acknowledgement:
        """Sign with the author's operator key of a role."""
        desk = self.desks[0]
        return self._act(method.name, request, lambda: desk.operator(method, request, role))

    def patient(
        self, method: Method[A, answers.Outcome], request: A, account: str
    ) -> Acknowledgement:
        wallet = self.wallets[account]
        send = self._any(lambda desk: desk.patient(method, request, wallet))
        return self._act(method.name, request, send)

    def read(self, question: Callable[[Desk], T]) -> T:
        """Ask the nodes in turn until one answers."""
        return self._patiently("an answer", self._any(question))

    def wait_supervised(self, bill: r.BillRef) -> None:
        asked = q.BillGet(code=bill.code, number=bill.number)

        def look(desk: Desk) -> None:
            if desk.session.ask(c.BILL_GET, asked).bill.state == "issued":
                raise NotYet

        self._patiently("finance to countersign a bill", self._any(look))

    def wait_delivered(self, bill: r.BillRef, account: str, reader: str) -> None:
        asked = q.GrantList(bill_code=bill.code, bill_number=bill.number, account=account)

        def look(desk: Desk) -> None:
            grants = desk.session.ask(c.GRANT_LIST, asked).grants
            if not any(grant.delivered for grant in grants if grant.reader == reader):
                raise NotYet

        self._patiently("a bill's keys to be delivered", self._any(look))

    def owner_salt(self, bill: r.BillRef, issuer: str) -> str:
        asked = q.BillGet(code=bill.code, number=bill.number)
        home = self.desks[0].session.home.home_of(issuer)
        at_issuer = [d for d in self.desks if d.session.home.path == home.path]
        assert len(at_issuer) == 1
        opened = self._patiently(
            "the issuer to open a bill", lambda: at_issuer[0].session.ask(c.BILL_OPEN, asked)
        )
        return opened.owner_salt

    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def _act(
        self, act: str, request: r.Act, send: Callable[[], answers.Outcome]
    ) -> Acknowledgement:
        known = self.journal.find(request.client_ref)
        if known is not None:
            return known

        def once() -> Acknowledgement:
            try:
                return _acknowledged(act, request, send())
            except RpcFailure as error:
                if error.rpc_code is not RpcCode.REJECTED:
                    raise
                reason = error.reason or error.text
                return Acknowledgement(request.client_ref, act, reason, error.tx_id)

        entry = self._patiently(f"the outcome of {act}", once)
        self.journal.add(entry)
        return entry

    def _any(self, question: Callable[[Desk], T]) -> Callable[[], T]:
        """Make a question to all nodes: the first that answers counts, the last error remains."""

        def ask() -> T:
            for desk in self.desks[:-1]:
                try:
                    return question(desk)
                except (NodeUnreachable, AnswerLost):
                    self.counts.failovers += 1
            return question(self.desks[-1])

        return ask

    def _patiently(self, what: str, attempt: Callable[[], T]) -> T:
        deadline, pause_s = time.monotonic() + self.patience_s, PAUSE_S_MIN
        while True:
            try:
                return attempt()
            except (NotYet, NodeUnreachable, AnswerLost, AnswerBroken, RpcFailure) as error:
                if isinstance(error, RpcFailure) and not _may_pass(error):
                    raise
                self.counts.unknowns += _is_unknown(error)
                if time.monotonic() > deadline:
                    code = ExitCode.UNREACHABLE
                    text = f"waited {self.patience_s:.0f} s for {what}; the same command goes on"
                    raise CommandFailed(code, text) from error
            time.sleep(pause_s)
            pause_s = min(PAUSE_S_MAX, pause_s * 1.5)


def _is_unknown(error: Exception) -> bool:
    lost = isinstance(error, AnswerLost)
    return lost or (isinstance(error, RpcFailure) and error.rpc_code is RpcCode.OUTCOME_UNKNOWN)


def _may_pass(error: RpcFailure) -> bool:
    return error.rpc_code.is_retryable or error.rpc_code in UNHEARD


def _acknowledged(act: str, request: r.Act, outcome: answers.Outcome) -> Acknowledgement:
    if outcome.state not in SETTLED:
        raise NotYet
    reasons = [receipt.reason for receipt in outcome.receipts if receipt.reason != "OK"]
    return Acknowledgement(
        client_ref=request.client_ref,
        act=act,
        reason=reasons[0] if reasons else "OK",
        tx_id=outcome.tx_id,
        height=outcome.height or 0,
        object=outcome.object,
    )
