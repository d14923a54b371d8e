"""Pieces of the scenarios about members: what they send is false in one respect only."""

from consensus.codec import decode_message, encode_message
from ledgerd.chain.transaction import decode_transaction, signed_part
from ledgerd.primitives.signatures import is_valid_signature
from tests.bench.flooding_client import spoilt
from tests.bench.flooding_node import with_false_signature
from tests.bench.members import SETTLE_S, settled_pause_ms
from tests.unit.ledgerd.node.samples import allot, signed
from tests.unit.ledgerd.node.test_intake import commit


def test_a_spoilt_transaction_differs_in_its_signature_alone() -> None:
    good = signed(allot(1))

    bad = decode_transaction(bytes.fromhex(spoilt(good.encoded.hex())))

    assert bad.transaction == good.transaction
    assert is_valid_signature(*signed_part(good))
    assert not is_valid_signature(*signed_part(bad))


def test_a_false_vote_says_what_the_true_one_says_with_another_signature() -> None:
    true = commit(1)

    false = decode_message(with_false_signature(encode_message(true)))

    assert false != true
    assert (false.view, false.sequence, false.digest) == (true.view, true.sequence, true.digest)


def test_pauses_count_once_the_disturbance_is_nothing_new() -> None:
    commits_s = [0.0, SETTLE_S - 1, SETTLE_S, SETTLE_S + 0.25, SETTLE_S + 0.5]

    assert settled_pause_ms(commits_s) == 250.0
    assert settled_pause_ms([]) == 0.0
