"""A patient's name is in no file of any node and in no decoded value; blocks hold nobody's text.

LevelDB compresses its tables, so files are read raw and every value is read decoded as well.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgpack
import plyvel
import pytest

from ledgerd.cli.homes import Home
from ledgerd.rpc.catalogue import CHAIN_BLOCK_BYTES, CHAIN_STATUS
from ledgerd.rpc.client import open_client
from ledgerd.rpc.fields import NoParams
from ledgerd.rpc.queries import BlockAt
from tests.processes.local_net import LocalNet
from tests.processes.story import IDENTITY_NUMBER, PATIENT, Story

pytestmark = pytest.mark.processes
LONGEST_FIELD_BYTES = 64  # a signature; names and text would be let in by more


def encodings(text: str) -> list[bytes]:
    raw = [text.encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be", "gbk")]
    return raw + [data.hex().encode("ascii") for data in raw]


def markers() -> list[bytes]:
    words = [*PATIENT.split(), PATIENT, IDENTITY_NUMBER]
    return [code for word in words for code in encodings(word)]


def every_value(home: Path, scratch: Path) -> Iterator[tuple[str, bytes]]:
    """Yield all files of a home raw, and all keys and values of its databases decoded."""
    for path in sorted(p for p in home.rglob("*") if p.is_file()):
        yield str(path.relative_to(home)), path.name.encode() + path.read_bytes()
    for current in sorted(home.rglob("CURRENT")):
        copy = scratch / f"{home.name}-{current.parent.name}"
        shutil.copytree(current.parent, copy)
        database = plyvel.DB(str(copy), create_if_missing=False)
        for key, value in database.iterator():
            yield f"{current.parent.name} {key[:8].hex()}", key + value
        database.close()


def long_fields(value: object) -> Iterator[object]:
    """Yield every field of over 64 bytes that is not itself an encoded structure."""
    if isinstance(value, list | tuple):
        for inner in value:
            yield from long_fields(inner)
    elif isinstance(value, str) and len(value.encode()) > LONGEST_FIELD_BYTES:
        yield value
    elif isinstance(value, bytes) and len(value) > LONGEST_FIELD_BYTES:
        try:
            inner = msgpack.unpackb(value, raw=False, use_list=False)
        except ValueError:
            yield value
        else:
            yield from long_fields(inner)


def test_the_names_of_a_sample_bill_are_nowhere_but_opened_for_a_reader(
    net: LocalNet, tmp_path: Path
) -> None:
    net.start()
    story = Story(net, tmp_path / "device").begin()
    bill = story.bill(total_fen=3_000)
    story.wait_for("countersigned", bill)
    story.grant(bill)
    story.wait_for("delivered", bill)
    opened = story.ctl("hospital", "bill", "open", bill)
    by_insurer = story.ctl("insurer", "bill", "open", bill)
    by_nobody = story.ctl("medicare", "bill", "open", "99060126-0000099999")

    assert PATIENT in opened.out
    assert PATIENT in by_insurer.out
    assert by_nobody.code != 0
    for node in net.nodes.values():
        assert node.stop() == 0
    wanted = markers()
    found = [
        f"{node.name}: {where}"
        for node in net.nodes.values()
        for where, data in every_value(node.home, tmp_path)
        for marker in wanted
        if marker in data
    ]
    logs = [n.name for n in net.nodes.values() if any(m in n.log.read_bytes() for m in wanted)]
    assert found == []
    assert logs == []


def test_no_block_holds_a_field_that_could_be_text_about_somebody(running: Story) -> None:
    bill = running.bill(total_fen=2_000)
    running.wait_for("countersigned", bill)
    found = []
    with open_client(Home(running.net.home("finance")).target) as client:
        height = client.call(CHAIN_STATUS, NoParams()).height
        for at in range(1, height + 1):
            answer = client.call(CHAIN_BLOCK_BYTES, BlockAt(height=at))
            block = msgpack.unpackb(bytes.fromhex(answer.block), raw=False, use_list=False)
            found.extend((at, field) for field in long_fields(block))

    assert height > 5
    assert found == []
