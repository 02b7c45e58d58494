"""ptp, average, cov and corrcoef, written with sums."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import reduce
from .arguments import broadcast_shapes, normal_axes, unsupported
from .contract import matmul
from .covered import covers
from .diagonals import diag
from .elementwise import divide, multiply, sqrt, subtract
from .joining import atleast_2d
from .op import TABLE
from .shape import (
    array,
    as_operand,
    astype,
    broadcast_to,
    concatenate,
    expand_dims,
    floating,
    reshape_row,
    shape_of,
    transpose,
)


@covers(kinks="a tie is shared equally")
def ptp(a: Any, axis: Any = None, out: None = None, keepdims: bool = False) -> Any:
    """The largest element less the smallest, over one axis, several or all.

    >>> float(cr.ptp(np.array([3.0, 1.0, 2.0])))
    2.0
    """
    unsupported("ptp", out=out)
    x = as_operand(a)
    return subtract(reduce.max(x, axis, keepdims=keepdims), reduce.min(x, axis, keepdims=keepdims))


@covers()
def average(
    a: Any, axis: Any = None, weights: Any = None, returned: bool = False, *, keepdims: bool = False
) -> Any:
    """The mean with weights, over one axis, several or all; ``returned`` gives their sum too.

    Raises:
        ValueError: weights do not fit the array.
        ZeroDivisionError: they are known, and come to 0.

    >>> float(cr.average(np.array([1.0, 4.0]), weights=np.array([2.0, 1.0])))
    2.0
    """
    x = floating(a)
    if weights is None:
        mean = reduce.mean(x, axis, keepdims=keepdims)
        if not returned:
            return mean
        axes = normal_axes(axis, len(shape_of(x)), "average")
        count = 1.0
        for i in axes:
            count = multiply(count, shape_of(x)[i])
        return mean, broadcast_to(count, shape_of(mean))
    w = array(as_operand(weights))
    is_one_each = shape_of(w) == shape_of(x)
    if isinstance(w, np.ndarray) and np.any(np.sum(w, axis if is_one_each else None) == 0.0):
        raise ZeroDivisionError("average: the weights come to 0")
    if not is_one_each:
        if axis is None:
            raise TypeError(
                f"average: weights of shape {shape_of(w)} for an array of shape {shape_of(x)} "
                "need an axis"
            )
        axes = normal_axes(axis, len(shape_of(x)), "average")
        if shape_of(w) != tuple(shape_of(x)[i] for i in axes):
            raise ValueError(
                f"average: weights of shape {shape_of(w)} do not fit axes {axes} of {shape_of(x)}"
            )
        w = reshape_row(w, shape=tuple(e if i in axes else 1 for i, e in enumerate(shape_of(x))))
        w = broadcast_to(w, broadcast_shapes("average", shape_of(w), shape_of(x)))
    total = reduce.sum(w, axis, keepdims=keepdims)
    mean = divide(reduce.sum(multiply(x, w), axis, keepdims=keepdims), total)
    return (mean, total) if returned else mean


def _rows(name: str, m: Any, y: Any, rowvar: bool, dtype: Any) -> Any:
    parts = []
    for given in (m, y):
        if given is None:
            continue
        x = floating(given)
        if len(shape_of(x)) > 2:
            raise ValueError(f"{name}: needs a matrix or a vector, not shape {shape_of(x)}")
        x = astype(x, dtype)
        vector = len(shape_of(x)) < 2
        x = atleast_2d(x)
        parts.append(x if rowvar or vector else transpose(x))
    return concatenate(parts, 0) if len(parts) > 1 else parts[0]


@covers()
def cov(
    m: Any,
    y: Any = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: Any = None,
    fweights: Any = None,
    aweights: Any = None,
    *,
    dtype: Any = None,
) -> Any:
    """The covariance matrix of variables in rows, or in columns with ``rowvar=False``.

    >>> cr.cov(np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]))
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    x = _rows("cov", m, y, rowvar, dtype)
    if ddof is not None and ddof != int(ddof):
        raise ValueError(f"cov: ddof must be a whole number, not {ddof!r}")
    ddof = (0 if bias else 1) if ddof is None else ddof
    weights = None
    for given in fweights, aweights:
        if given is not None:
            w = array(as_operand(given))
            if shape_of(w) != shape_of(x)[1:]:
                raise ValueError(
                    f"cov: weights of shape {shape_of(w)} for {shape_of(x)[1]} observations"
                )
            weights = w if weights is None else multiply(weights, w)
    middle, total = average(x, 1, weights, returned=True)
    centred = subtract(x, expand_dims(middle, 1))
    total = total[0] if shape_of(total) else total
    if weights is None:
        weighted, count = centred, shape_of(x)[1] - ddof
    else:
        weighted = multiply(centred, weights)
        spread = ddof
        if aweights is not None and ddof:
            spread = divide(multiply(ddof, reduce.sum(multiply(weights, aweights))), total)
        count = subtract(total, spread)
    count = max(count, 0) if isinstance(count, int | float) else TABLE["maximum"](count, 0.0)
    out = divide(matmul(centred, transpose(weighted)), count)
    return reshape_row(out, shape=()) if shape_of(out) == (1, 1) else out


@covers()
def corrcoef(x: Any, y: Any = None, rowvar: bool = True, *, dtype: Any = None) -> Any:
    """Correlation coefficients of variables in rows, or in columns with ``rowvar=False``.

    >>> cr.corrcoef(np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]))
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    c = cov(x, y, rowvar, dtype=dtype)
    if shape_of(c) == ():
        return divide(c, c)
    deviation = sqrt(diag(c))
    scaled = divide(divide(c, expand_dims(deviation, 1)), expand_dims(deviation, 0))
    return TABLE["clip"](scaled, -1.0, 1.0)
