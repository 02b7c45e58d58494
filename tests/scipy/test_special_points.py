"""Functions of SciPy's where their formula has no value, or its derivatives cancel; and signs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import scipy.special

import chainrule as cr

ours = cr.scipy.special
stats = cr.scipy.stats
TINY = [0.0, 1e-9, -1e-9, 1e-4, 0.09, 0.11, -0.3]


def boxcox(base: int) -> Callable[[Any], Any]:
    return lambda power: mp.expm1(power * mp.log(base)) / power if power else mp.log(base)


def inverse(power: Any) -> Any:
    return mp.log1p(2 * power) / power if power else mp.mpf(2)


def log_ndtr(x: Any) -> Any:
    return mp.log1p(-mp.erfc(x / mp.sqrt(2)) / 2) if x > 0 else mp.log(mp.ncdf(x))


def t_density(t: Any) -> Any:
    return mp.gamma(2) / mp.sqrt(3 * mp.pi) / mp.gamma(mp.mpf(3) / 2) * (1 + t * t / 3) ** -2


POINTS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], list[float]]] = {
    "exprel": (ours.exprel, lambda x: mp.expm1(x) / x if x else mp.mpf(1), TINY),
    "boxcox": (lambda power: ours.boxcox(2.0, power), boxcox(2), TINY),
    "boxcox1p": (lambda power: ours.boxcox1p(2.0, power), boxcox(3), TINY),
    "inv_boxcox": (lambda power: ours.inv_boxcox(2.0, power), lambda p: mp.exp(inverse(p)), TINY),
    "inv_boxcox1p": (
        lambda power: ours.inv_boxcox1p(2.0, power), lambda p: mp.expm1(inverse(p)), TINY
    ),
    "ellipk": (ours.ellipk, mp.ellipk, TINY),
    "ellipe": (ours.ellipe, mp.ellipe, TINY),
    "erfcx": (
        ours.erfcx, lambda x: mp.exp(x * x) * mp.erfc(x), [0.0, 19.9, 20.1, 1e3, 1e9]
    ),
    "log_ndtr": (
        ours.log_ndtr, log_ndtr, [0.0, 7.9, 8.1, 30.0, -27.0, -30.0, -1e5]
    ),
    "expn": (lambda x: ours.expn(1.0, x), lambda x: mp.expint(1, x), [0.5, 3.0]),
    "expn 0": (lambda x: ours.expn(0.0, x), lambda x: mp.expint(0, x), [0.5, 3.0]),
    "rgamma": (ours.rgamma, mp.rgamma, [0.0, -1.0, -2.0, -0.5, 0.49, 0.51, 3.0]),
    "poch": (lambda m: ours.poch(-2.5, m), lambda m: mp.rf(mp.mpf(-2.5), m), [1.0, 2.3, -0.7]),
    "beta": (lambda b: ours.beta(-0.5, b), lambda b: mp.beta(-0.5, b), [2.0, 0.2, -1.7]),
    "binom": (lambda k: ours.binom(-2.5, k), lambda k: mp.binomial(-2.5, k), [1.0, 0.3, 3.0]),
    "powm1": (lambda x: ours.powm1(x, 3.0), lambda x: x**3 - 1, [-2.0, 1.0, 0.5]),
    "stdtr": (
        lambda t: ours.stdtr(3.0, t), lambda t: mp.quad(t_density, [-mp.inf, t]), [0.0, 1e-9, -2.0]
    ),
    "t": (
        lambda t: stats.t.sf(t, 3.0), lambda t: mp.quad(t_density, [t, mp.inf]), [0.0, 1e-9, 2.0]
    ),
    "logistic": (
        stats.logistic.logpdf, lambda z: -z - 2 * mp.log1p(mp.exp(-z)), [0.0, -40.0, 40.0]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", POINTS)
def test_value_and_two_derivatives(name: str) -> None:
    f, truth, points = POINTS[name]
    for order, x in itertools.product(range(3), points):
        derivative = f
        for _ in range(order):
            derivative = cr.grad(derivative)
        with mp.workdps(40):
            expected = float(mp.diff(truth, mp.mpf(x), order) if order else truth(mp.mpf(x)))
        for way in derivative, cr.jit(derivative):
            assert float(way(x)) == pytest.approx(expected, rel=1e-9, abs=1e-40), (order, x)


@pytest.mark.parametrize("name", ["cdf", "sf", "logcdf", "logsf"])
def test_laplace_is_smooth_at_its_middle(name: str) -> None:
    expected = {"cdf": 0.5, "sf": -0.5, "logcdf": 1.0, "logsf": -1.0}[name]
    f = getattr(stats.laplace, name)
    assert cr.grad(f)(0.0) == cr.jit(cr.grad(f))(0.0) == expected
    for x in -800.0, 800.0:
        if not name.startswith("log"):  # SciPy's own are logarithms of 0
            assert f(x) == getattr(scipy.stats.laplace, name)(x)
        assert math.isfinite(cr.grad(f)(x))


def test_losses_of_a_negative_delta() -> None:
    for name in "huber", "pseudo_huber":
        f, theirs = getattr(ours, name), getattr(scipy.special, name)
        delta, r = np.array([-1.0, 0.0, 0.0, 2.0]), np.array([0.5, 0.5, 0.0, 0.5])
        np.testing.assert_allclose(f(delta, r), theirs(delta, r))


def test_a_binomial_coefficient_of_a_negative_whole_number() -> None:
    assert math.isnan(ours.binom(-3.0, 2.0))
    assert math.isnan(scipy.special.binom(-3.0, 2.0))
    np.testing.assert_allclose(ours.binom(5.0, np.arange(7.0)), [1, 5, 10, 10, 5, 1, 0], rtol=1e-13)


CONTINUOUS = ["norm", "expon", "uniform", "laplace", "logistic", "cauchy", "halfnorm", "gumbel_r"]
SHAPED = {"gamma": 1, "beta": 2, "chi2": 1, "t": 1, "lognorm": 1, "pareto": 1, "weibull_min": 1}
SHAPED |= {"invgamma": 1}


@pytest.mark.parametrize("name", [*CONTINUOUS, *SHAPED])
@pytest.mark.parametrize("what", ["logpdf", "pdf", "cdf", "sf", "logcdf", "logsf"])
def test_nan_and_parameters_without_a_distribution(name: str, what: str) -> None:
    f = getattr(getattr(stats, name), what)
    theirs = getattr(getattr(scipy.stats, name), what)
    shapes = [2.0] * SHAPED.get(name, 0)
    good = [1.5, *shapes, 0.0, 1.0]
    assert math.isnan(f(math.nan, *good[1:]))
    assert math.isnan(cr.jit(f)(math.nan, *good[1:]))
    for i in range(1, len(good) - 2):
        bad = [*good[:i], -1.0, *good[i + 1 :]]
        assert math.isnan(theirs(*bad))
        assert math.isnan(f(*bad))
        assert np.isnan(f(*bad[:i], np.array([-1.0, -2.0]), *bad[i + 1 :])).all()
    for scale in 0.0, -1.0:
        assert math.isnan(f(*good[:-1], scale))
        assert math.isnan(cr.jit(f)(*good[:-1], scale))
        assert math.isnan(cr.grad(lambda x, s=scale: f(x, *good[1:-1], s))(1.5))


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("poisson", (2.0,), (-1.0,)),
        ("bernoulli", (0.5,), (1.5,)),
        ("binom", (5, 0.5), (5, -0.1)),
        ("binom", (5, 0.5), (-1, 0.5)),
        ("geom", (0.5,), (1.5,)),
        ("nbinom", (3.0, 0.5), (3.0, 1.5)),
    ],
)
def test_nan_and_parameters_of_whole_numbers(name: str, good: Any, bad: Any) -> None:
    f, theirs = getattr(stats, name).logpmf, getattr(scipy.stats, name).logpmf
    assert math.isnan(f(math.nan, *good))
    assert math.isnan(theirs(1, *bad))
    assert math.isnan(f(1.0, *bad))
    assert math.isnan(cr.jit(f)(1.0, *bad))
