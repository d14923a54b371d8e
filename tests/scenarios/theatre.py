"""The stage for the scenario files: whole replicas, and letters that wait until they are handed on.

A command is a word, then names and ``key=value``. Batches are called by the name of their first
bundle. Every non-empty step of every replica becomes one line.

    replicas N [window=W] [term=T] N replicas that have heard each other
    propose NAME... [at=I]         the primary of the highest active view, or I, orders bundles
    owe NAME [at=I,J]              these bundles are at hand there and must be ordered
    deliver [type=T] [from=I] [to=J]   hand on what waits (and what follows from it)
    drop [type=T] [from=I] [to=J]  lose what waits
    wait MS                        time passes, statuses arrive; the answers wait to be handed on
    crash I | restart I            the log is what survives
    forget I                       the log does not survive either
    cut I | heal I                 what is said to I from now on is lost, until it is not
    copy I                         one more machine, the next number, starts with the key of I
    part I,J K,L                   what is said from one group to the other from now on is lost
    join                           until everybody can be heard again
    lose_link I to=J               the host tells I that its link to J is down
    claim I view=V                 I, from now on dishonest, sends a view change for V
    age I NAME view=V              the same with what was prepared when NAME was, and nothing later
    twin I NAME to=J               I, dishonest, proposes another batch to J at its last height
    adopt I NAME                   catch-up brings the sealed block to I
    diverge I                      the execution at I computes other headers from now on
    report [I]                     where it stands
"""

import hashlib
from collections import Counter
from typing import Any

from consensus import Batch, Digest, ReplicaId, StableCertificate, Step
from consensus.messages import (
    Certificate,
    CertificateReply,
    Claim,
    Message,
    NewView,
    PrePrepare,
    SealReply,
    Status,
    ViewChange,
    VoteKind,
)
from tests.unit.consensus.builders import (
    STATUS_MS,
    Bench,
    certificate,
    checkpoint,
    claim,
    digest_of,
    membership,
    pre_prepare,
)

NAMES = {digest_of(name): name for name in "ABCDEFGHXYZ"}


