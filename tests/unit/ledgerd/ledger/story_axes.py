"""The part of the story that tells of the further axes of a bill."""

from collections.abc import Callable

from ledgerd.ledger.axis_operations import BindBill
from ledgerd.ledger.bill_operations import Countersign
from ledgerd.ledger.claim_operations import GrantAccess
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import PublicPosition, Purpose
from ledgerd.ledger.operations import Operation
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    FINANCE,
    HOSPITAL,
    MEDICARE,
    World,
    bill_ref,
    issue,
    owner_of,
    payment,
    salt_of,
    settlement,
)
from tests.unit.ledgerd.ledger.world_axes import (
    enter,
    exchange,
    recall,
    refund,
    revoke,
    unenter,
    void,
)

Act = Callable[[str | bytes, str, Operation], bytes]


def tell_axes(world: World, act: Act) -> None:
    """Bind a bill, let a paper go and come back, enter and revoke; void another one."""
    ref = bill_ref(11)
    act(HOSPITAL, "office", issue(11, world.today, owner=None))
    act(HOSPITAL, "cashier", BindBill(client_ref="bind", bill=ref, owner=owner_of(ref, ANNA)))
    act(FINANCE, "office", Countersign(client_ref="sign 11", bill=ref))
    act(HOSPITAL, "cashier", exchange(ref))
    act(HOSPITAL, "cashier", recall(ref))
    grant = GrantAccess(
        client_ref="entry grant",
        bill=ref,
        salt=salt_of(ref),
        reader=FINANCE,
        parts=3,
        purpose=Purpose.ENTRY,
        until_ms=world.time_ms + DAY_MS,
    )
    granted = act(ANNA, "device", grant)[-16:]
    entry = act(FINANCE, "clerk", enter(ref, granted, 40_00))[-16:]
    act(FINANCE, "clerk", unenter(ref, entry))
    act(ANNA, "device", revoke(ref, granted))
    _void(world, act)


def _void(world: World, act: Act) -> None:
    ref = bill_ref(12)
    settled = act(MEDICARE, "office", settlement("s12", world.today, (100_00, 60_00)))
    named = {"public_fen": 60_00, "public": PublicPosition.SETTLED, "settlement": settled}
    act(HOSPITAL, "office", issue(12, world.today, **named))
    act(HOSPITAL, "cashier", payment(ref, 40_00))
    act(HOSPITAL, "cashier", void(ref))
    act(HOSPITAL, "cashier", refund(ref, 40_00))
