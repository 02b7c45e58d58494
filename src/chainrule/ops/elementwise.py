"""The rows of arithmetic, exponentials and trigonometry.

Each row is an :class:`~chainrule.ops.op.Op`. A partial is an ordinary function of the result and
the operands in chainrule's own operations; it is differentiated in its turn for higher orders,
so it has to be accurate in its tails *and* has to have a derivative that is: ``tanh'`` is written
with ``exp``, not as ``1 - tanh**2``, which is 0 from 20 on.

A smooth row whose domain has an end writes ``where(inside, partial, out)``: outside, ``out`` is
NaN, and so are its derivatives of every order.
"""

from __future__ import annotations

import math
from typing import Any

from .op import Accuracy, Op, binary, one, unary, zero
from .selection import floor, isinf, maximum, rint, trunc, where

LN2 = math.log(2.0)
LN10 = math.log(10.0)

# --- arithmetic -------------------------------------------------------------------------------


add: Op = binary("add", (one, one), "Sum of x and y.", native="+")
subtract: Op = binary(
    "subtract", (one, lambda out, x, y: -1.0), "Difference of x and y.", native="-"
)
multiply: Op = binary(
    "multiply", (lambda out, x, y: y, lambda out, x, y: x), "Product of x and y.", native="*"
)
divide: Op = binary(
    "divide",
    (lambda out, x, y: reciprocal(y), lambda out, x, y: -out / y),
    "Quotient of x and y.",
    native="/",
    foreign=("true_divide",),
    points=((1.0, 1e-200), (1e200, 3.0), (-2.0, 1e-3)),
    accuracy=Accuracy(1, 2, 4),
)
negative: Op = unary("negative", lambda out, x: -1.0, "x with its sign changed.", native="-")
positive: Op = unary("positive", one, "x itself.", expand=lambda x: x)
reciprocal: Op = unary(
    "reciprocal",
    lambda out, x: -square(out),
    "One divided by x.",
    expand=lambda x: 1 / x,
    domain=((0.1, 9.0),),
    points=((-3.0,), (1e150,), (1e-100,)),
    accuracy=Accuracy(1, 2, 4),
)
square: Op = unary("square", lambda out, x: 2 * x, "x times x.", expand=lambda x: x * x)
sqrt: Op = unary(
    "sqrt",
    lambda out, x: 0.5 / out,
    "Square root of x; NaN for negative x.",
    native="sqrt",
    domain=((0.0, 50.0),),
    points=((1e-300,), (1e300,), (1e-12,)),
    example=(2.0,),
)
cbrt: Op = unary(
    "cbrt",
    lambda out, x: 1 / (3 * square(out)),
    "Cube root of x.",
    native="cbrt",
    domain=((-50.0, 50.0),),
    points=((1e-300,), (-1e300,)),
    accuracy=Accuracy(3, 4, 6),
    example=(2.0,),
)
hypot: Op = binary(
    "hypot",
    (
        lambda out, x, y: where(out == 0, 0, x / out),
        lambda out, x, y: where(out == 0, 0, y / out),
    ),
    "Length sqrt(x**2 + y**2), without overflow on the way.",
    native="hypot",
    points=((3.0, 4.0), (1e-200, 1e-200), (1e200, 1e200), (0.0, 2.0), (1e-9, 1.0)),
    kinks="(0, 0), where both partials are 0",
    # The second derivative is 1/h - x**2/h**3, which cancels for |x| >> |y|.
    accuracy=Accuracy(1, 3, 6, scale=1.0),
)


def _power_x(out: Any, x: Any, y: Any) -> Any:
    if isinstance(y, float | int) and y != 0:
        return y * (x if y == 2 else power(x, y - 1))
    # d/dx x**0 is 0 at x = 0 too, where 0 * 0**-1 would be NaN. Elsewhere the product stands, so
    # that its derivative with respect to y is right at y = 0.
    return where((x == 0) & (y == 0), 0, y * power(x, y - 1))


