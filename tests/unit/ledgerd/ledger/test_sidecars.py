"""Which sidecars operations name."""

from ledgerd.ledger.fields import SealedDocument, SealedParts, SidecarName
from ledgerd.ledger.operations import operation_name
from ledgerd.ledger.sidecars import sidecars_named, sidecars_of
from tests.unit.ledgerd.ledger.samples import SAMPLES
from tests.unit.ledgerd.ledger.world import sealed_parts, sidecar


def names_in(value: object) -> list[SidecarName]:
    """Find the names in a body by the types of its fields, the slow and obvious way."""
    if isinstance(value, SidecarName):
        return [value]
    if isinstance(value, SealedDocument | SealedParts):
        return [value.sidecar]
    if isinstance(value, tuple):
        return [name for item in value for name in names_in(item)]
    return []


def test_sealed_things_are_sidecars_named_by_their_hash() -> None:
    named = {operation_name(sample): sidecars_named(sample) for sample in SAMPLES}

    assert named["IssueBill"] == (sealed_parts("bill 1").sidecar,)
    assert named["ReverseBill"] == (sealed_parts("red").sidecar,)
    assert named["EnrolPatient"] == (sidecar("record"),)
    assert named["DeliverKey"] == (sidecar("document"),)
    assert named["DecideClaim"] == (sidecar("reasons"),)


def test_every_sealed_field_of_every_body_is_named() -> None:
    found = {
        operation_name(sample): tuple(
            name for field in sample.__struct_fields__ for name in names_in(getattr(sample, field))
        )
        for sample in SAMPLES
        if operation_name(sample) != "ActFor"  # names what is in the act inside it
    }

    assert found == {
        name: sidecars_named(s) for s in SAMPLES if (name := operation_name(s)) in found
    }


def test_a_transaction_names_each_sidecar_once_and_skips_what_is_no_operation() -> None:
    named = sidecars_of((None, *SAMPLES, *SAMPLES))

    assert len(named) == len(set(named)) > 5
    assert named[0] == sealed_parts("bill 1").sidecar
