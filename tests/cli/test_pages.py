"""Every command has help, and a place in docs/cli.md, which is generated."""

from pathlib import Path

import click
import pytest

from ledgerd.cli.main import cli, run
from ledgerd.cli.pages import cli_text, commands, pages

DOCS = Path(__file__).resolve().parents[2] / "docs"
COMMANDS = list(commands(cli, "ledgerctl"))


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_every_command_says_what_it_does(name: str, command: click.Command) -> None:
    assert command.help, name
    assert f"`{name}`" in cli_text()


@pytest.mark.parametrize(("name", "command"), COMMANDS, ids=[name for name, _ in COMMANDS])
def test_every_option_says_what_it_is_for(name: str, command: click.Command) -> None:
    options = [p for p in command.params if isinstance(p, click.Option)]

    assert [o.name for o in options if not o.help and not o.show_default] == []


def test_the_page_names_the_option_for_help_as_the_program_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = cli_text()

    run(["bill", "show", "-h"])

    option = capsys.readouterr().out.splitlines()[-1]
    assert option.startswith("  -h, --help ")
    assert option in page
    assert "\n  --help " not in page


@pytest.mark.parametrize("page", sorted(pages()))
def test_the_committed_pages_are_the_generated_ones(page: str) -> None:
    assert (DOCS / page).read_text(encoding="utf-8") == pages()[page], "run scripts/docs"


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("claim decide", "the payer of CLAIM"),
        ("claim pay", "the payer of CLAIM"),
        ("claim request-supplement", "the payer of CLAIM"),
        ("claim recover", "the payer of CLAIM"),
        ("assistance decide", "the bureau of APPLICATION"),
        ("case assign", "the opener of CASE"),
        ("case close", "the opener of CASE"),
        ("claim release", "the home's own"),
        ("bill issue", "the home's own"),
    ],
)
def test_the_help_says_who_acts_without_an_author(name: str, who: str) -> None:
    command = dict(COMMANDS)[f"ledgerctl {name}"]
    (author,) = (p for p in command.params if p.name == "author")

    assert isinstance(author, click.Option)
    assert author.help == f"Institution that acts; {who} when left out."
