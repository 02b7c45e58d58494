"""check_derivatives: right functions pass, wrong ones are told where and by how much."""

from __future__ import annotations

import math

import numpy as np
import pytest

import chainrule as cr
from chainrule import Value, testing
from chainrule.errors import (
    ArgumentError,
    ChainruleError,
    ClosureError,
    DerivativeMismatchError,
    OperandError,
    ResultError,
)
from chainrule.ops import public_rows


def page(x1, x2):
    """The page's function, with the page's method."""
    return (x1 * x2 * (x1 + x2)).log() / (x1 - x2) ** 2


def closure_op(factor):
    """x**2 by a closure whose partial is wrong by a factor, or right."""

    def square(x):
        return Value(x.val**2, x.reqgrad, lambda grad: x.back(grad * factor * 2 * x.val))

    return square


# --- right functions ------------------------------------------------------------------------------


def test_the_pages_function_passes():
    report = cr.check_derivatives(page, 2.0, 10.0)
    assert [comparison.wrt for comparison in report.comparisons] == [
        ("arg0",),
        ("arg1",),
        ("arg0", "arg0"),
        ("arg0", "arg1"),
        ("arg1", "arg1"),
    ]
    d1, d2 = cr.grad(page, (0, 1))(2.0, 10.0)
    (xx, xy), (_, yy) = cr.hessian(page, (0, 1))(2.0, 10.0)
    for comparison, exact in zip(report.comparisons, (d1, d2, xx, xy, yy), strict=True):
        assert comparison.agrees
        assert comparison.result == ""
        assert comparison.reverse == pytest.approx(exact, rel=1e-12)
        assert comparison.forward == pytest.approx(exact, rel=1e-12)
        assert comparison.difference == pytest.approx(exact, rel=1e-6)
        assert comparison.uncertainty < 1e-6


def test_the_report_is_a_table():
    lines = str(cr.check_derivatives(page, 2.0, 10.0)).splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("d f / d arg0: reverse 0.0305")
    assert lines[3].startswith("d^2 f / d arg0 d arg1: reverse ")
    assert all(", forward " in line and ", differences " in line for line in lines)
    assert not any("part" in line for line in lines)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_order(order):
    report = cr.check_derivatives(lambda x: cr.exp(x) * cr.sin(x), 0.5, order=order)
    assert [len(comparison.wrt) for comparison in report.comparisons] == list(range(1, order + 1))
    # Of two arguments: all mixed derivatives, each once.
    report = cr.check_derivatives(lambda x, y: cr.sin(x * y), 0.5, 0.3, order=order)
    assert len(report.comparisons) == sum(range(2, order + 2))


def test_containers():
    def f(p, x):
        return {"product": p["a"] * p["b"][0] * x, "rest": [cr.sin(p["a"]), x]}

    report = cr.check_derivatives(f, {"a": 0.5, "b": [2.0]}, 3.0, order=1)
    exact = {
        (comparison.result, comparison.wrt[0]): comparison.reverse
        for comparison in report.comparisons
    }
    assert exact == {
        ("['product']", "arg0['a']"): 6.0,
        ("['product']", "arg0['b'][0]"): 1.5,
        ("['product']", "arg1"): 1.0,
        ("['rest'][0]", "arg0['a']"): math.cos(0.5),
        ("['rest'][0]", "arg0['b'][0]"): 0.0,
        ("['rest'][0]", "arg1"): 0.0,
        ("['rest'][1]", "arg0['a']"): 0.0,
        ("['rest'][1]", "arg0['b'][0]"): 0.0,
        ("['rest'][1]", "arg1"): 1.0,
    }


def test_functions_that_are_constant_or_linear():
    report = cr.check_derivatives(lambda x, y: 2 * x + 5.0, 1.0, 2.0)
    assert [comparison.reverse for comparison in report.comparisons] == [2.0, 0.0, 0.0, 0.0, 0.0]
    assert cr.check_derivatives(lambda x: 5.0, 1).comparisons[0].difference == 0.0


@pytest.mark.parametrize("op", [op for op in public_rows() if op.arity == 1 and not op.predicate],
                         ids=lambda op: op.name)  # fmt: skip
def test_every_row_of_one_operand_passes(op):
    low, high = op.domain[0]
    x = 0.37 * low + 0.63 * high
    cr.check_derivatives(getattr(cr, op.name), x)


def test_large_and_small_scales():
    for scale in 1e-6, 1e-3, 1e3, 1e6:
        report = cr.check_derivatives(lambda x, s=scale: cr.sin(x / s) * s, 0.4 * scale, order=1)
        assert report.comparisons[0].difference == pytest.approx(math.cos(0.4), rel=1e-5)


def test_near_the_end_of_a_domain():
    """The first differences look outside, where log is NaN."""
    report = cr.check_derivatives(cr.log, 0.005, order=1)
    assert report.comparisons[0].difference == pytest.approx(200, rel=1e-9)


def test_it_touches_nobodys_grad():
    outer = cr.Var(2.0)
    cr.check_derivatives(lambda x: x * x * outer.val, 3.0)
    assert outer.grad == 0.0


# --- wrong ones -----------------------------------------------------------------------------------


def test_a_closure_with_a_wrong_partial_is_found():
    with pytest.raises(DerivativeMismatchError) as caught:
        cr.check_derivatives(closure_op(2.0), 3.0, order=1)
    message = str(caught.value)
    assert message.startswith(
        "check_derivatives: 1 of 1 derivatives part:\nd f / d arg0: reverse 12"
    )
    assert "differences 6" in message or "differences 5.99" in message
    assert "part" in message.splitlines()[1]
    assert issubclass(DerivativeMismatchError, AssertionError)


