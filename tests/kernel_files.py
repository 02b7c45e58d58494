"""A function that is compiled anew each time, its files in the cache, and processes of it."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest

import chainrule as cr

X = np.linspace(0.5, 2.0, 100)

PROGRAM = """
import numpy as np, chainrule as cr
def f(x, y):
    return cr.sum(cr.exp(x) * cr.sin(y) / (1 + x * x)), cr.log(x) + y ** 3
x = np.linspace(0.5, 2.0, 1000)
a, b = cr.jit(f)(x, x[::-1].copy())
print(a.hex(), float(b.sum()).hex())
"""


def evaluate(scale=2.0):
    """The result of a new jitted function, which has to compile its kernel or load it."""
    value = cr.jit(lambda x: cr.sum(cr.exp(-x) * scale))(X)
    assert value == pytest.approx(np.sum(np.exp(-X) * scale), rel=1e-13)
    return value


def files(folder):
    return sorted(folder.iterdir())


def the_file(folder):
    """The only file, of a kernel that was just compiled."""
    evaluate()
    (file,) = files(folder)
    return file


def start(folder, program=PROGRAM, **environment):
    """A process that compiles, with that folder for its cache."""
    return subprocess.Popen(
        [sys.executable, "-c", program],
        env={
            **os.environ,
            "CHAINRULE_BACKEND": "llvm",
            "CHAINRULE_CACHE": "1",
            "CHAINRULE_CACHE_DIR": str(folder),
            "CHAINRULE_LOG": "compile",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process):
    """What it printed and logged."""
    out, err = process.communicate()
    assert process.returncode == 0, err
    return out, err
