"""Random acts on a few bills against a naive model of who was reimbursed what.

The model knows nothing of keys, objects or records: it counts money per (bill, payer). After every
act the ledger must agree with it and the two rules of domain.md section 3 must hold.
"""

from dataclasses import dataclass, field

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from ledgerd.ledger.bill_operations import AnnounceReversal, Countersign, ReverseBill
from ledgerd.ledger.claim_operations import (
    ClaimItem,
    DecideClaim,
    FileClaim,
    PayClaim,
    ReleaseExpired,
    WithdrawClaim,
)
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import PublicPosition
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.queries import bill_of
from ledgerd.ledger.reject_codes import RejectCode
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    FINANCE,
    HOSPITAL,
    INSURER,
    INSURER_2,
    MEDICARE,
    MEDICARE_2,
    World,
    bill_ref,
    issue,
    payment,
    salt_of,
)

TOTAL_FEN = 100
NUMBERS = st.sampled_from((1, 2, 3))
PAYERS = st.sampled_from((INSURER, INSURER_2, MEDICARE, MEDICARE_2))
AMOUNTS = st.sampled_from((0, 1, 40, 60, 99, 100))


def slot(payer: str) -> str:
    return "medicare" if payer in (MEDICARE, MEDICARE_2) else payer


@dataclass
class NaiveClaim:
    """What the model knows of a claim."""

    number: int
    payer: str
    asked: int
    state: str = "filed"
    reserved: int = 0


@dataclass
class NaiveBill:
    """What the model knows of a bill; medicare's payment at the counter is in ``paid``."""

    is_settled: bool
    paid: dict[str, int] = field(default_factory=dict)
    was_paid: set[str] = field(default_factory=set)
    is_reversed: bool = False
    is_announced: bool = False


