"""A run in a process of its own, with a hard end: whatever happens in it, the next one comes.

    __main__ --> one_run (process, its own session) --> nodes and load (its children)

Rules: when the time is over, or the run ends in any other way than with its row, it is told to end,
all processes of its session are killed, stopped ones too, and its folder is removed; why it failed
is a value that the report shows. A run that was interrupted leaves nothing behind either.
"""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tests.bench.options import Options, Row

RUN = "tests.bench.one_run"
END_S = 5.0  # for a run to end what it has started in sessions of their own
REASON_CHARACTERS = 200


@dataclass(frozen=True)
class Failure:
    """A run without a row, and why, in a line."""

    reason: str


def run_apart(name: str, options: Options, most_s: float | None) -> Row | Failure:
    """Run a scenario to its end, or for so many seconds at most."""
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder:
        out, errors = Path(folder, "row.json"), Path(folder, "errors")
        command = [sys.executable, "-m", RUN, name, "--out", str(out)]
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
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(END_S)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
