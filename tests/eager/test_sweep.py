"""back(): the chain rule over the recorded graph, once and recorded for higher orders."""

from __future__ import annotations

import math

import pytest

import chainrule as cr
from chainrule import Value, Var
from chainrule.errors import ChainruleError, ChangedValueError

# --- one sweep ------------------------------------------------------------------------------------


def test_every_value_that_is_reached_gets_its_derivative():
    x, y = Var(2.0), Var(3.0)
    t1 = x * y
    t2 = t1.sin()
    t3 = t2 + x
    t3.back()
    assert t3.grad == 1.0
    assert t2.grad == 1.0
    assert t1.grad == math.cos(6.0)
    assert x.grad == pytest.approx(3 * math.cos(6.0) + 1, rel=1e-15)
    assert y.grad == pytest.approx(2 * math.cos(6.0), rel=1e-15)


def test_back_adds_up_over_calls():
    x = Var(3.0)
    t = x * x
    y = t * 2
    for calls in 1, 2, 3:
        y.back()
        assert (x.grad, t.grad, y.grad) == (12.0 * calls, 2.0 * calls, calls)
    x.grad = 0
    y.back()
    assert (x.grad, t.grad) == (12.0, 8.0)


def test_back_of_several_results_adds_up():
    x = Var(3.0)
    t = x * x
    (t + 1).back()
    (t * 2).back()
    t.back()
    assert (x.grad, t.grad) == (24.0, 4.0)


def test_the_derivative_to_start_from():
    x = Var(3.0)
    y = x * x
    y.back(2)
    y.back(grad=0.5)
    y.back(grad=Value(-1))
    assert (x.grad, y.grad) == (9.0, 1.5)
    y.back(grad=math.inf)
    assert x.grad == math.inf


def test_back_of_a_leaf():
    x = Var(3.0)
    x.back()
    x.back(4.0)
    assert x.grad == 5.0


def test_back_returns_nothing():
    assert (Var(3.0) * 2).back() is None


def test_what_needs_no_derivative_gets_none():
    x, c = Var(3.0), Value(2.0)
    d = c * c
    y = x * c + d * x
    y.back()
    assert (x.grad, c.grad, d.grad) == (6.0, 0.0, 0.0)


def test_what_does_not_lie_below_is_untouched():
    x, y = Var(3.0), Var(4.0)
    other = x * y
    (x * x).back()
    assert (x.grad, y.grad, other.grad) == (6.0, 0.0, 0.0)


def test_an_operand_on_both_sides():
    for f, expected in [
        (lambda x: x * x, 6.0),
        (lambda x: x + x, 2.0),
        (lambda x: x - x, 0.0),
        (lambda x: x / x, 0.0),
        (lambda x: x**x, 27 * (math.log(3) + 1)),
        (lambda x: cr.hypot(x, x), math.sqrt(2)),
        (lambda x: cr.maximum(x, x), 1.0),
    ]:
        x = Var(3.0)
        f(x).back()
        assert x.grad == pytest.approx(expected, rel=1e-15)


def test_2_to_the_60_paths():
    """Each term is visited once: path by path this would take for ever."""
    x = Var(1.0)
    y = x
    for _ in range(60):
        y = y + y
    y.back()
    assert x.grad == 2.0**60
    y.back(create_graph=True)
    assert x.grad.val == 2.0**61
    x.grad = 0


def test_fibonacci_paths():
    x = Var(1.0)
    older, newer = x, x + 0.0
    numbers = [1, 1]
    for _ in range(75):
        older, newer = newer, newer + older
        numbers.append(numbers[-1] + numbers[-2])
    newer.back()
    assert x.grad == newer.val == numbers[-1]


def test_a_term_is_visited_after_all_that_use_it():
    """A use far down the graph and one near the root: the order must not be that of first sight."""
    x = Var(2.0)
    t = x * 3
    deep = t
    for _ in range(20):
        deep = deep * 1.0
    for y, expected in [(t + deep, 6.0), (deep + t, 6.0), (t * deep / t, 3.0), (deep - t, 0.0)]:
        x.grad = 0
        y.back()
        assert x.grad == pytest.approx(expected, abs=1e-15)


def test_derivatives_that_are_nan_or_infinite():
    x = Var(0.0)
    (x.sqrt() ** 2).back()
    assert math.isnan(x.grad)
    x.grad = 0
    x.sqrt().back()
    assert x.grad == math.inf


# --- long graphs: no recursion, in the sweep or in freeing ----------------------------------------

