# Printed from the op table by tools/print_rows.py; edit the rows, not this file.

def equal(x, y, /):
    """Whether x equals y.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.equal(0.5, 2.0)
    False
    """
    return call2(2, x, y)

def not_equal(x, y, /):
    """Whether x differs from y.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.not_equal(0.5, 2.0)
    True
    """
    return call2(3, x, y)

def less(x, y, /):
    """Whether x is less than y.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.less(0.5, 2.0)
    True
    """
    return call2(4, x, y)

def less_equal(x, y, /):
    """Whether x is at most y.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.less_equal(0.5, 2.0)
    True
    """
    return call2(5, x, y)

def greater(x, y, /):
    """Whether x is greater than y.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.greater(0.5, 2.0)
    False
    """
    return call2(6, x, y)

def greater_equal(x, y, /):
    """Whether x is at least y.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.greater_equal(0.5, 2.0)
    False
    """
    return call2(7, x, y)

def logical_and(x, y, /):
    """Whether both x and y are nonzero.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.logical_and(0.5, 2.0)
    True
    """
    return call2(8, x, y)

def logical_or(x, y, /):
    """Whether x or y is nonzero.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.logical_or(0.5, 2.0)
    True
    """
    return call2(9, x, y)

def logical_not(x, /):
    """Whether x is zero.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.logical_not(0.5)
    False
    """
    return call1(10, x)

def isnan(x, /):
    """Whether x is NaN.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.isnan(0.5)
    False
    """
    return call1(11, x)

def isinf(x, /):
    """Whether x is infinite.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.isinf(0.5)
    False
    """
    return call1(12, x)

def isfinite(x, /):
    """Whether x is neither infinite nor NaN.

    Operands are numbers; the result is a bool and has no derivative.

    Raises:
        OperandError: an operand is not a real number.

    >>> cr.isfinite(0.5)
    True
    """
    return call1(13, x)

def maximum(x, y, /):
    """The larger of x and y; NaN if either is.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x = y, where both partials are 1/2.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.maximum(0.5, 2.0), 6)
    2.0
    """
    return call2(14, x, y)

def minimum(x, y, /):
    """The smaller of x and y; NaN if either is.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x = y, where both partials are 1/2.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.minimum(0.5, 2.0), 6)
    0.5
    """
    return call2(15, x, y)

def fmax(x, y, /):
    """The larger of x and y, the other one where one is NaN.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x = y, where both partials are 1/2.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.fmax(0.5, 2.0), 6)
    2.0
    """
    return call2(16, x, y)

def fmin(x, y, /):
    """The smaller of x and y, the other one where one is NaN.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x = y, where both partials are 1/2.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.fmin(0.5, 2.0), 6)
    0.5
    """
    return call2(17, x, y)

def clip(x, min = None, max = None):
    """x limited to the interval from min to max.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x at a bound, where the derivative in x is 0.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.clip(0.5, 0.0, 1.0), 6)
    0.5
    """
    return call(18, (x, -math.inf if min is None else min, math.inf if max is None else max,))

def where(condition, x, y, /):
    """x where the condition holds, y elsewhere. What is not chosen has no part in the derivative, not even as 0 times infinity.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.where(1.0, 2.0, 3.0), 6)
    2.0
    """
    return call(19, (condition, x, y,))

def relu(x, /):
    """x where x is positive, 0 elsewhere.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x = 0, where the derivative is 0.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.relu(0.5), 6)
    0.5
    """
    return call1(20, x)

def floor(x, /):
    """Largest integer not greater than x. Its derivative is 0.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: where it jumps.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.floor(-1.7), 6)
    -2.0
    """
    return call1(21, x)

def ceil(x, /):
    """Smallest integer not less than x. Its derivative is 0.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: where it jumps.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.ceil(-1.7), 6)
    -1.0
    """
    return call1(22, x)

