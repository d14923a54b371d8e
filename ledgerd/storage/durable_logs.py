"""Vote log and bundle log behind one thread, which syncs for everybody who waits: group commit.

Whatever was handed in while a group was being synced makes up the next group: one write and one
sync per log, however many asked. Within a group bundles come first: a vote is never durable
before the bytes that it answers for. Requests are performed in the order in which they came.
What a log has still to do for itself after a group is done when the group was answered.

After a failed write every request fails, the waiting ones and all later ones.
"""

import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from ledgerd.errors import StorageError, StorageWriteFailed
from ledgerd.storage.bundle_log import BundleLog, StoredBundle
from ledgerd.storage.vote_log import VoteLog

QUEUE_COUNT_MAX: Final = 4_096  # requests waiting; beyond it ``submit`` waits for the disk
GROUP_COUNT_MAX: Final = 512  # requests one group takes, so that the first need not wait for ever


@dataclass(slots=True)
class _Append:
    votes: Sequence[bytes]
    bundles: Sequence[StoredBundle]
    done: Future[None] = field(default_factory=Future)


@dataclass(slots=True)
class _Rotate:
    snapshot: Sequence[bytes]
    done: Future[None] = field(default_factory=Future)


@dataclass(slots=True)
class _Release:
    digests: Sequence[bytes]
    done: Future[None] = field(default_factory=Future)


@dataclass(slots=True)
class _Roll:
    done: Future[None] = field(default_factory=Future)


@dataclass(slots=True)
class _Stop:
    done: Future[None] = field(default_factory=Future)


_Request = _Append | _Rotate | _Release | _Roll | _Stop


class DurableLogs:
    """Both logs and their thread. Every method may be called from any thread."""

    def __init__(self, votes: VoteLog | None, bundles: BundleLog) -> None:
        """Start the thread. Without a vote log (an observer) no votes may be handed in."""
        self._votes = votes
        self._bundles = bundles
        self._requests: queue.Queue[_Request] = queue.Queue(QUEUE_COUNT_MAX)
        self._failure: StorageError | None = None
        self._has_ended = False
        self._thread = threading.Thread(target=self._run, name="durable-logs", daemon=True)
        self._thread.start()

    @property
    def is_rotation_due(self) -> bool:
        """Whether the vote log has grown enough to be begun anew."""
        return self._votes is not None and self._votes.is_rotation_due

    def submit(
        self, votes: Sequence[bytes] = (), bundles: Sequence[StoredBundle] = ()
    ) -> Future[None]:
        """Ask for records and bundles to become durable; the future ends when they are.

        The future carries a ``StorageError`` when that failed; the node must stop then.
        """
        assert not votes or self._votes is not None
        return self._ask(_Append(votes, bundles))

    def append(self, votes: Sequence[bytes] = (), bundles: Sequence[StoredBundle] = ()) -> None:
        """Make records and bundles durable; wait for it.

        Raises:
            StorageError: the node must stop.
        """
        self.submit(votes, bundles).result()

    def rotate(self, snapshot: Sequence[bytes]) -> Future[None]:
        """Begin the vote log anew with ``snapshot``: the state after all that was submitted."""
        assert self._votes is not None
        return self._ask(_Rotate(snapshot))

    def release(self, digests: Sequence[bytes]) -> Future[None]:
        """Say that these bundles may go (see ``bundle_log``); segments without any other go."""
        return self._ask(_Release(digests))

    def roll_bundles(self) -> Future[None]:
        """Begin a new segment of bundles, so that the one that grew can go, too."""
        return self._ask(_Roll())

    @property
    def bundle_segments(self) -> tuple[int, ...]:
        """The segments of bundles on disk, ascending; the last one grows."""
        return self._bundles.segments

    def holds(self, digest: bytes) -> bool:
        """Whether a bundle is durable in the bundle log."""
        return digest in self._bundles

    def bundle(self, digest: bytes) -> StoredBundle | None:
        """Read a bundle from the log; see ``BundleLog.get``."""
        return self._bundles.get(digest)

    def close(self) -> None:
        """Perform what was asked, end the thread, close both logs. A second call does nothing."""
        if self._thread.is_alive():
            self._ask(_Stop()).exception()
            self._thread.join()

    def _ask(self, request: _Request) -> Future[None]:
        self._requests.put(request)
        if self._has_ended:
            self._refuse_waiting()
        return request.done

    def _run(self) -> None:
        try:
            is_running = True
            while is_running:
                group = self._next_group()
                is_running = not isinstance(group[-1], _Stop)
                self._perform(group)
                self._settle()
        finally:
            self._has_ended = True
            self._refuse_waiting()
            for log in (self._votes, self._bundles):
                if log is not None:
                    log.close()

    def _refuse_waiting(self) -> None:
        """Answer requests that nobody will perform any more."""
        while True:
            try:
                request = self._requests.get_nowait()
            except queue.Empty:
                return
            request.done.set_exception(StorageWriteFailed("the logs are closed"))

    def _next_group(self) -> list[_Request]:
        """Wait for a request; take with it the appends behind it, or it alone."""
        group = [self._requests.get()]
        while isinstance(group[-1], _Append) and len(group) < GROUP_COUNT_MAX:
            try:
                group.append(self._requests.get_nowait())
            except queue.Empty:
                break
        return group

    def _perform(self, group: list[_Request]) -> None:
        try:
            if self._failure is not None:
                raise StorageWriteFailed("a log failed before") from self._failure
            appends = [request for request in group if isinstance(request, _Append)]
            self._append(appends)
            if not isinstance(group[-1], _Append):
                self._perform_other(group[-1])
            for request in group:
                request.done.set_result(None)
        except StorageError as error:
            self._failure = self._failure or error
            for request in group:
                request.done.set_exception(error)
        finally:
            for request in group:  # a bug of ours ended the thread: nobody may wait for ever
                if not request.done.done():
                    request.done.set_exception(StorageWriteFailed("the log thread died"))

    def _settle(self) -> None:
        try:
            if self._failure is None:
                for log in (self._votes, self._bundles):
                    if log is not None:
                        log.settle()
        except StorageError as error:  # nobody waits: whoever asks next is told
            self._failure = error

    def _append(self, appends: list[_Append]) -> None:
        bundles = [bundle for request in appends for bundle in request.bundles]
        votes = [record for request in appends for record in request.votes]
        if bundles:
            self._bundles.append(bundles)
        if votes:
            assert self._votes is not None
            self._votes.append(votes)

    def _perform_other(self, request: _Request) -> None:
        match request:
            case _Rotate(snapshot=snapshot):
                assert self._votes is not None
                self._votes.rotate(snapshot)
            case _Release(digests=digests):
                self._bundles.release(digests)
                self._bundles.drop_released()
            case _Roll():
                self._bundles.roll()
            case _:
                pass
