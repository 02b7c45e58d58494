"""``scipy.special``: the rows by SciPy's names, and what SciPy writes in Python.

>>> import chainrule as cr
>>> round(cr.grad(cr.scipy.special.gammaln)(1.0), 6)
-0.577216
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from ..ops import TABLE, Op, reduce
from ..ops.composed import COMPOSED
from ..ops.elementwise import absolute, exp, log, multiply, sign, subtract
from ..ops.op import foreign_names
from ..ops.reduce import constant
from ..ops.selection import isfinite, where
from ..ops.shape import as_operand, shape_of
from .absent import nearest_in

#: SciPy's ufuncs that are rows.
ROWS = (
    *("erf", "erfc", "erfinv", "erfcinv", "erfcx", "dawsn", "expit", "log_expit", "expm1"),
    *("log1p", "cbrt", "exp2", "gamma", "gammaln", "digamma", "psi", "betaln", "entr"),
    *("xlogy", "xlog1py", "ndtr", "log_ndtr", "ndtri", "expi", "exp1", "expn", "ellipk"),
    *("ellipe", "spence", "gammainc", "gammaincc", "stdtr", "j0", "j1", "y0", "y1", "i0"),
    *("i1", "i0e", "i1e", "k0", "k1", "k0e", "k1e", "jn", "jv", "yv", "iv", "kv", "ive", "kve"),
)


def _function(name: str, row: Op) -> Callable[..., Any]:
    def function(*operands: Any) -> Any:
        if len(operands) != row.arity:
            raise TypeError(f"{name}: takes {row.arity} operands, not {len(operands)}")
        return row(*map(as_operand, operands))

    function.__name__ = function.__qualname__ = name
    fixed = [x for x, partial in zip(row.operands, row.partials, strict=True) if partial is None]
    note = f"\n\nNo derivative in {', '.join(fixed)}: a Value there raises." if fixed else ""
    function.__doc__ = f"{row.doc}{note}"
    return function


_known = foreign_names()
globals().update({name: _function(name, _known[name]) for name in ROWS})
globals().update(COMPOSED)


def logsumexp(
    a: Any, axis: Any = None, b: Any = None, keepdims: bool = False, return_sign: bool = False
) -> Any:
    """log(sum(b * exp(a))), without overflow on the way.

    Args:
        a: an array.
        axis: one axis, several, or all.
        b: weights; they may be negative where ``return_sign`` is.
        keepdims: keep the axes with extent 1.
        return_sign: give the pair of log(abs(sum)) and the sum's sign.

    >>> round(float(logsumexp([1000.0, 1000.0])), 6)
    1000.693147
    """
    a = as_operand(a)
    if b is None and not return_sign:
        return reduce.logsumexp(a, axis, keepdims)
    top = reduce.max(
        where(as_operand(1.0 if b is None else b) != 0, a, -math.inf), axis, None, True
    )
    shift = constant(where(isfinite(top), top, 0.0))
    terms = exp(subtract(a, shift))
    if b is not None:
        terms = where(as_operand(b) != 0, multiply(b, terms), 0.0)
    total = reduce.sum(terms, axis, None, None, keepdims)
    kept = shift if keepdims else reduce.sum(shift, axis)
    if return_sign:
        return log(absolute(total)) + kept, sign(total)
    return log(total) + kept


def softmax(x: Any, axis: Any = None) -> Any:
    """exp(x) / sum(exp(x)) over axes, all by default.

    >>> softmax([0.0, 0.0])
    array([0.5, 0.5])
    """
    x = as_operand(x)
    return reduce.softmax(x, tuple(range(len(shape_of(x)))) if axis is None else axis)


def log_softmax(x: Any, axis: Any = None) -> Any:
    """Logarithm of softmax.

    >>> [round(float(y), 6) for y in log_softmax([0.0, 0.0])]
    [-0.693147, -0.693147]
    """
    x = as_operand(x)
    return subtract(x, reduce.logsumexp(x, axis, True))


def polygamma(n: Any, x: Any) -> Any:
    """Derivative of order n of digamma; n is a whole number, and has no derivative.

    >>> round(float(polygamma(1, 1.0)), 6)
    1.644934
    """
    return TABLE["polygamma"](n, as_operand(x))


def multigammaln(a: Any, d: int) -> Any:
    """Logarithm of the multivariate gamma function of dimension d.

    >>> round(float(multigammaln(3.0, 1)), 6)
    0.693147
    """
    a = as_operand(a)
    total: Any = 0.25 * d * (d - 1) * math.log(math.pi)
    for j in range(d):
        total = total + TABLE["gammaln"](a - 0.5 * j)
    return total


def factorial(n: Any) -> Any:
    """gamma(n + 1).

    >>> float(factorial(3.0))
    6.0
    """
    return TABLE["gamma"](as_operand(n) + 1)


__all__ = [
    *ROWS,
    *COMPOSED,
    "factorial",
    "log_softmax",
    "logsumexp",
    "multigammaln",
    "polygamma",
    "softmax",
]

__getattr__ = nearest_in("cr.scipy.special", __all__)
