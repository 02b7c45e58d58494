"""Derivatives inside derivatives: higher orders, and perturbation confusion."""

from __future__ import annotations

import itertools
import math

import mpmath
import pytest

import chainrule as cr
from chainrule import Value, Var

# --- the ways to differentiate a function of one number -------------------------------------------


def by_grad(f):
    return cr.grad(f)


def by_value_and_grad(f):
    return lambda x: cr.value_and_grad(f)(x)[1]


def by_jvp(f):
    return lambda x: cr.jvp(f, (x,), (1.0,))[1]


def by_vjp(f):
    return lambda x: cr.vjp(f, x)[1](1.0)[0]


def by_jacobian(f):
    return lambda x: cr.jacobian(lambda y: {"out": [f(y)]})(x)["out"][0]


WAYS = [by_grad, by_value_and_grad, by_jvp, by_vjp, by_jacobian]

#: Functions with their derivatives of order 0 to 6 at a point.
CLOSED_FORMS = {
    "exp(2x)": (lambda x: cr.exp(2 * x), 0.3, [2**n * math.exp(0.6) for n in range(7)]),
    "sin": (cr.sin, 0.7, [math.sin(0.7 + n * math.pi / 2) for n in range(7)]),
    "x**5": (lambda x: x**5, 1.3, [math.perm(5, n) * 1.3 ** (5 - n) for n in range(6)] + [0.0]),
    "1/x": (
        lambda x: 1 / x,
        -1.7,
        [(-1) ** n * math.factorial(n) / (-1.7) ** (n + 1) for n in range(7)],
    ),
    "log": (
        cr.log,
        2.0,
        [math.log(2)] + [(-1) ** (n + 1) * math.factorial(n - 1) / 2**n for n in range(1, 7)],
    ),
    "x exp(x)": (lambda x: x * cr.exp(x), 0.5, [(0.5 + n) * math.exp(0.5) for n in range(7)]),
}


@pytest.mark.parametrize("case", CLOSED_FORMS)
@pytest.mark.parametrize("depth", [1, 2, 3, 4])
def test_all_ways_in_all_orders(case, depth):
    f, x, derivatives = CLOSED_FORMS[case]
    for ways in itertools.product(WAYS, repeat=depth):
        if depth == 4 and by_value_and_grad in ways:
            continue  # grad by another name
        derivative = f
        for way in ways:
            derivative = way(derivative)
        result = derivative(x)
        assert type(result) is float
        assert result == pytest.approx(derivatives[depth], rel=1e-12, abs=1e-12), ways


@pytest.mark.parametrize("case", CLOSED_FORMS)
def test_repeated_grad_against_closed_forms(case):
    f, x, derivatives = CLOSED_FORMS[case]
    for expected in derivatives:
        assert f(x) == pytest.approx(expected, rel=1e-12, abs=1e-12)
        f = cr.grad(f)


SIXTH = {
    "exp(sin)": (lambda m, x: m.exp(m.sin(x)), 0.7),
    "tanh over x": (lambda m, x: m.tanh(x) / x, 0.9),
    "tanh far out": (lambda m, x: m.tanh(x), 20.0),
    "log(1 + x**2)": (lambda m, x: m.log(1 + x * x), 0.4),
    "sqrt(1 + x**2)": (lambda m, x: m.sqrt(1 + x * x), -1.1),
    "x**x": (lambda m, x: x**x, 1.5),
    "atan": (lambda m, x: m.atan(x), 0.6),
    "asinh(exp)": (lambda m, x: m.asinh(m.exp(x)), 0.2),
    "erf": (lambda m, x: m.erf(x), 0.8),
    "gamma": (lambda m, x: m.gamma(x), 2.5),
    "cbrt": (lambda m, x: m.cbrt(x), 3.0),
    "tan": (lambda m, x: m.tan(x), 0.5),
    "x sin(1/x)": (lambda m, x: x * m.sin(1 / x), 0.8),
}


@pytest.mark.parametrize("case", SIXTH)
def test_grad_to_the_sixth_order_against_mpmath(case):
    f, x = SIXTH[case]
    with mpmath.workdps(60):
        expected = [float(d) for d in mpmath.diffs(lambda t: f(mpmath, t), mpmath.mpf(x), 6)]
    derivative = lambda x: f(cr, x)
    for order, reference in enumerate(expected):
        assert derivative(x) == pytest.approx(reference, rel=1e-10, abs=0), order
        derivative = cr.grad(derivative)


def test_sinc_is_finite_at_0_at_every_order():
    """Its Taylor coefficients at 0 are those of sin(pi x)/(pi x)."""
    f = cr.sinc
    for order in range(7):
        sign = (1, 0, -1, 0)[order % 4]
        assert f(0.0) == pytest.approx(sign * math.pi**order / (order + 1), rel=1e-13, abs=1e-13)
        f = cr.grad(f)


# --- perturbation confusion -----------------------------------------------------------------------

