"""Bench: four real processes with TLS and synced writes, bills through JSON-RPC."""

import argparse
import json
import os
import platform
import tempfile
import time
from pathlib import Path

from ledgerd.cli.homes import Home
from tests.bench.bills import BillMaker
from tests.bench.load import Measured, Run
from tests.processes.local_net import LocalNet

CODE = "99060126"
CONNECTIONS = 8
LIGHT_RATE = 100.0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__)
    parser.add_argument("--bills", type=int, default=20_000, help="bills of the scenario issue")
    parser.add_argument("--seconds", type=int, default=20, help="length of the scenario light")
    parser.add_argument("--nodes", type=int, default=4)
    parser.add_argument("--quick", action="store_true", help="a tenth of it")
    parser.add_argument("--json", type=Path, default=None, help="write the figures here too")
    return parser.parse_args()


def main() -> None:
    options = parse()
    if options.quick:
        options.bills, options.seconds = options.bills // 10, options.seconds // 4
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        LocalNet(Path(folder), options.nodes) as net,
    ):
        net.start()
        figures = run_scenarios(net, options)
    print_table(figures, options)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def run_scenarios(net: LocalNet, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    home = Home(net.home("hospital"))
    allot = ("numbers", "allot", home.institution, "--code", CODE, "--count", "10000000")
    range_key = bytes.fromhex(net.ctl(*allot, home="finance").json["object"])
    maker = BillMaker(home, range_key[-16:], CODE, time.time_ns() // 1_000_000)
    light_count = int(LIGHT_RATE * options.seconds)
    began = time.monotonic()
    bills = list(maker.make(light_count + options.bills + 200))
    sealing_us = (time.monotonic() - began) * 1e6 / len(bills)
    Run(home.target, bills[:200], None).measure(CONNECTIONS)  # warm up
    light = Run(home.target, bills[200 : 200 + light_count], LIGHT_RATE).measure(CONNECTIONS)
    issue = Run(home.target, bills[200 + light_count :], None).measure(CONNECTIONS)
    return {
        "light": row(light),
        "issue": row(issue),
        "seal": {"microseconds_per_bill": round(sealing_us, 1)},
    }


def row(measured: Measured) -> dict[str, float]:
    return {
        "committed": measured.committed,
        "bills_per_s": round(measured.rate, 1),
        "p50_ms": round(measured.percentile_ms(50), 1),
        "p99_ms": round(measured.percentile_ms(99), 1),
        "pool_full": measured.refused,
    }


def print_table(figures: dict[str, dict[str, float]], options: argparse.Namespace) -> None:
    print(
        f"{options.nodes} nodes, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"{CONNECTIONS} connections; light is open loop at {LIGHT_RATE:.0f}/s, issue is as fast "
        "as the node takes bills; latency from the intended start to the event on the own node"
    )
    for name, values in figures.items():
        print(f"{name:8}" + "  ".join(f"{key}={value}" for key, value in values.items()))


if __name__ == "__main__":
    main()
