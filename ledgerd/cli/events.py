"""``events``: what was committed, in the chain's order, from a cursor on."""

import click

from ledgerd.cli.arguments import CURSOR, LIMIT
from ledgerd.cli.output import Format, note, show_rows
from ledgerd.cli.session import Session
from ledgerd.rpc.catalogue import EVENTS_POLL
from ledgerd.rpc.queries import EventsPoll

FIRST = "0-0-0"
WAIT_S = 20
FROM = click.option(
    "--from-cursor", "cursor", type=CURSOR, default=FIRST, show_default=True,
    help="Go on behind this cursor.",
)  # fmt: skip


@click.group()
def events() -> None:
    """Committed events."""


@events.command("list")
@FROM
@click.option("--limit", type=LIMIT, default=100, show_default=True, help="Entries.")
@click.pass_obj
def list_events(session: Session, /, cursor: str, limit: int) -> None:
    """List events from a cursor on."""
    session.show(session.ask(EVENTS_POLL, EventsPoll(cursor=cursor, limit=limit)))


@events.command()
@FROM
@click.option("--until-height", type=int, default=None, help="End behind this height.")
@click.pass_obj
def follow(session: Session, /, cursor: str, until_height: int | None) -> None:
    """Print events as they commit, until interrupted; the last cursor is said at the end."""
    format_ = session.options.output
    each = Format.NDJSON if format_ is Format.JSON else format_  # an endless list is no one value
    try:
        while True:
            page = session.ask(EVENTS_POLL, EventsPoll(cursor=cursor, wait_s=WAIT_S))
            if page.events:
                show_rows(page.events, each)
            cursor = page.next
            if until_height is not None and int(cursor.partition("-")[0]) >= until_height:
                return
    finally:
        note(f"cursor {cursor}")
