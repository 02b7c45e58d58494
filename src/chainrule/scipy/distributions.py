"""What a distribution of one number is: a place, a scale, a support, and its functions.

:class:`Distribution` is of real numbers, :class:`Discrete` of whole ones; ``stats.py`` has one of
them for each of SciPy's names.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import reduce as reduce_by
from typing import Any

import numpy as np

from ..errors import ArgumentError
from ..ops.elementwise import divide, exp, log, log1p
from ..ops.reduce import constant
from ..ops.selection import floor, logical_and, logical_not, logical_or, where
from ..ops.shape import as_operand

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
        inside, moved = self._inside(z)
        density = self._log_density(moved, *shapes) - log(scale)
        if inside is not None:
            density = where(inside, density, -math.inf)
        return where_valid(positive_only(scale, *shapes), density)

    def pdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The density at x."""
        return exp(self.logpdf(x, *args, **kwargs))

    def cdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of at most x."""
        return self._probability("cdf", x, args, kwargs, (0.0, 1.0))

    def sf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of more than x."""
        return self._probability("sf", x, args, kwargs, (1.0, 0.0))

    def logcdf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Logarithm of the cumulative probability."""
        return self._probability("logcdf", x, args, kwargs, (-math.inf, 0.0))

    def logsf(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """Logarithm of the probability of more than x."""
        return self._probability("logsf", x, args, kwargs, (0.0, -math.inf))

    def ppf(self, q: Any, *args: Any, **kwargs: Any) -> Any:
        """The quantile of a probability."""
        loc, scale, shapes = self._parameters("ppf", args, kwargs)
        q = as_operand(q)
        valid = logical_and(positive_only(scale, *shapes), logical_and(q >= 0, q <= 1))
        return where_valid(valid, self._function("ppf")(q, *shapes) * scale + loc)

    def _function(self, what: str) -> Function:
        function = self._functions[what]
        if function is None and what != "ppf":
            function = self._derived(what.removeprefix("log"), what.startswith("log"))
        if function is None:
            raise AttributeError(f"cr.scipy.stats.{self.name}.{what} is not covered.")
        return function

    def _derived(self, what: str, is_logarithm: bool) -> Function | None:
        """cdf or sf, or the logarithm of it, by what is missing to 1 where that is accurate."""
        own, rest = self._functions[what], self._functions["sf" if what == "cdf" else "cdf"]
        if own is None or rest is None:
            known = own or rest
            if known is None or not is_logarithm:
                return known and (lambda z, *shapes: 1 - known(z, *shapes))
            return lambda z, *shapes: log(self._function(what)(z, *shapes))

        def logarithm(z: Any, *shapes: Any) -> Any:
            p = own(z, *shapes)
            return where(p > 0.5, log1p(-rest(z, *shapes)), log(p))

        return logarithm

    def _probability(
        self, what: str, x: Any, args: Any, kwargs: Any, ends: tuple[float, float]
    ) -> Any:
        function = self._function(what)
        z, shapes, scale = self._standard(what, x, args, kwargs)
        lower, upper = self.support
        inside, moved = self._inside(z)
        p = function(moved, *shapes)
        if inside is not None:
            below = where(z < lower, ends[0], ends[1]) if math.isfinite(upper) else ends[0]
            p = where(inside, p, below)
        return where_valid(positive_only(scale, *shapes), p)

    def _inside(self, z: Any) -> tuple[Any, Any]:
        """Whether z is in the support, and z with a point from within in the place of others.

        nan is not out of it.
        """
        lower, upper = self.support
        if not math.isfinite(lower) and not math.isfinite(upper):
            return None, z
        outside = z < lower
        if math.isfinite(upper):
            outside = logical_or(outside, z > upper)
        point = 0.5 * (lower + upper) if upper < math.inf else lower + 1.0
        return logical_not(outside), where(outside, point, z)

    def _standard(self, what: str, x: Any, args: Any, kwargs: Any) -> tuple[Any, list[Any], Any]:
        loc, scale, shapes = self._parameters(what, args, kwargs)
        return divide(as_operand(x) - loc, scale), shapes, scale

    def _parameters(self, what: str, args: Any, kwargs: Any) -> tuple[Any, Any, list[Any]]:
        given = _bound(f"{self.name}.{what}", self.names, args, kwargs, {"loc": 0.0, "scale": 1.0})
        *shapes, loc, scale = map(as_operand, given)
        return loc, scale, shapes


class Discrete:
    """A distribution on whole numbers: its log-probability, and ``cdf`` where there is a row.

    ``valid`` says which parameters of the shape have a meaning.
    """

    def __init__(
        self,
        name: str,
        log_probability: Function,
        names: tuple[str, ...],
        valid: Function,
        lower: float = 0.0,
        upper: Function | None = None,
        cdf: Function | None = None,
    ) -> None:
        self.name, self.names = name, (*names, "loc")
        self.lower, self.upper, self.valid = lower, upper, valid
        self._log_probability, self._cdf = log_probability, cdf

    def logpmf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """Logarithm of the probability of k; -inf where k is not possible."""
        k, shapes = self._standard("logpmf", k, args, kwargs)
        possible = logical_and(k >= self.lower, logical_and(floor(k) == k, k < math.inf))
        if self.upper is not None:
            possible = logical_and(possible, k <= self.upper(*shapes))
        inside = where(possible, k, self.lower)
        found = where(possible, self._log_probability(inside, *shapes), -math.inf)
        return where_valid(logical_and(self.valid(*shapes), k == k), found)

    def pmf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of k."""
        return exp(self.logpmf(k, *args, **kwargs))

    def cdf(self, k: Any, *args: Any, **kwargs: Any) -> Any:
        """The probability of at most k; it has no derivative in k."""
        if self._cdf is None:
            raise AttributeError(f"cr.scipy.stats.{self.name}.cdf is not covered.")
        k, shapes = self._standard("cdf", k, args, kwargs)
        k = floor(k)
        found = where(k >= self.lower, self._cdf(where(k >= self.lower, k, 0.0), *shapes), 0.0)
        return where_valid(logical_and(self.valid(*shapes), k == k), found)

    def _standard(self, what: str, k: Any, args: Any, kwargs: Any) -> tuple[Any, list[Any]]:
        given = _bound(f"{self.name}.{what}", self.names, args, kwargs, {"loc": 0.0})
        *shapes, loc = map(as_operand, given)
        return constant(as_operand(k) - loc), shapes


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


def positive_only(*parameters: Any) -> Any:
    """Where all of them are greater than 0."""
    return reduce_by(logical_and, [parameter > 0 for parameter in parameters])


def where_valid(valid: Any, x: Any) -> Any:
    """x where the parameters have a meaning; elsewhere it is nan, and so are its derivatives."""
    if isinstance(valid, bool | np.bool_ | np.ndarray) and np.all(valid):
        return x
    return x * where(valid, 1.0, math.nan)
