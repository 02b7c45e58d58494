"""Kinks, and what is not selected is not multiplied."""

from __future__ import annotations

import math

import pytest

import chainrule as cr
from chainrule import Value, Var

inf, nan = math.inf, math.nan


def by_back(f):
    def derivative(x):
        leaf = Var(x)
        y = f(leaf)
        y.back()
        return leaf.grad

    return derivative


def by_recorded_back(f):
    def derivative(x):
        leaf = Var(x)
        f(leaf).back(create_graph=True)
        slope = leaf.grad
        leaf.grad = 0
        return slope.val if isinstance(slope, Value) else slope

    return derivative


def by_grad(f):
    return cr.grad(f)


def by_jvp(f):
    return lambda x: cr.jvp(f, (x,), (1.0,))[1]


def by_vjp(f):
    return lambda x: cr.vjp(f, x)[1](1.0)[0]


def by_jacobian(f):
    return lambda x: cr.jacobian(lambda x: [f(x)])(x)[0]


FIRST = [by_back, by_recorded_back, by_grad, by_jvp, by_vjp, by_jacobian]
NESTED = [by_grad, by_jvp, by_vjp, by_jacobian]


def name(derivative):
    return derivative.__name__


def same(got, expected):
    return got == expected or (math.isnan(got) and math.isnan(expected))


# Functions that hold something infinite or NaN in the part that is not selected, the point, and
# the derivatives from the first order on.
UNSELECTED = {
    "where": (lambda x: cr.where(x > 0, cr.sqrt(x), 0.0), -1.0, [0.0, 0.0, 0.0]),
    "where at the end of a domain": (
        lambda x: cr.where(x > 0, cr.sqrt(x), 0.0),
        0.0,
        [0.0, 0.0, 0.0],
    ),
    "where, other branch": (
        lambda x: cr.where(x <= 0, x**3, cr.log(x)),
        -2.0,
        [12.0, -12.0, 6.0],
    ),
    "where of where": (
        lambda x: cr.where(x > 0, cr.where(x > 1, cr.log(x - 1), cr.sqrt(x)), x**2),
        0.25,
        [1.0, -2.0, 12.0],
    ),
    "where above infinite": (lambda x: cr.where(x > 1, 1 / x, x * 2) * x, 0.0, [0.0, 4.0, 0.0]),
    "maximum": (lambda x: cr.maximum(cr.sqrt(x), 1.0), 0.0, [0.0, 0.0, 0.0]),
    "maximum, other operand": (lambda x: cr.maximum(x**2 + 1, cr.sqrt(x)), 0.0, [0.0, 2.0, 0.0]),
    "minimum": (lambda x: cr.minimum(-cr.sqrt(x), -1.0), 0.0, [0.0, 0.0, 0.0]),
    "fmax passes over NaN": (lambda x: cr.fmax(cr.log(x), x**2), -2.0, [-4.0, 2.0, 0.0]),
    "fmin passes over NaN": (lambda x: cr.fmin(cr.log(x), x**2), -2.0, [-4.0, 2.0, 0.0]),
    "clip": (lambda x: cr.clip(1 / x, -1.0, 1.0), 0.0, [0.0, 0.0, 0.0]),
    "clip at the bound": (lambda x: cr.clip(cr.sqrt(x), 0.0, 1.0), 0.0, [0.0, 0.0, 0.0]),
    "relu": (lambda x: cr.relu(-1 - cr.sqrt(x)), 0.0, [0.0, 0.0, 0.0]),
    "relu at the kink": (lambda x: cr.relu(cr.sqrt(x)), 0.0, [0.0, 0.0, 0.0]),
    "if": (lambda x: cr.sqrt(x) if x > 0 else x * 0.5, -1.0, [0.5, 0.0, 0.0]),
    "max of Python": (lambda x: max(cr.sqrt(x), 1.0, x), 0.0, [0.0, 0.0, 0.0]),
}


@pytest.mark.parametrize("derivative", FIRST, ids=name)
@pytest.mark.parametrize("case", UNSELECTED)
def test_what_is_not_selected_is_not_multiplied(case, derivative):
    f, x, expected = UNSELECTED[case]
    if case == "max of Python":
        f = lambda x: max(cr.sqrt(x), x * 0.0 + 1.0, x)
    assert derivative(f)(x) == expected[0]


@pytest.mark.parametrize("second", NESTED, ids=name)
@pytest.mark.parametrize("first", NESTED, ids=name)
@pytest.mark.parametrize("case", UNSELECTED)
def test_what_is_not_selected_is_not_multiplied_at_higher_orders(case, first, second):
    f, x, expected = UNSELECTED[case]
    assert second(first(f))(x) == pytest.approx(expected[1], rel=1e-14)
    assert first(second(first(f)))(x) == pytest.approx(expected[2], rel=1e-14)


@pytest.mark.parametrize("derivative", FIRST, ids=name)
@pytest.mark.parametrize(
    "f",
    [
        lambda x: cr.sqrt(x) ** 2,
        lambda x: cr.sqrt(x) * cr.sqrt(x),
        lambda x: cr.sqrt(x) * 0.0,
        lambda x: cr.abs(cr.sqrt(x)),
        lambda x: cr.sqrt(x * x),
        lambda x: cr.where(x >= 0, cr.sqrt(x) ** 2, 0.0),
    ],
)
def test_a_genuine_zero_times_infinity_is_nan(f, derivative):
    """Nothing is selected here, so nothing absorbs: every mode has to say the same."""
    assert math.isnan(derivative(f)(0.0))


