"""Every exception of the package has one base."""

import pytest

from consensus import (
    ConsensusError,
    DecodeError,
    InvalidCertificate,
    RestoreError,
    UsageError,
)


@pytest.mark.parametrize("leaf", [DecodeError, InvalidCertificate, RestoreError, UsageError])
def test_every_exception_is_a_consensus_error(leaf: type[Exception]) -> None:
    assert issubclass(leaf, ConsensusError)
