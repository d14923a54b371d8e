"""Plays the scenario files and compares; ``pytest --rewrite`` writes what was seen instead.

A file is a story in comments, then blocks: one command, ``----``, what every replica did.
"""

from pathlib import Path

import pytest

from tests.scenarios.theatre import Theatre

FILES = sorted(Path(__file__).parent.glob("*.txt"))


def play(text: str) -> str:
    """Return the file as it must be: its comments and commands, and what is seen now."""
    theatre: Theatre | None = None
    blocks: list[str] = []
    for block in text.strip().split("\n\n"):
        if block.startswith("#"):
            blocks.append(block)
            continue
        command = block.split("\n")[0]
        word, *options = command.split()
        if word == "replicas":
            lengths = dict(option.split("=") for option in options[1:])
            theatre = Theatre(int(options[0]), **{k: int(v) for k, v in lengths.items()})
            seen = "ok"
        else:
            assert theatre is not None, "a scenario begins with its replicas"
            seen = theatre.perform(command)
        blocks.append(f"{command}\n----\n{seen}")
    return "\n\n".join(blocks) + "\n"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_scenario_plays_as_it_is_written(path: Path, request: pytest.FixtureRequest) -> None:
    written = path.read_text(encoding="utf-8")
    played = play(written)
    if request.config.getoption("--rewrite"):
        path.write_text(played, encoding="utf-8")
    else:
        assert played == written


def test_there_are_scenarios() -> None:
    assert len(FILES) >= 10
