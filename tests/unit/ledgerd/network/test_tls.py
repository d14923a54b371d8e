"""TLS with pinned certificates, over streams in memory."""

import datetime
import ssl
from dataclasses import replace
from pathlib import Path

import hypothesis
import hypothesis.strategies as st
import pytest
import trio
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from ledgerd.errors import ConfigError, HandshakeFailed, LinkError
from ledgerd.network.settings import NetworkIdentity, Peer
from ledgerd.network.tls import Tls
from tests.unit.ledgerd.network.builders import Node, node, pem_files, stream_pair

START = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
END = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)
SERVER = Tls(node(0).identity(), [node(1).peer()])


def issue(subject: Node, issuer: Node, *, may_issue: bool) -> bytes:
    """Return a certificate of ``subject``'s key and name, signed by ``issuer``'s key."""

    def name(of: Node) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, of.institution_id)])

    key = Ed25519PrivateKey.from_private_bytes(subject.seed)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(name(issuer))
        .public_key(key.public_key())
        .serial_number(subject.index + 1)
        .not_valid_before(START)
        .not_valid_after(END)
        .add_extension(x509.BasicConstraints(ca=may_issue, path_length=None), critical=True)
    )
    signing_key = Ed25519PrivateKey.from_private_bytes(issuer.seed)
    return builder.sign(signing_key, None).public_bytes(Encoding.DER)


def with_certificate(identity: NetworkIdentity, seed: bytes, certificate: bytes) -> NetworkIdentity:
    certificate_path, key_path = pem_files(seed, certificate)
    return replace(
        identity,
        certificate=certificate,
        certificate_path=certificate_path,
        key_path=key_path,
    )


async def meet(server: Tls, client: Tls, expected: Peer) -> tuple[object, object]:
    """Let two sides meet; return what each got: a peer id, "connected", or a link error."""
    outcomes: dict[str, object] = {}
    left, right = stream_pair()

    async def accept() -> None:
        try:
            secured, outcomes["server"] = await server.accept(left)
            await secured.send_all(b"welcome")
        except LinkError as error:
            outcomes["server"] = error
            await left.aclose()
        except trio.BrokenResourceError:
            pass  # the client went away

    async def connect() -> None:
        try:
            secured = await client.connect(right, expected)
            outcomes["client"] = await secured.receive_some(7)
        except LinkError as error:
            outcomes["client"] = error
            await right.aclose()
        except trio.BrokenResourceError:
            outcomes["client"] = "refused later"

    async with trio.open_nursery() as nursery:
        nursery.start_soon(accept)
        nursery.start_soon(connect)
    return outcomes["server"], outcomes["client"]


async def test_two_pinned_peers_meet() -> None:
    server = Tls(node(0).identity(), [node(1).peer(), node(2).peer()])
    client = Tls(node(1).identity(), [node(0).peer(), node(2).peer()])

    outcome = await meet(server, client, node(0).peer())

    assert outcome == (node(1).institution_id, b"welcome")


async def test_a_stranger_is_refused_by_the_server() -> None:
    server = Tls(node(0).identity(), [node(1).peer()])
    client = Tls(node(9).identity(), [node(0).peer()])

    at_server, at_client = await meet(server, client, node(0).peer())

    assert isinstance(at_server, HandshakeFailed)
    assert at_client != b"welcome"


async def test_a_server_that_is_nobody_is_refused_by_the_client() -> None:
    server = Tls(node(9).identity(), [node(1).peer()])
    client = Tls(node(1).identity(), [node(0).peer()])

    _, at_client = await meet(server, client, node(0).peer())

    assert isinstance(at_client, HandshakeFailed)


async def test_another_peer_at_the_address_is_refused_by_the_client() -> None:
    server = Tls(node(2).identity(), [node(1).peer()])
    client = Tls(node(1).identity(), [node(0).peer(), node(2).peer()])

    _, at_client = await meet(server, client, node(0).peer())

    assert isinstance(at_client, HandshakeFailed)
    assert "not the pinned one of this peer" in str(at_client)


