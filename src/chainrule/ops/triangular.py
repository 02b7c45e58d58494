"""The row of triangular systems, which SciPy's LAPACK solves in n**2 steps a right-hand side."""

from __future__ import annotations

from typing import Any

import numpy as np

from .creation import positions_row
from .selection import where
from .shape import all_batched, expand_dims, shape_of, swapaxes
from .small import triangle_solved
from .structural import Shape, Structural


def _t(x: Any) -> Any:
    return swapaxes(x, -1, -2)


def _matmul(x: Any, y: Any) -> Any:
    from .contract import matmul

    return matmul(x, y)


def triangle(x: Any, lower: bool, is_unit: bool) -> Any:
    """The triangle of the last two axes, without the diagonal if that is taken as 1."""
    places = positions_row(extent=shape_of(x)[-1])
    rows, columns = expand_dims(places, 1), expand_dims(places, 0)
    if lower:
        chosen = rows > columns if is_unit else rows >= columns
    else:
        chosen = rows < columns if is_unit else rows <= columns
    return where(chosen, x, 0.0)


#: Rows up to which NumPy's solve is ahead. SciPy's wakes threads for any: of 60 rows and right-hand
#: sides it took 8 ms on a machine of two busy cores, NumPy's 0.1.
SMALL = 64


def _solve(a: Any, b: Any, lower: bool, is_unit: bool) -> Any:
    from scipy.linalg import solve_triangular

    _shape(a.shape, b.shape, lower, is_unit)
    if not b.size:
        return np.zeros_like(b)
    if not is_unit:
        small = triangle_solved(a, b, lower)
        if small is not None:
            return small
    if a.shape[-1] <= SMALL and not is_unit:
        return np.linalg.solve(np.tril(a) if lower else np.triu(a), b)
    if a.ndim == 2:
        return solve_triangular(
            a, b, lower=lower, unit_diagonal=is_unit, check_finite=False
        ).astype(b.dtype, copy=False)
    out = np.empty_like(b)
    for at in np.ndindex(a.shape[:-2]):
        out[at] = solve_triangular(
            a[at], b[at], lower=lower, unit_diagonal=is_unit, check_finite=False
        )
    return out


def _shape(a: Shape, b: Shape, lower: bool, is_unit: bool) -> Shape:
    if len(a) < 2 or a[-1] != a[-2] or b[-2] != a[-1] or a[:-2] != b[:-2]:
        raise ValueError(f"solve_triangular: matrices of shape {a}, right-hand sides of shape {b}")
    return b


def _vjp(g: Any, out: Any, a: Any, b: Any, lower: bool, is_unit: bool) -> tuple[Any, Any]:
    towards_b = triangular_row(_t(a), g, lower=not lower, is_unit=is_unit)
    return triangle(-_matmul(towards_b, _t(out)), lower, is_unit), towards_b


def _jvp(tangents: Any, out: Any, a: Any, b: Any, lower: bool, is_unit: bool) -> Any:
    da, db = tangents
    right = None if da is None else -_matmul(triangle(da, lower, is_unit), out)
    if db is not None:
        right = db if right is None else db + right
    return triangular_row(a, right, lower=lower, is_unit=is_unit)


triangular_row: Structural = Structural(
    "solve_triangular",
    ("a", "b"),
    "The solution x of a x = b for triangular a, with right-hand sides in columns.",
    saves=("a", "out"),
    kernel=_solve,
    shape=_shape,
    vjp=_vjp,
    jvp=_jvp,
    batch=lambda batched, a, b, lower, is_unit: triangular_row(
        *all_batched(batched, (a, b)), lower=lower, is_unit=is_unit
    ),
)
