"""Bad input to functions that are traced: by jit, by vmap, and inside of each other."""

from __future__ import annotations

import threading
from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from threads import in_threads

import chainrule as cr
from chainrule.errors import (
    ArgumentError,
    ChainruleError,
    ConcreteNumberError,
    FunctionError,
    LeakedSymbolError,
    OperandError,
    ResultError,
)
from chainrule.ops import tracing

X = np.array([1.0, 2.0, 3.0])
BATCH = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
Point = namedtuple("Point", ["x", "y"])

#: A function of one array, called as users call it.
WAYS = {
    "jit": lambda f: cr.jit(f)(X),
    "vmap": lambda f: cr.vmap(f)(BATCH),
    "jit of vmap": lambda f: cr.jit(cr.vmap(f))(BATCH),
    "jit of grad": lambda f: cr.jit(cr.grad(lambda x: cr.sum(f(x))))(X),
    "vmap of grad": lambda f: cr.vmap(cr.grad(lambda x: cr.sum(f(x))))(BATCH),
}
EVERY_WAY = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


@pytest.fixture(autouse=True)
def nothing_is_left_open():
    """An error inside of a traced function leaves no trace behind: the next call works."""
    yield
    assert tracing.count == 0
    assert cr.grad(lambda x: x * x)(3.0) == 6.0


@EVERY_WAY
@pytest.mark.parametrize(
    ("words", "f"),
    [
        (r"add.*\(4,\)", lambda x: x + np.zeros(4)),
        ("matmul|contract", lambda x: x @ np.zeros((4, 4))),
        ("reshape", lambda x: cr.reshape(x, (5, 5))),
        ("concatenate", lambda x: cr.concatenate([x, np.zeros((2, 2))])),
        ("out of bounds", lambda x: x[7]),
    ],
)
def test_shapes_that_do_not_fit_are_named_with_the_operation(way, words, f):
    with pytest.raises((ValueError, IndexError), match=words):
        way(f)


def test_whole_numbers_become_float64_and_truths_raise():
    f = cr.jit(cr.grad(lambda x: cr.sum(x * x)))
    got = f(np.array([1, 2, 3]))
    assert got.dtype == np.float64
    np.testing.assert_array_equal(got, [2.0, 4.0, 6.0])
    assert f(3) == 6.0
    with pytest.raises(OperandError, match="bool"):
        f(np.array([True, False]))
    with pytest.raises(OperandError):
        cr.jit(cr.grad(lambda x: x * 1.0))(True)


@pytest.mark.parametrize("bad", [np.array(["a"]), np.array([1, None]), np.array([1j]), "a", None])
@pytest.mark.parametrize("way", [cr.jit, cr.vmap], ids=["jit", "vmap"])
def test_arguments_that_are_no_real_numbers(way, bad):
    with pytest.raises(ChainruleError, match=r"argument|x of"):
        way(lambda x: x * 2.0)(bad)


@EVERY_WAY
def test_assignment_to_an_element_names_what_to_write(way):
    def f(x):
        x[0] = 1.0
        return x

    with pytest.raises(TypeError, match=r"where|\.at"):
        way(f)


@EVERY_WAY
@pytest.mark.parametrize("result", [None, "text", ..., {1, 2}, 1j], ids=repr)
def test_results_that_are_no_numbers(way, result):
    with pytest.raises(TypeError):  # cr.sum of a text is NumPy's own error
        way(lambda x: result)


@pytest.mark.parametrize("result", [None, "text", ..., [1.0, "a"]], ids=str)
def test_a_result_that_is_no_number_is_named(result):
    with pytest.raises(ResultError, match=r"jit: .*returned"):
        cr.jit(lambda x: result)(X)


def test_a_gradient_of_several_numbers_under_jit():
    with pytest.raises(ResultError, match="array of shape"):
        cr.jit(cr.grad(lambda x: x * x))(X)
    with pytest.raises(ResultError, match="array of shape"):
        cr.vmap(cr.grad(lambda x: x * x))(BATCH)


def asks_if(x):
    if x[0] > 0:
        return x
    return -x


def asks_while(x):
    while cr.sum(x) > 1.0:
        x = x / 2
    return x


def asks_float(x):
    return float(x[0]) * x


def asks_int(x):
    return int(x[0]) * x


def asks_range(x):
    return sum(x for _ in range(x[0]))


@EVERY_WAY
@pytest.mark.parametrize(
    ("f", "line"),
    [
        (asks_if, "if x[0] > 0:"),
        (asks_while, "while cr.sum(x) > 1.0:"),
        (asks_float, "return float(x[0]) * x"),
        (asks_int, "return int(x[0]) * x"),
        (asks_range, "range(x[0])"),
    ],
)
def test_a_symbol_has_no_number(way, f, line):
    with pytest.raises(ConcreteNumberError) as error:
        way(f)
    assert line in str(error.value)
    assert "test_trace_bad_input.py" in str(error.value)
    if f in (asks_if, asks_while):
        assert "cr.where" in str(error.value)


def test_a_symbol_that_was_kept():
    kept: list[Any] = []
    cr.jit(lambda x: kept.append(x) or x * 1.0)(X)
    with pytest.raises(LeakedSymbolError, match="kept after the function"):
        kept[0] + 1.0
    with pytest.raises(LeakedSymbolError):
        cr.sin(kept[0])
    with pytest.raises(LeakedSymbolError):
        cr.jit(lambda x: x + kept[0])(X)


