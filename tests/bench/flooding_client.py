"""One client that presses a node as hard as it can, until it is told to stop.

Rules: what it hands in is made before it begins; when all of it was taken it begins anew, and the
node finds out that it knows it all. ``false`` transactions carry a signature that does not hold.
"""

import itertools
from multiprocessing.connection import Connection
from typing import Literal

from ledgerd.rpc.client import Target
from tests.bench.bills import BillOrder
from tests.bench.load import Worker
from tests.bench.wire import Wire, encode_submission

REQUEST_COUNT = 25
Kind = Literal["valid", "false"]


class FloodingHand:
    """A flood that goes on."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker

    def end(self) -> float:
        """Stop it; give how many transactions were taken."""
        self._worker.send("end")
        return self._worker.result()


def begin(target: Target, order: BillOrder, kind: str) -> FloodingHand:
    """Start a flood; it runs when this comes back."""
    worker = Worker(_press, target, order, kind)
    worker.ready()
    return FloodingHand(worker)


def _press(pipe: Connection, target: Target, order: BillOrder, kind: str) -> None:
    encoded = [
        encode_submission(
            spoilt(s.transaction) if kind == "false" else s.transaction,
            s.sidecars,
        )
        for s in order.make()
    ]
    taken = 0
    with Wire(target) as wire:
        pipe.send("ready")
        for first in itertools.cycle(range(0, len(encoded), REQUEST_COUNT)):
            if pipe.poll():
                break
            batch = encoded[first : first + REQUEST_COUNT]
            taken += len(batch) - len(wire.submit(batch))
    pipe.send(float(taken))


def spoilt(transaction: str) -> str:
    """Change the last byte of the signature."""
    encoded = bytearray.fromhex(transaction)
    encoded[-1] ^= 1
    return encoded.hex()