class Reimbursement(RuleBasedStateMachine):
    """Every act is tried on the ledger; what it accepts must be what the model allows."""

    @initialize(public=st.sampled_from((0, 60, 100)))
    def begin(self, public: int) -> None:
        self.world = World()
        self.world.allot()
        self.world.enrol()
        self.serial = 0
        self.claims: dict[bytes, NaiveClaim] = {}
        self.bills: dict[int, NaiveBill] = {}
        self._issue(1, public)
        self._issue(2, 0)
        self._issue(3, None)

    def _issue(self, number: int, public_fen: int | None) -> None:
        changes: dict[str, object] = {"total_fen": TOTAL_FEN, "public": PublicPosition.PENDING}
        bill = NaiveBill(is_settled=public_fen is not None)
        if public_fen is not None:
            settled = self.world.settle(TOTAL_FEN, public_fen)
            changes |= {
                "public": PublicPosition.SETTLED,
                "public_fen": public_fen,
                "settlement": settled,
            }
            bill.paid["medicare"] = public_fen
            bill.was_paid.add("medicare")
        ref = bill_ref(number)
        self.world.must(HOSPITAL, "office", issue(number, self.world.today, **changes))
        self.world.must(FINANCE, "office", Countersign(client_ref=f"s{number}", bill=ref))
        due = TOTAL_FEN - (public_fen or 0)
        if due:
            self.world.must(HOSPITAL, "cashier", payment(ref, due))
        self.bills[number] = bill

    def _try(self, who: str | bytes, role: str, operation: Operation) -> bytes | None:
        receipt = self.world.run(who, role, operation)[0]
        changed = dict(self.world.changed)
        transaction = self.world.done[-1]
        again = self.world.execute(transaction)[0][0]
        assert self.world.changed == {} or receipt.code is not RejectCode.OK or not changed
        if receipt.code is RejectCode.OK:
            assert again.code is RejectCode.REPEATED
            return receipt.object_key
        assert changed == {}
        return None

    def _ref(self) -> str:
        self.serial += 1
        return f"act {self.serial}"

    def _open(self, number: int, name: str) -> list[NaiveClaim]:
        return [
            claim
            for claim in self.claims.values()
            if (claim.number, slot(claim.payer)) == (number, name)
            and claim.state in ("filed", "decided")
        ]

    @rule(number=NUMBERS, payer=PAYERS, amount=AMOUNTS.filter(bool))
    def file(self, number: int, payer: str, amount: int) -> None:
        item = ClaimItem(bill=bill_ref(number), salt=salt_of(bill_ref(number)), amount_fen=amount)
        operation = FileClaim(
            client_ref=self._ref(), date=self.world.today, payer=payer, items=(item,)
        )
        bill, name = self.bills[number], slot(payer)
        allowed = (
            not bill.is_reversed
            and not bill.is_announced
            and name not in bill.was_paid
            and not self._open(number, name)
        )
        key = self._try(ANNA, "device", operation)
        assert (key is not None) == allowed
        if key is not None:
            self.claims[key] = NaiveClaim(number, payer, amount)

    def _pick(self, data: st.DataObject) -> bytes | None:
        keys = sorted(self.claims)
        return data.draw(st.sampled_from(keys)) if keys else None

    @rule(data=st.data(), amount=AMOUNTS)
    def decide(self, data: st.DataObject, amount: int) -> None:
        key = self._pick(data)
        if key is None:
            return
        claim = self.claims[key]
        operation = DecideClaim(client_ref=self._ref(), claim=key, amounts=(amount,))
        fits = self._borne(claim.number) + amount <= TOTAL_FEN
        allowed = claim.state == "filed" and amount <= claim.asked and fits
        if slot(claim.payer) != "medicare":
            allowed = allowed and self._is_public_final(claim.number)
        done = self._try(claim.payer, "office", operation)
        assert (done is not None) == allowed
        if done is not None:
            claim.state, claim.reserved = ("decided", amount) if amount else ("refused", 0)

    def _borne(self, number: int) -> int:
        reserved = sum(c.reserved for c in self.claims.values() if c.number == number)
        return reserved + sum(self.bills[number].paid.values())

    def _is_public_final(self, number: int) -> bool:
        """A later claim to medicare opens the question again; a withdrawn one says nothing."""
        if self.bills[number].is_settled:
            return True
        states = [
            claim.state
            for claim in self.claims.values()
            if claim.number == number and slot(claim.payer) == "medicare"
        ]
        return bool(states) and states[-1] not in ("filed", "withdrawn")

    @rule(data=st.data(), less=st.sampled_from((0, 0, 0, 1)))
    def pay(self, data: st.DataObject, less: int) -> None:
        key = self._pick(data)
        if key is None:
            return
        claim = self.claims[key]
        amount = claim.reserved - less
        if amount < 1:
            return
        operation = PayClaim(client_ref=self._ref(), claim=key, amount_fen=amount)
        done = self._try(claim.payer, "cashier", operation)
        assert (done is not None) == (claim.state == "decided" and not less)
        if done is not None:
            bill, name = self.bills[claim.number], slot(claim.payer)
            assert name not in bill.was_paid
            bill.paid[name] = bill.paid.get(name, 0) + claim.reserved
            bill.was_paid.add(name)
            claim.state, claim.reserved = "paid", 0

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        key = self._pick(data)
        if key is None:
            return
        claim = self.claims[key]
        operation = WithdrawClaim(client_ref=self._ref(), claim=key)
        done = self._try(ANNA, "device", operation)
        assert (done is not None) == (claim.state == "filed")
        if done is not None:
            claim.state = "withdrawn"

    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        key = self._pick(data)
        if key is None:
            return
        self.world.time_ms += 20 * DAY_MS
        claim = self.claims[key]
        operation = ReleaseExpired(client_ref=self._ref(), claim=key)
        if self._try(FINANCE, "clerk", operation) is not None:
            assert claim.state in ("filed", "decided")
            claim.state, claim.reserved = "expired", 0

    @rule(number=NUMBERS)
    def announce(self, number: int) -> None:
        operation = AnnounceReversal(client_ref=self._ref(), bill=bill_ref(number))
        if self._try(HOSPITAL, "cashier", operation) is not None:
            self.bills[number].is_announced = True

    @rule(number=NUMBERS)
    def reverse(self, number: int) -> None:
        from tests.unit.ledgerd.ledger.world import range_id, sealed_parts

        bill = self.bills[number]
        red = bill_ref(500 + self.serial)
        operation = ReverseBill(
            client_ref=self._ref(),
            bill=bill_ref(number),
            red=red,
            range_id=range_id("range 1"),
            issue_date=self.world.today,
            owner=None,
            sealed=sealed_parts("red"),
        )
        was_filed = any(claim.number == number for claim in self.claims.values())
        claimants = bill.was_paid - ({"medicare"} if bill.is_settled else set())
        is_open = any(self._open(number, slot(p)) for p in (INSURER, INSURER_2, MEDICARE))
        allowed = (
            not bill.is_reversed
            and (bill.is_announced or not was_filed)
            and not is_open
            and not claimants
        )
        done = self._try(HOSPITAL, "cashier", operation)
        assert (done is not None) == allowed
        if done is not None:
            bill.is_reversed = True
            bill.paid.clear()

    @invariant()
    def the_ledger_holds_what_the_model_counts(self) -> None:
        for number, naive in getattr(self, "bills", {}).items():
            bill = bill_of(self.world, bill_ref(number))
            assert bill is not None
            paid = {entry.payer: entry.paid_fen for entry in bill.payers if entry.paid_fen}
            assert paid == {name: fen for name, fen in naive.paid.items() if fen}
            reserved = sum(entry.reserved_fen for entry in bill.payers)
            assert reserved + sum(paid.values()) == self._borne(number)
            assert reserved + sum(paid.values()) <= TOTAL_FEN


Reimbursement.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_the_ledger_reimburses_as_the_naive_model = Reimbursement.TestCase
