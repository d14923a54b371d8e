"""Who lives in the random ledger: two institutions of each kind, four patients, small limits.

The limits are low so that a few thousand random operations meet each of them.
"""

import functools
from dataclasses import dataclass

import msgspec

from ledgerd.chain.genesis import Genesis, Institution, OperatorKey, Validator
from ledgerd.chain.params import DAY_MS, Params
from tests.unit.ledgerd.ledger import world as unit

FINANCE_2 = unit.uscc("11330000000000004")
KINDS = {**unit.KINDS, FINANCE_2: "finance"}
VALIDATORS = (unit.FINANCE, unit.MEDICARE, unit.HOSPITAL, unit.INSURER)
BY_KIND: dict[str, tuple[str, ...]] = {
    kind: tuple(sorted(name for name, its in KINDS.items() if its == kind))
    for kind in sorted(set(KINDS.values()))
}
ACCOUNTS = tuple(name.ljust(16, b"\0") for name in (b"anna", b"bert", b"carl", b"dora"))
ROLES = unit.ROLES


@dataclass(frozen=True)
class Hand:
    """An author and the key with which it signs."""

    author: str | bytes
    public_key: bytes


def hand(author: str | bytes, role: str = "device") -> Hand:
    return Hand(author, unit.key_of(author, role))


@functools.cache
def params() -> Params:
    """Limits that random amounts of up to a few hundred fen reach, and deadlines of days."""
    return Params(
        region="33",
        filing_days=12,
        decision_ms=2 * DAY_MS,
        payment_ms=2 * DAY_MS,
        settlement_ms=DAY_MS,
        public_dispute_ms=DAY_MS,
        four_eyes_fen=150,
        assisted_fen=20,
        auto_decide_fen=60,
        auto_pay_fen=60,
        retention_days=10,
        supplement_ms=DAY_MS,
        case_finding_ms=DAY_MS,
        case_appeal_ms=DAY_MS,
        case_review_ms=DAY_MS,
        key_delay_ms=DAY_MS,
        assisted_revocable_ms=2 * DAY_MS,
        archive_ms=DAY_MS,
        office_day_count_max=8,
        office_day_fen_max=700,
        proposal_ms=2 * DAY_MS,
    )


def _member(name: str, kind: str) -> Institution:
    """Give an institution two reviewers, so that another one of the house can judge."""
    base = unit.institution(name, kind)
    second = OperatorKey(role="reviewer", public_key=unit.key_of(name, "second reviewer"))
    keys = sorted((*base.operator_keys, second), key=lambda key: (key.role, key.public_key))
    return msgspec.structs.replace(base, operator_keys=tuple(keys))


@functools.cache
def genesis() -> Genesis:
    base = unit.sample_genesis()
    members = tuple(_member(name, kind) for name, kind in sorted(KINDS.items()))
    validators = tuple(
        Validator(
            institution_id=name,
            consensus_key=unit.key_of(name, "consensus"),
            transport_certificate=name.encode(),
        )
        for name in sorted(VALIDATORS)
    )
    return msgspec.structs.replace(
        base, params=params(), institutions=members, validators=validators
    )
