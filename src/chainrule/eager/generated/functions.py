"""Printed from the op table by tools/print_rows.py; edit the rows, not this file.

The public functions of the build without a compiler.
"""

import math
from typing import Any

from ..plain import call
from . import kernels

Operand = Any
"""A number, or a Value."""


def equal(x: Operand, y: Operand, /) -> bool:
    """Whether x equals y.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.equal(0.5, 2.0)
    False
    """
    return call(kernels.EQUAL, (x, y,))


def not_equal(x: Operand, y: Operand, /) -> bool:
    """Whether x differs from y.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.not_equal(0.5, 2.0)
    True
    """
    return call(kernels.NOT_EQUAL, (x, y,))


def less(x: Operand, y: Operand, /) -> bool:
    """Whether x is less than y.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.less(0.5, 2.0)
    True
    """
    return call(kernels.LESS, (x, y,))


def less_equal(x: Operand, y: Operand, /) -> bool:
    """Whether x is at most y.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.less_equal(0.5, 2.0)
    True
    """
    return call(kernels.LESS_EQUAL, (x, y,))


def greater(x: Operand, y: Operand, /) -> bool:
    """Whether x is greater than y.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.greater(0.5, 2.0)
    False
    """
    return call(kernels.GREATER, (x, y,))


def greater_equal(x: Operand, y: Operand, /) -> bool:
    """Whether x is at least y.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.greater_equal(0.5, 2.0)
    False
    """
    return call(kernels.GREATER_EQUAL, (x, y,))


def logical_and(x: Operand, y: Operand, /) -> bool:
    """Whether both x and y are nonzero.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.logical_and(0.5, 2.0)
    True
    """
    return call(kernels.LOGICAL_AND, (x, y,))


def logical_or(x: Operand, y: Operand, /) -> bool:
    """Whether x or y is nonzero.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.logical_or(0.5, 2.0)
    True
    """
    return call(kernels.LOGICAL_OR, (x, y,))


def logical_not(x: Operand, /) -> bool:
    """Whether x is zero.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.logical_not(0.5)
    False
    """
    return call(kernels.LOGICAL_NOT, (x,))


def isnan(x: Operand, /) -> bool:
    """Whether x is NaN.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.isnan(0.5)
    False
    """
    return call(kernels.ISNAN, (x,))


def isinf(x: Operand, /) -> bool:
    """Whether x is infinite.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.isinf(0.5)
    False
    """
    return call(kernels.ISINF, (x,))


def isfinite(x: Operand, /) -> bool:
    """Whether x is neither infinite nor NaN.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.isfinite(0.5)
    True
    """
    return call(kernels.ISFINITE, (x,))


def maximum(x: Operand, y: Operand, /) -> Any:
    """The larger of x and y; NaN if either is.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x = y, where both partials are 1/2.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.maximum(0.5, 2.0), 6)
    2.0
    """
    return call(kernels.MAXIMUM, (x, y,))


def minimum(x: Operand, y: Operand, /) -> Any:
    """The smaller of x and y; NaN if either is.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x = y, where both partials are 1/2.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.minimum(0.5, 2.0), 6)
    0.5
    """
    return call(kernels.MINIMUM, (x, y,))


def fmax(x: Operand, y: Operand, /) -> Any:
    """The larger of x and y, the other one where one is NaN.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x = y, where both partials are 1/2.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.fmax(0.5, 2.0), 6)
    2.0
    """
    return call(kernels.FMAX, (x, y,))


def fmin(x: Operand, y: Operand, /) -> Any:
    """The smaller of x and y, the other one where one is NaN.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x = y, where both partials are 1/2.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.fmin(0.5, 2.0), 6)
    0.5
    """
    return call(kernels.FMIN, (x, y,))


def clip(x: Operand, min: Operand | None = None, max: Operand | None = None) -> Any:
    """x limited to the interval from min to max.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x at a bound, where the derivative in x is 0.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.clip(0.5, 0.0, 1.0), 6)
    0.5
    """
    return call(kernels.CLIP, (x, -math.inf if min is None else min, math.inf if max is None else max,))


