"""Bad input to running nodes: a clear typed error, and nothing of any node has changed.

Every case goes over a real socket. Each kind of mistake in every variant stands in
``tests/unit/ledgerd/rpc``, ``tests/unit/ledgerd/network`` and ``tests/unit/ledgerd/ledger``.
"""

import copy
import http.client
import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ledgerd.chain.transaction import InstitutionAuthor, Transaction, sign_transaction
from ledgerd.cli.homes import Home
from ledgerd.keys.certificates import certificate_to_pem, make_certificate, private_key_to_pem
from ledgerd.keys.roles import OperatorRole
from ledgerd.keys.signers import Ed25519Key
from ledgerd.ledger.bill_operations import AllotNumbers
from ledgerd.ledger.operations import encode_operation
from ledgerd.rpc.access import read_cookie
from tests.processes.local_net import LocalNet
from tests.processes.story import CODE, Story

pytestmark = pytest.mark.processes
HOUR_MS = 3_600_000
BILL = {
    "client_ref": "bad-input",
    "content": {
        "person": {"name": "Sample Person"},
        "money": {"total_fen": 1_200, "cash_fen": 1_200},
        "visit": {"kind": "outpatient", "time": ""},
        "items": [{"category": 2, "amount_fen": 1_200}],
    },
}


def bill(place: str, value: object) -> dict[str, Any]:
    """A bill that is good but for one value: ``content.money.total_fen``."""
    changed: dict[str, Any] = copy.deepcopy(BILL)
    *way, last = place.split(".")
    inner = changed
    for step in way:
        inner = inner[int(step)] if isinstance(inner, list) else inner[step]
    inner[last] = value
    return changed


def post(home: Path, body: bytes, secret: str | None = None) -> tuple[int, Any]:
    """Send a body to a node as any program would; return status and answer."""
    bearer = f"Bearer {secret or read_cookie(home)}"
    headers = {"content-type": "application/json", "authorization": bearer}
    address = Home(home).config.rpc.listen
    with closing(http.client.HTTPConnection(address, timeout=60)) as connection:
        connection.request("POST", "/", body, headers)
        response = connection.getresponse()
        return response.status, json.loads(response.read())


def call(home: Path, method: str, params: object) -> Any:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return post(home, json.dumps(body).encode())[1]


def error_of(answer: Any) -> tuple[str, str]:
    """The name of an error, and the reject code or the field that it names."""
    data = answer["error"]["data"]
    return data["name"], data.get("reason") or data.get("field") or ""


def heads(net: LocalNet) -> set[tuple[int, str]]:
    asked = [call(node.home, "chain_status", {})["result"] for node in net.nodes.values()]
    return {(status["height"], status["state_root"]) for status in asked}


@pytest.fixture
def unchanged(running: Story) -> Iterator[LocalNet]:
    """The network, and the check that it stands where it stood: height and root, on all nodes."""
    issue = ("bill", "issue", "--name", "Sample Person", "--total-fen", "100")
    running.wait_for("countersigned", running.ctl("hospital", *issue).json["object"])
    tick = threading.Event()
    for _ in range(300):  # what was begun before comes to its end on all nodes
        before = heads(running.net)
        tick.wait(0.2)
        if len(before) == 1 and heads(running.net) == before:
            break
    yield running.net
    assert heads(running.net) == before


def test_a_wrong_request_is_refused_by_name_and_changes_nothing(unchanged: LocalNet) -> None:
    home = unchanged.home("hospital")
    money = "content.money"
    for params, found in [
        (bill("colour", "red"), ("invalid_params", "colour")),
        (bill(f"{money}.colour", "red"), ("invalid_params", "content.money.colour")),
        (bill(f"{money}.total_fen", "1200"), ("invalid_params", "content.money.total_fen")),
        (bill(f"{money}.total_fen", 1200.0), ("parse_error", "")),
        (bill(f"{money}.total_fen", 10**12 + 1), ("invalid_params", "content.money.total_fen")),
        (bill(f"{money}.total_fen", -1), ("invalid_params", "content.money.total_fen")),
        (bill(f"{money}.total_fen", 2**64), ("parse_error", "")),
        (bill(f"{money}.total_fen", 1_300), ("invalid_params", "content.money.total_fen")),
        (bill("content.items.0.amount_fen", 1_100), ("invalid_params", "content.items")),
        (bill("content.items.0.category", 15), ("invalid_params", "content.items[0].category")),
        (bill("settlement", "73" * 39), ("rejected", "PUBLIC_POSITION_WRONG")),
    ]:
        answer = call(home, "bill_issue", params)
        assert error_of(answer) == found
        assert "Sample Person" not in json.dumps(answer)


