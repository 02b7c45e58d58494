"""The rows of incomplete integrals and of distributions' functions, by SciPy's names.

The parameters of an incomplete gamma or beta function have no derivative here: there is no closed
form. They raise, by name; the argument x has one. Formulas: NIST's handbook, 6.2, 8.8, 8.17, 19.4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import FixedOperandError
from .arguments import broadcast_shapes
from .elementwise import absolute, exp, log, log1p, multiply, sigmoid, square
from .op import Accuracy, Op, unary
from .selection import greater_equal, less_equal, logical_and, where
from .shape import all_batched, as_operand, broadcast_to, shape_of
from .special import ONE_OVER_SQRT_TWO_PI, SQRT_HALF, TWO_OVER_SQRT_PI, digamma, gammaln
from .structural import Structural

SQRT_TWO_PI = math.sqrt(2 * math.pi)
SQRT_TWO_OVER_PI = math.sqrt(2 / math.pi)


def power_series(x: Any, coefficients: list[float]) -> Any:
    """The sum of coefficients, that of the highest power first, times powers of x."""
    total: Any = coefficients[0]
    for coefficient in coefficients[1:]:
        total = coefficient + x * total
    return total


def _row(name: str, partial: object, doc: str, **row: object) -> Op:
    return unary(name, partial, doc, kernel=f"scipy.special.{name}", public=False, **row)


ndtr: Op = _row(
    "ndtr",
    lambda out, x: ONE_OVER_SQRT_TWO_PI * exp(-0.5 * square(x)),
    "The normal distribution's cumulative function.",
    accuracy=Accuracy(20, 20, 20),
)
log_ndtr: Op = _row(
    "log_ndtr",
    # Far up erfcx is so large that what the second derivative has of it is no number any more.
    lambda out, x: where(
        x > 8,
        ONE_OVER_SQRT_TWO_PI * exp(-0.5 * square(x) - out),
        SQRT_TWO_OVER_PI / erfcx(-SQRT_HALF * x),
    ),
    "Logarithm of the normal distribution's cumulative function.",
    points=((-30.0,), (6.0,)),
    # In the lower tail the derivative of erfcx cancels, x**2 / 2 = 400 times before its series.
    accuracy=Accuracy(30, 60, 2000),
)
ndtri: Op = _row(
    "ndtri",
    lambda out, x: SQRT_TWO_PI * exp(0.5 * square(out)),
    "Inverse of ndtr.",
    domain=((0.01, 0.99),),
    accuracy=Accuracy(20, 40, 60, scale=1.0),
)
#: (-1)**k * (2*k + 1)!! / 2**k, the highest power of 1 / x**2 first.
_ERFCX_TAIL = [(-1) ** k * math.prod(range(1, 2 * k + 2, 2)) / 2.0**k for k in range(10, -1, -1)]
erfcx: Op = _row(
    "erfcx",
    # From 20 on the asymptotic series, to 1e-17: what is left of the formula is x**2 times smaller.
    lambda out, x: where(
        x > 20,
        -math.sqrt(1 / math.pi) * power_series(1 / square(x), _ERFCX_TAIL) / square(x),
        2 * x * out - TWO_OVER_SQRT_PI,
    ),
    "exp(x**2) * erfc(x).",
    domain=((-3.0, 3.0),),
    accuracy=Accuracy(40, 200, 1000, scale=1.0),
)
erfcinv: Op = _row(
    "erfcinv",
    lambda out, x: (-0.5 * math.sqrt(math.pi)) * exp(square(out)),
    "Inverse of erfc.",
    domain=((0.05, 1.95),),
    accuracy=Accuracy(20, 40, 60, scale=1.0),
)
dawsn: Op = _row(
    "dawsn",
    lambda out, x: 1 - 2 * x * out,
    "Dawson's integral.",
    accuracy=Accuracy(20, 60, 400, scale=1.0),
)
expi: Op = _row(
    "expi",
    lambda out, x: exp(x) / x,
    "Exponential integral Ei.",
    domain=((0.3, 6.0),),
    accuracy=Accuracy(20, 20, 20, scale=1.0),
)
exp1: Op = _row(
    "exp1",
    lambda out, x: -exp(-x) / x,
    "Exponential integral E1.",
    domain=((0.3, 6.0),),
    accuracy=Accuracy(20, 20, 20),
)
#: K(m) = pi/2 times the sum of c**2 * m**n, and E(m) with c**2 / (1 - 2 * n), c being the central
#: binomial coefficient over 4**n: their slopes, the highest power first. The formulas with K and E
#: divide what cancels by m; below 0.1 the series are right to 1e-17.
_C = [(math.comb(2 * n, n) / 4.0**n) ** 2 for n in range(17)]
_K_SLOPE = [0.5 * math.pi * n * _C[n] for n in range(16, 0, -1)]
_E_SLOPE = [0.5 * math.pi * n * _C[n] / (1 - 2 * n) for n in range(16, 0, -1)]


ellipk: Op = _row(
    "ellipk",
    lambda out, x: where(
        absolute(x) < 0.1, power_series(x, _K_SLOPE), (ellipe(x) / (1 - x) - out) / (2 * x)
    ),
    "Complete elliptic integral of the first kind, of the parameter m.",
    domain=((-0.5, 0.9),),
    accuracy=Accuracy(20, 60, 1000),
)
ellipe: Op = _row(
    "ellipe",
    lambda out, x: where(absolute(x) < 0.1, power_series(x, _E_SLOPE), (out - ellipk(x)) / (2 * x)),
    "Complete elliptic integral of the second kind, of the parameter m.",
    domain=((-0.5, 0.9),),
    accuracy=Accuracy(20, 60, 1000),
)
spence: Op = _row(
    "spence",
    lambda out, x: where(absolute(x - 1) < 1e-9, 0.5 * (x - 1) - 1, log(x) / (1 - x)),
    "Spence's function, a dilogarithm.",
    domain=((0.1, 0.8),),
    accuracy=Accuracy(40, 40, 400, scale=1.0),
)
log_expit: Op = _row(
    "log_expit",
    lambda out, x: sigmoid(-x),
    "Logarithm of the sigmoid.",
    points=((800.0,), (-800.0,)),
    accuracy=Accuracy(20, 20, 20),
)
entr: Op = _row(
    "entr",
    lambda out, x: where(x > 0, -log(x) - 1, where(x == 0, math.inf, out)),
    "-x * log(x), 0 at 0 and -inf below.",
    domain=((0.05, 3.0),),
    accuracy=Accuracy(20, 20, 20, scale=1.0),
)
betaln: Op = Op(
    "betaln",
    ("a", "b"),
    (
        lambda out, a, b: digamma(a) - digamma(a + b),
        lambda out, a, b: digamma(b) - digamma(a + b),
    ),
    "Logarithm of the magnitude of the beta function.",
    kernel="scipy.special.betaln",
    domain=((0.5, 6.0), (0.5, 6.0)),
    accuracy=Accuracy(40, 40, 40, scale=1.0),
    example=(1.5, 2.0),
    public=False,
)
xlogy: Op = Op(
    "xlogy",
    ("x", "y"),
    (
        lambda out, x, y: log(y),
        lambda out, x, y: where((x == 0) & (y == y), 0.0, x / y),
    ),
    "x * log(y), 0 where x is 0.",
    kernel="scipy.special.xlogy",
    domain=((0.5, 3.0), (0.2, 4.0)),
    accuracy=Accuracy(20, 20, 20, scale=1.0),
    example=(1.5, 2.0),
    public=False,
)
xlog1py: Op = Op(
    "xlog1py",
    ("x", "y"),
    (
        lambda out, x, y: log1p(y),
        lambda out, x, y: where((x == 0) & (y == y), 0.0, x / (1 + y)),
    ),
    "x * log(1 + y), 0 where x is 0.",
    kernel="scipy.special.xlog1py",
    domain=((0.5, 3.0), (-0.8, 4.0)),
    accuracy=Accuracy(20, 20, 20, scale=1.0),
    example=(1.5, 2.0),
    public=False,
)
expn: Op = Op(
    "expn",
    ("n", "x"),
    # Of order -1 SciPy has none; from that of order 0 it comes without cancelling.
    (None, lambda out, n, x: where(n >= 1, -expn(n - 1, x), -(exp(-x) + out) / x)),
    "Exponential integral of order n, a whole number, which has no derivative.",
    kernel="scipy.special.expn",
    domain=((2.0, 2.0), (0.3, 4.0)),
    points=((3.0, 1.5),),
    accuracy=Accuracy(20, 20, 20),
    example=(2.0, 1.5),
    public=False,
)
gammainc: Op = Op(
    "gammainc",
    ("a", "x"),
    (None, lambda out, a, x: where(x >= 0, exp(xlogy(a - 1, x) - x - gammaln(a)), out)),
    "Regularised lower incomplete gamma function; a has no derivative.",
    kernel="scipy.special.gammainc",
    domain=((0.5, 4.0), (0.2, 5.0)),
    accuracy=Accuracy(40, 40, 60, scale=0.1),
    example=(1.5, 2.0),
    public=False,
)
gammaincc: Op = Op(
    "gammaincc",
    ("a", "x"),
    (None, lambda out, a, x: where(x >= 0, -exp(xlogy(a - 1, x) - x - gammaln(a)), out)),
    "Regularised upper incomplete gamma function; a has no derivative.",
    kernel="scipy.special.gammaincc",
    domain=((0.5, 4.0), (0.2, 5.0)),
    accuracy=Accuracy(40, 40, 60, scale=0.1),
    example=(1.5, 2.0),
    public=False,
)
stdtr: Op = Op(
    "stdtr",
    ("df", "t"),
    (
        None,
        lambda out, df, t: exp(
            -0.5 * (df + 1) * log1p(square(t) / df) - betaln(0.5 * df, 0.5) - 0.5 * log(df)
        ),
    ),
    "Probability of at most t in Student's distribution of df, which has no derivative.",
    kernel="scipy.special.stdtr",
    domain=((0.5, 8.0), (-6.0, 6.0)),
    points=((3.0, 0.0),),
    accuracy=Accuracy(100, 40, 60, scale=0.1),
    example=(2.5, 0.5),
    public=False,
)


# Of three operands, and no choice among them, a number's node has no room; an array's has.


def _kernel(a: Any, b: Any, x: Any) -> Any:
    from scipy.special import betainc

    return np.asarray(betainc(a, b, x))


def _density(out: Any, a: Any, b: Any, x: Any) -> Any:
    inside = logical_and(greater_equal(x, 0.0), less_equal(x, 1.0))
    return where(inside, exp(xlogy(a - 1, x) + xlog1py(b - 1, -x) - betaln(a, b)), out)


def _refuse(needed: Sequence[bool]) -> None:
    for name, is_needed in zip("ab", needed, strict=False):
        if is_needed:
            raise FixedOperandError(
                f"betainc: operand {name!r} has no derivative, but one is needed. Give a plain "
                "number."
            )


def _pull(
    cotangent: Any, out: Any, operands: Sequence[Any], parameters: Any, wanted: Sequence[bool]
) -> list[Any]:
    from .rules import Cotangent, times

    _refuse(wanted[:2])
    g, mask = cotangent
    return [None, None, Cotangent(times(g, _density(out, *operands), mask), mask)]


def _jvp(tangents: Sequence[Any], out: Any, a: Any, b: Any, x: Any) -> Any:
    _refuse([t is not None for t in tangents[:2]])
    return multiply(tangents[2], _density(out, a, b, x))


betainc_row: Structural = Structural(
    "betainc",
    ("a", "b", "x"),
    "Regularised incomplete beta function of arrays of one shape; a and b have no derivative.",
    saves=("a", "b", "x", "out"),
    kernel=_kernel,
    shape=lambda a, b, x: x,
    vjp=lambda g, out, a, b, x: (None, None, multiply(g, _density(out, a, b, x))),
    jvp=_jvp,
    pull=_pull,
    batch=lambda batched, *operands: betainc_row(*all_batched(batched, operands)),
)


def betainc(a: Any, b: Any, x: Any) -> Any:
    """Regularised incomplete beta function; a and b have no derivative, and raise."""
    operands = [as_operand(y) for y in (a, b, x)]
    common = broadcast_shapes("betainc", *map(shape_of, operands))
    whole = [y if shape_of(y) == common else broadcast_to(y, common) for y in operands]
    return betainc_row(*whole)
