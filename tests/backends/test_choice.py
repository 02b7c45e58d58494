"""Which backend runs, and what is said where it is not the one for speed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SHOW = "from chainrule.backends import choice; print(choice.backend().__module__)"


def run(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_environment_chooses():
    pytest.importorskip("llvmlite")
    for name, module in (("interpreter", "interpreter"), ("llvm", "executable")):
        shown = run(SHOW, CHAINRULE_BACKEND=name)
        assert shown.stdout.strip().endswith(module), shown.stderr
    wrong = run(SHOW, CHAINRULE_BACKEND="cuda")
    assert "CHAINRULE_BACKEND is 'cuda'; it may be interpreter or llvm." in wrong.stderr


WITHOUT = """
import sys
sys.modules["llvmlite"] = None
import numpy as np, chainrule as cr
f = cr.jit(lambda x: cr.sum(x * x))
assert f(np.arange(3.0)) == 5.0
assert cr.jit(lambda x: x + 1)(np.arange(3.0))[2] == 3.0
"""


def test_without_llvmlite_the_interpreter_runs_and_it_is_said_once():
    done = run(WITHOUT, CHAINRULE_BACKEND="", CHAINRULE_LOG="compile")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("jit runs Programs by the interpreter, term by term") == 1


def test_llvm_that_is_asked_for_but_missing_is_an_error():
    code = WITHOUT.replace("import sys", "import os, sys", 1)
    done = run(code, CHAINRULE_BACKEND="llvm")
    assert done.returncode != 0
    assert "llvmlite" in done.stderr


def test_importing_chainrule_does_not_import_llvmlite():
    done = run("import sys, chainrule; assert 'llvmlite' not in sys.modules")
    assert done.returncode == 0, done.stderr
