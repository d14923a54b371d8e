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


class FundType(click.ParamType[FundShare]):
    """What a public fund bears: ``CODE=FEN``."""

    name = "code=fen"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> FundShare:
        if isinstance(value, FundShare):
            return value
        fund, _, amount = str(value).partition("=")
        if not (fund and amount.isascii() and amount.isdigit()):
            self.fail("a fund's share is CODE=FEN", param, ctx)
        return FundShare(fund=fund, amount_fen=int(amount))


class FieldType(click.ParamType[Any]):
    """A value of one of the field types of the RPC face."""

    def __init__(self, name: str, type_: object) -> None:
        self.name = name
        self._type = type_

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Given:
        try:
            return msgspec.convert(value, self._type, strict=False)
        except msgspec.ValidationError as error:
            self.fail(str(error), param, ctx)


BILL: Final = BillType()
INSTITUTION: Final = InstitutionType()
FEN: Final = FieldType("fen", fields.Fen)
OBJECT: Final = FieldType("id", fields.ObjectHex)
ACCOUNT: Final = FieldType("account", fields.Hex16)
ID16: Final = FieldType("id", fields.Hex16)
TX_ID: Final = FieldType("tx-id", fields.Hex32)
EVIDENCE: Final = FieldType("name", fields.EvidenceName)
RANGE: Final = FieldType("range-id", fields.Hex16)
DATE: Final = FieldType("yyyymmdd", requests_governance.Date)
MONTH: Final = FieldType("yyyymm", requests_governance.Month)
CODE: Final = FieldType("code", fields.BillCode)
FUND: Final = FundType()
HEX32: Final = FieldType("hex", fields.Hex32)
CURSOR: Final = FieldType("cursor", fields.Cursor)
LIMIT: Final = FieldType("count", fields.PageLimit)
HEIGHT: Final = FieldType("height", fields.Height)
CLIENT_REF: Final = FieldType("client-ref", fields.ClientRef)


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