def trunc(x, /):
    """x without its fractional part. Its derivative is 0.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: where it jumps.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.trunc(-1.7), 6)
    -1.0
    """
    return call1(23, x)

def rint(x, /):
    """Integer nearest to x, the even one of two. Its derivative is 0.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: where it jumps.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.rint(-1.7), 6)
    -2.0
    """
    return call1(24, x)

def round(x, decimals = 0.0):
    """x rounded to the given number of decimals, a tie to the even digit. Its derivative is 0.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: where it jumps.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.round(2.567, 1.0), 6)
    2.6
    """
    return call(25, (x, decimals,))

def add(x, y, /):
    """Sum of x and y.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.add(0.5, 2.0), 6)
    2.5
    """
    return call2(26, x, y)

def subtract(x, y, /):
    """Difference of x and y.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.subtract(0.5, 2.0), 6)
    -1.5
    """
    return call2(27, x, y)

def multiply(x, y, /):
    """Product of x and y.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.multiply(0.5, 2.0), 6)
    1.0
    """
    return call2(28, x, y)

def divide(x, y, /):
    """Quotient of x and y.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.divide(0.5, 2.0), 6)
    0.25
    """
    return call2(29, x, y)

def negative(x, /):
    """x with its sign changed.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.negative(0.5), 6)
    -0.5
    """
    return call1(30, x)

def positive(x, /):
    """x itself.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.positive(0.5), 6)
    0.5
    """
    return call1(31, x)

def reciprocal(x, /):
    """One divided by x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.reciprocal(0.5), 6)
    2.0
    """
    return call1(32, x)

def square(x, /):
    """x times x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.square(0.5), 6)
    0.25
    """
    return call1(33, x)

def sqrt(x, /):
    """Square root of x; NaN for negative x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.sqrt(2.0), 6)
    1.414214
    """
    return call1(34, x)

def cbrt(x, /):
    """Cube root of x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.cbrt(2.0), 6)
    1.259921
    """
    return call1(35, x)

def hypot(x, y, /):
    """Length sqrt(x**2 + y**2), without overflow on the way.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: (0, 0), where both partials are 0.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.hypot(0.5, 2.0), 6)
    2.061553
    """
    return call2(36, x, y)

def power(x, y, /):
    """x to the power y; NaN for negative x and fractional y.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.power(2.0, 3.0), 6)
    8.0
    """
    return call2(37, x, y)

def pow(x, y, /):
    """x to the power y; NaN for negative x and fractional y.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``power``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.pow(2.0, 3.0), 6)
    8.0
    """
    return call2(37, x, y)

def floor_divide(x, y, /):
    """Largest integer not greater than x / y. Its derivative is 0.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: every multiple of y.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.floor_divide(7.5, 2.0), 6)
    3.0
    """
    return call2(38, x, y)

def remainder(x, y, /):
    """Remainder of x // y, with the sign of y.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: every multiple of y.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.remainder(7.5, 2.0), 6)
    1.5
    """
    return call2(39, x, y)

def mod(x, y, /):
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
    return call2(39, x, y)

def fmod(x, y, /):
    """Remainder of x / y rounded towards zero, with the sign of x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: every multiple of y.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.fmod(-7.5, 2.0), 6)
    -1.5
    """
    return call2(40, x, y)

def copysign(x, y, /):
    """The magnitude of x with the sign of y.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x = 0, where the derivative is 0.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.copysign(0.5, -2.0), 6)
    -0.5
    """
    return call2(41, x, y)

def abs(x, /):
    """Magnitude of x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x = 0, where the derivative is 0.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.abs(-2.0), 6)
    2.0
    """
    return call1(42, x)

def absolute(x, /):
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
    return call1(42, x)

def sign(x, /):
    """1 for positive x, -1 for negative x, 0 for 0. Its derivative is 0.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: x = 0.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.sign(-2.0), 6)
    -1.0
    """
    return call1(43, x)

def exp(x, /):
    """e to the power x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.exp(0.5), 6)
    1.648721
    """
    return call1(44, x)

