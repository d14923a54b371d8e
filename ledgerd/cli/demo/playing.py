"""The middle of the demonstration: the story, then the checks of what it left."""

from pathlib import Path

from ledgerd.cli.demo.cast import Cast
from ledgerd.cli.demo.checks import check_everywhere, check_proof_offline
from ledgerd.cli.demo.story import Storyteller
from ledgerd.cli.demo.telling import print_table, say
from ledgerd.cli.demo.way import Way
from ledgerd.clock import SystemClock
from ledgerd.rpc.catalogue import CHAIN_STATS
from ledgerd.rpc.fields import NoParams


def play(net: Path, bills: int) -> None:
    """Tell the story on a running network and check what every node holds.

    Raises:
        LedgerdError: an act failed that should not, or something does not hold.
    """
    told = Storyteller(net, SystemClock().wall_ms(), say).tell(bills)
    cast = Cast(net)
    try:
        stats = cast.session("insurer").ask(CHAIN_STATS, NoParams())
        chains = check_everywhere(cast)
        height = check_proof_offline(cast, told.sample_bill)
    finally:
        cast.close()
    print_table(told, stats)
    say(f"chain executed again from genesis on all four nodes: height {chains[-1].height},")
    say(f"  state root {chains[-1].state_root}")
    say(f"proof of {told.sample_bill} verified offline as of height {height};")
    say("  with one bit changed it does not hold")


def play_one_way(net: Path) -> None:
    """Play one patient's way on a running network and check what every node holds.

    Raises:
        LedgerdError: an act failed that should not, or something does not hold.
    """
    say("one patient's way, step by step (an office key acts on its node, all others sign here):")
    steps = Way(net, SystemClock().wall_ms(), say).go()
    cast = Cast(net)
    try:
        chains = check_everywhere(cast)
    finally:
        cast.close()
    refused = sum(1 for step in steps if step.refused)
    say(f"{len(steps)} steps, {refused} of them refused as they must be")
    say(f"chain executed again from genesis on all four nodes: height {chains[-1].height},")
    say(f"  state root {chains[-1].state_root}")
