"""Python's operators and functions on Values."""

from __future__ import annotations

import math
import operator

import numpy as np
import pytest

from chainrule import Value, Var
from chainrule.errors import OperandError


def derivative(f, x):
    leaf = Var(x)
    result = f(leaf)
    result.back()
    return result.val, leaf.grad


def test_sum():
    x, y = Var(2.0), Var(3.0)
    total = sum([x, y * y, 1.0, x])
    total.back()
    assert (total.val, x.grad, y.grad) == (14.0, 2.0, 6.0)


def test_max_and_min():
    x, y = Var(2.0), Var(3.0)
    assert max(x, y, 1.0) is y
    assert min([x, y]) is x
    assert max(x, 5.0) == 5.0
    assert max(np.float64(1.0), x) is x


def test_sorted():
    values = [Var(3.0), Var(1.0) * 1, Value(2.0)]
    assert [value.val for value in sorted(values)] == [1.0, 2.0, 3.0]
    assert sorted(values)[0] is values[1]


def test_abs_neg_pos():
    assert derivative(abs, -2.0) == (2.0, -1.0)
    assert derivative(abs, 2.0) == (2.0, 1.0)
    assert derivative(operator.neg, 2.0) == (-2.0, -1.0)
    assert derivative(operator.pos, 2.0) == (2.0, 1.0)


def test_pow():
    assert derivative(lambda x: x**3, 2.0) == (8.0, 12.0)
    assert derivative(lambda x: pow(x, 3), 2.0) == (8.0, 12.0)
    assert derivative(lambda x: 3**x, 2.0) == pytest.approx((9.0, 9 * math.log(3)))
    assert derivative(lambda x: pow(3, x), 2.0) == pytest.approx((9.0, 9 * math.log(3)))
    assert derivative(lambda x: x**x, 2.0) == pytest.approx((4.0, 4 * (math.log(2) + 1)))


def test_pow_with_three_arguments_raises():
    with pytest.raises(OperandError, match=r"power.*third argument.*cr\.remainder"):
        pow(Var(2.0), 2, 3)
    with pytest.raises(TypeError, match="pow"):
        pow(2, Var(2.0), 3)


def test_divmod_floor_division_and_remainder():
    quotient, rest = divmod(Var(7.5), 2)
    assert (quotient.val, rest.val) == (3.0, 1.5)
    quotient, rest = divmod(-7.5, Var(2.0))
    assert (quotient.val, rest.val) == divmod(-7.5, 2.0)
    assert derivative(lambda x: divmod(x, 2)[1], 7.5) == (1.5, 1.0)
    assert derivative(lambda x: divmod(7.5, x)[1], 2.0) == (1.5, -3.0)
    assert derivative(lambda x: x // 2, 7.5) == (3.0, 0.0)
    assert derivative(lambda x: 7.5 // x, 2.0) == (3.0, 0.0)
    assert derivative(lambda x: x % 2, 7.5) == (1.5, 1.0)
    assert derivative(lambda x: 7.5 % x, 2.0) == (1.5, -3.0)


def test_rounding():
    for f, expected in [
        (round, -2.0),
        (math.floor, -2.0),
        (math.ceil, -1.0),
        (math.trunc, -1.0),
        (lambda x: round(x, 1), -1.7),
        (lambda x: round(x, -1), 0.0),
    ]:
        value, slope = derivative(f, -1.74)
        assert (value, slope) == (expected, 0.0)
    assert derivative(lambda x: x - math.floor(x), 2.25) == (0.25, 1.0)
    assert [round(Var(x)).val for x in (0.5, 1.5, 2.5)] == [0.0, 2.0, 2.0]


def test_arithmetic_from_both_sides():
    for f, g in [
        (lambda x: x + 3, lambda x: (x + 3, 1)),
        (lambda x: 3 + x, lambda x: (3 + x, 1)),
        (lambda x: x - 3, lambda x: (x - 3, 1)),
        (lambda x: 3 - x, lambda x: (3 - x, -1)),
        (lambda x: x * 3, lambda x: (x * 3, 3)),
        (lambda x: 3 * x, lambda x: (3 * x, 3)),
        (lambda x: x / 4, lambda x: (x / 4, 0.25)),
        (lambda x: 4 / x, lambda x: (4 / x, -4 / x**2)),
    ]:
        assert derivative(f, 2.0) == g(2.0)


def test_augmented_assignment_makes_a_new_value():
    x = Var(2.0)
    y = x
    y *= 3
    y += x
    y -= 1
    y /= 2
    y **= 2
    y.back()
    assert (x.val, y.val) == (2.0, 12.25)
    assert x.grad == 2 * 3.5 * 2.0


def test_xor_names_the_power():
    for attempt in (lambda x: x ^ 2, lambda x: 2 ^ x, lambda x: x ^ x):
        with pytest.raises(OperandError, match=r"\*\*"):
            attempt(Var(2.0))


@pytest.mark.parametrize(
    "attempt",
    [
        lambda x: x & 1,
        lambda x: x | 1,
        lambda x: x << 1,
        lambda x: x >> 1,
        lambda x: ~x,
        lambda x: x @ x,
    ],
)
def test_operators_that_mean_nothing_here(attempt):
    with pytest.raises(TypeError):
        attempt(Var(2.0))


def test_numbers_out_of_the_domain_follow_numpy_without_warnings():
    inf, nan = math.inf, math.nan
    for f, x, expected in [
        (lambda x: x / 0, 1.0, (inf, inf)),
        (lambda x: 1 / x, 0.0, (inf, -inf)),
        (lambda x: x**-1, 0.0, (inf, -inf)),
        (lambda x: x**400, 10.0, (inf, inf)),
        (lambda x: x ** (1 / 3), -8.0, (nan, nan)),
        (lambda x: x.log(), -1.0, (nan, nan)),
        (lambda x: x.log(), 0.0, (-inf, inf)),
        (lambda x: x.exp(), 1000.0, (inf, inf)),
        (lambda x: x.sqrt(), -1.0, (nan, nan)),
        (lambda x: x.sin(), inf, (nan, nan)),
        (lambda x: x % 0, 5.0, (nan, nan)),
        (lambda x: x - x, inf, (nan, 0.0)),
    ]:
        assert derivative(f, x) == pytest.approx(expected, nan_ok=True)
