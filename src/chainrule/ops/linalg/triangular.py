"""Triangles of square matrices: what the rules of cholesky are made of.

A triangular system takes a third of the work of any other: there is nothing to factor.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..small import lower_triangle
from ..structural import Structural
from ..triangular import triangular_row
from .matrices import square, transposed


def _triangle(x: Any, diagonal: float) -> Any:
    small = lower_triangle(x, diagonal)
    if small is not None:
        return small
    lower = np.tril(x)
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


def lower_half(x: Any) -> Any:
    """The lower triangle, with half the diagonal."""
    return triangle_row(x, diagonal=0.5)


def lower_solve(a: Any, b: Any, transpose: bool = False) -> Any:
    """x of ``a @ x = b``, or of ``a.T @ x = b``, for a lower triangular a and columns b."""
    return triangular_row(transposed(a) if transpose else a, b, lower=not transpose, is_unit=False)
