"""The rows of triangular matrices: what the rules of cholesky are made of.

A triangular system takes a third of the work of any other: there is nothing to factor.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..shape import all_batched, shape_of
from ..structural import Shape, Structural
from .matrices import product, square, transposed


def _triangle(x: Any, diagonal: float) -> Any:
    lower = np.tril(x)
    if diagonal != 1.0:
        places = np.arange(x.shape[-1])
        lower[..., places, places] *= lower.dtype.type(diagonal)
    return lower


triangle_row: Structural = Structural(
    "triangle",
    ("x",),
    "The lower triangle of square matrices, with the diagonal times a number.",
    kernel=_triangle,
    shape=lambda x, diagonal: square("triangle", x),
    vjp=lambda g, out, x, diagonal: (triangle_row(g, diagonal=diagonal),),
    batch=lambda batched, x, diagonal: triangle_row(x, diagonal=diagonal),
    linear=True,
)


def _solve(a: Any, b: Any, transpose: bool) -> Any:
    if not b.size:
        return np.zeros(b.shape, np.result_type(a, b))
    if a.ndim > 2:
        pairs = zip(a.reshape(-1, *a.shape[-2:]), b.reshape(-1, *b.shape[-2:]), strict=True)
        return np.stack([_solve(x, y, transpose) for x, y in pairs]).reshape(b.shape)
    from scipy.linalg import get_lapack_funcs

    (solver,) = get_lapack_funcs(("trtrs",), (a, b))
    # In LAPACK's order of elements a row-major matrix is its transpose, and upper: no copy is made.
    x, info = solver(a.T, b, lower=0, trans=0 if transpose else 1)
    if info > 0:
        raise np.linalg.LinAlgError("Singular matrix")
    return x


def _solve_shape(a: Shape, b: Shape, transpose: bool) -> Shape:
    if len(a) < 2 or a[-1] != a[-2] or b[-2] != a[-1] or a[:-2] != b[:-2]:
        raise ValueError(f"triangular_solve: matrices of shape {a}, right-hand sides of shape {b}")
    return b


def _solve_vjp(g: Any, out: Any, a: Any, b: Any, transpose: bool) -> tuple[Any, Any]:
    towards_b = triangular_solve_row(a, g, transpose=not transpose)
    left, right = (out, towards_b) if transpose else (towards_b, out)
    return -triangle_row(product(left, transposed(right)), diagonal=1.0), towards_b


def _solve_jvp(tangents: Any, out: Any, a: Any, b: Any, transpose: bool) -> Any:
    da, right = tangents
    if da is not None:
        lower = triangle_row(da, diagonal=1.0)
        moved = -product(transposed(lower) if transpose else lower, out)
        right = moved if right is None else right + moved
    return triangular_solve_row(a, right, transpose=transpose)


triangular_solve_row: Structural = Structural(
    "triangular_solve",
    ("a", "b"),
    "The solution x of a x = b, or of a^T x = b, of which the lower triangle of a is read.",
    saves=("a", "out"),
    kernel=_solve,
    shape=_solve_shape,
    vjp=_solve_vjp,
    jvp=_solve_jvp,
    batch=lambda batched, *operands, transpose: triangular_solve_row(
        *all_batched(batched, operands), transpose=transpose
    ),
)


def lower_solve(a: Any, b: Any, transpose: bool = False) -> Any:
    """x of ``a @ x = b``, or of ``a.T @ x = b``, for a lower triangular a and columns b."""
    return triangular_solve_row(a, b, transpose=transpose)


def lower_half(x: Any) -> Any:
    """The lower triangle, with half the diagonal."""
    assert len(shape_of(x)) >= 2
    return triangle_row(x, diagonal=0.5)
