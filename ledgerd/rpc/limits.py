"""What one client may cost: sizes, times, connections."""

from dataclasses import dataclass

KIB = 1 << 10
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the RPC server.

    Attributes:
        header_bytes_max: request line and headers; ours have a few hundred bytes.
        header_s: a slow sender of headers is cut after it.
        body_s: the same for the body: 4 MiB in 30 s is slower than any hospital's network.
        idle_s: a kept-alive connection without a request ends after it.
        send_s: a reader that takes nothing for so long is cut.
        linger_s: how long a client that was refused may go on sending. Whoever is cut while it
            sends may lose the refusal, and then cannot tell it from an unknown outcome.
        calls_max: calls of one WebSocket that run at the same time.
    """

    header_bytes_max: int = 16 * KIB
    body_bytes_max: int = 4 * MIB
    header_s: float = 10.0
    body_s: float = 30.0
    idle_s: float = 120.0
    send_s: float = 20.0
    linger_s: float = 2.0
    connections_max: int = 256
    calls_max: int = 16
