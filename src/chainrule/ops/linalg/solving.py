"""solve and cholesky.

Formulas: Giles, "Collected matrix derivative results" (2008); for cholesky Murray, "Differentiation
of the Cholesky decomposition" (2016).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..covered import covers
from ..shape import (
    all_batched,
    broadcast_row,
    floating,
    reshape_row,
    shape_of,
    swapaxes,
)
from ..small import factor_pulled, is_symmetric, solved
from ..structural import Shape, Structural
from .matrices import product, same_batch, square, transposed
from .triangular import lower_half, lower_solve


def _solve_shape(a: Shape, b: Shape) -> Shape:
    if len(a) < 2 or a[-1] != a[-2] or b[-2] != a[-1] or a[:-2] != b[:-2]:
        raise ValueError(f"solve: matrices of shape {a} and right-hand sides of shape {b}")
    return b


def _solved(a: Any, b: Any) -> Any:
    x = solved(a, b)
    return np.linalg.solve(a, b) if x is None else x


def _solve_vjp(g: Any, out: Any, a: Any, b: Any) -> tuple[Any, Any]:
    towards_b = solve_row(transposed(a), g)
    return -product(towards_b, transposed(out)), towards_b


def _solve_jvp(tangents: Any, out: Any, a: Any, b: Any) -> Any:
    da, db = tangents
    right = None if da is None else -product(da, out)
    if db is not None:
        right = db if right is None else db + right
    return solve_row(a, right)


solve_row: Structural = Structural(
    "solve",
    ("a", "b"),
    "The solution x of a x = b, with right-hand sides in columns.",
    saves=("a", "out"),
    kernel=_solved,
    shape=_solve_shape,
    vjp=_solve_vjp,
    jvp=_solve_jvp,
    batch=lambda batched, *operands: solve_row(*all_batched(batched, operands)),
)


def _cholesky_jvp(tangents: Any, out: Any, a: Any) -> Any:
    (da,) = tangents
    inner = lower_solve(out, transposed(lower_solve(out, 0.5 * (da + transposed(da)))))
    return product(out, lower_half(inner))


def _cholesky_vjp(g: Any, out: Any, a: Any) -> tuple[Any]:
    pulled = factor_pulled(out, g)
    if pulled is not None:
        return (pulled,)
    inner = lower_half(product(transposed(out), g))
    towards = lower_solve(out, transposed(lower_solve(out, inner, transpose=True)), transpose=True)
    return (0.5 * (towards + transposed(towards)),)


def _cholesky(a: Any) -> Any:
    # Of the symmetric part, as the derivative is.
    if is_symmetric(a):
        return np.linalg.cholesky(a)
    return np.linalg.cholesky(0.5 * (a + np.swapaxes(a, -1, -2)))


cholesky_row: Structural = Structural(
    "cholesky",
    ("a",),
    "The lower triangular factor L of a = L L^T.",
    saves=("out",),
    kernel=_cholesky,
    shape=lambda a: square("cholesky", a),
    vjp=_cholesky_vjp,
    jvp=_cholesky_jvp,
    batch=lambda batched, a: cholesky_row(a),
)


# --- functions ------------------------------------------------------------------------------------


@covers("linalg.solve")
def solve(a: Any, b: Any) -> Any:
    """The solution x of ``a @ x = b``; b is a vector or has right-hand sides in columns.

    Raises:
        numpy.linalg.LinAlgError: a is singular.

    >>> cr.linalg.solve(np.array([[2.0, 0.0], [0.0, 4.0]]), np.array([1.0, 1.0]))
    array([0.5 , 0.25])
    """
    a, b = floating(a), floating(b)
    square("solve", shape_of(a))
    if not shape_of(b) or shape_of(b)[-1 if len(shape_of(b)) == 1 else -2] != shape_of(a)[-1]:
        raise ValueError(
            f"solve: matrices of shape {shape_of(a)} and right-hand sides of shape {shape_of(b)} "
            "do not fit"
        )
    batch, n = shape_of(a)[:-2], shape_of(a)[-1]
    if len(shape_of(b)) == 1:
        column = reshape_row(b, shape=(n, 1))
        if batch:
            column = broadcast_row(column, shape=(*batch, n, 1))
        return reshape_row(solve_row(a, column), shape=(*batch, n))
    if shape_of(b)[:-2] != batch:
        a, b = same_batch("solve", a, b)
    return solve_row(a, b)


@covers("linalg.cholesky")
def cholesky(a: Any, /, *, upper: bool = False) -> Any:
    """The lower triangular L with ``L @ L.T = a`` for positive definite a; ``L.T`` if upper.

    The derivative is that of the symmetric part of a.

    Raises:
        numpy.linalg.LinAlgError: a is not positive definite.

    >>> cr.linalg.cholesky(np.array([[4.0, 0.0], [0.0, 9.0]]))
    array([[2., 0.],
           [0., 3.]])
    """
    a = floating(a)
    square("cholesky", shape_of(a))
    lower = cholesky_row(a)
    return swapaxes(lower, -1, -2) if upper else lower
