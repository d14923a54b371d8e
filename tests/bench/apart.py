"""A run in a process of its own, with a hard end: whatever happens in it, the next one comes.

    __main__ --> apart (process, its own session) --> nodes and load (its children)

Rules: when the time is over, or the run ends in any other way than with its row, all processes of
its session are killed, stopped ones too, and its folder is removed; why it failed is a value that
the report shows. A run that was interrupted leaves nothing behind either.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tests.bench.bound import verifications_per_s
from tests.bench.options import Options, Row
from tests.bench.scenarios import SCENARIOS

BOUND_S = 3.0
REASON_CHARACTERS = 200


@dataclass(frozen=True)
class Failure:
    """A run without a row, and why, in a line."""

    reason: str


def run_apart(name: str, options: Options, most_s: float | None) -> Row | Failure:
    """Run a scenario to its end, or for so many seconds at most."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        out, errors = Path(folder, "row.json"), Path(folder, "errors")
        command = [sys.executable, "-m", __spec__.name, name, "--out", str(out)]
        asked = ["--options", msgspec.json.encode(options).decode()]
        with errors.open("wb") as told:
            code = end_of([*command, *asked], {"TMPDIR": folder}, told.fileno(), most_s)
        if code == 0 and out.exists():
            return msgspec.json.decode(out.read_bytes())
        said = errors.read_text(encoding="utf-8", errors="replace").strip()
        print(said[-10_000:], file=sys.stderr, flush=True)
        if code is None:
            return Failure(f"no end after {most_s:g} s")
        return Failure((said.splitlines() or [f"ended with {code}"])[-1][:REASON_CHARACTERS])


def end_of(
    command: list[str], environment: dict[str, str], errors: int | None, most_s: float | None
) -> int | None:
    """Give how a process ended; None if it had to be ended. Nothing of its session is left."""
    process = subprocess.Popen(
        command, stderr=errors, env=os.environ | environment, start_new_session=True
    )
    try:
        return process.wait(most_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def with_bound(name: str, options: Options) -> Row:
    """Run a scenario; where it gives a rate of bills, beside the signature bound."""
    row = SCENARIOS[name](options)
    if "bills_per_s" in row:
        bound = verifications_per_s(options.nodes, BOUND_S) / options.nodes
        row["signature_bound_per_s"] = round(bound, 1)
        row["ratio_to_bound"] = round(row["bills_per_s"] / bound, 3)
    return row


def main() -> None:
    """Be the process of one run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario")
    parser.add_argument("--options", required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    row = with_bound(asked.scenario, msgspec.json.decode(asked.options, type=Options))
    asked.out.write_bytes(msgspec.json.encode(row))


if __name__ == "__main__":
    main()
