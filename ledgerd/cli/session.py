"""The global options of ``ledgerctl`` and what follows from them: which home, which node.

Rules: nothing is opened before a command needs it; offline commands need neither home nor node.
"""

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import click
import msgspec

from ledgerd.cli.contexts import read_context
from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.cli.homes import Home
from ledgerd.cli.output import Format, note, show
from ledgerd.cli.targets import target_of_url
from ledgerd.errors import ConfigError
from ledgerd.keys.passphrase import passphrase_file, passphrase_prompt
from ledgerd.rpc.client import RpcClient, Target, open_client
from ledgerd.rpc.registry import Method, P, R


@dataclass(frozen=True, slots=True)
class Options:
    """The global options as given."""

    home: Path | None = None
    context: str | None = None
    node: str | None = None
    output: Format = Format.TABLE
    timeout_s: int = 30
    is_yes: bool = False
    no_input: bool = False
    is_verbose: bool = False
    passphrase_path: Path | None = None


@dataclass(slots=True)
class Session:
    """One run of ``ledgerctl``."""

    options: Options
    _closing: ExitStack = field(default_factory=ExitStack)
    _clients: dict[str, RpcClient] = field(default_factory=dict)
    _home: Home | None = None

    @property
    def home(self) -> Home:
        """The home that was named.

        Raises:
            CommandFailed: none was.
        """
        if self._home is None:
            path = self.options.home or self._context().get("home")
            if path is None:
                raise CommandFailed(ExitCode.USAGE, "name a home: --home DIR or LEDGERCTL_HOME")
            self._home = Home(Path(path), self._passphrase)
        return self._home

    def has_home(self) -> bool:
        """Whether a home was named at all."""
        return bool(self.options.home or self._context().get("home"))

    def target(self) -> Target:
        """The node to ask: the one named by URL, else the home's."""
        url = self.options.node or self._context().get("node")
        if url is None:
            return self.home.target
        return target_of_url(url, self.home.path if self.has_home() else None)

    def ask(self, method: Method[P, R], params: P) -> R:
        """Call the node that was named."""
        return self.client(self.target()).call(method, params)

    def client(self, target: Target) -> RpcClient:
        """A client for a node; one each, closed with the session.

        A node that was restarted has a new cookie: its client is made anew.
        """
        known = self._clients.get(target.text)
        if known is None or known.target != target:
            opened = open_client(target, float(self.options.timeout_s))
            known = self._clients[target.text] = self._closing.enter_context(opened)
        return known

    def show(self, answer: msgspec.Struct) -> None:
        """Print an answer in the format that was asked for."""
        show(answer, self.options.output)

    def confirm(self, question: str) -> None:
        """Ask before something that cannot be taken back."""
        if self.options.is_yes:
            return
        if self.options.no_input:
            raise CommandFailed(ExitCode.USAGE, f"{question} Say so with --yes.")
        click.confirm(question, abort=True, err=True)

    def detail(self, text: str) -> None:
        """Say something only with ``-v``."""
        if self.options.is_verbose:
            note(text)

    def close(self) -> None:
        self._closing.close()

    def _passphrase(self) -> bytes:
        if self.options.passphrase_path is not None:
            return passphrase_file(self.options.passphrase_path)()
        if self.options.no_input:
            raise ConfigError("a key is protected: give --passphrase-file")
        return passphrase_prompt("Passphrase: ")()

    def _context(self) -> dict[str, str]:
        name = self.options.context
        return {} if name is None else read_context(name)
