"""Growth: what a bill costs one node while its chain grows to millions of them.

    growth (parent) --> feed (process): blocks, a row of figures at each mark --> clean stop
                    --> open (process): how long a start takes
                    --> feed a few blocks more, SIGKILL --> open again

See ``growth_chain`` for what is real here. A home that is kept (``--home``) is gone on with.
"""

import argparse
import contextlib
import io
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

import trio

from ledgerd.chain.genesis import Genesis
from ledgerd.cli.homes import Home
from ledgerd.cli.main import run as ledgerctl
from ledgerd.node.applying import PRUNE_COUNT, STATES_KEPT_COUNT, read_tip_header
from ledgerd.node.executor import Executor
from ledgerd.node.garbage import Sweeper
from ledgerd.node.opening_chain import ChainStores, open_chain
from ledgerd.storage.block_store import SealRow
from ledgerd.storage.kv import prefix_span
from ledgerd.storage.leveldb import LevelDbStore
from tests.bench.growth_chain import SEAL_BYTES, BlockMaker
from tests.bench.options import Options, Row

MARKS = (10_000, 100_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000)
BILLS_PER_BLOCK = 300
RECENT_COUNT = 300  # blocks over which the median of a mark is taken
KILLED_BLOCK_COUNT = 30  # fed between the clean start and the SIGKILL
MIB = 1 << 20
KINDS = {
    "blocks": (b"b", b"h", b"H", b"s", b"x"),
    "receipts": (b"r",),
    "places": (b"t",),
    "events": (b"e",),
    "lists": (b"i",),
    "leaves": (b"l",),
    "tree": (b"n", b"o"),
}


@dataclass(frozen=True)
class Request:
    """What one feeding process is asked for."""

    home: Path
    bills: int
    bills_per_block: int
    is_killed: bool = False


@dataclass
class Window:
    """What was measured since the last mark.

    Attributes:
        began: the clocks at its begin.
        block_cpu_s, block_wall_s: of the last blocks, without the making of bills.
    """

    began: "Clocks"
    bills: int = 0
    pruned: int = 0
    longest_commit_s: float = 0.0
    longest_prune_s: float = 0.0
    block_cpu_s: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT_COUNT))
    block_wall_s: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT_COUNT))


@dataclass
class Clocks:
    """Seconds of CPU so far: of all threads, of this one, of making bills."""

    process_s: float
    thread_s: float
    making_s: float


