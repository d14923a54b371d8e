"""The chapter of redress: documents, appeal, recovery, a case judged twice, assistance."""

from typing import Protocol

from ledgerd.ledger.bill_operations import Countersign
from ledgerd.ledger.claim_operations import DecideClaim, PayClaim
from ledgerd.ledger.fields import BillRef, PublicPosition
from ledgerd.ledger.operations import Operation
from tests.unit.ledgerd.ledger import world_redress as w
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    FINANCE,
    HOSPITAL,
    INSURER,
    MEDICARE,
    World,
    bill_ref,
    claim,
    issue,
    payment,
    settlement,
)

NUMBER = 870
CHANGED_KEYS = {
    "RequestSupplement": {1},
    "SupplyDocuments": {1},
    "Appeal": {2},
    "RecoverPayment": {2},
    "RaiseAlert": {1},
    "OpenCase": {3},
    "AssignCase": {1},
    "ReportFinding": {1},
    "AppealCase": {1},
    "ReviewCase": {1},
    "CloseCase": {2},
    "ApplyAssistance": {2},
    "DecideAssistance": {2},
}


class Teller(Protocol):
    """Whoever tells the story."""

    world: World

    def act(self, who: str | bytes, role: str, operation: Operation) -> bytes: ...


def tell_redress(story: Teller) -> None:
    """Tell the chapter on a bill of its own."""
    ref = bill_ref(NUMBER)
    today = story.world.today
    settled = story.act(MEDICARE, "office", settlement(f"s{NUMBER}", today, (100_00, 0)))
    issued = issue(NUMBER, today, public=PublicPosition.SETTLED, settlement=settled)
    story.act(HOSPITAL, "office", issued)
    story.act(FINANCE, "office", Countersign(client_ref=f"sign {NUMBER}", bill=ref))
    story.act(HOSPITAL, "cashier", payment(ref, 100_00))
    _assistance(story, ref)
    _claim(story, ref)
    _case(story, ref)


def _assistance(story: Teller, ref: BillRef) -> None:
    key = story.act(ANNA, "device", w.application((ref,), story.world.today))
    story.act(MEDICARE, "reviewer", w.decide_aid(key, 10_00))
    story.act(MEDICARE, "cashier", PayClaim(client_ref="pay aid", claim=key, amount_fen=10_00))


def _claim(story: Teller, ref: BillRef) -> None:
    key = story.act(ANNA, "device", claim((ref,), story.world.today))
    story.act(INSURER, "office", w.request_supplement(key))
    story.act(ANNA, "device", w.supply(key))
    story.act(INSURER, "office", DecideClaim(client_ref="d 1", claim=key, amounts=(50_00,)))
    story.act(INSURER, "cashier", PayClaim(client_ref="p 1", claim=key, amount_fen=50_00))
    story.act(ANNA, "device", w.appeal(key, 20_00))
    story.act(INSURER, "reviewer", DecideClaim(client_ref="d 2", claim=key, amounts=(5_00,)))
    story.act(INSURER, "cashier", PayClaim(client_ref="p 2", claim=key, amount_fen=5_00))
    story.act(INSURER, "cashier", w.recover(key, 30_00))
    story.act(INSURER, "cashier", w.recover(key, 25_00, ref="rest"))


def _case(story: Teller, ref: BillRef) -> None:
    world = story.world
    raised = story.act(MEDICARE, "office", w.alert(world.today))
    case = story.act(
        MEDICARE, "reviewer", w.open_case(MEDICARE, world.today, ref, from_alert=raised)
    )
    story.act(MEDICARE, "reviewer", w.assign(case, INSURER))
    story.act(INSURER, "reviewer", w.finding(case))
    story.act(ANNA, "device", w.appeal_case(case, ANNA))
    story.act(MEDICARE, "reviewer", w.review(case))
    story.act(HOSPITAL, "clerk", w.appeal_case(case, HOSPITAL.encode(), ref="again"))
    story.act(MEDICARE, "reviewer", w.assign(case, FINANCE, ref="judge"))
    story.act(FINANCE, "reviewer", w.review(case, ref="judge"))
    story.act(MEDICARE, "reviewer", w.close(case))
