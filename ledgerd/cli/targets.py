"""A node named by its URL, and the credential for it."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from ledgerd.cli.exits import CommandFailed, ExitCode
from ledgerd.rpc.access import read_cookie
from ledgerd.rpc.client import Target

TOKEN_VARIABLE = "LEDGERCTL_TOKEN"  # noqa: S105 - the name of a variable, no secret


def target_of_url(url: str, home: Path | None) -> Target:
    """Read ``http://HOST:PORT``; the credential is the token of the environment or the cookie.

    Raises:
        CommandFailed: not such a URL.
    """
    parts = urlsplit(url if "://" in url else f"http://{url}")
    if parts.scheme != "http" or not parts.netloc:
        raise CommandFailed(ExitCode.USAGE, "--node is http://HOST:PORT")
    cookie = os.environ.get(TOKEN_VARIABLE)
    if cookie is None and home is not None:
        cookie = read_cookie(home)
    return Target(address=parts.netloc, cookie=cookie)
