"""A disk that forgets what was not synced: whole, torn, as garbage, or not at all.

Implements ``Directory`` and ``File`` of ``ledgerd.storage.disk``. Every operation that changes
something is a possible end of the power; what was not synced by then is lost in the way that an
``Outcome`` says. Names become durable in the order in which they were changed.
"""

import enum
from collections.abc import Callable
from dataclasses import dataclass, field


class PowerCut(BaseException):
    """The power is gone. Not an ``Exception``: nothing under test may catch it."""


class Outcome(enum.Enum):
    """What became of the writes to one file since its last sync."""

    LOST = "lost"
    WRITTEN = "written"
    TORN = "torn"  # each write only in its first half
    GARBAGE = "garbage"  # each write with other bytes in its place


Write = tuple[int, bytes] | int  # at this offset these bytes, or cut or filled up to this size


@dataclass
class Inode:
    durable: bytes = b""
    pending: list[Write] = field(default_factory=list)

    def content(self, outcome: Outcome) -> bytes:
        content = bytearray(self.durable)
        for change in self.pending:
            if outcome is Outcome.LOST:
                continue
            if isinstance(change, int):
                del content[change:]
                content.extend(bytes(change - len(content)))
                continue
            offset, data = change
            if outcome is Outcome.TORN:
                data = data[: len(data) // 2]
            if outcome is Outcome.GARBAGE:
                data = bytes(byte ^ 0xA5 for byte in data)
            content.extend(bytes(max(0, offset - len(content))))
            content[offset : offset + len(data)] = data
        return bytes(content)


@dataclass
class Power:
    """Counts changes; the one with the number ``cut_at`` does not happen any more."""

    cut_at: int | None = None
    change_count: int = 0

    def spend(self) -> None:
        if self.change_count == self.cut_at:
            raise PowerCut
        self.change_count += 1


class SimulatedFile:
    def __init__(self, inode: Inode, power: Power) -> None:
        self._inode = inode
        self._power = power

    def read_at(self, offset: int, count: int) -> bytes:
        return self._inode.content(Outcome.WRITTEN)[offset : offset + count]

    def write_at(self, offset: int, data: bytes) -> None:
        # The write may have begun when the power goes, so it counts as pending before that.
        self._inode.pending.append((offset, data))
        self._power.spend()

    def size(self) -> int:
        return len(self._inode.content(Outcome.WRITTEN))

    def truncate(self, size: int) -> None:
        self._inode.pending.append(size)
        self._power.spend()

    def sync(self) -> None:
        self._power.spend()
        self._inode.durable = self._inode.content(Outcome.WRITTEN)
        self._inode.pending.clear()

    def close(self) -> None:
        pass


class SimulatedDirectory:
    def __init__(self, files: dict[str, bytes] | None = None, power: Power | None = None) -> None:
        self.power = power or Power()
        self._durable = {name: Inode(data) for name, data in (files or {}).items()}
        self._names = dict(self._durable)
        self._changes: list[Callable[[dict[str, Inode]], object]] = []

    def names(self) -> list[str]:
        return sorted(self._names)

    def create(self, name: str) -> SimulatedFile:
        assert name not in self._names
        inode = Inode()
        self._change(lambda names: names.__setitem__(name, inode))
        return SimulatedFile(inode, self.power)

    def open(self, name: str) -> SimulatedFile:
        return SimulatedFile(self._names[name], self.power)

    def rename(self, old: str, new: str) -> None:
        self._change(lambda names: names.__setitem__(new, names.pop(old)))

    def remove(self, name: str) -> None:
        self._change(lambda names: names.pop(name))

    def sync(self) -> None:
        self.power.spend()
        self._durable = dict(self._names)
        self._changes.clear()

    def content(self) -> dict[str, bytes]:
        """Return all files as a process sees them: what a crash without a power cut leaves."""
        return {name: inode.content(Outcome.WRITTEN) for name, inode in self._names.items()}

    def after_power_cut(
        self, name_change_count: int, log: Outcome, sentinel: Outcome
    ) -> "SimulatedDirectory":
        """Return the disk as it is found when so many unsynced changes of names have survived."""
        names = dict(self._durable)
        for change in self._changes[:name_change_count]:
            change(names)
        return SimulatedDirectory(
            {
                name: inode.content(sentinel if name == "TAIL" else log)
                for name, inode in names.items()
            }
        )

    @property
    def name_change_count(self) -> int:
        return len(self._changes)

    def _change(self, change: Callable[[dict[str, Inode]], object]) -> None:
        change(self._names)
        self._changes.append(change)
        self.power.spend()