def where(condition: Operand, x: Operand, y: Operand, /) -> Any:
    """x where the condition holds, y elsewhere. What is not chosen has no part in the derivative, not even as 0 times infinity.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.where(1.0, 2.0, 3.0), 6)
    2.0
    """
    return call(kernels.WHERE, (condition, x, y,))


def relu(x: Operand, /) -> Any:
    """x where x is positive, 0 elsewhere.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x = 0, where the derivative is 0.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.relu(0.5), 6)
    0.5
    """
    return call(kernels.RELU, (x,))


def floor(x: Operand, /) -> Any:
    """Largest integer not greater than x. Its derivative is 0.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: where it jumps.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.floor(-1.7), 6)
    -2.0
    """
    return call(kernels.FLOOR, (x,))


def ceil(x: Operand, /) -> Any:
    """Smallest integer not less than x. Its derivative is 0.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: where it jumps.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.ceil(-1.7), 6)
    -1.0
    """
    return call(kernels.CEIL, (x,))


def trunc(x: Operand, /) -> Any:
    """x without its fractional part. Its derivative is 0.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: where it jumps.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.trunc(-1.7), 6)
    -1.0
    """
    return call(kernels.TRUNC, (x,))


def rint(x: Operand, /) -> Any:
    """Integer nearest to x, the even one of two. Its derivative is 0.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: where it jumps.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.rint(-1.7), 6)
    -2.0
    """
    return call(kernels.RINT, (x,))


def round(x: Operand, decimals: Operand = 0.0) -> Any:
    """x rounded to the given number of decimals, a tie to the even digit. Its derivative is 0.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: where it jumps.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.round(2.567, 1.0), 6)
    2.6
    """
    return call(kernels.ROUND, (x, decimals,))


def add(x: Operand, y: Operand, /) -> Any:
    """Sum of x and y.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.add(0.5, 2.0), 6)
    2.5
    """
    return call(kernels.ADD, (x, y,))


def subtract(x: Operand, y: Operand, /) -> Any:
    """Difference of x and y.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.subtract(0.5, 2.0), 6)
    -1.5
    """
    return call(kernels.SUBTRACT, (x, y,))


def multiply(x: Operand, y: Operand, /) -> Any:
    """Product of x and y.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.multiply(0.5, 2.0), 6)
    1.0
    """
    return call(kernels.MULTIPLY, (x, y,))


def divide(x: Operand, y: Operand, /) -> Any:
    """Quotient of x and y.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.divide(0.5, 2.0), 6)
    0.25
    """
    return call(kernels.DIVIDE, (x, y,))


def negative(x: Operand, /) -> Any:
    """x with its sign changed.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.negative(0.5), 6)
    -0.5
    """
    return call(kernels.NEGATIVE, (x,))


def positive(x: Operand, /) -> Any:
    """x itself.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.positive(0.5), 6)
    0.5
    """
    return call(kernels.POSITIVE, (x,))


def reciprocal(x: Operand, /) -> Any:
    """One divided by x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.reciprocal(0.5), 6)
    2.0
    """
    return call(kernels.RECIPROCAL, (x,))


def square(x: Operand, /) -> Any:
    """x times x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.square(0.5), 6)
    0.25
    """
    return call(kernels.SQUARE, (x,))


def sqrt(x: Operand, /) -> Any:
    """Square root of x; NaN for negative x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.sqrt(2.0), 6)
    1.414214
    """
    return call(kernels.SQRT, (x,))


def cbrt(x: Operand, /) -> Any:
    """Cube root of x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.cbrt(2.0), 6)
    1.259921
    """
    return call(kernels.CBRT, (x,))


def hypot(x: Operand, y: Operand, /) -> Any:
    """Length sqrt(x**2 + y**2), without overflow on the way.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: (0, 0), where both partials are 0.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.hypot(0.5, 2.0), 6)
    2.061553
    """
    return call(kernels.HYPOT, (x, y,))


def power(x: Operand, y: Operand, /) -> Any:
    """x to the power y; NaN for negative x and fractional y.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.power(2.0, 3.0), 6)
    8.0
    """
    return call(kernels.POWER, (x, y,))


