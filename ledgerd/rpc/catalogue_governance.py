"""The methods of governance, of own affairs and of the books.

Rules: as in ``catalogue``.
"""

from typing import Any, Final

from ledgerd.rpc import (
    answers as a,
    answers_governance as ag,
    requests as r,
    requests_governance as rg,
)
from ledgerd.rpc.queries import IdRef, Page
from ledgerd.rpc.registry import Method, Scope

_READ, _ACT, _ADMIN = Scope.READ, Scope.ACT, Scope.ADMIN

GOV_PROPOSE = Method(
    "gov_propose", rg.GovPropose, a.Outcome, _ADMIN, "Propose what members decide together."
)
GOV_VOTE = Method("gov_vote", r.MemberVote, a.Outcome, _ADMIN, "Vote on a proposal.")
GOV_GET = Method("gov_get", IdRef, ag.ProposalFound, _READ, "Show a proposal and its votes.")
GOV_LIST = Method("gov_list", Page, ag.Proposals, _READ, "List proposals.")
KEYS_ROTATE = Method("keys_rotate", rg.KeysRotate, a.Outcome, _ADMIN, "Change an own key.")
KEYS_TERMINAL = Method(
    "keys_terminal",
    rg.KeysTerminal,
    a.Outcome,
    _ADMIN,
    "Register an own terminal or take it out of service.",
)
MEMBER_MOVE = Method(
    "member_move", rg.MemberMove, a.Outcome, _ADMIN, "Announce where the institution is reached."
)
NUMBERS_RETURN = Method(
    "numbers_return", rg.NumbersReturn, a.Outcome, _ACT, "Give unused numbers of a range back."
)
NUMBERS_GAPS = Method(
    "numbers_gaps", rg.GapList, ag.Gaps, _READ, "List numbers of a range that were left out."
)
TOTALS_REPORT = Method("totals_report", rg.TotalsReport, a.Outcome, _ACT, "Close an own day.")
TOTALS_ATTEST = Method(
    "totals_attest", rg.TotalsAttest, a.Outcome, _ACT, "Attest an issuer's day (finance)."
)
TOTALS_GET = Method("totals_get", rg.TotalsGet, ag.TotalsView, _READ, "Show an issuer's day.")
SETTLE_ATTEST = Method(
    "settle_attest", rg.SettleAttest, a.Outcome, _ACT, "Attest a month with a hospital."
)
SETTLE_CLEARING = Method(
    "settle_clearing", rg.SettleClearing, ag.ClearingView, _READ, "Show a month with a hospital."
)
WRITEOFF_REQUEST = Method(
    "writeoff_request", rg.WriteoffRequest, a.Outcome, _ACT, "Ask to write bills off."
)
WRITEOFF_APPROVE = Method(
    "writeoff_approve",
    rg.WriteoffApprove,
    a.Outcome,
    _ACT,
    "Approve, refuse or archive a write-off (finance).",
)
WRITEOFF_GET = Method("writeoff_get", IdRef, ag.WriteOffFound, _READ, "Show a write-off.")
WRITEOFF_LIST = Method("writeoff_list", Page, ag.WriteOffs, _READ, "List write-offs.")

GOVERNANCE_METHODS: Final[tuple[Method[Any, Any], ...]] = tuple(
    value for value in list(globals().values()) if isinstance(value, Method)
)
