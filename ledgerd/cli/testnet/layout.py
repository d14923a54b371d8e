"""Who takes part in a network on one machine, and under which invented names.

Rules: names and codes are obviously synthetic: the area 990000 exists nowhere. The first four are
hospital, finance, medicare, insurer; further ones are hospitals and insurers in turn.
"""

from dataclasses import dataclass
from typing import Final

from ledgerd.chain.genesis import Kind
from ledgerd.primitives.identifiers import institution_check_character

NODE_COUNT_MIN: Final = 4
NODE_COUNT_MAX: Final = 31  # each is a process; ten of them may fail. More is a strain on a machine
AREA: Final = "990000"
REGION: Final = "99"
_FIRST: Final[tuple[Kind, ...]] = ("hospital", "finance", "medicare", "insurer")
_FURTHER: Final[tuple[Kind, ...]] = ("hospital", "insurer")
_DIGIT: Final[dict[Kind, str]] = {
    "hospital": "1", "finance": "2", "medicare": "3", "insurer": "4", "regulator": "5",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """One node to be: its folder, its institution."""

    name: str
    institution: str
    kind: Kind
    title: str


def places(node_count: int) -> tuple[Place, ...]:
    """List the nodes of a network; the first four always have the same names."""
    assert NODE_COUNT_MIN <= node_count <= NODE_COUNT_MAX
    counts: dict[Kind, int] = {}
    found: list[Place] = []
    for index in range(node_count):
        kind = _FIRST[index] if index < len(_FIRST) else _FURTHER[index % len(_FURTHER)]
        number = counts[kind] = counts.get(kind, 0) + 1
        name = kind if number == 1 else f"{kind}-{number}"
        title = f"Sample {kind.capitalize()} {number}"
        found.append(Place(name, institution_code(kind, number), kind, title))
    return tuple(found)


def institution_code(kind: Kind, number: int) -> str:
    """Make the credit code of the ``number``-th invented institution of a kind."""
    first17 = f"12{AREA}{_DIGIT[kind]}{number:08d}"
    return first17 + institution_check_character(first17)