GRADS = [by_grad, by_jvp, by_vjp, by_jacobian]


@pytest.mark.parametrize("outer", GRADS)
@pytest.mark.parametrize("inner", GRADS)
def test_textbook_cases(inner, outer):
    # Siskind and Pearlmutter 2005: d/dx (x * d/dy (x + y)) is 1, and 2 where they are confused.
    assert outer(lambda x: x * inner(lambda y: x + y)(1.0))(1.0) == 1.0
    assert outer(lambda x: x * inner(lambda y: x * y)(2.0))(5.0) == 10.0
    assert outer(lambda x: x * inner(lambda y: x * y)(x))(5.0) == 10.0
    assert outer(lambda x: inner(lambda y: x)(1.0))(1.0) == 0.0
    assert outer(lambda x: inner(lambda y: y * y)(3.0))(1.0) == 0.0
    assert outer(lambda x: inner(lambda y: y * y)(x))(3.0) == 2.0
    assert outer(lambda x: inner(lambda y: x * y * y)(x))(3.0) == 12.0
    assert outer(lambda x: x + inner(lambda y: y)(x))(3.0) == 1.0


@pytest.mark.parametrize("one", GRADS)
@pytest.mark.parametrize("two", GRADS)
@pytest.mark.parametrize("three", GRADS)
def test_three_levels(one, two, three):
    # d/dx [ x * d/dy [ y * d/dz [ x y z**2 ] at z = x ] at y = x ] at 2
    # inner: 2 x y z -> 2 x**2 y; middle: d/dy 2 x**2 y**2 = 4 x**2 y -> 4 x**3; outer: 16 x**3
    f = lambda x: x * two(lambda y: y * three(lambda z: x * y * z * z)(x))(x)
    assert one(f)(2.0) == 16 * 2.0**3


def test_a_result_is_a_value_only_where_it_hangs_on_an_outer_value():
    kinds = {}

    def f(x):
        kinds["independent"] = cr.grad(lambda y: y * y)(3.0)
        kinds["at x"] = cr.grad(lambda y: y * y)(x)
        kinds["x inside"] = cr.grad(lambda y: x * y)(3.0)
        kinds["x beside"] = cr.grad(lambda y: x + y)(3.0)
        kinds["value"], kinds["slope"] = cr.value_and_grad(lambda y: x + y)(3.0)
        kinds["primal"], kinds["tangent"] = cr.jvp(lambda y: x + y, (3.0,), (1.0,))
        kinds["tangent x"] = cr.jvp(lambda y: 2 * y, (3.0,), (x,))[1]
        kinds["pulled x"] = cr.vjp(lambda y: 2 * y, 3.0)[1](x)[0]
        return x * 1.0

    cr.grad(f)(5.0)
    values = {name for name, kind in kinds.items() if isinstance(kind, Value)}
    assert values == {"at x", "x inside", "value", "primal", "tangent x", "pulled x"}
    assert {type(kind) for name, kind in kinds.items() if name not in values} == {float}
    assert (kinds["independent"], kinds["x beside"], kinds["slope"]) == (6.0, 1.0, 1.0)


def test_what_a_pullback_gives_is_a_value_only_where_it_hangs_on_an_outer_value():
    p, c = Var(2.0), Var(5.0)
    (slope,) = cr.vjp(lambda x: x * x + p, 3.0)[1](1.0)
    assert (type(slope), slope) == (float, 6.0)
    # Also beside a cotangent that is an outer Value.
    _, pullback = cr.vjp(lambda x, y: (x * x * p + y * y, x), 3.0, 4.0)
    by_x, by_y = pullback((1.0, c))
    assert isinstance(by_x, Value)
    by_x.back()
    assert (by_x.val, p.grad, c.grad) == (17.0, 6.0, 1.0)
    assert (type(by_y), by_y) == (float, 8.0)


def test_an_outer_value_need_not_be_an_argument():
    p = Var(3.0)
    slope = cr.grad(lambda x: x * x * p)(2.0)
    assert isinstance(slope, Value)
    assert p.grad == 0.0
    slope.back()
    assert (slope.val, p.grad) == (12.0, 4.0)
    constant = Value(3.0)
    assert cr.grad(lambda x: x * x * constant)(2.0) == 12.0
    assert type(cr.grad(lambda x: x * x * constant)(2.0)) is float


def test_an_argument_may_be_an_outer_value():
    p = Var(3.0)
    for slope in (
        cr.grad(lambda x: x**3)(p),
        cr.jvp(lambda x: x**3, (p,), (1.0,))[1],
        cr.vjp(lambda x: x**3, p)[1](1.0)[0],
        cr.jacobian(lambda x: [x**3])(p)[0],
        cr.grad(lambda d: d["x"] ** 3 * d["y"])({"x": p, "y": 1.0})["x"],
    ):
        p.grad = 0
        slope.back()
        assert (slope.val, p.grad) == (27.0, 18.0)
    assert cr.grad(lambda x: x**3)(Value(3.0)) == 27.0
    assert type(cr.grad(lambda x: x**3)(Value(3.0))) is float


