"""What the demonstration checks at its end, without believing any node.

Rules: the chain is executed again from the genesis file; one proof is verified in a folder that
holds nothing else, and found wrong with a single bit changed.
"""

import tempfile
from pathlib import Path

from ledgerd.chain.genesis import decode_genesis
from ledgerd.chain.light import verify_proof
from ledgerd.cli import sources
from ledgerd.cli.chain_check import ChainChecked, check_chain
from ledgerd.cli.demo.cast import Cast
from ledgerd.errors import DecodeError, VerificationFailed
from ledgerd.rpc.catalogue import PROOF_GET
from ledgerd.rpc.queries import ProofGet


def check_everywhere(cast: Cast) -> list[ChainChecked]:
    """Execute the chain of each node again.

    Raises:
        VerificationFailed: a chain does not hold, or two nodes differ at one height.
    """
    checked = []
    for name in cast.institutions:
        session = cast.session(name)
        checked.append(check_chain(session.home.genesis, sources.of_node(session)))
    by_height = {(chain.height, chain.state_root) for chain in checked}
    if len(by_height) != len({height for height, _ in by_height}):
        raise VerificationFailed("two nodes hold different states at one height")
    return checked


def check_proof_offline(cast: Cast, bill: str) -> int:
    """Take a proof of a bill along and verify it with the genesis file alone; gives its height.

    Raises:
        VerificationFailed: it does not hold, or holds with a bit changed.
    """
    answer = cast.session("finance").ask(PROOF_GET, ProofGet(kind="bill", subject=bill))
    with tempfile.TemporaryDirectory() as folder:
        proof, genesis = Path(folder) / "bill.proof", Path(folder) / "genesis.json"
        proof.write_bytes(bytes.fromhex(answer.proof))
        genesis.write_bytes((cast.session("hospital").home.path / "genesis.json").read_bytes())
        trusted = decode_genesis(genesis.read_bytes())
        data = proof.read_bytes()
    height = verify_proof(data, trusted).header.height
    middle = len(data) // 2
    changed = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    try:
        verify_proof(changed, trusted)
    except (VerificationFailed, DecodeError):
        return height
    raise VerificationFailed("a changed proof was taken for a true one")
