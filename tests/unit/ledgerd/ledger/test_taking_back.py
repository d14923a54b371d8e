"""What an act asks for; how its claim ends is told in the tests of acting for others."""

from ledgerd.ledger.claim_operations import WithdrawClaim
from ledgerd.ledger.overlay import Overlay
from ledgerd.ledger.taking_back import asked_fen, take_back
from tests.unit.ledgerd.ledger.samples import GRANT
from tests.unit.ledgerd.ledger.test_acting import act
from tests.unit.ledgerd.ledger.world import World, bill_ref, claim, payment


def test_a_claim_asks_for_the_sum_of_its_items() -> None:
    filed = claim((bill_ref(1), bill_ref(2)), World().today, amount_fen=5)

    assert asked_fen(filed) == 10


def test_an_operation_with_one_amount_asks_for_it_and_others_for_nothing() -> None:
    assert asked_fen(payment(bill_ref(1), 7)) == 7
    assert asked_fen(GRANT) == 0
    assert asked_fen(WithdrawClaim(client_ref="w", claim=bytes(39))) == 0


def test_what_opened_nothing_has_no_end() -> None:
    doing = act("clerk")

    assert take_back(doing, 43, b"c" + bytes(38)) == ()
    assert isinstance(doing.state, Overlay)
    assert doing.state.changes() == {}
