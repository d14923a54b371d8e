"""The signature bound: how many Ed25519 verifications this machine does in these minutes.

Every node verifies every signature, and all nodes share the machine: no ledger with one signature
a bill can issue more bills a second than all processes together verify, divided by the nodes.
Machines drift by a factor of two, so a rate is told as its ratio to this bound, measured beside it.
"""

import multiprocessing
import time
from multiprocessing.connection import Connection

from ledgerd.primitives.signatures import Ed25519Signer, are_valid_signatures

CHUNK_COUNT = 200
PAYLOAD = bytes(32)  # a transaction is signed by its id


def verifications_per_s(processes: int, seconds: float) -> float:
    """Give the verifications a second of so many processes together."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = zip(*(context.Pipe() for _ in range(processes)), strict=True)
    workers = [context.Process(target=_verify, args=(pipe, seconds)) for pipe in theirs]
    for worker in workers:
        worker.start()
    for pipe in ours:
        assert pipe.recv() == "ready"
    for pipe in ours:
        pipe.send("go")
    rates = [float(pipe.recv()) for pipe in ours]
    for worker in workers:
        worker.join()
    return sum(rates)


def _verify(pipe: Connection, seconds: float) -> None:
    signer = Ed25519Signer(bytes(32))
    chunk = [(signer.public_key, PAYLOAD, signer.sign(PAYLOAD))] * CHUNK_COUNT
    pipe.send("ready")
    pipe.recv()
    count, began = 0, time.monotonic()
    while (passed := time.monotonic() - began) < seconds:
        assert all(are_valid_signatures(chunk))
        count += CHUNK_COUNT
    pipe.send(count / passed)
