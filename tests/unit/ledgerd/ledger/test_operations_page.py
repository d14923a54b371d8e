"""The page of operations says what the code does."""

from pathlib import Path

import pytest

from ledgerd.ledger.operations import OPERATION_TYPES, decode_operation, operation_name
from ledgerd.ledger.reject_codes import RejectCode
from tests.unit.ledgerd.ledger.operations_page import WORDS, written_page
from tests.unit.ledgerd.ledger.story import told_story
from tests.unit.ledgerd.ledger.story_patients import CHANGED_KEYS as PATIENT_KEYS
from tests.unit.ledgerd.ledger.story_redress import CHANGED_KEYS as REDRESS_KEYS
from tests.unit.ledgerd.ledger.words_axes import CHANGED_KEYS
from tests.unit.ledgerd.ledger.words_care import CHANGED_KEYS as CARE_KEYS
from tests.unit.ledgerd.ledger.world import World
from tests.unit.ledgerd.ledger.world_books import own_keys

PAGE = Path(__file__).parents[4] / "docs" / "operations-of-the-ledger.md"


def test_the_page_is_what_the_tables_say(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("--rewrite"):
        PAGE.write_text(written_page(), encoding="utf-8")

    assert PAGE.read_text(encoding="utf-8") == written_page()


def test_every_operation_and_only_real_codes_stand_on_the_page() -> None:
    assert list(WORDS) == [type_.__name__ for type_ in OPERATION_TYPES]
    named = {code for words in WORDS.values() for code in words.codes}
    assert named <= set(RejectCode.__members__)


def test_an_operation_changes_as_many_keys_as_the_page_says() -> None:
    counted = told_story().changed_keys

    assert counted == {
        "AllotNumbers": {2},
        "EnrolPatient": {1, 2},
        "ConfirmPatient": {2},
        "Settle": {2},
        "IssueBill": {1, 2},
        "Countersign": {1},
        "RecordPayment": {1},
        "ReportUnreadable": {1},
        "GrantAccess": {1},
        "DeliverKey": {1},
        "FileClaim": {2, 3},
        "DecideClaim": {2},
        "PayClaim": {2},
        "WithdrawClaim": {2},
        "ReleaseExpired": {3},
        "AnnounceReversal": {1},
        "ReverseBill": {3},
        "ReverseSettle": {2},
        "Propose": {1},
        "Vote": {1, 2, 3},
        "RotateOwnKey": {2},
        "RegisterTerminal": {2},
        "AnnounceAddress": {2},
        "ReturnNumbers": {3},
        "ReportTotals": {1},
        "AttestTotals": {1},
        "AttestClearing": {1},
        "RequestWriteOff": {1},
        "ApproveWriteOff": {2},
        **PATIENT_KEYS,
        **REDRESS_KEYS,
        **CHANGED_KEYS,
        **CARE_KEYS,
    }


def test_a_bill_without_a_settlement_changes_one_key() -> None:
    world = World()
    world.allot()
    world.issued(1)

    assert len(own_keys("IssueBill", world.changed)) == 1


def test_the_events_of_the_story_are_those_of_the_page() -> None:
    told, world = told_story(), World()
    seen: dict[str, set[str]] = {}

    for transaction in told.world.done:
        world.time_ms = transaction.valid_until_ms - 3_600_000
        (receipt,) = world.execute(transaction)[0]
        name = operation_name(decode_operation(transaction.operations[0]))
        seen.setdefault(name, set()).update(type(event).__name__ for event in receipt.events)

    assert seen == {name: set(words.events) for name, words in WORDS.items()}
