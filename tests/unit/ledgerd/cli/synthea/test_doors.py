"""How the importer reaches the nodes: again until it is answered, once for each ``client_ref``."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.synthea.doors import NetworkDoors
from ledgerd.cli.synthea.journal import Journal
from ledgerd.cli.wallet import new_wallet, with_account
from ledgerd.keys.roles import OperatorRole
from ledgerd.rpc import answers, catalogue as c, requests as r
from ledgerd.rpc.client import AnswerLost, NodeUnreachable
from ledgerd.rpc.codes import RpcCode, RpcFailure

ACCOUNT = "0c" * 16
DOWN = NodeUnreachable("no node answers")
LOST = AnswerLost("the answer did not come")
UNKNOWN = RpcFailure(RpcCode.OUTCOME_UNKNOWN, "timed out")
REFUSED = RpcFailure(RpcCode.REJECTED, "refused", reason="CLAIM_OPEN", tx_id="ab" * 32)
DONE = answers.Outcome(state="committed", tx_id="ab" * 32, client_ref="ref", height=7, object="63")
PENDING = answers.Outcome(state="pending", tx_id="ab" * 32, client_ref="ref")
ALLOT = r.NumbersAllot(
    client_ref="ref", holder="129900002000000014", code="99010126", first=1, count=10
)
WITHDRAW = r.ClaimAct(client_ref="ref", claim="63" * 39, account=ACCOUNT)


@dataclass
class ScriptedDesk:
    """A node that says one thing after the other, the last one for ever."""

    says: list[object]
    heard: list[object] = field(default_factory=list)

    def office(self, _method: object, request: object) -> object:
        self.heard.append(request)
        said = self.says.pop(0) if len(self.says) > 1 else self.says[0]
        if isinstance(said, Exception):
            raise said
        return said

    def operator(self, method: object, request: object, _role: OperatorRole) -> object:
        return self.office(method, request)

    def patient(self, method: object, request: object, _wallet: object) -> object:
        return self.office(method, request)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path / "journal")
    yield made
    made.close()


def doors(journal: Journal, *desks: ScriptedDesk, patience_s: float = 60) -> NetworkDoors:
    wallets = {ACCOUNT: with_account(new_wallet(), ACCOUNT)}
    return NetworkDoors(desks, journal, wallets, patience_s)  # type: ignore[arg-type]


def test_an_acknowledgement_is_in_the_journal_and_its_act_is_not_sent_again(
    journal: Journal,
) -> None:
    desk = ScriptedDesk([DONE])
    first = doors(journal, desk).office(c.NUMBERS_ALLOT, ALLOT)

    again = doors(journal, desk).office(c.NUMBERS_ALLOT, ALLOT)

    assert (first.reason, first.tx_id, first.height, first.object) == ("OK", "ab" * 32, 7, "63")
    assert journal.entries() == (first,)
    assert again == first
    assert len(desk.heard) == 1


def test_an_act_is_repeated_under_its_own_ref_until_its_outcome_is_said(journal: Journal) -> None:
    desk = ScriptedDesk([LOST, UNKNOWN, PENDING, DOWN, DONE])
    made = doors(journal, desk)

    entry = made.operator(c.NUMBERS_ALLOT, ALLOT, OperatorRole.CLERK)

    assert entry.reason == "OK"
    assert desk.heard == [ALLOT] * 5
    assert made.counts.unknowns == 2


def test_a_refusal_by_the_ledger_is_an_outcome_and_kept(journal: Journal) -> None:
    desk = ScriptedDesk([REFUSED])
    made = doors(journal, desk)

    entry = made.patient(c.CLAIM_WITHDRAW, WITHDRAW, ACCOUNT)

    assert (entry.reason, entry.tx_id) == ("CLAIM_OPEN", "ab" * 32)
    assert made.patient(c.CLAIM_WITHDRAW, WITHDRAW, ACCOUNT) == entry
    assert len(desk.heard) == 1


def test_a_request_that_is_wrong_is_not_repeated(journal: Journal) -> None:
    desk = ScriptedDesk([RpcFailure(RpcCode.INVALID_PARAMS, "wrong", field="code"), DONE])

    with pytest.raises(RpcFailure):
        doors(journal, desk).office(c.NUMBERS_ALLOT, ALLOT)

    assert journal.entries() == ()
    assert len(desk.heard) == 1


@pytest.mark.parametrize("failure", [DOWN, LOST])
def test_what_a_patient_signs_goes_through_the_next_node_when_one_is_down(
    journal: Journal, failure: Exception
) -> None:
    down, other = ScriptedDesk([failure]), ScriptedDesk([DONE])
    made = doors(journal, down, other)

    entry = made.patient(c.CLAIM_WITHDRAW, WITHDRAW, ACCOUNT)

    assert entry.reason == "OK"
    assert (len(down.heard), len(other.heard)) == (1, 1)
    assert made.counts.failovers == 1


def test_a_read_is_answered_by_the_next_node_when_one_is_down(journal: Journal) -> None:
    down, other = ScriptedDesk([DOWN]), ScriptedDesk([DONE])

    found = doors(journal, down, other).read(lambda desk: desk.office(c.CHAIN_STATUS, None))

    assert found == DONE


def test_who_waits_too_long_is_told_and_the_same_act_goes_on_later(journal: Journal) -> None:
    with pytest.raises(CommandFailed) as failed:
        doors(journal, ScriptedDesk([DOWN]), patience_s=0).office(c.NUMBERS_ALLOT, ALLOT)
    assert failed.value.code == ExitCode.UNREACHABLE
    assert journal.entries() == ()

    entry = doors(journal, ScriptedDesk([DONE])).office(c.NUMBERS_ALLOT, ALLOT)

    assert journal.entries() == (entry,)
