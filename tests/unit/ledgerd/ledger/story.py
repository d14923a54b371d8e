"""A story in which every operation takes effect at least once, and how many keys each changed."""

from ledgerd.ledger.bill_operations import (
    AnnounceReversal,
    Countersign,
    ReportUnreadable,
    ReverseBill,
    ReverseSettle,
)
from ledgerd.ledger.claim_operations import (
    DecideClaim,
    DeliverKey,
    GrantAccess,
    PayClaim,
    ReleaseExpired,
    WithdrawClaim,
)
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import PublicPosition, Purpose, UnreadableReason
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.reject_codes import RejectCode
from tests.unit.ledgerd.ledger.story_axes import tell_axes
from tests.unit.ledgerd.ledger.story_care import tell_of_care
from tests.unit.ledgerd.ledger.story_governance import tell_books, tell_governance
from tests.unit.ledgerd.ledger.story_patients import tell_of_patients
from tests.unit.ledgerd.ledger.story_redress import tell_redress
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    CODE,
    FINANCE,
    HOSPITAL,
    INSURER,
    INSURER_2,
    MEDICARE,
    World,
    allotment,
    bill_ref,
    claim,
    confirmation,
    enrolment,
    hash_of,
    issue,
    owner_of,
    payment,
    range_id,
    salt_of,
    sealed_parts,
    settlement,
    sidecar,
)
from tests.unit.ledgerd.ledger.world_books import own_keys


class Story:
    """Runs one operation a block; remembers how many keys each type changed."""

    def __init__(self) -> None:
        self.world = World()
        self.changed_keys: dict[str, set[int]] = {}

    def act(self, who: str | bytes, role: str, operation: Operation) -> bytes:
        key = self.world.must(who, role, operation)
        name = type(operation).__name__
        self.changed_keys.setdefault(name, set()).add(len(own_keys(name, self.world.changed)))
        return key


def told_story() -> Story:
    """Tell the whole story."""
    story = Story()
    tell_everything(story)
    return story


def tell_everything(story: Story) -> None:
    """Tell the whole story to whoever listens to the acts."""
    story.act(FINANCE, "clerk", allotment())
    story.act(HOSPITAL, "clerk", enrolment(ANNA))
    story.act(MEDICARE, "reviewer", confirmation(ANNA))
    _issue_and_supervise(story)
    _grant_and_deliver(story)
    _claims(story)
    _reverse(story)
    tell_axes(story.world, story.act)
    tell_of_patients(story)
    tell_redress(story)
    tell_of_care(story.world, story.act)
    tell_governance(story)
    tell_books(story)


def _issue_and_supervise(story: Story) -> None:
    today = story.world.today
    for number in (1, 2):
        settled = story.act(MEDICARE, "office", settlement(f"s{number}", today, (100_00, 60_00)))
        story.act(
            HOSPITAL,
            "office",
            issue(
                number,
                today,
                public_fen=60_00,
                public=PublicPosition.SETTLED,
                settlement=settled,
            ),
        )
        ref = bill_ref(number)
        story.act(FINANCE, "office", Countersign(client_ref=f"sign {number}", bill=ref))
        story.act(HOSPITAL, "cashier", payment(ref, 10_00, "first"))
        story.act(HOSPITAL, "cashier", payment(ref, 30_00, "second"))
    report = ReportUnreadable(
        client_ref="report", bill=bill_ref(1), reason=UnreadableReason.SUMS_DIFFER
    )
    story.act(FINANCE, "office", report)


def _grant_and_deliver(story: Story) -> None:
    ref = bill_ref(1)
    grant = GrantAccess(
        client_ref="grant",
        bill=ref,
        salt=salt_of(ref),
        reader=INSURER,
        parts=3,
        purpose=Purpose.CLAIM,
        until_ms=story.world.time_ms + DAY_MS,
    )
    grant_key = story.act(ANNA, "device", grant)
    delivery = DeliverKey(
        client_ref="deliver",
        bill=ref,
        grant=grant_key[-16:],
        own_delivery=None,
        key_number=1,
        document=sidecar("document"),
    )
    story.act(HOSPITAL, "office", delivery)


def _claims(story: Story) -> None:
    world = story.world
    paid = story.act(ANNA, "device", claim((bill_ref(1),), world.today, INSURER, amount_fen=30_00))
    story.act(INSURER, "office", DecideClaim(client_ref="d", claim=paid, amounts=(30_00,)))
    story.act(INSURER, "cashier", PayClaim(client_ref="p", claim=paid, amount_fen=30_00))
    withdrawn = story.act(
        ANNA, "device", claim((bill_ref(1),), world.today, INSURER_2, amount_fen=1)
    )
    story.act(ANNA, "device", WithdrawClaim(client_ref="w", claim=withdrawn))
    both = (bill_ref(1), bill_ref(2))
    late = story.act(ANNA, "device", claim(both, world.today, INSURER_2, amount_fen=1))
    world.time_ms += 31 * DAY_MS
    story.act(FINANCE, "clerk", ReleaseExpired(client_ref="e", claim=late))


def _reverse(story: Story) -> None:
    ref, red = bill_ref(2), bill_ref(3)
    story.act(HOSPITAL, "cashier", AnnounceReversal(client_ref="announce", bill=ref))
    reversal = ReverseBill(
        client_ref="reverse",
        bill=ref,
        red=red,
        range_id=range_id("range 1"),
        issue_date=story.world.today,
        owner=owner_of(red, ANNA),
        sealed=sealed_parts("red"),
    )
    story.act(HOSPITAL, "cashier", reversal)
    settled = story.world.state[b"b" + CODE.encode() + b"0000000002\x00"]
    key = settled[settled.index(b"s" + MEDICARE.encode()) :][:39]
    booked = ReverseSettle(client_ref="book", settlement=key, position=hash_of("negative"))
    story.act(MEDICARE, "office", booked)


def in_force(codes: list[RejectCode]) -> bool:
    return all(code in (RejectCode.OK, RejectCode.REPEATED) for code in codes)
