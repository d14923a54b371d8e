"""Assisted acts: without a key, seen just now, above a limit with two keys, revocable."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger.acting_for import act_for, confirm_assisted, revoke_assisted
from ledgerd.ledger.claim_operations import DecideClaim, FileClaim, PayClaim
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.objects import ClaimState
from ledgerd.ledger.patient_objects import ActForAnother, ActState
from ledgerd.ledger.patient_operations import ActFor, ConfirmAssisted, RevokeAssisted
from ledgerd.ledger.patient_queries import act_for_of
from ledgerd.ledger.queries import bill_of, claim_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    HOSPITAL,
    HOSPITAL_2,
    INSURER,
    MEDICARE,
    MEDICARE_2,
    World,
    bill_ref,
    claim,
    key_of,
    owner_of,
)
from tests.unit.ledgerd.ledger.world_patients import (
    CARL,
    FILE_CLAIM,
    added_key,
    assisted,
    confirmed_key,
    enrol_without_device,
    presence,
    ref_by,
    without_device,
)

__all__ = ["act_for", "confirm_assisted", "revoke_assisted"]  # reached through execution
LIMIT_FEN = 10_000_00
WEEK_MS = 7 * DAY_MS
PUBLIC_FINAL_MS = 4 * DAY_MS


@pytest.fixture
def world() -> World:
    world = World()
    world.allot()
    enrol_without_device(world)
    return world


def filing(world: World, total_fen: int = LIMIT_FEN, number: int = 1) -> FileClaim:
    ref = world.bill(number, total_fen=total_fen, owner=owner_of(bill_ref(number), CARL))
    return claim((ref,), world.today, amount_fen=total_fen)


def acting(world: World, filed: FileClaim) -> ActFor:
    ref = f"presence {world.height}"
    return assisted(filed, world.must(HOSPITAL, "terminal", presence(world, ref=ref)))


def entry_of(world: World, filed: FileClaim) -> ActForAnother:
    entry = act_for_of(world, CARL, ref_by(HOSPITAL, filed.client_ref))
    assert entry is not None
    return entry


def confirming(filed: FileClaim) -> ConfirmAssisted:
    act = ref_by(HOSPITAL, filed.client_ref)
    return ConfirmAssisted(client_ref="second", account=CARL, act=act)


def revoking(filed: FileClaim) -> RevokeAssisted:
    return RevokeAssisted(client_ref="revoke", account=CARL, act=ref_by(HOSPITAL, filed.client_ref))


def test_up_to_the_limit_an_act_takes_effect_at_once(world: World) -> None:
    filed = filing(world)

    key = world.must(HOSPITAL, "clerk", acting(world, filed))

    made = claim_of(world, key)
    assert made is not None
    assert made.account == CARL
    entry = entry_of(world, filed)
    assert (entry.state, entry.operation, entry.act) == (ActState.DONE, FILE_CLAIM, b"")
    assert entry.deputy == HOSPITAL.encode()
    assert entry.made.signer == key_of(HOSPITAL, "clerk")


def test_above_the_limit_it_waits_for_another_key_of_the_institution(world: World) -> None:
    filed = filing(world, LIMIT_FEN + 1)
    world.must(HOSPITAL, "clerk", acting(world, filed))
    waiting = entry_of(world, filed)
    codes = [
        world.code(HOSPITAL, "clerk", confirming(filed)),
        world.code(HOSPITAL_2, "reviewer", confirming(filed)),
        world.code(HOSPITAL, "cashier", confirming(filed)),
    ]

    key = world.must(HOSPITAL, "reviewer", confirming(filed))

    assert waiting.state == ActState.WAITING
    assert waiting.object_key == b""
    assert codes == [Code.SAME_KEY, Code.NOT_A_PARTY, Code.ROLE_NOT_ALLOWED]
    assert claim_of(world, key) is not None
    again = replace(confirming(filed), client_ref="again")
    assert world.code(HOSPITAL, "reviewer", again) is Code.ACT_NOT_WAITING


def test_the_sum_of_all_items_counts(world: World) -> None:
    refs = tuple(
        world.bill(n, total_fen=6_000_00, owner=owner_of(bill_ref(n), CARL)) for n in (1, 2)
    )
    filed = claim(refs, world.today, amount_fen=6_000_00)
    world.must(HOSPITAL, "clerk", acting(world, filed))

    assert entry_of(world, filed).state == ActState.WAITING


def test_the_guards_are_asked_again_when_it_is_confirmed(world: World) -> None:
    filed = filing(world, LIMIT_FEN + 1)
    world.must(HOSPITAL, "clerk", acting(world, filed))
    world.time_ms += 60 * DAY_MS

    assert world.code(HOSPITAL, "reviewer", confirming(filed)) is Code.BAD_DATE


def test_the_account_is_confirmed_and_has_no_key_in_force(world: World) -> None:
    world.enrol(ANNA)
    seen = world.must(HOSPITAL, "terminal", presence(world, ANNA))
    filed = claim((world.bill(1),), world.today)
    held = world.code(HOSPITAL, "clerk", assisted(filed, seen, ANNA))
    other = b"dora".ljust(16, b"\0")
    world.must(HOSPITAL, "clerk", without_device(other))
    unconfirmed = world.code(HOSPITAL, "clerk", assisted(filed, seen, other))

    assert held is Code.ACCOUNT_HAS_KEY
    assert unconfirmed is Code.ACCOUNT_NOT_CONFIRMED
    nobody = assisted(filed, seen, b"nobody".ljust(16))
    assert world.code(HOSPITAL, "clerk", nobody) is Code.NOT_FOUND


def test_a_key_that_waits_is_no_reason_against_assistance(world: World) -> None:
    world.must(HOSPITAL, "clerk", added_key(CARL))

    assert world.code(HOSPITAL, "clerk", acting(world, filing(world))) is Code.OK


def test_an_act_is_a_well_formed_operation_under_the_same_ref(world: World) -> None:
    act = acting(world, filing(world))

    other_ref = world.code(HOSPITAL, "clerk", replace(act, client_ref="another"))
    no_operation = world.code(HOSPITAL, "clerk", replace(act, act=b"\x00"))

    assert other_ref is no_operation is Code.MALFORMED


def test_patients_assist_nobody(world: World) -> None:
    world.enrol(ANNA)

    assert world.code(ANNA, "device", acting(world, filing(world))) is Code.NOT_A_PARTY


def test_what_waits_and_is_revoked_never_takes_effect(world: World) -> None:
    filed = filing(world, LIMIT_FEN + 1)
    world.must(HOSPITAL, "clerk", acting(world, filed))

    world.must(HOSPITAL, "clerk", revoking(filed))

    entry = entry_of(world, filed)
    assert (entry.state, entry.is_undone, entry.act) == (ActState.REVOKED, True, b"")
    assert world.code(HOSPITAL, "reviewer", confirming(filed)) is Code.ACT_REVOKED
    again = replace(revoking(filed), client_ref="again")
    assert world.code(HOSPITAL, "clerk", again) is Code.ACT_REVOKED


@pytest.mark.parametrize("decide", [False, True])
def test_a_claim_that_is_filed_or_decided_ends_and_frees_its_reservation(
    world: World, decide: bool
) -> None:
    filed = filing(world)
    key = world.must(HOSPITAL, "clerk", acting(world, filed))
    if decide:
        world.time_ms += PUBLIC_FINAL_MS
        decision = DecideClaim(client_ref="d", claim=key, amounts=(LIMIT_FEN,))
        world.must(INSURER, "reviewer", decision)

    world.must(HOSPITAL, "clerk", revoking(filed))

    ended, bill = claim_of(world, key), bill_of(world, bill_ref(1))
    assert ended is not None
    assert bill is not None
    assert ended.state == ClaimState.WITHDRAWN
    assert bill.payers[0].reserved_fen == 0
    assert entry_of(world, filed).is_undone


def test_what_is_paid_stays_and_the_event_says_so(world: World) -> None:
    filed = filing(world)
    key = world.must(HOSPITAL, "clerk", acting(world, filed))
    world.time_ms += PUBLIC_FINAL_MS
    decision = DecideClaim(client_ref="d", claim=key, amounts=(LIMIT_FEN,))
    world.must(INSURER, "reviewer", decision)
    paid = PayClaim(client_ref="p", claim=key, amount_fen=LIMIT_FEN)
    world.must(INSURER, "cashier", paid)

    (receipt,) = world.run(HOSPITAL, "clerk", revoking(filed))

    assert receipt.code is Code.OK
    (event,) = receipt.events
    assert (event.object_key, event.is_undone) == (key, False)
    ended = claim_of(world, key)
    assert ended is not None
    assert ended.state == ClaimState.PAID


def test_the_account_the_registrar_and_who_acted_revoke_within_a_week(world: World) -> None:
    filed = filing(world)
    world.must(HOSPITAL, "clerk", acting(world, filed))
    revoked = revoking(filed)
    world.must(HOSPITAL, "clerk", added_key(CARL))
    confirmed = replace(confirmed_key(HOSPITAL), account=CARL)
    world.must(MEDICARE, "reviewer", confirmed)
    early = world.code(CARL, "second", revoked)
    foreign = [world.code(who, "clerk", revoked) for who in (HOSPITAL_2, MEDICARE_2)]
    world.time_ms += 4 * DAY_MS

    assert early is Code.KEY_WAITING
    assert foreign == [Code.NOT_A_PARTY] * 2
    assert world.code(CARL, "second", revoked) is Code.OK


def test_the_registrar_revokes(world: World) -> None:
    filed = filing(world)
    world.must(HOSPITAL, "clerk", acting(world, filed))

    assert world.code(MEDICARE, "clerk", revoking(filed)) is Code.OK


def test_after_a_week_nothing_is_revoked(world: World) -> None:
    filed = filing(world)
    world.must(HOSPITAL, "clerk", acting(world, filed))
    world.time_ms += WEEK_MS

    assert world.code(HOSPITAL, "clerk", revoking(filed)) is Code.REVOCATION_OVER


def test_only_assisted_acts_that_exist_are_revoked_or_confirmed(world: World) -> None:
    nothing = bytes(16)
    revoked = RevokeAssisted(client_ref="r", account=CARL, act=nothing)
    confirmed = ConfirmAssisted(client_ref="c", account=CARL, act=nothing)

    assert world.code(HOSPITAL, "clerk", revoked) is Code.NOT_FOUND
    assert world.code(HOSPITAL, "reviewer", confirmed) is Code.NOT_FOUND


def test_a_replayed_act_names_what_it_made_and_changes_nothing(world: World) -> None:
    filed = filing(world)
    act = acting(world, filed)
    key = world.must(HOSPITAL, "clerk", act)
    world.time_ms += 100 * WEEK_MS

    (receipt,) = world.run(HOSPITAL, "clerk", act)

    assert (receipt.code, receipt.object_key) == (Code.REPEATED, key)
    assert world.changed == {}


def test_another_act_under_the_same_ref_is_a_conflict(world: World) -> None:
    first = filing(world)
    world.must(HOSPITAL, "clerk", acting(world, first))
    other = replace(filing(world, 1_00, 2), client_ref=first.client_ref)

    code = world.code(HOSPITAL, "clerk", acting(world, other))

    assert code is Code.CONFLICTING_CLIENT_REF
