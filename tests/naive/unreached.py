"""Reject codes that random operations do not reach, and what reaches each of them instead."""

from ledgerd.ledger.reject_codes import RejectCode as Code

UNREACHED: dict[Code, str] = {
    Code.TOO_LARGE: "published, no rule gives it: the bounds of fields are MALFORMED",
    Code.SCHEME_NOT_SUPPORTED: "tests/unit/ledgerd/ledger/test_authors.py",
    Code.RELYING_PARTY_DIFFERS: "tests/unit/ledgerd/ledger/test_authors.py",
    Code.ACT_IN_FORCE: "tests/unit/ledgerd/ledger/test_proxies.py",
    Code.BAD_PARAMS: "tests/unit/ledgerd/ledger/test_adopting.py",
    Code.UNKNOWN_PROTOCOL: "tests/unit/ledgerd/ledger/test_adopting.py",
    Code.POSSESSION_NOT_SHOWN: "tests/unit/ledgerd/ledger/test_own_affairs.py",
    Code.LAST_ADMIN_KEY: "tests/unit/ledgerd/ledger/test_own_affairs.py",
    Code.KEY_NUMBER_NOT_NEXT: "tests/unit/ledgerd/ledger/test_own_affairs.py",
    Code.OFFICE_DAY_LIMIT: "tests/unit/ledgerd/ledger/test_bookkeeping.py",
    Code.PERIOD_NOT_OVER: "tests/unit/ledgerd/ledger/test_closing.py",
    Code.TOTALS_DIFFER: "tests/unit/ledgerd/ledger/test_closing.py",
    Code.ALREADY_REPORTED: "tests/unit/ledgerd/ledger/test_closing.py",
    Code.NOT_REPORTED: "tests/unit/ledgerd/ledger/test_closing.py",
    Code.ALREADY_ATTESTED: "tests/unit/ledgerd/ledger/test_closing.py",
    Code.NOT_ATTESTED: "tests/unit/ledgerd/ledger/test_writing_off.py",
    Code.ALREADY_WRITTEN_OFF: "tests/unit/ledgerd/ledger/test_writing_off.py",
    Code.NESTED_TOO_DEEP: "tests/unit/ledgerd/ledger/test_numbering.py",
}
WITHOUT_A_MODEL = frozenset(
    {
        "RotateOwnKey",
        "RegisterTerminal",
        "AnnounceAddress",
        "ReportTotals",
        "AttestTotals",
        "AttestClearing",
        "RequestWriteOff",
        "ApproveWriteOff",
    }
)  # own affairs and the books: their own tests stand in tests/unit/ledgerd/ledger
