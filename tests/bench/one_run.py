"""The process of one run: a scenario by its name, options as JSON, its row into a file."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

import msgspec

from tests.bench.bound import verifications_per_s
from tests.bench.options import Options, Row
from tests.bench.replication import SIZED, sized
from tests.bench.scenarios import SCENARIOS

BOUND_S = 3.0
ENDED_CODE = 143  # as a shell says of what SIGTERM has ended
PIECES = {SIZED: sized}  # of scenarios, which run them apart


def with_bound(name: str, options: Options) -> Row:
    """Run a scenario; where it gives a rate of bills, beside the signature bound."""
    row = (SCENARIOS | PIECES)[name](options)
    if "bills_per_s" in row:
        bound = verifications_per_s(options.nodes, BOUND_S) / options.nodes
        row["signature_bound_per_s"] = round(bound, 1)
        row["ratio_to_bound"] = round(row["bills_per_s"] / bound, 4)
    return row


def end_on_signal() -> None:
    """On SIGTERM go by the way on which what was started is ended, too."""

    def end(_: int, __: FrameType | None) -> None:
        sys.exit(ENDED_CODE)

    signal.signal(signal.SIGTERM, end)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario")
    parser.add_argument("--options", required=True)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    end_on_signal()
    row = with_bound(asked.scenario, msgspec.json.decode(asked.options, type=Options))
    asked.out.write_bytes(msgspec.json.encode(row))


if __name__ == "__main__":
    main()
