"""SciPy's ufuncs that are a formula of other rows, by SciPy's names.

``numpy_names.py`` hands SciPy's own ufuncs to them; ``cr.scipy.special`` has them by name. They
are ordinary functions of rows, so every derivative comes from those.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .elementwise import absolute, exp, exp2, expm1, log, log1p, sqrt, square
from .integrals import betainc, betaln, dawsn
from .selection import equal, greater, greater_equal, logical_and, where
from .shape import as_operand
from .special import TWO_OVER_SQRT_PI, gamma, gammaln


def beta(a: Any, b: Any) -> Any:
    """The beta function, gamma(a) * gamma(b) / gamma(a + b), of positive a and b."""
    return exp(betaln(as_operand(a), as_operand(b)))


def rel_entr(x: Any, y: Any) -> Any:
    """x * log(x / y); 0 where x is 0 and y is not negative, infinite out of the domain."""
    x, y = as_operand(x), as_operand(y)
    inside = logical_and(greater(x, 0.0), greater(y, 0.0))
    is_edge = logical_and(equal(x, 0.0), greater_equal(y, 0.0))
    ratio = where(inside, x, 1.0) / where(inside, y, 1.0)
    return where(inside, x * log(ratio), where(is_edge, 0.0, math.inf))


def kl_div(x: Any, y: Any) -> Any:
    """x * log(x / y) - x + y; y where x is 0, infinite out of the domain."""
    x, y = as_operand(x), as_operand(y)
    return rel_entr(x, y) - x + y


def logit(x: Any) -> Any:
    """log(x / (1 - x)), the inverse of sigmoid; NaN outside [0, 1]."""
    x = as_operand(x)
    return log(x) - log1p(-x)


def huber(delta: Any, r: Any) -> Any:
    """Huber's loss: r**2 / 2 up to delta, delta * (|r| - delta/2) beyond."""
    delta, r = as_operand(delta), as_operand(r)
    size = absolute(r)
    return where(size <= delta, 0.5 * square(r), delta * (size - 0.5 * delta))


def pseudo_huber(delta: Any, r: Any) -> Any:
    """The smooth Huber loss, delta**2 * (sqrt(1 + (r / delta)**2) - 1)."""
    delta, r = as_operand(delta), as_operand(r)
    u = square(r / delta)
    return square(delta) * (u / (sqrt(1 + u) + 1))


def boxcox(x: Any, lmbda: Any) -> Any:
    """(x**lmbda - 1) / lmbda, log(x) where lmbda is 0."""
    x, lmbda = as_operand(x), as_operand(lmbda)
    is_zero = lmbda == 0
    power = where(is_zero, 1.0, lmbda)
    return where(is_zero, log(x), expm1(power * log(x)) / power)


def boxcox1p(x: Any, lmbda: Any) -> Any:
    """((1 + x)**lmbda - 1) / lmbda, log1p(x) where lmbda is 0."""
    x, lmbda = as_operand(x), as_operand(lmbda)
    is_zero = lmbda == 0
    power = where(is_zero, 1.0, lmbda)
    return where(is_zero, log1p(x), expm1(power * log1p(x)) / power)


def inv_boxcox(y: Any, lmbda: Any) -> Any:
    """The x of which y is the boxcox."""
    y, lmbda = as_operand(y), as_operand(lmbda)
    is_zero = lmbda == 0
    power = where(is_zero, 1.0, lmbda)
    return where(is_zero, exp(y), exp(log1p(power * y) / power))


def exp10(x: Any) -> Any:
    """10**x."""
    return exp2(math.log2(10) * as_operand(x))


def exprel(x: Any) -> Any:
    """(exp(x) - 1) / x, 1 at 0."""
    x = as_operand(x)
    is_small = absolute(x) < 1e-4
    # The first terms of the series, whose error is below 1e-18 there.
    series = 1 + x * (0.5 + x * (1 / 6 + x * (1 / 24 + x / 120)))
    away = where(is_small, 1.0, x)
    return where(is_small, series, expm1(away) / away)


def erfi(x: Any) -> Any:
    """The imaginary error function, 2/sqrt(pi) times the integral of exp(t**2)."""
    x = as_operand(x)
    return TWO_OVER_SQRT_PI * exp(square(x)) * dawsn(x)


def rgamma(x: Any) -> Any:
    """1 / gamma(x)."""
    return 1 / gamma(as_operand(x))


def binom(n: Any, k: Any) -> Any:
    """The binomial coefficient of n and k, for n > -1."""
    n, k = as_operand(n), as_operand(k)
    return exp(-betaln(1 + n - k, 1 + k)) / (n + 1)


def poch(x: Any, m: Any) -> Any:
    """gamma(x + m) / gamma(x), of positive arguments."""
    x, m = as_operand(x), as_operand(m)
    return exp(gammaln(x + m) - gammaln(x))


def powm1(x: Any, y: Any) -> Any:
    """x**y - 1, for positive x."""
    return expm1(as_operand(y) * log(as_operand(x)))


#: By the names of SciPy's ufuncs.
COMPOSED: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        *(beta, rel_entr, kl_div, logit, huber, pseudo_huber, boxcox, boxcox1p, inv_boxcox),
        *(exp10, exprel, erfi, rgamma, binom, poch, powm1, betainc),
    )
}
