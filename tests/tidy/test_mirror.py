"""Each source file has its test file, and each dependency its reason."""

import tomllib

import pytest

from tests.tidy.source import ROOT, Module, modules

# Packages whose modules are tested through their users: what is named here is tested there.
TESTED_ELSEWHERE = {
    "ledgerd/cli/": "tests/cli: every command end to end",
    "ledgerd/daemon.py": "tests/cli and tests/integration: real processes",
}


def needs_a_test(module: Module) -> bool:
    name = module.path.rsplit("/", 1)[-1]
    elsewhere = module.path.startswith(tuple(TESTED_ELSEWHERE))
    return name not in ("__init__.py", "__main__.py") and not elsewhere


@pytest.mark.parametrize(
    "module", [m for m in modules("consensus", "ledgerd") if needs_a_test(m)], ids=lambda m: m.path
)
def test_a_source_file_has_a_test_file(module: Module) -> None:
    folder, _, name = module.path.rpartition("/")
    assert (ROOT / "tests" / "unit" / folder / f"test_{name}").is_file()


def test_each_dependency_says_why_it_is_here() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {requirement.split(">=")[0] for requirement in wanted}
    reasons = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert sorted(n for n in names if f"| {n} |" not in reasons) == []
    assert len(project["dependencies"]) <= 12


def test_the_lock_file_pins_everything_with_hashes() -> None:
    lines = (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines()
    pinned = [line for line in lines if line and not line.startswith((" ", "#"))]
    assert pinned
    assert sorted(line for line in pinned if "==" not in line) == []
