"""Ranges of the fields of operations on keys, proxies, presence and acts for others."""

import pytest
from msgspec.structs import replace

from ledgerd.errors import DecodeError
from ledgerd.ledger.operations import decode_operation, encode_operation
from ledgerd.ledger.patient_fields import ACT_BYTES_MAX, ProxyMandate
from ledgerd.ledger.patient_operations import ActFor
from tests.unit.ledgerd.ledger.world import ANNA, World, bill_ref
from tests.unit.ledgerd.ledger.world_patients import added_key, presence, proxy

LONG = ActFor(
    client_ref="x" * 64, account=ANNA, mandate=ProxyMandate(bytes(16)), act=bytes(ACT_BYTES_MAX)
)


@pytest.mark.parametrize(
    "bad",
    [
        replace(added_key(), device_key=bytes(31)),
        replace(added_key(), device_key=bytes(34)),
        replace(added_key(), sealing_key=bytes(33)),
        replace(proxy(World()), scope=()),
        replace(proxy(World()), scope=tuple(range(17))),
        replace(proxy(World()), scope=(256,)),
        replace(proxy(World()), bills=(bill_ref(1),) * 17),
        replace(presence(World()), check=0),
        replace(presence(World()), check=4),
        replace(LONG, act=b""),
        replace(LONG, act=bytes(ACT_BYTES_MAX + 1)),
    ],
    ids=range(11),
)
def test_what_is_out_of_range_is_no_operation(bad) -> None:
    with pytest.raises(DecodeError):
        decode_operation(encode_operation(bad))


def test_the_longest_act_fits_into_an_operation() -> None:
    assert decode_operation(encode_operation(LONG)) == LONG
