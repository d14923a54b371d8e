"""What this process has done so far, counted where it is done.

Rules: counts only, nothing that could be read back into a decision: no code but metrics looks at
them. One instance a process, because the work is done in threads and in functions that know no
node; a simulated network in one process counts all its nodes together. A count is one addition
of an integer, which threads do not tear apart; it costs a tenth of a microsecond.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(slots=True)
class Tally:
    """Counts since the start of the process.

    Attributes:
        signatures: Ed25519 signatures verified, of whatever.
        authorisations: of transactions verified; those with Ed25519 are among ``signatures``.
        file_syncs: of logs and sentinels.
        store_syncs: of batches written to a store.
        tree_keys: changed in the state tree.
        sent_bytes: to other nodes.
        store_ms_max: the longest that a block took to be written and synced.
    """

    signatures: int = 0
    authorisations: int = 0
    file_syncs: int = 0
    store_syncs: int = 0
    tree_keys: int = 0
    sent_bytes: int = 0
    store_ms_max: float = 0.0


TALLY: Final = Tally()
