"""The life of a bill by real processes: what is let through, and what is refused with exit 5."""

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

    assert running.net.ctl(*check).code == 0

    whole = proof.read_bytes()
    # Each byte is flipped in tests/unit/ledgerd/chain; here a few, the way an auditor would see it.
    for place in (0, len(whole) // 3, len(whole) // 2, len(whole) - 1):
        proof.write_bytes(whole[:place] + bytes((whole[place] ^ 1,)) + whole[place + 1 :])
        assert running.net.ctl(*check).code == 8, f"byte {place}"


def test_every_home_verifies_to_the_same_state_root(running: Story) -> None:
    heights = [running.ctl(name, "status").json["height"] for name in running.net.nodes]
    verified = [running.ctl(name, "verify", "chain").json for name in running.net.nodes]

    assert min(heights) > 0
    by_height = {entry["height"]: entry["state_root"] for entry in verified}
    assert len({(v["height"], v["state_root"]) for v in verified}) == len(by_height)
