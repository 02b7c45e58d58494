"""The rows of neural nets' activations and of the special functions.

Same conventions as ``elementwise.py``. What C's <math.h> lacks (erfinv, digamma, polygamma) is
SciPy's, imported when first called.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .elementwise import absolute, exp, log1p, sigmoid, square
from .op import Accuracy, Op, unary
from .selection import relu

SQRT_HALF = math.sqrt(0.5)
TWO_OVER_SQRT_PI = 2 / math.sqrt(math.pi)
ONE_OVER_SQRT_TWO_PI = 1 / math.sqrt(2 * math.pi)


softplus: Op = unary(
    "softplus",
    lambda out, x: sigmoid(x),
    "log(1 + exp(x)), without overflow on the way.",
    kernel="",
    expand=lambda x: relu(x) + log1p(exp(-absolute(x))),
    points=((800.0,), (-800.0,), (-30.0,), (30.0,)),
    accuracy=Accuracy(2, 3, 5),
)
silu: Op = unary(
    "silu",
    lambda out, x: sigmoid(x) * (1 + x * sigmoid(-x)),
    "x * sigmoid(x), also called swish.",
    kernel="",
    expand=lambda x: x * sigmoid(x),
    points=((30.0,), (-30.0,), (700.0,), (-700.0,), (800.0,)),
    accuracy=Accuracy(4, 10, 16, scale=0.25),
)
gelu: Op = unary(
    "gelu",
    lambda out, x: 0.5 * erfc(-SQRT_HALF * x) + x * (ONE_OVER_SQRT_TWO_PI * exp(-0.5 * square(x))),
    "x * Phi(x), with Phi the normal distribution's cumulative function (the exact form).",
    kernel="",
    expand=lambda x: 0.5 * x * erfc(-SQRT_HALF * x),
    points=((10.0,), (-10.0,), (800.0,), (-800.0,)),
    # Far out on the left the rounding of x**2/2 counts x**2/2 times: 50 at x = -10.
    accuracy=Accuracy(60, 60, 60),
)
erf: Op = unary(
    "erf",
    lambda out, x: TWO_OVER_SQRT_PI * exp(-square(x)),
    "Error function, 2/sqrt(pi) times the integral of exp(-t**2) from 0 to x.",
    kernel="scipy.special.erf",
    native="erf",
    points=((1e-20,), (10.0,), (-6.0,)),
    # exp turns the half ulp of x**2 into x**2/2 ulp: 50 at x = 10.
    accuracy=Accuracy(2, 60, 60),
)
erfc: Op = unary(
    "erfc",
    lambda out, x: -TWO_OVER_SQRT_PI * exp(-square(x)),
    "1 - erf(x), accurate where erf(x) is near 1.",
    kernel="scipy.special.erfc",
    native="erfc",
    points=((1e-20,), (10.0,), (-6.0,)),
    accuracy=Accuracy(4, 60, 60),
)
erfinv: Op = unary(
    "erfinv",
    lambda out, x: (0.5 * math.sqrt(math.pi)) * exp(square(out)),
    "Inverse of erf; infinite at -1 and 1, NaN outside.",
    kernel="scipy.special.erfinv",
    domain=((-0.99, 0.99),),
    points=((1e-20,), (1.0 - 2.0**-40,), (-1.0 + 2.0**-30,)),
    accuracy=Accuracy(4, 60, 80),
)
gamma: Op = unary(
    "gamma",
    lambda out, x: out * digamma(x),
    "Gamma function, (x - 1)! at integers; NaN at negative integers.",
    kernel="scipy.special.gamma",
    native="tgamma",
    domain=((0.2, 10.0),),
    points=((-2.5,), (100.0,), (1e-5,), (-0.5,)),
    accuracy=Accuracy(6, 12, 16, scale=0.5),
    example=(4.5,),
)
gammaln: Op = unary(
    "gammaln",
    lambda out, x: digamma(x),
    "Logarithm of the magnitude of the gamma function.",
    kernel="scipy.special.gammaln",
    native="lgamma",
    domain=((0.2, 20.0),),
    points=((1e-5,), (1e10,), (-2.5,)),
    accuracy=Accuracy(8, 16, 16, scale=0.5),
    example=(4.5,),
)
digamma: Op = unary(
    "digamma",
    lambda out, x: polygamma(1, x),
    "Derivative of gammaln.",
    kernel="scipy.special.psi",
    foreign=("psi",),
    domain=((0.2, 20.0),),
    points=((1e-5,), (1e10,), (-2.5,)),
    accuracy=Accuracy(12, 16, 24, scale=0.5),
    example=(4.5,),
)


def polygamma_kernel(n: Any, x: Any) -> Any:
    """SciPy's polygamma, which makes float64 of float32."""
    from scipy.special import polygamma

    numbers = polygamma(n, x)
    return numbers.astype(np.float32) if getattr(x, "dtype", None) == np.float32 else numbers


polygamma: Op = Op(
    "polygamma",
    ("n", "x"),
    (None, lambda out, n, x: polygamma(n + 1, x)),
    "Derivative of order n of digamma; n is a whole number, not negative, and has no derivative.",
    kernel="chainrule.ops.special.polygamma_kernel",
    domain=((1.0, 1.0), (0.2, 20.0)),
    points=((2.0, 0.5), (0.0, 3.0), (3.0, 1e3), (1.0, -2.5)),
    # SciPy's zeta loses digits left of 0, where the derivative at -2.5 is near a root.
    accuracy=Accuracy(8, 80, 16),
    example=(1.0, 4.5),
)
