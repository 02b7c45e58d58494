"""``scipy.stats``: log-densities with derivatives, under SciPy's names and arguments.

``cr.scipy.stats.norm.logpdf(x, loc, scale)``: the parameters of the shape first, then loc and
scale, by position or by name. Out of the support a log-density is -inf, and its derivative 0. Of
parameters without a meaning, such as a scale of 0, it is nan, as SciPy's. Where there is a row for
it, there are ``cdf``, ``sf`` and their logarithms as well.

>>> import chainrule as cr
>>> cr.grad(lambda mean: cr.scipy.stats.norm.logpdf(1.0, mean, 2.0))(0.0)
0.25
"""

from __future__ import annotations

import math
from typing import Any

from ..ops.elementwise import (
    absolute,
    arctan2,
    divide,
    exp,
    expm1,
    hypot,
    log,
    log1p,
    sigmoid,
    square,
)
from ..ops.integrals import (
    betainc,
    betaln,
    gammainc,
    gammaincc,
    log_ndtr,
    ndtr,
    ndtri,
    stdtr,
    xlog1py,
    xlogy,
)
from ..ops.selection import floor, logical_and, where
from ..ops.special import SQRT_HALF, erf, gammaln, softplus
from .absent import nearest_in
from .distributions import Discrete, Distribution
from .several import LOG_2PI, dirichlet, multinomial, multivariate_normal


def _beta_sf(z: Any, a: Any, b: Any) -> Any:
    is_high = z > 0.5
    upper = betainc(b, a, 1 - where(is_high, z, 0.5))
    return where(is_high, upper, 1 - betainc(a, b, where(is_high, 0.5, z)))


def _laplace_cdf(z: Any) -> Any:
    return where(z > 0, 1 - 0.5 * exp(-z), 0.5 * exp(z))


def _laplace_logcdf(z: Any) -> Any:
    return where(z > 0, log1p(-0.5 * exp(-z)), z - math.log(2))


POSITIVE = (0.0, math.inf)
norm = Distribution(
    "norm",
    lambda z: -0.5 * square(z) - 0.5 * LOG_2PI,
    cdf=ndtr,
    sf=lambda z: ndtr(-z),
    logcdf=log_ndtr,
    logsf=lambda z: log_ndtr(-z),
    ppf=ndtri,
)
t = Distribution(
    "t",
    lambda z, df: (
        gammaln(0.5 * (df + 1))
        - gammaln(0.5 * df)
        - 0.5 * log(math.pi * df)
        - 0.5 * (df + 1) * log1p(divide(square(z), df))
    ),
    ("df",),
    cdf=lambda z, df: stdtr(df, z),
    sf=lambda z, df: stdtr(df, -z),
)
gamma = Distribution(
    "gamma",
    lambda z, a: xlogy(a - 1, z) - z - gammaln(a),
    ("a",),
    POSITIVE,
    cdf=lambda z, a: gammainc(a, z),
    sf=lambda z, a: gammaincc(a, z),
)
beta = Distribution(
    "beta",
    lambda z, a, b: xlogy(a - 1, z) + xlog1py(b - 1, -z) - betaln(a, b),
    ("a", "b"),
    (0.0, 1.0),
    cdf=lambda z, a, b: betainc(a, b, z),
    sf=_beta_sf,
)
chi2 = Distribution(
    "chi2",
    lambda z, df: xlogy(0.5 * df - 1, z) - 0.5 * z - gammaln(0.5 * df) - 0.5 * math.log(2) * df,
    ("df",),
    POSITIVE,
    cdf=lambda z, df: gammainc(0.5 * df, 0.5 * z),
    sf=lambda z, df: gammaincc(0.5 * df, 0.5 * z),
)
expon = Distribution(
    "expon",
    lambda z: -z,
    (),
    POSITIVE,
    cdf=lambda z: -expm1(-z),
    sf=lambda z: exp(-z),
    logsf=lambda z: -z,
    ppf=lambda q: -log1p(-q),
)
uniform = Distribution(
    "uniform",
    lambda z: 0.0 * z,
    (),
    (0.0, 1.0),
    cdf=lambda z: z,
    sf=lambda z: 1.0 - z,
    ppf=lambda q: q,
)
lognorm = Distribution(
    "lognorm",
    lambda z, s: -0.5 * square(divide(log(z), s)) - log(s) - log(z) - 0.5 * LOG_2PI,
    ("s",),
    (5e-324, math.inf),
    cdf=lambda z, s: ndtr(divide(log(z), s)),
    sf=lambda z, s: ndtr(-divide(log(z), s)),
    logcdf=lambda z, s: log_ndtr(divide(log(z), s)),
    logsf=lambda z, s: log_ndtr(-divide(log(z), s)),
)
laplace = Distribution(
    "laplace",
    lambda z: -absolute(z) - math.log(2),
    cdf=_laplace_cdf,
    sf=lambda z: _laplace_cdf(-z),
    logcdf=_laplace_logcdf,
    logsf=lambda z: _laplace_logcdf(-z),
)
cauchy = Distribution(
    "cauchy",
    lambda z: -2 * log(hypot(z, 1.0)) - math.log(math.pi),
    cdf=lambda z: arctan2(1.0, -z) / math.pi,
    sf=lambda z: arctan2(1.0, z) / math.pi,
)
logistic = Distribution(
    "logistic",
    lambda z: -softplus(z) - softplus(-z),
    cdf=sigmoid,
    sf=lambda z: sigmoid(-z),
    logcdf=lambda z: -softplus(-z),
    logsf=lambda z: -softplus(z),
)
weibull_min = Distribution(
    "weibull_min",
    lambda z, c: log(c) + xlogy(c - 1, z) - z**c,
    ("c",),
    POSITIVE,
    cdf=lambda z, c: -expm1(-(z**c)),
    sf=lambda z, c: exp(-(z**c)),
    logsf=lambda z, c: -(z**c),
)
invgamma = Distribution(
    "invgamma",
    lambda z, a: -(a + 1) * log(z) - gammaln(a) - divide(1, z),
    ("a",),
    (5e-324, math.inf),
    cdf=lambda z, a: gammaincc(a, divide(1, z)),
    sf=lambda z, a: gammainc(a, divide(1, z)),
)
pareto = Distribution(
    "pareto",
    lambda z, b: log(b) - (b + 1) * log(z),
    ("b",),
    (1.0, math.inf),
    cdf=lambda z, b: -expm1(-b * log(z)),
    sf=lambda z, b: z ** (-b),
    logsf=lambda z, b: -b * log(z),
)
gumbel_r = Distribution(
    "gumbel_r",
    lambda z: -z - exp(-z),
    cdf=lambda z: exp(-exp(-z)),
    sf=lambda z: -expm1(-exp(-z)),
    logcdf=lambda z: -exp(-z),
)
halfnorm = Distribution(
    "halfnorm",
    lambda z: 0.5 * math.log(2 / math.pi) - 0.5 * square(z),
    (),
    POSITIVE,
    cdf=lambda z: erf(SQRT_HALF * z),
    sf=lambda z: 2 * ndtr(-z),
    logsf=lambda z: where(z < 1, log1p(-erf(SQRT_HALF * z)), math.log(2) + log_ndtr(-z)),
)


