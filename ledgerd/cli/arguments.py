"""Argument types and options that several commands share.

Rules: what is typed is checked here, before any node is asked; amounts are integers of fen.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias, TypeVar

import click
import msgspec

from ledgerd.cli.performing import new_ref
from ledgerd.keys.roles import OperatorRole
from ledgerd.primitives.identifiers import BillKey, is_bill_key, is_institution_id
from ledgerd.rpc import fields, requests_governance
from ledgerd.rpc.requests import BillRef, FundShare

F = TypeVar("F", bound=Callable[..., Any])
Given: TypeAlias = Any
"""The value of an option, checked by its type on the command line."""

TIMEOUT_S_MAX: Final = fields.WAIT_S_MAX
DIGITS_MAX: Final = 19  # as many as 2**62 has, which no field goes beyond


class BillType(click.ParamType[BillRef]):
    """A bill as ``CODE-NUMBER``."""

    name = "code-number"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> BillRef:
        if isinstance(value, BillRef):
            return value
        code, _, number = str(value).partition("-")
        if not is_bill_key(BillKey(code, number)):
            self.fail("a bill is CODE-NUMBER, 8 and 10 digits", param, ctx)
        return BillRef(code=code, number=number)


class InstitutionType(click.ParamType[str]):
    """A unified social credit code with its check character."""

    name = "institution"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        if not is_institution_id(str(value)):
            self.fail("not a unified social credit code (18 characters)", param, ctx)
        return str(value)


class FieldType(click.ParamType[Any]):
    """A value of one of the field types of the RPC face.

    Args:
        expected: the sentence for somebody who typed something else; no pattern of ours is shown.
    """

    def __init__(self, name: str, type_: object, expected: str) -> None:
        self.name = name
        self.expected = expected
        self._type = type_

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Given:
        try:
            return msgspec.convert(value, self._type)
        except msgspec.ValidationError:
            self.fail(self.expected, param, ctx)


class WholeType(FieldType):
    """A whole number in ASCII digits: ``1e3`` and ``12.0`` are other people's numbers."""

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Given:
        if isinstance(value, str):
            if not (value.isascii() and value.isdigit() and len(value) <= DIGITS_MAX):
                self.fail(self.expected, param, ctx)
            value = int(value)
        return super().convert(value, param, ctx)


class FundType(click.ParamType[FundShare]):
    """What a public fund bears: ``CODE=FEN``."""

    name = "code=fen"
    expected: Final = "a fund's share is CODE=FEN, whole fen, such as aid=1200"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> FundShare:
        if isinstance(value, FundShare):
            return value
        fund, _, amount = str(value).partition("=")
        if not fund:
            self.fail(self.expected, param, ctx)
        try:
            return FundShare(fund=fund, amount_fen=FEN.convert(amount, param, ctx))
        except click.BadParameter:
            self.fail(self.expected, param, ctx)


def _hex(what: str, count: int) -> str:
    return f"{what} is {count} characters of lower-case hex"


_FEN: Final = "whole fen, such as 1200"
BILL: Final = BillType()
INSTITUTION: Final = InstitutionType()
FEN: Final = WholeType("fen", fields.Fen, f"an amount is {_FEN}, at most {fields.FEN_MAX}")
SUM_FEN: Final = WholeType("fen", fields.Count, f"a sum is {_FEN}")
COUNT: Final = WholeType("count", fields.Count, "a count is digits, such as 12")
OBJECT: Final = FieldType("id", fields.ObjectHex, _hex("an object's id", 78))
ACCOUNT: Final = FieldType("account", fields.Hex16, _hex("an account", 32))
ID16: Final = FieldType("id", fields.Hex16, _hex("an id", 32))
TX_ID: Final = FieldType("tx-id", fields.Hex32, _hex("a transaction's id", 64))
EVIDENCE: Final = FieldType(
    "name", fields.EvidenceName, "a proof's name is as 'ledgerctl evidence list' shows it"
)
RANGE: Final = FieldType("range-id", fields.Hex16, _hex("a range's id", 32))
DATE: Final = WholeType("yyyymmdd", requests_governance.Date, "a day is YYYYMMDD, such as 20260131")
MONTH: Final = WholeType("yyyymm", requests_governance.Month, "a month is YYYYMM, such as 202601")
CODE: Final = FieldType("code", fields.BillCode, "a bill code is 8 digits")
FUND: Final = FundType()
HEX32: Final = FieldType("hex", fields.Hex32, _hex("the value", 64))
CURSOR: Final = FieldType(
    "cursor", fields.Cursor, "a cursor is the 'next' of a page before, unchanged"
)
LIMIT: Final = WholeType(
    "count", fields.PageLimit, f"a page is 1 to {fields.LIST_LIMIT_MAX} entries, such as 100"
)
HEIGHT: Final = WholeType("height", fields.Height, "a height is digits, such as 120")
CLIENT_REF: Final = FieldType(
    "client-ref", fields.ClientRef, "a client-ref is 1 to 64 printable ASCII characters, no space"
)


def refers(noun_verb: str) -> Callable[[F], F]:
    """Add the options of every act: ``--client-ref`` and ``--wait``."""

    def decorate(command: F) -> F:
        command = click.option(
            "--wait",
            type=click.Choice(["none", "committed", "sealed"]),
            default="committed",
            show_default=True,
            help="How far to wait.",
        )(command)
        return click.option(
            "--client-ref",
            type=CLIENT_REF,
            default=lambda: new_ref(noun_verb),
            show_default="a new one",
            help="Key under which repeating this act gives the first result.",
        )(command)

    return decorate


def acts(noun_verb: str) -> Callable[[F], F]:
    """Add the options of an institution's act: those of every act and ``--author``."""

    def decorate(command: F) -> F:
        command = click.option(
            "--generate-only",
            is_flag=True,
            help="Compose and print it for 'tx sign' and 'tx submit'; -o json.",
        )(command)
        command = click.option(
            "--author",
            type=INSTITUTION,
            default=None,
            help="Institution that acts; the home's own when left out.",
        )(command)
        return refers(noun_verb)(command)

    return decorate


def signs(default: OperatorRole) -> Callable[[F], F]:
    """Add ``--as ROLE``: which of the author's keys signs."""
    return click.option(
        "--as",
        "role",
        type=click.Choice([role.value for role in OperatorRole]),
        default=default.value,
        show_default=True,
        callback=lambda _ctx, _param, value: OperatorRole(value),
        help="Role of the signing key; office signs on the node, the others here.",
    )


def pages(command: F) -> F:
    """Add ``--cursor`` and ``--limit``."""
    for option in (
        click.option("--cursor", type=CURSOR, default="", help="Go on where a page ended."),
        click.option("--limit", type=LIMIT, default=100, show_default=True, help="Entries."),
    ):
        command = option(command)
    return command
