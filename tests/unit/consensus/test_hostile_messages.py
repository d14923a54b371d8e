"""Three others send anything that they can sign: nothing trips an assert, nothing contradicts.

The replica under test is honest, everybody else lies at random, far more than f of them; so there
is no agreement to expect, only that no message stops the replica and that it never signs twice.
"""

import random

import pytest

from consensus import Membership
from consensus.codec import decode_message, encode_message
from consensus.messages import (
    BatchReply,
    CertificateReply,
    Commit,
    Equivocation,
    FetchBatch,
    FetchCertificate,
    FetchNewView,
    NewView,
    Prepare,
    PrePrepare,
    SealReply,
    ViewChange,
    VoteKind,
)
from tests.unit.consensus.builders import (
    Bench,
    batch as make_batch,
    certificate,
    checkpoint,
    claim,
    commit,
    digest_of,
    header_of,
    membership,
    new_view,
    pre_prepare,
    prepare,
    seal,
    status,
    view_change,
)

OTHERS = (0, 2, 3)


class Liars:
    """Draws messages of everybody but replica 1, from few enough numbers that they meet."""

    def __init__(self, seed: int, of: Membership) -> None:
        self.random = random.Random(seed)
        self.of = of
        self.batches = [make_batch(name) for name in "AB"]
        self.present = 1

    def batch(self):
        if self.random.random() < 0.3:
            parent = self.random.choice(self.batches)
            made = make_batch(self.random.choice("ABCD"), parent, view=self.view())
            self.batches.append(made)
        if self.random.random() < 0.05:
            self.batches.append(make_batch("E", sequence=self.random.randint(1, 12)))
        return self.random.choice(self.batches[-6:])

    def view(self) -> int:
        """Return a view near the one in which the honest replica is."""
        return max(1, self.present + self.random.choice((-1, 0, 0, 0, 0, 0, 0, 1)))

    def sender(self) -> int:
        return self.random.choice(OTHERS)

    def proof(self):
        if self.random.random() < 0.3:
            return None
        by = OTHERS if self.random.random() < 0.9 else OTHERS[:2]
        kind = self.random.choice((VoteKind.PREPARE, VoteKind.PREPARE, VoteKind.COMMIT))
        return certificate(kind, self.batch(), self.view(), by)

    def new_view(self):
        view = self.view()
        proof = self.proof()
        while self.of.primary_of(view) == 1:
            view = self.view()
        claims = tuple(claim(replica, view, proof) for replica in OTHERS)
        return new_view(view, proof, claims=claims)

    def pre_prepare(self):
        view = self.view()
        while self.of.primary_of(view) == 1:
            view = self.view()
        return pre_prepare(self.batch(), view)

    def status(self):
        low = self.random.randint(0, 4)
        return status(
            self.sender(),
            view=self.view(),
            active=self.random.random() < 0.7,
            low_watermark=low,
            executed=low + self.random.randint(0, 2),
            decided=low + self.random.randint(0, 3),
            tip_sequence=self.random.randint(0, 4),
            owed=(digest_of(self.random.choice("ABZ")),),
            claims=(claim(self.sender(), self.view()),),
        )

    def draw(self):
        sender, batch = self.sender(), self.batch()
        header = header_of(batch) if self.random.random() < 0.9 else digest_of("other header")
        proof = self.proof()
        makers = (
            *[self.pre_prepare] * 6,
            lambda: prepare(sender, batch, self.present),
            lambda: commit(sender, batch, self.present),
            lambda: prepare(sender, batch, self.view()),
            lambda: commit(sender, batch, self.view()),
            lambda: checkpoint(sender, batch, header),
            lambda: view_change(sender, self.view(), self.proof()),
            lambda: ViewChange(claim(sender, self.view(), proof), self.proof()),
            self.new_view,
            self.status,
            lambda: Equivocation(prepare(sender, batch), prepare(sender, self.batch())),
            lambda: FetchBatch(sender, 0, batch.digest),
            lambda: FetchCertificate(sender, 0),
            lambda: FetchNewView(sender, 0, self.view()),
            lambda: BatchReply(sender, 0, tuple(self.batch() for _ in range(3))),
            lambda: CertificateReply(sender, proof or certificate(VoteKind.COMMIT, batch)),
            lambda: SealReply(sender, seal(batch, header, OTHERS)),
        )
        return self.random.choice(makers)()


def play(seed: int, count: int) -> list:
    """Let the liars talk; return everything that the honest replica has said."""
    liars = Liars(seed, membership())
    honest = Bench(1)
    honest.arm()
    said: list = []
    for _ in range(count):
        liars.present = honest.report.view
        dice = liars.random.random()
        step = honest.receive(decode_message(encode_message(liars.draw())))
        step += honest.wait(liars.random.choice((10, 100)) if dice < 0.2 else 0, heard=())
        if honest.replica.can_propose():
            step += honest.propose(liars.random.choice("ABCD"))
        pending = [step]
        while pending:
            step = pending.pop()
            said += [send.message for send in step.sends]
            if step.halt is not None:
                return said
            check = honest.check if dice < 0.9 else honest.reject
            pending.extend(check(asked) for asked in step.checks)
            pending.extend(honest.execute(decided.batch) for decided in step.decided)
        if dice < 0.03:
            honest.log = list(honest.replica.durable_records())
            said += [send.message for send in honest.reboot().sends]
    return said


def place(message) -> tuple | None:
    """Return what may be signed once only."""
    match message:
        case Prepare() | Commit():
            return (message.kind, message.view, message.sequence)
        case PrePrepare():
            return (VoteKind.PREPARE, message.view, message.sequence)
        case ViewChange(told):
            return (VoteKind.VIEW_CHANGE, told.new_view)
        case NewView():
            return (VoteKind.NEW_VIEW, message.view)
        case _:
            return None


def signed_by_one(message) -> bytes | None:
    """Return the signature of replica 1, where the message bears it."""
    match message:
        case Prepare() | Commit():
            return message.signature if message.replica == 1 else None
        case PrePrepare() | NewView():
            return message.signature if membership().primary_of(message.view) == 1 else None
        case ViewChange(told):
            return told.signature if told.replica == 1 else None
        case _:
            return None


@pytest.mark.parametrize("seed", range(40))
def test_nothing_that_others_sign_stops_a_replica_or_makes_it_sign_twice(seed: int) -> None:
    found: dict = {}
    for message in play(seed, 150):
        signature = signed_by_one(message)
        if signature is not None:
            found.setdefault(place(message), set()).add(signature)
    assert all(len(signatures) == 1 for signatures in found.values())


def test_the_replica_says_something_at_all_among_liars() -> None:
    kinds = {type(message) for seed in range(10) for message in play(seed, 150)}
    assert {Prepare, Commit, ViewChange, PrePrepare, BatchReply, CertificateReply} <= kinds