class Theatre:
    """Replicas and the letters between them."""

    def __init__(self, n: int, window: int = 4, term: int = 128) -> None:
        self.of = membership(n, window, term=term)
        self.letters: list[tuple[int, int, Message]] = []
        self.lines: list[str] = []
        self.batches: dict[Digest, Batch] = {}
        self.salts: dict[int, bytes] = {}
        self.benches: dict[int, Bench] = {}
        self.dishonest: set[int] = set()
        self.unreachable: set[int] = set()
        self.copies: dict[int, int] = {}  # machine -> whose key it has too
        self.groups: list[set[int]] = []
        for replica in range(n):
            self.benches[replica] = bench = Bench(replica, self.of)
            self.post(replica, bench.first)
        self.deliver({})
        self.letters.clear()
        self.lines.clear()

    # --- commands -----------------------------------------------------------------------------

    def perform(self, line: str) -> str:
        """Perform one command line; return what there is to see."""
        word, *rest = line.split()
        options = dict(item.split("=") for item in rest if "=" in item)
        names = [item for item in rest if "=" not in item]
        self.lines.clear()
        getattr(self, f"do_{word}")(names, options)
        return "\n".join(self.lines) or "ok"

    def do_propose(self, names: list[str], options: dict[str, str]) -> None:
        able = [r for r in self._those(options.get("at")) if self.benches[r].replica.can_propose()]
        primary = max(able, key=lambda replica: self.benches[replica].report.view)
        self.take(primary, self.benches[primary].propose(*names))

    def do_owe(self, names: list[str], options: dict[str, str]) -> None:
        for replica in self._those(options.get("at")):
            self.take(replica, self.benches[replica].owe(*names))

    def do_deliver(self, _names: list[str], options: dict[str, str]) -> None:
        self.deliver(options)

    def do_drop(self, _names: list[str], options: dict[str, str]) -> None:
        lost = [letter for letter in self.letters if fits(letter, options)]
        self.letters = [letter for letter in self.letters if letter not in lost]
        for from_, to, message in lost:
            self.lines.append(f"{from_}-x{to} {self.name(message)}")
        self.fold()

    def fold(self) -> None:
        """Write lines that are repeated once, with their number."""
        counts = Counter(self.lines)
        self.lines = [f"{line} (x{n})" if n > 1 else line for line, n in counts.items()]

    def do_wait(self, names: list[str], _options: dict[str, str]) -> None:
        for _ in range(int(names[0]) // STATUS_MS):
            for replica, bench in self.benches.items():
                bench.now_ms += STATUS_MS
                self.take(replica, bench.tick(0))
            self.deliver({"type": "Status"})
        self.fold()

    def do_crash(self, names: list[str], _options: dict[str, str]) -> None:
        self.sleeping = self.benches.pop(int(names[0]))

    def do_restart(self, names: list[str], _options: dict[str, str]) -> None:
        replica = int(names[0])
        bench = self.benches.pop(replica, None) or self.sleeping
        bench.now_ms = max(other.now_ms for other in self.benches.values())
        self.benches[replica] = bench
        self.benches = dict(sorted(self.benches.items()))
        self.take(replica, bench.reboot())
        for other in self.benches.values():
            other.now_ms = bench.now_ms

    def do_forget(self, names: list[str], options: dict[str, str]) -> None:
        self.benches[int(names[0])].log.clear()
        self.do_restart(names, options)

    def do_cut(self, names: list[str], _options: dict[str, str]) -> None:
        self.unreachable.add(int(names[0]))

    def do_heal(self, names: list[str], _options: dict[str, str]) -> None:
        self.unreachable.remove(int(names[0]))

    def do_copy(self, names: list[str], _options: dict[str, str]) -> None:
        machine, replica = self.of.replica_count + len(self.copies), int(names[0])
        self.copies[machine] = replica
        self.benches[machine] = bench = Bench(replica, self.of)
        self.post(machine, bench.first)
        self.deliver({"type": "Status"})

    def do_part(self, names: list[str], _options: dict[str, str]) -> None:
        self.groups = [{int(each) for each in group.split(",")} for group in names]

    def do_join(self, _names: list[str], _options: dict[str, str]) -> None:
        self.groups = []

    def do_lose_link(self, names: list[str], options: dict[str, str]) -> None:
        replica = int(names[0])
        bench = self.benches[replica]
        down = frozenset({ReplicaId(int(options["to"]))})
        self.take(replica, bench.replica.links_changed(down, bench.now))

    def do_claim(self, names: list[str], options: dict[str, str]) -> None:
        liar = int(names[0])
        self.dishonest.add(liar)
        self._say_claim(liar, int(options["view"]), None)

    def do_age(self, names: list[str], options: dict[str, str]) -> None:
        liar, name = int(names[0]), names[1]
        self.dishonest.add(liar)
        old = next(b for b in self.batches.values() if NAMES[b.bundle_digests[0]] == name)
        proof = certificate(VoteKind.PREPARE, old, int(old.proposed_in_view), of=self.of)
        self._say_claim(liar, int(options["view"]), proof)

    def _say_claim(self, liar: int, view: int, proof: Certificate | None) -> None:
        change = ViewChange(claim(liar, view, proof, of=self.of), proof)
        self.letters += [(liar, to, change) for to in self.benches if to != liar]

    def do_twin(self, names: list[str], options: dict[str, str]) -> None:
        liar, name = int(names[0]), names[1]
        self.dishonest.add(liar)
        own = [b for b in self.batches.values() if b.proposer == liar]
        last = max(own, key=lambda batch: batch.sequence)
        twin = Batch(
            0,
            last.sequence,
            last.parent_digest,
            last.proposed_in_view,
            last.proposer,
            last.timestamp_ms,
            (digest_of(name),),
        )
        letter = pre_prepare(twin, int(twin.proposed_in_view), self.of)
        self.letters += [(liar, to, letter) for to in self._those(options.get("to"))]

    def do_adopt(self, names: list[str], _options: dict[str, str]) -> None:
        replica, name = int(names[0]), names[1]
        adopted = next(b for b in self.batches.values() if NAMES[b.bundle_digests[0]] == name)
        header = self.header(-1, adopted)
        votes = [checkpoint(r, adopted, header, self.of) for r in range(self.of.quorum)]
        signatures = tuple((vote.replica, vote.signature) for vote in votes)
        proof = StableCertificate(0, adopted.sequence, votes[0].header_hash, signatures)
        self.take(replica, self.benches[replica].adopt(adopted, proof))

    def do_diverge(self, names: list[str], _options: dict[str, str]) -> None:
        self.salts[int(names[0])] = b"another"

    def do_report(self, names: list[str], _options: dict[str, str]) -> None:
        for replica in [int(name) for name in names] or list(self.benches):
            report = self.benches[replica].report
            state = "active" if report.active else "waiting"
            extra = " amnesia" if report.amnesia else "" if report.voting else " mute"
            extra += "" if report.divergence is None else f" divergence={report.divergence}"
            self.lines.append(
                f"{replica} view={report.view} {state} tip={report.tip_sequence} "
                f"decided={report.decided} executed={report.executed} "
                f"sealed={report.sealed}{extra}"
            )

    # --- what moves ---------------------------------------------------------------------------

    def _those(self, listed: str | None) -> list[int]:
        return list(self.benches) if listed is None else [int(each) for each in listed.split(",")]

    def post(self, from_: int, step: Step) -> None:
        for send in step.sends:
            if isinstance(send.message, PrePrepare):
                self.batches[send.message.digest] = send.message.batch
            hearers = [each for each in self._hearers(from_) if self._is_meant(each, send.to)]
            self.letters += [(from_, each, send.message) for each in hearers]

    def _hearers(self, from_: int) -> list[int]:
        """Return the machines that can hear this one; copies do not talk to each other."""
        key = self.copies.get(from_, from_)
        machines = [*range(self.of.replica_count), *self.copies]
        others = [each for each in machines if self.copies.get(each, each) != key]
        return [
            each for each in others if not any({from_, each} - g == {each} for g in self.groups)
        ]

    def _is_meant(self, machine: int, to: int | None) -> bool:
        return to in {None, self.copies.get(machine, machine)}

    def take(self, replica: int, step: Step) -> None:
        """Write down one step and perform it, the host answering at once."""
        if replica in self.dishonest:
            return
        self.post(replica, step)
        line = self.describe(step)
        if line:
            self.lines.append(f"{replica}: {line}")
        bench = self.benches[replica]
        for checked in step.checks:
            self.take(replica, bench.check(checked))
        for decided in step.decided:
            header = self.header(replica, decided.batch)
            done = bench.replica.executed(decided.batch.sequence, header, bench.now)
            bench.log.extend(done.persist)
            self.take(replica, done)

    def header(self, replica: int, batch: Batch) -> Digest:
        salt = self.salts.get(replica, b"")
        return Digest(hashlib.sha256(b"header" + salt + batch.digest).digest())

    def deliver(self, options: dict[str, str]) -> None:
        """Hand on all that fits, and what follows from it and fits, in the order it was said."""
        index = 0
        while index < len(self.letters):
            if not fits(self.letters[index], options):
                index += 1
                continue
            _, to, message = self.letters.pop(index)
            if to in self.benches and to not in self.unreachable:
                self.take(to, self.benches[to].receive(message))

    # --- what is seen -------------------------------------------------------------------------

    def describe(self, step: Step) -> str:
        parts: list[str] = []
        records = [type(record).__name__.removesuffix("Record") for record in step.persist]
        if records:
            parts.append("persist " + " ".join(records))
        for send in step.sends:
            if not isinstance(send.message, Status):
                to = "*" if send.to is None else send.to
                parts.append(f"->{to} {self.name(send.message)}")
        parts += [f"DECIDED {self.called(d.batch)}" for d in step.decided]
        parts += [f"check {self.called(batch)}" for batch in step.checks]
        parts += [f"catch up to {hint.sequence} from {hint.replica}" for hint in step.fetches]
        parts += [f"want {NAMES[hint.digest]} from {hint.replica}" for hint in step.wants]
        parts += [f"SEAL {proof.sequence}" for proof in step.seals]
        parts += [f"FAULT of {fault.replica}: {fault.kind.value}" for fault in step.faults]
        if step.halt is not None:
            parts.append(f"HALT at {step.halt.sequence}: {step.halt.reason}")
        return " | ".join(parts)

    def called(self, batch: Batch) -> str:
        self.batches[batch.digest] = batch
        return f"s{batch.sequence} {''.join(NAMES[d] for d in batch.bundle_digests)}"

    def name(self, message: Message) -> str:
        """Say in a few words what a message says."""
        kind = type(message).__name__
        match message:
            case PrePrepare():
                return f"{kind} v{message.view} {self.called(message.batch)}"
            case ViewChange(told):
                return f"{kind} {self.of_claim(told)}"
            case NewView():
                return f"{kind} v{message.view} on {self.of_certificate(message.certificate)}"
            case CertificateReply(_, proof):
                return f"{kind} {proof.kind.name.lower()} {self.of_certificate(proof)}"
            case SealReply(_, proof):
                return f"{kind} s{proof.sequence}"
            case _:
                return " ".join([kind, *self.of_fields(message)])

    def of_fields(self, message: Any) -> list[str]:
        words: list[str] = []
        for letter, field in (("v", "view"), ("s", "sequence")):
            if hasattr(message, field):
                words.append(f"{letter}{getattr(message, field)}")
        if hasattr(message, "digest") and message.digest in self.batches:
            words.append(self.called(self.batches[message.digest]).split()[1])
        return words

    def of_claim(self, told: Claim) -> str:
        return f"v{told.new_view} rank {told.rank.view}.{told.rank.sequence}"

    def of_certificate(self, proof: Certificate | None) -> str:
        return "the root" if proof is None else f"{proof.rank.view}.{proof.rank.sequence}"


def fits(letter: tuple[int, int, Message], options: dict[str, str]) -> bool:
    from_, to, message = letter
    return (
        options.get("type") in {None, type(message).__name__}
        and options.get("from") in {None, str(from_)}
        and options.get("to") in {None, str(to)}
    )