def pow(x: Operand, y: Operand, /) -> Any:
    """x to the power y; NaN for negative x and fractional y.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``power``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.pow(2.0, 3.0), 6)
    8.0
    """
    return call(kernels.POWER, (x, y,))


def floor_divide(x: Operand, y: Operand, /) -> Any:
    """Largest integer not greater than x / y. Its derivative is 0.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: every multiple of y.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.floor_divide(7.5, 2.0), 6)
    3.0
    """
    return call(kernels.FLOOR_DIVIDE, (x, y,))


def remainder(x: Operand, y: Operand, /) -> Any:
    """Remainder of x // y, with the sign of y.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: every multiple of y.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.remainder(7.5, 2.0), 6)
    1.5
    """
    return call(kernels.REMAINDER, (x, y,))


def mod(x: Operand, y: Operand, /) -> Any:
    """Remainder of x // y, with the sign of y.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: every multiple of y.

    Another name of ``remainder``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.mod(7.5, 2.0), 6)
    1.5
    """
    return call(kernels.REMAINDER, (x, y,))


def fmod(x: Operand, y: Operand, /) -> Any:
    """Remainder of x / y rounded towards zero, with the sign of x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: every multiple of y.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.fmod(-7.5, 2.0), 6)
    -1.5
    """
    return call(kernels.FMOD, (x, y,))


def copysign(x: Operand, y: Operand, /) -> Any:
    """The magnitude of x with the sign of y.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x = 0, where the derivative is 0.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.copysign(0.5, -2.0), 6)
    -0.5
    """
    return call(kernels.COPYSIGN, (x, y,))


def abs(x: Operand, /) -> Any:
    """Magnitude of x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x = 0, where the derivative is 0.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.abs(-2.0), 6)
    2.0
    """
    return call(kernels.ABS, (x,))


def absolute(x: Operand, /) -> Any:
    """Magnitude of x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x = 0, where the derivative is 0.

    Another name of ``abs``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.absolute(-2.0), 6)
    2.0
    """
    return call(kernels.ABS, (x,))


def sign(x: Operand, /) -> Any:
    """1 for positive x, -1 for negative x, 0 for 0. Its derivative is 0.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x = 0.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.sign(-2.0), 6)
    -1.0
    """
    return call(kernels.SIGN, (x,))


def exp(x: Operand, /) -> Any:
    """e to the power x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.exp(0.5), 6)
    1.648721
    """
    return call(kernels.EXP, (x,))


def exp2(x: Operand, /) -> Any:
    """2 to the power x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.exp2(0.5), 6)
    1.414214
    """
    return call(kernels.EXP2, (x,))


def expm1(x: Operand, /) -> Any:
    """exp(x) - 1, accurate near 0.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.expm1(0.5), 6)
    0.648721
    """
    return call(kernels.EXPM1, (x,))


def log(x: Operand, /) -> Any:
    """Natural logarithm of x; NaN for negative x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.log(2.0), 6)
    0.693147
    """
    return call(kernels.LOG, (x,))


def log2(x: Operand, /) -> Any:
    """Logarithm of x to base 2; NaN for negative x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.log2(2.0), 6)
    1.0
    """
    return call(kernels.LOG2, (x,))


def log10(x: Operand, /) -> Any:
    """Logarithm of x to base 10; NaN for negative x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.log10(2.0), 6)
    0.30103
    """
    return call(kernels.LOG10, (x,))


def log1p(x: Operand, /) -> Any:
    """log(1 + x), accurate near 0; NaN for x below -1.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.log1p(0.5), 6)
    0.405465
    """
    return call(kernels.LOG1P, (x,))


def sigmoid(x: Operand, /) -> Any:
    """Logistic function 1/(1 + exp(-x)).

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.sigmoid(0.5), 6)
    0.622459
    """
    return call(kernels.SIGMOID, (x,))


def logaddexp(x: Operand, y: Operand, /) -> Any:
    """log(exp(x) + exp(y)), without overflow on the way.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.logaddexp(0.5, 2.0), 6)
    2.201413
    """
    return call(kernels.LOGADDEXP, (x, y,))


