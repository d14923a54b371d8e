"""Where the operations of governance leave their traces.

Rules: as in ``traces``.

Source: domain.md section 2.
"""

from collections.abc import Callable
from typing import Any, Final

from ledgerd.ledger import governance_operations as go, state_keys
from ledgerd.ledger.acting import Act
from ledgerd.ledger.governance_queries import own_affair_of
from ledgerd.ledger.operations import Operation
from ledgerd.ledger.queries import proposal_of
from ledgerd.ledger.trace import Trace


def _proposal(act: Act, op: go.Propose) -> Trace:
    if act.actor.institution is None:
        return Trace(b"", None)
    key = state_keys.proposal_key(act.institution_id, op.date, act.ref)
    found = proposal_of(act.state, key)
    return Trace(key, None if found is None else found.origin)


def _vote(act: Act, op: go.Vote) -> Trace:
    proposal = proposal_of(act.state, op.proposal)
    ballots = () if proposal is None else proposal.ballots
    mine = (b.origin for b in ballots if b.voter.encode("ascii") == act.actor.author_bytes)
    return Trace(op.proposal, next(mine, None), is_by_ref=False)


def _own_affair(act: Act, _op: go.RotateOwnKey | go.RegisterTerminal | go.AnnounceAddress) -> Trace:
    if act.actor.institution is None:
        return Trace(b"", None)
    key = state_keys.own_affair_key(act.institution_id, act.ref)
    found = own_affair_of(act.state, act.institution_id, act.ref)
    return Trace(key, None if found is None else found.origin)


FINDERS: Final[dict[type[Operation], Callable[[Act, Any], Trace]]] = {
    go.Propose: _proposal,
    go.Vote: _vote,
    go.RotateOwnKey: _own_affair,
    go.RegisterTerminal: _own_affair,
    go.AnnounceAddress: _own_affair,
}
