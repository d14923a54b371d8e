"""Every exception that ledgerd raises on purpose.

Rules of this file: one channel per kind of failure (style.md). Peers' misdeeds are values,
own bugs are asserts; what stands here is a failure of the world, a mistake of a user, or input
that is not what it claims to be. No message carries personal data: messages name fields, lengths
and limits, never contents.
"""

import enum


class LedgerdError(Exception):
    """Base of all errors of the daemon and its tools."""


class ConfigError(LedgerdError):
    """A configuration is wrong; says file, key, what was found, what is allowed. Exit 78."""


class StorageError(LedgerdError):
    """The disk did not do what it promised. Always fatal: the process ends, restart recovers."""


class StorageCorrupted(StorageError):  # noqa: N818
    """Something was read that is not what was written."""


class StorageUnavailable(StorageError):  # noqa: N818
    """The system did not let us read: no right, no descriptor, no memory, a read error.

    Says nothing about what is stored, so nothing that is stored may be given up for it.
    """


class StorageWriteFailed(StorageError):  # noqa: N818
    """A write or sync was refused, or its outcome is unknown."""


class LinkError(LedgerdError):
    """One link to one peer failed; only this link is closed."""


class HandshakeFailed(LinkError):  # noqa: N818
    """The other side is not who it should be, or belongs to another chain."""


class FrameTooLarge(LinkError):  # noqa: N818
    """A frame announces more bytes than its type may have."""


class PeerClosed(LinkError):  # noqa: N818
    """The other side closed the link between two frames."""


class PeerBroken(LinkError):  # noqa: N818
    """The other side sent something that no correct peer sends."""


class DecodeError(LedgerdError):
    """Bytes are not the canonical encoding of the expected type."""


class VerificationFailed(LedgerdError):  # noqa: N818
    """A signature, seal, proof, commitment or sealed part does not hold."""


class ProofStale(LedgerdError):  # noqa: N818
    """A proof holds, but is older than the reader accepts. Exit 8, ``STALE``."""


class TransactionRejected(LedgerdError):  # noqa: N818
    """The rules refuse a transaction.

    Attributes:
        code: a member of the published reject codes (an enum of the rules, stable).
    """

    def __init__(self, code: enum.IntEnum, detail: str = "") -> None:
        self.code = code
        super().__init__(f"{code.name}: {detail}" if detail else code.name)


class RpcError(LedgerdError):
    """A request cannot be answered; becomes a JSON-RPC error object.

    Attributes:
        code: the published JSON-RPC error code.
    """

    def __init__(self, code: int, message: str) -> None:
        self.code = code
        super().__init__(message)