def logaddexp2(x: Operand, y: Operand, /) -> Any:
    """log2(2**x + 2**y), without overflow on the way.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.logaddexp2(0.5, 2.0), 6)
    2.436752
    """
    return call(kernels.LOGADDEXP2, (x, y,))


def sin(x: Operand, /) -> Any:
    """Sine of x, in radians.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.sin(0.5), 6)
    0.479426
    """
    return call(kernels.SIN, (x,))


def cos(x: Operand, /) -> Any:
    """Cosine of x, in radians.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.cos(0.5), 6)
    0.877583
    """
    return call(kernels.COS, (x,))


def tan(x: Operand, /) -> Any:
    """Tangent of x, in radians.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.tan(0.5), 6)
    0.546302
    """
    return call(kernels.TAN, (x,))


def arcsin(x: Operand, /) -> Any:
    """Angle in radians whose sine is x, in [-pi/2, pi/2]; NaN outside [-1, 1].

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.arcsin(0.5), 6)
    0.523599
    """
    return call(kernels.ARCSIN, (x,))


def asin(x: Operand, /) -> Any:
    """Angle in radians whose sine is x, in [-pi/2, pi/2]; NaN outside [-1, 1].

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``arcsin``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.asin(0.5), 6)
    0.523599
    """
    return call(kernels.ARCSIN, (x,))


def arccos(x: Operand, /) -> Any:
    """Angle in radians whose cosine is x, in [0, pi]; NaN outside [-1, 1].

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.arccos(0.5), 6)
    1.047198
    """
    return call(kernels.ARCCOS, (x,))


def acos(x: Operand, /) -> Any:
    """Angle in radians whose cosine is x, in [0, pi]; NaN outside [-1, 1].

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``arccos``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.acos(0.5), 6)
    1.047198
    """
    return call(kernels.ARCCOS, (x,))


def arctan(x: Operand, /) -> Any:
    """Angle in radians whose tangent is x, in [-pi/2, pi/2].

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.arctan(0.5), 6)
    0.463648
    """
    return call(kernels.ARCTAN, (x,))


def atan(x: Operand, /) -> Any:
    """Angle in radians whose tangent is x, in [-pi/2, pi/2].

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``arctan``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.atan(0.5), 6)
    0.463648
    """
    return call(kernels.ARCTAN, (x,))


def arctan2(y: Operand, x: Operand, /) -> Any:
    """Angle in radians of the point (x, y), in [-pi, pi]; the operands are y, x in that order.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: (0, 0), where the partials are NaN.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.arctan2(1.0, 2.0), 6)
    0.463648
    """
    return call(kernels.ARCTAN2, (y, x,))


def atan2(y: Operand, x: Operand, /) -> Any:
    """Angle in radians of the point (x, y), in [-pi, pi]; the operands are y, x in that order.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: (0, 0), where the partials are NaN.

    Another name of ``arctan2``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.atan2(1.0, 2.0), 6)
    0.463648
    """
    return call(kernels.ARCTAN2, (y, x,))


def sinh(x: Operand, /) -> Any:
    """Hyperbolic sine of x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.sinh(0.5), 6)
    0.521095
    """
    return call(kernels.SINH, (x,))


def cosh(x: Operand, /) -> Any:
    """Hyperbolic cosine of x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.cosh(0.5), 6)
    1.127626
    """
    return call(kernels.COSH, (x,))


def tanh(x: Operand, /) -> Any:
    """Hyperbolic tangent of x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.tanh(0.5), 6)
    0.462117
    """
    return call(kernels.TANH, (x,))


def arcsinh(x: Operand, /) -> Any:
    """Inverse hyperbolic sine of x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.arcsinh(0.5), 6)
    0.481212
    """
    return call(kernels.ARCSINH, (x,))


def asinh(x: Operand, /) -> Any:
    """Inverse hyperbolic sine of x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``arcsinh``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.asinh(0.5), 6)
    0.481212
    """
    return call(kernels.ARCSINH, (x,))


def arccosh(x: Operand, /) -> Any:
    """Inverse hyperbolic cosine of x; NaN for x below 1.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.arccosh(2.0), 6)
    1.316958
    """
    return call(kernels.ARCCOSH, (x,))


