"""TLS 1.3 with pinned certificates: who may be at the other end of a secured stream.

Rules: no certificate authority, no name, no date decides; the only question is whether the bytes of
the certificate are the pinned ones. OpenSSL alone would also accept a certificate that a pinned one
issued, therefore the comparison. Source: architecture.md section 5.
"""

import ssl
from collections.abc import Sequence
from typing import Final

import trio

from ledgerd.errors import ConfigError, HandshakeFailed, PeerClosed
from ledgerd.network.eager_socket import eager
from ledgerd.network.secured_stream import SecuredStream
from ledgerd.network.settings import NetworkIdentity, Peer
from ledgerd.network.wire import link_errors

_CERTIFICATE_BYTES_MAX: Final = 4096  # ours have about 350; a pinned one above this is a mistake


class Tls:
    """Turns plain streams into secured ones whose other end is a known peer."""

    def __init__(self, identity: NetworkIdentity, peers: Sequence[Peer]) -> None:
        """Load the own key and the pinned certificates.

        Raises:
            ConfigError: a file or a pinned certificate cannot be used, or one is pinned twice.
        """
        self._peer_id_of = {peer.certificate: peer.institution_id for peer in peers}
        if len(self._peer_id_of) != len(peers):
            raise ConfigError("two peers have the same certificate")
        self._server = _context(ssl.PROTOCOL_TLS_SERVER, identity, peers)
        self._client = _context(ssl.PROTOCOL_TLS_CLIENT, identity, peers)

    async def accept(self, stream: trio.abc.Stream) -> tuple[SecuredStream, str]:
        """Secure an inbound stream; return it with the institution id of who is at the other end.

        Raises:
            HandshakeFailed: no TLS 1.3, or a certificate that is nobody's pinned one.
        """
        secured = SecuredStream(eager(stream), self._server, server_side=True)
        certificate = await _exchange(secured)
        peer_id = self._peer_id_of.get(certificate)
        if peer_id is None:
            raise HandshakeFailed("the certificate is not a pinned one")
        return secured, peer_id

    async def connect(self, stream: trio.abc.Stream, peer: Peer) -> SecuredStream:
        """Secure an outbound stream to ``peer``.

        Raises:
            HandshakeFailed: no TLS 1.3, or another certificate than the peer's pinned one.
        """
        secured = SecuredStream(eager(stream), self._client)
        if await _exchange(secured) != peer.certificate:
            raise HandshakeFailed("the certificate is not the pinned one of this peer")
        return secured


async def _exchange(secured: SecuredStream) -> bytes:
    """Do the TLS handshake and return the other side's certificate as DER."""
    try:
        with link_errors("TLS handshake"):
            await secured.do_handshake()
    except PeerClosed as error:
        raise HandshakeFailed(str(error)) from error
    certificate = secured.certificate()
    if certificate is None:
        raise HandshakeFailed("no certificate was shown")
    return certificate


def _context(protocol: int, identity: NetworkIdentity, peers: Sequence[Peer]) -> ssl.SSLContext:
    context = ssl.SSLContext(protocol)
    context.check_hostname = False
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    # Some releases of Python (3.11.2 is one) set it: a cut connection would look like a goodbye.
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    if protocol == ssl.PROTOCOL_TLS_SERVER:
        context.num_tickets = 0  # no resumption: every link is a full handshake
    try:
        context.load_cert_chain(identity.certificate_path, identity.key_path)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"{identity.certificate_path}, {identity.key_path}: expected a certificate and its "
            f"key in PEM, found {type(error).__name__}"
        ) from error
    for peer in peers:
        _pin(context, peer)
    return context


def _pin(context: ssl.SSLContext, peer: Peer) -> None:
    """Trust one certificate."""
    if len(peer.certificate) > _CERTIFICATE_BYTES_MAX:
        raise ConfigError(
            f"{peer.institution_id}: certificate above {_CERTIFICATE_BYTES_MAX} bytes"
        )
    try:
        context.load_verify_locations(cadata=peer.certificate)
    except (ValueError, ssl.SSLError) as error:
        raise ConfigError(f"{peer.institution_id}: expected one certificate in DER") from error
