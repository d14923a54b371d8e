"""The life of a bill by real processes: what is let through, and what is refused with exit 5."""

import json
from pathlib import Path

import pytest

from tests.processes.story import Story

pytestmark = pytest.mark.processes
REFUSED = 5


def test_a_bill_is_settled_paid_claimed_and_reimbursed(running: Story) -> None:
    bill = running.bill(total_fen=100_000, public_fen=60_000)
    running.wait_for("countersigned", bill)
    assert running.grant(bill).code == 0
    claim = running.claim(bill, 30_000, "insurer").json["object"]

    assert running.decide(claim, 25_000).code == 0
    assert running.pay(claim, 25_000).code == 0

    shown = running.ctl("finance", "claim", "show", claim).json
    assert (shown["state"], shown["paid_fen"]) == ("paid", 25_000)


def test_a_second_claim_by_the_same_payer_through_another_node_is_refused(running: Story) -> None:
    bill = running.bill(total_fen=50_000)
    running.wait_for("countersigned", bill)
    claim = running.claim(bill, 10_000, "insurer").json["object"]
    open_one = running.claim(bill, 10_000, "insurer", home="finance")
    running.decide(claim, 10_000)
    running.pay(claim, 10_000)

    paid_one = running.claim(bill, 10_000, "insurer", home="medicare")

    assert (open_one.code, paid_one.code) == (REFUSED, REFUSED)
    assert "CLAIM_OPEN" in open_one.err
    assert "CLAIM_PAID" in paid_one.err


def test_a_second_insurer_gives_what_is_left_and_no_more(running: Story) -> None:
    second = running.admit("insurer", "sample-insurer-b", host="insurer")
    bill = running.bill(total_fen=100_000, public_fen=60_000)
    running.wait_for("countersigned", bill)
    first_claim = running.claim(bill, 30_000, "insurer").json["object"]
    assert running.decide(first_claim, 30_000).code == 0
    assert running.pay(first_claim, 30_000).code == 0
    claim = running.claim(bill, 40_000, second, home="finance").json["object"]

    too_much = running.decide(claim, 10_001)
    left = running.decide(claim, 10_000)

    assert too_much.code == REFUSED
    assert "OVER_PRIVATE_SHARE" in too_much.err
    assert left.code == 0, left.err
    assert running.pay(claim, 10_000).code == 0
    shown = running.ctl("medicare", "claim", "show", claim).json
    assert (shown["payer"], shown["state"], shown["paid_fen"]) == (second, "paid", 10_000)


def test_a_claim_is_withdrawn_by_its_patient_and_not_released_before_its_time(
    running: Story,
) -> None:
    bill = running.bill(total_fen=7_000)
    running.wait_for("countersigned", bill)
    claim = running.claim(bill, 7_000, "insurer").json["object"]

    early = running.ctl("finance", "claim", "release", claim)
    device = ("--wallet", str(running.wallet))
    withdrawn = running.ctl("medicare", "claim", "withdraw", claim, *device)

    assert early.code == REFUSED
    assert "NOT_EXPIRED" in early.err
    assert withdrawn.code == 0, withdrawn.err
    assert running.ctl("insurer", "claim", "show", claim).json["state"] == "withdrawn"
    assert running.claim(bill, 7_000, "insurer").code == 0


def test_a_settlement_is_taken_back_once_and_bears_no_bill_afterwards(running: Story) -> None:
    hospital = running.institutions["hospital"]
    settle = ("settle", "create", "--hospital", hospital, "--total-fen", "500", "--person-key", "p")
    settlement = running.ctl("medicare", *settle).json["object"]

    taken_back = running.ctl("medicare", "settle", "reverse", settlement)
    again = running.ctl("medicare", "settle", "reverse", settlement)
    issue = ("bill", "issue", "--name", "Sample Person", "--total-fen", "500")
    late = running.ctl("hospital", *issue, "--settlement", settlement)

    assert taken_back.code == 0, taken_back.err
    assert running.ctl("finance", "settle", "show", settlement).json["state"] == "reversed"
    assert (again.code, late.code) == (REFUSED, REFUSED)


def test_a_bill_whose_payment_is_refused_stands_and_its_command_says_so(running: Story) -> None:
    hospital = running.institutions["hospital"]
    settle = ("settle", "create", "--hospital", hospital, "--total-fen", "500", "--person-key", "p")
    settlement = running.ctl("medicare", *settle, "--hospital-fen", "100").json["object"]
    issue = ("bill", "issue", "--name", "Sample Person", "--total-fen", "500")

    issued = running.ctl("hospital", *issue, "--settlement", settlement, "--paid-fen", "500")

    receipts = json.loads(issued.out)["receipts"]
    assert [receipt["reason"] for receipt in receipts] == ["OK", "PAYMENT_TOO_HIGH"]
    assert issued.code == REFUSED
    assert "committed, but operation 1 was refused: PAYMENT_TOO_HIGH" in issued.err


