"""Sources of a passphrase."""

import getpass
from pathlib import Path

import pytest

from ledgerd.errors import ConfigError
from ledgerd.keys import folder
from ledgerd.keys.passphrase import no_passphrase, passphrase_file, passphrase_prompt


@pytest.mark.parametrize(
    ("content", "passphrase"),
    [(b"words", b"words"), (b"words\n", b"words"), (b"words\r\n", b"words"), (b"a\n\n", b"a\n")],
)
def test_a_file_holds_one_line(tmp_path: Path, content: bytes, passphrase: bytes) -> None:
    folder.write_new(tmp_path / "p", content)

    assert passphrase_file(tmp_path / "p")() == passphrase


def test_a_file_that_others_could_read_is_refused(tmp_path: Path) -> None:
    folder.write_new(tmp_path / "p", b"words")
    (tmp_path / "p").chmod(0o644)

    with pytest.raises(ConfigError, match="0644"):
        passphrase_file(tmp_path / "p")()


def test_the_terminal_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return "wörter"

    monkeypatch.setattr(getpass, "getpass", answer)
    source = passphrase_prompt("Passphrase: ")

    assert [source(), source()] == ["wörter".encode()] * 2
    assert asked == ["Passphrase: "]


def test_without_a_source_the_user_is_told() -> None:
    with pytest.raises(ConfigError, match="protected"):
        no_passphrase()
