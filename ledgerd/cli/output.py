"""Printing: data on stdout, everything else on stderr.

Rules: ``-o json`` prints exactly one JSON value, ``-o ndjson`` one a line for lists; tables are for
people and only their content is promised. Control characters of foreign text never reach the
terminal. Colours and boxes only when stdout is a terminal and ``NO_COLOR`` is not set.
"""

import sys
from collections.abc import Iterable, Sequence
from enum import Enum

import click
import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ledgerd.rpc.answers import NamedValue

AROUND_A_LIST = frozenset({"height", "state_root", "epoch", "quorum", "next"})
PLAIN_WIDTH = 10_000  # no wrapping where the output goes into a file or a pipe


class Format(Enum):
    """How data is printed."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"


def note(text: str) -> None:
    """Say something to the person, on stderr."""
    click.echo(clean(text), err=True)


def show(answer: msgspec.Struct, format_: Format) -> None:
    """Print an answer: a table of its list, or its fields."""
    if format_ is Format.JSON:
        _json(answer)
        return
    name, rows = _list_in(answer)
    if format_ is Format.NDJSON:
        for row in rows if name else (answer,):
            click.echo(msgspec.json.encode(row))
        return
    if name:
        _print_rows(rows)
        rest = _fields(answer, without=name)
        if rest:
            note("  ".join(f"{key}={text(value)}" for key, value in rest if value is not None))
        return
    _print(_fields_table(_fields(answer)))


def show_rows(rows: Sequence[msgspec.Struct], format_: Format) -> None:
    """Print structs of one type, one a row."""
    if format_ is Format.JSON:
        _json(rows)
    elif format_ is Format.NDJSON:
        for row in rows:
            click.echo(msgspec.json.encode(row))
    else:
        _print_rows(rows)


def clean(value: str) -> str:
    """Replace what could steer a terminal."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in value)


def text(value: object) -> str:
    """Give a value as people read it in a cell."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, NamedValue):
        return clean(f"{value.name}: {value.value}")
    if isinstance(value, msgspec.Struct):
        return " ".join(f"{key}={text(inner)}" for key, inner in _fields(value))
    if isinstance(value, tuple | list):
        return "\n".join(text(inner) for inner in value) or "-"
    return clean(str(value))


def is_terminal() -> bool:
    """Whether stdout is somebody's screen."""
    return sys.stdout.isatty()


def _json(value: object) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2))


def _list_in(answer: msgspec.Struct) -> tuple[str, Sequence[msgspec.Struct]]:
    """The one list of structs that an answer of a list method holds."""
    fields = _fields(answer)
    lists = [
        (name, value)
        for name, value in fields
        if isinstance(value, tuple) and all(isinstance(row, msgspec.Struct) for row in value)
    ]
    is_list = len(lists) == 1 and {name for name, _ in fields} <= {lists[0][0], *AROUND_A_LIST}
    return lists[0] if is_list else ("", ())


def _fields(value: msgspec.Struct, without: str = "") -> list[tuple[str, object]]:
    names = value.__struct_fields__
    return [(name, getattr(value, name)) for name in names if name != without]


def _print_rows(rows: Iterable[msgspec.Struct]) -> None:
    table: Table | None = None
    for row in rows:
        fields = _fields(row)
        if table is None:
            table = Table(*(name for name, _ in fields), box=None, pad_edge=False)
        table.add_row(*(Text(text(value)) for _, value in fields))
    if table is None:
        note("none")
    else:
        _print(table)


def _fields_table(fields: Iterable[tuple[str, object]]) -> Table:
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in fields:
        table.add_row(Text(name), Text(text(value)))
    return table


def _print(table: Table) -> None:
    width = None if is_terminal() else PLAIN_WIDTH
    Console(file=sys.stdout, width=width, soft_wrap=width is not None).print(table)
