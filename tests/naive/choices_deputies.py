"""What random proxies and clerks do for somebody else."""

from typing import Any

from ledgerd.ledger.operations import decode_operation, encode_operation
from ledgerd.ledger.patient_fields import AssistedMandate, ProxyMandate
from ledgerd.ledger.patient_operations import ActFor, ConfirmAssisted, RevokeAssisted
from tests.naive.choices_axes import grant_access
from tests.naive.choices_claims import file_claim, withdraw_claim
from tests.naive.choices_keys import guardian
from tests.naive.choosing import Chooser, Drawn, choice
from tests.naive.world import Hand
from tests.unit.ledgerd.ledger.world import document

INNER = (file_claim, file_claim, grant_access, withdraw_claim)


def _inner(g: Chooser, account: bytes) -> Any:
    """Draw a patient's operation, mostly one of this account."""
    drawn = None
    for _ in range(12):
        drawn = g.pick(INNER)(g)
        if drawn is not None and drawn[0].author == account:
            break
    return None if drawn is None else drawn[1]


def _done_by(g: Chooser, account: bytes) -> Any:
    """Draw what an account has done itself: it is in force already."""
    done = g.model.state.done
    own = [decode_operation(its.data) for trace, its in done.items() if trace[1] == account]
    names = {"FileClaim", "GrantAccess", "WithdrawClaim"}
    return g.hot([each for each in own if type(each).__name__ in names])


@choice(22)
def act_for(g: Chooser) -> Drawn | None:
    by, account, mandate = _proxy(g) if g.chance(50) else _counter(g)
    if mandate is None:
        return None
    inner = _inner(g, account) if g.chance(88) else _done_by(g, account)
    if inner is None:
        return None
    ref = inner.client_ref if g.chance(97) else g.ref("differs")
    operation: Any = ActFor(
        client_ref=ref, account=account, mandate=mandate, act=encode_operation(inner)
    )
    return by, operation


def _proxy(g: Chooser) -> tuple[Hand, bytes, Any]:
    found = g.hot(list(g.model.state.of("proxy")))
    if found is None:
        return Hand("", b""), b"", None
    account, name = found
    holder = g.model.state.of("proxy")[found].holder
    return g.patient(holder), account, ProxyMandate(proxy=name)


def _counter(g: Chooser) -> tuple[Hand, bytes, Any]:
    presences = g.model.state.of("presence")
    accounts = g.model.state.accounts
    named = [key for key, its in presences.items() if its.account is not None]
    keyless = [key for key in named if not accounts[presences[key].account].keys]
    key = g.hot(keyless if keyless and g.chance(80) else named)
    if key is None:
        return Hand("", b""), b"", None
    its = presences[key]
    clerk = g.member_key(its.institution, "clerk")
    return clerk, its.account, AssistedMandate(presence=key, form=document("form"))


def _any_act(g: Chooser, *, waiting: bool) -> tuple[bytes, bytes] | None:
    acts = g.model.state.of("act")
    fitting = [key for key, its in acts.items() if its.waits or not waiting]
    return g.hot(fitting if fitting and g.chance(80) else list(acts))


@choice(9)
def confirm_assisted(g: Chooser) -> Drawn | None:
    found = _any_act(g, waiting=True)
    if found is None:
        return None
    account, name = found
    deputy = g.model.state.of("act")[found].deputy
    operation = ConfirmAssisted(client_ref=g.ref("second"), account=account, act=name)
    if isinstance(deputy, bytes):
        return g.member_key(g.of_kind("hospital"), "reviewer"), operation
    return g.member_key(deputy, "clerk", "reviewer"), operation


@choice(2)
def revoke_assisted(g: Chooser) -> Drawn | None:
    found = _any_act(g, waiting=False)
    if found is None:
        return None
    account, name = found
    deputy = g.model.state.of("act")[found].deputy
    operation = RevokeAssisted(client_ref=g.ref("undo"), account=account, act=name)
    if isinstance(deputy, str) and g.chance(50):
        return g.member_key(deputy, "clerk"), operation
    return guardian(g, account), operation
