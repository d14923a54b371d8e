"""Views are values: they compare, and cursors have an order."""

from ledgerd.node.views import Cursor, OutcomeState, TxOutcome


def test_cursors_are_ordered_as_the_chain_is() -> None:
    places = [Cursor(2, 0, 0), Cursor(1, 9, 9), Cursor(1, 10, 0)]

    assert sorted(places) == [Cursor(1, 9, 9), Cursor(1, 10, 0), Cursor(2, 0, 0)]


def test_an_outcome_without_a_block_has_no_receipts() -> None:
    outcome = TxOutcome(bytes(32), OutcomeState.PENDING)

    assert (outcome.height, outcome.receipts) == (None, ())
