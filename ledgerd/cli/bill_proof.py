"""A bill's present state, proved by any node against the genesis file."""

from ledgerd.chain.genesis import Genesis
from ledgerd.chain.light import ProvedState, verify_proof
from ledgerd.cli.session import Session
from ledgerd.errors import VerificationFailed
from ledgerd.ledger.objects import Bill
from ledgerd.ledger.queries import VALUE_BYTES_MAX
from ledgerd.ledger.state_keys import bill_key
from ledgerd.primitives.canonical import decode
from ledgerd.rpc.catalogue import PROOF_GET
from ledgerd.rpc.queries import ProofGet
from ledgerd.rpc.requests import BillRef


def prove_bill(session: Session, genesis: Genesis, bill: BillRef) -> ProvedState:
    """Ask the node for a proof and verify it.

    Raises:
        VerificationFailed, DecodeError: it does not hold, or is about something else.
    """
    subject = f"{bill.code}-{bill.number}"
    found = session.ask(PROOF_GET, ProofGet(kind="bill", subject=subject))
    proved = verify_proof(bytes.fromhex(found.proof), genesis)
    if not isinstance(proved, ProvedState) or proved.key != bill_key(bill.code, bill.number):
        raise VerificationFailed("the node proved something else")
    return proved


def record_of(proved: ProvedState) -> Bill | None:
    """The bill that was proved; None when it was proved not to exist."""
    return None if proved.value is None else decode(proved.value, Bill, bytes_max=VALUE_BYTES_MAX)
