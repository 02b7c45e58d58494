"""inv, det and slogdet.

The derivative of det is the matrix of cofactors, which singular matrices have too: it is computed
from singular values, without a division, where a matrix is close to singular. The same holds for
the second derivative.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..covered import covers
from ..creation import identity_mask
from ..reduce import others_row, sum_row
from ..selection import where
from ..shape import broadcast_row, expand_dims, filled_like, floating, shape_of
from ..small import inverted
from ..structural import Structural
from .decompositions import svd_row
from .matrices import product, scaled, square, svd_of, transposed, whole_sum


def _inverse(a: Any, strict: bool) -> Any:
    small = inverted(a)
    if small is not None:
        return small[0]
    try:
        return np.linalg.inv(a)
    except np.linalg.LinAlgError:
        if strict:
            raise
    if a.ndim == 2:
        return np.full_like(a, np.nan)
    each = [_inverse(m, False) for m in a.reshape(-1, *a.shape[-2:])]
    return np.stack(each).reshape(a.shape)


def _inverse_vjp(g: Any, out: Any, a: Any, strict: bool) -> tuple[Any]:
    return (-product(transposed(out), g, transposed(out)),)


inverse_row: Structural = Structural(
    "inv",
    ("a",),
    "The inverse of matrices. Of singular ones it is NaN, if it is not to be strict.",
    saves=("out",),
    kernel=_inverse,
    shape=lambda a, strict: square("inv", a),
    vjp=_inverse_vjp,
    jvp=lambda tangents, out, a, strict: -product(out, tangents[0], out),
    batch=lambda batched, a, strict: inverse_row(a, strict=strict),
)


def _det(a: Any) -> Any:
    small = inverted(a)
    return np.linalg.det(a) if small is None else small[1]


#: Above this condition number the cofactors are not computed from the inverse.
_WELL_CONDITIONED = 1e4


def _cofactors(a: Any) -> Any:
    """The derivative of det: det(a) inv(a)^T, or U (products of the others) V^T up to sign."""
    small = inverted(a)
    if small is not None and small[2] < _WELL_CONDITIONED:
        return small[1] * small[0].T
    try:
        inverse = np.linalg.inv(a)
        condition = np.abs(a).sum(-1).max(-1, initial=0) * np.abs(inverse).sum(-1).max(
            -1, initial=0
        )
        if (condition < _WELL_CONDITIONED).all():
            return np.linalg.det(a)[..., None, None] * np.swapaxes(inverse, -1, -2)
    except np.linalg.LinAlgError:
        pass
    is_finite = np.isfinite(a).all((-1, -2))[..., None, None]
    if not is_finite.all():
        return np.where(is_finite, _cofactors(np.where(is_finite, a, 0)), np.nan)
    u, s, v = svd_of(a)
    sign = np.linalg.det(u) * np.linalg.det(v)
    others = others_row.kernel(s, axes=(s.ndim - 1,))
    return sign[..., None, None] * (u * others[..., None, :]) @ v


def _cofactors_along(a: Any, t: Any) -> Any:
    """The derivative of the cofactors along t, by singular values: there it is a polynomial.

    With M = U^T t V and P_ij the product of the singular values but i and j, it is U D V^T with
    D_ii = sum_k P_ik M_kk for k other than i, and D_ij = -P_ij M_ji.
    """
    u, s, v = svd_row(a)
    n = shape_of(s)[-1]
    sign = det_row(u) * det_row(v)
    eye = identity_mask(n)
    rows = broadcast_row(expand_dims(s, -2), shape=shape_of(a))
    pairs = others_row(where(eye, 1.0, rows), axes=(len(shape_of(a)) - 1,))
    m = product(transposed(u), t, transposed(v))
    traces = sum_row(where(eye, m, 0.0), axes=(len(shape_of(m)) - 1,))
    inside = product(where(eye, 0.0, pairs), expand_dims(traces, -1))
    d = where(eye, broadcast_row(inside, shape=shape_of(a)), -pairs * transposed(m))
    return scaled(product(u, d, v), sign)


# The matrix of second derivatives of det is symmetric, so both rules are one.
cofactors_row: Structural = Structural(
    "cofactors",
    ("a",),
    "The derivative of the determinant.",
    saves=("a",),
    kernel=_cofactors,
    shape=lambda a: square("det", a),
    vjp=lambda g, out, a: (_cofactors_along(a, g),),
    jvp=lambda tangents, out, a: _cofactors_along(a, tangents[0]),
    batch=lambda batched, a: cofactors_row(a),
)
det_row: Structural = Structural(
    "det",
    ("a",),
    "The determinant of matrices.",
    saves=("a",),
    kernel=_det,
    shape=lambda a: square("det", a)[:-2],
    vjp=lambda g, out, a: (scaled(cofactors_row(a), g),),
    jvp=lambda tangents, out, a: whole_sum(cofactors_row(a) * tangents[0]),
    batch=lambda batched, a: det_row(a),
)


def _slogdet_vjp(g: Any, out: Any, a: Any) -> tuple[Any]:
    # The sign is constant where it has a derivative.
    return (None if g[1] is None else scaled(transposed(inverse_row(a, strict=False)), g[1]),)


def _slogdet_jvp(tangents: Any, out: Any, a: Any) -> tuple[Any, Any]:
    along = whole_sum(transposed(inverse_row(a, strict=False)) * tangents[0])
    return filled_like(along, 0.0), along


slogdet_row: Structural = Structural(
    "slogdet",
    ("a",),
    "The sign of the determinant of matrices, and the logarithm of its size.",
    saves=("a",),
    kernel=lambda a: tuple(np.linalg.slogdet(a)),
    shape=lambda a: [square("slogdet", a)[:-2]] * 2,
    vjp=_slogdet_vjp,
    jvp=_slogdet_jvp,
    batch=lambda batched, a: slogdet_row(a),
    results=2,
)


class SlogdetResult(NamedTuple):
    """The sign of a determinant, and the logarithm of its size."""

    sign: Any
    logabsdet: Any


# --- functions ------------------------------------------------------------------------------------


@covers("linalg.inv")
def inv(a: Any) -> Any:
    """The inverse of matrices on the last two axes.

    Raises:
        numpy.linalg.LinAlgError: a matrix is singular, or not square.

    >>> cr.linalg.inv(np.array([[2.0, 0.0], [0.0, 4.0]]))
    array([[0.5 , 0.  ],
           [0.  , 0.25]])
    """
    x = floating(a)
    square("inv", shape_of(x))
    return inverse_row(x, strict=True)


@covers("linalg.det")
def det(a: Any) -> Any:
    """The determinant of matrices on the last two axes; singular ones have derivatives too.

    Raises:
        numpy.linalg.LinAlgError: matrices are not square.

    >>> cr.grad(cr.linalg.det)(np.array([[1.0, 2.0], [2.0, 4.0]])).round(12)
    array([[ 4., -2.],
           [-2.,  1.]])
    """
    x = floating(a)
    square("det", shape_of(x))
    return det_row(x)


@covers("linalg.slogdet", kinks="of a singular matrix the derivative is NaN")
def slogdet(a: Any) -> SlogdetResult:
    """The sign of the determinant, and the logarithm of its size.

    Raises:
        numpy.linalg.LinAlgError: matrices are not square.

    >>> float(cr.linalg.slogdet(np.array([[2.0, 0.0], [0.0, 0.5]])).logabsdet)
    0.0
    """
    x = floating(a)
    square("slogdet", shape_of(x))
    return SlogdetResult(*slogdet_row(x))