def test_a_transaction_handed_in_by_itself_says_so_too(running: Story, tmp_path: Path) -> None:
    hospital = running.institutions["hospital"]
    settle = ("settle", "create", "--hospital", hospital, "--total-fen", "500", "--person-key", "p")
    settlement = running.ctl("medicare", *settle, "--hospital-fen", "100").json["object"]
    issue = ("bill", "issue", "--name", "Sample Person", "--total-fen", "500", "--paid-fen", "500")
    as_cashier = ("--as", "cashier")
    only = ("--settlement", settlement, *as_cashier, "--generate-only")
    composed, signed = tmp_path / "composed", tmp_path / "signed"
    composed.write_text(running.net.ctl(*issue, *only, home="hospital").out)
    signed.write_text(running.ctl("hospital", "tx", "sign", str(composed), *as_cashier).out)

    submitted = running.ctl("hospital", "tx", "submit", str(signed))

    assert json.loads(submitted.out)["state"] == "committed"
    assert submitted.code == REFUSED
    assert "operation 1 was refused: PAYMENT_TOO_HIGH" in submitted.err


def test_the_same_client_ref_again_gives_the_first_receipt(running: Story) -> None:
    issue = (
        "bill", "issue", "--name", "Sample Person", "--total-fen", "1200", "--paid-fen", "1200",
        "--client-ref", "counter-7/2026-0001",
    )  # fmt: skip
    first = running.ctl("hospital", *issue).json

    second = running.ctl("hospital", *issue).json

    assert (second["tx_id"], second["object"]) == (first["tx_id"], first["object"])
    other = running.ctl("hospital", *issue, "--category", "9")
    assert other.code == REFUSED
    assert "conflicting_client_ref" in other.err


def test_a_claimed_bill_is_not_reversed_and_a_reversed_one_not_claimed(running: Story) -> None:
    claimed, reversed_ = running.bill(total_fen=8_000), running.bill(total_fen=9_000)
    running.wait_for("countersigned", claimed)
    running.wait_for("countersigned", reversed_)
    running.claim(claimed, 5_000, "insurer")

    refused = running.ctl("hospital", "--yes", "bill", "reverse", claimed)
    running.ctl("hospital", "bill", "announce", reversed_)
    done = running.ctl("hospital", "--yes", "bill", "reverse", reversed_)

    assert refused.code == REFUSED
    assert done.code == 0, done.err
    late = running.claim(reversed_, 1_000, "insurer")
    assert late.code == REFUSED
    assert "REVERS" in late.err


def test_a_proof_is_verified_where_nothing_else_is_and_any_changed_byte_is_found(
    running: Story, tmp_path_factory: pytest.TempPathFactory
) -> None:
    bill = running.bill(total_fen=4_200)
    running.wait_for("countersigned", bill)
    empty = tmp_path_factory.mktemp("auditor")
    proof, genesis = empty / "bill.proof", empty / "genesis.json"
    made = running.ctl("finance", "proof", "get", "bill", bill, "--out", str(proof))
    assert made.code == 0, made.err
    genesis.write_bytes((running.net.home("hospital") / "genesis.json").read_bytes())
    check = ("verify", "proof", str(proof), "--genesis", str(genesis))

    assert running.net.ctl_process(*check).code == 0

    whole = proof.read_bytes()
    # Each byte is flipped in tests/unit/ledgerd/chain; here a few, the way an auditor would see it.
    for place in (0, len(whole) // 3, len(whole) // 2, len(whole) - 1):
        proof.write_bytes(whole[:place] + bytes((whole[place] ^ 1,)) + whole[place + 1 :])
        assert running.net.ctl_process(*check).code == 8, f"byte {place}"


def test_every_home_verifies_to_the_same_state_root(running: Story) -> None:
    heights = [running.ctl(name, "status").json["height"] for name in running.net.nodes]
    verified = [running.ctl(name, "verify", "chain").json for name in running.net.nodes]

    assert min(heights) > 0
    by_height = {entry["height"]: entry["state_root"] for entry in verified}
    assert len({(v["height"], v["state_root"]) for v in verified}) == len(by_height)
