"""What the files of this folder have in common: matrices on the last two axes, and their shapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..arguments import broadcast_shapes
from ..contract import matmul
from ..creation import identity_mask
from ..reduce import sum_row
from ..selection import where
from ..shape import broadcast_row, expand_dims, shape_of, transpose_row
from ..structural import Shape


def transposed(x: Any) -> Any:
    """x with its last two axes exchanged."""
    rank = len(shape_of(x))
    return transpose_row(x, axes=(*range(rank - 2), rank - 1, rank - 2))


def product(*factors: Any) -> Any:
    """The matrix product of several."""
    total, *rest = factors
    for factor in rest:
        total = matmul(total, factor)
    return total


def refuse_infinite(a: Any) -> None:
    """Raise before singular values are asked for of matrices that are not finite.

    LAPACK need not return then: of a 3 x 3 matrix with one infinity it iterates for ever.
    """
    if not np.isfinite(a).all():
        raise np.linalg.LinAlgError("SVD did not converge: a matrix has an infinity or nan")


def svd_of(a: Any, full_matrices: bool = True) -> tuple[Any, Any, Any]:
    """NumPy's singular value decomposition of matrices, which have to be finite."""
    refuse_infinite(a)
    u, s, vt = np.linalg.svd(a, full_matrices=full_matrices)
    return u, s, vt


def square(name: str, shape: Shape) -> Shape:
    """The shape, if it is that of square matrices."""
    matrices(name, shape)
    if shape[-1] != shape[-2]:
        raise np.linalg.LinAlgError(f"{name}: needs square matrices, not shape {shape}")
    return shape


def matrices(name: str, shape: Shape) -> Shape:
    """The shape, if it is that of matrices."""
    if len(shape) < 2:
        raise np.linalg.LinAlgError(f"{name}: needs matrices, of two axes at least, not {shape}")
    return shape


def diagonal_of(x: Any) -> Any:
    """The diagonal of square matrices."""
    axis = len(shape_of(x)) - 1
    return sum_row(where(identity_mask(shape_of(x)[-1]), x, 0.0), axes=(axis,))


def scaled(x: Any, by: Any) -> Any:
    """Matrices with a number for each: all elements multiplied."""
    return x * expand_dims(expand_dims(by, -1), -1)


def whole_sum(x: Any) -> Any:
    """The sum of all elements of each matrix."""
    rank = len(shape_of(x))
    return sum_row(x, axes=(rank - 2, rank - 1))


def identity_like(x: Any) -> Any:
    """The identity in the shape and type of square matrices."""
    from ..shape import filled_like

    return where(identity_mask(shape_of(x)[-1]), filled_like(x, 1.0), 0.0)


def same_batch(name: str, a: Any, b: Any) -> tuple[Any, Any]:
    """Matrices repeated to the leading axes that both have in common."""
    common = broadcast_shapes(name, shape_of(a)[:-2], shape_of(b)[:-2])
    return tuple(
        x if shape_of(x)[:-2] == common else broadcast_row(x, shape=(*common, *shape_of(x)[-2:]))
        for x in (a, b)
    )
