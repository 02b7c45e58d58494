"""The house rules: imports go downwards, files stay readable, public names are documented."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import chainrule as cr

SOURCE = Path(__file__).parent.parent / "src" / "chainrule"

#: Floors of the house, lowest first; a room may import its own floor's files and lower floors.
FLOORS = [
    {"errors"},
    {"ops"},
    {"eager", "program"},
    {"transforms", "backends"},
    {"containers"},
    {"api"},
    {"testing", "configuration", "optimize", "scipy"},
    {"cli"},
    {"__main__"},
]
#: The entry points, which see everything.
TOP = {"__init__"}
#: Only imported when needed: they cost more than all of chainrule.
LATE = {"scipy", "rich", "click", "optree", "mpmath", "llvmlite"}

FILES = sorted(path for path in SOURCE.rglob("*.py") if "generated" not in path.parts)


def room(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def floor(name: str) -> int:
    (level,) = [i for i, rooms in enumerate(FLOORS) if name in rooms]
    return level


def imported_modules(path: Path, tree: ast.AST):
    """Absolute names of what a file imports, each with the statement."""
    package = ["chainrule", *path.relative_to(SOURCE).parts[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.split("."), node
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = base + (node.module.split(".") if node.module else [])
            for alias in node.names:
                yield [*module, alias.name], node


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_go_downwards(path):
    if room(path) in TOP:
        return
    for module, statement in imported_modules(path, ast.parse(path.read_text())):
        if module[0] == "chainrule" and len(module) > 1:
            name = module[1]
            if not any(name in rooms for rooms in FLOORS):
                name = "errors"  # a name of the package itself, such as __version__
            assert floor(name) < floor(room(path)) or name == room(path), (
                f"line {statement.lineno} imports {'.'.join(module)}"
            )


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_heavy_libraries_are_imported_when_needed(path):
    if room(path) in {"cli", "__main__"}:
        return
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in node.names]
            module = getattr(node, "module", None) or names[0]
            assert module.split(".")[0] not in LATE, f"line {node.lineno}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_files_stay_readable(path):
    text = path.read_text()
    assert text.count("\n") <= 520, "split it by meaning"
    assert ast.get_docstring(ast.parse(text)), "say what the file is for"


def test_the_native_build_stays_readable():
    assert (SOURCE / "eager" / "native.pyx").read_text().count("\n") <= 900


@pytest.mark.parametrize("name", cr.__all__)
def test_public_names_are_documented(name):
    thing = getattr(cr, name)
    if name == "__version__":
        assert isinstance(thing, str)
        return
    doc = inspect.getdoc(thing)
    assert doc
    assert ">>> " in doc, "an example, please"
    if inspect.isbuiltin(thing) or inspect.isfunction(thing):
        assert inspect.signature(thing) is not None


def test_every_exception_is_a_chainrule_error():
    from chainrule import errors

    classes = [thing for thing in vars(errors).values() if inspect.isclass(thing)]
    assert len(classes) > 10
    for thing in classes:
        assert issubclass(thing, errors.ChainruleError)
        assert thing.__doc__