@pytest.mark.parametrize("in_axes", [(0, 0, 0), 2, -3, (0, 1), (None, None), "a", 0.5, (True, 0)])
def test_in_axes_that_do_not_fit(in_axes):
    for way in (lambda f: f, cr.jit):
        with pytest.raises(ArgumentError, match="vmap"):
            way(lambda x, y: cr.vmap(lambda x, y: x * y, in_axes)(x, y))(BATCH, np.ones((2, 4)))


@pytest.mark.parametrize("way", [lambda f: f, cr.jit], ids=["eager", "jit"])
@pytest.mark.parametrize("f", [cr.sum, cr.prod, lambda x: cr.sum(cr.sin(x) * x)])
def test_arrays_of_no_elements(way, f):
    x = np.zeros((0,))
    assert way(f)(x) == f(x)
    np.testing.assert_array_equal(way(cr.grad(f))(x), np.zeros(0))
    assert way(cr.vmap(cr.sin))(x).shape == (0,)
    assert way(cr.vmap(cr.sin))(np.zeros((0, 3))).shape == (0, 3)
    assert way(cr.hessian(f))(x).shape == (0, 0)


@pytest.mark.parametrize("way", [lambda f: f(np.zeros(0)), lambda f: cr.jit(f)(np.zeros(0)),
                                 lambda f: cr.vmap(f)(np.zeros((2, 0)))])  # fmt: skip
@pytest.mark.parametrize("extremum", [cr.max, cr.min])
def test_the_largest_of_nothing_is_an_error(way, extremum):
    with pytest.raises(ValueError, match=r"zero-size|no elements|empty|0 elements|no identity"):
        way(lambda x: extremum(x))


def test_static_arguments_that_do_not_fit():
    with pytest.raises(ArgumentError, match="cannot be hashed"):
        cr.jit(lambda x, n: x, static_argnums=1)(X, [1])
    with pytest.raises(ArgumentError, match="static_argnums"):
        cr.jit(lambda x: x, static_argnums="a")
    with pytest.raises(ArgumentError, match="static_argnums"):
        cr.jit(lambda x: x, static_argnums=1.5)
    with pytest.raises(ArgumentError, match="static_argnames"):
        cr.jit(lambda x: x, static_argnames=(1,))


@pytest.mark.parametrize("wrong", [1.0, "f", X], ids=["number", "text", "array"])
def test_what_is_no_function(wrong):
    for way in (cr.jit, cr.vmap, cr.checkpoint, cr.custom_vjp, cr.custom_jvp):
        with pytest.raises(FunctionError, match="function"):
            way(wrong)


@EVERY_WAY
def test_an_error_of_the_function_comes_through(way):
    def broken(x):
        cr.sin(x)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        way(broken)


def test_two_threads_trace_at_once():
    barrier = threading.Barrier(4)
    found: list[Any] = [None] * 4

    def work(i):
        def f(x):
            barrier.wait()  # all are in the middle of a trace
            return cr.sum(x**2) * float(i)

        found[i] = cr.jit(cr.grad(f))(X)

    in_threads(work)
    for i, got in enumerate(found):
        np.testing.assert_array_equal(got, 2 * i * X)


def test_jitted_functions_that_call_each_other():
    @cr.jit(static_argnums=1)
    def even(x, n):
        return x if n == 0 else odd(x * 2.0, n - 1)

    @cr.jit(static_argnums=1)
    def odd(x, n):
        return even(x + 1.0, n - 1)

    np.testing.assert_array_equal(even(X, 4), 4 * X + 3)
    np.testing.assert_array_equal(cr.grad(lambda x: cr.sum(even(x, 4)))(X), [4.0] * 3)


def test_signatures_of_all_kinds():
    @dataclass
    class Model:
        scale: Any

        @cr.jit
        def __call__(self, x: Any) -> Any:
            return self.scale * x

    @cr.jit
    def f(x, *more, y=2.0, **rest):
        return {"a": x * y + sum(more), "b": Point(rest["z"], [x])}

    found = f(X, 1.0, 2.0, z=3.0)
    np.testing.assert_array_equal(found["a"], 2 * X + 3)
    assert found["b"].x == 3.0
    np.testing.assert_array_equal(found["b"].y[0], X)
    np.testing.assert_array_equal(f(X, y=X, z=1.0)["a"], X * X)
    g = cr.jit(cr.grad(lambda p, *, k: cr.sum(p.x * p.y**k)))
    slope = g(Point(X, 2.0), k=2)
    assert isinstance(slope, Point)
    np.testing.assert_array_equal(slope.x, [4.0] * 3)
    assert slope.y == 24.0
    np.testing.assert_array_equal(Model(2.0)(X), 2 * X)


def test_auxiliary_data_and_arguments_by_name_under_jit():
    def f(x, y, z):
        return cr.sum(x * y) * z, {"x": x, "n": 3}

    g = cr.jit(cr.value_and_grad(f, argnums=0, has_aux=True, argnames="z"))
    (value, aux), (dx, dz) = g(X, 2.0 * X, z=3.0)
    assert value == 84.0
    assert aux["n"] == 3
    np.testing.assert_array_equal(aux["x"], X)
    np.testing.assert_array_equal(dx, 6.0 * X)
    assert dz == 28.0
    with pytest.raises(ResultError, match="has_aux"):
        cr.jit(cr.grad(lambda x: x, has_aux=True))(1.0)
    with pytest.raises(ArgumentError, match="argnames"):
        cr.jit(cr.grad(f, argnames="w"))(X, X, 1.0)
