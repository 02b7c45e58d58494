"""Further products: inner, kron, vecdot and their like, written with contractions."""

from __future__ import annotations

from typing import Any

from .arguments import broadcast_shapes, normal_axis
from .contract import matmul, tensordot
from .covered import covers
from .elementwise import multiply
from .index import getitem
from .shape import array, as_operand, expand_dims, moveaxis, reshape_row, shape_of


@covers()
def inner(a: Any, b: Any, /) -> Any:
    """Sum of products over the last axes of a and b.

    >>> float(cr.inner(np.array([1.0, 2.0]), np.array([3.0, 4.0])))
    11.0
    """
    x, y = as_operand(a), as_operand(b)
    if not shape_of(x) or not shape_of(y):
        return multiply(x, y)
    if shape_of(x)[-1] != shape_of(y)[-1]:
        raise ValueError(
            f"inner: operands of shapes {shape_of(x)} and {shape_of(y)} differ in their last axis"
        )
    return tensordot(x, y, ((-1,), (-1,)))


@covers("vecdot", "linalg.vecdot")
def vecdot(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """Sum of products over one axis; the others broadcast.

    >>> cr.vecdot(np.eye(2), np.array([3.0, 4.0]))
    array([3., 4.])
    """
    x, y = array(as_operand(x1)), array(as_operand(x2))
    if not shape_of(x) or not shape_of(y):
        raise ValueError("vecdot: operands need at least one axis; use * for numbers")
    x, y = (moveaxis(z, normal_axis(axis, len(shape_of(z)), "vecdot"), -1) for z in (x, y))
    if shape_of(x)[-1] != shape_of(y)[-1]:
        raise ValueError(f"vecdot: shapes {shape_of(x)} and {shape_of(y)} differ along the axis")
    broadcast_shapes("vecdot", shape_of(x), shape_of(y))
    row, column = expand_dims(x, -2), expand_dims(y, -1)
    return getitem(matmul(row, column), (..., 0, 0))


@covers()
def matvec(x1: Any, x2: Any, /) -> Any:
    """Matrices times vectors; leading axes broadcast.

    >>> cr.matvec(np.eye(2), np.array([3.0, 4.0]))
    array([3., 4.])
    """
    return getitem(matmul(x1, expand_dims(x2, -1)), (..., 0))


@covers()
def vecmat(x1: Any, x2: Any, /) -> Any:
    """Vectors times matrices; leading axes broadcast.

    >>> cr.vecmat(np.array([3.0, 4.0]), np.eye(2))
    array([3., 4.])
    """
    return getitem(matmul(expand_dims(x1, -2), x2), (..., 0, slice(None)))


@covers()
def kron(a: Any, b: Any) -> Any:
    """The Kronecker product: b times each element of a, block by block.

    >>> cr.kron(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    array([3., 4., 6., 8.])
    """
    x, y = as_operand(a), as_operand(b)
    rank = max(len(shape_of(x)), len(shape_of(y)))
    extents = [(1,) * (rank - len(shape_of(z))) + tuple(shape_of(z)) for z in (x, y)]
    outer = tuple(e for extent in extents[0] for e in (extent, 1))
    inside = tuple(e for extent in extents[1] for e in (1, extent))
    whole = tuple(m * n for m, n in zip(*extents, strict=True))
    if not rank:
        return multiply(x, y)
    product = multiply(reshape_row(x, shape=outer), reshape_row(y, shape=inside))
    return reshape_row(product, shape=whole)
