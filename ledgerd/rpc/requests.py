"""The parameters of the methods that act: each makes one operation or a few.

Rules: what is sealed (names, numbers, diagnoses, lines) never appears in a ``repr``. An act names
its ``author`` only when it is not the node's own institution (one that the node hosts), and its
``signer`` only when the node's office key shall not sign: then the answer is the unsigned
transaction, which the caller signs and hands to ``tx_submit`` on the same node.
"""

from typing import Annotated, Literal

from msgspec import Meta

from ledgerd.rpc.fields import (
    BillCode,
    BillNumber,
    Category,
    ClientRef,
    Code,
    Fen,
    Height,
    Hex16,
    Hex32,
    HexBytes,
    InstitutionId,
    NumberValue,
    ObjectHex,
    Params,
    SealedText,
    Seconds,
    SignerHex,
    TenThousandths,
    TimeMs,
)

Wait = Literal["none", "committed", "sealed"]


class _Sealed(Params, frozen=True, kw_only=True):
    """A part whose content is personal: its ``repr`` shows the type only."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(...)"


class Mandate(_Sealed, frozen=True, kw_only=True):
    """Why somebody else acts for a patient: as proxy, or before the person at a counter.

    Attributes:
        holder: the account that may act, with its ``proxy``; its device signs.
        presence: that the person was seen; a clerk's key signs.
        form: the form that the person signed, as a file; sealed.
    """

    holder: Hex16 | None = None
    proxy: Hex16 | None = None
    presence: ObjectHex | None = None
    form: HexBytes = ""


class Act(Params, frozen=True, kw_only=True):
    """What every act says besides its own content.

    Attributes:
        client_ref: the caller's key against doing it twice; the same request under the same
            ref is answered with the first result.
        author: the institution that acts; the node's own when None.
        signer: the key that will sign, a passkey for patients only; None lets the node's office
            key sign and submit.
        wait: how far to wait for the result before answering.
        timeout_s: after it the answer is the error ``outcome_unknown``.
        after_height: first wait until this node has applied that block: for a caller who saw
            something at another node that this act builds on.
        mandate: of a patient's act that somebody else does for the account.
    """

    client_ref: ClientRef
    author: InstitutionId | None = None
    signer: SignerHex | None = None
    wait: Wait = "committed"
    timeout_s: Seconds = 30
    after_height: Height = 0
    mandate: Mandate | None = None


class BillRef(Params, frozen=True, kw_only=True):
    """Which bill."""

    code: BillCode
    number: BillNumber


class FundShare(Params, frozen=True, kw_only=True):
    """What one public fund bears."""

    fund: Code
    amount_fen: Fen


class CategorySum(Params, frozen=True, kw_only=True):
    """The sum of one charge category on the bill's face."""

    category: Category
    amount_fen: Fen


class Person(_Sealed, frozen=True, kw_only=True):
    """The patient as printed on the bill."""

    name: SealedText
    identity_number: SealedText = ""


class BillMoney(_Sealed, frozen=True, kw_only=True):
    """Who bears what: total = sum of funds + hospital part + account + cash."""

    total_fen: Fen
    funds: Annotated[tuple[FundShare, ...], Meta(max_length=16)] = ()
    hospital_fen: Fen = 0
    account_fen: Fen = 0
    cash_fen: Fen
    self_pay_fen: Fen = 0
    self_cost_fen: Fen = 0
    eligible_fen: Fen = 0


class Visit(_Sealed, frozen=True, kw_only=True):
    """Where, when and how: text of the sealed payload, older dates included."""

    kind: Literal["outpatient", "inpatient", "emergency", "wellness", "virtual", "other"]
    time: SealedText
    area: Code = ""
    clerk: SealedText = ""
    department: SealedText = ""
    diagnosis: SealedText = ""
    date_in: SealedText = ""
    date_out: SealedText = ""
    visit_number: SealedText = ""
    insurance_number: SealedText = ""


class DetailLine(_Sealed, frozen=True, kw_only=True):
    """One line of the detail list; the amount lies within 1 fen of quantity times price."""

    category: Category
    code: Code = ""
    name: SealedText
    quantity: TenThousandths
    unit_price: TenThousandths
    amount_fen: Fen


class BillContent(_Sealed, frozen=True, kw_only=True):
    """Everything on a bill, before it is sealed."""

    person: Person
    money: BillMoney
    visit: Visit
    items: Annotated[tuple[CategorySum, ...], Meta(min_length=1, max_length=18)]
    details: Annotated[tuple[DetailLine, ...], Meta(max_length=2_000)] = ()


class BillIssue(Act, frozen=True, kw_only=True):
    """Issue a bill: the office takes the next number of its range and seals the content.

    Attributes:
        account: the patient's account, when there is one: it becomes the committed owner.
        medicare: the competent bureau that reads the bill; the network's only one when None.
        public: what is said about public payers; ``settled`` exactly when a settlement is named.
        settlement: the open settlement that this bill consumes.
        paid_fen: recorded as payment in the same transaction; None records none.
    """

    content: BillContent
    account: Hex16 | None = None
    medicare: InstitutionId | None = None
    public: Literal["settled", "none", "pending"] = "none"
    settlement: ObjectHex | None = None
    paid_fen: Fen | None = None


class BillAct(Act, frozen=True, kw_only=True):
    """An act on one bill: countersign, announce or carry out its reversal."""

    bill: BillRef


class BillPay(Act, frozen=True, kw_only=True):
    """Record what the patient paid towards a bill."""

    bill: BillRef
    amount_fen: Fen


