"""Words that do not belong: names of nothing, silenced checks, catch-alls, sleeping tests."""

import ast
import re

import pytest

from tests.tidy.source import ROOT, Module, imported_names, modules, repository_files

HOUSE = modules("consensus", "ledgerd")
EVERYTHING = modules("consensus", "ledgerd", "tests", "scripts")
NAMES_OF_NOTHING = {"utils", "helpers", "common", "manager", "processor", "service", "misc"}
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|NotImplemented" r"Error")
SILENCED = re.compile(r"#\s*(noqa|type:\s*ignore)\s*$", re.MULTILINE)
BANNED_IN_CONSENSUS = re.compile(
    r"\b(leader|master|follower|slave|seq_no|viewNo|view_number|view_no|ppSeqNo|preprepare"
    r"|double_vote|high_qc|instance_change|num_nodes|max_failures|f_plus_one)\b"
)
# Folders of the machines on which this is written, spelt backwards so that this file names none.
_FOLDERS = ("/krow/", "/mraf/", "oiduts/pmt/", "yrarbil.", "nalp/pmt/")
WORKPLACE = re.compile("|".join(re.escape(word[::-1]) for word in _FOLDERS))
CATCH_ALL_ALLOWED = ("ledgerd/daemon.py",)


@pytest.mark.parametrize("module", EVERYTHING, ids=lambda m: m.path)
def test_a_module_says_first_what_lives_there(module: Module) -> None:
    if module.text.strip():
        assert ast.get_docstring(module.tree), f"{module.path} opens without a docstring"


@pytest.mark.parametrize("module", HOUSE, ids=lambda m: m.path)
def test_a_module_is_not_called_nothing(module: Module) -> None:
    assert not NAMES_OF_NOTHING & set(module.path.removesuffix(".py").split("/"))


@pytest.mark.parametrize("module", EVERYTHING, ids=lambda m: m.path)
def test_nothing_is_left_unfinished_or_silenced(module: Module) -> None:
    assert UNFINISHED.findall(module.text) == []
    assert SILENCED.findall(module.text) == []


@pytest.mark.parametrize("module", HOUSE, ids=lambda m: m.path)
def test_only_the_composition_root_may_catch_everything(module: Module) -> None:
    handlers = [n for n in ast.walk(module.tree) if isinstance(n, ast.ExceptHandler)]
    caught = [h for h in handlers if h.type is None or catches_everything(h.type)]
    if module.path not in CATCH_ALL_ALLOWED:
        assert [h.lineno for h in caught] == []


def catches_everything(node: ast.expr) -> bool:
    names = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(isinstance(n, ast.Name) and n.id in ("Exception", "BaseException") for n in names)


@pytest.mark.parametrize("module", modules("consensus"), ids=lambda m: m.path)
def test_consensus_speaks_the_words_of_the_paper(module: Module) -> None:
    assert BANNED_IN_CONSENSUS.findall(module.text) == []


@pytest.mark.parametrize("module", modules("tests"), ids=lambda m: m.path)
def test_tests_do_not_sleep_or_mock(module: Module) -> None:
    sleeps = [
        n.lineno
        for n in ast.walk(module.tree)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr == "sleep"
    ]
    assert sleeps == []
    assert not any(name.startswith("unittest.mock") for name in imported_names(module.tree))


@pytest.mark.parametrize("path", repository_files())
def test_the_repository_knows_nothing_of_the_workplace(path: str) -> None:
    if path.endswith((".lock", ".bin")):
        return
    assert WORKPLACE.findall((ROOT / path).read_bytes().decode("utf-8", "replace")) == []


def test_no_assertion_is_switched_off() -> None:
    assert __debug__, "run the tests without -O: asserts are part of the product"