# --- the listed kinks -----------------------------------------------------------------------------

KINKS = {
    "abs": (cr.abs, 0.0, 0.0),
    "Python's abs": (abs, 0.0, 0.0),
    "norm": (lambda x: cr.hypot(x, 0.0), 0.0, 0.0),
    "norm of two": (lambda x: cr.hypot(x, x), 0.0, 0.0),
    "relu": (cr.relu, 0.0, 0.0),
    "sign": (cr.sign, 0.0, 0.0),
    "clip at its lower bound": (lambda x: cr.clip(x, 0.0, 1.0), 0.0, 0.0),
    "clip at its upper bound": (lambda x: cr.clip(x, 0.0, 1.0), 1.0, 0.0),
    "maximum with a constant": (lambda x: cr.maximum(x, 1.0), 1.0, 0.5),
    "maximum with a constant on the left": (lambda x: cr.maximum(1.0, x), 1.0, 0.5),
    "minimum with a constant": (lambda x: cr.minimum(x, 1.0), 1.0, 0.5),
    "maximum with itself": (lambda x: cr.maximum(x, x), 1.0, 1.0),
    "maximum with twice itself": (lambda x: cr.maximum(x, 2 * x), 0.0, 1.5),
    "fmax with a constant": (lambda x: cr.fmax(x, 1.0), 1.0, 0.5),
    "fmin with a constant": (lambda x: cr.fmin(1.0, x), 1.0, 0.5),
    "floor": (cr.floor, 2.0, 0.0),
    "x**0": (lambda x: x**0, 0.0, 0.0),
    "x**0.0 elsewhere": (lambda x: x**0.0, -3.0, 0.0),
    "x**1": (lambda x: x**1, 0.0, 1.0),
    "arctan2": (lambda x: cr.arctan2(x, 0.0), 0.0, nan),
    "arctan2 in the other operand": (lambda x: cr.arctan2(0.0, x), 0.0, nan),
}


@pytest.mark.parametrize("derivative", FIRST, ids=name)
@pytest.mark.parametrize("case", KINKS)
def test_kinks(case, derivative):
    f, x, expected = KINKS[case]
    assert same(derivative(f)(x), expected)


@pytest.mark.parametrize("f", [cr.maximum, cr.minimum, cr.fmax, cr.fmin])
def test_a_partial_does_not_depend_on_argnums(f):
    assert cr.grad(f, (0, 1))(1.0, 1.0) == (0.5, 0.5)
    assert cr.grad(f, 0)(1.0, 1.0) == 0.5
    assert cr.grad(f, 1)(1.0, 1.0) == 0.5


def test_the_partials_of_clip():
    for x, expected in [
        (-1.0, (0.0, 1.0, 0.0)),
        (0.0, (0.0, 1.0, 0.0)),
        (0.5, (1.0, 0.0, 0.0)),
        (1.0, (0.0, 0.0, 1.0)),
        (2.0, (0.0, 0.0, 1.0)),
    ]:
        assert cr.grad(cr.clip, (0, 1, 2))(x, 0.0, 1.0) == expected


def test_selections_carry_nan():
    """A NaN operand is not a branch that was left."""
    for f in (cr.maximum, cr.minimum):
        assert all(math.isnan(d) for d in cr.grad(f, (0, 1))(nan, 1.0))
    assert math.isnan(cr.grad(cr.relu)(nan))
    assert math.isnan(cr.grad(lambda x: cr.clip(x, 0.0, 1.0))(nan))


# --- where ----------------------------------------------------------------------------------------


def test_where_links_only_the_branch_that_is_taken():
    called = []
    x = Var(2.0)
    left = Value(5.0, True, lambda grad: called.append("left"))
    y = cr.where(x < 0, left, x * 3)
    y.back()
    assert (y.val, x.grad, left.grad, called) == (6.0, 3.0, 0.0, [])


def test_the_condition_of_where():
    x = Var(2.0)
    for condition, expected in [
        (x > 1, 3.0),
        (x < 1, 5.0),
        (True, 3.0),
        (0, 5.0),
        (x, 3.0),
        (x - 2, 5.0),
        (Value(0.0), 5.0),
        (nan, 3.0),
    ]:
        x.grad = 0
        y = cr.where(condition, x * 3, x * 5)
        y.back()
        assert (y.val, x.grad) == (2 * expected, expected)


def test_where_of_constants():
    assert cr.where(True, 1, 2) == 1.0
    x = Var(1.0)
    y = cr.where(x > 0, 2.0, 3.0)
    assert y == 2.0
    z = x * 1.0 + y
    z.back()
    assert x.grad == 1.0
    assert cr.grad(lambda x: cr.where(x > 0, 2.0, 3.0))(1.0) == 0.0


def test_back_of_a_selection_of_nothing():
    """relu below 0 depends on x, with derivative 0."""
    x = Var(-1.0)
    y = cr.relu(x)
    assert y.reqgrad
    y.back()
    assert (x.grad, y.grad) == (0.0, 1.0)