class Settle(Act, frozen=True, kw_only=True):
    """Settle at the counter: what public funds bear of a total, computed by medicare's office.

    Attributes:
        hospital: the hospital that will issue the bill.
        person_key: opaque key of the person in the bureau's counters (never an identity number).
        calculation: opened data of the calculation; sealed in a sidecar.
    """

    hospital: InstitutionId
    total_fen: Fen
    funds: Annotated[tuple[FundShare, ...], Meta(max_length=16)] = ()
    hospital_fen: Fen = 0
    account_fen: Fen = 0
    person_key: Code
    calculation: SealedText = ""


class SettleReverse(Act, frozen=True, kw_only=True):
    """Reverse a settlement that no standing bill has consumed."""

    settlement: ObjectHex


class NumbersAllot(Act, frozen=True, kw_only=True):
    """Allot a range of bill numbers to a hospital, or to finance that hands them on.

    Attributes:
        parent: the author's range that it is cut from; from the whole code when None.
    """

    holder: InstitutionId
    code: BillCode
    first: NumberValue
    count: Annotated[int, Meta(ge=1, le=100_000_000)]
    parent: Hex16 | None = None


class PatientEnrol(Act, frozen=True, kw_only=True):
    """Open an account (a random id) for a person: who it is stands in a sealed record.

    Attributes:
        registrar: the bureau that will confirm it; the network's only one when None.
        patient_key: the device's key, Ed25519 or a passkey; None for a person without a device.
        patient_seal_key: the device's X25519 key, to which keys of bills are delivered.
    """

    patient_key: SignerHex | None = None
    patient_seal_key: Hex32 | None = None
    person: Person
    registrar: InstitutionId | None = None


class PatientConfirm(Act, frozen=True, kw_only=True):
    """Confirm, after an identity check, whose account it is."""

    account: Hex16
    identity_number: SealedText

    def __repr__(self) -> str:
        return "PatientConfirm(...)"


class GrantGive(Act, frozen=True, kw_only=True):
    """Let an institution read a bill; composed for the patient's signature.

    Attributes:
        account: who grants.
        parts: what may be read.
        owner_salt: the salt of the owner commitment, from the opened face (hex).
    """

    account: Hex16
    bill: BillRef
    reader: InstitutionId
    parts: Literal["face", "face_and_lines"] = "face_and_lines"
    purpose: Literal["claim", "care", "audit", "entry"] = "claim"
    until_ms: TimeMs
    owner_salt: Hex32


class ClaimItem(Params, frozen=True, kw_only=True):
    """One bill of a claim and what is asked for it."""

    bill: BillRef
    amount_fen: Fen
    owner_salt: Hex32


class ClaimFile(Act, frozen=True, kw_only=True):
    """File a claim with one payer; composed for the patient's signature."""

    account: Hex16
    payer: InstitutionId
    items: Annotated[tuple[ClaimItem, ...], Meta(min_length=1, max_length=16)]


class ClaimDecide(Act, frozen=True, kw_only=True):
    """Decide a claim: reserve an amount for each of its bills, in their order; all 0 refuses."""

    claim: ObjectHex
    amounts: Annotated[tuple[Fen, ...], Meta(min_length=1, max_length=16)]
    reasoning: SealedText = ""


class ClaimPay(Act, frozen=True, kw_only=True):
    """Pay what a decision reserved."""

    claim: ObjectHex
    amount_fen: Fen


class ClaimAct(Act, frozen=True, kw_only=True):
    """Withdraw a claim (its patient) or release an expired one (anyone)."""

    claim: ObjectHex
    account: Hex16 | None = None


class OperatorKeyOf(Params, frozen=True, kw_only=True):
    """An operator key of a candidate and its one role."""

    role: Literal["office", "clerk", "cashier", "reviewer", "admin", "terminal"]
    public_key: Hex32


class MemberAdd(Act, frozen=True, kw_only=True):
    """Propose the admission of an institution without a validator."""

    institution: InstitutionId
    kind: Literal["hospital", "medicare", "insurer", "finance", "regulator"]
    name: Annotated[str, Meta(min_length=1, max_length=128)]
    area: Annotated[str, Meta(pattern=r"^[0-9]{6}$(?!\n)")]
    hosted_by: InstitutionId
    operator_keys: Annotated[tuple[OperatorKeyOf, ...], Meta(min_length=1, max_length=64)]
    encryption_key: Hex32


class MemberVote(Act, frozen=True, kw_only=True):
    """Vote for or against a proposal."""

    proposal: ObjectHex
    vote: Literal["yes", "no"] = "yes"


class TxSubmit(Params, frozen=True, kw_only=True):
    """Hand in a signed transaction with the sidecars that its operations name."""

    transaction: HexBytes
    sidecars: Annotated[tuple[HexBytes, ...], Meta(max_length=256)] = ()
    wait: Wait = "committed"
    timeout_s: Seconds = 30


class Submission(Params, frozen=True, kw_only=True):
    """A signed transaction with the sidecars that its operations name."""

    transaction: HexBytes
    sidecars: Annotated[tuple[HexBytes, ...], Meta(max_length=256)] = ()


class TxSubmitMany(Params, frozen=True, kw_only=True):
    """Hand in many signed transactions, of which each is judged on its own."""

    submissions: Annotated[tuple[Submission, ...], Meta(min_length=1, max_length=1_000)]
    wait: Wait = "committed"
    timeout_s: Seconds = 30
