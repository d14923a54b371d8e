"""Packages of bundles that wait for their check: named on arrival, a lane for each peer.

Rules: plain state, one loop, no I/O. Lanes are bounded and served in turn, so that a flood of one
peer costs the others their turn, never their place. What waits is known by name: it is queued once
a lane, and not asked for again. A node that is behind has much waiting; were it to ask for that, as
the others still wait for it, the answers would put it further behind.

A copy speaks for a bundle in the lane of whoever would be asked for it, and in that of its author:
who is neither may have spoilt it, and must not keep a good one away with a long lane. Those two may
do so as well, but once: copies of a peer of whom one was found spoilt speak for nothing any more.
And no copy keeps another member's out.

Source: architecture.md sections 5 and 6.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from consensus import Digest
from ledgerd.chain.bundle import BundlePackage, bundle_author, bundle_digest
from ledgerd.errors import DecodeError

BYTES_MAX: Final = 32 << 20  # some ten thousand bills: seconds of work


@dataclass(frozen=True, slots=True)
class NamedPackage:
    """A package of which only the name and the author of its bundle were read.

    Attributes:
        peer: who brought it.
        author: replica index that the bundle names; None when there is none to be read.
        byte_count: as it came.
    """

    peer: str
    digest: Digest
    author: int | None
    parts: BundlePackage = field(repr=False)
    byte_count: int


def name_package(peer: str, parts: BundlePackage, byte_count: int) -> NamedPackage:
    """Read what names a package; whether anything in it holds is for the check to say."""
    try:
        author = bundle_author(parts.bundle)
    except DecodeError:
        author = None
    return NamedPackage(peer, Digest(bundle_digest(parts.bundle)), author, parts, byte_count)


class PackageQueue:
    """Packages that wait for a checker.

    Args:
        members: institution ids in replica order.
        bytes_max: of all members in equal shares; a package larger than its share waits alone.
    """

    def __init__(self, members: tuple[str, ...], bytes_max: int = BYTES_MAX) -> None:
        self._share_bytes_max = bytes_max // max(1, len(members))
        self._members = members
        self._lanes: dict[str, deque[NamedPackage]] = {}
        self._bytes_by_peer: dict[str, int] = {}
        self._coming: dict[Digest, dict[str, NamedPackage]] = {}  # its copies by peer
        self._spoilers: set[str] = set()  # who brought a copy that was of no use

    def has_room(self, peer: str, byte_count: int) -> bool:
        """Say whether a package of this length may still wait."""
        held = self._bytes_by_peer.get(peer, 0)
        return not held or held + byte_count <= self._share_bytes_max

    def put(self, package: NamedPackage) -> bool:
        """Append a package to the lane of its peer; say whether there was room and need."""
        peer = package.peer
        is_here = peer in self._coming.get(package.digest, {})
        if is_here or not self.has_room(peer, package.byte_count):
            return False
        self._lanes.setdefault(peer, deque()).append(package)
        self._bytes_by_peer[peer] = self._bytes_by_peer.get(peer, 0) + package.byte_count
        self._coming.setdefault(package.digest, {})[peer] = package
        return True

    def take(self, bytes_min: int) -> list[NamedPackage]:
        """Take packages, one of each peer in turn, until they make up so many bytes.

        Each is still coming until ``note_checked``.
        """
        taken: list[NamedPackage] = []
        size = 0
        while self._lanes and size < bytes_min:
            peer = next(iter(self._lanes))
            lane = self._lanes.pop(peer)
            package = lane.popleft()
            taken.append(package)
            size += package.byte_count
            self._bytes_by_peer[peer] -= package.byte_count
            if lane:
                self._lanes[peer] = lane  # now last in turn
        return taken

    def note_checked(self, package: NamedPackage, *, is_spoilt: bool = False) -> None:
        """Note that a package that was taken has its outcome.

        A correct member passes on only what it found good; who brought a spoilt one is remembered.
        """
        if is_spoilt:
            self._spoilers.add(package.peer)
        copies = self._coming[package.digest]
        del copies[package.peer]
        if not copies:
            del self._coming[package.digest]

    def is_coming(self, digest: Digest, peer: str) -> bool:
        """Say whether a copy waits that this peer sent, or the author of the bundle itself.

        Copies of who has brought a spoilt one do not count.
        """
        copies = self._coming.get(digest, {}).values()
        return any(
            copy.peer == peer or self._is_of_author(copy)
            for copy in copies
            if copy.peer not in self._spoilers
        )

    def _is_of_author(self, package: NamedPackage) -> bool:
        author = package.author
        return author is not None and self._members[author : author + 1] == (package.peer,)
