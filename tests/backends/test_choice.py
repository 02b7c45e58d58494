"""Which backend runs: LLVM where it can be, the interpreter elsewhere or where it is asked for."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

SHOW = "from chainrule.backends import choice; print(choice.backend().__module__)"


def run(code, environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**default_environment(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_environment_chooses():
    pytest.importorskip("llvmlite")
    names = {"interpreter": "interpreter", "llvm": "executable"}
    for name, module in names.items():
        shown = run(SHOW, {"CHAINRULE_BACKEND": name})
        assert shown.stdout.strip().endswith(module), shown.stderr
    wrong = run(SHOW, {"CHAINRULE_BACKEND": "cuda"})
    assert "CHAINRULE_BACKEND is 'cuda'; it may be interpreter or llvm." in wrong.stderr


def default_environment():
    return {k: v for k, v in os.environ.items() if k != "CHAINRULE_BACKEND"}


def test_llvm_is_the_default():
    pytest.importorskip("chainrule.backends.llvm.executable")
    done = run(SHOW, {})
    assert done.stdout.strip().endswith("executable")
    assert not done.stderr


WITHOUT_LLVMLITE = 'sys.modules["llvmlite"] = None'
WITHOUT_RUNNER = 'sys.modules["chainrule.backends.llvm.runner"] = None'
ELSEWHERE = 'platform.machine = lambda: "pdp11"'
USE = """
import os, sys, platform
{condition}
import numpy as np, chainrule as cr
f = cr.jit(lambda x: cr.sum(x * x))
assert f(np.arange(3.0)) == 5.0
assert cr.jit(lambda x: x + 1)(np.arange(3.0))[2] == 3.0
"""


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (WITHOUT_LLVMLITE, "llvmlite"),
        (WITHOUT_RUNNER, "without a C compiler"),
        (ELSEWHERE, "no code is made for Linux pdp11"),
    ],
)
def test_where_llvm_cannot_be_the_interpreter_runs_and_says_so_once(condition, reason):
    pytest.importorskip("chainrule.backends.llvm.executable")
    done = run(USE.format(condition=condition), {})
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("FallbackWarning: jit runs on the interpreter") == 1
    assert reason in done.stderr
    assert "<string>:6: " in done.stderr, "it points at the user's own line"
    asked = run(USE.format(condition=condition), {"CHAINRULE_BACKEND": "llvm"})
    assert asked.returncode != 0, "llvm that is asked for has to be there"
    assert reason in asked.stderr
    silent = run(USE.format(condition=condition), {"CHAINRULE_BACKEND": "interpreter"})
    assert (silent.returncode, silent.stderr) == (0, "")


def test_importing_chainrule_does_not_import_llvmlite():
    done = run("import sys, chainrule; assert 'llvmlite' not in sys.modules", {})
    assert done.returncode == 0, done.stderr
