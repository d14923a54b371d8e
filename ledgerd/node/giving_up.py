"""Giving up the vote: said in plain words, and noted where it outlives every restart.

Rules: the note comes before anything else is done about it: what is lost today may look whole
tomorrow. It lies in the folder of the vote log, which is never used again then, and beside it under
the name of the key, so that neither moving the folder away nor putting a copy in its place gives
the vote back. Only a new key votes again.

Source: consensus.md section 6, *Amnesia*.
"""

import structlog
import trio

from ledgerd.config import HomePaths
from ledgerd.storage.disk import RealDirectory
from ledgerd.storage.retired_keys import RetiredKeys
from ledgerd.storage.vote_log import retire_vote_log

AMNESIA_WORDS = (
    "this node may have forgotten promises made with its consensus key; it follows the chain as an "
    "observer and does not vote until a membership change gives the institution a new key"
)

log = structlog.get_logger()


class VotingRight:
    """Whether one key may vote."""

    def __init__(self, paths: HomePaths, public_key: bytes) -> None:
        self._paths = paths
        self._public_key = public_key
        self._retired = RetiredKeys(RealDirectory(paths.votes.parent))

    def lost_because(self) -> str | None:
        """Give the noted reason why this key votes no more; None without a note."""
        return self._retired.reason(self._public_key)

    def give_up(self, state: str, detail: str) -> None:
        """Note for good that this key votes no more. A second time changes nothing.

        Raises:
            StorageWriteFailed: it is not noted: the node must stop.
        """
        log.error("vote log not usable", state=state, detail=detail, meaning=AMNESIA_WORDS)
        retire_vote_log(RealDirectory.make(self._paths.votes), detail)
        self._retired.retire(self._public_key, detail)

    def remind(self, detail: str) -> None:
        """Say at a later start that this key votes no more; it is noted already."""
        log.error("key votes no more", detail=detail, meaning=AMNESIA_WORDS)

    async def give_up_at_work(self) -> None:
        """Note that others hold promises of this key that are not in its log.

        The log itself says so, too; the note is for the day on which another copy is put there.

        Raises:
            StorageWriteFailed: it is not noted: the node must stop.
        """
        detail = "others hold promises that are not in its log"
        log.error("own promises missing in the vote log", meaning=AMNESIA_WORDS)
        await trio.to_thread.run_sync(self._retired.retire, self._public_key, detail)
