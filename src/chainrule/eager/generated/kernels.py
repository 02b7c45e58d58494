"""Printed from the op table by tools/print_rows.py; edit the rows, not this file.

``NAME`` computes the value of an op on plain floats, ``NAME_K`` its partial in operand K from the
result and the operands. ``KERNELS`` is the table of all of them, by code.
"""

import math
from collections.abc import Callable

import numpy as np

from chainrule.ops import elementwise_rows

LEAF = 0
CLOSURE = 1
EQUAL = 2
NOT_EQUAL = 3
LESS = 4
LESS_EQUAL = 5
GREATER = 6
GREATER_EQUAL = 7
LOGICAL_AND = 8
LOGICAL_OR = 9
LOGICAL_NOT = 10
ISNAN = 11
ISINF = 12
ISFINITE = 13
MAXIMUM = 14
MINIMUM = 15
FMAX = 16
FMIN = 17
CLIP = 18
WHERE = 19
RELU = 20
FLOOR = 21
CEIL = 22
TRUNC = 23
RINT = 24
ROUND = 25
ADD = 26
SUBTRACT = 27
MULTIPLY = 28
DIVIDE = 29
NEGATIVE = 30
POSITIVE = 31
RECIPROCAL = 32
SQUARE = 33
SQRT = 34
CBRT = 35
HYPOT = 36
POWER = 37
FLOOR_DIVIDE = 38
REMAINDER = 39
FMOD = 40
COPYSIGN = 41
ABS = 42
SIGN = 43
EXP = 44
EXP2 = 45
EXPM1 = 46
LOG = 47
LOG2 = 48
LOG10 = 49
LOG1P = 50
SIGMOID = 51
LOGADDEXP = 52
LOGADDEXP2 = 53
SIN = 54
COS = 55
TAN = 56
ARCSIN = 57
ARCCOS = 58
ARCTAN = 59
ARCTAN2 = 60
SINH = 61
COSH = 62
TANH = 63
SECH_SQUARED = 64
ARCSINH = 65
ARCCOSH = 66
ARCTANH = 67
DEG2RAD = 68
RAD2DEG = 69
SINPI = 70
COSPI = 71
SINC = 72
J0 = 73
J1 = 74
Y0 = 75
Y1 = 76
I0 = 77
I1 = 78
K0 = 79
K1 = 80
I0E = 81
I1E = 82
K0E = 83
K1E = 84
JV = 85
YV = 86
IV = 87
KV = 88
IVE = 89
KVE = 90
SOFTPLUS = 91
SILU = 92
GELU = 93
ERF = 94
ERFC = 95
ERFINV = 96
GAMMA = 97
GAMMALN = 98
DIGAMMA = 99
POLYGAMMA = 100
NDTR = 101
LOG_NDTR = 102
NDTRI = 103
ERFCX = 104
ERFCINV = 105
DAWSN = 106
EXPI = 107
EXP1 = 108
ELLIPK = 109
ELLIPE = 110
SPENCE = 111
LOG_EXPIT = 112
ENTR = 113
BETALN = 114
XLOGY = 115
XLOG1PY = 116
EXPN = 117
GAMMAINC = 118
GAMMAINCC = 119
STDTR = 120


_ROWS = {op.name: op for op in elementwise_rows()}


def _numpy(name: str, *operands: float) -> float:
    with np.errstate(all="ignore"):
        return float(_ROWS[name].numpy(*map(np.float64, operands)))


def equal(x: float, y: float) -> float:
    return x == y


def not_equal(x: float, y: float) -> float:
    return x != y


def less(x: float, y: float) -> float:
    return x < y


def less_equal(x: float, y: float) -> float:
    return x <= y


def greater(x: float, y: float) -> float:
    return x > y


def greater_equal(x: float, y: float) -> float:
    return x >= y


def logical_and(x: float, y: float) -> float:
    return bool(x) and bool(y)


def logical_or(x: float, y: float) -> float:
    return bool(x) or bool(y)


def logical_not(x: float) -> float:
    return not x


