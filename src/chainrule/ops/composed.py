"""SciPy's ufuncs that are a formula of other rows, by SciPy's names.

``numpy_names.py`` hands SciPy's own ufuncs to them; ``cr.scipy.special`` has them by name. They
are ordinary functions of rows, so every derivative comes from those.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from .elementwise import absolute, exp, exp2, expm1, log, log1p, remainder, sinpi, sqrt, square
from .integrals import betainc, betaln, dawsn, power_series
from .selection import (
    equal,
    floor,
    greater,
    greater_equal,
    logical_and,
    logical_or,
    where,
)
from .shape import as_operand
from .special import TWO_OVER_SQRT_PI, gamma, gammaln

#: Near 0 these functions are their series, to 1e-17, which has every derivative: at 0 a formula
#: that divides by x has none, and close to it the second one loses all that is below x**2.
EXPREL = [1 / math.factorial(n + 1) for n in range(10, -1, -1)]  # below 0.1
LOG1P_OVER_X = [(-1.0) ** n / (n + 1) for n in range(12, -1, -1)]  # below 0.05


def _gamma_sign(x: Any) -> Any:
    """The sign of gamma(x)."""
    return where(logical_or(x > 0, equal(remainder(floor(x), 2.0), 0.0)), 1.0, -1.0)


def beta(a: Any, b: Any) -> Any:
    """The beta function, gamma(a) * gamma(b) / gamma(a + b)."""
    a, b = as_operand(a), as_operand(b)
    return exp(betaln(a, b)) * (_gamma_sign(a) * _gamma_sign(b) * _gamma_sign(a + b))


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
    """Huber's loss: r**2 / 2 up to delta, delta * (|r| - delta/2) beyond; no delta is negative."""
    delta, r = as_operand(delta), as_operand(r)
    size = absolute(r)
    loss = where(size <= delta, 0.5 * square(r), delta * (size - 0.5 * delta))
    return where(delta < 0, math.inf, loss)


def pseudo_huber(delta: Any, r: Any) -> Any:
    """The smooth Huber loss, delta**2 * (sqrt(1 + (r / delta)**2) - 1); no delta is negative."""
    delta, r = as_operand(delta), as_operand(r)
    u = square(r / where(delta > 0, delta, 1.0))
    loss = square(delta) * (u / (sqrt(1 + u) + 1))
    return where(delta < 0, math.inf, loss)


def boxcox(x: Any, lmbda: Any) -> Any:
    """(x**lmbda - 1) / lmbda, log(x) where lmbda is 0."""
    return _expm1_over(log(as_operand(x)), as_operand(lmbda))


def boxcox1p(x: Any, lmbda: Any) -> Any:
    """((1 + x)**lmbda - 1) / lmbda, log1p(x) where lmbda is 0."""
    return _expm1_over(log1p(as_operand(x)), as_operand(lmbda))


def _expm1_over(x: Any, lmbda: Any) -> Any:
    """expm1(lmbda * x) / lmbda, x where lmbda is 0."""
    is_small = absolute(lmbda * x) < 0.1
    near = x * power_series(where(is_small, lmbda * x, 0.0), EXPREL)
    power = where(is_small, 1.0, lmbda)
    away = expm1(power * x) / power
    return where(is_small, near, where(equal(lmbda, 0.0), x, away))


def inv_boxcox(y: Any, lmbda: Any) -> Any:
    """The x of which y is the boxcox."""
    return exp(_log1p_over(as_operand(y), as_operand(lmbda)))


def inv_boxcox1p(y: Any, lmbda: Any) -> Any:
    """The x of which y is the boxcox1p."""
    return expm1(_log1p_over(as_operand(y), as_operand(lmbda)))


def _log1p_over(y: Any, lmbda: Any) -> Any:
    """log1p(lmbda * y) / lmbda, y where lmbda is 0."""
    is_small = absolute(lmbda * y) < 0.05
    near = y * power_series(where(is_small, lmbda * y, 0.0), LOG1P_OVER_X)
    power = where(is_small, 1.0, lmbda)
    away = log1p(power * y) / power
    return where(is_small, near, where(equal(lmbda, 0.0), y, away))


def exp10(x: Any) -> Any:
    """10**x."""
    return exp2(math.log2(10) * as_operand(x))


def exprel(x: Any) -> Any:
    """(exp(x) - 1) / x, 1 at 0."""
    x = as_operand(x)
    is_small = absolute(x) < 0.1
    away = where(is_small, 1.0, x)
    return where(is_small, power_series(x, EXPREL), expm1(away) / away)


def erfi(x: Any) -> Any:
    """The imaginary error function, 2/sqrt(pi) times the integral of exp(t**2)."""
    x = as_operand(x)
    return TWO_OVER_SQRT_PI * exp(square(x)) * dawsn(x)


def rgamma(x: Any) -> Any:
    """1 / gamma(x), 0 where gamma has a pole."""
    x = as_operand(x)
    is_left = x < 0.5
    right, left = where(is_left, 1.0, x), where(is_left, x, 0.0)
    return where(is_left, gamma(1.0 - left) * sinpi(left) / math.pi, 1.0 / gamma(right))


def binom(n: Any, k: Any) -> Any:
    """The binomial coefficient of n and k; NaN where n is a negative whole number."""
    n, k = as_operand(n), as_operand(k)
    is_pole = logical_and(n < 0, equal(floor(n), n))
    return where(is_pole, math.nan, 1 / ((n + 1) * beta(1 + n - k, 1 + k)))


def poch(x: Any, m: Any) -> Any:
    """gamma(x + m) / gamma(x)."""
    x, m = as_operand(x), as_operand(m)
    return exp(gammaln(x + m) - gammaln(x)) * (_gamma_sign(x + m) * _gamma_sign(x))


def powm1(x: Any, y: Any) -> Any:
    """x**y - 1."""
    x, y = as_operand(x), as_operand(y)
    is_positive = x > 0
    near = expm1(y * log(where(is_positive, x, 1.0)))
    return where(is_positive, near, where(is_positive, 1.0, x) ** y - 1)


#: By the names of SciPy's ufuncs.
COMPOSED: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        *(beta, rel_entr, kl_div, logit, huber, pseudo_huber, boxcox, boxcox1p, inv_boxcox),
        inv_boxcox1p,
        *(exp10, exprel, erfi, rgamma, binom, poch, powm1, betainc),
    )
}
