"""docs/formats.md, the golden files and the code say the same; a golden file never changes."""

import re
from pathlib import Path

import pytest

from ledgerd.chain.evidence import verify_evidence_file
from ledgerd.chain.genesis import decode_genesis
from ledgerd.chain.light import verify_proof
from ledgerd.primitives.canonical import decode
from ledgerd.primitives.hashing import Domain
from ledgerd.primitives.tree_nodes import decode_stored, node_id
from tests.unit.ledgerd.chain import golden
from tests.unit.ledgerd.chain.drawing import Line, draw, draw_pieces, drawn_bytes

PAGE = Path(__file__).resolve().parents[4] / "docs" / "formats.md"
FENCE = re.compile(r"```golden (\w+)\n(.*?)\n?```", re.DOTALL)


def tree_node_pieces() -> list[Line]:
    return [
        (b"\x03\xab\xc0", "segment: 3 nibbles, a b c, padded with 0"),
        (b"\x01", "value: a key ends here"),
        (golden.fill(0x11), "hash of its value"),
        (b"\x00\x00", "entries 0 and 1: empty"),
        (b"\x01", "entry 2: a node below"),
        (golden.fill(0x12), "its hash"),
        (bytes(12), "entries 3 to 14: empty"),
        (b"\x02", "entry 15: one key below, no node"),
        (b"\x02\x12", "the rest of the key: 2 nibbles, 1 2"),
        (golden.fill(0x1F), "hash of its value; here ends what is hashed"),
        (node_id(3, 5), "id of the node's value: version 3, ordinal 5"),
        (node_id(1, 1), "id of the node under entry 2"),
        (node_id(2, 2), "id of the value under entry 15"),
    ]


def batch_pieces() -> list[Line]:
    return [
        (b"\x99\x40\x01", "batch of consensus, array of 9; type 64, version 1"),
        (b"\x00", "epoch"),
        (b"\x07", "sequence: the height"),
        (b"\xc4\x20", "parent digest: 32 bytes"),
        (golden.fill(0x0A), ""),
        (b"\x01", "view in which it was proposed"),
        (b"\x02", "proposer: index of a replica"),
        (bytes.fromhex("cf0000018bcfe56800"), "timestamp in ms"),
        (b"\x91", "bundle digests: array of 1"),
        (b"\xc4\x20", "bundle digests[0]: 32 bytes"),
        (golden.fill(0x0B), ""),
    ]


def seal_pieces() -> list[Line]:
    signatures = [
        piece
        for replica in (0, 1, 3)
        for piece in (
            (b"\x92" + bytes((replica,)) + b"\xc4\x40", f"replica {replica}, 64 bytes"),
            (golden.fill(0xA0 + replica, 64), ""),
        )
    ]
    return [
        (b"\x96\x41\x01", "seal of consensus, array of 6; type 65, version 1"),
        (b"\x00", "epoch"),
        (b"\x07", "sequence: the height"),
        (b"\xc4\x20", "header hash: 32 bytes"),
        (golden.fill(0x0C), ""),
        (b"\x93", "signatures: array of 3, ascending by replica"),
        *signatures,
    ]


def drawings() -> dict[str, str]:
    """Draw every golden value that is not live."""
    return {
        **{name: draw(value) for name, value in golden.VALUES.items()},
        "tree_node": draw_pieces(tree_node_pieces()),
        "batch": draw_pieces(batch_pieces()),
        "seal": draw_pieces(seal_pieces()),
    }


NAMES = sorted(golden.all_golden())


@pytest.mark.parametrize("name", NAMES)
def test_the_code_still_writes_the_golden_bytes(name: str, request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--rewrite"):
        golden.write_golden(name, golden.all_golden()[name])
    assert golden.all_golden()[name] == golden.read_golden(name)


@pytest.mark.parametrize("name", sorted(golden.VALUES))
def test_the_code_still_reads_the_golden_bytes(name: str) -> None:
    value = golden.VALUES[name]
    assert decode(golden.read_golden(name), type(value), bytes_max=10_000) == value


def test_a_stored_node_is_still_read() -> None:
    node, _ = decode_stored(golden.read_golden("tree_node"))
    assert node.preimage() == golden.tree_node().preimage()


@pytest.mark.parametrize("name", ["live_proof_of_state", "live_proof_of_transaction"])
def test_an_old_proof_still_verifies_with_an_old_genesis_file(name: str) -> None:
    genesis = decode_genesis(golden.read_golden("live_genesis.json"))
    assert verify_proof(golden.read_golden(name), genesis).header.height == 1


def test_old_evidence_still_convicts_with_an_old_genesis_file() -> None:
    genesis = decode_genesis(golden.read_golden("live_genesis.json"))
    proved = verify_evidence_file(golden.read_golden("live_evidence"), genesis)
    assert proved.institution == genesis.validators[2].institution_id


def test_no_golden_file_is_forgotten() -> None:
    files = {path.stem if path.suffix == ".hex" else path.name for path in golden.FOLDER.iterdir()}
    ours = {name for name in files if not name.startswith(("message_", "record_"))}
    assert ours == set(NAMES)


def test_the_page_draws_every_byte_of_the_golden_files(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--rewrite"):
        rewritten = FENCE.sub(_drawn_fence, PAGE.read_text(encoding="utf-8"))
        PAGE.write_text(rewritten, encoding="utf-8")
    drawn = dict(FENCE.findall(PAGE.read_text(encoding="utf-8")))
    assert drawn == drawings()
    assert {name: drawn_bytes(text) for name, text in drawn.items()} == {
        name: golden.read_golden(name) for name in drawn
    }


def _drawn_fence(match: re.Match[str]) -> str:
    return f"```golden {match[1]}\n{drawings()[match[1]]}\n```"


@pytest.mark.parametrize("domain", list(Domain), ids=lambda domain: domain.name)
def test_the_page_lists_every_domain(domain: Domain) -> None:
    name = domain.rstrip(b"\0").decode()
    assert f"| `{name}` |" in PAGE.read_text(encoding="utf-8")
