"""Kinks, ties, ends of domains and singular points, at which mpmath has no opinion."""

from __future__ import annotations

import math

import numpy as np
import pytest

import chainrule as cr
from chainrule.ops import elementwise_rows

inf, nan = math.inf, math.nan


def same(got: float, expected: float) -> bool:
    return got == expected or (math.isnan(got) and math.isnan(expected))


@pytest.mark.parametrize(
    ("name", "point", "partials"),
    [
        ("abs", (0.0,), (0.0,)),
        ("sign", (0.0,), (0.0,)),
        ("relu", (0.0,), (0.0,)),
        ("relu", (nan,), (nan,)),
        ("hypot", (0.0, 0.0), (0.0, 0.0)),
        ("arctan2", (0.0, 0.0), (nan, nan)),
        ("maximum", (2.0, 2.0), (0.5, 0.5)),
        ("maximum", (1.0, 2.0), (0.0, 1.0)),
        ("maximum", (nan, 2.0), (nan, nan)),
        ("minimum", (2.0, 2.0), (0.5, 0.5)),
        ("minimum", (1.0, 2.0), (1.0, 0.0)),
        ("minimum", (1.0, nan), (nan, nan)),
        ("fmax", (2.0, 2.0), (0.5, 0.5)),
        ("fmax", (nan, 2.0), (0.0, 1.0)),
        ("fmax", (2.0, nan), (1.0, 0.0)),
        ("fmin", (nan, 2.0), (0.0, 1.0)),
        ("fmin", (3.0, 2.0), (0.0, 1.0)),
        ("clip", (0.5, 0.0, 1.0), (1.0, 0.0, 0.0)),
        ("clip", (-2.0, 0.0, 1.0), (0.0, 1.0, 0.0)),
        ("clip", (0.0, 0.0, 1.0), (0.0, 1.0, 0.0)),
        ("clip", (1.0, 0.0, 1.0), (0.0, 0.0, 1.0)),
        ("clip", (5.0, 0.0, 1.0), (0.0, 0.0, 1.0)),
        ("clip", (5.0, 2.0, 1.0), (0.0, 0.0, 1.0)),
        ("where", (1.0, 2.0, 3.0), (0.0, 1.0, 0.0)),
        ("where", (0.0, 2.0, 3.0), (0.0, 0.0, 1.0)),
        ("power", (0.0, 0.0), (0.0, 0.0)),
        ("power", (0.0, 1.0), (1.0, 0.0)),
        ("power", (0.0, 2.0), (0.0, 0.0)),
        ("power", (0.0, -1.0), (-inf, -inf)),
        ("power", (3.0, 0.0), (0.0, math.log(3.0))),
        ("power", (-2.0, 3.0), (12.0, nan)),
        ("power", (-2.0, 0.5), (nan, nan)),
        ("sqrt", (0.0,), (inf,)),
        ("sqrt", (-1.0,), (nan,)),
        ("cbrt", (0.0,), (inf,)),
        ("log", (0.0,), (inf,)),
        ("log", (-1.0,), (nan,)),
        ("log2", (-1.0,), (nan,)),
        ("log10", (-1.0,), (nan,)),
        ("log1p", (-1.0,), (inf,)),
        ("log1p", (-2.0,), (nan,)),
        ("arcsin", (1.0,), (inf,)),
        ("arcsin", (2.0,), (nan,)),
        ("arccos", (-1.0,), (-inf,)),
        ("arccos", (2.0,), (nan,)),
        ("arccosh", (1.0,), (inf,)),
        ("arccosh", (-2.0,), (nan,)),
        ("arctanh", (1.0,), (inf,)),
        ("arctanh", (2.0,), (nan,)),
        ("erfinv", (1.0,), (inf,)),
        ("erfinv", (2.0,), (nan,)),
        ("reciprocal", (0.0,), (-inf,)),
        ("divide", (1.0, 0.0), (inf, -inf)),
        ("remainder", (5.0, 0.0), (nan, nan)),
        ("logaddexp", (-inf, -inf), (0.5, 0.5)),
        ("logaddexp", (-inf, 0.0), (0.0, 1.0)),
        ("logaddexp", (3.0, 3.0), (0.5, 0.5)),
        ("expm1", (-40.0,), (math.exp(-40.0),)),
        ("softplus", (800.0,), (1.0,)),
        ("softplus", (-800.0,), (0.0,)),
        ("sinc", (0.0,), (0.0,)),
        ("copysign", (0.0, -1.0), (0.0, 0.0)),
    ],
)  # fmt: skip
def test_partials(name, point, partials):
    f = getattr(cr, name)
    got = cr.grad(f, tuple(range(len(point))))(*point)
    assert all(map(same, got, partials)), got
    for i in range(len(point)):  # a partial does not depend on argnums
        assert same(cr.grad(f, i)(*point), partials[i])
        moving = lambda x, i=i: f(*point[:i], x, *point[i + 1 :])
        assert same(cr.jvp(moving, (point[i],), (1.0,))[1], partials[i])