async def test_a_certificate_that_a_pinned_one_issued_does_not_pass_at_the_server() -> None:
    authority = issue(node(1), node(1), may_issue=True)
    issued = issue(node(9), node(1), may_issue=False)
    server = Tls(node(0).identity(), [replace(node(1).peer(), certificate=authority)])
    client = Tls(with_certificate(node(9).identity(), node(9).seed, issued), [node(0).peer()])

    at_server, _ = await meet(server, client, node(0).peer())

    assert isinstance(at_server, HandshakeFailed)
    assert "not a pinned one" in str(at_server)  # so TLS alone had let it in


async def test_a_certificate_that_a_pinned_one_issued_does_not_pass_at_the_client() -> None:
    authority = issue(node(1), node(1), may_issue=True)
    issued = issue(node(9), node(1), may_issue=False)
    peer = replace(node(1).peer(), certificate=authority)
    server = Tls(with_certificate(node(9).identity(), node(9).seed, issued), [node(0).peer()])
    client = Tls(node(0).identity(), [peer])

    _, at_client = await meet(server, client, peer)

    assert isinstance(at_client, HandshakeFailed)
    assert "not the pinned one of this peer" in str(at_client)


async def test_the_same_key_in_another_certificate_does_not_pass() -> None:
    other = issue(node(1), node(1), may_issue=False)
    server = Tls(node(0).identity(), [node(1).peer()])
    client = Tls(with_certificate(node(1).identity(), node(1).seed, other), [node(0).peer()])

    at_server, _ = await meet(server, client, node(0).peer())

    assert isinstance(at_server, HandshakeFailed)


@pytest.mark.parametrize("with_chain", ["no certificate", "TLS 1.2"])
async def test_a_client_below_the_rules_is_refused(with_chain: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if with_chain == "TLS 1.2":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(node(1).identity().certificate_path, node(1).identity().key_path)
    server = Tls(node(0).identity(), [node(1).peer()])
    left, right = stream_pair()

    async def connect() -> None:
        try:
            secured = trio.SSLStream(right, context)
            await secured.do_handshake()
            await secured.receive_some(1)
        except trio.BrokenResourceError:
            await right.aclose()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(connect)
        with pytest.raises(HandshakeFailed):
            await server.accept(left)
        await left.aclose()


async def test_bytes_that_are_no_tls_are_refused() -> None:
    server = Tls(node(0).identity(), [node(1).peer()])
    left, right = stream_pair()
    await right.send_all(b"GET / HTTP/1.1\r\n\r\n")

    with pytest.raises(HandshakeFailed, match="TLS handshake failed"):
        await server.accept(left)


@hypothesis.given(st.binary(max_size=200))
def test_any_bytes_end_in_a_failed_handshake(data: bytes) -> None:
    async def accept() -> None:
        left, right = stream_pair()
        await right.send_all(data)
        await right.send_eof()
        with pytest.raises(HandshakeFailed):
            await SERVER.accept(left)

    trio.run(accept)


def test_a_missing_key_file_is_a_mistake_of_the_configuration(tmp_path: Path) -> None:
    identity = replace(node(0).identity(), key_path=tmp_path / "absent.pem")

    with pytest.raises(ConfigError, match=r"absent\.pem"):
        Tls(identity, [])


@pytest.mark.parametrize("certificate", [b"", b"no certificate", bytes(5000)])
def test_a_peers_certificate_that_is_none_is_a_mistake(certificate: bytes) -> None:
    with pytest.raises(ConfigError, match=node(1).institution_id):
        Tls(node(0).identity(), [replace(node(1).peer(), certificate=certificate)])


def test_one_certificate_for_two_peers_is_a_mistake() -> None:
    twin = replace(node(2).peer(), certificate=node(1).certificate)

    with pytest.raises(ConfigError, match="same certificate"):
        Tls(node(0).identity(), [node(1).peer(), twin])
