# Printed from the op table by tools/print_rows.py; edit the rows, not this file.

@cython.auto_pickle(False)
@cython.c_api_binop_methods(True)
cdef class Methods:
    """What ``Value`` can do, a method a row."""

    def __add__(left, right):
        return operator_add(left, right)

    def __sub__(left, right):
        return operator_subtract(left, right)

    def __mul__(left, right):
        return operator_multiply(left, right)

    def __truediv__(left, right):
        return operator_divide(left, right)

    def __floordiv__(left, right):
        return operator2(38, left, right)

    def __mod__(left, right):
        return operator2(39, left, right)

    def __neg__(self):
        return call1(30, self)

    def __pos__(self):
        return call1(31, self)

    def __abs__(self):
        return call1(42, self)

    def __floor__(self):
        return call1(21, self)

    def __ceil__(self):
        return call1(22, self)

    def __trunc__(self):
        return call1(23, self)

    def maximum(self, y, /):
        """``cr.maximum`` of this Value: The larger of x and y; NaN if either is."""
        return call(14, (self, y,))

    def minimum(self, y, /):
        """``cr.minimum`` of this Value: The smaller of x and y; NaN if either is."""
        return call(15, (self, y,))

    def fmax(self, y, /):
        """``cr.fmax`` of this Value: The larger of x and y, the other one where one is NaN."""
        return call(16, (self, y,))

    def fmin(self, y, /):
        """``cr.fmin`` of this Value: The smaller of x and y, the other one where one is NaN."""
        return call(17, (self, y,))

    def clip(self, min = None, max = None):
        """``cr.clip`` of this Value: x limited to the interval from min to max."""
        return call(18, (self, -math.inf if min is None else min, math.inf if max is None else max,))

    def relu(self):
        """``cr.relu`` of this Value: x where x is positive, 0 elsewhere."""
        return call1(20, self)

    def floor(self):
        """``cr.floor`` of this Value: Largest integer not greater than x. Its derivative is 0."""
        return call1(21, self)

    def ceil(self):
        """``cr.ceil`` of this Value: Smallest integer not less than x. Its derivative is 0."""
        return call1(22, self)

    def trunc(self):
        """``cr.trunc`` of this Value: x without its fractional part. Its derivative is 0."""
        return call1(23, self)

    def rint(self):
        """``cr.rint`` of this Value: Integer nearest to x, the even one of two. Its derivative is 0."""
        return call1(24, self)

    def round(self, decimals = 0.0):
        """``cr.round`` of this Value: x rounded to the given number of decimals, a tie to the even digit. Its derivative is 0."""
        return call(25, (self, decimals,))

    def add(self, y, /):
        """``cr.add`` of this Value: Sum of x and y."""
        return call(26, (self, y,))

    def subtract(self, y, /):
        """``cr.subtract`` of this Value: Difference of x and y."""
        return call(27, (self, y,))

    def multiply(self, y, /):
        """``cr.multiply`` of this Value: Product of x and y."""
        return call(28, (self, y,))

    def divide(self, y, /):
        """``cr.divide`` of this Value: Quotient of x and y."""
        return call(29, (self, y,))

    def negative(self):
        """``cr.negative`` of this Value: x with its sign changed."""
        return call1(30, self)

    def positive(self):
        """``cr.positive`` of this Value: x itself."""
        return call1(31, self)

    def reciprocal(self):
        """``cr.reciprocal`` of this Value: One divided by x."""
        return call1(32, self)

    def square(self):
        """``cr.square`` of this Value: x times x."""
        return call1(33, self)

    def sqrt(self):
        """``cr.sqrt`` of this Value: Square root of x; NaN for negative x."""
        return call1(34, self)

    def cbrt(self):
        """``cr.cbrt`` of this Value: Cube root of x."""
        return call1(35, self)

    def hypot(self, y, /):
        """``cr.hypot`` of this Value: Length sqrt(x**2 + y**2), without overflow on the way."""
        return call(36, (self, y,))

    def power(self, y, /):
        """``cr.power`` of this Value: x to the power y; NaN for negative x and fractional y."""
        return call(37, (self, y,))

    def pow(self, y, /):
        """``cr.pow`` of this Value: x to the power y; NaN for negative x and fractional y."""
        return call(37, (self, y,))

    def floor_divide(self, y, /):
        """``cr.floor_divide`` of this Value: Largest integer not greater than x / y. Its derivative is 0."""
        return call(38, (self, y,))

    def remainder(self, y, /):
        """``cr.remainder`` of this Value: Remainder of x // y, with the sign of y."""
        return call(39, (self, y,))

    def mod(self, y, /):
        """``cr.mod`` of this Value: Remainder of x // y, with the sign of y."""
        return call(39, (self, y,))

    def fmod(self, y, /):
        """``cr.fmod`` of this Value: Remainder of x / y rounded towards zero, with the sign of x."""
        return call(40, (self, y,))

    def copysign(self, y, /):
        """``cr.copysign`` of this Value: The magnitude of x with the sign of y."""
        return call(41, (self, y,))

    def abs(self):
        """``cr.abs`` of this Value: Magnitude of x."""
        return call1(42, self)

    def absolute(self):
        """``cr.absolute`` of this Value: Magnitude of x."""
        return call1(42, self)

    def sign(self):
        """``cr.sign`` of this Value: 1 for positive x, -1 for negative x, 0 for 0. Its derivative is 0."""
        return call1(43, self)

    def exp(self):
        """``cr.exp`` of this Value: e to the power x."""
        return call1(44, self)

    def exp2(self):
        """``cr.exp2`` of this Value: 2 to the power x."""
        return call1(45, self)

    def expm1(self):
        """``cr.expm1`` of this Value: exp(x) - 1, accurate near 0."""
        return call1(46, self)

    def log(self):
        """``cr.log`` of this Value: Natural logarithm of x; NaN for negative x."""
        return call1(47, self)

    def log2(self):
        """``cr.log2`` of this Value: Logarithm of x to base 2; NaN for negative x."""
        return call1(48, self)

    def log10(self):
        """``cr.log10`` of this Value: Logarithm of x to base 10; NaN for negative x."""
        return call1(49, self)

    def log1p(self):
        """``cr.log1p`` of this Value: log(1 + x), accurate near 0; NaN for x below -1."""
        return call1(50, self)

    def sigmoid(self):
        """``cr.sigmoid`` of this Value: Logistic function 1/(1 + exp(-x))."""
        return call1(51, self)

    def logaddexp(self, y, /):
        """``cr.logaddexp`` of this Value: log(exp(x) + exp(y)), without overflow on the way."""
        return call(52, (self, y,))

    def logaddexp2(self, y, /):
        """``cr.logaddexp2`` of this Value: log2(2**x + 2**y), without overflow on the way."""
        return call(53, (self, y,))

    def sin(self):
        """``cr.sin`` of this Value: Sine of x, in radians."""
        return call1(54, self)

    def cos(self):
        """``cr.cos`` of this Value: Cosine of x, in radians."""
        return call1(55, self)

    def tan(self):
        """``cr.tan`` of this Value: Tangent of x, in radians."""
        return call1(56, self)

    def arcsin(self):
        """``cr.arcsin`` of this Value: Angle in radians whose sine is x, in [-pi/2, pi/2]; NaN outside [-1, 1]."""
        return call1(57, self)

    def asin(self):
        """``cr.asin`` of this Value: Angle in radians whose sine is x, in [-pi/2, pi/2]; NaN outside [-1, 1]."""
        return call1(57, self)

    def arccos(self):
        """``cr.arccos`` of this Value: Angle in radians whose cosine is x, in [0, pi]; NaN outside [-1, 1]."""
        return call1(58, self)

    def acos(self):
        """``cr.acos`` of this Value: Angle in radians whose cosine is x, in [0, pi]; NaN outside [-1, 1]."""
        return call1(58, self)

    def arctan(self):
        """``cr.arctan`` of this Value: Angle in radians whose tangent is x, in [-pi/2, pi/2]."""
        return call1(59, self)

    def atan(self):
        """``cr.atan`` of this Value: Angle in radians whose tangent is x, in [-pi/2, pi/2]."""
        return call1(59, self)

    def arctan2(self, x, /):
        """``cr.arctan2`` of this Value: Angle in radians of the point (x, y), in [-pi, pi]; the operands are y, x in that order."""
        return call(60, (self, x,))

    def atan2(self, x, /):
        """``cr.atan2`` of this Value: Angle in radians of the point (x, y), in [-pi, pi]; the operands are y, x in that order."""
        return call(60, (self, x,))

    def sinh(self):
        """``cr.sinh`` of this Value: Hyperbolic sine of x."""
        return call1(61, self)

    def cosh(self):
        """``cr.cosh`` of this Value: Hyperbolic cosine of x."""
        return call1(62, self)

    def tanh(self):
        """``cr.tanh`` of this Value: Hyperbolic tangent of x."""
        return call1(63, self)

    def arcsinh(self):
        """``cr.arcsinh`` of this Value: Inverse hyperbolic sine of x."""
        return call1(65, self)

    def asinh(self):
        """``cr.asinh`` of this Value: Inverse hyperbolic sine of x."""
        return call1(65, self)

    def arccosh(self):
        """``cr.arccosh`` of this Value: Inverse hyperbolic cosine of x; NaN for x below 1."""
        return call1(66, self)

    def acosh(self):
        """``cr.acosh`` of this Value: Inverse hyperbolic cosine of x; NaN for x below 1."""
        return call1(66, self)

    def arctanh(self):
        """``cr.arctanh`` of this Value: Inverse hyperbolic tangent of x; NaN outside [-1, 1]."""
        return call1(67, self)

    def atanh(self):
        """``cr.atanh`` of this Value: Inverse hyperbolic tangent of x; NaN outside [-1, 1]."""
        return call1(67, self)

    def deg2rad(self):
        """``cr.deg2rad`` of this Value: Degrees to radians."""
        return call1(68, self)

    def radians(self):
        """``cr.radians`` of this Value: Degrees to radians."""
        return call1(68, self)

    def rad2deg(self):
        """``cr.rad2deg`` of this Value: Radians to degrees."""
        return call1(69, self)

    def degrees(self):
        """``cr.degrees`` of this Value: Radians to degrees."""
        return call1(69, self)

    def sinc(self):
        """``cr.sinc`` of this Value: sin(pi x)/(pi x), and 1 at 0: NumPy's normalised sinc. Exactly 0 at the other integers."""
        return call1(72, self)

    def softplus(self):
        """``cr.softplus`` of this Value: log(1 + exp(x)), without overflow on the way."""
        return call1(91, self)

    def silu(self):
        """``cr.silu`` of this Value: x * sigmoid(x), also called swish."""
        return call1(92, self)

    def gelu(self):
        """``cr.gelu`` of this Value: x * Phi(x), with Phi the normal distribution's cumulative function (the exact form)."""
        return call1(93, self)

    def erf(self):
        """``cr.erf`` of this Value: Error function, 2/sqrt(pi) times the integral of exp(-t**2) from 0 to x."""
        return call1(94, self)

    def erfc(self):
        """``cr.erfc`` of this Value: 1 - erf(x), accurate where erf(x) is near 1."""
        return call1(95, self)

    def erfinv(self):
        """``cr.erfinv`` of this Value: Inverse of erf; infinite at -1 and 1, NaN outside."""
        return call1(96, self)

    def gamma(self):
        """``cr.gamma`` of this Value: Gamma function, (x - 1)! at integers; NaN at negative integers."""
        return call1(97, self)

    def gammaln(self):
        """``cr.gammaln`` of this Value: Logarithm of the magnitude of the gamma function."""
        return call1(98, self)

    def digamma(self):
        """``cr.digamma`` of this Value: Derivative of gammaln."""
        return call1(99, self)