def exp2(x, /):
    """2 to the power x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.exp2(0.5), 6)
    1.414214
    """
    return call1(45, x)

def expm1(x, /):
    """exp(x) - 1, accurate near 0.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.expm1(0.5), 6)
    0.648721
    """
    return call1(46, x)

def log(x, /):
    """Natural logarithm of x; NaN for negative x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.log(2.0), 6)
    0.693147
    """
    return call1(47, x)

def log2(x, /):
    """Logarithm of x to base 2; NaN for negative x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.log2(2.0), 6)
    1.0
    """
    return call1(48, x)

def log10(x, /):
    """Logarithm of x to base 10; NaN for negative x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.log10(2.0), 6)
    0.30103
    """
    return call1(49, x)

def log1p(x, /):
    """log(1 + x), accurate near 0; NaN for x below -1.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.log1p(0.5), 6)
    0.405465
    """
    return call1(50, x)

def sigmoid(x, /):
    """Logistic function 1/(1 + exp(-x)).

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.sigmoid(0.5), 6)
    0.622459
    """
    return call1(51, x)

def logaddexp(x, y, /):
    """log(exp(x) + exp(y)), without overflow on the way.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.logaddexp(0.5, 2.0), 6)
    2.201413
    """
    return call2(52, x, y)

def logaddexp2(x, y, /):
    """log2(2**x + 2**y), without overflow on the way.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.logaddexp2(0.5, 2.0), 6)
    2.436752
    """
    return call2(53, x, y)

def sin(x, /):
    """Sine of x, in radians.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.sin(0.5), 6)
    0.479426
    """
    return call1(54, x)

def cos(x, /):
    """Cosine of x, in radians.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.cos(0.5), 6)
    0.877583
    """
    return call1(55, x)

def tan(x, /):
    """Tangent of x, in radians.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.tan(0.5), 6)
    0.546302
    """
    return call1(56, x)

def arcsin(x, /):
    """Angle in radians whose sine is x, in [-pi/2, pi/2]; NaN outside [-1, 1].

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.arcsin(0.5), 6)
    0.523599
    """
    return call1(57, x)

def asin(x, /):
    """Angle in radians whose sine is x, in [-pi/2, pi/2]; NaN outside [-1, 1].

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``arcsin``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.asin(0.5), 6)
    0.523599
    """
    return call1(57, x)

def arccos(x, /):
    """Angle in radians whose cosine is x, in [0, pi]; NaN outside [-1, 1].

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.arccos(0.5), 6)
    1.047198
    """
    return call1(58, x)

def acos(x, /):
    """Angle in radians whose cosine is x, in [0, pi]; NaN outside [-1, 1].

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``arccos``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.acos(0.5), 6)
    1.047198
    """
    return call1(58, x)

def arctan(x, /):
    """Angle in radians whose tangent is x, in [-pi/2, pi/2].

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.arctan(0.5), 6)
    0.463648
    """
    return call1(59, x)

def atan(x, /):
    """Angle in radians whose tangent is x, in [-pi/2, pi/2].

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``arctan``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.atan(0.5), 6)
    0.463648
    """
    return call1(59, x)

def arctan2(y, x, /):
    """Angle in radians of the point (x, y), in [-pi, pi]; the operands are y, x in that order.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Kinks: (0, 0), where the partials are NaN.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.arctan2(1.0, 2.0), 6)
    0.463648
    """
    return call2(60, y, x)

def atan2(y, x, /):
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
    return call2(60, y, x)

def sinh(x, /):
    """Hyperbolic sine of x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.sinh(0.5), 6)
    0.521095
    """
    return call1(61, x)

def cosh(x, /):
    """Hyperbolic cosine of x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.cosh(0.5), 6)
    1.127626
    """
    return call1(62, x)

def tanh(x, /):
    """Hyperbolic tangent of x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.tanh(0.5), 6)
    0.462117
    """
    return call1(63, x)

