"""The size limits of the house style, as a ratchet: known_violations.txt may only shrink."""

import ast
from collections.abc import Iterator

from tests.tidy.source import Module, known_violations, modules

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 60
PARAMETERS_MAX = 5
ATTRIBUTES_MAX = 12
PUBLIC_METHODS_MAX = 15
IMPORTS_MAX = 15
IMPORTS_EXEMPT = ("ledgerd/daemon.py",)  # the composition root names everything it builds

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(module: Module) -> Iterator[Function]:
    return (
        n for n in ast.walk(module.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def classes(module: Module) -> Iterator[ast.ClassDef]:
    return (n for n in ast.walk(module.tree) if isinstance(n, ast.ClassDef))


def parameter_count(function: Function) -> int:
    arguments = function.args
    named = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    if "click" in ast.dump(ast.Module(body=list(function.decorator_list), type_ignores=[])):
        return 0  # the parameters of a command are its options
    return len([name for name in named if name not in ("self", "cls")])


def self_attributes(node: ast.ClassDef) -> set[str]:
    stores = (
        n.attr
        for n in ast.walk(node)
        if isinstance(n, ast.Attribute)
        and isinstance(n.ctx, ast.Store)
        and isinstance(n.value, ast.Name)
        and n.value.id == "self"
    )
    return set(stores)


def too_long_files() -> Iterator[str]:
    for module in modules("consensus", "ledgerd", "tests", "scripts"):
        if len(module.text.splitlines()) > FILE_LINES_MAX:
            yield f"file-lines {module.path} {FILE_LINES_MAX}"


def too_large_functions() -> Iterator[str]:
    for module in modules("consensus", "ledgerd"):
        for function in functions(module):
            if (function.end_lineno or 0) - function.lineno + 1 > FUNCTION_LINES_MAX:
                yield f"function-lines {module.path} {function.name}"
            if parameter_count(function) > PARAMETERS_MAX:
                yield f"parameters {module.path} {function.name}"


def too_large_classes() -> Iterator[str]:
    for module in modules("consensus", "ledgerd"):
        for node in classes(module):
            if len(self_attributes(node)) > ATTRIBUTES_MAX:
                yield f"attributes {module.path} {node.name}"
            methods = [
                n for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
            ]
            if len([m for m in methods if not m.name.startswith("_")]) > PUBLIC_METHODS_MAX:
                yield f"public-methods {module.path} {node.name}"


def too_many_imports() -> Iterator[str]:
    for module in modules("consensus", "ledgerd"):
        count = len([n for n in module.tree.body if isinstance(n, ast.Import | ast.ImportFrom)])
        if count > IMPORTS_MAX and module.path not in IMPORTS_EXEMPT:
            yield f"imports {module.path} {IMPORTS_MAX}"


def all_violations() -> set[str]:
    found = (too_long_files(), too_large_functions(), too_large_classes(), too_many_imports())
    return {violation for source in found for violation in source}


def test_nothing_is_larger_than_the_limits() -> None:
    assert sorted(all_violations() - known_violations()) == []


def test_the_list_of_known_violations_only_shrinks() -> None:
    assert sorted(known_violations() - all_violations()) == []
