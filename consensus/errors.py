"""Exceptions of the package: somebody must be told, nothing can go on.

Rules of this file: a misdeed of another replica is never an exception but a
:class:`consensus.faults.Fault`; our own bugs are asserts.

Source: style.md section 8.
"""


class ConsensusError(Exception):
    """Base of everything that this package raises on purpose."""


class UsageError(ConsensusError):
    """The host broke its contract (see the package docstring); a bug of the host."""


class DecodeError(ConsensusError):
    """Bytes are not the canonical form of one message or record."""


class InvalidCertificate(ConsensusError):  # noqa: N818 - the name says what is wrong
    """A certificate, seal or new view does not prove what it says."""


class RestoreError(ConsensusError):
    """The durable records contradict each other; an operator must look."""