def _power_y(out: Any, x: Any, y: Any) -> Any:
    # At x = 0 the limit of x**y log(x) is 0 for y > 0; at 0**0, where there is none, it is 0 by
    # convention. The mixed derivative there is 0 for y > 1 and -inf below: that of -sqrt(x).
    return where((x == 0) & (y >= 0), where(y > 1, 0, 0 - sqrt(x)), out * log(x))


power: Op = binary(
    "power",
    (_power_x, _power_y),
    "x to the power y; NaN for negative x and fractional y.",
    native="pow",
    aliases=("pow",),
    foreign=("float_power",),
    domain=((0.05, 5.0), (-4.0, 4.0)),
    points=((0.0, 2.0), (0.0, 3.0), (2.0, 0.0), (1e-5, 1.0), (10.0, -20.0)),
    # x**y log(x)**2 is small where x is near 1, and y (y - 1) x**(y - 2) where y is near 0 or 1.
    accuracy=Accuracy(1, 3, 6),
    example=(2.0, 3.0),
)


def _fmod_remainder(x: Any, y: Any) -> Any:
    rest = fmod(x, y)
    return where(rest == 0, copysign(0, y), where((y < 0) != (rest < 0), rest + y, rest))


def _floored_quotient(x: Any, y: Any) -> Any:
    # NumPy's own way (npy_floor_divide): x - fmod(x, y) is a multiple of y up to rounding.
    rest = fmod(x, y)
    exact = (x - rest) / y
    quotient = where((rest != 0) & ((y < 0) != (rest < 0)), exact - 1, exact)
    lower = floor(quotient)
    nearest = where(quotient - lower > 0.5, lower + 1, lower)
    return where(y == 0, x / y, where(quotient == 0, copysign(0, x / y), nearest))


floor_divide: Op = binary(
    "floor_divide",
    (zero, zero),
    "Largest integer not greater than x / y. Its derivative is 0.",
    expand=_floored_quotient,
    points=((5.0, math.inf), (-5.0, math.inf), (7.5, -2.0)),
    kinks="every multiple of y",
    example=(7.5, 2.0),
)
remainder: Op = binary(
    "remainder",
    (
        lambda out, x, y: where(y == 0, out, 1),
        lambda out, x, y: where(y == 0, out, -floor_divide(x, y)),
    ),
    "Remainder of x // y, with the sign of y.",
    expand=_fmod_remainder,
    aliases=("mod",),
    points=((7.5, -2.0), (-7.5, 2.0)),
    kinks="every multiple of y",
    example=(7.5, 2.0),
)
fmod: Op = binary(
    "fmod",
    (
        lambda out, x, y: where(y == 0, out, 1),
        lambda out, x, y: where(y == 0, out, -trunc(x / y)),
    ),
    "Remainder of x / y rounded towards zero, with the sign of x.",
    native="fmod",
    kinks="every multiple of y",
    example=(-7.5, 2.0),
)
copysign: Op = binary(
    "copysign",
    (lambda out, x, y: sign(x) * copysign(1, y), zero),
    "The magnitude of x with the sign of y.",
    native="copysign",
    kinks="x = 0, where the derivative is 0",
    example=(0.5, -2.0),
)
absolute: Op = unary(
    "abs",
    lambda out, x: sign(x),
    "Magnitude of x.",
    native="fabs",
    kernel="numpy.absolute",
    aliases=("absolute",),
    foreign=("fabs",),
    points=((1e-300,),),
    kinks="x = 0, where the derivative is 0",
    example=(-2.0,),
)
sign: Op = unary(
    "sign",
    zero,
    "1 for positive x, -1 for negative x, 0 for 0. Its derivative is 0.",
    expand=lambda x: where(x > 0, 1, where(x < 0, -1, where(x == 0, 0, x))),
    kinks="x = 0",
    example=(-2.0,),
)

# --- exponentials and logarithms --------------------------------------------------------------

