"""Which backend runs: the interpreter, or LLVM where it is asked for."""

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
    names = {"interpreter": "interpreter", "llvm": "executable"}
    for name, module in names.items():
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


def test_the_interpreter_is_the_default_and_needs_no_llvmlite():
    environment = {k: v for k, v in os.environ.items() if k != "CHAINRULE_BACKEND"}
    done = subprocess.run([sys.executable, "-c", WITHOUT], env=environment, check=False)
    assert done.returncode == 0


def test_llvm_that_is_asked_for_but_missing_is_an_error():
    code = WITHOUT.replace("import sys", "import os, sys", 1)
    done = run(code, CHAINRULE_BACKEND="llvm")
    assert done.returncode != 0
    assert "llvmlite" in done.stderr


def test_importing_chainrule_does_not_import_llvmlite():
    done = run("import sys, chainrule; assert 'llvmlite' not in sys.modules")
    assert done.returncode == 0, done.stderr
