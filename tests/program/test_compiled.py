"""The compiled twins: used where they fit their source, and Terms made in C are Terms."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import types

import pytest

from chainrule.backends.llvm import identity, members
from chainrule.program import Term, fastest, is_native, needed
from chainrule.program.symbol import NO_PARAMETERS, Symbol
from chainrule.transforms import reverse, rewriter, simplify, sweep

GIVEN = (None, 7, "row", (1.0, 2), NO_PARAMETERS, (3,), float, True, 5)
NAMES = ("traced_by", "serial", "op", "operands", "parameters", "shape", "dtype", "weak", "region")
native_only = pytest.mark.skipif(not is_native, reason="compiled modules are not there")


def test_a_term_has_what_it_was_given():
    term = Term(*GIVEN)
    assert type(term) is Term
    assert isinstance(term, Symbol)
    assert [getattr(term, name) for name in NAMES] == list(GIVEN)
    term.serial = 8
    assert term.serial == 8


def test_a_term_may_be_made_by_keywords():
    term = Term(*GIVEN[:7], region=4, weak=False)
    assert (term.dtype, term.weak, term.region) == (float, False, 4)


@pytest.mark.parametrize("given", [(), GIVEN[:8], (*GIVEN, 1)], ids=len)
def test_a_term_of_too_little_or_too_much(given):
    with pytest.raises(TypeError, match=r"Term\.__init__\(\) (missing|takes)"):
        Term(*given)


def test_a_term_of_an_unknown_keyword():
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        Term(*GIVEN[:8], colour=1)


def test_a_term_is_freed_with_what_it_holds():
    class Held:
        pass

    held = Held()
    count = sys.getrefcount(held)
    terms = [Term(held, *GIVEN[1:]) for _ in range(100)]
    assert sys.getrefcount(held) == count + 100
    del terms
    assert sys.getrefcount(held) == count


@native_only
@pytest.mark.parametrize(
    "plain", [identity, members, needed, rewriter, sweep], ids=lambda module: module.__name__
)
def test_a_twin_of_its_source_is_taken(plain):
    package, _, name = plain.__name__.rpartition(".")
    assert fastest(plain).__name__ == f"{package}.native_{name}"
    assert fastest(plain).__doc__ == plain.__doc__


@native_only
def test_the_transforms_run_compiled():
    assert reverse.sweep is not sweep
    assert simplify.rewriter is not rewriter


def test_a_twin_of_another_source_is_not_taken(tmp_path):
    path = tmp_path / "rewriter.py"
    path.write_text("changed = True\n")
    spec = importlib.util.spec_from_file_location(rewriter.__name__, path)
    changed = importlib.util.module_from_spec(spec)
    assert fastest(changed) is changed


def test_a_module_without_a_twin_is_itself():
    assert fastest(types) is types


def test_the_environment_asks_for_the_plain_modules():
    program = (
        "from chainrule.program import is_native; from chainrule.transforms import reverse, sweep, "
        "rewriter, simplify; print(is_native, reverse.sweep is sweep, "
        "simplify.rewriter is rewriter)"
    )
    environment = {**os.environ, "CHAINRULE_NATIVE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "True", "True"]
