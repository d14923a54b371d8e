"""Steps that are taken more than once are recognised among all that an object remembers."""

from ledgerd.ledger.claim_operations import DecideClaim, PayClaim
from ledgerd.ledger.operations import Operation, decode_operation
from ledgerd.ledger.redress_traces import FINDERS
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger import world_redress as w
from tests.unit.ledgerd.ledger.samples import SAMPLES
from tests.unit.ledgerd.ledger.story import told_story
from tests.unit.ledgerd.ledger.world import ANNA, MEDICARE, World, claim


def operations_told() -> list[tuple[int, Operation]]:
    done = told_story().world.done
    return [(place, decode_operation(t.operations[0])) for place, t in enumerate(done)]


def test_both_decisions_and_payments_of_an_appealed_claim_are_recognised() -> None:
    told = told_story().world
    places = [
        place
        for place, op in operations_told()
        if isinstance(op, DecideClaim | PayClaim) and op.client_ref in ("d 1", "d 2", "p 1", "p 2")
    ]

    codes = [told.execute(told.done[place])[0][0].code for place in places]

    assert codes == [Code.REPEATED] * 4


def test_another_alert_case_or_application_under_the_same_ref_is_a_conflict() -> None:
    world = World()
    world.allot()
    world.enrol()
    ref = world.bill(1)
    world.must(MEDICARE, "office", w.alert(world.today))
    world.must(MEDICARE, "reviewer", w.open_case(MEDICARE, world.today))
    world.must(ANNA, "device", w.application((ref,), world.today))

    others = (
        world.code(MEDICARE, "office", w.alert(world.today).__class__(
            client_ref="alert", date=world.today, rule="other", result=1,
            evidence=w.alert(world.today).evidence)),
        world.code(MEDICARE, "reviewer", w.open_case(MEDICARE, world.today, ref)),
        world.code(ANNA, "device", w.application((ref,), world.today, amount_fen=1)),
    )  # fmt: skip

    assert others == (Code.CONFLICTING_CLIENT_REF,) * 3


def test_a_patient_who_raises_an_alert_or_opens_a_case_left_no_trace() -> None:
    world = World()
    world.enrol()

    alert = world.code(ANNA, "device", w.alert(world.today))
    case = world.code(ANNA, "device", w.open_case(MEDICARE, world.today))

    assert alert is Code.KIND_NOT_ALLOWED
    assert case is Code.KIND_NOT_ALLOWED


def test_nothing_is_found_where_there_is_nothing() -> None:
    world = World()
    world.enrol()
    found = {
        world.run(who, role, sample)[0].code
        for sample in SAMPLES
        if type(sample) in FINDERS
        for who, role in ((ANNA, "device"), (MEDICARE, "reviewer"))
    }

    assert Code.REPEATED not in found
    assert world.code(ANNA, "device", claim((), world.today)) is Code.MALFORMED
