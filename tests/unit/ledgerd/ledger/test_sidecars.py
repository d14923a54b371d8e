"""Which sidecars operations name."""

from ledgerd.ledger.operations import encode_operation, operation_name
from ledgerd.ledger.sidecars import sidecars_named, sidecars_of
from tests.unit.ledgerd.ledger.samples import SAMPLES
from tests.unit.ledgerd.ledger.world import sealed_parts, sidecar


def test_sealed_things_are_sidecars_named_by_their_hash() -> None:
    named = {operation_name(sample): sidecars_named(sample) for sample in SAMPLES}

    assert {name: names for name, names in named.items() if names} == {
        "IssueBill": (sealed_parts("bill 1").sidecar,),
        "ReverseBill": (sealed_parts("red").sidecar,),
        "EnrolPatient": (sidecar("record"),),
        "DeliverKey": (sidecar("document"),),
        "DecideClaim": (sidecar("reasons"),),
        "EnterBill": (sidecar("unit"),),
    }


def test_a_transaction_names_each_sidecar_once_and_skips_what_is_no_operation() -> None:
    operations = tuple(encode_operation(sample) for sample in SAMPLES)

    named = sidecars_of((b"\x00", *operations, *operations))

    assert len(named) == 6
    assert named[0] == sealed_parts("bill 1").sidecar
