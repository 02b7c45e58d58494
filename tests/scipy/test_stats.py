"""``cr.scipy.stats`` and ``cr.scipy.signal``: values as SciPy's, derivatives as differences."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.signal
import scipy.stats

import chainrule as cr
from chainrule import Var
from chainrule.errors import (
    ArgumentError,
    DroppedDerivativeError,
    FixedOperandError,
    UnsupportedFunctionError,
)

ours = cr.scipy.stats
SHAPES = {
    "norm": (),
    "t": (3.5,),
    "gamma": (2.5,),
    "beta": (2.5, 1.5),
    "chi2": (3.0,),
    "expon": (),
    "uniform": (),
    "lognorm": (0.8,),
    "laplace": (),
    "cauchy": (),
    "logistic": (),
    "weibull_min": (1.7,),
    "invgamma": (2.5,),
    "pareto": (2.5,),
    "gumbel_r": (),
    "halfnorm": (),
}
DISCRETE = {
    "poisson": (2.5,),
    "binom": (6, 0.3),
    "bernoulli": (0.3,),
    "nbinom": (3.5, 0.4),
    "geom": (0.3,),
}


def close(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", SHAPES)
def test_continuous(name):
    mine, theirs, shapes = getattr(ours, name), getattr(scipy.stats, name), SHAPES[name]
    loc, scale = 0.3, 1.4
    z = np.array([0.2, 0.5, 0.9]) + (1.0 if name == "pareto" else 0.0)
    x = loc + scale * z
    close(mine.logpdf(x, *shapes, loc, scale), theirs.logpdf(x, *shapes, loc, scale))
    close(mine.pdf(x, *shapes, loc=loc, scale=scale), theirs.pdf(x, *shapes, loc, scale))
    for what in "cdf", "sf", "logcdf", "logsf":
        close(
            getattr(mine, what)(x, *shapes, loc, scale),
            getattr(theirs, what)(x, *shapes, loc, scale),
        )
    if mine._functions["ppf"] is not None:
        q = np.array([0.2, 0.7])
        close(mine.ppf(q, *shapes, loc, scale), theirs.ppf(q, *shapes, loc, scale))
    parameters = [x, *shapes, loc, scale]
    h = 1e-6
    for i, at in enumerate(parameters):
        total = lambda p, i=i: np.sum(mine.logpdf(*parameters[:i], p, *parameters[i + 1 :]))
        plain = lambda p, i=i: np.sum(theirs.logpdf(*parameters[:i], p, *parameters[i + 1 :]))
        slope = cr.grad(total)(at)
        close(cr.jit(cr.grad(total))(at), slope)
        if np.ndim(at) == 0:
            quotient = (plain(at + h) - plain(at - h)) / (2 * h)
            np.testing.assert_allclose(slope, quotient, rtol=1e-5, atol=1e-6)
    density = cr.vmap(cr.grad(lambda y: mine.cdf(y, *shapes, loc, scale)))(x)
    np.testing.assert_allclose(density, theirs.pdf(x, *shapes, loc, scale), rtol=1e-9)
    if np.isfinite(mine.support[0]):
        outside = loc - 1.0
        assert mine.logpdf(outside, *shapes, loc, scale) == -np.inf
        assert cr.grad(lambda y: mine.pdf(y, *shapes, loc, scale))(outside) == 0.0
        assert mine.cdf(outside, *shapes, loc, scale) == 0.0
        assert mine.sf(outside, *shapes, loc, scale) == 1.0


WHATS = ("logpdf", "pdf", "cdf", "sf", "logcdf", "logsf")


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", SHAPES)
def test_ends_of_the_support_tails_and_parameters_without_meaning(name):
    """Values as SciPy's where it says nan, at the ends, and where a probability is nearly 1."""
    mine, theirs, shapes = getattr(ours, name), getattr(scipy.stats, name), SHAPES[name]
    x = np.array([np.nan, -np.inf, np.inf, -30.0, -1.0, 0.0, 1e-10, 0.5, 1.0, 2.0, 30.0])
    parameters = [
        *((*shapes, loc, scale) for loc, scale in ((0.0, 1.0), (1.0, 2.0), (0.0, 0.0), (0.0, -1))),
        *((*shapes[:i], bad, *shapes[i + 1 :], 0.0, 1.0) for i in range(len(shapes))
          for bad in (0.0, -1.0, np.nan)),
        (*shapes, np.nan, 1.0),
    ]  # fmt: skip
    for given in parameters:
        for what in WHATS:
            f = getattr(mine, what)
            expected = getattr(theirs, what)(x, *given)
            for found in f(x, *given), f(Var(x), *map(Var, given)).val, cr.jit(f)(x, *given):
                np.testing.assert_allclose(found, expected, rtol=1e-8, err_msg=f"{what}, {given}")
        if mine._functions["ppf"] is not None:
            q = np.array([np.nan, -0.5, 0.0, 0.3, 1.0, 1.5])
            np.testing.assert_allclose(mine.ppf(q, *given), theirs.ppf(q, *given), rtol=1e-8)


