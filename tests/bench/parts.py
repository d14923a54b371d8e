"""Which part of the program a stack belongs to: the table of the profile.

Rules: the innermost frame of ours that names a part decides; what only serves others (hashing,
trio, the standard library) belongs to whoever called it. What nobody of ours called is the loop.
"""

from collections.abc import Sequence

Stack = Sequence[tuple[str, str]]  # file and function, innermost first
LOOP = "loop"
# The first that a file's path contains; most particular first.
PARTS = (
    ("/tests/bench/", ""),
    ("/ledgerd/primitives/signatures.py", "verify"),
    ("/ledgerd/primitives/passkeys.py", "verify"),
    ("/ledgerd/primitives/state_tree.py", "tree"),
    ("/ledgerd/primitives/tree_", "tree"),
    ("/ledgerd/primitives/merkle.py", "tree"),
    ("/ledgerd/primitives/canonical", "decode"),
    ("/ledgerd/primitives/type_decoders.py", "decode"),
    ("/ledgerd/primitives/", ""),
    ("/ledgerd/chain/", "decode"),
    ("/ledgerd/ledger/", "rules"),
    ("/ledgerd/node/executor.py", "rules"),
    ("/ledgerd/node/index_rows.py", "storage"),
    ("/ledgerd/node/stored_events.py", "storage"),
    ("/ledgerd/storage/", "storage"),
    ("/ledgerd/network/", "network"),
    ("/consensus/", "consensus"),
    ("/ledgerd/rpc/", "rpc"),
    ("/ledgerd/offices/", "offices"),
    ("/ledgerd/node/garbage.py", "garbage"),
    ("/ledgerd/node/", "node"),
    ("/ledgerd/daemon.py", ""),
)
# Where threads wait for work: the function that is innermost then.
WAITING = (
    ("/trio/_core/_thread_cache.py", "_work"),
    ("/trio/_core/_io_epoll.py", "get_events"),
    ("/threading.py", "wait"),
)
NAMES = (
    "verify", "decode", "rules", "tree", "storage", "network", "consensus", "node", "rpc",
    "offices", "garbage", LOOP,
)  # fmt: skip


def part_of(stack: Stack) -> str:
    """Name the part that a stack belongs to."""
    for file, _ in stack:
        if part := _part_of_file(file):
            return part
    return LOOP


def is_waiting(stack: Stack) -> bool:
    """Say whether a thread does nothing just now."""
    file, function = stack[0] if stack else ("", "")
    return any(file.endswith(end) and function == name for end, name in WAITING)


def place_of(stack: Stack) -> str:
    """Name the innermost function of ours, or the innermost at all, as ``file:function``."""
    ours = [entry for entry in stack if "/ledgerd/" in entry[0] or "/consensus/" in entry[0]]
    file, function = (ours or list(stack) or [("", "")])[0]
    return f"{'/'.join(file.rsplit('/', 3)[-2:])}:{function}"


def _part_of_file(file: str) -> str:
    return next((part for fragment, part in PARTS if fragment in file), "")


def shares_percent(spent: dict[str, int]) -> dict[str, float]:
    """Give each part's share of the whole, in the order of `NAMES`."""
    whole = sum(spent.values())
    return {name: round(100 * spent.get(name, 0) / whole, 1) if whole else 0.0 for name in NAMES}
