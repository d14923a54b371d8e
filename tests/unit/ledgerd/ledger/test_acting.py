"""What every handler can rely on."""

import pytest

from ledgerd.chain.params import example_params
from ledgerd.errors import TransactionRejected
from ledgerd.ledger.acting import Act, Actor, refuse, require
from ledgerd.ledger.objects import Origin
from ledgerd.ledger.overlay import Overlay
from ledgerd.ledger.reject_codes import RejectCode
from tests.unit.ledgerd.ledger.world import HOSPITAL, World, key_of


def act(role: str) -> Act:
    world = World()
    actor = Actor(HOSPITAL.encode(), key_of(HOSPITAL, role), role=role)
    origin = Origin(height=1, transaction=0, operation=0, request=bytes(16))
    return Act(Overlay(world), example_params("33"), world.context(), actor, bytes(16), origin)


def test_a_refusal_carries_its_code() -> None:
    with pytest.raises(TransactionRejected) as refused:
        refuse(RejectCode.NOT_FOUND)
    assert refused.value.code is RejectCode.NOT_FOUND


def test_a_requirement_that_holds_is_silent() -> None:
    require(True, RejectCode.NOT_FOUND)
    with pytest.raises(TransactionRejected, match="TOO_MANY"):
        require(False, RejectCode.TOO_MANY)


def test_what_is_needed_exists_or_is_refused() -> None:
    assert act("office").need(5) == 5
    with pytest.raises(TransactionRejected, match="NOT_FOUND"):
        act("office").need(None)


def test_limits_bind_office_keys_only() -> None:
    act("office").require_office_amount(5, 5)
    act("reviewer").require_office_amount(6, 5)
    with pytest.raises(TransactionRejected, match="OFFICE_LIMIT"):
        act("office").require_office_amount(6, 5)


def test_a_step_keeps_key_and_time() -> None:
    step = act("cashier").keyed_step()

    assert step.signer == key_of(HOSPITAL, "cashier")
    assert step.time_ms == World().time_ms
