"""Printing: one JSON value, lines for lists, tables for people, nothing that steers a terminal."""

import json

import pytest

from ledgerd.cli.output import Format, clean, show, show_rows, text
from ledgerd.rpc.answers import BillView, ChainStatus, Peers, PeerView, ShareView

PEERS = Peers(
    peers=(
        PeerView(institution="A", kind="finance", address="x", state="connected", height=1),
        PeerView(institution="B", kind="insurer", address="y", state="not connected"),
    )
)
STATUS = ChainStatus(
    chain_id="00", institution="A", kind="finance", height=3, state_root="11", sealed_height=2,
    view=0, primary="A", role="validator", ready=False, peers_up=1, why=("two are missing",),
)  # fmt: skip


def test_json_is_one_value(capsys: pytest.CaptureFixture[str]) -> None:
    show(PEERS, Format.JSON)

    out = capsys.readouterr().out
    assert json.loads(out)["peers"][1]["height"] is None


def test_ndjson_is_a_line_for_each_entry(capsys: pytest.CaptureFixture[str]) -> None:
    show(PEERS, Format.NDJSON)

    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["institution"] for line in lines] == ["A", "B"]


def test_a_table_has_a_row_for_each_entry_and_its_head(capsys: pytest.CaptureFixture[str]) -> None:
    show(PEERS, Format.TABLE)

    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["institution", "A", "B"]


def test_a_single_object_is_shown_by_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    show(STATUS, Format.TABLE)

    out = capsys.readouterr().out
    assert "two are missing" in out
    assert [line.split()[0] for line in out.splitlines()][:3] == ["chain_id", "institution", "kind"]


def test_an_object_with_a_list_inside_is_still_one_object(
    capsys: pytest.CaptureFixture[str],
) -> None:
    share = ShareView(payer="medicare", state="paid", reserved_fen=0, paid_fen=7)
    bill = BillView(
        bill="1-2", issuer="A", issued_ms=0, total_fen=9, public_fen=0, paid_fen=9, state="issued",
        payment="paid", sidecar="", shares=(share,),
    )  # fmt: skip

    show(bill, Format.TABLE)

    out = capsys.readouterr().out
    assert "total_fen" in out
    assert "payer=medicare" in out


def test_nothing_is_said_aloud(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows((), Format.TABLE)

    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "none\n")


def test_markup_in_a_name_is_a_name(capsys: pytest.CaptureFixture[str]) -> None:
    peer = PeerView(institution="[red]A[/red]", kind="", address="", state="")

    show(Peers(peers=(peer,)), Format.TABLE)

    assert "[red]A[/red]" in capsys.readouterr().out


@pytest.mark.parametrize("evil", ["\x1b[2J", "a\rb", "\x07", "\u202e"])
def test_what_could_steer_a_terminal_is_replaced(evil: str) -> None:
    assert not set(clean(evil)) & {"\x1b", "\r", "\x07", "\u202e"}


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "-"), (True, "yes"), (False, "no"), (7, "7"), ((), "-")]
)
def test_cells_are_short(value: object, shown: str) -> None:
    assert text(value) == shown