def _log_choose(n: Any, k: Any) -> Any:
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)


def _is_probability(p: Any) -> Any:
    return logical_and(p >= 0, p <= 1)


poisson = Discrete(
    "poisson",
    lambda k, mu: xlogy(k, mu) - gammaln(k + 1.0) - mu,
    ("mu",),
    lambda mu: mu >= 0,
    cdf=lambda k, mu: gammaincc(k + 1.0, mu),
)
binom = Discrete(
    "binom",
    lambda k, n, p: _log_choose(n, k) + xlogy(k, p) + xlog1py(n - k, -p),
    ("n", "p"),
    lambda n, p: logical_and(logical_and(n >= 0, floor(n) == n), _is_probability(p)),
    upper=lambda n, p: n,
)
bernoulli = Discrete(
    "bernoulli",
    lambda k, p: xlogy(k, p) + xlog1py(1.0 - k, -p),
    ("p",),
    _is_probability,
    upper=lambda p: 1.0,
)
nbinom = Discrete(
    "nbinom",
    lambda k, n, p: (
        gammaln(n + k) - gammaln(k + 1.0) - gammaln(n * 1.0) + n * log(p) + xlog1py(k, -p)
    ),
    ("n", "p"),
    lambda n, p: logical_and(n > 0, logical_and(p > 0, p <= 1)),
)
geom = Discrete(
    "geom",
    lambda k, p: log(p) + xlog1py(k - 1.0, -p),
    ("p",),
    lambda p: logical_and(p > 0, p <= 1),
    lower=1.0,
)


__all__ = [
    "bernoulli",
    "beta",
    "binom",
    "cauchy",
    "chi2",
    "dirichlet",
    "expon",
    "gamma",
    "geom",
    "gumbel_r",
    "halfnorm",
    "invgamma",
    "laplace",
    "logistic",
    "lognorm",
    "multinomial",
    "multivariate_normal",
    "nbinom",
    "norm",
    "pareto",
    "poisson",
    "t",
    "uniform",
    "weibull_min",
]

__getattr__ = nearest_in("cr.scipy.stats", __all__)
