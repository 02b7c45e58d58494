"""Polynomials by their coefficients: polyval and its like, vander, polyfit."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..errors import UnsupportedFunctionError
from .contract import matmul, outer
from .convolution import convolve
from .covered import covers
from .elementwise import add, divide, multiply, sqrt, subtract
from .index import getitem
from .joining import atleast_1d
from .linalg.determinants import inv
from .linalg.inverses import lstsq
from .reduce import sum as sum_of
from .shape import (
    array,
    as_operand,
    broadcast_to,
    concatenate,
    dtype_of,
    expand_dims,
    filled_like,
    floating,
    shape_of,
    stack,
    transpose,
)


def _coefficients(name: str, p: Any) -> Any:
    x = as_operand(p)
    x = x if shape_of(x) else atleast_1d(array(x))
    if len(shape_of(x)) != 1:
        raise ValueError(f"{name}: coefficients are a vector, not of shape {shape_of(x)}")
    return x


@covers()
def polyval(p: Any, x: Any) -> Any:
    """The polynomial with coefficients p, that of the highest power first, at x.

    >>> float(cr.polyval(np.array([1.0, 0.0, 2.0]), 3.0))
    11.0
    """
    p, x = _coefficients("polyval", p), as_operand(x)
    count = operator.index(shape_of(p)[0])
    if count < 2:  # no x in it: its shape only
        x = filled_like(x, 0.0)
        return add(x, getitem(p, 0)) if count else x
    out = getitem(p, 0)
    for i in range(1, count):
        out = add(multiply(out, x), getitem(p, i))
    return out


def _aligned(name: str, a1: Any, a2: Any) -> tuple[Any, Any]:
    """Coefficients of the same number, with zeros in front of the shorter."""
    parts = [_coefficients(name, a) for a in (a1, a2)]
    counts = [operator.index(shape_of(x)[0]) for x in parts]
    longest = max(counts)
    return tuple(
        concatenate([np.zeros(longest - n, dtype_of(x)), x]) if n < longest else x
        for x, n in zip(parts, counts, strict=True)
    )


@covers()
def polyadd(a1: Any, a2: Any) -> Any:
    """The coefficients of the sum of two polynomials.

    >>> cr.polyadd(np.array([1.0, 2.0]), np.array([3.0]))
    array([1., 5.])
    """
    return add(*_aligned("polyadd", a1, a2))


@covers()
def polysub(a1: Any, a2: Any) -> Any:
    """The coefficients of the difference of two polynomials.

    >>> cr.polysub(np.array([1.0, 2.0]), np.array([3.0]))
    array([ 1., -1.])
    """
    return subtract(*_aligned("polysub", a1, a2))


@covers()
def polymul(a1: Any, a2: Any) -> Any:
    """The coefficients of the product of two polynomials.

    >>> cr.polymul(np.array([1.0, 1.0]), np.array([1.0, -1.0]))
    array([ 1.,  0., -1.])
    """
    return convolve(_coefficients("polymul", a1), _coefficients("polymul", a2))


@covers()
def polyder(p: Any, m: int = 1) -> Any:
    """The coefficients of the m-th derivative of a polynomial.

    >>> cr.polyder(np.array([1.0, 1.0, 1.0]))
    array([2., 1.])
    """
    p = _coefficients("polyder", p)
    if m < 0:
        raise ValueError(f"polyder: the order must not be negative, and is {m}")
    for _ in range(m):
        count = operator.index(shape_of(p)[0])
        powers = np.arange(count - 1, 0, -1.0).astype(dtype_of(p))
        p = multiply(getitem(p, slice(None, -1)), powers)
    return p


@covers()
def polyint(p: Any, m: int = 1, k: Any = None) -> Any:
    """The coefficients of the m-th integral of a polynomial, with constants k, 0 by default.

    >>> cr.polyint(np.array([2.0, 1.0]))
    array([1., 1., 0.])
    """
    p = _coefficients("polyint", p)
    if m < 0:
        raise ValueError(f"polyint: the order must not be negative, and is {m}")
    constants = broadcast_to(_coefficients("polyint", 0.0 if k is None else k), (m,)) if m else None
    for i in range(m):
        count = operator.index(shape_of(p)[0])
        powers = np.arange(count, 0, -1.0).astype(dtype_of(p))
        constant = getitem(constants, slice(i, i + 1))
        p = concatenate([divide(p, powers), constant])
    return p


@covers()
def vander(x: Any, N: Any = None, increasing: bool = False) -> Any:  # noqa: N803, NumPy's name
    """The matrix of powers of x: N columns, by default as many as rows, the highest power first.

    >>> cr.vander(np.array([2.0, 3.0]), 3)
    array([[4., 2., 1.],
           [9., 3., 1.]])
    """
    x = array(as_operand(x))
    if len(shape_of(x)) != 1:
        raise ValueError(f"vander: needs a vector, not shape {shape_of(x)}")
    count = operator.index(shape_of(x)[0] if N is None else N)
    if count < 0:
        raise ValueError(f"vander: the number of columns is {count}, and cannot be negative")
    columns = [filled_like(x, 1.0)]
    while len(columns) < count:
        columns.append(multiply(columns[-1], x) if len(columns) > 1 else x)
    columns = columns[:count]
    if not columns:
        return getitem(expand_dims(x, 1), (slice(None), slice(0)))
    return stack(columns if increasing else columns[::-1], 1)


@covers()
def poly(seq_of_zeros: Any) -> Any:
    """The coefficients of the polynomial with given roots, that of the highest power being 1.

    Raises:
        UnsupportedFunctionError: a matrix is given, whose eigenvalues are the roots.

    >>> cr.poly(np.array([1.0, -1.0]))
    array([ 1.,  0., -1.])
    """
    roots = atleast_1d(array(as_operand(seq_of_zeros)))
    if len(shape_of(roots)) != 1:
        raise UnsupportedFunctionError(
            "poly: a matrix is not supported. Give the roots, as cr.linalg.eigvalsh(a) of a "
            "symmetric one."
        )
    if not operator.index(shape_of(roots)[0]):
        return 1.0
    out: Any = np.ones(1, dtype_of(roots))
    for i in range(operator.index(shape_of(roots)[0])):
        zero = np.zeros(1, dtype_of(roots))
        out = subtract(concatenate([out, zero]), multiply(concatenate([zero, out]), roots[i]))
    return out


@covers(kinks="the derivative is that among matrices of the same rank")
def polyfit(
    x: Any,
    y: Any,
    deg: int,
    rcond: Any = None,
    full: bool = False,
    w: Any = None,
    cov: bool | str = False,
) -> Any:
    """The coefficients of the polynomial of a degree that fits y at x in least squares.

    ``w`` are weights of the residuals. With ``cov`` the covariance of the coefficients comes with
    them; ``full=True`` is not supported, and raises.

    Raises:
        TypeError: x is no vector; y and w do not fit it.
        ValueError: the degree is negative; too few points for ``cov``.

    >>> np.round(cr.polyfit(np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.0, 5.0]), 1), 9)
    array([2., 1.])
    """
    if full:
        raise UnsupportedFunctionError(
            "polyfit: the argument full= is not supported. Write cr.linalg.lstsq of "
            "cr.vander(x, deg + 1)."
        )
    x, y = floating(x), floating(y)
    terms = operator.index(deg) + 1
    if terms < 1:
        raise ValueError(f"polyfit: the degree is {deg}, and cannot be negative")
    if len(shape_of(x)) != 1 or len(shape_of(y)) not in (1, 2) or shape_of(x) != shape_of(y)[:1]:
        raise TypeError(
            f"polyfit: x is a vector, and y of as many rows, not of shapes {shape_of(x)} and "
            f"{shape_of(y)}"
        )
    count = operator.index(shape_of(x)[0])
    if not count:
        raise TypeError("polyfit: there are no points")
    powers, values = vander(x, terms), y
    if w is not None:
        w = floating(w)
        if shape_of(w) != shape_of(x):
            raise TypeError(f"polyfit: weights of shape {shape_of(w)} do not fit x")
        powers = multiply(powers, expand_dims(w, 1))
        values = multiply(y, w if len(shape_of(y)) == 1 else expand_dims(w, 1))
    if rcond is None:
        rcond = count * float(np.finfo(dtype_of(x)).eps)
    scale = sqrt(sum_of(multiply(powers, powers), 0))
    powers = divide(powers, scale)
    solution, rest, *_ = lstsq(powers, values, rcond)
    alone = len(shape_of(y)) == 1
    fitted = divide(solution, scale if alone else expand_dims(scale, 1))
    if not cov:
        return fitted
    base = divide(inv(matmul(transpose(powers), powers)), outer(scale, scale))
    factor: Any = 1.0
    if cov != "unscaled":
        if count <= terms:
            raise ValueError("polyfit: cov needs more points than coefficients, or cov='unscaled'")
        factor = divide(rest, count - terms)
    return fitted, multiply(base if alone else expand_dims(base, -1), factor)
