"""Reject codes that random operations seldom or never reach, and why.

Whatever stands in `SELDOM` is produced by a scenario of ``test_every_code``; what is `RESERVED` is
given by no rule at all.
"""

from ledgerd.ledger.reject_codes import RejectCode as Code

SELDOM: dict[Code, str] = {
    Code.ACT_IN_FORCE: "a deputy with a mandate that holds does what the person has done already",
    Code.NESTED_TOO_DEEP: "finance hands on three times what it has, and numbers are left",
    Code.OFFICE_DAY_LIMIT: "one key has luck many times on one day",
}
RESERVED: dict[Code, str] = {
    Code.TOO_LARGE: "published for later rules: the bounds of fields are MALFORMED",
}
