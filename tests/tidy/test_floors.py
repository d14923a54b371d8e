"""The walls of the house: imports go down only, and only what a room may touch is imported in it.

The picture is docs/architecture.md; what a room may see is written here once, as a table.
"""

import ast
import sys

import pytest

from tests.tidy.source import Module, imported_names, modules

LETTERS = {"ledgerd.errors", "ledgerd.primitives"}
CHAIN = LETTERS | {"ledgerd.chain", "consensus"}
RULES = CHAIN - {"consensus"} | {"ledgerd.ledger"}
ENGINE = RULES | {
    "consensus",
    "ledgerd.storage",
    "ledgerd.network",
    "ledgerd.keys",
    "ledgerd.clock",
    "ledgerd.config",
    "ledgerd.node",
}

# Which rooms of ours a room may import, itself always among them.
MAY_IMPORT: dict[str, set[str]] = {
    "consensus": set(),
    "ledgerd.errors": set(),
    "ledgerd.primitives": LETTERS,
    "ledgerd.chain": CHAIN,
    "ledgerd.ledger": RULES,
    "ledgerd.clock": {"ledgerd.errors"},
    "ledgerd.config": LETTERS,
    "ledgerd.storage": CHAIN,
    "ledgerd.keys": CHAIN,
    "ledgerd.network": CHAIN,
    "ledgerd.node": ENGINE,
    "ledgerd.rpc": ENGINE,
    "ledgerd.offices": ENGINE | {"ledgerd.rpc"},
    "ledgerd.cli": RULES
    | {
        "ledgerd.rpc",
        "ledgerd.storage",
        "ledgerd.keys",
        "ledgerd.config",
        "ledgerd.clock",
        "consensus",
    },
    "ledgerd.daemon": ENGINE | {"ledgerd.offices", "ledgerd.rpc", "ledgerd.daemon"},
}

# What a room may import from outside. The pure rooms see no clock, no chance, no world.
PURE = {
    "__future__", "abc", "bisect", "collections", "collections.abc", "dataclasses", "enum",
    "functools", "hashlib", "hmac", "itertools", "math", "operator", "re", "string", "struct",
    "types", "typing", "zlib",
}  # fmt: skip
MAY_USE: dict[str, set[str]] = {
    "consensus": PURE | {"msgpack", "heapq"},
    "ledgerd.errors": PURE,
    "ledgerd.primitives": PURE | {"msgspec", "nacl", "cryptography", "secrets", "json"},
    "ledgerd.chain": PURE | {"msgspec", "json", "base64"},
    "ledgerd.ledger": PURE | {"msgspec"},
}
# A lock around what threads share anyway: without it msgspec ends the process. Nothing else here.
MAY_USE_BESIDES = {"ledgerd/primitives/type_decoders.py": {"threading"}}
ONLY_IN = {
    "plyvel": ("ledgerd/storage/",),
    "trio": ("ledgerd/network/", "ledgerd/node/", "ledgerd/rpc/", "ledgerd/offices/",
             "ledgerd/daemon.py", "ledgerd/cli/"),
    "ssl": ("ledgerd/network/", "ledgerd/rpc/"),
    "h11": ("ledgerd/rpc/",),
    "wsproto": ("ledgerd/rpc/",),
    "rich": ("ledgerd/cli/",),
    "structlog": ("ledgerd/daemon.py", "ledgerd/node/", "ledgerd/network/", "ledgerd/rpc/",
                  "ledgerd/offices/"),
    "time": ("ledgerd/clock.py", "ledgerd/cli/", "ledgerd/rpc/"),
}  # fmt: skip
HOUSE = modules("consensus", "ledgerd")


def room_of(name: str) -> str:
    parts = name.split(".")
    return ".".join(parts[:2]) if parts[0] == "ledgerd" else parts[0]


def is_allowed_from_outside(name: str, allowed: set[str]) -> bool:
    return any(name == a or name.startswith(a + ".") for a in allowed)


@pytest.mark.parametrize("module", HOUSE, ids=lambda m: m.path)
def test_a_room_imports_only_rooms_below_it(module: Module) -> None:
    if module.room == "ledgerd.__init__":
        assert imported_names(module.tree) == set()
        return
    allowed = MAY_IMPORT[module.room] | {module.room}
    ours = {n for n in imported_names(module.tree) if n.split(".")[0] in ("consensus", "ledgerd")}
    assert sorted(n for n in ours if room_of(n) not in allowed) == []


@pytest.mark.parametrize("module", HOUSE, ids=lambda m: m.path)
def test_the_pure_rooms_touch_no_world(module: Module) -> None:
    foreign = {
        n for n in imported_names(module.tree) if n.split(".")[0] not in ("consensus", "ledgerd")
    }
    if module.room in MAY_USE:
        allowed = MAY_USE[module.room] | MAY_USE_BESIDES.get(module.path, set())
        assert sorted(n for n in foreign if not is_allowed_from_outside(n, allowed)) == []
    for library, places in ONLY_IN.items():
        if any(n == library or n.startswith(library + ".") for n in foreign):
            assert module.path.startswith(places), f"{library} is not for {module.path}"


def test_modules_of_one_package_never_import_in_a_circle() -> None:
    graph = {m.path.removesuffix(".py").replace("/", "."): m for m in HOUSE}
    edges = {name: below(module, graph) for name, module in graph.items()}
    done: set[str] = set()
    while ready := {n for n in edges if n not in done and edges[n] <= done}:
        done |= ready
    assert sorted(set(edges) - done) == []


def below(module: Module, graph: dict[str, Module]) -> set[str]:
    """Return the modules that this one imports outside of functions and type-checking blocks."""
    top_level = ast.Module(
        body=[n for n in module.tree.body if not isinstance(n, ast.If)], type_ignores=[]
    )
    found: set[str] = set()
    for node in top_level.body:
        for name in imported_names(node) if isinstance(node, ast.Import | ast.ImportFrom) else ():
            parents = [name, name.rpartition(".")[0]]
            found.update(p for p in parents if p in graph)
    return found - {module.path.removesuffix(".py").replace("/", ".")}


def test_every_name_in_the_tables_is_a_standard_module_or_a_dependency() -> None:
    known = sys.stdlib_module_names | {"msgpack", "msgspec", "nacl", "cryptography"}
    named = {name.split(".")[0] for allowed in MAY_USE.values() for name in allowed}
    assert sorted(named - known) == []
