"""The byte fuzzer: atheris (libFuzzer) before one decoder after the other; see `scripts/fuzz`.

Each decoder runs in a process of its own, for its share of the time, with bounds on memory and on
the time of one input. An input that breaks it is kept in a file, and its name is printed.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.evidence.tree import commit_of_tree

RSS_MIB_MAX = 1_024  # the instrumented interpreter itself takes some 200
INPUT_S_MAX = 5
INPUT_BYTES_MAX = 4_096


@dataclass(frozen=True)
class Outcome:
    """What became of one decoder.

    Attributes:
        runs: inputs that were tried.
        broken: what the fuzzer printed when an input broke it; empty when none did.
    """

    name: str
    runs: int
    broken: str


def fuzz_one(name: str, arguments: list[str]) -> None:
    """Be the process of one decoder: never returns."""
    import atheris

    with atheris.instrument_imports(include=["consensus", "ledgerd", "msgpack"]):
        from tests.fuzz.decoders import DECODERS
    decoder = DECODERS[name]
    atheris.Setup([name, *arguments], decoder.run)
    atheris.Fuzz()


def run(name: str, seconds: int, seed: int, kept: Path) -> Outcome:
    """Fuzz one decoder in a process of its own."""
    with tempfile.TemporaryDirectory() as corpus:
        write_samples(name, Path(corpus))
        arguments = [
            corpus,
            f"-max_total_time={seconds}",
            f"-seed={seed}",
            f"-rss_limit_mb={RSS_MIB_MAX}",
            f"-timeout={INPUT_S_MAX}",
            f"-max_len={INPUT_BYTES_MAX}",
            f"-artifact_prefix={kept}/{name}-",
            "-print_final_stats=1",
        ]
        command = [sys.executable, "-m", "tests.fuzz", "--only", name, "--", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    said = done.stdout + done.stderr
    counted = re.search(r"number_of_executed_units: (\d+)", said)
    broken = "" if done.returncode == 0 else said[-3_000:]
    return Outcome(name, int(counted[1]) if counted else 0, broken)


def write_samples(name: str, folder: Path) -> None:
    from tests.fuzz.decoders import DECODERS

    for number, sample in enumerate(DECODERS[name].samples):
        if len(sample) <= INPUT_BYTES_MAX:
            (folder / str(number)).write_bytes(sample)


def run_all(names: list[str], seconds: int, seed: int, kept: Path) -> list[Outcome]:
    """Fuzz decoders side by side, one process a core."""
    jobs = os.cpu_count() or 1
    share = max(1, seconds * jobs // len(names))
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(lambda name: run(name, share, seed, kept), names))


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/fuzz")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--decoder", help="only this one")
    parser.add_argument("--keep", type=Path, default=Path("fuzz-found"))
    parser.add_argument("--json", type=Path)
    parser.add_argument("--only", help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs="*", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.only:
        fuzz_one(chosen.only, chosen.rest)
    from tests.fuzz.decoders import DECODERS

    names = [chosen.decoder] if chosen.decoder else list(DECODERS)
    chosen.keep.mkdir(exist_ok=True)
    outcomes = run_all(names, int(chosen.minutes * 60), chosen.seed, chosen.keep)
    for outcome in outcomes:
        print(
            f"{outcome.name:14} {outcome.runs:12,} inputs  {'BROKEN' if outcome.broken else 'ok'}"
        )
    broken = [outcome for outcome in outcomes if outcome.broken]
    for outcome in broken:
        print(f"== {outcome.name}\n{outcome.broken}", file=sys.stderr)
    total = sum(outcome.runs for outcome in outcomes)
    print(f"{len(outcomes)} decoders, {total:,} inputs, {len(broken)} broken")
    if not any(chosen.keep.iterdir()):
        chosen.keep.rmdir()
    if chosen.json:
        summary = {
            "commit": commit_of_tree(),
            "counts": {"decoder inputs": total},
            "faults": {f"bytes for {outcome.name}": outcome.runs for outcome in outcomes},
            "violations": [f"{outcome.name} broken" for outcome in broken],
            "seconds": round(chosen.minutes * 60),
        }
        chosen.json.write_text(json.dumps(summary, indent=2) + "\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