def test_a_closure_with_a_right_partial_passes():
    (comparison,) = cr.check_derivatives(closure_op(1.0), 3.0, order=1).comparisons
    assert comparison.agrees
    assert comparison.reverse == 6.0
    assert comparison.forward is None
    assert "forward not known" in str(comparison)


def test_a_closure_has_no_second_order():
    with pytest.raises(ClosureError, match="custom_vjp"):
        cr.check_derivatives(closure_op(1.0), 3.0, order=2)


def test_a_derivative_that_was_stopped_is_found():
    with pytest.raises(DerivativeMismatchError) as caught:
        cr.check_derivatives(lambda x, y: x * cr.stop_gradient(x) + y, 3.0, 1.0, order=1)
    lines = str(caught.value).splitlines()
    assert lines[0] == "check_derivatives: 1 of 2 derivatives part:"
    assert len(lines) == 2
    assert lines[1].startswith("d f / d arg0: reverse 3, forward 3, differences ")
    assert float(lines[1].split("differences ")[1].split()[0]) == pytest.approx(6.0)


def test_only_the_second_order_may_be_wrong():
    """x**2 with its derivative, but with half of its second derivative."""

    def f(x):
        # The value of the correction is 0, and so is its first derivative.
        d = x - cr.stop_gradient(x)
        return x * x - 0.5 * d * d

    with pytest.raises(DerivativeMismatchError) as caught:
        cr.check_derivatives(f, 3.0)
    lines = str(caught.value).splitlines()
    assert lines[0] == "check_derivatives: 1 of 2 derivatives part:"
    assert lines[1].startswith("d^2 f / d arg0 d arg0: reverse 1, forward 1, differences 2")
    cr.check_derivatives(f, 3.0, order=1)


def test_where_in_a_container_it_is_wrong():
    def f(p):
        return {"right": p["a"], "wrong": [p["b"][1] * cr.stop_gradient(p["b"][1])]}

    with pytest.raises(DerivativeMismatchError) as caught:
        cr.check_derivatives(f, {"a": 1.0, "b": [2.0, 3.0]}, order=1)
    lines = str(caught.value).splitlines()
    assert lines[0] == "check_derivatives: 1 of 6 derivatives part:"
    assert lines[1].startswith("d f['wrong'][0] / d arg0['b'][1]: reverse 3, ")


def test_two_exact_modes_that_part_are_found(monkeypatch):
    """Even where the difference is within what finite differences could tell."""

    def slightly_wrong(f, primals, tangents):
        value, tangent = cr.jvp(f, primals, tangents)
        return value, tangent * (1 + 1e-7)

    monkeypatch.setattr(testing, "jvp", slightly_wrong)
    with pytest.raises(DerivativeMismatchError, match="1 of 1 derivatives part"):
        cr.check_derivatives(cr.exp, 1.0, order=1)


def test_a_derivative_that_is_nan_is_found():
    with pytest.raises(DerivativeMismatchError, match="reverse nan, forward nan"):
        cr.check_derivatives(lambda x: cr.sqrt(x) ** 2, 0.0, order=1)


@pytest.mark.parametrize("f", [cr.relu, lambda x: cr.maximum(x, 2 * x) * 3], ids=["relu", "max"])
def test_a_kink_is_found(f):
    """relu'(0) is 0 by convention; differences see 1/2."""
    with pytest.raises(DerivativeMismatchError):
        cr.check_derivatives(lambda x: f(x) + x * x, 0.0)


def test_tolerances():
    f = lambda x: x * 2 + (x - cr.stop_gradient(x)) * 1e-4
    with pytest.raises(DerivativeMismatchError):
        cr.check_derivatives(f, 1.0, order=1)
    cr.check_derivatives(f, 1.0, order=1, rtol=1e-3)
    cr.check_derivatives(f, 1.0, order=1, atol=1e-3)


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [0, -1])
def test_an_order_below_1(order):
    with pytest.raises(ArgumentError, match="order of at least 1"):
        cr.check_derivatives(cr.sin, 1.0, order=order)


def test_no_arguments():
    with pytest.raises(ArgumentError, match="an argument"):
        cr.check_derivatives(lambda: 1.0)


@pytest.mark.parametrize("argument", ["1.0", None, True, 1j], ids=repr)
def test_an_argument_that_is_no_number(argument):
    with pytest.raises(OperandError):
        cr.check_derivatives(lambda x: 1.0, argument)
    with pytest.raises(OperandError):
        cr.check_derivatives(lambda p: 1.0, [1.0, argument])


@pytest.mark.parametrize("result", ["text", None, 1j, True], ids=repr)
def test_a_function_that_returns_no_number(result):
    with pytest.raises(ResultError):
        cr.check_derivatives(lambda x: result, 1.0)
    with pytest.raises(ResultError):
        cr.check_derivatives(lambda x: [x, result], 1.0)


def test_what_is_no_function():
    with pytest.raises(TypeError):
        cr.check_derivatives(3.0, 1.0)


def test_exceptions_of_the_function_come_through():
    with pytest.raises(ZeroDivisionError):
        cr.check_derivatives(lambda x: 1 // 0, 1.0)
    with pytest.raises(ChainruleError):
        cr.check_derivatives(lambda x: math.sin(x), cr.Var(1.0))


def test_arrays_are_checked_element_by_element():
    report = cr.check_derivatives(lambda x, w: cr.sin(x) * w, np.array([1.0, 2.0]), 2.0)
    assert len(report.comparisons) == 2 * (3 + 6)
    assert "d f[1] / d arg0[1]: reverse -0.83229" in str(report)
    with pytest.raises(DerivativeMismatchError, match=r"d f / d arg0\[1\]"):
        cr.check_derivatives(lambda x: cr.sum(x * cr.stop_gradient(x)), np.array([1.0, 2.0]))
