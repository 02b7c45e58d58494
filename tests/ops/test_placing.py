"""What writes into an array by NumPy's names: copyto and its like, ``out=``, ``np.add.at``."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule import Var
from chainrule.errors import ConcreteNumberError, OperandError, UnsupportedFunctionError

X = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.5], [-2.0, 3.0, 1.0]])
MASK = X > 0.3
PLACES = np.argsort(X, axis=1)[:, :2]

#: What changes v in place, with x beside it: NumPy's own code.
WRITERS: dict[str, Any] = {
    "copyto": lambda v, x: np.copyto(v, x[0] ** 2),
    "copyto, where": lambda v, x: np.copyto(v, x[0], where=MASK),
    "putmask": lambda v, x: np.putmask(v, MASK, x * x),
    "putmask, repeated": lambda v, x: np.putmask(v, MASK, x[0]),
    "place": lambda v, x: np.place(v, MASK, x[1, :2]),
    "put": lambda v, x: np.put(v, [0, 4, -1], x[:, 0] ** 2),
    "put, wrap": lambda v, x: np.put(v, [11, 4], x[0, 1], mode="wrap"),
    "put_along_axis": lambda v, x: np.put_along_axis(v, PLACES, x[:, 1:] ** 2, 1),
    "fill_diagonal": lambda v, x: np.fill_diagonal(v, x[0, 0] * 2),
    "fill_diagonal, several": lambda v, x: np.fill_diagonal(v, x[2, :2]),
    "out": lambda v, x: np.multiply(x, x[0], out=v),
    "out, repeated": lambda v, x: np.sin(x[0], out=v),
    "out and where": lambda v, x: np.log(x, out=v, where=MASK),
    "modf": lambda v, x: np.modf(x * 3.1, v, None),
    "sort": lambda v, x: v.sort(),
    "sort, first axis": lambda v, x: v.sort(axis=0, stable=True),
    "partition": lambda v, x: v.partition((0, 1, 2)),
    "fill": lambda v, x: v.fill(x[0, 1]),
    "put, method": lambda v, x: v.put([0, 4, -1], x[:, 0] ** 2),
    "add.at": lambda v, x: np.add.at(v, [0, 2, 0], x[1]),
    "subtract.at": lambda v, x: np.subtract.at(v, ([0, 0, 1], [1, 1, 2]), x[:, 1]),
    "multiply.at": lambda v, x: np.multiply.at(v, [1, 1], x[:2]),
    "maximum.at": lambda v, x: np.maximum.at(v, (slice(None), 1), x[0]),
}


def written(write: Any, x: Any) -> Any:
    v = x * 2.0
    write(v, x)
    return v * x


@pytest.mark.parametrize("name", WRITERS)
def test_as_numpy_writes(name):
    f = lambda x: written(WRITERS[name], x)
    h = 1e-6
    expected = np.empty((*X.shape, *X.shape))
    for i in np.ndindex(X.shape):
        step = np.zeros(X.shape)
        step[i] = h
        expected[(..., *i)] = (f(X + step) - f(X - step)) / (2 * h)
    batch = np.stack([X, X])
    for found in f(Var(X)).val, cr.jit(f)(X), cr.vmap(f)(batch)[1]:
        np.testing.assert_allclose(found, f(X), rtol=1e-14)
    for mode in (lambda f: f), cr.jit:
        for jacobian in cr.jacrev, cr.jacfwd:
            np.testing.assert_allclose(mode(jacobian(f))(X), expected, rtol=1e-7, atol=1e-8)


def test_where_nothing_is_computed_nothing_is_multiplied():
    f = lambda x: np.sum(np.divide(1.0, x, out=np.zeros_like(x), where=x != 0))
    for mode in (lambda f: f), cr.jit:
        assert mode(cr.grad(f))(np.array([0.0, 2.0])).tolist() == [0.0, -0.25]


def test_a_dtype_converts_the_operands():
    x = X.astype(np.float32)
    for found in (
        np.add(Var(x), 1.0, dtype=np.float64),
        cr.jit(lambda x: np.add(x, 1.0, dtype=np.float64, casting="same_kind", order="K"))(x),
    ):
        assert found.dtype == np.float64
    with pytest.raises(OperandError, match="int64 have no derivative"):
        np.add(Var(x), 1.0, dtype=int)


def test_a_dtype_of_numbers_alone_is_that_of_the_result():
    for x in Var(1.0), Var(np.array(1.0)):
        found = np.multiply(x, 0.1, dtype=np.float32)
        assert found.val.dtype == np.float32
        assert found.val == np.multiply(1.0, 0.1, dtype=np.float32)
    f = lambda x: np.sin(x, dtype=np.float32)
    assert cr.jit(f)(1.0).dtype == np.float32
    np.testing.assert_allclose(cr.jit(f)(1.0), np.sin(1.0), rtol=1e-7)
    np.testing.assert_allclose([cr.grad(f)(1.0), cr.jit(cr.grad(f))(1.0)], np.cos(1.0), rtol=1e-7)
    assert np.add(Var(X[0]), 1.0, dtype=np.float32).dtype == np.float32


BAD: dict[str, tuple[type[Exception], str, Any]] = {
    "plain": (UnsupportedFunctionError, "sin: out= is a plain array", lambda v: np.sin(v, out=X)),
    "in place": (UnsupportedFunctionError, "a = a [+] v", lambda v: X.__iadd__(v)),
    "where": (UnsupportedFunctionError, "sin: without out=", lambda v: np.sin(v, where=MASK)),
    "at": (UnsupportedFunctionError, r"numpy.add.at: a plain", lambda v: np.add.at(X, [0], v[0])),
    "copyto": (UnsupportedFunctionError, "copyto: a plain", lambda v: np.copyto(X, v)),
    "leaf": (OperandError, "is a leaf", lambda v: np.copyto(v, 1.0)),
    "shape": (ValueError, "does not fit", lambda v: np.add(v, v, out=np.zeros_like(v[0]))),
    "place": (ValueError, "place: there are no", lambda v: np.place(v * 1.0, MASK, [])),
    "axes": (ValueError, "put_along_axis: indices", lambda v: np.put_along_axis(v, [0], 1.0, 1)),
    "axis": (ValueError, "needs an axis", lambda v: np.put_along_axis(v, PLACES, 1.0, None)),
    "diagonal": (ValueError, "fill_diagonal: needs two", lambda v: np.fill_diagonal(v[0], 1.0)),
    "other at": (UnsupportedFunctionError, r"numpy.exp.at .*set", lambda v: np.exp.at(v, [0])),
    "fill": (ValueError, "fill: takes one number", lambda v: (v * 1.0).fill(X)),
    "sort of a leaf": (OperandError, "is a leaf", lambda v: v.sort()),
    "sort of a view": (OperandError, "is a view", lambda v: (lambda a: a[0].sort())(v * 1.0)),
    "sort along": (np.exceptions.AxisError, "sort", lambda v: (v * 1.0).sort(axis=2)),
    "axes of a ufunc": (
        UnsupportedFunctionError,
        "signature=",
        lambda v: np.sin(v, signature="d->d"),
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_named(name):
    error, words, f = BAD[name]
    with pytest.raises(error, match=words):
        f(Var(X))


def test_a_mask_that_is_traced_says_how_many_there_are():
    with pytest.raises(ConcreteNumberError, match="place, at"):
        cr.jit(lambda x: np.place(x * 1.0, x > 0, [1.0]))(X)
