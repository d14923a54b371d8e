"""Faults that are for good: the node that has one is the network's one faulty member until its end.

Rules: a finale may prepare something early; it begins once. What must hold for everybody else holds
as before; what the victim itself must do (say that it may have forgotten, stop, be shown up) is
checked here.
"""

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ledgerd.config import HomePaths
from tests.chaos.faults import Field
from tests.processes.dishonest_node import LIES_FILE, read_counts

TOLD_S_MAX, TICK_S = 60.0, 0.05


@dataclass(frozen=True)
class Finale:
    """A fault for good.

    Attributes:
        prepare: done while the network is young.
        begin: done to the victim when the end comes near.
        end: done before the check; says what the victim did, for the report.
        keeps_word: the victim still holds everything, and is checked like the others.
    """

    name: str
    prepare: Callable[[Field, str], None]
    begin: Callable[[Field, str], None]
    end: Callable[[Field, str], str]
    keeps_word: bool = False


def copy_of(field: Field, victim: str) -> Path:
    return field.net.home(victim).with_name(f"{victim}.copy")


def take_copy(field: Field, victim: str) -> None:
    """Copy the home of a node, as a backup does that knows no better."""
    field.kill(victim, 0.0)
    shutil.copytree(
        field.net.home(victim), copy_of(field, victim), ignore=shutil.ignore_patterns("*.sock")
    )


def put_copy_back(field: Field, victim: str) -> None:
    field.faults["old data restored"] += 1
    field.nodes[victim].blame("old data restored")
    field.kill(victim, 0.0)
    data = HomePaths(field.net.home(victim)).chain.parent
    shutil.rmtree(data)
    shutil.copytree(HomePaths(copy_of(field, victim)).chain.parent, data)
    _wait_told(field, victim)


def _wait_told(field: Field, victim: str) -> None:
    """Let the node hear in fine weather what the others hold of it, before they are killed too."""
    tick = threading.Event()
    ends_at_s = time.monotonic() + TOLD_S_MAX
    while role_of(field, victim) not in ("observer", "validator"):
        if time.monotonic() > ends_at_s:
            field.violations.append(f"{victim} with old data does not know what it is")
            return
        field.nodes.tick()
        tick.wait(TICK_S)


def role_of(field: Field, name: str) -> str:
    status = field.nodes.status(name)
    return "not running" if status is None else status.role


def says_observer(field: Field, victim: str) -> str:
    """The restored node knows that it may have forgotten."""
    role = role_of(field, victim)
    if role == "validator":
        field.violations.append(f"{victim} votes although its data is an old copy")
    return role


def start_twin(field: Field, victim: str) -> None:
    """Run the copied home as well: one key on two machines."""
    field.faults["key started twice"] += 1
    field.nodes[victim].blame("key started twice")
    twin = copy_of(field, victim)
    config = twin / "config.toml"
    lines = config.read_text(encoding="utf-8").split("\n")
    kept = ["listen = []" if line.startswith("listen = [") else line for line in lines]
    kept = ['listen = ""' if line.startswith('listen = "') else line for line in kept]
    config.write_text("\n".join(kept), encoding="utf-8")
    log = field.nodes[victim].node.log.with_suffix(".twin.log").open("ab")
    with log:
        command = [*field.nodes[victim].normal_command, "--home", str(twin)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    field.extra.append(process)


def stop_twin(field: Field, victim: str) -> str:
    """End the copy; say what both had come to."""
    role = role_of(field, victim)
    [code] = field.stop_extra()
    return f"the copy {'ran on' if code is None else f'ended with {code}'}, the first is {role}"


def become_dishonest(field: Field, victim: str) -> None:
    """Run a program that tells lies with the node's key."""
    field.faults["dishonest program"] += 1
    node = field.nodes[victim]
    node.blame("dishonest program")
    node.node.command = (
        sys.executable, "-m", "tests.processes.dishonest_node",
        "--seed", str(field.rng.randrange(1 << 30)),
    )  # fmt: skip
    field.kill(victim, 0.0)


def count_lies(field: Field, victim: str) -> str:
    if not (field.net.home(victim) / LIES_FILE).exists():
        return "told no lies yet"
    lies = read_counts(field.net.home(victim))
    field.faults["lies told"] += sum(lies.values())
    return f"{sum(lies.values())} lies of {len(lies)} kinds"


def nothing(_field: Field, _victim: str) -> None:
    pass


FINALES = (
    Finale("old data restored", take_copy, put_copy_back, says_observer, keeps_word=True),
    Finale("dishonest program", nothing, become_dishonest, count_lies),
    Finale("key started twice", take_copy, start_twin, stop_twin),
)