@pytest.mark.parametrize("name", SHAPES)
def test_slopes_of_probabilities_are_densities_also_in_the_middle(name):
    mine, theirs, shapes = getattr(ours, name), getattr(scipy.stats, name), SHAPES[name]
    for x in (-1e-9, 0.0, 1e-9, 0.5, 2.0):
        if not mine.support[0] < x < mine.support[1]:
            continue
        density = theirs.pdf(x, *shapes)
        slopes = {"cdf": density, "sf": -density}
        if density > 0.0:
            slopes["logcdf"] = density / theirs.cdf(x, *shapes)
            slopes["logsf"] = -density / theirs.sf(x, *shapes)
        for what, slope in slopes.items():
            f = lambda y, what=what: getattr(mine, what)(y, *shapes)
            for found in cr.grad(f)(x), cr.jvp(f, (x,), (1.0,))[1], cr.jit(cr.grad(f))(x):
                np.testing.assert_allclose(found, slope, rtol=1e-8, err_msg=f"{what} at {x}")
        curved = cr.grad(cr.grad(lambda y: mine.cdf(y, *shapes)))(x)
        if name != "laplace":  # which has a kink of its density at 0
            np.testing.assert_allclose(
                curved, cr.grad(lambda y: mine.pdf(y, *shapes))(x), rtol=1e-6, atol=1e-8
            )


@pytest.mark.parametrize("name", SHAPES)
def test_modes_agree_out_of_the_support(name):
    mine, shapes = getattr(ours, name), SHAPES[name]
    outside = [
        end + step for end, step in zip(mine.support, (-1.0, 1.0), strict=True) if np.isfinite(end)
    ]
    for x in outside:
        for what in WHATS:
            f = lambda y, what=what: getattr(mine, what)(y, *shapes)
            assert cr.grad(f)(x) == cr.jvp(f, (x,), (1.0,))[1] == 0.0
            assert cr.grad(cr.grad(f))(x) == 0.0


