"""``scipy.linalg``: triangular solves and Cholesky factors; the rest is ``cr.linalg``."""

from __future__ import annotations

from typing import Any

from ..ops import linalg
from ..ops.arguments import broadcast_shapes
from ..ops.shape import as_operand, broadcast_row, reshape_row, shape_of, swapaxes
from ..ops.triangular import triangular_row
from .absent import nearest_in


def solve_triangular(
    a: Any,
    b: Any,
    trans: Any = 0,
    lower: bool = False,
    unit_diagonal: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
) -> Any:
    """The solution x of ``a @ x = b``, reading one triangle of a.

    Args:
        a: square matrices, on the last two axes.
        b: a vector, or right-hand sides in columns.
        trans: 1 or "T" for ``a.T @ x = b``.
        lower: read the lower triangle instead of the upper one.
        unit_diagonal: take the diagonal as 1.
        overwrite_b: without effect.
        check_finite: without effect.

    Raises:
        ValueError: the shapes do not fit.
        numpy.linalg.LinAlgError: a is singular.

    >>> solve_triangular([[2.0, 0.0], [1.0, 1.0]], [2.0, 3.0], lower=True)
    array([1., 2.])
    """
    a, b = as_operand(a), as_operand(b)
    if trans in (1, 2, "T", "C"):
        a, lower = swapaxes(a, -1, -2), not lower
    elif trans not in (0, "N"):
        raise ValueError(f"solve_triangular: trans is 0, 1, 'N' or 'T', not {trans!r}")
    shape, right = shape_of(a), shape_of(b)
    if len(shape) < 2 or not right:
        raise ValueError(f"solve_triangular: matrices of shape {shape}, b of shape {right}")
    if len(right) == 1:
        n = right[0]
        column = broadcast_row(reshape_row(b, shape=(n, 1)), shape=(*shape[:-2], n, 1))
        out = triangular_row(a, column, lower=bool(lower), is_unit=bool(unit_diagonal))
        return reshape_row(out, shape=(*shape[:-2], n))
    common = broadcast_shapes("solve_triangular", shape[:-2], right[:-2])
    if common != shape[:-2]:
        a = broadcast_row(a, shape=(*common, *shape[-2:]))
    if common != right[:-2]:
        b = broadcast_row(b, shape=(*common, *right[-2:]))
    return triangular_row(a, b, lower=bool(lower), is_unit=bool(unit_diagonal))


def cholesky(
    a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> Any:
    """The factor U with ``U.T @ U = a``, or L with ``L @ L.T = a`` if lower.

    The derivative is that of the symmetric part of a.

    >>> cholesky([[4.0, 0.0], [0.0, 9.0]])
    array([[2., 0.],
           [0., 3.]])
    """
    return linalg.cholesky(a, upper=not lower)


def cho_factor(
    a: Any, lower: bool = False, overwrite_a: bool = False, check_finite: bool = True
) -> tuple[Any, bool]:
    """The pair for ``cho_solve``: the Cholesky factor, with zeros off its triangle, and lower.

    >>> c, lower = cho_factor([[4.0, 0.0], [0.0, 9.0]])
    >>> cho_solve((c, lower), [4.0, 9.0])
    array([1., 1.])
    """
    return cholesky(a, lower), lower


def cho_solve(
    c_and_lower: Any, b: Any, overwrite_b: bool = False, check_finite: bool = True
) -> Any:
    """The solution x of ``a @ x = b``, given what ``cho_factor(a)`` gives.

    >>> cho_solve(cho_factor([[4.0, 0.0], [0.0, 9.0]]), [4.0, 9.0])
    array([1., 1.])
    """
    c, lower = c_and_lower
    c = as_operand(c)
    first = solve_triangular(c, b, 0 if lower else 1, lower)
    return solve_triangular(c, first, 1 if lower else 0, lower)


def solve(
    a: Any,
    b: Any,
    lower: bool = False,
    overwrite_a: bool = False,
    overwrite_b: bool = False,
    check_finite: bool = True,
    assume_a: str | None = None,
    transposed: bool = False,
) -> Any:
    """The solution x of ``a @ x = b``.

    Args:
        a: square matrices.
        b: a vector, or right-hand sides in columns.
        assume_a: "pos" for positive definite a, which is solved by its Cholesky factor; every other
            structure is solved as a general matrix.
        lower: without effect on the result.
        overwrite_a: without effect.
        overwrite_b: without effect.
        check_finite: without effect.
        transposed: for ``a.T @ x = b``.

    >>> solve([[2.0, 0.0], [0.0, 4.0]], [1.0, 1.0])
    array([0.5 , 0.25])
    """
    a = as_operand(a)
    if assume_a in ("pos", "positive definite"):
        return cho_solve(cho_factor(a, True), b)
    return linalg.solve(swapaxes(a, -1, -2) if transposed else a, b)


__all__ = ["cho_factor", "cho_solve", "cholesky", "solve", "solve_triangular"]

_absent = nearest_in("cr.scipy.linalg", [*__all__, *dir(linalg)])


def __getattr__(name: str) -> Any:
    # What SciPy has as NumPy has it.
    return getattr(linalg, name) if name in dir(linalg) else _absent(name)