def test_bodies_that_are_no_request_are_refused_and_change_nothing(unchanged: LocalNet) -> None:
    home = unchanged.home("insurer")

    assert error_of(post(home, b"{")[1])[0] == "parse_error"
    assert error_of(post(home, b'{"jsonrpc":"2.0","id":1}')[1])[0] == "invalid_request"
    assert error_of(call(home, "bill_forge", {}))[0] == "method_not_found"
    assert post(home, b"[" + b" " * (4 << 20) + b"]")[0] == 413
    assert post(home, b"{}", secret="0" * 64)[0] == 401


def test_transactions_that_may_not_be_are_refused_and_change_nothing(unchanged: LocalNet) -> None:
    finance = Home(unchanged.home("finance"))
    hospital = Home(unchanged.home("hospital")).institution
    clerk = finance.keys.keys_of(finance.institution).signer(OperatorRole.CLERK)
    allot = AllotNumbers(client_ref="bad", holder=hospital, code=CODE, first=500_000, count=1)

    def submitted(signer: Any = clerk, valid_ms: int = HOUR_MS, **changes: object) -> Any:
        body = {
            "chain_id": finance.chain_id,
            "author": InstitutionAuthor(institution_id=finance.institution),
            "public_key": signer.public_key,
            "valid_until_ms": time.time_ns() // 1_000_000 + valid_ms,
            "operations": (encode_operation(allot),),
        }
        encoded = sign_transaction(Transaction(**body | changes), signer).encoded
        return call(finance.path, "tx_submit", {"transaction": encoded.hex()})

    stranger = Ed25519Key.from_seed(bytes(32))
    wrong_seat = InstitutionAuthor(institution_id=hospital)
    taken = AllotNumbers(client_ref="bad", holder=hospital, code=CODE, first=1, count=10)

    assert error_of(submitted(stranger)) == ("rejected", "SIGNER_NOT_CURRENT")
    assert error_of(submitted(author=wrong_seat)) == ("rejected", "SIGNER_NOT_CURRENT")
    assert error_of(submitted(valid_ms=-1_000)) == ("rejected", "EXPIRED")
    assert error_of(submitted(valid_ms=48 * HOUR_MS)) == ("rejected", "VALID_TOO_LONG")
    assert error_of(submitted(chain_id=bytes(32)))[0] == "invalid_params"
    assert error_of(submitted(public_key=stranger.public_key))[0] == "invalid_params"
    overlapping = submitted(operations=(encode_operation(taken),))
    assert error_of(overlapping) == ("rejected", "RANGE_OVERLAPS")
    assert error_of(submitted(operations=(b"\x00",)))[0] in ("rejected", "invalid_params")


def test_strangers_at_the_port_of_peers_get_nothing_and_change_nothing(
    unchanged: LocalNet, tmp_path: Path
) -> None:
    home = Home(unchanged.home("medicare"))
    host, _, port = home.config.network.listen[0].rpartition(":")
    seed = bytes(range(32))
    shown, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    # A stranger who calls itself by a member's name: the name is right and the key is not.
    shown.write_bytes(certificate_to_pem(make_certificate(seed, home.institution)))
    key.write_bytes(private_key_to_pem(seed))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(shown, key)

    for noise in (b"\xff\xff\xff\xff\x10" + bytes(100), b"GET / HTTP/1.1\r\n\r\n"):
        with socket.create_connection((host, int(port)), timeout=60) as plain:
            plain.sendall(noise)
            assert len(drained(plain)) < 64  # a TLS alert at most
    with (
        socket.create_connection((host, int(port)), timeout=60) as plain,
        context.wrap_socket(plain) as secured,
    ):
        assert drained(secured) == b""  # no greeting: the first word is never said to a stranger

    assert call(home.path, "chain_status", {})["result"]["peers_up"] == 3


def drained(connection: socket.socket) -> bytes:
    """Read until the other side ends the connection."""
    found = b""
    try:
        while piece := connection.recv(4_096):
            found += piece
    except (ConnectionResetError, ssl.SSLError):
        pass
    return found