class Feeder:
    """Feeds one node's stores, and writes a row at each mark."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._maker = BlockMaker(request.home / "net", request.bills_per_block)
        self._stores = open_chain(request.home / "chain", self._maker.genesis)
        self._executor = Executor(self._stores.blocks, self._stores.state)
        self._header = read_tip_header(self._stores.blocks)
        self._making_s = 0.0
        self._window = self._new_window()

    async def run(self) -> None:
        """Feed until there are so many bills; garbage is collected as in a node that is at work."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(Sweeper(lambda: False).run)
            await trio.lowlevel.checkpoint()
            await self._feed()
            nursery.cancel_scope.cancel()
        self._stores.database.close()

    async def _feed(self) -> None:
        bills = self._maker.bills_at(self._header.height)
        while bills < self._request.bills:
            await self._block()
            before, bills = bills, self._maker.bills_at(self._header.height)
            is_mark = any(before < mark <= bills for mark in (*MARKS, self._request.bills))
            if is_mark and not self._request.is_killed:
                self._mark(bills)
        if self._request.is_killed:
            os.kill(os.getpid(), signal.SIGKILL)

    async def _block(self) -> None:
        began = time.thread_time()
        contents = self._maker.after(self._header)
        made = time.thread_time()
        self._making_s += made - began
        wall = time.perf_counter()
        seals = ()
        if self._header.height > 0:
            seals = (SealRow(self._header.height, os.urandom(SEAL_BYTES)),)
        executed = await self._executor.execute(self._header, contents, seals)
        assert all(r.is_in_force for own in executed.receipts for r in own), executed.receipts[0]
        committing = time.perf_counter()
        self._stores.blocks.commit(executed.write)
        window = self._window
        window.longest_commit_s = max(window.longest_commit_s, time.perf_counter() - committing)
        self._executor.on_written(executed)
        self._header = executed.header
        if self._header.height > 1:
            self._prune()
            window.bills += len(contents.transactions)
            window.block_cpu_s.append(time.thread_time() - made)
            window.block_wall_s.append(time.perf_counter() - wall)

    def _prune(self) -> None:
        """As the applier does."""
        if self._header.height % PRUNE_COUNT == 0:
            began = time.perf_counter()
            sealed = self._stores.blocks.sealed_height or 0
            self._window.pruned += self._executor.forget_states(sealed - STATES_KEPT_COUNT)
            took_s = time.perf_counter() - began
            self._window.longest_prune_s = max(self._window.longest_prune_s, took_s)

    def _mark(self, bills: int) -> None:
        row = {"bills": float(bills), **self._cost(), **self._memory(), **self._disk(bills)}
        with (self._request.home / "rows.jsonl").open("a", encoding="utf-8") as rows:
            rows.write(json.dumps(row) + "\n")
        print_row(row)
        self._window = self._new_window()

    def _new_window(self) -> Window:
        return Window(Clocks(time.process_time(), time.thread_time(), self._making_s))

    def _cost(self) -> Row:
        window, count = self._window, self._request.bills_per_block
        began = window.began
        threads_s = time.process_time() - began.process_s
        own_s = time.thread_time() - began.thread_s
        making_s = self._making_s - began.making_s
        bills = max(1, window.bills)
        own_us = statistics.median(window.block_cpu_s) * 1e6 / count
        compacting_us = (threads_s - own_s) * 1e6 / bills
        return {
            "cpu_us": round(own_us + compacting_us, 1),
            "own_us": round(own_us, 1),
            "own_mean_us": round((own_s - making_s) * 1e6 / bills, 1),
            "compacting_us": round(compacting_us, 1),
            "wall_us": round(statistics.median(window.block_wall_s) * 1e6 / count, 1),
            "making_us": round(making_s * 1e6 / bills, 1),
            "longest_commit_ms": round(window.longest_commit_s * 1e3, 1),
            "nodes_pruned": window.pruned,
            "longest_prune_ms": round(window.longest_prune_s * 1e3, 1),
        }

    def _memory(self) -> Row:
        status = _status()
        database = _database(self._stores)
        return {
            "rss_anon_mib": round(status["RssAnon"] / 1024, 1),
            "leaf_cache_mib": round(self._stores.state.leaf_cache.bytes_held / MIB, 1),
            "leveldb_mib": round(database.memory_bytes() / MIB, 1),
            "filter_mib": round(database.filter_bytes() / MIB, 1),
            "tree_nodes": self._executor.cached_node_count,
            "mapped_mib": round(status["RssFile"] / 1024, 1),
            "rss_peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        }

    def _disk(self, bills: int) -> Row:
        database = _database(self._stores)
        found = {"disk_bytes": round(_folder_bytes(self._request.home / "chain") / bills, 1)}
        for kind, prefixes in KINDS.items():
            spans = [prefix_span(prefix) for prefix in prefixes]
            found[f"{kind}_bytes"] = round(sum(database.table_bytes(spans)) / bills, 1)
        return found


def growth(options: Options) -> Row:
    """Feed one node until it holds so many bills; then start it after a clean stop and a kill."""
    with tempfile.TemporaryDirectory(prefix="growth-") as folder:
        return grow(Request(Path(folder), options.bills, BILLS_PER_BLOCK))


def grow(request: Request) -> Row:
    """Run all of it in a folder; give the last row, with the figures of each mark beside it."""
    if not (request.home / "net").exists():
        request.home.mkdir(parents=True, exist_ok=True)
        with contextlib.redirect_stdout(io.StringIO()):
            code = ledgerctl(["testnet", "init", str(request.home / "net"), "--nodes", "4"])
        assert code == 0
    _feed(request)
    starts: Row = {"start_clean_ms": _opening_ms(request)}
    _feed_and_kill(request)
    starts["start_killed_ms"] = _opening_ms(request)
    return _summary(request, starts)


def _summary(request: Request, starts: Row) -> Row:
    lines = (request.home / "rows.jsonl").read_text(encoding="utf-8").splitlines()
    rows: list[Row] = [json.loads(line) for line in lines]
    shown = ("cpu_us", "wall_us", "rss_anon_mib", "disk_bytes", "longest_commit_ms")
    by_mark = {f"{name}_at_{row['bills']:.0f}": row[name] for row in rows for name in shown}
    ratio = rows[-1]["cpu_us"] / rows[0]["cpu_us"]
    rate = 1e6 / rows[-1]["wall_us"]
    return {
        **rows[-1],
        **by_mark,
        **starts,
        "cost_ratio": round(ratio, 2),
        "bills_per_s": round(rate, 1),
    }


def _feed(request: Request) -> None:
    subprocess.run(_command("feed", request), check=True)


def _feed_and_kill(request: Request) -> None:
    """Have some more blocks written by a process that ends in the middle of its life."""
    more = request.bills + KILLED_BLOCK_COUNT * request.bills_per_block
    ended = subprocess.run(
        [*_command("feed", Request(request.home, more, request.bills_per_block)), "--killed"],
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.returncode


def _opening_ms(request: Request) -> float:
    command = _command("open", request)
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(out.splitlines()[-1])


def _command(step: str, request: Request) -> list[str]:
    sizes = ["--bills", str(request.bills), "--per-block", str(request.bills_per_block)]
    return [sys.executable, "-m", __spec__.name, step, "--home", str(request.home), *sizes]


def open_once(home: Path) -> float:
    """Open the stores as a start does, and be ready for the next block; gives milliseconds."""
    genesis: Genesis = Home(home / "net" / "hospital").genesis
    began = time.perf_counter()
    stores = open_chain(home / "chain", genesis)
    Executor(stores.blocks, stores.state)
    took_ms = (time.perf_counter() - began) * 1e3
    stores.database.close()
    return round(took_ms, 1)


def _database(stores: ChainStores) -> LevelDbStore:
    assert isinstance(stores.database, LevelDbStore)
    return stores.database


def _status() -> dict[str, int]:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return {line.split(":")[0]: int(line.split()[1]) for line in lines if line.endswith(" kB")}


def _folder_bytes(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.iterdir())


def print_row(row: Row) -> None:
    """Print a row on one line."""
    print("growth        " + "  ".join(f"{k}={v:g}" for k, v in row.items()), flush=True)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("step", nargs="?", choices=("all", "feed", "open"), default="all")
    parser.add_argument("--bills", type=int, default=100_000)
    parser.add_argument("--per-block", type=int, default=BILLS_PER_BLOCK)
    parser.add_argument("--home", type=Path, help="keep it here; gone on with if it is there")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--killed", action="store_true", help="end by SIGKILL (feed)")
    return parser.parse_args()


def main() -> None:
    """Run alone: ``python -m tests.bench.growth --bills N``."""
    asked = _parse()
    home = asked.home or Path(tempfile.mkdtemp(prefix="growth-"))
    request = Request(home, asked.bills, asked.per_block, asked.killed)
    if asked.step == "feed":
        trio.run(Feeder(request).run)
    elif asked.step == "open":
        print(open_once(home))
    else:
        row = grow(request)
        print_row(row)
        if asked.json:
            asked.json.write_text(json.dumps(row, indent=2) + "\n", encoding="utf-8")
        if asked.home is None:
            shutil.rmtree(home)


if __name__ == "__main__":
    main()
