"""A member that floods the others with what does not hold, as soon as it is told to.

    python -m tests.bench.flooding_node --home DIR

The whole daemon, honest to the last, with a part between its engine and its sockets that says more:
``bundles`` of its own whose transactions carry false signatures, or ``votes`` with a false
signature, as many as the links take. Told by the file ``mode`` of its home.

Rules: a bundle is signed as it must be, and each is another one: what is false is seen only by
whoever verifies. Sent are true bytes of a vote that was just sent, with another signature.
"""

import argparse
import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import trio

from consensus.codec import decode_message
from consensus.messages import Commit
from ledgerd.chain.bundle import Bundle, sign_bundle
from ledgerd.chain.transaction import InstitutionAuthor, Transaction, sign_transaction
from ledgerd.config import Config
from ledgerd.daemon import run_home
from ledgerd.network.frames import FrameKind
from ledgerd.network.settings import NetworkSettings
from ledgerd.network.transport import Transport
from ledgerd.node.checking import encode_package
from ledgerd.node.networking import identity_of, peers_of
from ledgerd.node.starting import OpenedHome
from ledgerd.primitives.signatures import Ed25519Signer
from tests.processes.dishonest_primary import HONEST, MODE_FILE

TICK_S = 0.02
BUNDLE_COUNT = 4  # a tick: with the transactions in them ten thousand signatures a second
TRANSACTION_COUNT = 50
VOTE_COUNT = 200  # a tick: ten thousand a second


class FloodingTransport(Transport):
    """A transport that says more than it is asked to."""

    def __init__(self, opened: OpenedHome, config: Config) -> None:
        peers = peers_of(opened, config)
        chance = secrets.SystemRandom()
        super().__init__(identity_of(opened), peers, NetworkSettings(), chance)
        self._opened = opened
        self._mode_file = opened.paths.home / MODE_FILE
        self._vote = b""
        self._sequence = 1 << 40
        self._transactions = tuple(self._false_transaction(n) for n in range(TRANSACTION_COUNT))

    def offer(self, kind: FrameKind, body: bytes, to: str | None) -> None:
        if kind is FrameKind.VOTE and isinstance(decode_message(body), Commit):
            self._vote = body
        super().offer(kind, body, to)

    async def run(
        self,
        listeners: Sequence[Any],
        *,
        task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
    ) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._flood)
            await super().run(listeners, task_status=task_status)

    async def _flood(self) -> None:
        while True:
            with trio.move_on_after(TICK_S):
                await trio.sleep_forever()
            mode = self._mode_file.read_text("utf-8") if self._mode_file.exists() else HONEST
            if mode == "bundles":
                for _ in range(BUNDLE_COUNT):
                    super().offer(FrameKind.BUNDLE, self._false_bundle(), None)
            if mode == "votes" and self._vote:
                for _ in range(VOTE_COUNT):
                    super().offer(FrameKind.VOTE, with_false_signature(self._vote), None)

    def _false_bundle(self) -> bytes:
        self._sequence += 1
        membership = self._opened.epoch.membership
        assert self._opened.self_id is not None
        bundle = Bundle(
            chain_id=membership.chain,
            epoch=membership.epoch,
            validator=self._opened.self_id,
            sequence=self._sequence,
            transactions=self._transactions,
        )
        return encode_package(sign_bundle(bundle, self._opened.keys.consensus), ())

    def _false_transaction(self, number: int) -> bytes:
        signer = Ed25519Signer(secrets.token_bytes(32))
        transaction = Transaction(
            chain_id=self._opened.epoch.membership.chain,
            author=InstitutionAuthor(institution_id=self._identity.institution_id),
            public_key=signer.public_key,
            valid_until_ms=(1 << 41) + number,
            operations=(b"\x90",),
        )
        return sign_transaction(transaction, signer).encoded[:-1] + b"\x00"


def with_false_signature(vote: bytes) -> bytes:
    """Change the end of a vote, which is the half of its signature."""
    return vote[:-32] + secrets.token_bytes(32)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    options = parser.parse_args()
    os.umask(0o077)
    sys.exit(run_home(options.home.resolve(), FloodingTransport))


if __name__ == "__main__":
    main()
