"""After an erasure the sealed bytes are in no file and no value of any node, also of an old copy.

An old copy of a node's data holds what was erased since. The node does not know it: alone it gives
sealed bytes to nobody, and with its peers it erases before it does.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgpack

from ledgerd.cli.homes import Home
from ledgerd.keys.keyring import KeyRing
from ledgerd.offices import medicare, outbox, private_index
from ledgerd.rpc.catalogue import BILL_SIDECAR
from ledgerd.rpc.client import open_client
from ledgerd.rpc.queries import BillGet
from ledgerd.storage import schema
from ledgerd.storage.leveldb import open_leveldb
from ledgerd.storage.sealed_store import SealedStore
from tests.processes.local_net import LocalNet, NodeProcess, until
from tests.processes.story import Story
from tests.processes.test_privacy import every_value, markers

COLLECTIONS = (
    outbox.COLLECTION,
    private_index.ACCOUNT_OF_BILL,
    private_index.BILLS_OF_ACCOUNT,
    medicare.PERSON_OF_SETTLEMENT,
)


def sealed_pieces(net: LocalNet, bill: str) -> list[bytes]:
    """Give pieces from the middle of what is sealed of a bill."""
    code, number = bill.split("-")
    with open_client(Home(net.home("hospital")).target) as client:
        answer = client.call(BILL_SIDECAR, BillGet(code=code, number=number))
    sidecar = msgpack.unpackb(bytes.fromhex(answer.sidecar), raw=False, use_list=False)
    pieces = [
        field[len(field) // 2 :][:24]
        for field in bytes_in(sidecar)
        if len(field) > 100  # the parts, and the wraps for devices
    ]
    assert len(pieces) >= 2
    return pieces


def bytes_in(value: object) -> Iterator[bytes]:
    if isinstance(value, tuple):
        for inner in value:
            yield from bytes_in(inner)
    elif isinstance(value, bytes):
        yield value


def opened_values(node: NodeProcess, scratch: Path) -> Iterator[tuple[str, bytes]]:
    """Yield what the offices remember, opened with the node's storage key."""
    copy = scratch / f"offices-{node.name}"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(node.home / "data" / "offices", copy)
    store = open_leveldb(copy, schema.OFFICE_STORE)
    sealed = SealedStore(store, KeyRing.open(node.home / "keys").storage_key)
    for collection in COLLECTIONS:
        for key, value in sealed.items(collection):
            yield collection, key + value
    store.close()


def places_of(pieces: list[bytes], nodes: list[NodeProcess], scratch: Path) -> list[str]:
    """Name where pieces are found: files raw, databases decoded, offices opened."""
    return [
        f"{node.name}: {where}"
        for node in nodes
        for where, data in (*every_value(node.home, scratch), *opened_values(node, scratch))
        for piece in pieces
        if piece in data
    ]


def erase(story: Story, bill: str) -> str:
    """Ask, approve by an order, and wait until all four nodes say that they have deleted."""
    asked = story.ctl("hospital", "patient", "erase", bill, "--wallet", str(story.wallet))
    key = str(asked.json["object"])
    for home in ("finance", "medicare"):
        approved = story.ctl(home, "erasure", "approve", key, "--order", "sample order 7")
        assert approved.code == 0, approved.err

    def is_confirmed() -> bool:
        view = story.ctl("hospital", "erasure", "show", key).json["erasure"]
        return len(view["confirmed_by"]) == len(story.net.nodes)

    until(is_confirmed, "the words of all keepers")
    return key


def stop_all(net: LocalNet) -> None:
    for node in net.running():
        assert node.stop() == 0


def test_what_is_erased_is_nowhere_and_an_old_copy_serves_it_to_nobody(
    net: LocalNet, tmp_path: Path
) -> None:
    net.start()
    story = Story(net, tmp_path / "device").begin()
    bill, other = story.bill(total_fen=3_000), story.bill(total_fen=4_000)
    for one in (bill, other):
        story.wait_for("countersigned", one)
    story.grant(bill)
    story.wait_for("delivered", bill)
    assert story.ctl("insurer", "bill", "open", bill).code == 0
    pieces = sealed_pieces(net, bill)
    insurer = net.nodes["insurer"]
    assert insurer.stop() == 0
    assert places_of(pieces, [insurer], tmp_path / "before") != []
    shutil.copytree(insurer.home / "data", tmp_path / "old")
    insurer.start()

    erase(story, bill)
    reread = story.ctl("hospital", "bill", "open", bill)
    assert story.ctl("hospital", "bill", "open", other).code == 0
    assert story.ctl("hospital", "verify", "chain").code == 0
    stop_all(net)
    found = places_of([*pieces, *markers()], list(net.nodes.values()), tmp_path / "after")

    shutil.rmtree(insurer.home / "data")
    shutil.copytree(tmp_path / "old", insurer.home / "data")
    insurer.start()
    alone = net.ctl("bill", "open", bill, home="insurer")
    for name in ("hospital", "finance", "medicare"):
        net.nodes[name].start()
    net.wait_height(max(net.heights().values()))
    again = net.ctl("bill", "open", bill, home="insurer")
    stop_all(net)

    assert reread.code == again.code == 3
    assert alone.code == 3
    assert found == []
    assert places_of(pieces, list(net.nodes.values()), tmp_path / "restored") == []