exp: Op = unary(
    "exp",
    lambda out, x: out,
    "e to the power x.",
    native="exp",
    domain=((-20.0, 20.0),),
    points=((-700.0,), (700.0,), (1e-20,)),
    accuracy=Accuracy(1, 1, 1),
)
exp2: Op = unary(
    "exp2",
    lambda out, x: LN2 * out,
    "2 to the power x.",
    native="exp2",
    domain=((-20.0, 20.0),),
    points=((-1000.0,), (1000.0,)),
)
expm1: Op = unary(
    "expm1",
    lambda out, x: exp(x),
    "exp(x) - 1, accurate near 0.",
    native="expm1",
    domain=((-5.0, 5.0),),
    points=((-40.0,), (1e-20,), (700.0,), (-700.0,)),
    accuracy=Accuracy(1, 1, 1),
)
log: Op = unary(
    "log",
    lambda out, x: 1 / where(x >= 0, x, out),
    "Natural logarithm of x; NaN for negative x.",
    native="log",
    domain=((0.01, 50.0),),
    points=((1e-300,), (1e100,), (1.0 + 1e-12,)),
    example=(2.0,),
)
log2: Op = unary(
    "log2",
    lambda out, x: where(x >= 0, 1 / (LN2 * x), out),
    "Logarithm of x to base 2; NaN for negative x.",
    native="log2",
    domain=((0.01, 50.0),),
    points=((1e-300,), (1e100,)),
    accuracy=Accuracy(1, 3, 6),
    example=(2.0,),
)
log10: Op = unary(
    "log10",
    lambda out, x: where(x >= 0, 1 / (LN10 * x), out),
    "Logarithm of x to base 10; NaN for negative x.",
    native="log10",
    domain=((0.01, 50.0),),
    points=((1e-300,), (1e100,)),
    accuracy=Accuracy(2, 3, 6),
    example=(2.0,),
)
log1p: Op = unary(
    "log1p",
    lambda out, x: where(x >= -1, 1 / (1 + x), out),
    "log(1 + x), accurate near 0; NaN for x below -1.",
    native="log1p",
    domain=((-0.9, 5.0),),
    points=((-1.0 + 2.0**-50,), (1e-20,), (1e100,)),
)

sigmoid: Op = unary(
    "sigmoid",
    lambda out, x: out * sigmoid(-x),
    "Logistic function 1/(1 + exp(-x)).",
    kernel="scipy.special.expit",
    expand=lambda x: 1 / (1 + exp(-x)),
    foreign=("expit",),
    points=((30.0,), (-30.0,), (700.0,), (-700.0,), (800.0,)),
    # The second derivative cancels near x = 0.
    accuracy=Accuracy(3, 5, 8, scale=0.05),
)


def _log_weight(out: Any, x: Any, y: Any, factor: float) -> Any:
    # Two equal infinities have no difference; they share, as a tie in maximum does.
    return where((x == y) & isinf(x), 0.5, sigmoid(factor * (x - y)))


logaddexp: Op = binary(
    "logaddexp",
    (
        lambda out, x, y: _log_weight(out, x, y, 1.0),
        lambda out, x, y: _log_weight(out, y, x, 1.0),
    ),
    "log(exp(x) + exp(y)), without overflow on the way.",
    expand=lambda x, y: where(x == y, x + LN2, maximum(x, y) + log1p(exp(-absolute(x - y)))),
    points=((800.0, 799.0), (-800.0, -801.0), (0.0, 100.0)),
    # Near exp(x) + exp(y) = 1 the result is a small difference of numbers of size 1.
    accuracy=Accuracy(2, 6, 12, scale=1.0),
)
logaddexp2: Op = binary(
    "logaddexp2",
    (
        lambda out, x, y: _log_weight(out, x, y, LN2),
        lambda out, x, y: _log_weight(out, y, x, LN2),
    ),
    "log2(2**x + 2**y), without overflow on the way.",
    expand=lambda x, y: where(
        x == y, x + 1, maximum(x, y) + log1p(exp2(-absolute(x - y))) * (1 / LN2)
    ),
    points=((1100.0, 1099.0), (-1100.0, -1101.0)),
    accuracy=Accuracy(2, 6, 12, scale=1.0),
)

# --- trigonometry -----------------------------------------------------------------------------


def _one_minus_square(x: Any) -> Any:
    # (1 - x)(1 + x) is accurate near 1, 1 - x*x has an accurate derivative near 0.
    return where(absolute(x) < 0.5, 1 - x * x, (1 - x) * (1 + x))


