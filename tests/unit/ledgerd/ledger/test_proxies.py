"""Proxies: in scope, on their bills, until their end, and no longer."""

import pytest
from msgspec.structs import replace

from ledgerd.ledger.claim_operations import GrantAccess, ReleaseExpired, WithdrawClaim
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import BillRef, Purpose
from ledgerd.ledger.patient_operations import RevokeProxy
from ledgerd.ledger.patient_queries import act_for_of, proxy_of
from ledgerd.ledger.proxies import bills_named, require_proxy
from ledgerd.ledger.queries import claim_of
from ledgerd.ledger.reject_codes import RejectCode as Code
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    BERT,
    HOSPITAL,
    INSURER,
    INSURER_2,
    MEDICARE,
    MEDICARE_2,
    World,
    bill_ref,
    claim,
    enrolment,
    owner_of,
    salt_of,
)
from tests.unit.ledgerd.ledger.world_patients import (
    CARL,
    FILE_CLAIM,
    GRANT_ACCESS,
    WITHDRAW_CLAIM,
    added_key,
    by_proxy,
    enrol_without_device,
    proxy,
    ref_by,
)

__all__ = ["require_proxy"]  # reached through execution
PROXY = ref_by(ANNA, "proxy")
ENDED = RevokeProxy(client_ref="end", account=ANNA, proxy=PROXY)


@pytest.fixture
def world() -> World:
    world = World()
    world.allot()
    world.enrol(ANNA)
    world.enrol(BERT)
    return world


def granting(world: World, ref: BillRef) -> GrantAccess:
    return GrantAccess(
        client_ref="grant",
        bill=ref,
        salt=salt_of(ref),
        reader=INSURER,
        parts=1,
        purpose=Purpose.CLAIM,
        until_ms=world.time_ms + DAY_MS,
    )


def test_a_proxy_files_a_claim_as_if_the_account_had(world: World) -> None:
    filed = claim((world.bill(1),), world.today)
    world.must(ANNA, "device", proxy(world))

    key = world.must(BERT, "device", by_proxy(filed))

    made = claim_of(world, key)
    assert made is not None
    assert made.account == ANNA
    assert world.code(ANNA, "device", filed) is Code.REPEATED
    entry = act_for_of(world, ANNA, ref_by(BERT, filed.client_ref))
    assert entry is not None
    assert (entry.deputy, entry.operation, entry.object_key) == (BERT, FILE_CLAIM, key)


def test_what_is_in_force_already_is_not_done_for_others_again(world: World) -> None:
    filed = claim((world.bill(1),), world.today)
    world.must(ANNA, "device", proxy(world))
    world.must(ANNA, "device", filed)

    assert world.code(BERT, "device", by_proxy(filed)) is Code.ACT_IN_FORCE


def test_the_guards_of_the_act_hold_for_the_proxy(world: World) -> None:
    unpaid = claim((world.issued(1),), world.today)
    foreign = claim((world.bill(2, owner=owner_of(bill_ref(2), BERT)),), world.today)
    world.must(ANNA, "device", proxy(world))

    assert world.code(BERT, "device", by_proxy(unpaid)) is Code.NOT_SUPERVISED
    assert world.code(BERT, "device", by_proxy(foreign)) is Code.NOT_THE_OWNER


def test_only_the_holder_acts(world: World) -> None:
    act = by_proxy(claim((world.bill(1),), world.today))
    world.must(ANNA, "device", proxy(world, holder=BERT))

    assert world.code(ANNA, "device", act) is Code.NOT_A_PARTY
    assert world.code(HOSPITAL, "clerk", act) is Code.NOT_A_PARTY
    assert world.code(MEDICARE, "reviewer", act) is Code.ROLE_NOT_ALLOWED
    assert world.code(BERT, "device", act) is Code.OK


def test_a_waiting_key_of_the_holder_does_not_act(world: World) -> None:
    act = by_proxy(claim((world.bill(1),), world.today))
    world.must(ANNA, "device", proxy(world))
    world.must(HOSPITAL, "clerk", added_key(BERT))

    assert world.code(BERT, "second", act) is Code.KEY_WAITING


def test_a_proxy_acts_within_its_scope(world: World) -> None:
    ref = world.bill(1)
    filed = world.must(ANNA, "device", claim((ref,), world.today))
    world.must(ANNA, "device", proxy(world, scope=(WITHDRAW_CLAIM,)))
    withdrawal = WithdrawClaim(client_ref="w", claim=filed)

    assert world.code(BERT, "device", by_proxy(granting(world, ref))) is Code.OUT_OF_SCOPE
    assert world.code(BERT, "device", by_proxy(withdrawal)) is Code.OK