MEANINGLESS = {
    "poisson": [(-1.0,), (np.nan,)],
    "binom": [(-1, 0.3), (2.5, 0.3), (6, 1.5), (6, -0.5)],
    "bernoulli": [(1.2,), (-0.1,)],
    "nbinom": [(-1.0, 0.5), (0.0, 0.5), (3.0, 0.0), (3.0, 1.2)],
    "geom": [(0.0,), (1.3,), (-0.2,)],
}
LIMITS = {
    "poisson": [(0.0,)],
    "binom": [(6, 0.0), (6, 1.0), (0, 0.3)],
    "bernoulli": [(0.0,), (1.0,)],
    "nbinom": [(3.0, 1.0)],
    "geom": [(1.0,)],
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("name", DISCRETE)
def test_discrete_at_limits_and_without_meaning(name):
    mine, theirs = getattr(ours, name), getattr(scipy.stats, name)
    k = np.array([np.nan, -np.inf, -1.0, 0.0, 0.5, 1.0, 6.0, 100.0])
    for given in LIMITS[name] + MEANINGLESS[name]:
        for what in ("logpmf", "pmf", *(("cdf",) if name == "poisson" else ())):
            expected = getattr(theirs, what)(k, *given)
            f = getattr(mine, what)
            for found in f(k, *given), cr.jit(f)(k, *map(float, given)):
                np.testing.assert_allclose(found, expected, err_msg=f"{what}, {given}")


@pytest.mark.parametrize("name", DISCRETE)
def test_discrete(name):
    mine, theirs, shapes = getattr(ours, name), getattr(scipy.stats, name), DISCRETE[name]
    k = np.array([-1.0, 0.0, 1.0, 2.0, 7.0, 0.5])
    close(mine.logpmf(k, *shapes), theirs.logpmf(k, *shapes))
    close(mine.pmf(k, *shapes), theirs.pmf(k, *shapes))
    close(mine.logpmf(k + 1, *shapes, loc=1), theirs.logpmf(k + 1, *shapes, loc=1))
    h = 1e-6
    *rest, p = shapes
    f = lambda p: mine.logpmf(1.0, *rest, p)
    slope = (theirs.logpmf(1, *rest, p + h) - theirs.logpmf(1, *rest, p - h)) / (2 * h)
    np.testing.assert_allclose(cr.grad(f)(p), slope, rtol=1e-7)
    np.testing.assert_allclose(cr.jit(cr.grad(f))(p), slope, rtol=1e-7)


def test_cumulative_poisson():
    close(
        ours.poisson.cdf(np.array([-1.0, 0.0, 3.5]), 2.5),
        scipy.stats.poisson.cdf([-1, 0, 3.5], 2.5),
    )
    slope = cr.grad(lambda mu: ours.poisson.cdf(3.0, mu))(2.5)
    np.testing.assert_allclose(slope, -scipy.stats.poisson.pmf(3, 2.5))


S = np.array([[2.0, 0.5], [0.5, 1.0]])


def test_several_variables():
    x, mean = np.array([[0.3, -0.2], [1.0, 0.5], [0.0, 0.1]]), np.array([0.1, 0.2])
    for cov in S, np.array([2.0, 1.0]), 1.5:
        theirs = scipy.stats.multivariate_normal(mean, cov)
        for points in x, x[0], np.stack([x, x + 1.0]):
            close(ours.multivariate_normal.logpdf(points, mean, cov), theirs.logpdf(points))
    f = lambda m, a: np.sum(ours.multivariate_normal.logpdf(x, m, a @ a.T + np.eye(2)))
    cr.check_derivatives(f, mean, S)
    p, alpha = np.array([0.2, 0.3, 0.5]), np.array([1.5, 2.0, 0.7])
    close(ours.dirichlet.logpdf(p, alpha), scipy.stats.dirichlet.logpdf(p, alpha))
    close(ours.dirichlet.logpdf(p[:2], alpha), scipy.stats.dirichlet.logpdf(p, alpha))
    cr.check_derivatives(lambda a: ours.dirichlet.logpdf(p, a), alpha)
    counts = np.array([1.0, 2.0, 3.0])
    close(ours.multinomial.logpmf(counts, 6, p), scipy.stats.multinomial.logpmf(counts, 6, p))
    with pytest.raises(np.linalg.LinAlgError):
        ours.multivariate_normal.logpdf(mean, mean, -S)
    with pytest.raises(ValueError, match="dirichlet"):
        ours.dirichlet.logpdf(np.ones(5), alpha)


def test_what_counts_as_one_point_is_as_in_scipy():
    x = np.array([0.3, -0.2, 1.0])
    theirs = scipy.stats.multivariate_normal.logpdf
    for args in (
        (x,), (0.5, 0.1, 2.0), (x, 0.3, 2.0), (x, np.zeros(3)), (x, np.zeros(3), 2.0),
        (x, None, [[2.0]]), (x[:, None], 0.3, 2.0),
    ):  # fmt: skip
        found = ours.multivariate_normal.logpdf(*args)
        assert np.shape(found) == np.shape(theirs(*args))
        close(found, theirs(*args))
    with pytest.raises(ValueError, match=r"cov has to be positive, and is \[-1.0\]"):
        ours.multivariate_normal.logpdf(x, None, -1.0)


def test_probabilities_that_are_none():
    alpha = np.array([1.0, 2.0, 3.0])
    for x, a, message in (
        ([0.2, 0.3, 0.6], alpha, "sum of x has to be 1"),
        ([-0.2, 0.7, 0.5], alpha, "at least 0"),
        ([0.7, 0.6], alpha, "at least 0"),
        ([0.2, 0.3, 0.5], [0.0, 2.0, 3.0], "alpha has to be greater than 0"),
    ):
        for given in x, Var(np.array(x)):
            with pytest.raises(ValueError, match=message):
                ours.dirichlet.logpdf(given, a)
    p = np.array([0.2, 0.3, 0.5])
    for counts, n in (([1, 2, 2], 6), ([-1, 4, 3], 6), ([1.5, 1.5, 3], 6), ([0, 0, 0], -1)):
        expected = scipy.stats.multinomial.logpmf(counts, n, p)
        np.testing.assert_array_equal(ours.multinomial.logpmf(counts, n, p), expected)
        np.testing.assert_array_equal(ours.multinomial.pmf(counts, n, p), np.exp(expected))
    assert cr.grad(lambda p: ours.multinomial.logpmf([1, 2, 2], 6, p))(p).tolist() == [0.0] * 3


def test_bad_input():
    with pytest.raises(ArgumentError, match=r"t\.logpdf: df is missing"):
        ours.t.logpdf(0.0)
    with pytest.raises(ArgumentError, match="takes loc, scale, not 3"):
        ours.norm.logpdf(0.0, 1.0, 2.0, 3.0)
    with pytest.raises(ArgumentError, match="'mean' is none"):
        ours.norm.logpdf(0.0, mean=1.0)
    with pytest.raises(AttributeError, match=r"gamma\.ppf is not covered"):
        ours.gamma.ppf(0.5, 2.0)
    with pytest.raises(AttributeError, match=r"binom\.cdf is not covered"):
        ours.binom.cdf(1, 2, 0.5)
    with pytest.raises(FixedOperandError, match="gammainc: operand 'a'"):
        cr.grad(lambda a: ours.gamma.cdf(1.0, a))(2.0)
    with pytest.raises(TypeError):
        scipy.stats.norm.logpdf(Var(1.0))


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_convolve(mode):
    x, y = np.array([1.0, -2.0, 0.5, 3.0]), np.array([0.3, 1.0, -1.0])
    for a, b in (x, y), (y, x), (x, y[:2]):
        for name in "convolve", "correlate":
            f, theirs = getattr(cr.scipy.signal, name), getattr(scipy.signal, name)
            if name == "correlate" and mode != "full":
                continue
            close(f(a, b, mode), theirs(a, b, mode))
            close(cr.jit(f, static_argnums=2)(a, b, mode), theirs(a, b, mode))
            cr.check_derivatives(lambda a, b, f=f: np.sum(f(a, b, mode) ** 2), a, b)
    with pytest.raises(ValueError, match="mode"):
        cr.scipy.signal.convolve(x, y, "all")
    with pytest.raises(UnsupportedFunctionError, match="only vectors"):
        cr.scipy.signal.convolve(np.eye(2), np.eye(2))


def test_scipys_own_distributions_name_ours():
    x = cr.Var(np.ones(2))
    for call in (lambda: scipy.stats.norm.logpdf(x), lambda: scipy.stats.norm(0.0, 1.0).logpdf(x)):
        with pytest.raises(DroppedDerivativeError, match=r"Write cr\.scipy\.stats\.norm\.logpdf"):
            call()
