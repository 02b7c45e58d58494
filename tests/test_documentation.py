"""What the documentation says is so: examples, docstrings, links, and the output of commands."""

from __future__ import annotations

import builtins
import doctest
import math
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sybil import Document, Example, Region, Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

import chainrule as cr
from chainrule import Value, Var, errors
from chainrule.api.jit import Jitted
from chainrule.ops import TABLE

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
DOCS = ROOT / "docs"
PAGES = [README, *sorted(DOCS.glob("*.md"))]
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def blocks(page: Path, language: str, after: str = "") -> list[str]:
    """The fenced blocks of that language, or the one right after an HTML comment."""
    comment = re.escape(f"<!-- {after} -->\n") if after else ""
    fence = rf"^{comment}```{language}\n(.*?)^```$"
    return re.findall(fence, page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


# --- examples -----------------------------------------------------------------------------------


def run_code_spans(example: Example) -> None:
    for code in example.parsed:
        exec(code, example.namespace)


def code_in_tables(document: Document) -> Iterator[Region]:
    """The code in the last column of every table that is headed "here"."""
    for table in re.finditer(r"^\|.*\| here \|\n\|[-| ]+\n((?:\|.*\n)+)", document.text, re.M):
        for row in re.finditer(r"^.*\|(.*)\|$", table.group(1), re.M):
            spans = re.findall(r"`([^`]+)`", row.group(1))
            start = table.start(1) + row.start()
            yield Region(start, table.start(1) + row.end(), spans, run_code_spans)


@pytest.fixture
def table_of_operations():
    """The op table, put back afterwards as it was: a page adds a row to it."""
    rows = dict(TABLE)
    yield
    TABLE.clear()
    TABLE.update(rows)


def run_command(example: Example) -> None:
    """A command that a page shows with what it prints."""
    prompt, _, expected = example.parsed.partition("\n")
    assert prompt.startswith("$ chainrule "), prompt
    command = subprocess.run(
        [sys.executable, "-m", "chainrule", *shlex.split(prompt)[2:]],
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1"},
        check=False,
    )
    assert command.returncode == 0, command.stderr
    assert doctest.OutputChecker().check_output(
        same_digits(expected), same_digits(command.stdout), FLAGS
    ), command.stdout


def commands(document: Document) -> Iterator[Region]:
    for block in re.finditer(r"^```text\n(.*?)^```$", document.text, re.M | re.S):
        yield Region(block.start(), block.end(), block.group(1), run_command)


@pytest.mark.usefixtures("table_of_operations")
@every_page
def test_examples(page, tmp_path, monkeypatch):
    """In an empty folder, because an example may write a file that another one reads."""
    monkeypatch.chdir(tmp_path)
    parsers = [PythonCodeBlockParser(doctest_optionflags=FLAGS), code_in_tables, commands]
    examples = list(Sybil(parsers=parsers).parse(page).examples())
    failures = []
    for example in examples:
        try:
            example.evaluate()
        except Exception as error:
            failures.append(f"{page.name}, line {example.line}: {type(error).__name__}: {error}")
    assert not failures, "\n".join(failures)
    assert examples or page.name == "index.md"


@every_page
def test_every_block_is_of_a_kind_that_is_tested(page):
    fences = re.findall(r"^ *```(.*)$", page.read_text("utf-8"), re.MULTILINE)
    kinds = {"python", "sh", "text"}  # text is a command with its output
    if page.name == "adding-an-operation.md":
        kinds |= {"c", "pycon"}  # what follows from the row there
        kinds |= {"py"}  # rows as they are in the sources
    assert set(fences[::2]) <= kinds
    assert set(fences[1::2]) <= {""}


@every_page
def test_shell_blocks_are_shell(page):
    for block in blocks(page, "sh"):
        subprocess.run(["sh", "-n", "-c", block], check=True)


# --- docstrings ---------------------------------------------------------------------------------


def public_objects() -> Iterator[tuple[str, object]]:
    """The public names, and what users call on them, that have docstrings of their own."""
    yield "chainrule", cr
    for name in cr.__all__:
        if name != "__version__":
            yield name, getattr(cr, name)
    for name in dir(Value):
        if not name.startswith("_"):
            yield f"Value.{name}", getattr(Value, name)
    for name, method in vars(Jitted).items():
        if not name.startswith("_") and name != "call":
            yield f"jit.{name}", method
    for name, error in vars(errors).items():
        if isinstance(error, type):
            yield name, error


OBJECTS = dict(public_objects())


@pytest.mark.parametrize("name", OBJECTS)
def test_docstring_and_its_examples(name):
    docstring = OBJECTS[name].__doc__
    assert docstring
    assert docstring.strip()
    names = {"cr": cr, "np": np, "math": math, "Value": Value, "Var": Var}
    test = doctest.DocTestParser().get_doctest(docstring, names, name, None, 0)
    report: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS).run(test, out=report.append)
    assert not report, "".join(report)
    if name in cr.__all__:
        assert test.examples, "a public function shows an example"


