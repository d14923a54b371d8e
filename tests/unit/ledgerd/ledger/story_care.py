"""The part of the story that tells of visits, prescriptions, erasure and audit anchors."""

from collections.abc import Callable

from ledgerd.ledger.operations import Operation
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    FINANCE,
    HOSPITAL,
    HOSPITAL_2,
    MEDICARE,
    World,
)
from tests.unit.ledgerd.ledger.world_care import (
    anchor,
    approve,
    attest,
    book,
    cancel,
    complete,
    confirm,
    dispense,
    erasure,
    prescribe,
    register,
)

Act = Callable[[str | bytes, str, Operation], bytes]


def tell_of_care(world: World, act: Act) -> None:
    """Visit and be prescribed; cancel another visit; erase a bill; anchor a log."""
    visit = act(HOSPITAL, "office", book(world.today, "care book"))
    seen = act(HOSPITAL, "terminal", attest(world.today, "care seen"))
    act(HOSPITAL, "clerk", register(world.today, visit, client_ref="care", presence=seen))
    prescription = act(HOSPITAL, "clerk", prescribe(visit, world.today))
    act(HOSPITAL_2, "clerk", dispense(prescription))
    act(HOSPITAL, "clerk", complete(visit))
    other = act(HOSPITAL, "clerk", register(world.today, client_ref="care walked in"))
    act(HOSPITAL, "clerk", cancel(other))
    bill = world.bill(71)
    key = act(ANNA, "device", erasure((bill,), world.today))
    act(FINANCE, "reviewer", approve(key))
    act(MEDICARE, "reviewer", approve(key))
    act(HOSPITAL, "office", confirm(key))
    act(HOSPITAL, "office", anchor(world.today))
