"""``ledgerctl``: the global options, all nouns, and where errors become exit codes."""

import sys
from pathlib import Path
from typing import Final

import click

from ledgerd.cli import shells
from ledgerd.cli.exits import CommandFailed, ExitCode, failure_of
from ledgerd.cli.nouns import COMMANDS
from ledgerd.cli.output import Format, note
from ledgerd.cli.session import Options, Session
from ledgerd.errors import LedgerdError

ENVIRONMENT_PREFIX: Final = "LEDGERCTL"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--home", type=click.Path(file_okay=False, path_type=Path), default=None,
    help="Home of a node: its socket, its cookie, its keys.",
)  # fmt: skip
@click.option("--context", default=None, help="Named home and node of contexts.toml.")
@click.option("--node", default=None, help="http://HOST:PORT of a node, instead of the home's.")
@click.option(
    "-o", "--output", type=click.Choice([f.value for f in Format]), default="table",
    show_default=True, help="How data is printed on stdout.",
)  # fmt: skip
@click.option(
    "--timeout", type=click.IntRange(1, 3_600), default=30, show_default=True,
    help="Seconds to wait for a node.",
)  # fmt: skip
@click.option("--passphrase-file", type=click.Path(path_type=Path), default=None, help="For keys.")
@click.option("--yes", is_flag=True, help="Answer yes to every question.")
@click.option("--no-input", is_flag=True, help="Never ask; fail instead.")
@click.option("-v", "--verbose", is_flag=True, help="Say what is done, on stderr.")
@click.version_option(package_name="ledgerd", prog_name=shells.PROGRAM)
@click.pass_context
def cli(context: click.Context, /, **given: object) -> None:
    """Work with a ledger of medical bills: nodes, bills, claims, proofs.

    Data goes to stdout, everything else to stderr. Exit codes: 0 ok, 2 usage, 3 not found, 4 not
    authorised, 5 refused by the ledger, 6 node unreachable, 7 outcome unknown, 8 verification
    failed, 9 unhealthy, 78 bad configuration, 130 interrupted.
    """
    session = Session(_options(**given))
    context.obj = session
    context.call_on_close(session.close)


def _options(**given: object) -> Options:
    renamed = {
        "timeout": "timeout_s",
        "yes": "is_yes",
        "verbose": "is_verbose",
        "passphrase_file": "passphrase_path",
    }
    named = {renamed.get(name, name): value for name, value in given.items()}
    return Options(**{**named, "output": Format(named["output"])})  # type: ignore[arg-type]


for _command in (*COMMANDS, shells.version, shells.completion):
    cli.add_command(_command)


def run(arguments: list[str]) -> ExitCode:
    """Run one command line; everything that can go wrong becomes an exit code and a sentence."""
    try:
        result = cli.main(
            arguments, shells.PROGRAM, standalone_mode=False, auto_envvar_prefix=ENVIRONMENT_PREFIX
        )
    except CommandFailed as failure:
        return _say(failure)
    except LedgerdError as error:
        return _say(failure_of(error))
    except (click.exceptions.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    except click.ClickException as usage:
        usage.show()
        return ExitCode.USAGE
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has enough
        return ExitCode.OK
    return ExitCode(result) if isinstance(result, int) else ExitCode.OK


def _say(failure: CommandFailed) -> ExitCode:
    note(f"ledgerctl: {failure.message}")
    return failure.code


def main() -> None:
    """Entry point."""
    sys.exit(int(run(sys.argv[1:])))


if __name__ == "__main__":
    main()