def acosh(x: Operand, /) -> Any:
    """Inverse hyperbolic cosine of x; NaN for x below 1.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``arccosh``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.acosh(2.0), 6)
    1.316958
    """
    return call(kernels.ARCCOSH, (x,))


def arctanh(x: Operand, /) -> Any:
    """Inverse hyperbolic tangent of x; NaN outside [-1, 1].

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.arctanh(0.5), 6)
    0.549306
    """
    return call(kernels.ARCTANH, (x,))


def atanh(x: Operand, /) -> Any:
    """Inverse hyperbolic tangent of x; NaN outside [-1, 1].

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``arctanh``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.atanh(0.5), 6)
    0.549306
    """
    return call(kernels.ARCTANH, (x,))


def deg2rad(x: Operand, /) -> Any:
    """Degrees to radians.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.deg2rad(90.0), 6)
    1.570796
    """
    return call(kernels.DEG2RAD, (x,))


def radians(x: Operand, /) -> Any:
    """Degrees to radians.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``deg2rad``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.radians(90.0), 6)
    1.570796
    """
    return call(kernels.DEG2RAD, (x,))


def rad2deg(x: Operand, /) -> Any:
    """Radians to degrees.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.rad2deg(0.5), 6)
    28.64789
    """
    return call(kernels.RAD2DEG, (x,))


def degrees(x: Operand, /) -> Any:
    """Radians to degrees.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``rad2deg``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.degrees(0.5), 6)
    28.64789
    """
    return call(kernels.RAD2DEG, (x,))


def sinc(x: Operand, /) -> Any:
    """sin(pi x)/(pi x), and 1 at 0: NumPy's normalised sinc. Exactly 0 at the other integers.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.sinc(0.5), 6)
    0.63662
    """
    return call(kernels.SINC, (x,))


def softplus(x: Operand, /) -> Any:
    """log(1 + exp(x)), without overflow on the way.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.softplus(0.5), 6)
    0.974077
    """
    return call(kernels.SOFTPLUS, (x,))


def silu(x: Operand, /) -> Any:
    """x * sigmoid(x), also called swish.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.silu(0.5), 6)
    0.31123
    """
    return call(kernels.SILU, (x,))


def gelu(x: Operand, /) -> Any:
    """x * Phi(x), with Phi the normal distribution's cumulative function (the exact form).

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.gelu(0.5), 6)
    0.345731
    """
    return call(kernels.GELU, (x,))


def erf(x: Operand, /) -> Any:
    """Error function, 2/sqrt(pi) times the integral of exp(-t**2) from 0 to x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.erf(0.5), 6)
    0.5205
    """
    return call(kernels.ERF, (x,))


def erfc(x: Operand, /) -> Any:
    """1 - erf(x), accurate where erf(x) is near 1.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.erfc(0.5), 6)
    0.4795
    """
    return call(kernels.ERFC, (x,))


def erfinv(x: Operand, /) -> Any:
    """Inverse of erf; infinite at -1 and 1, NaN outside.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.erfinv(0.5), 6)
    0.476936
    """
    return call(kernels.ERFINV, (x,))


def gamma(x: Operand, /) -> Any:
    """Gamma function, (x - 1)! at integers; NaN at negative integers.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.gamma(4.5), 6)
    11.631728
    """
    return call(kernels.GAMMA, (x,))


def gammaln(x: Operand, /) -> Any:
    """Logarithm of the magnitude of the gamma function.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.gammaln(4.5), 6)
    2.453737
    """
    return call(kernels.GAMMALN, (x,))


def digamma(x: Operand, /) -> Any:
    """Derivative of gammaln.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.digamma(4.5), 6)
    1.388871
    """
    return call(kernels.DIGAMMA, (x,))


def polygamma(n: Operand, x: Operand, /) -> Any:
    """Derivative of order n of digamma; n is a whole number, not negative, and has no derivative.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.polygamma(1.0, 4.5), 6)
    0.248725
    """
    return call(kernels.POLYGAMMA, (n, x,))
