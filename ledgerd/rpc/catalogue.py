"""Every method of the face: name, parameters, answer, scope.

The published document (docs/openrpc.json), the reference (docs/rpc.md), the server and the client
all read this table. Names follow ``noun_verb`` of ``ledgerctl noun verb``.
"""

from typing import Any, Final

from ledgerd.rpc import (
    answers as a,
    answers_evidence as ae,
    answers_tx as at,
    queries as q,
    requests as r,
)
from ledgerd.rpc.catalogue_bill import BILL_METHODS
from ledgerd.rpc.catalogue_care import CARE_METHODS
from ledgerd.rpc.catalogue_governance import GOVERNANCE_METHODS
from ledgerd.rpc.catalogue_patients import PATIENT_METHODS
from ledgerd.rpc.catalogue_redress import REDRESS_METHODS
from ledgerd.rpc.fields import NoParams
from ledgerd.rpc.registry import Method, Scope

_READ, _ACT, _OPEN, _ADMIN = Scope.READ, Scope.ACT, Scope.OPEN, Scope.ADMIN

CHAIN_STATUS = Method(
    "chain_status",
    NoParams,
    a.ChainStatus,
    _READ,
    "Say where the node stands and what it waits for.",
)
CHAIN_PEERS = Method("chain_peers", NoParams, a.Peers, _READ, "List the links to other nodes.")
CHAIN_VALIDATORS = Method(
    "chain_validators", NoParams, a.Validators, _READ, "List the present membership."
)
CHAIN_PARAMS = Method(
    "chain_params", NoParams, a.ChainParams, _READ, "List the parameters in force."
)
CHAIN_GENESIS = Method("chain_genesis", NoParams, a.Genesis, _READ, "Give the genesis file.")
CHAIN_DOCTOR = Method("chain_doctor", NoParams, a.Doctor, _READ, "Check the node's own health.")
CHAIN_BLOCK = Method("chain_block", q.BlockAt, a.BlockView, _READ, "Show one block.")
CHAIN_BLOCKS = Method("chain_blocks", q.Page, a.Blocks, _READ, "List blocks, newest first.")
CHAIN_BLOCK_BYTES = Method(
    "chain_block_bytes", q.BlockAt, a.BlockBytes, _READ, "Give a sealed block for offline checking."
)
CHAIN_STATS = Method("chain_stats", NoParams, a.StatsAnswer, _READ, "Sum up the present state.")
CHAIN_VERSION = Method("chain_version", NoParams, a.Version, _READ, "Give release and protocol.")

TX_SUBMIT = Method("tx_submit", r.TxSubmit, a.Outcome, _ACT, "Hand in a signed transaction.")
TX_SUBMIT_MANY = Method(
    "tx_submit_many",
    r.TxSubmitMany,
    at.SubmittedMany,
    _ACT,
    "Hand in many signed transactions, each judged on its own.",
)
TX_GET = Method("tx_get", q.TxRef, a.Outcome, _READ, "Say what became of a transaction.")
TX_WAIT = Method("tx_wait", q.TxWait, a.Outcome, _READ, "Wait for a transaction's outcome.")
TX_DECODE = Method("tx_decode", q.TxBytes, a.Decoded, _READ, "Show a transaction readably.")

NUMBERS_ALLOT = Method("numbers_allot", r.NumbersAllot, a.Outcome, _ACT, "Allot bill numbers.")
NUMBERS_LIST = Method("numbers_list", q.RangeList, a.Ranges, _READ, "List ranges of bill numbers.")

BILL_ISSUE = Method("bill_issue", r.BillIssue, a.Outcome, _ACT, "Issue a bill.")
BILL_COUNTERSIGN = Method(
    "bill_countersign", r.BillAct, a.Outcome, _ACT, "Countersign a bill whose sums were checked."
)
BILL_PAY = Method("bill_pay", r.BillPay, a.Outcome, _ACT, "Record a patient's payment.")
BILL_ANNOUNCE = Method(
    "bill_announce", r.BillAct, a.Outcome, _ACT, "Announce the reversal of a bill."
)
BILL_REVERSE = Method("bill_reverse", r.BillAct, a.Outcome, _ACT, "Reverse a bill by a red one.")
BILL_GET = Method("bill_get", q.BillGet, a.BillFound, _READ, "Show a bill's public record.")
BILL_LIST = Method("bill_list", q.BillList, a.Bills, _READ, "List bills.")
BILL_HISTORY = Method("bill_history", q.BillHistory, a.History, _READ, "List a bill's events.")
BILL_SIDECAR = Method(
    "bill_sidecar", q.BillGet, a.SealedBytes, _READ, "Give a bill's sealed bytes as they are."
)
BILL_OPEN = Method("bill_open", q.BillGet, a.BillOpened, _OPEN, "Open a bill's sealed parts.")

