"""Record vectors: ``scripts/record_passkeys``."""

import argparse
import json
import shutil
import sys
from pathlib import Path

from tests.passkeys.browser import running_browser, served_page
from tests.passkeys.recording import KINDS, record

FOLDER = Path(__file__).resolve().parents[1] / "data" / "passkeys"
ANSWERS = 3  # of each authenticator


def main() -> int:
    """Record every kind of authenticator; a file each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--browser", default=shutil.which("chromium"))
    parser.add_argument("--into", type=Path, default=FOLDER)
    given = parser.parse_args()
    if given.browser is None:
        sys.stderr.write("no chromium here: install Debian's package chromium\n")
        return 78
    given.into.mkdir(parents=True, exist_ok=True)
    with served_page() as url, running_browser(given.browser) as browser:
        product = browser.call("Browser.getVersion")
        name, _, version = product["product"].partition("/")
        browser.open_page(url)
        for kind in KINDS:
            recorded = {"browser": name, "version": version, **record(browser, kind, ANSWERS)}
            path = given.into / f"{kind.name}.json"
            path.write_text(json.dumps(recorded, indent=1) + "\n", encoding="ascii")
            sys.stdout.write(f"{path.name}: {len(recorded['answers'])} answers\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