sin: Op = unary("sin", lambda out, x: cos(x), "Sine of x, in radians.", native="sin")
cos: Op = unary("cos", lambda out, x: -sin(x), "Cosine of x, in radians.", native="cos")
tan: Op = unary(
    "tan",
    lambda out, x: 1 + square(out),
    "Tangent of x, in radians.",
    native="tan",
    domain=((-1.5, 1.5),),
    points=((1e-20,), (20.0,)),
    accuracy=Accuracy(1, 3, 6),
)
arcsin: Op = unary(
    "arcsin",
    lambda out, x: 1 / sqrt(_one_minus_square(x)),
    "Angle in radians whose sine is x, in [-pi/2, pi/2]; NaN outside [-1, 1].",
    native="asin",
    aliases=("asin",),
    domain=((-0.99, 0.99),),
    points=((1.0 - 2.0**-40,), (-1.0 + 2.0**-30,), (1e-10,)),
    accuracy=Accuracy(1, 3, 8),
)
arccos: Op = unary(
    "arccos",
    lambda out, x: -1 / sqrt(_one_minus_square(x)),
    "Angle in radians whose cosine is x, in [0, pi]; NaN outside [-1, 1].",
    native="acos",
    aliases=("acos",),
    domain=((-0.99, 0.99),),
    points=((1.0 - 2.0**-40,), (-1.0 + 2.0**-30,), (1e-10,)),
    accuracy=Accuracy(1, 3, 8),
)
arctan: Op = unary(
    "arctan",
    lambda out, x: 1 / (1 + square(x)),
    "Angle in radians whose tangent is x, in [-pi/2, pi/2].",
    native="atan",
    aliases=("atan",),
    points=((1e-20,), (1e60,), (-1e10,)),
    accuracy=Accuracy(1, 3, 6),
)
arctan2: Op = Op(
    "arctan2",
    ("y", "x"),
    (
        lambda out, y, x: (x / hypot(x, y)) / hypot(x, y),
        lambda out, y, x: -(y / hypot(x, y)) / hypot(x, y),
    ),
    "Angle in radians of the point (x, y), in [-pi, pi]; the operands are y, x in that order.",
    kernel="numpy.arctan2",
    native="atan2",
    aliases=("atan2",),
    domain=((-4.0, 4.0), (-4.0, 4.0)),
    points=((1e-150, 2e-150), (1e150, 3e150), (0.0, 2.0)),
    kinks="(0, 0), where the partials are NaN",
    accuracy=Accuracy(1, 4, 16, scale=0.1),
    example=(1.0, 2.0),
)
sinh: Op = unary(
    "sinh",
    lambda out, x: cosh(x),
    "Hyperbolic sine of x.",
    native="sinh",
    points=((1e-20,), (-700.0,)),
    accuracy=Accuracy(2, 2, 2),
)
cosh: Op = unary(
    "cosh",
    lambda out, x: sinh(x),
    "Hyperbolic cosine of x.",
    native="cosh",
    points=((1e-20,), (-700.0,)),
    accuracy=Accuracy(2, 2, 2),
)
tanh: Op = unary(
    "tanh",
    lambda out, x: sech_squared(x),
    "Hyperbolic tangent of x.",
    native="tanh",
    points=((20.0,), (-40.0,), (300.0,), (800.0,), (1e-20,)),
    accuracy=Accuracy(2, 4, 6),
)
sech_squared: Op = unary(
    "sech_squared",
    lambda out, x: -2 * tanh(x) * out,
    "1/cosh(x)**2, the derivative of tanh, without cancellation in the tails.",
    kernel="",
    expand=lambda x: _sech_squared_of(exp(-2 * absolute(x))),
    points=((20.0,), (-40.0,), (300.0,), (800.0,), (1e-20,)),
    # The second derivative has roots, where its terms cancel.
    accuracy=Accuracy(4, 6, 8, scale=1.0),
    public=False,
)


def _sech_squared_of(decay: Any) -> Any:
    """1/cosh(x)**2 from exp(-2 |x|)."""
    return 4 * decay / square(1 + decay)


