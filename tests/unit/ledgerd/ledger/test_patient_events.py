"""Events about keys, proxies, presence and acts for others show ids and no more."""

from typing import get_args

from ledgerd.ledger.patient_events import PatientEvent
from ledgerd.ledger.patient_operations import PatientOperation
from ledgerd.primitives.canonical import unbounded_fields


def test_every_operation_has_an_event_of_its_tag() -> None:
    tags = [type_.__struct_config__.tag for type_ in get_args(PatientEvent)]

    assert tags == [type_.__struct_config__.tag for type_ in get_args(PatientOperation)]
    assert not any(unbounded_fields(type_) for type_ in get_args(PatientEvent))
