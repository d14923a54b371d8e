"""The server on real sockets."""

import http.client
import json
import socket
from pathlib import Path

import pytest
import trio
import trio.testing

from ledgerd.errors import ConfigError
from ledgerd.rpc.limits import Limits
from ledgerd.rpc.server import EXHAUSTED_S, RpcServer
from tests.damage.full_disk import no_more_descriptors
from tests.unit.ledgerd.rpc.rpc_desk import call, post_json, registry, settings


async def test_it_answers_on_tcp_and_on_the_unix_socket(tmp_path: Path) -> None:
    server = RpcServer(registry(), settings(socket_path=tmp_path / "rpc.sock"))

    async with trio.open_nursery() as nursery:
        tcp, unix = await nursery.start(server.serve)
        host, _, port = tcp.rpartition(":")
        streams = [await trio.open_tcp_stream(host, int(port)), await trio.open_unix_socket(unix)]
        for stream in streams:
            await stream.send_all(post_json(call("chain_version", {})))
            assert (await stream.receive_some())[:12] == b"HTTP/1.1 200"
            await stream.aclose()
        mode = (tmp_path / "rpc.sock").stat().st_mode & 0o777
        nursery.cancel_scope.cancel()

    assert mode == 0o600
    assert not (tmp_path / "rpc.sock").exists()


async def test_a_socket_left_by_a_killed_run_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "rpc.sock"
    left = socket.socket(socket.AF_UNIX)
    left.bind(str(path))
    left.close()

    async with trio.open_nursery() as nursery:
        await nursery.start(RpcServer(registry(), settings(listen="", socket_path=path)).serve)
        stream = await trio.open_unix_socket(str(path))
        await stream.aclose()
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("address", ["0.0.0.0:1", "example.org:80", "127.0.0.1:x", "nothing"])
async def test_only_loopback_is_listened_on(address: str) -> None:
    server = RpcServer(registry(), settings(listen=address))

    with pytest.raises(ConfigError, match=r"rpc\.listen"):
        await server.serve()


async def test_an_address_that_is_taken_is_a_configuration_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = RpcServer(registry(), settings(listen=f"127.0.0.1:{port}"))

        with pytest.raises(ConfigError, match="cannot be bound"):
            await server.serve()


async def test_a_connection_too_many_waits_until_another_ends() -> None:
    """Checklist 45."""
    server = RpcServer(registry(), settings(limits=Limits(connections_max=1)))

    async with trio.open_nursery() as nursery:
        (address,) = await nursery.start(server.serve)
        host, _, port = address.rpartition(":")
        first = await trio.open_tcp_stream(host, int(port))
        second = await trio.open_tcp_stream(host, int(port))
        await first.send_all(post_json(call("chain_version", {})))
        await first.receive_some()
        await second.send_all(post_json(call("chain_version", {})))
        with trio.move_on_after(0.05) as waited:
            await second.receive_some()
        await first.aclose()
        answered = await second.receive_some()
        await second.aclose()
        nursery.cancel_scope.cancel()

    assert waited.cancelled_caught
    assert answered.startswith(b"HTTP/1.1 200")


async def test_the_standard_library_understands_us() -> None:
    async with trio.open_nursery() as nursery:
        (address,) = await nursery.start(RpcServer(registry(), settings()).serve)
        status = await trio.to_thread.run_sync(_healthz, address)
        nursery.cancel_scope.cancel()

    assert status == (200, b"ok\n")


def _healthz(address: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(address, timeout=5)
    connection.request("GET", "/healthz", headers={"Host": "localhost"})
    response = connection.getresponse()
    found = (response.status, response.read())
    connection.close()
    return found


async def test_discovery_is_bound_by_the_server_itself() -> None:
    async with trio.open_nursery() as nursery:
        (address,) = await nursery.start(RpcServer(registry(), settings()).serve)
        host, _, port = address.rpartition(":")
        stream = await trio.open_tcp_stream(host, int(port))
        await stream.send_all(post_json(call("rpc.discover", {}), "Connection: close"))
        received = b"".join([bytes(data) async for data in stream])
        await stream.aclose()
        nursery.cancel_scope.cancel()

    document = json.loads(received.partition(b"\r\n\r\n")[2])["result"]
    assert [method["name"] for method in document["methods"]] == sorted(
        bound.method.name for bound in registry()
    )


async def test_a_folder_in_the_place_of_the_socket_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "rpc.sock").mkdir()
    server = RpcServer(registry(), settings(listen="", socket_path=tmp_path / "rpc.sock"))

    with pytest.raises(ConfigError, match=r"rpc\.sock cannot be bound"):
        await server.serve()


async def test_a_process_without_descriptors_takes_clients_later_and_goes_on(
    tmp_path: Path,
) -> None:
    path = tmp_path / "rpc.sock"
    async with trio.open_nursery() as nursery:
        await nursery.start(RpcServer(registry(), settings(listen="", socket_path=path)).serve)
        with socket.socket(socket.AF_UNIX) as client:
            with no_more_descriptors():
                client.connect(str(path))
                await trio.testing.wait_all_tasks_blocked(EXHAUSTED_S / 10)
            client.settimeout(5)
            client.sendall(post_json(call("chain_version", {})))
            answer = await trio.to_thread.run_sync(client.recv, 12)
        nursery.cancel_scope.cancel()

    assert answer == b"HTTP/1.1 200"
