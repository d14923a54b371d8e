"""The promises about reliability, and how much of what earns each of them for a release."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    """So much of a unit is wanted."""

    unit: str
    wanted: int


@dataclass(frozen=True)
class Promise:
    """One promise, under what it holds, and what has to be done to earn it."""

    name: str
    says: str
    under: str
    targets: tuple[Target, ...]


PROMISES = (
    Promise(
        "P1",
        "No fork: correct nodes never have different blocks at one height",
        "any timing, any number of crashes, up to f Byzantine",
        (Target("simulated seeds", 300_000), Target("twins scenarios", 1_000_000)),
    ),
    Promise(
        "P2",
        "No double reimbursement: at most one paid effect per bill and payer",
        "P1 and dishonest clients, retries",
        (Target("model operations", 10_000_000),),
    ),
    Promise(
        "P3",
        "Nothing acknowledged is lost",
        "power loss of all nodes at any byte, loss of any f disks",
        (
            Target("crash points", 1_000),
            Target("simulated restarts", 3_000_000),
            Target("real SIGKILLs", 10_000),
        ),
    ),
    Promise(
        "P4",
        "Damage is never served: found before a value is used",
        "bit flip, zeroed sector, truncation, stale or swapped file",
        (Target("damaged files", 100_000),),
    ),
    Promise(
        "P5",
        "Alive again: next commit within 10 s of healing, primary killed: within 3 timeouts",
        "up to f faulty",
        (Target("timed recoveries", 500),),
    ),
    Promise(
        "P6",
        "Bounded: own memory at most 512 MiB, no loop stall over 250 ms",
        "hostile peers and clients",
        (Target("decoder inputs", 100_000_000), Target("RPC inputs", 10_000_000)),
    ),
    Promise(
        "P7",
        "Private: no name, number, diagnosis, line or contact outside of sealed payloads",
        "curious member, stolen disk",
        (Target("marker searches", 1),),
    ),
    Promise(
        "P8",
        "Accountable: an equivocation gives a proof that anybody can check",
        "no honest node can be framed",
        (Target("equivocations convicted", 1_000), Target("honest traces", 1_000)),
    ),
    Promise(
        "P9",
        "Stops honestly: an inner contradiction ends the process with a reason",
        "seeded bugs, each found within 1 000 seeds",
        (Target("seeded bugs found", 30),),
    ),
)
# Counted and shown, without a target of their own.
ALSO = (
    "acknowledged operations",
    "simulated events",
    "virtual hours",
    "mutants found",
    "model states",
    "minutes under faults",
)
UNITS = tuple(target.unit for promise in PROMISES for target in promise.targets) + ALSO
