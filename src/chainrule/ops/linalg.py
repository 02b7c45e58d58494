"""The rows of linear algebra that LAPACK computes: solve, cholesky, eigh (two results).

Matrices stand on the last two axes; the axes before are batches. Formulas: Giles, "Collected
matrix derivative results" (2008); for cholesky Murray, "Differentiation of the Cholesky
decomposition" (2016).

>>> cr.grad(lambda a: cr.sum(cr.linalg.solve(a, np.array([1.0, 2.0]))))(np.eye(2))
array([[-1., -2.],
       [-1., -2.]])
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .arguments import unsupported
from .covered import covers
from .creation import identity_mask, triangle_weights
from .elementwise import multiply
from .selection import equal, where
from .shape import (
    all_batched,
    as_operand,
    broadcast_row,
    expand_dims,
    of_dtype,
    reshape_row,
    shape_of,
    swapaxes,
)
from .structural import Shape, Structural


def _t(x: Any) -> Any:
    return swapaxes(x, -1, -2)


def _matmul(x: Any, y: Any) -> Any:
    from .contract import matmul

    return matmul(x, y)


def _solve_shape(a: Shape, b: Shape) -> Shape:
    if len(a) < 2 or a[-1] != a[-2] or b[-2] != a[-1] or a[:-2] != b[:-2]:
        raise ValueError(f"solve: matrices of shape {a} and right-hand sides of shape {b}")
    return b


def _solve_vjp(g: Any, out: Any, a: Any, b: Any) -> tuple[Any, Any]:
    towards_b = solve_row(_t(a), g)
    return -_matmul(towards_b, _t(out)), towards_b


def _solve_jvp(tangents: Any, out: Any, a: Any, b: Any) -> Any:
    da, db = tangents
    right = None if da is None else -_matmul(da, out)
    if db is not None:
        right = db if right is None else db + right
    return solve_row(a, right)


solve_row: Structural = Structural(
    "solve",
    ("a", "b"),
    "The solution x of a x = b, with right-hand sides in columns.",
    saves=("a", "out"),
    kernel=np.linalg.solve,
    shape=_solve_shape,
    vjp=_solve_vjp,
    jvp=_solve_jvp,
    batch=lambda batched, *operands: solve_row(*all_batched(batched, operands)),
)


def _square(name: str) -> Any:
    def shape(a: Shape) -> Shape:
        if len(a) < 2 or a[-1] != a[-2]:
            raise ValueError(f"{name}: needs square matrices, not shape {a}")
        return a

    return shape


def _lower_half(x: Any) -> Any:
    """The lower triangle, with half the diagonal."""
    return multiply(x, of_dtype(triangle_weights(shape_of(x)[-1]), x.dtype))


def _cholesky_jvp(tangents: Any, out: Any, a: Any) -> Any:
    (da,) = tangents
    inner = solve_row(out, _t(solve_row(out, _t(0.5 * (da + _t(da))))))
    return _matmul(out, _lower_half(inner))


def _cholesky_vjp(g: Any, out: Any, a: Any) -> tuple[Any]:
    inner = _lower_half(_matmul(_t(out), g))
    towards = solve_row(_t(out), _t(solve_row(_t(out), _t(inner))))
    return (0.5 * (towards + _t(towards)),)


def _cholesky(a: Any) -> Any:
    # Of the symmetric part, as the derivative is.
    return np.linalg.cholesky(0.5 * (a + np.swapaxes(a, -1, -2)))


cholesky_row: Structural = Structural(
    "cholesky",
    ("a",),
    "The lower triangular factor L of a = L L^T.",
    saves=("out",),
    kernel=_cholesky,
    shape=_square("cholesky"),
    vjp=_cholesky_vjp,
    jvp=_cholesky_jvp,
    batch=lambda batched, a: cholesky_row(a),
)


def _quotients(x: Any, w: Any) -> Any:
    """x_ij / (w_j - w_i) off the diagonal.

    Where two eigenvalues meet, the eigenvectors have no derivative: NaN, unless x_ij is 0 too.
    """
    gaps = expand_dims(w, -2) - expand_dims(w, -1)
    meet = equal(gaps, 0.0)
    nothing = where(equal(x, 0.0), 0.0, np.nan)
    quotient = where(meet, nothing, x / where(meet, 1.0, gaps))
    return where(identity_mask(shape_of(w)[-1]), 0.0, quotient)


def _diagonal(x: Any) -> Any:
    """The diagonal of the last two axes."""
    from .reduce import sum_row

    axis = len(shape_of(x)) - 1
    return sum_row(where(identity_mask(shape_of(x)[-1]), x, 0.0), axes=(axis,))


def _eigh_vjp(g: Any, out: Any, a: Any) -> tuple[Any]:
    w, v = out
    gw, gv = g
    total = None
    if gw is not None:
        total = _matmul(v * expand_dims(gw, -2), _t(v))
    if gv is not None:
        inner = _matmul(_t(v), gv)
        # Only the antisymmetric part turns the eigenvectors.
        turn = 0.5 * (inner - _t(inner))
        part = _matmul(_matmul(v, _quotients(turn, w)), _t(v))
        total = part if total is None else total + part
    return (0.5 * (total + _t(total)),)


def _eigh_jvp(tangents: Any, out: Any, a: Any) -> tuple[Any, Any]:
    w, v = out
    (da,) = tangents
    inner = _matmul(_matmul(_t(v), 0.5 * (da + _t(da))), v)
    return _diagonal(inner), _matmul(v, _quotients(inner, w))


def _eigh(a: Any) -> tuple[Any, Any]:
    w, v = np.linalg.eigh(0.5 * (a + np.swapaxes(a, -1, -2)))
    return w, v


eigh_row: Structural = Structural(
    "eigh",
    ("a",),
    "Eigenvalues in ascending order, and eigenvectors in columns, of symmetric matrices.",
    saves=("out",),
    kernel=_eigh,
    shape=lambda a: [_square("eigh")(a)[:-1], a],
    vjp=_eigh_vjp,
    jvp=_eigh_jvp,
    batch=lambda batched, a: eigh_row(a),
    results=2,
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
    a, b = as_operand(a), as_operand(b)
    _square("solve")(shape_of(a))
    if not shape_of(b) or shape_of(b)[-1 if len(shape_of(b)) == 1 else -2] != shape_of(a)[-1]:
        raise ValueError(
            f"solve: matrices of shape {shape_of(a)} and right-hand sides of shape {shape_of(b)} "
            "do not fit"
        )
    batch, n = shape_of(a)[:-2], shape_of(a)[-1]
    if len(shape_of(b)) == 1:
        column = broadcast_row(reshape_row(b, shape=(n, 1)), shape=(*batch, n, 1))
        return reshape_row(solve_row(a, column), shape=(*batch, n))
    if shape_of(b)[:-2] != batch:
        from .arguments import broadcast_shapes

        common = broadcast_shapes("solve", batch, shape_of(b)[:-2])
        a = broadcast_row(a, shape=(*common, *shape_of(a)[-2:]))
        b = broadcast_row(b, shape=(*common, *shape_of(b)[-2:]))
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
    a = as_operand(a)
    _square("cholesky")(shape_of(a))
    lower = cholesky_row(a)
    return swapaxes(lower, -1, -2) if upper else lower


@covers("linalg.eigh", kinks="where eigenvalues meet, that of the eigenvectors is NaN")
def eigh(a: Any, UPLO: str = "L") -> Any:  # noqa: N803, NumPy's name
    """Eigenvalues in ascending order and eigenvectors in columns, of a symmetric a.

    It reads both triangles, and takes their mean; a ``UPLO`` other than "L" raises.

    The derivative is that of the symmetric part of a. Where two eigenvalues meet, that of the
    eigenvectors is NaN; symmetric functions of the eigenvalues have finite derivatives.

    >>> w, v = cr.linalg.eigh(np.diag([3.0, 1.0]))
    >>> w
    array([1., 3.])
    """
    unsupported("eigh", UPLO=None if UPLO == "L" else UPLO)
    a = as_operand(a)
    _square("eigh")(shape_of(a))
    return eigh_row(a)