def isnan(x: float) -> float:
    try:
        return math.isnan(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("isnan", x)


def isinf(x: float) -> float:
    try:
        return math.isinf(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("isinf", x)


def isfinite(x: float) -> float:
    try:
        return math.isfinite(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("isfinite", x)


def maximum(x: float, y: float) -> float:
    return (x if ((x >= y) or isnan(x)) else y)


def maximum_0(out: float, x: float, y: float) -> float:
    return (((0.5 if (x == y) else math.nan) if (not (y < x)) else 1.0) if (not (x < y)) else 0.0)


def maximum_1(out: float, x: float, y: float) -> float:
    return (((0.5 if (x == y) else math.nan) if (not (x < y)) else 1.0) if (not (y < x)) else 0.0)


def minimum(x: float, y: float) -> float:
    return (x if ((x <= y) or isnan(x)) else y)


def minimum_0(out: float, x: float, y: float) -> float:
    return (((0.5 if (x == y) else math.nan) if (not (y > x)) else 1.0) if (not (x > y)) else 0.0)


def minimum_1(out: float, x: float, y: float) -> float:
    return (((0.5 if (x == y) else math.nan) if (not (x > y)) else 1.0) if (not (y > x)) else 0.0)


def fmax(x: float, y: float) -> float:
    return _numpy("fmax", x, y)


def fmax_0(out: float, x: float, y: float) -> float:
    t1 = (x == y)
    return ((0.5 if t1 else 1.0) if (((y < x) or t1) or isnan(y)) else 0.0)


def fmax_1(out: float, x: float, y: float) -> float:
    t1 = (x == y)
    return ((0.5 if t1 else 1.0) if (((x < y) or t1) or isnan(x)) else 0.0)


def fmin(x: float, y: float) -> float:
    return _numpy("fmin", x, y)


def fmin_0(out: float, x: float, y: float) -> float:
    t1 = (x == y)
    return ((0.5 if t1 else 1.0) if (((y > x) or t1) or isnan(y)) else 0.0)


def fmin_1(out: float, x: float, y: float) -> float:
    t1 = (x == y)
    return ((0.5 if t1 else 1.0) if (((x > y) or t1) or isnan(x)) else 0.0)


def clip(x: float, lower: float, upper: float) -> float:
    return minimum(maximum(x, lower), upper)


def clip_0(out: float, x: float, lower: float, upper: float) -> float:
    t1 = isnan(out)
    return ((math.nan if t1 else 1.0) if (((lower < x) and (x < upper)) or t1) else 0.0)


def clip_1(out: float, x: float, lower: float, upper: float) -> float:
    return (1.0 if ((x <= lower) and (lower < upper)) else 0.0)


def clip_2(out: float, x: float, lower: float, upper: float) -> float:
    return (1.0 if ((x >= upper) or (lower >= upper)) else 0.0)


def where(condition: float, x: float, y: float) -> float:
    return x if condition else y


def where_1(out: float, condition: float, x: float, y: float) -> float:
    return (1.0 if condition else 0.0)


def where_2(out: float, condition: float, x: float, y: float) -> float:
    return (1.0 if (not condition) else 0.0)


def relu(x: float) -> float:
    return (0.0 if (x <= 0.0) else x)


def relu_0(out: float, x: float) -> float:
    return ((math.nan if isnan(x) else 1.0) if (not (x <= 0.0)) else 0.0)


def floor(x: float) -> float:
    return _numpy("floor", x)


def ceil(x: float) -> float:
    return _numpy("ceil", x)


def trunc(x: float) -> float:
    return _numpy("trunc", x)


def rint(x: float) -> float:
    return _numpy("rint", x)


def round(x: float, decimals: float) -> float:
    t1 = power(10.0, decimals)
    t2 = power(10.0, (-decimals))
    return (rint(x) if (decimals == 0.0) else (divide(rint((x * t1)), t1) if (decimals > 0.0) else (rint(divide(x, t2)) * t2)))


def add(x: float, y: float) -> float:
    return x + y


def add_0(out: float, x: float, y: float) -> float:
    return 1.0


def add_1(out: float, x: float, y: float) -> float:
    return 1.0


def subtract(x: float, y: float) -> float:
    return x - y


def subtract_0(out: float, x: float, y: float) -> float:
    return 1.0


def subtract_1(out: float, x: float, y: float) -> float:
    return -1.0


def multiply(x: float, y: float) -> float:
    return x * y


def multiply_0(out: float, x: float, y: float) -> float:
    return y


def multiply_1(out: float, x: float, y: float) -> float:
    return x


def divide(x: float, y: float) -> float:
    try:
        return x / y
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("divide", x, y)


def divide_0(out: float, x: float, y: float) -> float:
    return reciprocal(y)


def divide_1(out: float, x: float, y: float) -> float:
    return divide((-out), y)


def negative(x: float) -> float:
    return -x


def negative_0(out: float, x: float) -> float:
    return -1.0


def positive(x: float) -> float:
    return x


def positive_0(out: float, x: float) -> float:
    return 1.0


def reciprocal(x: float) -> float:
    return divide(1.0, x)


def reciprocal_0(out: float, x: float) -> float:
    return (-square(out))


def square(x: float) -> float:
    return (x * x)


def square_0(out: float, x: float) -> float:
    return (2.0 * x)


def sqrt(x: float) -> float:
    try:
        return math.sqrt(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("sqrt", x)


def sqrt_0(out: float, x: float) -> float:
    return divide(0.5, out)


def cbrt(x: float) -> float:
    try:
        return math.cbrt(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("cbrt", x)


def cbrt_0(out: float, x: float) -> float:
    return divide(1.0, (3.0 * square(out)))


def hypot(x: float, y: float) -> float:
    try:
        return math.hypot(x, y)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("hypot", x, y)


def hypot_0(out: float, x: float, y: float) -> float:
    return (0.0 if (out == 0.0) else divide(x, out))


def hypot_1(out: float, x: float, y: float) -> float:
    return (0.0 if (out == 0.0) else divide(y, out))


def power(x: float, y: float) -> float:
    try:
        return math.pow(x, y)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("power", x, y)


def power_0(out: float, x: float, y: float) -> float:
    return (0.0 if ((x == 0.0) and (y == 0.0)) else (y * power(x, (y - 1.0))))


def power_1(out: float, x: float, y: float) -> float:
    return ((0.0 if (y > 1.0) else (0.0 - sqrt(x))) if ((x == 0.0) and (y >= 0.0)) else (out * log(x)))


def floor_divide(x: float, y: float) -> float:
    t1 = divide(x, y)
    t2 = fmod(x, y)
    t3 = divide((x - t2), y)
    t4 = ((t3 - 1.0) if ((t2 != 0.0) and ((y < 0.0) != (t2 < 0.0))) else t3)
    t5 = floor(t4)
    return (t1 if (y == 0.0) else (copysign(0.0, t1) if (t4 == 0.0) else ((t5 + 1.0) if ((t4 - t5) > 0.5) else t5)))


def remainder(x: float, y: float) -> float:
    t1 = fmod(x, y)
    return (copysign(0.0, y) if (t1 == 0.0) else ((t1 + y) if ((y < 0.0) != (t1 < 0.0)) else t1))


def remainder_0(out: float, x: float, y: float) -> float:
    return (out if (y == 0.0) else 1.0)


def remainder_1(out: float, x: float, y: float) -> float:
    return (out if (y == 0.0) else (-floor_divide(x, y)))


def fmod(x: float, y: float) -> float:
    try:
        return math.fmod(x, y)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("fmod", x, y)


def fmod_0(out: float, x: float, y: float) -> float:
    return (out if (y == 0.0) else 1.0)


def fmod_1(out: float, x: float, y: float) -> float:
    return (out if (y == 0.0) else (-trunc(divide(x, y))))


def copysign(x: float, y: float) -> float:
    try:
        return math.copysign(x, y)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("copysign", x, y)


def copysign_0(out: float, x: float, y: float) -> float:
    return (sign(x) * copysign(1.0, y))


def abs(x: float) -> float:
    try:
        return math.fabs(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("abs", x)


def abs_0(out: float, x: float) -> float:
    return sign(x)


def sign(x: float) -> float:
    return (1.0 if (x > 0.0) else (-1.0 if (x < 0.0) else (0.0 if (x == 0.0) else x)))


def exp(x: float) -> float:
    try:
        return math.exp(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("exp", x)


def exp_0(out: float, x: float) -> float:
    return out


def exp2(x: float) -> float:
    try:
        return math.exp2(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("exp2", x)


def exp2_0(out: float, x: float) -> float:
    return (0.6931471805599453 * out)


def expm1(x: float) -> float:
    try:
        return math.expm1(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("expm1", x)


def expm1_0(out: float, x: float) -> float:
    return exp(x)


def log(x: float) -> float:
    try:
        return math.log(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("log", x)


def log_0(out: float, x: float) -> float:
    return divide(1.0, (x if (x >= 0.0) else out))


def log2(x: float) -> float:
    try:
        return math.log2(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("log2", x)


def log2_0(out: float, x: float) -> float:
    return (divide(1.0, (0.6931471805599453 * x)) if (x >= 0.0) else out)


def log10(x: float) -> float:
    try:
        return math.log10(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("log10", x)


def log10_0(out: float, x: float) -> float:
    return (divide(1.0, (2.302585092994046 * x)) if (x >= 0.0) else out)


def log1p(x: float) -> float:
    try:
        return math.log1p(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("log1p", x)


def log1p_0(out: float, x: float) -> float:
    return (divide(1.0, (1.0 + x)) if (x >= -1.0) else out)


def sigmoid(x: float) -> float:
    return divide(1.0, (1.0 + exp((-x))))


def sigmoid_0(out: float, x: float) -> float:
    return (out * sigmoid((-x)))


def logaddexp(x: float, y: float) -> float:
    return ((x + 0.6931471805599453) if (x == y) else (maximum(x, y) + log1p(exp((-abs((x - y)))))))


def logaddexp_0(out: float, x: float, y: float) -> float:
    return (0.5 if ((x == y) and isinf(x)) else sigmoid((1.0 * (x - y))))


def logaddexp_1(out: float, x: float, y: float) -> float:
    return (0.5 if ((y == x) and isinf(y)) else sigmoid((1.0 * (y - x))))


def logaddexp2(x: float, y: float) -> float:
    return ((x + 1.0) if (x == y) else (maximum(x, y) + (log1p(exp2((-abs((x - y))))) * 1.4426950408889634)))


def logaddexp2_0(out: float, x: float, y: float) -> float:
    return (0.5 if ((x == y) and isinf(x)) else sigmoid((0.6931471805599453 * (x - y))))


def logaddexp2_1(out: float, x: float, y: float) -> float:
    return (0.5 if ((y == x) and isinf(y)) else sigmoid((0.6931471805599453 * (y - x))))


def sin(x: float) -> float:
    try:
        return math.sin(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("sin", x)


def sin_0(out: float, x: float) -> float:
    return cos(x)


def cos(x: float) -> float:
    try:
        return math.cos(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("cos", x)


def cos_0(out: float, x: float) -> float:
    return (-sin(x))


def tan(x: float) -> float:
    try:
        return math.tan(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("tan", x)


def tan_0(out: float, x: float) -> float:
    return (1.0 + square(out))


def arcsin(x: float) -> float:
    try:
        return math.asin(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("arcsin", x)


def arcsin_0(out: float, x: float) -> float:
    return divide(1.0, sqrt(((1.0 - (x * x)) if (abs(x) < 0.5) else ((1.0 - x) * (1.0 + x)))))


def arccos(x: float) -> float:
    try:
        return math.acos(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("arccos", x)


def arccos_0(out: float, x: float) -> float:
    return divide(-1.0, sqrt(((1.0 - (x * x)) if (abs(x) < 0.5) else ((1.0 - x) * (1.0 + x)))))


def arctan(x: float) -> float:
    try:
        return math.atan(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("arctan", x)


def arctan_0(out: float, x: float) -> float:
    return divide(1.0, (1.0 + square(x)))


def arctan2(y: float, x: float) -> float:
    try:
        return math.atan2(y, x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("arctan2", y, x)


def arctan2_0(out: float, y: float, x: float) -> float:
    t1 = hypot(x, y)
    return divide(divide(x, t1), t1)


def arctan2_1(out: float, y: float, x: float) -> float:
    t1 = hypot(x, y)
    return divide((-divide(y, t1)), t1)


def sinh(x: float) -> float:
    try:
        return math.sinh(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("sinh", x)


def sinh_0(out: float, x: float) -> float:
    return cosh(x)


def cosh(x: float) -> float:
    try:
        return math.cosh(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("cosh", x)


def cosh_0(out: float, x: float) -> float:
    return sinh(x)


def tanh(x: float) -> float:
    try:
        return math.tanh(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("tanh", x)


def tanh_0(out: float, x: float) -> float:
    return sech_squared(x)


def sech_squared(x: float) -> float:
    t1 = exp((-2.0 * abs(x)))
    return divide((4.0 * t1), square((1.0 + t1)))


def sech_squared_0(out: float, x: float) -> float:
    return ((-2.0 * tanh(x)) * out)


def arcsinh(x: float) -> float:
    try:
        return math.asinh(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("arcsinh", x)


def arcsinh_0(out: float, x: float) -> float:
    return divide(1.0, hypot(1.0, x))


def arccosh(x: float) -> float:
    try:
        return math.acosh(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("arccosh", x)


def arccosh_0(out: float, x: float) -> float:
    return divide(1.0, (sqrt((x - 1.0)) * sqrt((x + 1.0))))


def arctanh(x: float) -> float:
    try:
        return math.atanh(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("arctanh", x)


def arctanh_0(out: float, x: float) -> float:
    t1 = abs(x)
    return (divide(1.0, ((1.0 - (x * x)) if (t1 < 0.5) else ((1.0 - x) * (1.0 + x)))) if (t1 <= 1.0) else out)


def deg2rad(x: float) -> float:
    return (x * 0.017453292519943295)


def deg2rad_0(out: float, x: float) -> float:
    return 0.017453292519943295


def rad2deg(x: float) -> float:
    return (x * 57.29577951308232)


def rad2deg_0(out: float, x: float) -> float:
    return 57.29577951308232


def sinpi(x: float) -> float:
    return sin((3.141592653589793 * ((copysign(1.0, (x - (2.0 * rint((0.5 * x))))) - (x - (2.0 * rint((0.5 * x))))) if (abs((x - (2.0 * rint((0.5 * x))))) > 0.5) else (x - (2.0 * rint((0.5 * x)))))))


def sinpi_0(out: float, x: float) -> float:
    return (3.141592653589793 * cospi(x))


def cospi(x: float) -> float:
    return sin((3.141592653589793 * (0.5 - abs((x - (2.0 * rint((0.5 * x))))))))


def cospi_0(out: float, x: float) -> float:
    return (-3.141592653589793 * sinpi(x))


def sinc(x: float) -> float:
    return (1.0 if (x == 0.0) else divide(sinpi(x), (3.141592653589793 * x)))


def sinc_0(out: float, x: float) -> float:
    t1 = square(x)
    return ((x * (-3.289868133696453 + (t1 * (3.246969701133414 + (t1 * (-1.144510944732505 + (t1 * (0.20918278254123832 + (t1 * (-0.023460810354558225 + (t1 * (0.001781145516372851 + (t1 * (-9.766223126318928e-05 + (t1 * (4.049947846619241e-06 + (t1 * (-1.3148481279991983e-07 + (t1 * (3.433076949964284e-09 + (t1 * (-7.365893777096939e-11 + (t1 * 0.0))))))))))))))))))))))) if (abs(x) < 0.4) else divide((cospi(x) - out), x))


def j0(x: float) -> float:
    return _numpy("j0", x)


def j0_0(out: float, x: float) -> float:
    return (-j1(x))


def j1(x: float) -> float:
    return _numpy("j1", x)


def j1_0(out: float, x: float) -> float:
    return (0.5 * (j0(x) - jv(2.0, x)))


def y0(x: float) -> float:
    return _numpy("y0", x)


def y0_0(out: float, x: float) -> float:
    return (-y1(x))


def y1(x: float) -> float:
    return _numpy("y1", x)


def y1_0(out: float, x: float) -> float:
    return (0.5 * (y0(x) - yv(2.0, x)))


def i0(x: float) -> float:
    return _numpy("i0", x)


def i0_0(out: float, x: float) -> float:
    return i1(x)


def i1(x: float) -> float:
    return _numpy("i1", x)


def i1_0(out: float, x: float) -> float:
    return (0.5 * (i0(x) + iv(2.0, x)))


def k0(x: float) -> float:
    return _numpy("k0", x)


def k0_0(out: float, x: float) -> float:
    return (-k1(x))


def k1(x: float) -> float:
    return _numpy("k1", x)


def k1_0(out: float, x: float) -> float:
    return (-0.5 * (k0(x) + kv(2.0, x)))


def i0e(x: float) -> float:
    return _numpy("i0e", x)


def i0e_0(out: float, x: float) -> float:
    return (i1e(x) - (sign(x) * out))


def i1e(x: float) -> float:
    return _numpy("i1e", x)


def i1e_0(out: float, x: float) -> float:
    return ((0.5 * (i0e(x) + ive(2.0, x))) - (sign(x) * out))


def k0e(x: float) -> float:
    return _numpy("k0e", x)


def k0e_0(out: float, x: float) -> float:
    return (out - k1e(x))


def k1e(x: float) -> float:
    return _numpy("k1e", x)


def k1e_0(out: float, x: float) -> float:
    return (out - (0.5 * (k0e(x) + kve(2.0, x))))


def jv(v: float, x: float) -> float:
    return _numpy("jv", v, x)


def jv_1(out: float, v: float, x: float) -> float:
    return (0.5 * (jv((v - 1.0), x) - jv((v + 1.0), x)))


def yv(v: float, x: float) -> float:
    return _numpy("yv", v, x)


def yv_1(out: float, v: float, x: float) -> float:
    return (0.5 * (yv((v - 1.0), x) - yv((v + 1.0), x)))


def iv(v: float, x: float) -> float:
    return _numpy("iv", v, x)


def iv_1(out: float, v: float, x: float) -> float:
    return (0.5 * (iv((v - 1.0), x) + iv((v + 1.0), x)))


def kv(v: float, x: float) -> float:
    return _numpy("kv", v, x)


def kv_1(out: float, v: float, x: float) -> float:
    return (-0.5 * (kv((v - 1.0), x) + kv((v + 1.0), x)))


def ive(v: float, x: float) -> float:
    return _numpy("ive", v, x)


def ive_1(out: float, v: float, x: float) -> float:
    return ((0.5 * (ive((v - 1.0), x) + ive((v + 1.0), x))) - (sign(x) * out))


def kve(v: float, x: float) -> float:
    return _numpy("kve", v, x)


def kve_1(out: float, v: float, x: float) -> float:
    return (out - (0.5 * (kve((v - 1.0), x) + kve((v + 1.0), x))))


def softplus(x: float) -> float:
    return (relu(x) + log1p(exp((-abs(x)))))


def softplus_0(out: float, x: float) -> float:
    return sigmoid(x)


def silu(x: float) -> float:
    return (x * sigmoid(x))


def silu_0(out: float, x: float) -> float:
    return (sigmoid(x) * (1.0 + (x * sigmoid((-x)))))


def gelu(x: float) -> float:
    return ((0.5 * x) * erfc((-0.7071067811865476 * x)))


def gelu_0(out: float, x: float) -> float:
    return ((0.5 * erfc((-0.7071067811865476 * x))) + (x * (0.3989422804014327 * exp((-0.5 * square(x))))))


def erf(x: float) -> float:
    try:
        return math.erf(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("erf", x)


def erf_0(out: float, x: float) -> float:
    return (1.1283791670955126 * exp((-square(x))))


def erfc(x: float) -> float:
    try:
        return math.erfc(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("erfc", x)


def erfc_0(out: float, x: float) -> float:
    return (-1.1283791670955126 * exp((-square(x))))


def erfinv(x: float) -> float:
    return _numpy("erfinv", x)


def erfinv_0(out: float, x: float) -> float:
    return (0.8862269254527579 * exp(square(out)))


def gamma(x: float) -> float:
    try:
        return math.gamma(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("gamma", x)


def gamma_0(out: float, x: float) -> float:
    return (out * digamma(x))


def gammaln(x: float) -> float:
    try:
        return math.lgamma(x)
    except (ValueError, OverflowError, ZeroDivisionError):
        return _numpy("gammaln", x)


def gammaln_0(out: float, x: float) -> float:
    return digamma(x)


def digamma(x: float) -> float:
    return _numpy("digamma", x)


def digamma_0(out: float, x: float) -> float:
    return polygamma(1.0, x)


def polygamma(n: float, x: float) -> float:
    return _numpy("polygamma", n, x)


def polygamma_1(out: float, n: float, x: float) -> float:
    return polygamma((n + 1.0), x)


def ndtr(x: float) -> float:
    return _numpy("ndtr", x)


def ndtr_0(out: float, x: float) -> float:
    return (0.3989422804014327 * exp((-0.5 * square(x))))


def log_ndtr(x: float) -> float:
    return _numpy("log_ndtr", x)


def log_ndtr_0(out: float, x: float) -> float:
    return ((0.3989422804014327 * exp(((-0.5 * square(x)) - out))) if (x > 8.0) else divide(0.7978845608028654, erfcx((-0.7071067811865476 * x))))


def ndtri(x: float) -> float:
    return _numpy("ndtri", x)


def ndtri_0(out: float, x: float) -> float:
    return (2.5066282746310002 * exp((0.5 * square(out))))


def erfcx(x: float) -> float:
    return _numpy("erfcx", x)


def erfcx_0(out: float, x: float) -> float:
    t1 = square(x)
    t2 = divide(1.0, t1)
    return (divide((-0.5641895835477563 * (1.0 + (t2 * (-1.5 + (t2 * (3.75 + (t2 * (-13.125 + (t2 * (59.0625 + (t2 * (-324.84375 + (t2 * (2111.484375 + (t2 * (-15836.1328125 + (t2 * (134607.12890625 + (t2 * (-1278767.724609375 + (t2 * 13427061.108398438))))))))))))))))))))), t1) if (x > 20.0) else (((2.0 * x) * out) - 1.1283791670955126))


def erfcinv(x: float) -> float:
    return _numpy("erfcinv", x)


def erfcinv_0(out: float, x: float) -> float:
    return (-0.8862269254527579 * exp(square(out)))


def dawsn(x: float) -> float:
    return _numpy("dawsn", x)


def dawsn_0(out: float, x: float) -> float:
    return (1.0 - ((2.0 * x) * out))


def expi(x: float) -> float:
    return _numpy("expi", x)


def expi_0(out: float, x: float) -> float:
    return divide(exp(x), x)


def exp1(x: float) -> float:
    return _numpy("exp1", x)


def exp1_0(out: float, x: float) -> float:
    return divide((-exp((-x))), x)


def ellipk(x: float) -> float:
    return _numpy("ellipk", x)


def ellipk_0(out: float, x: float) -> float:
    return ((0.39269908169872414 + (x * (0.44178646691106466 + (x * (0.46019423636569234 + (x * (0.4697816162899776 + (x * (0.47565388649360235 + (x * (0.479617668881049 + (x * (0.48247253595772194 + (x * (0.4846264312075332 + (x * (0.48630916187144824 + (x * (0.4876600206544245 + (x * (0.4887683388831845 + (x * (0.4896940364947057 + (x * (0.49047880257883186 + (x * (0.4911525371977588 + (x * (0.49173724259918467 + (x * 0.4922494688935589)))))))))))))))))))))))))))))) if (abs(x) < 0.1) else divide((divide(ellipe(x), (1.0 - x)) - out), (2.0 * x)))


def ellipe(x: float) -> float:
    return _numpy("ellipe", x)


def ellipe_0(out: float, x: float) -> float:
    return ((-0.39269908169872414 + (x * (-0.14726215563702155 + (x * (-0.09203884727313846 + (x * (-0.0671116594699968 + (x * (-0.05285043183262248 + (x * (-0.04360160626191355 + (x * (-0.03711327199674784 + (x * (-0.032308428747168876 + (x * (-0.02860642128655578 + (x * (-0.025666316876548658 + (x * (-0.023274682803961166 + (x * (-0.021291045064987205 + (x * (-0.019619152103153275 + (x * (-0.018190834711028104 + (x * (-0.016956456641351196 + (x * -0.015879015125598674)))))))))))))))))))))))))))))) if (abs(x) < 0.1) else divide((out - ellipk(x)), (2.0 * x)))


def spence(x: float) -> float:
    return _numpy("spence", x)


def spence_0(out: float, x: float) -> float:
    return (((0.5 * (x - 1.0)) - 1.0) if (abs((x - 1.0)) < 1e-09) else divide(log(x), (1.0 - x)))


def log_expit(x: float) -> float:
    return _numpy("log_expit", x)


def log_expit_0(out: float, x: float) -> float:
    return sigmoid((-x))


def entr(x: float) -> float:
    return _numpy("entr", x)


def entr_0(out: float, x: float) -> float:
    return (((-log(x)) - 1.0) if (x > 0.0) else (math.inf if (x == 0.0) else out))


def betaln(a: float, b: float) -> float:
    return _numpy("betaln", a, b)


def betaln_0(out: float, a: float, b: float) -> float:
    return (digamma(a) - digamma((a + b)))


def betaln_1(out: float, a: float, b: float) -> float:
    return (digamma(b) - digamma((a + b)))


def xlogy(x: float, y: float) -> float:
    return _numpy("xlogy", x, y)


def xlogy_0(out: float, x: float, y: float) -> float:
    return log(y)


def xlogy_1(out: float, x: float, y: float) -> float:
    return (0.0 if ((x == 0.0) and (y == y)) else divide(x, y))


def xlog1py(x: float, y: float) -> float:
    return _numpy("xlog1py", x, y)


def xlog1py_0(out: float, x: float, y: float) -> float:
    return log1p(y)


def xlog1py_1(out: float, x: float, y: float) -> float:
    return (0.0 if ((x == 0.0) and (y == y)) else divide(x, (1.0 + y)))


def expn(n: float, x: float) -> float:
    return _numpy("expn", n, x)


def expn_1(out: float, n: float, x: float) -> float:
    return ((-expn((n - 1.0), x)) if (n >= 1.0) else divide((-(exp((-x)) + out)), x))


def gammainc(a: float, x: float) -> float:
    return _numpy("gammainc", a, x)


def gammainc_1(out: float, a: float, x: float) -> float:
    return (exp(((xlogy((a - 1.0), x) - x) - gammaln(a))) if (x >= 0.0) else out)


def gammaincc(a: float, x: float) -> float:
    return _numpy("gammaincc", a, x)


def gammaincc_1(out: float, a: float, x: float) -> float:
    return ((-exp(((xlogy((a - 1.0), x) - x) - gammaln(a)))) if (x >= 0.0) else out)


def stdtr(df: float, t: float) -> float:
    return _numpy("stdtr", df, t)


def stdtr_1(out: float, df: float, t: float) -> float:
    return exp(((((-0.5 * (df + 1.0)) * log1p(divide(square(t), df))) - betaln((0.5 * df), 0.5)) - (0.5 * log(df))))


#: The name, the value and the partials of every op; None for a partial that is zero or missing.
KERNELS: dict[int, tuple[str, Callable[..., float], tuple[Callable[..., float] | None, ...]]] = {
    2: ("equal", equal, (None, None,)),
    3: ("not_equal", not_equal, (None, None,)),
    4: ("less", less, (None, None,)),
    5: ("less_equal", less_equal, (None, None,)),
    6: ("greater", greater, (None, None,)),
    7: ("greater_equal", greater_equal, (None, None,)),
    8: ("logical_and", logical_and, (None, None,)),
    9: ("logical_or", logical_or, (None, None,)),
    10: ("logical_not", logical_not, (None,)),
    11: ("isnan", isnan, (None,)),
    12: ("isinf", isinf, (None,)),
    13: ("isfinite", isfinite, (None,)),
    14: ("maximum", maximum, (maximum_0, maximum_1,)),
    15: ("minimum", minimum, (minimum_0, minimum_1,)),
    16: ("fmax", fmax, (fmax_0, fmax_1,)),
    17: ("fmin", fmin, (fmin_0, fmin_1,)),
    18: ("clip", clip, (clip_0, clip_1, clip_2,)),
    19: ("where", where, (None, where_1, where_2,)),
    20: ("relu", relu, (relu_0,)),
    21: ("floor", floor, (None,)),
    22: ("ceil", ceil, (None,)),
    23: ("trunc", trunc, (None,)),
    24: ("rint", rint, (None,)),
    25: ("round", round, (None, None,)),
    26: ("add", add, (add_0, add_1,)),
    27: ("subtract", subtract, (subtract_0, subtract_1,)),
    28: ("multiply", multiply, (multiply_0, multiply_1,)),
    29: ("divide", divide, (divide_0, divide_1,)),
    30: ("negative", negative, (negative_0,)),
    31: ("positive", positive, (positive_0,)),
    32: ("reciprocal", reciprocal, (reciprocal_0,)),
    33: ("square", square, (square_0,)),
    34: ("sqrt", sqrt, (sqrt_0,)),
    35: ("cbrt", cbrt, (cbrt_0,)),
    36: ("hypot", hypot, (hypot_0, hypot_1,)),
    37: ("power", power, (power_0, power_1,)),
    38: ("floor_divide", floor_divide, (None, None,)),
    39: ("remainder", remainder, (remainder_0, remainder_1,)),
    40: ("fmod", fmod, (fmod_0, fmod_1,)),
    41: ("copysign", copysign, (copysign_0, None,)),
    42: ("abs", abs, (abs_0,)),
    43: ("sign", sign, (None,)),
    44: ("exp", exp, (exp_0,)),
    45: ("exp2", exp2, (exp2_0,)),
    46: ("expm1", expm1, (expm1_0,)),
    47: ("log", log, (log_0,)),
    48: ("log2", log2, (log2_0,)),
    49: ("log10", log10, (log10_0,)),
    50: ("log1p", log1p, (log1p_0,)),
    51: ("sigmoid", sigmoid, (sigmoid_0,)),
    52: ("logaddexp", logaddexp, (logaddexp_0, logaddexp_1,)),
    53: ("logaddexp2", logaddexp2, (logaddexp2_0, logaddexp2_1,)),
    54: ("sin", sin, (sin_0,)),
    55: ("cos", cos, (cos_0,)),
    56: ("tan", tan, (tan_0,)),
    57: ("arcsin", arcsin, (arcsin_0,)),
    58: ("arccos", arccos, (arccos_0,)),
    59: ("arctan", arctan, (arctan_0,)),
    60: ("arctan2", arctan2, (arctan2_0, arctan2_1,)),
    61: ("sinh", sinh, (sinh_0,)),
    62: ("cosh", cosh, (cosh_0,)),
    63: ("tanh", tanh, (tanh_0,)),
    64: ("sech_squared", sech_squared, (sech_squared_0,)),
    65: ("arcsinh", arcsinh, (arcsinh_0,)),
    66: ("arccosh", arccosh, (arccosh_0,)),
    67: ("arctanh", arctanh, (arctanh_0,)),
    68: ("deg2rad", deg2rad, (deg2rad_0,)),
    69: ("rad2deg", rad2deg, (rad2deg_0,)),
    70: ("sinpi", sinpi, (sinpi_0,)),
    71: ("cospi", cospi, (cospi_0,)),
    72: ("sinc", sinc, (sinc_0,)),
    73: ("j0", j0, (j0_0,)),
    74: ("j1", j1, (j1_0,)),
    75: ("y0", y0, (y0_0,)),
    76: ("y1", y1, (y1_0,)),
    77: ("i0", i0, (i0_0,)),
    78: ("i1", i1, (i1_0,)),
    79: ("k0", k0, (k0_0,)),
    80: ("k1", k1, (k1_0,)),
    81: ("i0e", i0e, (i0e_0,)),
    82: ("i1e", i1e, (i1e_0,)),
    83: ("k0e", k0e, (k0e_0,)),
    84: ("k1e", k1e, (k1e_0,)),
    85: ("jv", jv, (None, jv_1,)),
    86: ("yv", yv, (None, yv_1,)),
    87: ("iv", iv, (None, iv_1,)),
    88: ("kv", kv, (None, kv_1,)),
    89: ("ive", ive, (None, ive_1,)),
    90: ("kve", kve, (None, kve_1,)),
    91: ("softplus", softplus, (softplus_0,)),
    92: ("silu", silu, (silu_0,)),
    93: ("gelu", gelu, (gelu_0,)),
    94: ("erf", erf, (erf_0,)),
    95: ("erfc", erfc, (erfc_0,)),
    96: ("erfinv", erfinv, (erfinv_0,)),
    97: ("gamma", gamma, (gamma_0,)),
    98: ("gammaln", gammaln, (gammaln_0,)),
    99: ("digamma", digamma, (digamma_0,)),
    100: ("polygamma", polygamma, (None, polygamma_1,)),
    101: ("ndtr", ndtr, (ndtr_0,)),
    102: ("log_ndtr", log_ndtr, (log_ndtr_0,)),
    103: ("ndtri", ndtri, (ndtri_0,)),
    104: ("erfcx", erfcx, (erfcx_0,)),
    105: ("erfcinv", erfcinv, (erfcinv_0,)),
    106: ("dawsn", dawsn, (dawsn_0,)),
    107: ("expi", expi, (expi_0,)),
    108: ("exp1", exp1, (exp1_0,)),
    109: ("ellipk", ellipk, (ellipk_0,)),
    110: ("ellipe", ellipe, (ellipe_0,)),
    111: ("spence", spence, (spence_0,)),
    112: ("log_expit", log_expit, (log_expit_0,)),
    113: ("entr", entr, (entr_0,)),
    114: ("betaln", betaln, (betaln_0, betaln_1,)),
    115: ("xlogy", xlogy, (xlogy_0, xlogy_1,)),
    116: ("xlog1py", xlog1py, (xlog1py_0, xlog1py_1,)),
    117: ("expn", expn, (None, expn_1,)),
    118: ("gammainc", gammainc, (None, gammainc_1,)),
    119: ("gammaincc", gammaincc, (None, gammaincc_1,)),
    120: ("stdtr", stdtr, (None, stdtr_1,)),
}
