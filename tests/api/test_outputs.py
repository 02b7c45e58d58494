"""``out=`` of a jitted function: what it takes, and what it refuses, on either backend."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.api import caller
from chainrule.backends import choice, interpreter
from chainrule.errors import OutputContextError, OutputError, OutputTypeError


@pytest.fixture(params=["interpreter", "llvm"], autouse=True)
def backend(request, monkeypatch):
    if request.param == "llvm":
        pytest.importorskip("llvmlite")
        from chainrule.backends.llvm import executable

        monkeypatch.setattr(choice, "backend", lambda: executable.compiled)
    else:
        monkeypatch.setattr(choice, "backend", lambda: interpreter.compiled)


X = np.linspace(0.5, 2.0, 6).reshape(2, 3)


def loss(p, x):
    return np.sum((p["a"] * x + p["b"]) ** 2)


P = {"a": np.array([1.0, 2.0, 3.0]), "b": 0.5}


def test_results_are_written_into_the_arrays_and_these_are_returned():
    f = cr.jit(lambda x: (cr.exp(x), x.T @ x, cr.sum(x)))
    expected = f(X)
    out = (np.empty((2, 3)), np.empty((3, 3)), np.empty(()))
    result = f(X, out=out)
    assert type(result) is tuple
    for x, given, right in zip(result, out, expected, strict=True):
        assert x is given
        assert np.array_equal(x, right)


def test_none_stands_for_a_new_array():
    f = cr.jit(lambda x: {"a": x + 1.0, "b": x * 2.0})
    a = np.empty((2, 3))
    result = f(X, out={"a": a, "b": None})
    assert result["a"] is a
    assert np.array_equal(result["b"], X * 2.0)
    assert np.array_equal(f(X, out=None)["a"], a)


@pytest.mark.skipif(caller.native is None, reason="there are no routes without a compiler")
def test_out_that_is_none_takes_the_same_way():
    f = cr.jit(lambda x: x + 1.0)
    for _ in range(5):
        f(X, out=None)
        f(X)
    ((entry,),) = f._cache.values()
    assert entry.calls_by_python == 1
    assert len(entry.routes) == 1


def test_the_structure_is_that_of_the_result():
    step = cr.jit(cr.value_and_grad(loss))
    gradient = {"a": np.empty(3), "b": np.empty(())}
    value, found = step(P, X, out=(None, gradient))
    assert isinstance(value, float)
    assert found["a"] is gradient["a"]
    assert found["b"] is gradient["b"]
    expected = step(P, X)
    assert np.array_equal(found["a"], expected[1]["a"])
    assert found["b"] == expected[1]["b"]


def test_a_result_that_is_given_back_twice_or_is_an_argument_is_copied():
    f = cr.jit(lambda x: (x, x + 1.0, x + 1.0, cr.transpose(x)))
    x = X.copy()
    outs = (*(np.empty((2, 3)) for _ in range(3)), np.empty((3, 2)))
    f(x, out=outs)
    for out, right in zip(outs, (X, X + 1, X + 1, X.T), strict=True):
        assert np.array_equal(out, right)
    x[...] = 0.0
    assert np.array_equal(outs[0], X)


def test_numbers_that_do_not_depend_on_anything():
    f = cr.jit(lambda x: (2.0, x))
    number = np.empty(())
    assert f(X, out=(number, None))[0] is number
    assert number == 2.0


def wide(shape):
    return np.full((*shape, 3), 7.0)


@pytest.mark.parametrize("layout", ["strided", "fortran", "unaligned", "reversed"])
def test_arrays_of_other_layouts(layout):
    f = cr.jit(lambda x: (cr.exp(x), x / cr.sum(x, axis=1, keepdims=True), cr.sum(x, axis=0)))
    expected = f(X)
    outs, around = [], wide((2, 3))
    for right in expected:
        shape = right.shape
        if layout == "strided":
            around = wide(shape)
            outs.append(around[..., 1])
        elif layout == "fortran":
            outs.append(np.empty(shape, order="F"))
        elif layout == "unaligned":
            outs.append(np.zeros(right.nbytes + 1, np.uint8)[1:].view(float).reshape(shape))
        else:
            outs.append(np.empty(shape)[::-1])
    f(X, out=tuple(outs))
    for out, right in zip(outs, expected, strict=True):
        assert np.array_equal(out, right)
    assert np.all(around[..., (0, 2)] == 7.0), "what lies in between is not written"


def both_ways(f, make):
    """f with ``out=`` among its arguments and with new arrays: the same results."""
    args, _ = make()
    expected = cr.jit(f)(*args)
    args, out = make()
    cr.jit(f)(*args, out=out)
    outs = out if isinstance(out, tuple) else (out,)
    results = expected if isinstance(expected, tuple) else (expected,)
    for given, right in zip(outs, results, strict=True):
        if given is not None:
            assert np.array_equal(given, right)


@pytest.mark.parametrize("n", [5, 3000, 20_000])
def test_out_overlaps_an_argument(n):
    def x():
        return np.random.default_rng(1).normal(size=n + 1)

    def case(f, pick):
        def make():
            array = x()
            return pick(array)

        both_ways(f, make)

    case(lambda x: x * 2.0 + 1.0, lambda a: ((a[:-1],), a[:-1]))  # the same array
    case(lambda x: x * 2.0 + 1.0, lambda a: ((a[:-1],), a[1:]))  # shifted
    case(lambda x: x * 2.0 + 1.0, lambda a: ((a[1:],), a[:-1]))
    case(lambda x: x * 2.0 + 1.0, lambda a: ((a,), a[::-1]))  # reversed
    case(lambda x: x - cr.mean(x), lambda a: ((a,), a))  # all are read before one is right
    case(lambda x: x[::-1] * 2.0, lambda a: ((a,), a))
    case(lambda x: x + x[0], lambda a: ((a,), a))
    case(lambda x: (x * 2.0, x), lambda a: ((a,), (a, None)))
    case(lambda x: cr.softmax(x), lambda a: ((a,), a))
    case(lambda x, y: (x + y, x - y), lambda a: ((a, a[::-1].copy()), (a, None)))


def test_out_overlaps_rows_and_columns_that_are_read():
    rng = np.random.default_rng(2)

    def make(f, pick):
        both_ways(f, lambda: pick(np.random.default_rng(3).normal(size=(40, 40))))

    make(lambda x: x - cr.max(x, axis=1, keepdims=True), lambda a: ((a,), a))
    make(lambda x: x - cr.mean(x, axis=0), lambda a: ((a,), a))
    make(lambda x, b: x + b, lambda a: ((a, a[0]), a))
    make(lambda x, b: x + b[:, None], lambda a: ((a, a[:, 0]), a))
    make(lambda x: x.T + 1.0, lambda a: ((a,), a))
    make(lambda x: x @ x, lambda a: ((a,), a))
    make(lambda x: cr.softmax(x, axis=1) @ x, lambda a: ((a,), a))
    p, m, g = (rng.normal(size=50) for _ in range(3))

    def step(p, m, g):
        m = 0.9 * m + g
        return p - 0.1 * m, m

    expected = cr.jit(step)(p, m, g)
    cr.jit(step)(p, m, g, out=(p, m))
    assert np.array_equal(p, expected[0])
    assert np.array_equal(m, expected[1])
    p, m = expected
    right = cr.jit(step)(p, m, g)
    cr.jit(step)(p, m, g, out=(m, p))
    assert np.array_equal(m, right[0])
    assert np.array_equal(p, right[1])


def test_out_is_an_array_that_the_function_closes_over():
    held = np.arange(5.0)
    f = cr.jit(lambda x: x + held[::-1])
    expected = np.ones(5) + held[::-1]
    assert np.array_equal(f(np.ones(5), out=held), expected)


def test_two_arrays_of_out_may_interleave_but_not_share():
    f = cr.jit(lambda x: (x + 1.0, x + 2.0))
    both = np.empty((6, 2))
    f(X.ravel(), out=(both[:, 0], both[:, 1]))
    assert np.array_equal(both, np.stack([X.ravel() + 1, X.ravel() + 2], axis=1))
    with pytest.raises(OutputError, match="the arrays for results 1 and 2 share memory"):
        f(X.ravel(), out=(both[:, 0], both[:, 0]))
    line = np.empty(7)
    with pytest.raises(OutputError, match="share memory"):
        f(X.ravel(), out=(line[:6], line[1:]))


def test_the_length_is_free():
    f = cr.jit(lambda x: cr.sin(x))
    for n in (0, 1, 5, 40):
        x, out = np.linspace(0, 1, n), np.empty(n)
        assert f(x, out=out) is out
        assert np.allclose(out, np.sin(x), rtol=1e-15)


def test_a_parameter_of_that_name_is_the_functions_own():
    f = cr.jit(lambda x, out: x * out)
    assert f(2.0, out=3.0) == 6.0
    g = cr.jit(lambda x, *, out=2.0: x * out)
    assert g(2.0) == 4.0
    assert g(2.0, out=5.0) == 10.0


MESSAGES = [
    (np.empty((3, 2)), OutputError, r"out has shape \(3, 2\), but the result is float64\[2, 3\]"),
    (np.empty(6), OutputError, r"out has shape \(6,\), but"),
    (
        np.empty((2, 3), "f"),
        OutputTypeError,
        "out has the dtype float32, but the result is float64",
    ),
    (np.empty((2, 3), ">f8"), OutputTypeError, "float64 in another byte order"),
    (np.empty((2, 3), int), OutputTypeError, "out has the dtype int64"),
    ([np.empty((2, 3))], OutputError, r"takes float64\[2, 3\], or None .* not \[float64\[2, 3\]\]"),
    ("text", OutputTypeError, "out is .*'text'; give a NumPy array"),
    (3.0, OutputTypeError, "out is .*3.0; give a NumPy array for the result of float64"),
    (cr.Value(np.empty((2, 3))), OutputTypeError, "its derivative would be lost"),
]


@pytest.mark.parametrize(("out", "error", "message"), MESSAGES)
def test_what_cannot_take_the_result(out, error, message):
    f = cr.jit(lambda x: x + 1.0)
    with pytest.raises(error, match=message):
        f(X, out=out)
    assert np.array_equal(f(X), X + 1.0)


def test_read_only():
    out = np.zeros((2, 3))
    out.flags.writeable = False
    with pytest.raises(OutputError, match=r"<lambda>: out\['y'\] is read-only"):
        cr.jit(lambda x: {"y": x + 1.0})(X, out={"y": out})
    assert not out.any()


def test_where_results_are_recorded():
    f = cr.jit(lambda x: x * x)
    out = np.empty((2, 3))
    with pytest.raises(OutputContextError, match="an argument is a Value"):
        f(cr.Var(X), out=out)
    with pytest.raises(OutputContextError, match="a function is being traced"):
        cr.jit(lambda x: f(x, out=out) + 1.0)(X)
