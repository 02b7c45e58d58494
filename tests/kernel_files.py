"""A function that is compiled anew each time, and the files that the cache then has."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr

X = np.linspace(0.5, 2.0, 100)


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
