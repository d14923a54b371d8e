"""Reading while the network runs: `bill_get` and `proof_get` at half and at full load.

One process asks, open loop, in turn for a bill and for a proof of one; latency runs from the time
at which the question was planned. The load is handed in beside it. Checking a proof is measured by
itself, from the bytes of the file and the genesis alone.
"""

import time
from dataclasses import replace
from multiprocessing.connection import Connection

from ledgerd.chain.light import verify_proof
from ledgerd.rpc.catalogue import BILL_GET, PROOF_GET
from ledgerd.rpc.client import Target, open_client
from ledgerd.rpc.queries import BillGet, ProofGet
from tests.bench.figures import percentile
from tests.bench.load import Plan, Worker, measure
from tests.bench.net import CODE, BenchNet
from tests.bench.options import Options, Row
from tests.bench.pausing import pause
from tests.bench.running import RATED_REQUEST_COUNT, network, saturate, warm_count
from tests.bench.wire import Wire, encode_call

READS_PER_S = 50.0  # of both kinds together
SUSTAINED_S = 10  # measured first, to know what half of it is
CHECK_COUNT = 200


def reads(options: Options) -> Row:
    """Latency of reads at half and at full load, and the time to check a proof."""
    with network(options) as (net, maker):
        seconds = options.seconds
        full = saturate(net, maker, replace(options, seconds=min(SUSTAINED_S, seconds)))
        sustained = full["bills_per_s"]
        row: Row = {"sustained_per_s": sustained}
        for name, rate in (("half", sustained / 2), ("full", sustained)):
            load = maker.order(int(rate * seconds))
            paced = rate if name == "half" else None
            per_request = RATED_REQUEST_COUNT if paced else 25
            plan = Plan(paced, connections=2, per_request=per_request, seconds=seconds)
            reader = Worker(_read, net.hospital.target, seconds, warm_count(len(net.nodes)))
            reader.ready()
            reader.send(time.monotonic() + 0.5)
            measured = measure(net.hospital.target, load, plan)
            row[f"{name}_bills_per_s"] = round(measured.rate, 1)
            row |= _latencies(name, reader.result())
        return row | {"proof_check_ms": _proof_check_ms(net)}


def _latencies(name: str, found: dict[str, list[float]]) -> Row:
    return {
        f"{name}_{method}_p{percent}_ms": round(percentile(latencies_ms, percent), 1)
        for method, latencies_ms in found.items()
        for percent in (50, 99)
    }


def _read(pipe: Connection, target: Target, seconds: float, bill_count: int) -> None:
    """Ask for bills of the warm-up in turn; give the latencies by method."""
    numbers = [f"{number:010}" for number in range(1, bill_count + 1, 7)]
    gets = [encode_call(BILL_GET, BillGet(code=CODE, number=n)) for n in numbers]
    proofs = [encode_call(PROOF_GET, ProofGet(kind="bill", subject=f"{CODE}-{n}")) for n in numbers]
    kinds = {"bill_get": gets, "proof_get": proofs}
    found: dict[str, list[float]] = {name: [] for name in kinds}
    with Wire(target) as wire:
        wire.get("/healthz")
        pipe.send("ready")
        begin = pipe.recv()
        for turn in range(int(seconds * READS_PER_S)):
            name = list(kinds)[turn % len(kinds)]
            planned = begin + turn / READS_PER_S
            pause(planned - time.monotonic())
            wire.call(kinds[name][turn % len(numbers)])
            found[name].append((time.monotonic() - planned) * 1_000)
    pipe.send(found)


def _proof_check_ms(net: BenchNet) -> float:
    """Check one proof many times; give the mean time of a check."""
    query = ProofGet(kind="bill", subject=f"{CODE}-{1:010}")
    with open_client(net.hospital.target) as client:
        data = bytes.fromhex(client.call(PROOF_GET, query).proof)
    genesis = net.hospital.genesis
    began = time.process_time()
    for _ in range(CHECK_COUNT):
        verify_proof(data, genesis)
    return round((time.process_time() - began) * 1_000 / CHECK_COUNT, 2)
