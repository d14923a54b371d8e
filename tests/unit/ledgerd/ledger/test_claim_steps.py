"""Over any sequence of acts: never more than the rules allow, never paid twice, one appeal."""

from typing import Final

from hypothesis import given, settings, strategies as st
from msgspec.structs import replace

from ledgerd.ledger.claim_operations import (
    DecideClaim,
    PayClaim,
    ReleaseExpired,
    WithdrawClaim,
)
from ledgerd.ledger.claim_steps import fallback_of
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import PublicPosition
from ledgerd.ledger.objects import AID, Bill, ClaimState, PayerState
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.queries import bill_of, claim_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger import world_redress as w
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    INSURER,
    INSURER_2,
    MEDICARE,
    World,
    bill_ref,
    claim,
    issue,
)

TOTAL_FEN: Final = 100_00
PAYERS: Final = (MEDICARE, INSURER, INSURER_2, AID)
ACTS: Final = (
    "file", "decide", "pay", "withdraw", "release", "appeal", "recover", "ask", "supply", "wait",
)  # fmt: skip
SCENES: Final = (
    *((act,) for act in ACTS),
    ("file", "decide", "pay"),
    ("wait", "file", "decide", "pay", "appeal", "decide", "pay"),
    ("appeal", "withdraw", "file"),
    ("appeal", "decide", "wait", "wait", "release", "file"),
    ("file", "decide", "appeal", "decide", "file", "appeal"),
    ("pay", "recover", "file", "appeal", "recover"),
    ("ask", "decide", "supply", "decide", "pay"),
)  # fmt: skip
SCENE = st.tuples(
    st.sampled_from(SCENES),
    st.sampled_from(PAYERS),
    st.sampled_from((0, 1, 30_00, 60_00, TOTAL_FEN)),
)
DECIDERS: Final = ("office", "reviewer")


