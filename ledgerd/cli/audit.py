"""``audit``: the log of who opened what, and whether it is still what was written.

Rules: reads the file of the home, whether its node runs or not. What the chain says about it is
asked of the node; where none answers, that part is left out and said to be.
"""

import json
from pathlib import Path

import click

from ledgerd.cli.arguments import INSTITUTION, Given, pages
from ledgerd.cli.output import note
from ledgerd.cli.session import Session
from ledgerd.errors import ConfigError, StorageCorrupted, VerificationFailed
from ledgerd.rpc import answers_care as ac, catalogue_care as c
from ledgerd.rpc.fields import LIST_LIMIT_MAX, Answer
from ledgerd.rpc.requests_care import OfInstitution
from ledgerd.storage.audit_lines import heads_of


class AuditLine(Answer, frozen=True, kw_only=True):
    """One line of the log."""

    at_ms: int
    act: str
    about: str


class AuditLines(Answer, frozen=True, kw_only=True):
    """The end of the log."""

    lines: tuple[AuditLine, ...]
    line_count: int


class AuditVerified(Answer, frozen=True, kw_only=True):
    """What was checked."""

    line_count: int
    head: str
    anchor_count: int
    anchored_line_count: int


@click.group()
def audit() -> None:
    """Who opened what on this node."""


@audit.command()
@click.option("--last", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.pass_obj
def show(session: Session, /, last: int) -> None:
    """Show the last lines of the log."""
    lines = _read(session.home.path / "audit.log").splitlines()
    session.show(AuditLines(lines=tuple(map(_line, lines[-last:])), line_count=len(lines)))


@audit.command()
@click.option("--offline", is_flag=True, help="Do not compare with the chain.")
@click.pass_obj
def verify(session: Session, /, *, offline: bool) -> None:
    """Check that no line was changed or taken out, and compare with the anchors on chain."""
    data = _read(session.home.path / "audit.log")
    try:
        heads = heads_of(data)
    except StorageCorrupted as error:
        raise VerificationFailed(str(error)) from error
    anchors = () if offline else _anchors(session)
    for anchor in anchors:
        _check(anchor, heads)
    if offline:
        note("not compared with the anchors on chain")
    session.show(
        AuditVerified(
            line_count=len(heads),
            head=heads[-1].hex() if heads else "",
            anchor_count=len(anchors),
            anchored_line_count=max((one.line_count for one in anchors), default=0),
        )
    )


@audit.command()
@click.option("--institution", type=INSTITUTION, default=None, help="Only of this institution.")
@pages
@click.pass_obj
def anchors(session: Session, /, **given: Given) -> None:
    """List the anchors of audit logs on chain."""
    session.show(session.ask(c.AUDIT_ANCHORS, OfInstitution(**given)))


def _anchors(session: Session) -> tuple[ac.AnchorView, ...]:
    """Read all anchors of the home's institution."""
    found: list[ac.AnchorView] = []
    cursor: str | None = ""
    while cursor is not None:
        page = session.ask(
            c.AUDIT_ANCHORS,
            OfInstitution(
                institution=session.home.institution, cursor=cursor, limit=LIST_LIMIT_MAX
            ),
        )
        found.extend(page.anchors)
        cursor = page.next
    return tuple(found)


def _check(anchor: ac.AnchorView, heads: tuple[bytes, ...]) -> None:
    if len(heads) < anchor.line_count:
        text = f"audit.log: {len(heads)} lines, block {anchor.height} anchors {anchor.line_count}"
        raise VerificationFailed(text)
    if heads[anchor.line_count - 1].hex() != anchor.head:
        text = f"audit.log: line {anchor.line_count} is not what block {anchor.height} anchors"
        raise VerificationFailed(text)


def _line(data: bytes) -> AuditLine:
    fields = json.loads(data)
    about = " ".join(
        f"{name}={fields[name]}" for name in fields if name not in ("at_ms", "act", "after")
    )
    return AuditLine(at_ms=fields["at_ms"], act=fields["act"], about=about)


def _read(path: Path) -> bytes:
    """Read the log up to its last whole line: its node may be writing the next one."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    return data[: data.rfind(b"\n") + 1]
