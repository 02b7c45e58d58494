"""Functions, arguments and tangents that do not fit: what ``grad`` and its kin raise."""

from __future__ import annotations

import math

import pytest
from leaves import ALL_OF_ONE

import chainrule as cr
from chainrule.errors import ArgumentError, ChainruleError, OperandError, ResultError


@pytest.mark.parametrize(
    "result", ["text", None, 1j, object(), {1.0}, True, lambda y: y, b"1"],
    ids=lambda result: type(result).__name__,
)  # fmt: skip
def test_a_function_that_returns_no_number(result):
    def returns(x):
        return result

    kind = type(result).__name__
    for owner, differentiate in {
        **ALL_OF_ONE,
        "jvp": lambda f: lambda x: cr.jvp(f, (x,), (1.0,)),
        "vjp": lambda f: lambda x: cr.vjp(f, x),
        "hvp": lambda f: lambda x: cr.hvp(f, (x,), (1.0,)),
    }.items():
        # hvp differentiates the gradient, and may say so.
        with pytest.raises(ResultError, match=rf"^(grad|{owner}): returns returned {kind} "):
            differentiate(returns)(2.0)
    assert issubclass(ResultError, TypeError)


def test_a_function_that_returns_several_numbers():
    for result in ([1.0, 2.0], (1.0, 2.0), {"a": 1.0}):
        with pytest.raises(ResultError, match=r"one real number.*cr\.jacobian"):
            cr.grad(lambda x: result)(1.0)  # noqa: B023
    with pytest.raises(ResultError, match="one real number"):
        cr.hessian(lambda x: [x, x])(1.0)


def test_a_function_that_returns_no_number_somewhere():
    with pytest.raises(ResultError, match=r"jacobian: .* returned str 'a' at \['b'\]\[1\]"):
        cr.jacobian(lambda x: {"a": x, "b": [x, "a"]})(1.0)
    with pytest.raises(ResultError, match=r"jvp: .* returned NoneType None at \[1\]"):
        cr.jvp(lambda x: (x, None), (1.0,), (1.0,))
    with pytest.raises(ResultError, match=r"vjp: .* returned NoneType None at \[1\]"):
        cr.vjp(lambda x: (x, None), 1.0)


@pytest.mark.parametrize(
    "argument", ["1.0", None, True, 1j, object(), {1.0}, b"1"],
    ids=lambda argument: type(argument).__name__,
)  # fmt: skip
def test_an_argument_that_is_no_number(argument):
    kind = type(argument).__name__
    for owner, differentiate in {
        **ALL_OF_ONE,
        "jvp": lambda f: lambda x: cr.jvp(f, (x,), (1.0,)),
        "vjp": lambda f: lambda x: cr.vjp(f, x),
    }.items():
        with pytest.raises(OperandError, match=rf"^{owner}: argument 0 of .* is {kind} .*argnums"):
            differentiate(lambda x: 1.0)(argument)
    with pytest.raises(OperandError, match=r"argument 1 of <lambda>\['a'\]\[1\]"):
        cr.grad(lambda x, p: x, 1)(1.0, {"a": [1.0, argument]})


@pytest.mark.parametrize("product", [cr.jvp, cr.hvp])
def test_tangents_that_do_not_fit(product):
    f = lambda p, x: p["a"] * p["b"] * x
    primals = {"a": 1.0, "b": 2.0}, 3.0
    for tangents in (
        ({"a": 1.0, "b": 2.0},),
        ({"a": 1.0, "b": 2.0}, 3.0, 4.0),
        ({"a": 1.0}, 3.0),
        ({"a": 1.0, "c": 2.0}, 3.0),
        ([1.0, 2.0], 3.0),
        ({"a": 1.0, "b": 2.0}, [3.0]),
        (1.0, 3.0),
        5.0,
        {"a": 1.0},
    ):
        with pytest.raises(ArgumentError, match=product.__name__):
            product(f, primals, tangents)
    for tangents in (({"a": 1.0, "b": "x"}, 3.0), ({"a": 1.0, "b": 2.0}, None)):
        with pytest.raises(OperandError, match="not a real number"):
            product(f, primals, tangents)
    for primals in 1.0, None, {"a": 1.0}:
        with pytest.raises(ArgumentError, match="tuple"):
            product(f, primals, (1.0,))


def test_a_cotangent_that_does_not_fit():
    _, pullback = cr.vjp(lambda x: {"a": x, "b": [x * x]}, 2.0)
    for cotangent in 1.0, {"a": 1.0}, {"a": 1.0, "b": 2.0}, {"a": 1.0, "c": [2.0]}, [1.0, [2.0]]:
        with pytest.raises(ArgumentError, match="vjp: the cotangent"):
            pullback(cotangent)
    with pytest.raises(OperandError, match="not a real number"):
        pullback({"a": 1.0, "b": ["x"]})
    assert pullback({"a": 1.0, "b": [1.0]}) == (5.0,)


class BrokenError(Exception):
    """The user's own."""


def test_exceptions_of_the_function_come_through():
    def f(x):
        if x > 1:
            raise BrokenError("in f")
        return x

    for run in (
        lambda: cr.grad(f)(2.0),
        lambda: cr.value_and_grad(f)(2.0),
        lambda: cr.hessian(f)(2.0),
        lambda: cr.jacobian(f)(2.0),
        lambda: cr.jvp(f, (2.0,), (1.0,)),
        lambda: cr.vjp(f, 2.0),
        lambda: cr.hvp(f, (2.0,), (1.0,)),
        lambda: cr.grad(lambda y: cr.grad(f)(y))(2.0),
    ):
        with pytest.raises(BrokenError, match="in f"):
            run()
    assert cr.grad(f)(0.5) == 1.0
    with pytest.raises(ChainruleError):
        cr.grad(lambda x: math.sin(x))(1.0)