SETTLE_CREATE = Method("settle_create", r.Settle, a.Outcome, _ACT, "Settle at the counter.")
SETTLE_REVERSE = Method(
    "settle_reverse", r.SettleReverse, a.Outcome, _ACT, "Reverse an unconsumed settlement."
)
SETTLE_GET = Method("settle_get", q.IdRef, a.SettlementView, _READ, "Show a settlement.")

PATIENT_ENROL = Method(
    "patient_enrol", r.PatientEnrol, a.Outcome, _ACT, "Open a patient's account."
)
PATIENT_CONFIRM = Method(
    "patient_confirm", r.PatientConfirm, a.Outcome, _ACT, "Confirm whose account it is."
)
PATIENT_GET = Method("patient_get", q.AccountRef, a.AccountView, _READ, "Show an account.")
PATIENT_BILLS = Method(
    "patient_bills", q.BillsOfAccount, a.Bills, _OPEN, "List an account's bills known here."
)

GRANT_GIVE = Method("grant_give", r.GrantGive, a.Outcome, _ACT, "Let an institution read a bill.")
GRANT_LIST = Method("grant_list", q.GrantList, a.Grants, _READ, "List grants.")

CLAIM_FILE = Method("claim_file", r.ClaimFile, a.Outcome, _ACT, "File a claim.")
CLAIM_DECIDE = Method("claim_decide", r.ClaimDecide, a.Outcome, _ACT, "Decide a claim.")
CLAIM_PAY = Method("claim_pay", r.ClaimPay, a.Outcome, _ACT, "Pay a decided claim.")
CLAIM_WITHDRAW = Method("claim_withdraw", r.ClaimAct, a.Outcome, _ACT, "Withdraw a claim.")
CLAIM_RELEASE = Method("claim_release", r.ClaimAct, a.Outcome, _ACT, "Release an expired claim.")
CLAIM_GET = Method("claim_get", q.IdRef, a.ClaimFound, _READ, "Show a claim.")
CLAIM_LIST = Method("claim_list", q.ClaimList, a.Claims, _READ, "List claims.")

MEMBER_ADD = Method("member_add", r.MemberAdd, a.Outcome, _ADMIN, "Propose an institution.")
MEMBER_VOTE = Method("member_vote", r.MemberVote, a.Outcome, _ADMIN, "Vote on a proposal.")
MEMBER_GET = Method("member_get", q.MemberGet, a.MemberFound, _READ, "Show an institution.")
MEMBER_LIST = Method("member_list", q.Page, a.Members, _READ, "List institutions.")

EVENTS_POLL = Method("events_poll", q.EventsPoll, a.EventPage, _READ, "Give events after a cursor.")
SUB_SUBSCRIBE = Method(
    "sub_subscribe",
    q.EventsPoll,
    a.EventPage,
    _READ,
    "On WebSocket: answer the first page, then push pages as notifications sub_events.",
)
EVIDENCE_LIST = Method(
    "evidence_list",
    q.Page,
    ae.EvidenceList,
    _READ,
    "List proofs that a validator signed two different things.",
)
EVIDENCE_GET = Method(
    "evidence_get", q.EvidenceRef, ae.EvidenceAnswer, _READ, "Give one such proof as a file."
)
PROOF_GET = Method("proof_get", q.ProofGet, a.ProofAnswer, _READ, "Make a proof file.")

METHODS: Final[tuple[Method[Any, Any], ...]] = tuple(
    sorted(
        (
            *(value for value in list(globals().values()) if isinstance(value, Method)),
            *PATIENT_METHODS,
            *CARE_METHODS,
            *REDRESS_METHODS,
            *GOVERNANCE_METHODS,
            *BILL_METHODS,
        ),
        key=lambda method: method.name,
    )
)
