"""Printed from the op table by tools/print_rows.py; edit the rows, not this file.

The methods and operators of ``Value`` in the build without a compiler.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from . import kernels

if TYPE_CHECKING:
    from ..plain import Value

Operand = Any
"""A number, or a Value."""


class Methods:
    """What ``Value`` can do, a method a row."""

    __slots__ = ()
    _call: Callable[..., Any]
    _operator: Callable[..., Any]

    def __add__(self, other: Operand) -> Value:
        return self._operator(kernels.ADD, self, other)

    def __radd__(self, other: Operand) -> Value:
        return self._operator(kernels.ADD, other, self)

    def __sub__(self, other: Operand) -> Value:
        return self._operator(kernels.SUBTRACT, self, other)

    def __rsub__(self, other: Operand) -> Value:
        return self._operator(kernels.SUBTRACT, other, self)

    def __mul__(self, other: Operand) -> Value:
        return self._operator(kernels.MULTIPLY, self, other)

    def __rmul__(self, other: Operand) -> Value:
        return self._operator(kernels.MULTIPLY, other, self)

    def __truediv__(self, other: Operand) -> Value:
        return self._operator(kernels.DIVIDE, self, other)

    def __rtruediv__(self, other: Operand) -> Value:
        return self._operator(kernels.DIVIDE, other, self)

    def __floordiv__(self, other: Operand) -> Value:
        return self._operator(kernels.FLOOR_DIVIDE, self, other)

    def __rfloordiv__(self, other: Operand) -> Value:
        return self._operator(kernels.FLOOR_DIVIDE, other, self)

    def __mod__(self, other: Operand) -> Value:
        return self._operator(kernels.REMAINDER, self, other)

    def __rmod__(self, other: Operand) -> Value:
        return self._operator(kernels.REMAINDER, other, self)

    def __neg__(self) -> Value:
        return self._call(kernels.NEGATIVE, (self,))

    def __pos__(self) -> Value:
        return self._call(kernels.POSITIVE, (self,))

    def __abs__(self) -> Value:
        return self._call(kernels.ABS, (self,))

    def __floor__(self) -> Value:
        return self._call(kernels.FLOOR, (self,))

    def __ceil__(self) -> Value:
        return self._call(kernels.CEIL, (self,))

    def __trunc__(self) -> Value:
        return self._call(kernels.TRUNC, (self,))

    def maximum(self, y: Operand, /) -> Value:
        """``cr.maximum`` of this Value: The larger of x and y; NaN if either is."""
        return self._call(kernels.MAXIMUM, (self, y,))

    def minimum(self, y: Operand, /) -> Value:
        """``cr.minimum`` of this Value: The smaller of x and y; NaN if either is."""
        return self._call(kernels.MINIMUM, (self, y,))

    def fmax(self, y: Operand, /) -> Value:
        """``cr.fmax`` of this Value: The larger of x and y, the other one where one is NaN."""
        return self._call(kernels.FMAX, (self, y,))

    def fmin(self, y: Operand, /) -> Value:
        """``cr.fmin`` of this Value: The smaller of x and y, the other one where one is NaN."""
        return self._call(kernels.FMIN, (self, y,))

    def clip(self, min: Operand | None = None, max: Operand | None = None) -> Value:
        """``cr.clip`` of this Value: x limited to the interval from min to max."""
        return self._call(kernels.CLIP, (self, -math.inf if min is None else min, math.inf if max is None else max,))

    def relu(self) -> Value:
        """``cr.relu`` of this Value: x where x is positive, 0 elsewhere."""
        return self._call(kernels.RELU, (self,))

    def floor(self) -> Value:
        """``cr.floor`` of this Value: Largest integer not greater than x. Its derivative is 0."""
        return self._call(kernels.FLOOR, (self,))

    def ceil(self) -> Value:
        """``cr.ceil`` of this Value: Smallest integer not less than x. Its derivative is 0."""
        return self._call(kernels.CEIL, (self,))

    def trunc(self) -> Value:
        """``cr.trunc`` of this Value: x without its fractional part. Its derivative is 0."""
        return self._call(kernels.TRUNC, (self,))

    def rint(self) -> Value:
        """``cr.rint`` of this Value: Integer nearest to x, the even one of two. Its derivative is 0."""
        return self._call(kernels.RINT, (self,))

    def round(self, decimals: Operand = 0.0) -> Value:
        """``cr.round`` of this Value: x rounded to the given number of decimals, a tie to the even digit. Its derivative is 0."""
        return self._call(kernels.ROUND, (self, decimals,))

    def add(self, y: Operand, /) -> Value:
        """``cr.add`` of this Value: Sum of x and y."""
        return self._call(kernels.ADD, (self, y,))

    def subtract(self, y: Operand, /) -> Value:
        """``cr.subtract`` of this Value: Difference of x and y."""
        return self._call(kernels.SUBTRACT, (self, y,))

    def multiply(self, y: Operand, /) -> Value:
        """``cr.multiply`` of this Value: Product of x and y."""
        return self._call(kernels.MULTIPLY, (self, y,))

    def divide(self, y: Operand, /) -> Value:
        """``cr.divide`` of this Value: Quotient of x and y."""
        return self._call(kernels.DIVIDE, (self, y,))

    def negative(self) -> Value:
        """``cr.negative`` of this Value: x with its sign changed."""
        return self._call(kernels.NEGATIVE, (self,))

    def positive(self) -> Value:
        """``cr.positive`` of this Value: x itself."""
        return self._call(kernels.POSITIVE, (self,))

    def reciprocal(self) -> Value:
        """``cr.reciprocal`` of this Value: One divided by x."""
        return self._call(kernels.RECIPROCAL, (self,))

    def square(self) -> Value:
        """``cr.square`` of this Value: x times x."""
        return self._call(kernels.SQUARE, (self,))

    def sqrt(self) -> Value:
        """``cr.sqrt`` of this Value: Square root of x; NaN for negative x."""
        return self._call(kernels.SQRT, (self,))

    def cbrt(self) -> Value:
        """``cr.cbrt`` of this Value: Cube root of x."""
        return self._call(kernels.CBRT, (self,))

    def hypot(self, y: Operand, /) -> Value:
        """``cr.hypot`` of this Value: Length sqrt(x**2 + y**2), without overflow on the way."""
        return self._call(kernels.HYPOT, (self, y,))

    def power(self, y: Operand, /) -> Value:
        """``cr.power`` of this Value: x to the power y; NaN for negative x and fractional y."""
        return self._call(kernels.POWER, (self, y,))

    def pow(self, y: Operand, /) -> Value:
        """``cr.pow`` of this Value: x to the power y; NaN for negative x and fractional y."""
        return self._call(kernels.POWER, (self, y,))

    def floor_divide(self, y: Operand, /) -> Value:
        """``cr.floor_divide`` of this Value: Largest integer not greater than x / y. Its derivative is 0."""
        return self._call(kernels.FLOOR_DIVIDE, (self, y,))

    def remainder(self, y: Operand, /) -> Value:
        """``cr.remainder`` of this Value: Remainder of x // y, with the sign of y."""
        return self._call(kernels.REMAINDER, (self, y,))

    def mod(self, y: Operand, /) -> Value:
        """``cr.mod`` of this Value: Remainder of x // y, with the sign of y."""
        return self._call(kernels.REMAINDER, (self, y,))

    def fmod(self, y: Operand, /) -> Value:
        """``cr.fmod`` of this Value: Remainder of x / y rounded towards zero, with the sign of x."""
        return self._call(kernels.FMOD, (self, y,))

    def copysign(self, y: Operand, /) -> Value:
        """``cr.copysign`` of this Value: The magnitude of x with the sign of y."""
        return self._call(kernels.COPYSIGN, (self, y,))

    def abs(self) -> Value:
        """``cr.abs`` of this Value: Magnitude of x."""
        return self._call(kernels.ABS, (self,))

    def absolute(self) -> Value:
        """``cr.absolute`` of this Value: Magnitude of x."""
        return self._call(kernels.ABS, (self,))

    def sign(self) -> Value:
        """``cr.sign`` of this Value: 1 for positive x, -1 for negative x, 0 for 0. Its derivative is 0."""
        return self._call(kernels.SIGN, (self,))

    def exp(self) -> Value:
        """``cr.exp`` of this Value: e to the power x."""
        return self._call(kernels.EXP, (self,))

    def exp2(self) -> Value:
        """``cr.exp2`` of this Value: 2 to the power x."""
        return self._call(kernels.EXP2, (self,))

    def expm1(self) -> Value:
        """``cr.expm1`` of this Value: exp(x) - 1, accurate near 0."""
        return self._call(kernels.EXPM1, (self,))

    def log(self) -> Value:
        """``cr.log`` of this Value: Natural logarithm of x; NaN for negative x."""
        return self._call(kernels.LOG, (self,))

    def log2(self) -> Value:
        """``cr.log2`` of this Value: Logarithm of x to base 2; NaN for negative x."""
        return self._call(kernels.LOG2, (self,))

    def log10(self) -> Value:
        """``cr.log10`` of this Value: Logarithm of x to base 10; NaN for negative x."""
        return self._call(kernels.LOG10, (self,))

    def log1p(self) -> Value:
        """``cr.log1p`` of this Value: log(1 + x), accurate near 0; NaN for x below -1."""
        return self._call(kernels.LOG1P, (self,))

    def sigmoid(self) -> Value:
        """``cr.sigmoid`` of this Value: Logistic function 1/(1 + exp(-x))."""
        return self._call(kernels.SIGMOID, (self,))

    def logaddexp(self, y: Operand, /) -> Value:
        """``cr.logaddexp`` of this Value: log(exp(x) + exp(y)), without overflow on the way."""
        return self._call(kernels.LOGADDEXP, (self, y,))

    def logaddexp2(self, y: Operand, /) -> Value:
        """``cr.logaddexp2`` of this Value: log2(2**x + 2**y), without overflow on the way."""
        return self._call(kernels.LOGADDEXP2, (self, y,))

    def sin(self) -> Value:
        """``cr.sin`` of this Value: Sine of x, in radians."""
        return self._call(kernels.SIN, (self,))

    def cos(self) -> Value:
        """``cr.cos`` of this Value: Cosine of x, in radians."""
        return self._call(kernels.COS, (self,))

    def tan(self) -> Value:
        """``cr.tan`` of this Value: Tangent of x, in radians."""
        return self._call(kernels.TAN, (self,))

    def arcsin(self) -> Value:
        """``cr.arcsin`` of this Value: Angle in radians whose sine is x, in [-pi/2, pi/2]; NaN outside [-1, 1]."""
        return self._call(kernels.ARCSIN, (self,))

    def asin(self) -> Value:
        """``cr.asin`` of this Value: Angle in radians whose sine is x, in [-pi/2, pi/2]; NaN outside [-1, 1]."""
        return self._call(kernels.ARCSIN, (self,))

    def arccos(self) -> Value:
        """``cr.arccos`` of this Value: Angle in radians whose cosine is x, in [0, pi]; NaN outside [-1, 1]."""
        return self._call(kernels.ARCCOS, (self,))

    def acos(self) -> Value:
        """``cr.acos`` of this Value: Angle in radians whose cosine is x, in [0, pi]; NaN outside [-1, 1]."""
        return self._call(kernels.ARCCOS, (self,))

    def arctan(self) -> Value:
        """``cr.arctan`` of this Value: Angle in radians whose tangent is x, in [-pi/2, pi/2]."""
        return self._call(kernels.ARCTAN, (self,))

    def atan(self) -> Value:
        """``cr.atan`` of this Value: Angle in radians whose tangent is x, in [-pi/2, pi/2]."""
        return self._call(kernels.ARCTAN, (self,))

    def arctan2(self, x: Operand, /) -> Value:
        """``cr.arctan2`` of this Value: Angle in radians of the point (x, y), in [-pi, pi]; the operands are y, x in that order."""
        return self._call(kernels.ARCTAN2, (self, x,))

    def atan2(self, x: Operand, /) -> Value:
        """``cr.atan2`` of this Value: Angle in radians of the point (x, y), in [-pi, pi]; the operands are y, x in that order."""
        return self._call(kernels.ARCTAN2, (self, x,))

    def sinh(self) -> Value:
        """``cr.sinh`` of this Value: Hyperbolic sine of x."""
        return self._call(kernels.SINH, (self,))

    def cosh(self) -> Value:
        """``cr.cosh`` of this Value: Hyperbolic cosine of x."""
        return self._call(kernels.COSH, (self,))

    def tanh(self) -> Value:
        """``cr.tanh`` of this Value: Hyperbolic tangent of x."""
        return self._call(kernels.TANH, (self,))

    def arcsinh(self) -> Value:
        """``cr.arcsinh`` of this Value: Inverse hyperbolic sine of x."""
        return self._call(kernels.ARCSINH, (self,))

    def asinh(self) -> Value:
        """``cr.asinh`` of this Value: Inverse hyperbolic sine of x."""
        return self._call(kernels.ARCSINH, (self,))

    def arccosh(self) -> Value:
        """``cr.arccosh`` of this Value: Inverse hyperbolic cosine of x; NaN for x below 1."""
        return self._call(kernels.ARCCOSH, (self,))

    def acosh(self) -> Value:
        """``cr.acosh`` of this Value: Inverse hyperbolic cosine of x; NaN for x below 1."""
        return self._call(kernels.ARCCOSH, (self,))

    def arctanh(self) -> Value:
        """``cr.arctanh`` of this Value: Inverse hyperbolic tangent of x; NaN outside [-1, 1]."""
        return self._call(kernels.ARCTANH, (self,))

    def atanh(self) -> Value:
        """``cr.atanh`` of this Value: Inverse hyperbolic tangent of x; NaN outside [-1, 1]."""
        return self._call(kernels.ARCTANH, (self,))

    def deg2rad(self) -> Value:
        """``cr.deg2rad`` of this Value: Degrees to radians."""
        return self._call(kernels.DEG2RAD, (self,))

    def radians(self) -> Value:
        """``cr.radians`` of this Value: Degrees to radians."""
        return self._call(kernels.DEG2RAD, (self,))

    def rad2deg(self) -> Value:
        """``cr.rad2deg`` of this Value: Radians to degrees."""
        return self._call(kernels.RAD2DEG, (self,))

    def degrees(self) -> Value:
        """``cr.degrees`` of this Value: Radians to degrees."""
        return self._call(kernels.RAD2DEG, (self,))

    def sinc(self) -> Value:
        """``cr.sinc`` of this Value: sin(pi x)/(pi x), and 1 at 0: NumPy's normalised sinc. Exactly 0 at the other integers."""
        return self._call(kernels.SINC, (self,))

    def softplus(self) -> Value:
        """``cr.softplus`` of this Value: log(1 + exp(x)), without overflow on the way."""
        return self._call(kernels.SOFTPLUS, (self,))

    def silu(self) -> Value:
        """``cr.silu`` of this Value: x * sigmoid(x), also called swish."""
        return self._call(kernels.SILU, (self,))

    def gelu(self) -> Value:
        """``cr.gelu`` of this Value: x * Phi(x), with Phi the normal distribution's cumulative function (the exact form)."""
        return self._call(kernels.GELU, (self,))

    def erf(self) -> Value:
        """``cr.erf`` of this Value: Error function, 2/sqrt(pi) times the integral of exp(-t**2) from 0 to x."""
        return self._call(kernels.ERF, (self,))

    def erfc(self) -> Value:
        """``cr.erfc`` of this Value: 1 - erf(x), accurate where erf(x) is near 1."""
        return self._call(kernels.ERFC, (self,))

    def erfinv(self) -> Value:
        """``cr.erfinv`` of this Value: Inverse of erf; infinite at -1 and 1, NaN outside."""
        return self._call(kernels.ERFINV, (self,))

    def gamma(self) -> Value:
        """``cr.gamma`` of this Value: Gamma function, (x - 1)! at integers; NaN at negative integers."""
        return self._call(kernels.GAMMA, (self,))

    def gammaln(self) -> Value:
        """``cr.gammaln`` of this Value: Logarithm of the magnitude of the gamma function."""
        return self._call(kernels.GAMMALN, (self,))

    def digamma(self) -> Value:
        """``cr.digamma`` of this Value: Derivative of gammaln."""
        return self._call(kernels.DIGAMMA, (self,))