class Life:
    """One bill, its payers, and what each of them really handed over, counted beside the chain."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.bill = bill_ref(1)
        self.claims: dict[str, bytes] = {}
        self.handed_fen = dict.fromkeys(PAYERS, 0)
        self.recovered: set[str] = set()
        self.appeals = dict.fromkeys(PAYERS, 0)
        self.count = 0

    def record(self) -> Bill:
        bill = bill_of(self.world, self.bill)
        assert bill is not None
        return bill

    def act(self, name: str, payer: str, amount_fen: int, role: str) -> None:
        self.count += 1
        if name == "wait":
            self.world.time_ms += 16 * DAY_MS
            return
        if name == "file":
            self._file(payer, amount_fen)
            return
        operation = self._step(name, payer, amount_fen)
        if operation is None:
            return
        patients = ("withdraw", "appeal", "supply")
        who = ANNA if name in patients else MEDICARE if payer == AID else payer
        signer = "device" if name in patients else role
        (receipt,) = self.world.run(who, signer, operation)
        if receipt.code is Code.OK:
            self._remember(name, payer, operation)

    def _file(self, payer: str, amount_fen: int) -> None:
        asked_fen = max(1, amount_fen)
        today = self.world.today
        operation = (
            w.application((self.bill,), today, amount_fen=asked_fen)
            if payer == AID
            else claim((self.bill,), today, payer, amount_fen=asked_fen)
        )
        operation = replace(operation, client_ref=f"file {self.count}")
        (receipt,) = self.world.run(ANNA, "device", operation)
        if receipt.code is Code.OK:
            assert self.handed_fen[payer] == 0, "a payer that paid is claimed from again"
            assert payer not in self.recovered, "a payer that recovered is claimed from again"
            self.claims[payer] = receipt.object_key

    def _step(self, name: str, payer: str, amount_fen: int) -> Operation | None:
        key, ref = self.claims.get(payer), f"{name} {self.count}"
        if key is None:
            return None
        record = claim_of(self.world, key)
        assert record is not None
        decide = (
            w.decide_aid(key, amount_fen, ref=ref)
            if payer == AID
            else DecideClaim(client_ref=ref, claim=key, amounts=(amount_fen,))
        )
        return {
            "decide": decide,
            "pay": PayClaim(client_ref=ref, claim=key, amount_fen=record.reserved_fen or 1),
            "withdraw": WithdrawClaim(client_ref=ref, claim=key),
            "release": ReleaseExpired(client_ref=ref, claim=key),
            "appeal": w.appeal(key, amount_fen, ref=ref),
            "recover": w.recover(key, amount_fen, ref=ref),
            "ask": w.request_supplement(key, ref),
            "supply": w.supply(key, ref),
        }[name]

    def _remember(self, name: str, payer: str, operation: Operation) -> None:
        match operation:
            case PayClaim(amount_fen=amount_fen):
                assert payer not in self.recovered
                self.handed_fen[payer] += amount_fen
            case w.RecoverPayment(amounts=(amount_fen,)):
                self.handed_fen[payer] -= amount_fen
                self.recovered.add(payer)
        self.appeals[payer] += name == "appeal"

    def check(self) -> None:
        bill = self.record()
        borne_fen = sum(entry.reserved_fen + entry.paid_fen for entry in bill.payers)
        assert borne_fen <= TOTAL_FEN
        assert max(self.appeals.values()) <= 1
        for payer in PAYERS:
            entry = bill.payer("medicare" if payer == MEDICARE else payer)
            paid_fen = 0 if entry is None else entry.paid_fen
            assert paid_fen == self.handed_fen[payer] >= 0
            self._check_claim(payer, paid_fen)

    def _check_claim(self, payer: str, paid_fen: int) -> None:
        """A claim and its bill never disagree."""
        key = self.claims.get(payer)
        if key is None:
            return
        record = claim_of(self.world, key)
        entry = self.record().payer(record.payer_name)
        assert entry.state.name == ClaimState(record.state).name
        assert record.paid_fen == paid_fen
        is_reserved = record.state is ClaimState.DECIDED
        assert entry.reserved_fen == (record.reserved_fen if is_reserved else 0)


def new_life(public: PublicPosition) -> Life:
    from tests.unit.ledgerd.ledger.world import FINANCE, HOSPITAL, Countersign, payment

    world = World()
    world.allot()
    world.enrol()
    world.must(HOSPITAL, "office", issue(1, world.today, public=public))
    world.must(FINANCE, "office", Countersign(client_ref="sign", bill=bill_ref(1)))
    world.must(HOSPITAL, "cashier", payment(bill_ref(1), TOTAL_FEN))
    return Life(world)


def roles_of(name: str, count: int) -> str:
    """Let deciders take turns, because an appeal needs another one; cashiers pay."""
    return "cashier" if name in ("pay", "recover") else DECIDERS[count % 2]


@settings(max_examples=60, deadline=None)
@given(
    public=st.sampled_from((PublicPosition.NONE, PublicPosition.PENDING)),
    scenes=st.lists(SCENE, min_size=3, max_size=14),
)
def test_no_sequence_of_acts_reimburses_twice(
    public: PublicPosition, scenes: list[tuple[tuple[str, ...], str, int]]
) -> None:
    life = new_life(public)

    for scene, payer, amount_fen in scenes:
        for turn, name in enumerate(scene):
            role = "reviewer" if payer == AID and name == "decide" else roles_of(name, turn)
            life.act(name, payer, amount_fen, role)
            life.check()


def test_a_round_without_a_payment_falls_back_to_the_one_before() -> None:
    life = new_life(PublicPosition.PENDING)
    life.act("file", MEDICARE, TOTAL_FEN, "office")
    life.act("decide", MEDICARE, 30_00, "office")
    life.act("pay", MEDICARE, 0, "cashier")
    paid = claim_of(life.world, life.claims[MEDICARE])
    life.act("appeal", MEDICARE, 30_00, "office")
    appealed = claim_of(life.world, life.claims[MEDICARE])
    life.check()

    assert life.handed_fen[MEDICARE] == 30_00
    assert fallback_of(paid, PayerState.WITHDRAWN) is PayerState.WITHDRAWN
    assert fallback_of(appealed, PayerState.WITHDRAWN) is PayerState.PAID
