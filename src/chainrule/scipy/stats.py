"""``scipy.stats``: log-densities with derivatives, under SciPy's names and arguments.

``cr.scipy.stats.norm.logpdf(x, loc, scale)``: the parameters of the shape first, then loc and
scale, by position or by name. Out of the support a log-density is -inf, and its derivative 0. Where
there is a row for it, there are ``cdf``, ``sf`` and their logarithms as well.

>>> import chainrule as cr
>>> cr.grad(lambda mean: cr.scipy.stats.norm.logpdf(1.0, mean, 2.0))(0.0)
0.25
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..errors import ArgumentError
from ..ops import linalg, reduce
from ..ops.elementwise import absolute, arctan, exp, expm1, log, log1p, sigmoid, square
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
from ..ops.reduce import constant
from ..ops.selection import clip, floor, logical_and, logical_not, logical_or, where
from ..ops.shape import as_operand, shape_of, swapaxes
from ..ops.special import erf, erfc, gammaln, softplus
from .absent import nearest_in
from .linalg import solve_triangular

LOG_2PI = math.log(2 * math.pi)
Function = Callable[..., Any]


class Distribution:
    """A continuous distribution with a place and a scale.

    Functions take a standardised z, in the support, and the parameters of the shape.
    """

    def __init__(
        self,
        name: str,
        log_density: Function,
        shapes: tuple[str, ...] = (),
        support: tuple[float, float] = (-math.inf, math.inf),
        cdf: Function | None = None,
        sf: Function | None = None,
        logcdf: Function | None = None,
        logsf: Function | None = None,
        ppf: Function | None = None,
    ) -> None:
        self.name, self.names = name, (*shapes, "loc", "scale")
        self.support = support
        self._log_density = log_density
        self._functions = {"cdf": cdf, "sf": sf, "logcdf": logcdf, "logsf": logsf, "ppf": ppf}

    def logpdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Logarithm of the density at x."""
        z, shapes, scale = self._standard("logpdf", x, args, kwargs)
        inside, z = self._inside(z)
        density = self._log_density(z, *shapes) - log(scale)
        return density if inside is None else where(inside, density, -math.inf)

    def pdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The density at x."""
        return exp(self.logpdf(x, *args, **kwargs))

    def cdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of at most x."""
        if self._functions["cdf"] is None and self._functions["sf"] is not None:
            return 1 - self.sf(x, *args, **kwargs)
        return self._probability("cdf", x, args, kwargs, (0.0, 1.0))

    def sf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of more than x."""
        if self._functions["sf"] is None and self._functions["cdf"] is not None:
            return 1 - self.cdf(x, *args, **kwargs)
        return self._probability("sf", x, args, kwargs, (1.0, 0.0))

    def logcdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Logarithm of the cumulative probability."""
        if self._functions["logcdf"] is None:
            return log(self.cdf(x, *args, **kwargs))
        return self._probability("logcdf", x, args, kwargs, (-math.inf, 0.0))

    def logsf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Logarithm of the probability of more than x."""
        if self._functions["logsf"] is None:
            return log(self.sf(x, *args, **kwargs))
        return self._probability("logsf", x, args, kwargs, (0.0, -math.inf))

    def ppf(self, q: Any, *args: Any, **kwargs: Any) -> Any:
        """The quantile of a probability."""
        loc, scale, shapes = self._parameters("ppf", args, kwargs)
        return self._function("ppf")(as_operand(q), *shapes) * scale + loc

    def _function(self, what: str) -> Function:
        function = self._functions[what]
        if function is None:
            raise AttributeError(f"cr.scipy.stats.{self.name}.{what} is not covered.")
        return function

    def _probability(
        self, what: str, x: Any, args: Any, kwargs: Any, ends: tuple[float, float]
    ) -> Any:
        function = self._function(what)
        z, shapes, _ = self._standard(what, x, args, kwargs)
        lower, upper = self.support
        inside, moved = self._inside(z)
        p = function(moved, *shapes)
        if inside is None:
            return p
        below = where(z < lower, ends[0], ends[1]) if math.isfinite(upper) else ends[0]
        return where(inside, p, below)

    def _inside(self, z: Any) -> tuple[Any, Any]:
        """Whether z is in the support, and z with a point from within in the place of others."""
        lower, upper = self.support
        if not math.isfinite(lower) and not math.isfinite(upper):
            return None, z
        # Of NaN neither is true: it stays in, and comes out as NaN.
        outside = z < lower
        if math.isfinite(upper):
            outside = logical_or(outside, z > upper)
        inside = logical_not(outside)
        return inside, where(inside, z, 0.5 * (lower + upper) if upper < math.inf else lower + 1.0)

    def _standard(self, what: str, x: Any, args: Any, kwargs: Any) -> tuple[Any, list[Any], Any]:
        loc, scale, shapes = self._parameters(what, args, kwargs)
        z = (as_operand(x) - loc) / scale
        for shape in shapes:
            z = _where_positive(z, shape)
        return z, shapes, scale

    def _parameters(self, what: str, args: Any, kwargs: Any) -> tuple[Any, Any, list[Any]]:
        given = _bound(f"{self.name}.{what}", self.names, args, kwargs, {"loc": 0.0, "scale": 1.0})
        *shapes, loc, scale = map(as_operand, given)
        return loc, _where_positive(scale, scale), shapes


def _where_positive(x: Any, parameter: Any) -> Any:
    """x, or NaN where a scale or a parameter of the shape is not positive."""
    if isinstance(parameter, float | int):
        return x if parameter > 0 else x * math.nan
    return x * where(parameter > 0, 1.0, math.nan)


def _within(x: Any, low: float, high: float) -> Any:
    """A parameter, or NaN where there is no such distribution."""
    if isinstance(x, float | int):
        return x if low <= x <= high else math.nan
    return x * where(logical_and(x >= low, x <= high), 1.0, math.nan)


def _bound(
    name: str, names: tuple[str, ...], args: Any, kwargs: Any, defaults: dict[str, Any]
) -> list[Any]:
    """Parameters in their order, from positions, names and defaults."""
    if len(args) > len(names):
        raise ArgumentError(f"{name}: takes {', '.join(names)}, not {len(args)} parameters.")
    given = dict(zip(names, args, strict=False))
    for key, x in kwargs.items():
        if key not in names or key in given:
            raise ArgumentError(f"{name}: takes {', '.join(names)}; {key!r} is none, or twice.")
        given[key] = x
    missing = [key for key in names if key not in given and key not in defaults]
    if missing:
        raise ArgumentError(f"{name}: {', '.join(missing)} is missing.")
    return [given.get(key, defaults.get(key)) for key in names]


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
        - 0.5 * (df + 1) * log1p(square(z) / df)
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
    "uniform", lambda z: 0.0 * z, (), (0.0, 1.0), cdf=lambda z: clip(z, 0.0, 1.0), ppf=lambda q: q
)
lognorm = Distribution(
    "lognorm",
    lambda z, s: -0.5 * square(log(z) / s) - log(s * z) - 0.5 * LOG_2PI,
    ("s",),
    (5e-324, math.inf),
    cdf=lambda z, s: ndtr(log(z) / s),
    sf=lambda z, s: ndtr(-log(z) / s),
    logcdf=lambda z, s: log_ndtr(log(z) / s),
    logsf=lambda z, s: log_ndtr(-log(z) / s),
)
laplace = Distribution(
    "laplace",
    lambda z: -absolute(z) - math.log(2),
    # The half that is not taken may overflow; it has no part in value or derivative.
    cdf=lambda z: where(z > 0, 1 - 0.5 * exp(-z), 0.5 * exp(z)),
    sf=lambda z: where(z > 0, 0.5 * exp(-z), 1 - 0.5 * exp(z)),
    logcdf=lambda z: where(z > 0, log1p(-0.5 * exp(-z)), z - math.log(2)),
    logsf=lambda z: where(z > 0, -z - math.log(2), log1p(-0.5 * exp(z))),
)
cauchy = Distribution(
    "cauchy",
    lambda z: -log1p(square(z)) - math.log(math.pi),
    cdf=lambda z: 0.5 + arctan(z) / math.pi,
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
    lambda z, a: -(a + 1) * log(z) - gammaln(a) - 1 / z,
    ("a",),
    (5e-324, math.inf),
    cdf=lambda z, a: gammaincc(a, 1 / z),
)
pareto = Distribution(
    "pareto",
    lambda z, b: log(b) - (b + 1) * log(z),
    ("b",),
    (1.0, math.inf),
    sf=lambda z, b: z ** (-b),
)
gumbel_r = Distribution(
    "gumbel_r",
    lambda z: -z - exp(-z),
    cdf=lambda z: exp(-exp(-z)),
    logcdf=lambda z: -exp(-z),
)
halfnorm = Distribution(
    "halfnorm",
    lambda z: 0.5 * math.log(2 / math.pi) - 0.5 * square(z),
    (),
    POSITIVE,
    cdf=lambda z: erf(z * math.sqrt(0.5)),
    sf=lambda z: erfc(z * math.sqrt(0.5)),
)


#: Where the parameters of distributions on whole numbers are; those of the others are positive.
DOMAINS = {"p": (0.0, 1.0), "n": (0.0, math.inf), "mu": (0.0, math.inf)}


class Discrete:
    """A distribution on whole numbers: its log-probability, and ``cdf`` where there is a row."""

    def __init__(
        self,
        name: str,
        log_probability: Function,
        names: tuple[str, ...],
        lower: float = 0.0,
        upper: Function | None = None,
        cdf: Function | None = None,
    ) -> None:
        self.name, self.names = name, (*names, "loc")
        self.lower, self.upper = lower, upper
        self._log_probability, self._cdf = log_probability, cdf

    def logpmf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """Logarithm of the probability of k; -inf where k is not possible."""
        *shapes, loc = self._parameters("logpmf", args, kwargs)
        k = as_operand(k) - loc
        # Of NaN nothing is true: it stays in, and comes out as NaN.
        impossible = logical_or(k < self.lower, constant(floor(k)) < k)
        if self.upper is not None:
            impossible = logical_or(impossible, k > self.upper(*shapes))
        possible = logical_not(impossible)
        inside = where(possible, k, self.lower)
        return where(possible, self._log_probability(inside, *shapes), -math.inf)

    def pmf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of k."""
        return exp(self.logpmf(k, *args, **kwargs))

    def cdf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of at most k; it has no derivative in k."""
        if self._cdf is None:
            raise AttributeError(f"cr.scipy.stats.{self.name}.cdf is not covered.")
        *shapes, loc = self._parameters("cdf", args, kwargs)
        k = constant(floor(as_operand(k) - loc))
        possible = logical_not(k < self.lower)
        return where(possible, self._cdf(where(possible, k, 0.0), *shapes), 0.0)

    def _parameters(self, what: str, args: Any, kwargs: Any) -> list[Any]:
        given = _bound(f"{self.name}.{what}", self.names, args, kwargs, {"loc": 0.0})
        *shapes, loc = map(as_operand, given)
        checked = zip(shapes, self.names, strict=False)
        return [*(_within(shape, *DOMAINS[name]) for shape, name in checked), loc]


def _log_choose(n: Any, k: Any) -> Any:
    return gammaln(n + 1.0) - gammaln(k + 1.0) - gammaln(n - k + 1.0)


poisson = Discrete(
    "poisson",
    lambda k, mu: xlogy(k, mu) - gammaln(k + 1.0) - mu,
    ("mu",),
    cdf=lambda k, mu: gammaincc(k + 1.0, mu),
)
binom = Discrete(
    "binom",
    lambda k, n, p: _log_choose(n, k) + xlogy(k, p) + xlog1py(n - k, -p),
    ("n", "p"),
    upper=lambda n, p: n,
)
bernoulli = Discrete(
    "bernoulli",
    lambda k, p: xlogy(k, p) + xlog1py(1.0 - k, -p),
    ("p",),
    upper=lambda p: 1.0,
)
nbinom = Discrete(
    "nbinom",
    lambda k, n, p: (
        gammaln(n + k) - gammaln(k + 1.0) - gammaln(n * 1.0) + n * log(p) + xlog1py(k, -p)
    ),
    ("n", "p"),
)
geom = Discrete("geom", lambda k, p: log(p) + xlog1py(k - 1.0, -p), ("p",), lower=1.0)


class multivariate_normal:  # noqa: N801, SciPy's name
    """The normal distribution of several variables."""

    @staticmethod
    def logpdf(x: Any, mean: Any = None, cov: Any = 1.0, allow_singular: bool = False) -> Any:
        """Logarithm of the density at x, whose last axis counts the variables.

        Args:
            x: one point, or points with the variables on the last axis.
            mean: a vector; zeros by default.
            cov: a positive definite matrix, a vector for a diagonal one, or a number.
            allow_singular: has to be False.

        Raises:
            numpy.linalg.LinAlgError: cov is not positive definite.
        """
        if allow_singular:
            raise ArgumentError("multivariate_normal: allow_singular=True is not supported.")
        x, cov = as_operand(x), as_operand(cov)
        centred = x if mean is None else x - as_operand(mean)
        if len(shape_of(cov)) < 2:
            scaled = square(centred) / cov
            logs = log(cov) + 0.0 * centred
            return -0.5 * reduce.sum(scaled + logs + LOG_2PI, -1)
        factor = linalg.cholesky(cov)
        n = shape_of(centred)[-1]
        points = centred if len(shape_of(centred)) == 1 else swapaxes(centred, -1, -2)
        if len(shape_of(centred)) > 2:
            points = centred.reshape((-1, n)).T
        whitened = solve_triangular(factor, points, lower=True)
        squares = reduce.sum(square(whitened), 0)
        if len(shape_of(centred)) > 2:
            squares = squares.reshape(shape_of(centred)[:-1])
        diagonal = reduce.sum(log(linalg.diagonal(factor)))
        return -0.5 * squares - diagonal - 0.5 * LOG_2PI * n

    @staticmethod
    def pdf(x: Any, mean: Any = None, cov: Any = 1.0, allow_singular: bool = False) -> Any:
        """The density at x."""
        return exp(multivariate_normal.logpdf(x, mean, cov, allow_singular))


class dirichlet:  # noqa: N801, SciPy's name
    """The distribution of probabilities that add up to 1."""

    @staticmethod
    def logpdf(x: Any, alpha: Any) -> Any:
        """Logarithm of the density at x; both have the variables on the first axis.

        x may leave out the last one, which is what is missing to 1.
        """
        from ..ops.shape import concatenate, reshape_row

        x, alpha = as_operand(x), as_operand(alpha)
        count, given = shape_of(alpha)[0], shape_of(x)[0]
        if given == count - 1:
            x = concatenate([x, 1.0 - reduce.sum(x, 0, None, None, True)])
        elif given != count:
            raise ValueError(f"dirichlet: {given} variables in x, and {count} in alpha")
        powers = reshape_row(alpha, shape=(count, *(1,) * (len(shape_of(x)) - 1)))
        constant_part = gammaln(reduce.sum(alpha)) - reduce.sum(gammaln(alpha))
        return reduce.sum(xlogy(powers - 1.0, x), 0) + constant_part

    @staticmethod
    def pdf(x: Any, alpha: Any) -> Any:
        """The density at x."""
        return exp(dirichlet.logpdf(x, alpha))


class multinomial:  # noqa: N801, SciPy's name
    """The distribution of the counts of n draws."""

    @staticmethod
    def logpmf(x: Any, n: Any, p: Any) -> Any:
        """Logarithm of the probability of the counts x, on the last axis."""
        x, p = as_operand(x), as_operand(p)
        return gammaln(n + 1.0) + reduce.sum(xlogy(x, p) - gammaln(x + 1.0), -1)


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
