"""The book of evidence: who signed two different things, with proofs that outlive everything.

Rules: what goes in was checked by the same function as anybody's copy will be; what is on disk is
checked when it is read, at start and when it is handed out. One proof for each place (validator,
kind, epoch, view, sequence), a bounded number against each validator: the first ones stay, for one
is enough and a liar must not push out what convicts it. Evidence against the own key means that
the key is in use somewhere else.

Source: reliability.md, P8; docs/operations.md.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import structlog
import trio

from consensus import Fault
from consensus.evidence import Evidence
from ledgerd.chain.evidence import (
    EVIDENCE_BYTES_MAX,
    KIND_WORDS,
    ProvedEvidence,
    encode_evidence,
    evidence_name,
    verify_evidence_file,
)
from ledgerd.chain.genesis import Genesis, genesis_hash
from ledgerd.errors import DecodeError, StorageCorrupted, VerificationFailed
from ledgerd.storage.evidence_store import EvidenceStore

PER_VALIDATOR_MAX: Final = 64  # one convicts; some more show since when and how

log = structlog.get_logger()

OWN_KEY_WORDS = (
    "the consensus key of this node signed two different things: it runs somewhere else as well, "
    "or was stolen, or its vote log was rolled back; stop every other copy, and ask for a new key"
)


class EvidenceBook:
    """What is proved, by name."""

    def __init__(self, store: EvidenceStore, genesis: Genesis, institution: str) -> None:
        """Read and check what is stored."""
        self._store = store
        self._genesis = genesis
        self._institution = institution
        self._chain_id = genesis_hash(genesis)
        self._members = tuple(v.institution_id for v in genesis.validators)
        self._proved: dict[str, ProvedEvidence] = {}
        self._counts: Counter[str] = Counter()
        for name in store.names():
            proved = self._read(name)
            if proved is not None and proved[0].name == name:
                self._enter(proved[0])
            else:
                log.warning("evidence file not usable", file=name)

    def items(self) -> tuple[ProvedEvidence, ...]:
        """List all, by name."""
        return tuple(self._proved[name] for name in sorted(self._proved))

    def counts(self) -> dict[str, int]:
        """Give how much there is against each institution against which there is some."""
        return {name: self._counts[name] for name in sorted(self._counts)}

    @property
    def is_own_key_convicted(self) -> bool:
        return self._institution in self._counts

    def file(self, name: str) -> bytes | None:
        """Give the file of one, checked once more; None when there is none that holds."""
        if name not in self._proved:
            return None
        read = self._read(name)
        return None if read is None else read[1]

    async def keep(self, faults: Sequence[Fault]) -> None:
        """Write down what is new, off the loop: each proof costs a sync, and there are few.

        Raises:
            StorageWriteFailed: the node must stop.
        """
        news = self.news(fault.evidence for fault in faults)
        if news:
            await trio.to_thread.run_sync(self.write, news)

    def news(self, found: Iterable[Evidence | None]) -> tuple[Evidence, ...]:
        """Give what is worth writing down: a new place of one that is not convicted enough."""
        return tuple(
            evidence
            for evidence in found
            if evidence is not None
            and self._name_of(evidence) not in self._proved
            and self._counts[self._members[evidence.place.replica]] < PER_VALIDATOR_MAX
        )

    def write(self, found: Iterable[Evidence]) -> None:
        """Make evidence durable. Blocks for a sync each; one thread at a time.

        Raises:
            StorageWriteFailed: the node must stop.
        """
        for evidence in found:
            for fresh in self.news((evidence,)):  # two of one round may be of one place
                data = encode_evidence(fresh, self._chain_id)
                proved = verify_evidence_file(data, self._genesis)
                self._store.put(proved.name, data)
                self._enter(proved)
                self._tell(proved)

    def _tell(self, proved: ProvedEvidence) -> None:
        if proved.institution == self._institution:
            log.error("own key used twice", evidence=proved.name, meaning=OWN_KEY_WORDS)
            return
        log.warning(
            "evidence kept: a validator signed two different things",
            institution=proved.institution,
            kind=KIND_WORDS[proved.kind],
            evidence=proved.name,
        )

    def _enter(self, proved: ProvedEvidence) -> None:
        self._proved[proved.name] = proved
        self._counts[proved.institution] += 1

    def _read(self, name: str) -> tuple[ProvedEvidence, bytes] | None:
        try:
            data = self._store.get(name, EVIDENCE_BYTES_MAX + 1)
            return verify_evidence_file(data, self._genesis), data
        except (DecodeError, VerificationFailed, StorageCorrupted):
            return None

    def _name_of(self, evidence: Evidence) -> str:
        return evidence_name(self._members[evidence.place.replica], evidence.place)