# --- links --------------------------------------------------------------------------------------


def anchors(page: Path) -> set[str]:
    """The headings of a page as GitHub makes anchors of them."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_links_lead_somewhere(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"(?<!\[)`[^`]*`", "", text)
    for target in re.findall(r"\[[^\]]+\]\(([^)\s]+)\)", text):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.is_file(), target
        assert linked.is_relative_to(ROOT), target
        assert not anchor or anchor in anchors(linked), target


def test_every_page_is_in_the_table_of_contents():
    contents = (DOCS / "index.md").read_text("utf-8")
    assert all(page.name == "index.md" or f"]({page.name})" in contents for page in PAGES[1:])


# --- what pages claim of the library ------------------------------------------------------------


def test_the_table_of_errors_is_complete():
    """Each class with the built-in exception that the tour says it is."""
    row = r"^\| `(\w+(?:Error|Warning))` \| `(\w+)` \|"
    claimed = dict(re.findall(row, (DOCS / "tour.md").read_text("utf-8"), re.MULTILINE))
    classes = {name: error for name, error in vars(errors).items() if isinstance(error, type)}
    assert set(claimed) == set(classes) - {"ChainruleError"}
    for name, builtin in claimed.items():
        assert issubclass(classes[name], errors.ChainruleError)
        assert issubclass(classes[name], getattr(builtins, builtin))


def test_rows_that_are_shown_are_in_the_sources():
    page = (DOCS / "adding-an-operation.md").read_text("utf-8")
    shown = re.findall(r"^<!-- from (\S+) -->\n```py\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert len(shown) == page.count("```py\n")
    for path, row in shown:
        assert row in (ROOT / path).read_text("utf-8"), path


def same_digits(output: str) -> str:
    """Text with its numbers to 12 digits: the last ones differ between builds and platforms."""
    number = r"(?<![\w.])-?\d+\.\d+(?:e[+-]?\d+)?"
    return re.sub(number, lambda found: f"{float(found.group()):.12g}", output)


def test_the_readme_says_how_to_run_the_tests():
    (command,) = blocks(README, "sh", after="test command")
    assert ".[test]" in command
    assert command.rstrip().endswith("-m pytest -n auto")


def test_the_row_of_the_walk_through(tmp_path):
    """The page on adding an operation, done to a copy of the sources as it says."""
    page = DOCS / "adding-an-operation.md"
    for folder in "src", "tools", "tests/ops":
        without = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__", "*.egg-info")
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=without)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    environment = os.environ | {
        "CHAINRULE_NATIVE": "0",
        "PYTHONPATH": str(tmp_path / "src"),
        "PYTHONUTF8": "1",
    }

    def python(*arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, *arguments],
            capture_output=True,
            encoding="utf-8",
            cwd=tmp_path,
            env=environment,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    (row,) = blocks(page, "python", after="the row")
    (imports,) = (block for block in blocks(page, "python") if "from chainrule.ops.op " in block)
    with (tmp_path / "src/chainrule/ops/special.py").open("a", encoding="utf-8") as special:
        special.write(imports + row)
    python("tools/print_rows.py")

    header = (tmp_path / "src/chainrule/eager/generated/kernels.h").read_text("utf-8")
    (shown,) = blocks(page, "c")
    assert all(function.strip() in header for function in shown.split("\n\n"))

    (session,) = blocks(page, "pycon")
    (tmp_path / "session.txt").write_text(session, "utf-8")
    python(
        "-c",
        "import doctest, scipy.special, chainrule as cr\n"
        "names = {'cr': cr, 'Var': cr.Var, 'scipy': scipy}\n"
        "failed, tried = doctest.testfile('session.txt', module_relative=False, globs=names)\n"
        "assert tried and not failed",
    )

    (reference,) = blocks(page, "python", after="the reference")
    (line,) = re.findall(r'^    "logit": .*\n', reference, re.MULTILINE)
    references = tmp_path / "tests/ops/references.py"
    text, replaced = re.subn(r"^FUNCTIONS.*\n", rf"\g<0>{line}", references.read_text(), flags=re.M)
    assert replaced == 1
    references.write_text(text)
    chosen = "logit or every_smooth_row_has_a_reference or up_to_date"
    python("-m", "pytest", "-p", "no:cacheprovider", "tests/ops", "-k", chosen)
