"""The truth: every smooth row's function in mpmath, and its derivatives from it."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import mpmath as mp

#: Enough digits for tanh at 800, whose derivative is 1e-694.
DIGITS = 900


def _sinc(x):
    return mp.mpf(1) if x == 0 else mp.sinpi(x) / (mp.pi * x)


def _logaddexp(base):
    def function(x, y):
        return mp.log(mp.power(base, x) + mp.power(base, y)) / mp.log(base)

    return function


FUNCTIONS: dict[str, Callable] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "negative": lambda x: -x,
    "positive": lambda x: x,
    "reciprocal": lambda x: 1 / x,
    "square": lambda x: x * x,
    "sqrt": mp.sqrt,
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    "hypot": lambda x, y: mp.sqrt(x * x + y * y),
    "power": mp.power,
    "remainder": lambda x, y: x - y * mp.floor(x / y),
    "fmod": lambda x, y: x - y * (mp.floor(x / y) if x / y > 0 else mp.ceil(x / y)),
    "copysign": lambda x, y: abs(x) * (1 if y > 0 else -1),
    "abs": abs,
    "exp": mp.exp,
    "exp2": lambda x: mp.power(2, x),
    "expm1": lambda x: mp.exp(x) - 1,
    "log": mp.log,
    "log2": lambda x: mp.log(x, 2),
    "log10": lambda x: mp.log(x, 10),
    "log1p": lambda x: mp.log(1 + x),
    "logaddexp": _logaddexp(mp.e),
    "logaddexp2": _logaddexp(2),
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": mp.tan,
    "arcsin": mp.asin,
    "arccos": mp.acos,
    "arctan": mp.atan,
    "arctan2": mp.atan2,
    "sinh": mp.sinh,
    "cosh": mp.cosh,
    "tanh": mp.tanh,
    "arcsinh": mp.asinh,
    "arccosh": mp.acosh,
    "arctanh": mp.atanh,
    "deg2rad": lambda x: x * mp.pi / 180,
    "rad2deg": lambda x: x * 180 / mp.pi,
    "sinpi": mp.sinpi,
    "cospi": mp.cospi,
    "sech_squared": lambda x: mp.sech(x) ** 2,
    "sinc": _sinc,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
    "silu": lambda x: x / (1 + mp.exp(-x)),
    "gelu": lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2,
    "erf": mp.erf,
    "erfc": mp.erfc,
    "erfinv": mp.erfinv,
    "gamma": mp.gamma,
    "gammaln": lambda x: mp.log(abs(mp.gamma(x))),
    "digamma": mp.digamma,
    "polygamma": lambda n, x: mp.polygamma(int(n), x),
}


def _power_derivative(wrt, x, y):
    x = x or mp.mpf(10) ** -800  # the limit, at the points that tests take
    return {
        (0,): lambda: y * x ** (y - 1),
        (1,): lambda: x**y * mp.log(x),
        (0, 0): lambda: y * (y - 1) * x ** (y - 2),
        (0, 1): lambda: x ** (y - 1) * (1 + y * mp.log(x)),
        (1, 1): lambda: x**y * mp.log(x) ** 2,
    }[wrt]()


def _erfinv_derivative(wrt, x):
    y = mp.erfinv(x)
    first = mp.sqrt(mp.pi) / 2 * mp.exp(y**2)
    return first if len(wrt) == 1 else 2 * y * first**2


def _gamma_derivative(wrt, x):
    psi = mp.digamma(x)
    return mp.gamma(x) * (psi if len(wrt) == 1 else psi**2 + mp.polygamma(1, x))


#: SciPy's special functions, whose series are slow at DIGITS.
SCIPYS: dict[str, Callable] = {
    "j0": lambda x: mp.besselj(0, x),
    "j1": lambda x: mp.besselj(1, x),
    "y0": lambda x: mp.bessely(0, x),
    "y1": lambda x: mp.bessely(1, x),
    "i0": lambda x: mp.besseli(0, x),
    "i1": lambda x: mp.besseli(1, x),
    "k0": lambda x: mp.besselk(0, x),
    "k1": lambda x: mp.besselk(1, x),
    "i0e": lambda x: mp.exp(-abs(x)) * mp.besseli(0, x),
    "i1e": lambda x: mp.exp(-abs(x)) * mp.besseli(1, x),
    "k0e": lambda x: mp.exp(x) * mp.besselk(0, x),
    "k1e": lambda x: mp.exp(x) * mp.besselk(1, x),
    "jv": mp.besselj,
    "yv": mp.bessely,
    "iv": mp.besseli,
    "kv": mp.besselk,
    "ive": lambda v, x: mp.exp(-abs(x)) * mp.besseli(v, x),
    "kve": lambda v, x: mp.exp(x) * mp.besselk(v, x),
    "ndtr": mp.ncdf,
    "log_ndtr": lambda x: mp.log(mp.erfc(-x / mp.sqrt(2)) / 2),
    "ndtri": lambda x: mp.sqrt(2) * mp.erfinv(2 * x - 1),
    "erfcx": lambda x: mp.exp(x * x) * mp.erfc(x),
    "erfcinv": lambda x: mp.erfinv(1 - x),
    "dawsn": lambda x: mp.sqrt(mp.pi) / 2 * mp.exp(-x * x) * mp.erfi(x),
    "expi": mp.ei,
    "exp1": mp.e1,
    "expn": lambda n, x: mp.expint(int(n), x),
    "ellipk": mp.ellipk,
    "ellipe": mp.ellipe,
    "spence": lambda x: mp.polylog(2, 1 - x),
    "log_expit": lambda x: -mp.log(1 + mp.exp(-x)),
    "entr": lambda x: -x * mp.log(x),
    "betaln": lambda a, b: mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b),
    "xlogy": lambda x, y: x * mp.log(y),
    "xlog1py": lambda x, y: x * mp.log(1 + y),
    "gammainc": lambda a, x: mp.gammainc(a, 0, x, regularized=True),
    "stdtr": lambda df, t: (
        (1 + mp.sign(t)) / 2
        - mp.sign(t) * mp.betainc(df / 2, mp.mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2
        if t
        else mp.mpf(1) / 2
    ),
    "gammaincc": lambda a, x: mp.gammainc(a, x, regularized=True),
}
for _name, _function in SCIPYS.items():
    FUNCTIONS[_name] = _function

#: Derivatives by formula where differences of the function are slow or step out of its domain.
DERIVATIVES: dict[str, Callable] = {
    "power": _power_derivative,
    "erfinv": _erfinv_derivative,
    "gamma": _gamma_derivative,
    "gammaln": lambda wrt, x: mp.polygamma(len(wrt) - 1, x),
    "digamma": lambda wrt, x: mp.polygamma(len(wrt), x),
    "polygamma": lambda wrt, n, x: mp.polygamma(int(n) + len(wrt), x),
}

#: Digits for the functions whose series are slow at DIGITS and whose tails are not extreme.
FEWER_DIGITS = {"erfinv": 60, "gamma": 60, "gammaln": 60, "digamma": 60, "polygamma": 60,
                "gelu": 500, "erf": 300, "erfc": 300,
                **dict.fromkeys(SCIPYS, 80), "log_expit": 900, "log_ndtr": 600}  # fmt: skip


@functools.cache
def truth(name: str, point: tuple[float, ...], wrt: tuple[int, ...] = ()) -> mp.mpf:
    """The function at a point, or its derivative with respect to the operands in ``wrt``."""
    with mp.workdps(FEWER_DIGITS.get(name, DIGITS)):
        x = [mp.mpf(number) for number in point]
        if not wrt:
            return +FUNCTIONS[name](*x)
        if name in DERIVATIVES:
            return +DERIVATIVES[name](wrt, *x)
        return +_difference(FUNCTIONS[name], x, wrt)


def _difference(function: Callable, x: list[mp.mpf], wrt: tuple[int, ...]) -> mp.mpf:
    """Central differences with a step so small that their error is far below 1e-40."""
    i, rest = wrt[0], wrt[1:]
    # Relative to the operand, or to the point's size where the operand is 0.
    size = abs(x[i]) if x[i] != 0 else max([abs(other) for other in x] + [mp.mpf("1e-20")])
    step = size * mp.mpf(10) ** -30
    above, below = list(x), list(x)
    above[i] += step
    below[i] -= step

    def lower(y):
        return _difference(function, y, rest) if rest else function(*y)

    if rest and rest[0] == i:
        # The nested difference steps relative to a moved point; the second difference is exact.
        return (function(*above) - 2 * function(*x) + function(*below)) / step**2
    return (lower(above) - lower(below)) / (2 * step)


def ulps(got: float, true: mp.mpf, scale: float) -> float:
    """The error of got in units in the last place of the true result, or of scale if larger."""
    if math.isnan(got):
        return math.inf
    with mp.workdps(60):
        size = max(abs(true), mp.mpf(scale))
        if size >= mp.mpf(2) ** 1024:
            return 0.0 if math.isinf(got) and (got > 0) == (true > 0) else math.inf
        if math.isinf(got):
            return math.inf
        # Below the smallest normal number results may lose all digits, but no more than that.
        size = max(size, mp.mpf(2) ** -1022)
        if abs(true) < mp.mpf(2) ** -1022 and abs(got) < 2.0**-1021:
            return 0.0
        exponent = mp.floor(mp.log(size, 2))
        return float(abs(mp.mpf(got) - true) / mp.mpf(2) ** (exponent - 52))