arcsinh: Op = unary(
    "arcsinh",
    lambda out, x: 1 / hypot(1, x),
    "Inverse hyperbolic sine of x.",
    native="asinh",
    aliases=("asinh",),
    points=((1e-20,), (1e100,), (-1e10,)),
    accuracy=Accuracy(2, 3, 6),
)
arccosh: Op = unary(
    "arccosh",
    lambda out, x: 1 / (sqrt(x - 1) * sqrt(x + 1)),
    "Inverse hyperbolic cosine of x; NaN for x below 1.",
    native="acosh",
    aliases=("acosh",),
    domain=((1.01, 20.0),),
    points=((1.0 + 2.0**-40,), (1e100,)),
    accuracy=Accuracy(2, 4, 8),
    example=(2.0,),
)
arctanh: Op = unary(
    "arctanh",
    lambda out, x: where(absolute(x) <= 1, 1 / _one_minus_square(x), out),
    "Inverse hyperbolic tangent of x; NaN outside [-1, 1].",
    native="atanh",
    aliases=("atanh",),
    domain=((-0.99, 0.99),),
    points=((1.0 - 2.0**-40,), (1e-20,)),
    accuracy=Accuracy(2, 4, 8),
)
deg2rad: Op = unary(
    "deg2rad",
    lambda out, x: math.pi / 180,
    "Degrees to radians.",
    expand=lambda x: x * (math.pi / 180),
    aliases=("radians",),
    domain=((-360.0, 360.0),),
    example=(90.0,),
)
rad2deg: Op = unary(
    "rad2deg",
    lambda out, x: 180 / math.pi,
    "Radians to degrees.",
    expand=lambda x: x * (180 / math.pi),
    aliases=("degrees",),
    example=(0.5,),
)
sinpi: Op = Op(
    "sinpi",
    ("x",),
    (lambda out, x: math.pi * cospi(x),),
    "Sine of pi*x, exact where x is an integer or a half.",
    expand=lambda x: _sinpi_reduced(x - 2 * rint(0.5 * x)),
    accuracy=Accuracy(2, 4, 6),
    public=False,
)
cospi: Op = Op(
    "cospi",
    ("x",),
    (lambda out, x: -math.pi * sinpi(x),),
    "Cosine of pi*x, exact where x is an integer or a half.",
    expand=lambda x: _cospi_reduced(absolute(x - 2 * rint(0.5 * x))),
    accuracy=Accuracy(2, 4, 6),
    public=False,
)


def _sinpi_reduced(r: Any) -> Any:
    """sin(pi r) for |r| <= 1, by way of an angle of at most pi/2."""
    return sin(math.pi * where(absolute(r) > 0.5, copysign(1, r) - r, r))


def _cospi_reduced(r: Any) -> Any:
    """cos(pi r) for 0 <= r <= 1, as a sine of at most pi/2."""
    return sin(math.pi * (0.5 - r))


def _sinc_partial(out: Any, x: Any) -> Any:
    # (cos(pi x) - sinc(x))/x loses digits near 0, so there it is the power series of the
    # derivative, sum of (-1)**k 2k pi**2k x**(2k-1) / (2k+1)!. Eleven terms, for |pi x| < 1.26,
    # leave 1e-20 of the result, and less than 1e-13 after five more derivatives.
    series = 0.0
    square_of_x = square(x)
    for k in range(11, 0, -1):
        coefficient = (-1.0) ** k * 2 * k * math.pi ** (2 * k) / math.factorial(2 * k + 1)
        series = coefficient + square_of_x * series
    return where(absolute(x) < 0.4, x * series, (cospi(x) - out) / x)


sinc: Op = unary(
    "sinc",
    _sinc_partial,
    "sin(pi x)/(pi x), and 1 at 0: NumPy's normalised sinc. Exactly 0 at the other integers.",
    expand=lambda x: where(x == 0, 1, sinpi(x) / (math.pi * x)),
    points=((0.0,), (1e-20,), (1e-8,), (0.3999,), (0.4,), (-1.0,), (25.5,)),
    accuracy=Accuracy(4, 8, 32, scale=0.5),
)
