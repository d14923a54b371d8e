"""Traces of operations on keys, proxies, presence and acts for others."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger.operations import operation_name
from ledgerd.ledger.patient_operations import PatientOperation
from ledgerd.ledger.patient_traces import FINDERS
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger.samples import SAMPLES
from tests.unit.ledgerd.ledger.samples_patients import PATIENT_SAMPLES
from tests.unit.ledgerd.ledger.world import ANNA, BERT, HOSPITAL, World, hash_of
from tests.unit.ledgerd.ledger.world_patients import added_key, presence, proxy

NO_TEXT = b"\xff\xfe" * 8  # an account id is random bytes, not letters


def test_every_operation_has_a_finder() -> None:
    assert set(FINDERS) == {type(sample) for sample in PATIENT_SAMPLES}


@pytest.mark.parametrize("sample", PATIENT_SAMPLES, ids=operation_name)
def test_nothing_is_repeated_in_an_empty_ledger(sample: PatientOperation) -> None:
    codes = {World().code(who, role, sample) for who, role in ((HOSPITAL, "clerk"), (ANNA, "x"))}

    assert Code.REPEATED not in codes


@pytest.mark.parametrize("sample", SAMPLES, ids=operation_name)
def test_an_account_whose_id_is_no_text_may_send_anything(sample) -> None:
    """Anybody can name such an author: the search for an institution's trace ended the node."""
    assert World().code(NO_TEXT, "device", sample) is Code.UNKNOWN_AUTHOR


def test_other_operations_under_a_used_ref_are_conflicts() -> None:
    world = World()
    world.enrol(ANNA)
    world.enrol(BERT)
    world.must(ANNA, "device", added_key())
    world.must(ANNA, "device", proxy(world))
    world.must(HOSPITAL, "terminal", presence(world, ANNA))

    codes = {
        world.code(ANNA, "device", replace(added_key(), sealing_key=hash_of("other"))),
        world.code(ANNA, "device", proxy(world, scope=(43,))),
        world.code(HOSPITAL, "terminal", presence(world, None)),
    }

    assert codes == {Code.CONFLICTING_CLIENT_REF}
