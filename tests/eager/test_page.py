"""The page's own fragments, in its own words."""

from __future__ import annotations

import math

import pytest

import chainrule as cr
from chainrule import Value, Var


def derivatives_of_the_page(x1: float, x2: float) -> tuple[float, float]:
    """Of log(x1 x2 (x1 + x2)) / (x1 - x2)**2, by hand."""
    d = x1 - x2
    top = math.log(x1 * x2 * (x1 + x2))
    return (
        (1 / x1 + 1 / (x1 + x2)) / d**2 - 2 * top / d**3,
        (1 / x2 + 1 / (x1 + x2)) / d**2 + 2 * top / d**3,
    )


def test_the_opening_function_against_its_finite_difference(capsys):
    # define some function
    def f(a, b, c):
        return 2 * a * b * c * (a**2 + b**2 + c**2)

    a, b, c = 1.0, 2.0, 3.0
    # smaller h => more accuracy
    h = 0.0001
    # definition of derivative
    df_over_da = (f(a + h, b, c) - f(a, b, c)) / h
    print(df_over_da)
    assert float(capsys.readouterr().out) == df_over_da

    exact = cr.grad(f, argnums=(0, 1, 2))(a, b, c)
    assert exact == (192.0, 132.0, 128.0)
    # A forward difference is off by h/2 times the second derivative.
    assert df_over_da - exact[0] == pytest.approx(h / 2 * 12 * a * b * c, rel=1e-3)

    differences = [
        (f(*(x + h * (i == j) for j, x in enumerate((a, b, c)))) - f(a, b, c)) / h for i in range(3)
    ]
    assert exact == pytest.approx(differences, rel=1e-4)

    leaves = [Var(a), Var(b), Var(c)]
    f(*leaves).back()
    assert tuple(leaf.grad for leaf in leaves) == exact


def test_product_of_69_and_420(capsys):
    a = Var(69, reqgrad=True)
    b = Var(420, reqgrad=True)
    c = a * b
    c.back()  # should compute dc/da and dc/db
    print(f"dc/da = {a.grad}, dc/db = {b.grad}")
    assert capsys.readouterr().out == "dc/da = 420.0, dc/db = 69.0\n"
    assert c.val == 28980.0
    assert c.grad == 1.0


def test_product_of_three():
    a = Var(2, reqgrad=True)
    b = Var(10, reqgrad=True)
    c = Var(3, reqgrad=True)
    y = (a * b) * c
    y.back()
    assert (y.val, a.grad, b.grad, c.grad) == (60.0, 30.0, 6.0, 20.0)


def test_an_operator_is_its_dunder_method():
    x = Var(5.0)
    assert (x + 2).val == x.__add__(2).val == 7.0
    assert x.__mul__(Var(4.0)).val == 20.0


def test_the_function_at_2_and_10(capsys):
    def f(x1: Value, x2: Value) -> Value:
        return (x1 * x2 * (x1 + x2)).log() / (x1 - x2) ** 2

    x1, x2 = Var(2, reqgrad=True), Var(10, reqgrad=True)
    y = f(x1, x2)
    y.back()  # backprop to differentiate
    print(f"df / dx1 = {x1.grad}, df / dx2 = {x2.grad}")

    expected = derivatives_of_the_page(2.0, 10.0)
    assert (x1.grad, x2.grad) == pytest.approx(expected, rel=1e-14)
    assert y.val == pytest.approx(math.log(240) / 64, rel=1e-15)
    assert capsys.readouterr().out == f"df / dx1 = {x1.grad}, df / dx2 = {x2.grad}\n"
    assert x1.grad == pytest.approx(0.030523, abs=5e-7)
    assert x2.grad == pytest.approx(-0.018544, abs=5e-7)


def test_the_function_at_2_and_10_by_grad():
    def f(x1, x2):
        return (x1 * x2 * (x1 + x2)).log() / (x1 - x2) ** 2

    assert cr.grad(f, argnums=(0, 1))(2.0, 10.0) == pytest.approx(
        derivatives_of_the_page(2.0, 10.0), rel=1e-14
    )


def mul(self: Value, other: Value) -> Value:
    """The page's __mul__, as an operation of one's own."""

    def grad_fn(grad):
        if self.reqgrad:
            self.back(grad * other.val)
        if other.reqgrad:
            other.back(grad * self.val)

    return Value(self.val * other.val, self.reqgrad | other.reqgrad, grad_fn)


def log(self: Value) -> Value:
    """The page's log."""

    def grad_fn(grad):
        # x = a.log()
        # then dy / da = dy / dx * dx / da = grad * 1 / a
        if self.reqgrad:
            self.back(grad * 1 / self.val)

    return Value(math.log(self.val), self.reqgrad, grad_fn)


def test_operations_added_by_closures():
    x1, x2 = Var(2, reqgrad=True), Var(10, reqgrad=True)
    y = log(mul(mul(x1, x2), x1 + x2)) / (x1 - x2) ** 2
    y.back()
    assert (x1.grad, x2.grad) == pytest.approx(derivatives_of_the_page(2.0, 10.0), rel=1e-14)


def test_an_operation_added_by_a_closure_leaves_out_what_needs_no_derivative():
    a, b = Var(69), Value(420)
    c = mul(a, b)
    c.back()
    assert (a.grad, b.grad) == (420.0, 0.0)
    assert not mul(b, b).reqgrad


def test_a_shared_term_counts_once():
    """The page's listing passes self.grad on, and so counts t twice; its equation (4) does not."""
    x = Var(3.0)
    t = mul(x, x)
    y = mul(t, t) + t
    y.back()
    assert t.grad == 2 * 9.0 + 1
    assert x.grad == 4 * 3.0**3 + 2 * 3.0