def arcsinh(x, /):
    """Inverse hyperbolic sine of x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.arcsinh(0.5), 6)
    0.481212
    """
    return call1(65, x)

def asinh(x, /):
    """Inverse hyperbolic sine of x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``arcsinh``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.asinh(0.5), 6)
    0.481212
    """
    return call1(65, x)

def arccosh(x, /):
    """Inverse hyperbolic cosine of x; NaN for x below 1.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.arccosh(2.0), 6)
    1.316958
    """
    return call1(66, x)

def acosh(x, /):
    """Inverse hyperbolic cosine of x; NaN for x below 1.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``arccosh``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.acosh(2.0), 6)
    1.316958
    """
    return call1(66, x)

def arctanh(x, /):
    """Inverse hyperbolic tangent of x; NaN outside [-1, 1].

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.arctanh(0.5), 6)
    0.549306
    """
    return call1(67, x)

def atanh(x, /):
    """Inverse hyperbolic tangent of x; NaN outside [-1, 1].

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``arctanh``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.atanh(0.5), 6)
    0.549306
    """
    return call1(67, x)

def deg2rad(x, /):
    """Degrees to radians.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.deg2rad(90.0), 6)
    1.570796
    """
    return call1(68, x)

def radians(x, /):
    """Degrees to radians.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``deg2rad``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.radians(90.0), 6)
    1.570796
    """
    return call1(68, x)

def rad2deg(x, /):
    """Radians to degrees.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.rad2deg(0.5), 6)
    28.64789
    """
    return call1(69, x)

def degrees(x, /):
    """Radians to degrees.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Another name of ``rad2deg``.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.degrees(0.5), 6)
    28.64789
    """
    return call1(69, x)

def sinc(x, /):
    """sin(pi x)/(pi x), and 1 at 0: NumPy's normalised sinc. Exactly 0 at the other integers.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.sinc(0.5), 6)
    0.63662
    """
    return call1(72, x)

def softplus(x, /):
    """log(1 + exp(x)), without overflow on the way.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.softplus(0.5), 6)
    0.974077
    """
    return call1(91, x)

def silu(x, /):
    """x * sigmoid(x), also called swish.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.silu(0.5), 6)
    0.31123
    """
    return call1(92, x)

def gelu(x, /):
    """x * Phi(x), with Phi the normal distribution's cumulative function (the exact form).

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.gelu(0.5), 6)
    0.345731
    """
    return call1(93, x)

def erf(x, /):
    """Error function, 2/sqrt(pi) times the integral of exp(-t**2) from 0 to x.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.erf(0.5), 6)
    0.5205
    """
    return call1(94, x)

def erfc(x, /):
    """1 - erf(x), accurate where erf(x) is near 1.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.erfc(0.5), 6)
    0.4795
    """
    return call1(95, x)

def erfinv(x, /):
    """Inverse of erf; infinite at -1 and 1, NaN outside.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.erfinv(0.5), 6)
    0.476936
    """
    return call1(96, x)

def gamma(x, /):
    """Gamma function, (x - 1)! at integers; NaN at negative integers.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.gamma(4.5), 6)
    11.631728
    """
    return call1(97, x)

def gammaln(x, /):
    """Logarithm of the magnitude of the gamma function.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.gammaln(4.5), 6)
    2.453737
    """
    return call1(98, x)

def digamma(x, /):
    """Derivative of gammaln.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.digamma(4.5), 6)
    1.388871
    """
    return call1(99, x)

def polygamma(n, x, /):
    """Derivative of order n of digamma; n is a whole number, not negative, and has no derivative.

    Operands are numbers, NumPy arrays (float64 or float32) or Values of either, and
    broadcast. Of numbers the result is a float, of Values a Value.

    Raises:
        OperandError: an operand is not a real number.

    >>> round(cr.polygamma(1.0, 4.5), 6)
    0.248725
    """
    return call2(100, n, x)