SHAPES = {
    "chain": lambda y, x: y * 0.999 + 0.001,
    "left": lambda y, x: y + x,
    "right": lambda y, x: x + y,
    "both": lambda y, x: (y + y) * 0.5,
    "unary": lambda y, x: (-y).negative(),
    "selection": lambda y, x: cr.where(True, cr.maximum(y, -5.0), x),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kept", ["the leaf", "the result", "neither"])
def test_a_long_graph(shape, kept, native):
    step, rounds = SHAPES[shape], 500_000 if native else 50_000
    x = Var(1.0)
    y = x
    for _ in range(rounds):
        y = step(y, x)
    y.back()
    expected = {"chain": 0.999**rounds, "left": rounds + 1, "right": rounds + 1}.get(shape, 1.0)
    assert x.grad == pytest.approx(expected, rel=1e-9)
    # Freed from either end; a recursion here would crash the interpreter.
    if kept != "the leaf":
        del x
    if kept != "the result":
        del y


def test_a_wide_graph(native):
    leaves = [Var(1.0) for _ in range(200_000 if native else 20_000)]
    total = sum(leaf * leaf for leaf in leaves)
    total.back()
    assert {leaf.grad for leaf in leaves} == {2.0}


def test_a_long_graph_in_every_other_sweep():
    def chain(x):
        y = x * x
        for _ in range(10_000):
            y = y * 0.9999 + 0.5
        return y

    scale = 0.9999**10_000
    assert cr.grad(chain)(3.0) == pytest.approx(6 * scale, rel=1e-10)
    assert cr.jvp(chain, (3.0,), (1.0,))[1] == pytest.approx(6 * scale, rel=1e-10)
    assert cr.vjp(chain, 3.0)[1](1.0)[0] == pytest.approx(6 * scale, rel=1e-10)
    assert cr.grad(cr.grad(chain))(3.0) == pytest.approx(2 * scale, rel=1e-10)
    assert cr.hvp(chain, (3.0,), (1.0,)) == pytest.approx(2 * scale, rel=1e-10)
    x = Var(3.0)
    y = chain(x)
    y.back(create_graph=True)
    slope = x.grad
    x.grad = 0
    slope.back()
    assert x.grad == pytest.approx(2 * scale, rel=1e-10)


# --- recorded sweeps ------------------------------------------------------------------------------


def test_create_graph_makes_gradients_of_leaves_values():
    """Those of terms are numbers: a graph there would hang on the term for ever."""
    x, y = Var(2.0), Var(3.0)
    t = x * y
    z = t.sin()
    z.back(create_graph=True)
    for value, expected in [
        (z, 1.0),
        (t, math.cos(6.0)),
        (x, 3 * math.cos(6.0)),
        (y, 2 * math.cos(6.0)),
    ]:
        is_leaf = value is x or value is y
        assert isinstance(value.grad, Value) == is_leaf
        number = value.grad.val if is_leaf else value.grad
        assert number == pytest.approx(expected, rel=1e-15)
    x.grad = y.grad = 0


def test_repeated_back_gives_higher_orders():
    x = Var(1.3)
    y = x**5
    for expected in 5 * 1.3**4, 20 * 1.3**3, 60 * 1.3**2, 120 * 1.3, 120.0:
        x.grad = 0
        y.back(create_graph=True)
        y = x.grad
        assert y.val == pytest.approx(expected, rel=1e-14)
    x.grad = 0


def test_third_order_of_a_composition():
    x = Var(0.7)
    y = cr.exp(cr.sin(x)) * x
    for order in 1, 2, 3:
        x.grad = 0
        y.back(create_graph=order < 3)
        y = x.grad
    derivative = cr.grad(cr.grad(cr.grad(lambda x: cr.exp(cr.sin(x)) * x)))(0.7)
    assert y == pytest.approx(derivative, rel=1e-13)
    assert type(y) is float


def test_mixed_second_derivatives():
    x, y = Var(2.0), Var(3.0)
    (x**2 * y**3).back(create_graph=True)
    dx, dy = x.grad, y.grad
    x.grad = y.grad = 0
    dx.back()
    assert (x.grad, y.grad) == pytest.approx((2 * 27.0, 2 * 2 * 3 * 9.0))
    x.grad = y.grad = 0
    dy.back()
    assert (x.grad, y.grad) == pytest.approx((2 * 2 * 3 * 9.0, 4 * 6 * 3.0))


def test_a_gradient_penalty():
    """The gradient of f + |grad f|**2, as in training with a penalty on the gradient."""
    x, y = Var(0.4), Var(0.9)
    f = cr.sin(x * y) + x
    f.back(create_graph=True)
    penalised = f + x.grad**2 + y.grad**2
    x.grad = y.grad = 0
    penalised.back()

    def by_hand(x, y):
        dx, dy = y * cr.cos(x * y) + 1, x * cr.cos(x * y)
        return cr.sin(x * y) + x + dx**2 + dy**2

    assert (x.grad, y.grad) == pytest.approx(cr.grad(by_hand, (0, 1))(0.4, 0.9), rel=1e-13)


def test_recorded_and_plain_sweeps_add_up():
    x = Var(3.0)
    y = x * x
    y.back()
    y.back(create_graph=True)
    assert isinstance(x.grad, Value)
    assert x.grad.val == 12.0
    y.back()
    assert x.grad.val == 18.0
    second = x.grad
    x.grad = 0
    second.back()
    assert x.grad == 2.0


def test_the_derivative_to_start_from_may_be_differentiated():
    x, seed = Var(3.0), Var(2.0)
    (x * x).back(seed, create_graph=True)
    slope = x.grad
    assert slope.val == 12.0
    x.grad = 0
    slope.back()
    assert (seed.grad, x.grad) == (6.0, 4.0)


def test_an_assigned_gradient_may_be_a_value():
    x, weight = Var(3.0), Var(2.0)
    x.grad = weight * 1.0
    (x * x).back()
    assert x.grad.val == 8.0
    x.grad.back()
    assert weight.grad == 1.0
    x.grad = 0
    assert x.grad == 0.0


def test_a_recorded_sweep_reads_the_values_of_its_time():
    x = Var(3.0)
    y = x**3
    y.back(create_graph=True)
    slope = x.grad
    x.val = 100.0
    x.grad = 0
    slope.back()  # first order: the partials recorded by the sweep
    assert x.grad == 18.0
    x.grad = 0
    with pytest.raises(ChangedValueError):
        slope.back(create_graph=True)


def test_a_sweep_that_raises_leaves_no_gradient():
    x, other = Var(3.0), Var(5.0)
    y = x * x * other
    other.val = 7.0
    with pytest.raises(ChainruleError):
        y.back(create_graph=True)
    assert (x.grad, other.grad, y.grad) == (0.0, 0.0, 0.0)
    y.back()
    assert (x.grad, other.grad) == (30.0, 9.0)
