"""The part of the story about keys, proxies, presence and acts for others."""

from typing import Protocol

from ledgerd.ledger.claim_operations import GrantAccess
from ledgerd.ledger.days import DAY_MS
from ledgerd.ledger.fields import Purpose
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.patient_operations import (
    ConfirmAssisted,
    RefuseKey,
    RevokeAssisted,
    RevokePatientKey,
    RevokeProxy,
)
from tests.unit.ledgerd.ledger.world import (
    ANNA,
    BERT,
    HOSPITAL,
    INSURER,
    MEDICARE,
    World,
    bill_ref,
    claim,
    confirmation,
    enrolment,
    owner_of,
    salt_of,
)
from tests.unit.ledgerd.ledger.world_patients import (
    CARL,
    added_key,
    assisted,
    by_proxy,
    confirmed_key,
    presence,
    proxy,
    ref_by,
    without_device,
)

CHANGED_KEYS = {
    "AddPatientKey": {2},
    "RevokePatientKey": {2},
    "AuthoriseProxy": {1},
    "RevokeProxy": {1},
    "AttestPresence": {1},
    "RefuseKey": {2},
    "ActFor": {2},
    "RevokeAssisted": {3},
    "ConfirmAssisted": {3},
    "ConfirmPatientKey": {2},
}


class Teller(Protocol):
    """Who runs the operations of a story."""

    world: World

    def act(self, who: str | bytes, role: str, operation: Operation) -> bytes: ...


def tell_of_patients(story: Teller) -> None:
    """Tell of a second and a third key, of a proxy, and of an assisted act."""
    _keys(story)
    _proxy(story)
    _assisted(story)


def _keys(story: Teller) -> None:
    story.act(HOSPITAL, "clerk", added_key())
    story.act(MEDICARE, "reviewer", confirmed_key(HOSPITAL))
    story.act(HOSPITAL, "clerk", added_key(name="third"))
    third = ref_by(HOSPITAL, "add third")
    story.act(ANNA, "device", RefuseKey(client_ref="no", account=ANNA, key=third))
    second = ref_by(HOSPITAL, "add second")
    story.act(ANNA, "device", RevokePatientKey(client_ref="gone", account=ANNA, key=second))


def _proxy(story: Teller) -> None:
    story.act(HOSPITAL, "clerk", enrolment(BERT))
    story.act(MEDICARE, "reviewer", confirmation(BERT))
    story.act(ANNA, "device", proxy(story.world))
    ref = bill_ref(1)
    grant = GrantAccess(
        client_ref="by proxy",
        bill=ref,
        salt=salt_of(ref),
        reader=INSURER,
        parts=1,
        purpose=Purpose.CLAIM,
        until_ms=story.world.time_ms + DAY_MS,
    )
    story.act(BERT, "device", by_proxy(grant))
    ended = RevokeProxy(client_ref="end", account=ANNA, proxy=ref_by(ANNA, "proxy"))
    story.act(ANNA, "device", ended)


def _assisted(story: Teller) -> None:
    world = story.world
    story.act(HOSPITAL, "clerk", without_device())
    story.act(MEDICARE, "reviewer", confirmation(CARL))
    ref = world.bill(900, total_fen=20_000_00, owner=owner_of(bill_ref(900), CARL))
    seen = story.act(HOSPITAL, "terminal", presence(world))
    filed = claim((ref,), world.today, INSURER, amount_fen=20_000_00)
    story.act(HOSPITAL, "clerk", assisted(filed, seen))
    act = ref_by(HOSPITAL, filed.client_ref)
    confirmed = ConfirmAssisted(client_ref="second key", account=CARL, act=act)
    story.act(HOSPITAL, "reviewer", confirmed)
    story.act(HOSPITAL, "clerk", RevokeAssisted(client_ref="back", account=CARL, act=act))
