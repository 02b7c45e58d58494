"""The compiled rewriter and sweep do what their sources do: the same Programs, term by term."""

from __future__ import annotations

import numpy as np
import pytest
from programs import traced

import chainrule as cr
from chainrule.ops import TABLE, Op
from chainrule.program import is_native
from chainrule.transforms import reverse, rewriter, simplify, sweep

pytestmark = pytest.mark.skipif(not is_native, reason="compiled modules are not there")

X = np.array([0.5, 1.5, 2.0])
ELEMENTWISE = [row for row in TABLE.values() if isinstance(row, Op)]


def both(f, *arrays, monkeypatch):
    quick = traced(f, *arrays)
    quick = str(quick), str(simplify.simplify(quick)), str(simplify.simplify(quick, final=True))
    monkeypatch.setattr(reverse, "sweep", sweep)
    monkeypatch.setattr(simplify, "rewriter", rewriter)
    slow = traced(f, *arrays)
    slow = str(slow), str(simplify.simplify(slow)), str(simplify.simplify(slow, final=True))
    return quick, slow


@pytest.mark.parametrize("row", ELEMENTWISE, ids=lambda row: row.name)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("order", [1, 2])
def test_every_row(row, dtype, order, monkeypatch):
    if None in row.partials:  # of one operand there is no derivative
        f = lambda x: row(*[2 if partial is None else x for partial in row.partials]) * x
    elif row.name == "where":
        f = lambda x: cr.where(x > 1.0, x * 2.0, -x) * 1.0
    else:
        f = lambda x: row(*[x * 1.0, x + 0.0, x / x][: row.arity]) * 1.0
    for _ in range(order):
        f = lambda x, f=f: cr.grad(lambda z: cr.sum(f(z)))(x)
    quick, slow = both(f, X.astype(dtype), monkeypatch=monkeypatch)
    assert quick == slow
    assert len(quick[0].splitlines()) > 1


FUNCTIONS = {
    "matrices": lambda x: cr.sum(cr.outer(x, x) @ cr.outer(x, x) / cr.sum(x)),
    "masks": lambda x: cr.sum(cr.where(x > 1.0, cr.sqrt(x - 1.0), 0.0) * cr.maximum(x, 1.2)),
    "elements": lambda x: x[0] * x[1] + x[2] ** 3 - 1 / x[0] + x[1] / x[0],
    "constants": lambda x: cr.sum(x * 0.0 - x * 1 + x / -1 + cr.stop_gradient(x) * -2.0 + True),
    "checkpoint": lambda x: cr.sum(cr.checkpoint(lambda z: cr.sin(z) * cr.exp(cr.sin(z)))(x)),
    "unused": lambda x: cr.sum(x[:2]),
}


DERIVATIVES = {
    "grad": (cr.grad, X),
    "hessian": (cr.hessian, X),
    "batch": (lambda f: cr.vmap(cr.grad(f)), np.stack([X, X + 1.0])),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("derivative", DERIVATIVES)
def test_functions(name, derivative, monkeypatch):
    transform, x = DERIVATIVES[derivative]
    quick, slow = both(transform(FUNCTIONS[name]), x, monkeypatch=monkeypatch)
    assert quick == slow
