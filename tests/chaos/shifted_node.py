"""The daemon with a wall clock that is wrong by so many milliseconds.

python -m tests.chaos.shifted_node --offset-ms 86400000 --home DIR
"""

import argparse
import functools
import os
import sys
from pathlib import Path

from ledgerd import daemon
from ledgerd.clock import SystemClock

DAY_MS = 86_400_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--offset-ms", type=int, default=DAY_MS)
    options = parser.parse_args()
    os.umask(0o077)
    daemon.SystemClock = functools.partial(SystemClock, options.offset_ms)  # type: ignore[misc,assignment]
    sys.exit(daemon.run_home(options.home.resolve()))


if __name__ == "__main__":
    main()
