"""Norms of vectors and matrices, of every order.

At 0, and wherever else it has a kink, a norm has the derivative of least norm: 0 at 0.
"""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

from .. import reduce
from ..arguments import normal_axis, require_plain
from ..covered import covers
from ..elementwise import absolute, power
from ..selection import equal, not_equal, where
from ..shape import astype, dtype_of, floating, moveaxis, reshape_row, shape_of
from .decompositions import svd_row

LEAST = "at 0 the derivative is 0; a tie is shared equally"


def _of_vectors(x: Any, order: Any, axes: tuple[int, ...]) -> Any:
    """The norm over axes taken as one, the axes kept."""
    if order is None or order == 2:
        return reduce.root(reduce.sum(x * x, axes, keepdims=True))
    if order == math.inf:
        return reduce.max(absolute(x), axes, keepdims=True)
    if order == -math.inf:
        return reduce.min(absolute(x), axes, keepdims=True)
    if order == 0:
        return reduce.sum(astype(not_equal(x, 0.0), dtype_of(x)), axes, keepdims=True)
    if order == 1:
        return reduce.sum(absolute(x), axes, keepdims=True)
    sizes = absolute(x)
    # What is 0 has slope 0, whatever the power says.
    powers = where(equal(sizes, 0.0), 0.0 if order > 0 else math.inf, power(sizes, order))
    total = reduce.sum(powers, axes, keepdims=True)
    nothing = equal(total, 0.0) if order > 0 else equal(total, math.inf)
    return where(nothing, 0.0, power(total, 1.0 / order))


def _of_matrices(x: Any, order: Any, rows: int, columns: int) -> Any:
    """The norm over two axes, both kept."""
    if order in (None, "fro", "f"):
        return _of_vectors(x, 2, (rows, columns))
    if order in (1, -1, math.inf, -math.inf):
        summed, chosen = (rows, columns) if abs(order) == 1 else (columns, rows)
        sums = reduce.sum(absolute(x), summed, keepdims=True)
        best = reduce.max if order > 0 else reduce.min
        return best(sums, chosen, keepdims=True)
    s = svd_row(moveaxis(x, (rows, columns), (-2, -1)))[1]
    taken = reduce.sum if order == "nuc" else reduce.max if order > 0 else reduce.min
    return reshape_row(taken(s, -1), shape=reduce.kept(shape_of(x), (rows, columns)))


def _vector_order(order: Any) -> None:
    if isinstance(order, str) or (order is not None and not isinstance(order, Real)):
        raise ValueError(f"norm: {order!r} is no order of a norm of vectors")


def _matrix_order(order: Any) -> None:
    known = (None, "fro", "f", "nuc", 1, -1, 2, -2, math.inf, -math.inf)
    if not any(order is k or (type(order) is not bool and order == k) for k in known):
        raise ValueError(f"norm: {order!r} is no order of a norm of matrices")


@covers("linalg.norm", kinks=LEAST)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Any:
    """The norm of vectors over one axis, or of matrices over two, of all of NumPy's orders.

    Without an axis it is that of the vector or matrix x; without an order the root of the sum of
    all squares.

    Raises:
        ValueError: the order does not exist for vectors, or for matrices; more than two axes.

    >>> float(cr.linalg.norm(np.array([3.0, 4.0])))
    5.0
    >>> cr.grad(cr.linalg.norm)(np.zeros(2))
    array([0., 0.])
    """
    require_plain("norm", "ord", ord)
    x = floating(x)
    rank = len(shape_of(x))
    if axis is None:
        if ord is None or (ord in ("f", "fro") and rank == 2) or (ord == 2 and rank == 1):
            axes = tuple(range(rank))
            return _finished(_of_vectors(x, 2, axes), x, axes, keepdims)
        if rank not in (1, 2):
            raise ValueError(f"norm: an array of shape {shape_of(x)} needs an axis, or two")
        axes = tuple(range(rank))
    else:
        given = axis if isinstance(axis, tuple | list) else (axis,)
        axes = tuple(normal_axis(a, rank, "norm") for a in given)
    if len(axes) == 1:
        _vector_order(ord)
        return _finished(_of_vectors(x, ord, axes), x, axes, keepdims)
    if len(axes) != 2:
        raise ValueError(f"norm: takes one axis or two, not {axis!r}")
    if axes[0] == axes[1]:
        raise ValueError("norm: the two axes are the same")
    _matrix_order(ord)
    return _finished(_of_matrices(x, ord, *axes), x, axes, keepdims)


def _finished(out: Any, x: Any, axes: tuple[int, ...], keepdims: bool) -> Any:
    if keepdims:
        return out
    rest = tuple(e for i, e in enumerate(shape_of(x)) if i not in axes)
    return reshape_row(out, shape=rest)


@covers("linalg.vector_norm", kinks=LEAST)
def vector_norm(x: Any, /, *, axis: Any = None, keepdims: bool = False, ord: Any = 2) -> Any:
    """The norm of vectors over one axis, over several taken as one, or over all.

    >>> float(cr.linalg.vector_norm(np.array([[3.0], [4.0]])))
    5.0
    """
    require_plain("vector_norm", "ord", ord)
    x = floating(x)
    _vector_order(ord)
    rank = len(shape_of(x))
    given = tuple(range(rank)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(normal_axis(a, rank, "vector_norm") for a in given)
    return _finished(_of_vectors(x, ord, axes), x, axes, keepdims)


@covers("linalg.matrix_norm", kinks=LEAST)
def matrix_norm(x: Any, /, *, keepdims: bool = False, ord: Any = "fro") -> Any:
    """The norm of matrices on the last two axes.

    >>> float(cr.linalg.matrix_norm(np.eye(4)))
    2.0
    """
    return norm(x, ord, (-2, -1), keepdims)
