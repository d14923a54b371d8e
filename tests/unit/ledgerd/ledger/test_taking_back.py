"""What an act asks for; how its claim ends is told in the tests of acting for others."""

from msgspec.structs import replace

from ledgerd.ledger.assistance_operations import ApplyAssistance
from ledgerd.ledger.claim_operations import WithdrawClaim
from ledgerd.ledger.overlay import Overlay
from ledgerd.ledger.redress_operations import Appeal
from ledgerd.ledger.taking_back import asked_fen, take_back
from tests.unit.ledgerd.ledger.samples import GRANT
from tests.unit.ledgerd.ledger.story import told_story
from tests.unit.ledgerd.ledger.test_acting import act
from tests.unit.ledgerd.ledger.world import MEDICARE, World, bill_ref, claim, document


def test_a_claim_asks_for_the_sum_of_its_items() -> None:
    filed = claim((bill_ref(1), bill_ref(2)), World().today, amount_fen=5)

    assert asked_fen(filed) == 10


def test_other_operations_ask_for_nothing() -> None:
    assert asked_fen(GRANT) == 0
    assert asked_fen(WithdrawClaim(client_ref="w", claim=bytes(39))) == 0


def test_an_appeal_asks_for_what_is_more_and_an_application_for_its_items() -> None:
    appeal = Appeal(client_ref="a", claim=bytes(39), amounts=(3, 4), reasons=document("why"))
    items = claim((bill_ref(1), bill_ref(2)), World().today, amount_fen=5).items
    applied = ApplyAssistance(
        client_ref="x", date=World().today, bureau=MEDICARE, items=items, reasons=document("why")
    )

    assert (asked_fen(appeal), asked_fen(applied)) == (7, 10)


def test_a_grant_ends() -> None:
    world = told_story().world
    key = next(
        key for key in world.state if key[:1] == b"b" and key[19:20] == b"\x01" and len(key) == 36
    )
    doing = replace(act("clerk"), state=Overlay(world))

    (event,) = take_back(doing, 32, key)

    assert event.grant == key[-16:]
    assert take_back(doing, 32, key) == ()


def test_what_opened_nothing_has_no_end() -> None:
    doing = act("clerk")

    assert take_back(doing, 43, b"c" + bytes(38)) == ()
    assert isinstance(doing.state, Overlay)
    assert doing.state.changes() == {}