@pytest.mark.parametrize(
    ("f", "x", "second"),
    [
        (cr.abs, 0.0, 0.0),
        (cr.relu, 0.0, 0.0),
        (cr.log, -1.0, nan),
        (cr.arctanh, 2.0, nan),
        (cr.sqrt, -1.0, nan),
        (cr.log, 0.0, -inf),
        (lambda x: cr.hypot(x, 0.0), 0.0, 0.0),
        (lambda x: x**0, 0.0, 0.0),
        (lambda x: x**1, 0.0, 0.0),
        (lambda x: x**2, 0.0, 2.0),
        (lambda x: x**3, 0.0, 0.0),
        (lambda y: 0.0**y, 3.0, 0.0),
        (cr.softplus, 800.0, 0.0),
        (cr.softplus, -800.0, 0.0),
        (cr.tanh, 800.0, 0.0),
        (cr.sinc, 0.0, -(math.pi**2) / 3),
    ],
)
def test_second_derivative(f, x, second):
    got = cr.grad(cr.grad(f))(x)
    assert same(got, second) or got == pytest.approx(second, rel=1e-15)
    assert same(cr.jvp(cr.grad(f), (x,), (1.0,))[1], got)


@pytest.mark.parametrize(
    ("exponent", "expected"), [(2.0, 0.0), (1.5, 0.0), (1.0, -inf), (0.5, -inf)]
)
def test_mixed_derivative_of_power_at_zero(exponent, expected):
    for first, second in ((0, 1), (1, 0)):
        got = cr.grad(cr.grad(cr.power, first), second)(0.0, exponent)
        if (first, second) == (1, 0):
            assert got == expected
        elif exponent > 1:
            # The other order multiplies y * x**(y-1) out: 0 + y * 0.
            assert got == expected


def test_mixed_derivative_of_power_at_exponent_zero():
    assert cr.hessian(cr.power, (0, 1))(2.0, 0.0)[0][1] == 0.5
    assert cr.hessian(cr.power, (0, 1))(2.0, 0.0)[1][0] == 0.5


@pytest.mark.parametrize("order", range(1, 7))
def test_sinc_is_finite_at_zero_at_every_order(order):
    f = cr.sinc
    for _ in range(order):
        f = cr.grad(f)
    # The k-th derivative of sin(pi x)/(pi x) at 0 is (-1)**(k/2) pi**k / (k + 1) for even k.
    expected = 0.0 if order % 2 else (-1) ** (order // 2) * math.pi**order / (order + 1)
    assert f(0.0) == pytest.approx(expected, rel=1e-14, abs=1e-12)
    # Continuous where the power series hands over to the quotient.
    assert f(0.4 - 1e-9) == pytest.approx(f(0.4), rel=1e-6)


@pytest.mark.parametrize("order", range(1, 5))
def test_what_is_not_selected_is_not_multiplied(order):
    guarded = [
        lambda x: cr.where(x > 0, cr.sqrt(x), 0.0),
        lambda x: cr.where(x > 0, cr.log(x) / x, 3.0),
        lambda x: cr.maximum(cr.where(x > 0, cr.sqrt(x), 0.0), 0.0),
        lambda x: cr.clip(1 / (x + 1), None, 5.0) * 0 if x > 0 else cr.minimum(1 / (x + 1), 5.0),
    ]
    for f in guarded:
        reverse = forward = f
        for _ in range(order):
            reverse = cr.grad(reverse)
            inner = forward
            forward = lambda x, inner=inner: cr.jvp(inner, (x,), (1.0,))[1]
        assert reverse(-1.0) == 0.0
        assert forward(-1.0) == 0.0


def test_a_genuine_zero_times_infinity_is_nan():
    assert math.isnan(cr.grad(lambda x: cr.sqrt(x) ** 2)(0.0))
    assert math.isnan(cr.jvp(lambda x: cr.sqrt(x) ** 2, (0.0,), (1.0,))[1])
    assert math.isnan(cr.grad(lambda x: 0 * cr.sqrt(x))(0.0))


@pytest.mark.parametrize(
    "op",
    [
        op
        for op in elementwise_rows()
        if op.kernel and op.name not in ("where", "erfinv", "polygamma", "expn")
    ],
    ids=lambda op: op.name,
)
def test_values_out_of_domain_and_special_are_numpys(op):
    specials = [0.0, -0.0, 1.0, -1.0, 2.5, -7.5, 1e300, -1e300, 1e-300, inf, -inf, nan]
    points = [(x,) for x in specials]
    if op.arity == 2:
        points = [(x, y) for x in specials for y in specials]
    elif op.arity == 3:
        points = [(x, -1.0, 1.0) for x in specials]
    elif op.name == "gammaln":  # C's is inf at -inf, SciPy's -inf
        points.remove((-inf,))
    for point in points:
        f = op if not op.public else getattr(cr, op.name)
        ours = f(*[cr.Value(x) for x in point])
        ours = ours if op.predicate else ours.val
        with np.errstate(all="ignore"):
            theirs = float(op.numpy(*map(np.float64, point)))
        if op.name == "sinc":  # NumPy's is 4e-17 at 1; ours is 0 at every integer
            assert same(ours, theirs) or ours == pytest.approx(theirs, rel=1e-13, abs=4e-17), point
            continue
        assert same(ours, theirs) or ours == pytest.approx(theirs, rel=1e-13), point
        if ours == 0.0 and not op.selects:  # of two zeros C and NumPy may choose either
            assert math.copysign(1, ours) == math.copysign(1, theirs), point
        if not op.predicate:
            assert same(f(*point), ours), "a plain number and a Value part"