def test_a_proxy_may_be_limited_to_bills_named_directly_or_through_a_claim(world: World) -> None:
    one, two = world.bill(1), world.bill(2)
    filed = world.must(ANNA, "device", claim((two,), world.today))
    world.must(ANNA, "device", proxy(world, bills=(one,)))
    withdrawal = WithdrawClaim(client_ref="w", claim=filed)
    both = claim((one, two), world.today, INSURER_2)

    assert world.code(BERT, "device", by_proxy(granting(world, two))) is Code.OUT_OF_SCOPE
    assert world.code(BERT, "device", by_proxy(both)) is Code.OUT_OF_SCOPE
    assert world.code(BERT, "device", by_proxy(withdrawal)) is Code.OUT_OF_SCOPE
    assert world.code(BERT, "device", by_proxy(granting(world, one))) is Code.OK
    assert list(bills_named(world, withdrawal)) == [two]
    nameless = replace(withdrawal, claim=bytes(39))
    assert world.code(BERT, "device", by_proxy(nameless)) is Code.OUT_OF_SCOPE


def test_a_proxy_ends_by_time(world: World) -> None:
    ref = world.bill(1)
    world.must(ANNA, "device", proxy(world, until_ms=world.time_ms + DAY_MS))
    world.time_ms += DAY_MS

    late = claim((ref,), world.today)
    assert world.code(BERT, "device", by_proxy(late)) is Code.PROXY_OVER


@pytest.mark.parametrize(
    "who", [(ANNA, "device"), (MEDICARE, "reviewer")], ids=["account", "guard"]
)
def test_a_proxy_ends_by_revocation(world: World, who: tuple[str | bytes, str]) -> None:
    act = by_proxy(claim((world.bill(1),), world.today))
    world.must(ANNA, "device", proxy(world))
    world.must(*who, ENDED)

    assert world.code(BERT, "device", act) is Code.PROXY_OVER
    assert world.code(*who, replace(ENDED, client_ref="again")) is Code.PROXY_OVER


def test_a_guardian_authorises_for_a_person_without_a_key(world: World) -> None:
    enrol_without_device(world)
    given = proxy(world, account=CARL)

    assert world.code(MEDICARE_2, "reviewer", given) is Code.NOT_A_PARTY
    assert world.code(BERT, "device", given) is Code.NOT_A_PARTY
    world.must(MEDICARE, "reviewer", given)
    made = proxy_of(world, CARL, ref_by(MEDICARE, "proxy"))
    assert made is not None
    assert made.holder == BERT


def test_a_scope_is_ascending_and_holds_what_may_be_done_for_others(world: World) -> None:
    codes = {
        name: world.code(ANNA, "device", proxy(world, scope=scope))
        for name, scope in {
            "descending": (FILE_CLAIM, GRANT_ACCESS),
            "twice": (FILE_CLAIM, FILE_CLAIM),
            "a key": (34,),
            "an act inside an act": (76,),
            "no operation": (255,),
            "nothing": (),
        }.items()
    }

    assert codes == {
        "descending": Code.DUPLICATE_ITEM,
        "twice": Code.DUPLICATE_ITEM,
        "a key": Code.NOT_FOR_OTHERS,
        "an act inside an act": Code.NOT_FOR_OTHERS,
        "no operation": Code.NOT_FOR_OTHERS,
        "nothing": Code.MALFORMED,
    }


def test_what_nobody_does_for_others_is_refused_before_the_scope_is_asked(world: World) -> None:
    world.must(ANNA, "device", proxy(world))
    inner = ReleaseExpired(client_ref="r", claim=bytes(39))

    assert world.code(BERT, "device", by_proxy(inner)) is Code.NOT_FOR_OTHERS
    nested = by_proxy(by_proxy(inner))
    assert world.code(BERT, "device", nested) is Code.NOT_FOR_OTHERS


def test_both_accounts_are_confirmed_and_different_and_the_end_is_ahead(world: World) -> None:
    world.must(HOSPITAL, "clerk", enrolment(CARL))

    codes = [
        world.code(ANNA, "device", proxy(world, **changes))
        for changes in (
            {"holder": CARL},
            {"holder": ANNA},
            {"holder": bytes(16)},
            {"until_ms": world.time_ms},
        )
    ]
    unconfirmed = world.code(MEDICARE, "reviewer", proxy(world, account=CARL))

    expected = [Code.ACCOUNT_NOT_CONFIRMED, Code.DUPLICATE_ITEM, Code.NOT_FOUND, Code.PROXY_OVER]
    assert codes == expected
    assert unconfirmed is Code.ACCOUNT_NOT_CONFIRMED
    assert world.code(ANNA, "device", ENDED) is Code.NOT_FOUND
