"""Keep the evidence of long runs, and say how far the promises about reliability are earned."""

import argparse
import json
import sys
from pathlib import Path

from tests.evidence import tree
from tests.evidence.lines import EvidenceError, append_line, line_of_summary
from tests.evidence.report import MADE, NO_COMMIT, digest_of, render
from tests.tidy.source import ROOT

EVIDENCE = ROOT / "docs" / "reports" / "evidence.jsonl"
REPORT = ROOT / "docs" / "reports" / "reliability.md"


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/evidence", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="append a line for each summary of a run")
    add.add_argument("kind", help="which program ran: simulate, chaos, fuzz, ...")
    add.add_argument("--json", type=Path, nargs="+", required=True, help="what it wrote")
    commands.add_parser("report", help="write docs/reports/reliability.md")
    commands.add_parser("check", help="the file is well-formed, the report made from it")
    for each in commands.choices.values():
        each.add_argument("--evidence", type=Path, default=EVIDENCE)
        each.add_argument("--report", type=Path, default=REPORT)
    return parser.parse_args()


def add(options: argparse.Namespace) -> str:
    """Append lines, all or none."""
    summaries = [json.loads(path.read_text(encoding="utf-8")) for path in options.json]
    lines = [line_of_summary(options.kind, summary) for summary in summaries]
    for line in lines:
        append_line(options.evidence, line)
    return f"{len(lines)} line(s) added to {options.evidence.name}; now: scripts/evidence report"


def report(options: argparse.Namespace) -> str:
    commit = tree.head() or NO_COMMIT
    text = render(options.evidence, commit, tree.is_same_code)
    options.report.write_text(text, encoding="utf-8")
    return f"{options.report.name} written"


def check(options: argparse.Namespace) -> str:
    """Compare the report with the file.

    Raises:
        EvidenceError: a line is malformed, or the report was not made from this file.
    """
    written = options.report.read_text(encoding="utf-8")
    made = MADE.match(written)
    if made is None or made[1] != digest_of(options.evidence):
        raise EvidenceError("the report was made from other evidence: run scripts/evidence report")
    if tree.is_known(made[2]):
        if render(options.evidence, made[2], tree.is_same_code) != written:
            raise EvidenceError("the report was edited: run scripts/evidence report")
        return "the report is the one of the evidence"
    return "the report is of this evidence; its commit is not in this clone"


def main() -> int:
    options = parse()
    try:
        print({"add": add, "report": report, "check": check}[options.command](options))
    except (EvidenceError, OSError, ValueError) as error:
        print(f"scripts/evidence: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