def test_nothing_outer_is_lost_with_nothing_to_differentiate():
    """No leaf at all, and still the result hangs on p."""
    p = Var(3.0)
    value, gradient = cr.value_and_grad(lambda xs: p * 2.0)([])
    assert gradient == []
    assert isinstance(value, Value)
    value, gradient = cr.value_and_grad(lambda x: p * x, ())(2.0)
    assert gradient == ()
    assert isinstance(value, Value)
    value, tangent = cr.jvp(lambda: p * 2.0, (), ())
    assert isinstance(value, Value)
    assert tangent == 0.0


def test_a_value_made_inside_is_no_outer_value():
    def f(x):
        w = Var(3.0)
        return x * w * w

    value, slope = cr.value_and_grad(f)(2.0)
    assert (value, slope) == (18.0, 9.0)
    assert {type(value), type(slope)} == {float}


def test_pullbacks_that_outlive_their_call():
    """A pullback made inside one derivative, used inside another."""
    _, pullback = cr.vjp(lambda x, y: x * x * y, 3.0, 5.0)
    assert cr.grad(lambda c: pullback(c)[0])(7.0) == 30.0
    assert cr.grad(lambda c: pullback(c * c)[1])(7.0) == 2 * 7.0 * 9.0
    assert cr.jvp(lambda c: pullback(c)[0] * c, (2.0,), (1.0,)) == (120.0, 120.0)
    assert pullback(1.0) == (30.0, 9.0)


def test_newtons_method_is_differentiated():
    """d sqrt(a)/da, by way of a loop whose steps are themselves derivatives."""

    def root(a):
        x = 1.0
        for _ in range(8):
            residual, slope = cr.value_and_grad(lambda x: x * x - a)(x)
            x = x - residual / slope
        return x

    assert root(2.0) == pytest.approx(math.sqrt(2), rel=1e-15)
    assert cr.grad(root)(2.0) == pytest.approx(0.5 / math.sqrt(2), rel=1e-14)
    assert cr.jvp(root, (2.0,), (1.0,))[1] == pytest.approx(0.5 / math.sqrt(2), rel=1e-14)
    assert cr.grad(cr.grad(root))(2.0) == pytest.approx(-0.25 * 2**-1.5, rel=1e-13)


def test_saddle_by_nested_minimisation():
    """The derivative of an inner minimum with respect to an outer parameter (envelope theorem)."""

    def inner(y, x):
        return (y - x) ** 2 + x * y

    def lowest(x):
        y = 0.0
        for _ in range(60):
            y = y - 0.3 * cr.grad(inner)(y, x)
        return inner(y, x)

    # The minimum is at y = x/2, with value 3/4 x**2.
    assert lowest(2.0) == pytest.approx(3.0, rel=1e-12)
    assert cr.grad(lowest)(2.0) == pytest.approx(3.0, rel=1e-12)
    assert cr.grad(cr.grad(lowest))(2.0) == pytest.approx(1.5, rel=1e-12)


def test_hessian_of_hessian():
    fourth = cr.hessian(lambda x: cr.hessian(lambda y: x * y**4)(x) * x)
    # hessian in y at x: 12 x**3; times x: 12 x**4; its second derivative: 144 x**2
    assert fourth(1.5) == pytest.approx(144 * 1.5**2, rel=1e-14)


def test_derivatives_of_several_arguments_mixed():
    f = lambda x, y: cr.sin(x * y) * x
    mixed = cr.grad(cr.grad(f, 0), 1)(0.5, 0.8)
    assert mixed == pytest.approx(cr.grad(cr.grad(f, 1), 0)(0.5, 0.8), rel=1e-14)
    assert mixed == pytest.approx(cr.hessian(f, (0, 1))(0.5, 0.8)[0][1], rel=1e-14)
    assert mixed == pytest.approx(cr.jvp(lambda y: cr.grad(f)(0.5, y), (0.8,), (1.0,))[1])


def test_hypergradient_of_a_training_step():
    """The loss after one step of descent, differentiated in the step's size."""

    def after(rate, w):
        loss = lambda w: (w[0] - 1.0) ** 2 + (w[1] * w[0]) ** 2
        g = cr.grad(loss)(w)
        return loss([a - rate * b for a, b in zip(w, g, strict=True)])

    h = 1e-6
    point = [2.0, 0.5]
    difference = (after(0.1 + h, point) - after(0.1 - h, point)) / (2 * h)
    assert cr.grad(after)(0.1, point) == pytest.approx(difference, rel=1e-8)


def test_a_first_derivative_under_stop_gradient():
    f = lambda x: x * cr.stop_gradient(cr.grad(lambda y: y**3)(x))
    assert cr.grad(f)(2.0) == 12.0
    assert cr.jvp(f, (2.0,), (1.0,)) == (24.0, 12.0)
