"""Diagonals and triangles: diag, diagonal, diagflat, trace, tril, triu.

A diagonal is gathered at positions that depend on extents alone, so a traced function serves every
size.
"""

from __future__ import annotations

from typing import Any

from .arguments import normal_axis, unsupported, whole_number
from .covered import covers
from .creation import positions_row
from .elementwise import add
from .index import gather_row, scatter_add_row
from .reduce import sum_row
from .selection import less_equal, where
from .shape import as_operand, astype, expand_dims, moveaxis, ravel, shape_of


def _offset(k: Any, name: str) -> int:
    return whole_number(name, "which diagonal", k)


def _shifted(extent: Any, by: int) -> Any:
    places = positions_row(extent=extent)
    return add(places, by) if by else places


def _diagonal(name: str, a: Any, offset: Any, axis1: int, axis2: int) -> Any:
    x = as_operand(a)
    rank = len(shape_of(x))
    if rank < 2:
        raise ValueError(f"{name}: needs two axes at least, not shape {shape_of(x)}")
    one, other = (normal_axis(axis, rank, name) for axis in (axis1, axis2))
    if one == other:
        raise ValueError(f"{name}: needs two different axes, not {axis1} and {axis2}")
    k = _offset(offset, name)
    rows, columns = shape_of(x)[one], shape_of(x)[other]
    if k >= 0:
        columns = columns - k
    else:
        rows = rows + k
    count = rows if rows <= columns else columns
    count = count if count >= 0 else 0
    front = x if (one, other) == (0, 1) else moveaxis(x, (one, other), (0, 1))
    picked = gather_row(front, _shifted(count, max(-k, 0)), _shifted(count, max(k, 0)))
    return picked if rank == 2 else moveaxis(picked, 0, -1)


@covers("diagonal")
def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The diagonal over two axes, in a new last axis.

    >>> cr.diagonal(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([1., 4.])
    """
    return _diagonal("diagonal", a, offset, axis1, axis2)


@covers("linalg.diagonal")
def _linalg_diagonal(x: Any, /, *, offset: int = 0) -> Any:
    """The diagonal of matrices on the last two axes.

    >>> cr.linalg.diagonal(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([1., 4.])
    """
    return _diagonal("linalg.diagonal", x, offset, -2, -1)


@covers()
def trace(
    a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None, out: None = None
) -> Any:
    """The sum of the diagonal over two axes.

    >>> float(cr.trace(np.array([[1.0, 2.0], [3.0, 4.0]])))
    5.0
    """
    unsupported("trace", out=out)
    picked = astype(_diagonal("trace", a, offset, axis1, axis2), dtype)
    return sum_row(picked, axes=(len(shape_of(picked)) - 1,))


@covers("linalg.trace")
def _linalg_trace(x: Any, /, *, offset: int = 0, dtype: Any = None) -> Any:
    """The sum of the diagonal of matrices on the last two axes.

    >>> float(cr.linalg.trace(np.array([[1.0, 2.0], [3.0, 4.0]])))
    5.0
    """
    return trace(x, offset, -2, -1, dtype)


@covers()
def diag(v: Any, k: int = 0) -> Any:
    """The diagonal of a matrix; of a vector the matrix that has it on its diagonal.

    >>> cr.diag(np.array([1.0, 2.0]))
    array([[1., 0.],
           [0., 2.]])
    """
    x = as_operand(v)
    k = _offset(k, "diag")
    if len(shape_of(x)) == 2:
        return _diagonal("diag", x, k, 0, 1)
    if len(shape_of(x)) != 1:
        raise ValueError(f"diag: needs a vector or a matrix, not shape {shape_of(x)}")
    count = shape_of(x)[0]
    extent = count + abs(k)
    rows, columns = _shifted(count, max(-k, 0)), _shifted(count, max(k, 0))
    return scatter_add_row(x, rows, columns, shape=(extent, extent))


@covers()
def diagflat(v: Any, k: int = 0) -> Any:
    """The matrix that has the flattened elements of v on its diagonal.

    >>> cr.diagflat(np.array([[1.0], [2.0]]))
    array([[1., 0.],
           [0., 2.]])
    """
    return diag(ravel(v), k)


def _triangle(name: str, m: Any, k: Any, lower: bool) -> Any:
    x = as_operand(m)
    if len(shape_of(x)) == 1:  # NumPy repeats a vector to a square
        x = add(x, expand_dims(x, -1) * 0.0)
    if not shape_of(x):
        raise ValueError(f"{name}: needs an axis at least, and got one number")
    offset = _offset(k, name)
    rows = expand_dims(positions_row(extent=shape_of(x)[-2]), 1)
    columns = expand_dims(positions_row(extent=shape_of(x)[-1]), 0)
    first = add(rows, offset) if offset else rows
    if lower:
        return where(less_equal(columns, first), x, 0)
    return where(less_equal(first, columns), x, 0)


@covers()
def tril(m: Any, k: int = 0) -> Any:
    """The lower triangle of matrices on the last two axes, up to the k-th diagonal; 0 elsewhere.

    >>> cr.tril(np.ones((2, 2)))
    array([[1., 0.],
           [1., 1.]])
    """
    return _triangle("tril", m, k, True)


@covers()
def triu(m: Any, k: int = 0) -> Any:
    """The upper triangle of matrices on the last two axes, from the k-th diagonal; 0 elsewhere.

    >>> cr.triu(np.ones((2, 2)))
    array([[1., 1.],
           [0., 1.]])
    """
    return _triangle("triu", m, k, False)
