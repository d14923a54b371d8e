"""The default limits hang together."""

from ledgerd.rpc.fields import HexBytes
from ledgerd.rpc.limits import Limits


def test_the_longest_parameter_fits_into_a_body() -> None:
    (meta,) = HexBytes.__metadata__

    assert meta.max_length is not None
    assert meta.max_length < Limits().body_bytes_max
