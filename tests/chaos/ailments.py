"""Faults that at most f nodes may suffer at once: a disk, a clock, limits, or the node itself.

Rules: as in ``faults``; each gets the one node that may be ill now, its victim. Whatever the victim
does then, the others keep equal and nothing acknowledged is lost. It may end with 70 or 78, never
otherwise. Files are damaged while the node is stopped only.
"""

import contextlib
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from ledgerd.config import HomePaths
from tests.chaos.faults import Ending, Field
from tests.chaos.shifted_node import DAY_MS
from tests.chaos.supervision import LATENT
from tests.processes.local_net import COMPILED

FILE_COUNT_SPARE = 2  # descriptors left to a node that is short of them
MEMORY_SPARE_BYTES = 8 << 20
SECOND_START_S_MAX = 120  # it ends by itself; only one that hangs is waited for so long
EXIT_CONFIG = 78
Ailment = Callable[[Field, str], Ending | None]


def few_files(field: Field, victim: str) -> Ending | None:
    """Leave hardly any file descriptors."""
    node = field.nodes[victim]
    if not node.is_running or node.is_starting:
        return None
    field.faults["few file descriptors"] += 1
    node.blame("few file descriptors")
    used = len(list(Path(f"/proc/{node.pid}/fd").iterdir()))
    return _limit(field, victim, resource.RLIMIT_NOFILE, used + FILE_COUNT_SPARE)


def little_memory(field: Field, victim: str) -> Ending | None:
    """Allow hardly more memory than the node has now."""
    node = field.nodes[victim]
    if not node.is_running or node.is_starting:
        return None
    field.faults["memory limit"] += 1
    node.blame("memory limit")
    pages = int(Path(f"/proc/{node.pid}/statm").read_text(encoding="ascii").split()[0])
    held = pages * resource.getpagesize()
    return _limit(field, victim, resource.RLIMIT_AS, held + MEMORY_SPARE_BYTES)


def small_files(field: Field, victim: str) -> Ending | None:
    """Refuse to let files grow: what a used up quota does."""
    node = field.nodes[victim]
    if not node.is_running or node.is_starting:
        return None
    field.faults["quota used up"] += 1
    node.blame("quota used up")
    return _limit(field, victim, resource.RLIMIT_FSIZE, field.rng.randrange(1, 200_000))


def _limit(field: Field, victim: str, which: int, value: int) -> Ending:
    """Lower a soft limit of a running node; the next start is free of it."""
    pid = field.nodes[victim].pid
    soft, hard = resource.prlimit(pid, which)
    resource.prlimit(pid, which, (value, hard))

    def end() -> None:
        if field.nodes[victim].is_running and field.nodes[victim].pid == pid:
            try:
                resource.prlimit(pid, which, (soft, hard))
            except ProcessLookupError:
                return

    return end


def wrong_clock(field: Field, victim: str) -> Ending:
    """Run the node with a clock that is wrong by a day."""
    field.faults["clock a day off"] += 1
    offset_ms = field.rng.choice((DAY_MS, -DAY_MS, 6_000, -6_000))
    program = (sys.executable, "-m", "tests.chaos.shifted_node", "--offset-ms", str(offset_ms))
    return _on_another_program(field, victim, program, "clock a day off")


def _on_another_program(field: Field, victim: str, command: tuple[str, ...], name: str) -> Ending:
    node = field.nodes[victim]
    node.blame(name)
    field.kill(victim, 0.0)
    node.node.command = command

    def end() -> None:
        node.node.command = node.normal_command
        field.kill(victim, 0.0)

    return end


def damaged_chain(field: Field, victim: str) -> None:
    """Change a file of the chain's store while the node is stopped."""
    field.nodes[victim].blame(LATENT)
    field.kill(victim, 0.0)
    chain = _chain(field, victim)
    files = [path for path in sorted(chain.glob("*")) if path.stat().st_size]
    files = [path for path in files if path.name not in ("LOCK", "LOG", "LOG.old")]
    if files:
        path = field.rng.choice(files)
        how = field.dealt("damage", ("flipped", "zeroed", "cut", "swapped"))
        field.faults[f"file {how}"] += 1
        damage(field, path, how, files)


def damage(field: Field, path: Path, how: str, others: list[Path]) -> None:
    """Flip a bit, zero a sector, cut the end off, or put another file's bytes there."""
    data = bytearray(path.read_bytes())
    place = field.rng.randrange(len(data))
    if how == "flipped":
        data[place] ^= 1 << field.rng.randrange(8)
    elif how == "zeroed":
        sector = place // 512 * 512
        data[sector : sector + 512] = bytes(len(data[sector : sector + 512]))
    elif how == "cut":
        del data[place:]
    else:
        data[:] = field.rng.choice(others).read_bytes()
    path.write_bytes(data)


def lost_chain(field: Field, victim: str) -> None:
    """Take the chain's store away: what peers have, a node can fetch."""
    field.faults["chain lost"] += 1
    field.nodes[victim].blame("chain lost")
    field.kill(victim, 0.0)
    shutil.rmtree(_chain(field, victim), ignore_errors=True)


def started_twice(field: Field, victim: str) -> Ending | None:
    """Start a second daemon on the same home: it must go away, the first must not notice."""
    node = field.nodes[victim]
    first = node.node.process
    if first is None:
        return None
    field.faults["home started twice"] += 1
    node.blame("home started twice")  # killed, it may find its home taken when it comes back
    command = [*node.normal_command, "--home", str(field.net.home(victim))]
    log = node.node.log.with_suffix(".second.log").open("ab")
    with log:
        second = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | COMPILED,
        )

    def end() -> None:
        code = _await_end(second, lambda: node.node.process is first)
        if node.node.process is first and code != EXIT_CONFIG:
            field.violations.append(f"a second start in one home ended with {code}")

    return end


def _await_end(second: "subprocess.Popen[bytes]", is_taken: Callable[[], bool]) -> int | None:
    """Wait until it ends by itself, while the home is taken: else it may have got it.

    However long a start takes on a busy machine; None for one that hangs.
    """
    for _ in range(SECOND_START_S_MAX):
        with contextlib.suppress(subprocess.TimeoutExpired):
            return second.wait(1.0)
        if not is_taken():
            break
    second.kill()
    second.wait()
    return None


def _chain(field: Field, victim: str) -> Path:
    return HomePaths(field.net.home(victim)).chain


AILMENTS: tuple[Ailment, ...] = (
    few_files,
    little_memory,
    small_files,
    wrong_clock,
    damaged_chain,
    damaged_chain,
    lost_chain,
    started_twice,
)
