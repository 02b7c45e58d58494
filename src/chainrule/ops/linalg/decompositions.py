"""eigh, svd and qr: rows with several results.

Where two eigenvalues or singular values meet, their vectors turn freely and have no derivative:
it is NaN there. The values have one all the same, as far as they are used symmetrically.
Formulas: Giles, "Collected matrix derivative results" (2008); Townsend, "Differentiating the
singular value decomposition" (2016); Walter and Lehmann, "Algorithmic differentiation of linear
algebra functions" (2018) for qr.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ...errors import UnsupportedFunctionError
from ..covered import covers
from ..creation import identity_mask, positions_row
from ..index import getitem
from ..reduce import sum_row
from ..selection import equal, greater, logical_and, where
from ..shape import (
    broadcast_to,
    concatenate,
    dtype_of,
    expand_dims,
    floating,
    of_dtype,
    shape_of,
)
from ..structural import Shape, Structural
from .matrices import diagonal_of, matrices, product, square, svd_of, transposed

MEET = "where values meet, the derivative of their vectors is NaN"


def _over_gaps(x: Any, gaps: Any, inner: Any) -> Any:
    """x over gaps off the diagonal, where x is ``inner`` and its transpose put together.

    A gap of 0 gives NaN, unless inner and its transpose are 0 there: then nothing asks for a
    derivative. (That x alone is 0 is not enough: that may be two terms that cancel.)
    """
    n = shape_of(gaps)[-1]
    meet = equal(gaps, 0.0)
    unasked = logical_and(equal(inner, 0.0), equal(transposed(inner), 0.0))
    quotient = where(meet, where(unasked, 0.0, np.nan), x / where(meet, 1.0, gaps))
    return where(identity_mask(n), 0.0, quotient)


def _gaps(w: Any) -> Any:
    """w_j - w_i."""
    return expand_dims(w, -2) - expand_dims(w, -1)


# --- eigh -----------------------------------------------------------------------------------------


def _eigh_vjp(g: Any, out: Any, a: Any) -> tuple[Any]:
    w, v = out
    gw, gv = g
    total = None
    if gw is not None:
        total = product(v * expand_dims(gw, -2), transposed(v))
    if gv is not None:
        inner = product(transposed(v), gv)
        # Only the antisymmetric part turns the eigenvectors.
        turn = _over_gaps(0.5 * (inner - transposed(inner)), _gaps(w), inner)
        part = product(v, turn, transposed(v))
        total = part if total is None else total + part
    return (0.5 * (total + transposed(total)),)


def _eigh_jvp(tangents: Any, out: Any, a: Any) -> tuple[Any, Any]:
    w, v = out
    (da,) = tangents
    inner = product(transposed(v), 0.5 * (da + transposed(da)), v)
    return diagonal_of(inner), product(v, _over_gaps(inner, _gaps(w), inner))


def _eigh(a: Any) -> tuple[Any, Any]:
    w, v = np.linalg.eigh(0.5 * (a + np.swapaxes(a, -1, -2)))
    return w, v


eigh_row: Structural = Structural(
    "eigh",
    ("a",),
    "Eigenvalues in ascending order, and eigenvectors in columns, of symmetric matrices.",
    saves=("out",),
    kernel=_eigh,
    shape=lambda a: [square("eigh", a)[:-1], a],
    vjp=_eigh_vjp,
    jvp=_eigh_jvp,
    batch=lambda batched, a: eigh_row(a),
    results=2,
)

# --- svd ------------------------------------------------------------------------------------------


def _over_values(x: Any, s: Any) -> Any:
    """Columns over singular values; over 0 they are NaN, unless they are 0 themselves."""
    s = expand_dims(s, -2)
    none = equal(s, 0.0)
    return where(none, where(equal(x, 0.0), 0.0, np.nan), x / where(none, 1.0, s))


def _turn(inner: Any, s: Any) -> Any:
    """(inner - inner^T) over s_j^2 - s_i^2."""
    gaps = _gaps(s) * (expand_dims(s, -2) + expand_dims(s, -1))
    return _over_gaps(inner - transposed(inner), gaps, inner)


def _svd_vjp(g: Any, out: Any, a: Any) -> tuple[Any]:
    u, s, vt = out
    gu, gs, gvt = g
    v = transposed(vt)
    row, column = expand_dims(s, -2), expand_dims(s, -1)
    rows, columns = shape_of(a)[-2:]
    inside = outside = None

    def plus(total: Any, part: Any) -> Any:
        return part if total is None else total + part

    if gu is not None:
        inner = product(transposed(u), gu)
        inside = plus(inside, _turn(inner, s) * row)
        if rows != shape_of(s)[-1]:
            rest = gu - product(u, inner)
            outside = plus(outside, product(_over_values(rest, s), vt))
    if gvt is not None:
        gv = transposed(gvt)
        inner = product(vt, gv)
        inside = plus(inside, column * _turn(inner, s))
        if columns != shape_of(s)[-1]:
            rest = gv - product(v, inner)
            outside = plus(outside, product(u, transposed(_over_values(rest, s))))
    if gs is not None:
        # At 0 a singular value has a kink, and the least slope.
        slope = where(equal(s, 0.0), 0.0, gs)
        eye = identity_mask(shape_of(s)[-1])
        diagonal = where(eye, expand_dims(slope, -2), 0.0)
        inside = plus(inside, diagonal)
    total = product(u, inside, vt)
    return (total if outside is None else total + outside,)


def _svd_jvp(tangents: Any, out: Any, a: Any) -> tuple[Any, Any, Any]:
    u, s, vt = out
    v = transposed(vt)
    (da,) = tangents
    inner = product(transposed(u), da, v)
    row, column = expand_dims(s, -2), expand_dims(s, -1)
    gaps = _gaps(s) * (row + column)
    ds = where(equal(s, 0.0), 0.0, diagonal_of(inner))
    left = inner * row + column * transposed(inner)
    right = column * inner + transposed(inner) * row
    du = product(u, _over_gaps(left, gaps, inner))
    dv = product(v, _over_gaps(right, gaps, inner))
    rows, columns = shape_of(a)[-2:]
    if rows != shape_of(s)[-1]:
        du = du + _over_values(product(da, v) - product(u, inner), s)
    if columns != shape_of(s)[-1]:
        dv = dv + _over_values(product(transposed(da), u) - product(v, transposed(inner)), s)
    return du, ds, transposed(dv)


def _svd_shapes(a: Shape) -> list[Shape]:
    matrices("svd", a)
    rows, columns = a[-2:]
    least = rows if rows <= columns else columns
    return [(*a[:-2], rows, least), (*a[:-2], least), (*a[:-2], least, columns)]


svd_row: Structural = Structural(
    "svd",
    ("a",),
    "Left singular vectors in columns, singular values in descending order, right ones in rows.",
    saves=("out",),
    kernel=lambda a: svd_of(a, full_matrices=False),
    shape=_svd_shapes,
    vjp=_svd_vjp,
    jvp=_svd_jvp,
    batch=lambda batched, a: svd_row(a),
    results=3,
)

# --- qr -------------------------------------------------------------------------------------------


def _triangle(x: Any, strict: bool) -> Any:
    """The lower triangle, with the diagonal or without."""
    places = positions_row(extent=shape_of(x)[-1])
    rows, columns = expand_dims(places, 1), expand_dims(places, 0)
    kept = greater(rows, columns) if strict else rows >= columns
    return where(kept, x, 0.0)


def _inverse(r: Any) -> Any:
    from .determinants import inverse_row

    return inverse_row(r, strict=False)


def _qr_vjp(g: Any, out: Any, a: Any) -> tuple[Any]:
    q, r = out
    gq, gr = g
    m = None
    if gr is not None:
        m = product(r, transposed(gr))
    if gq is not None:
        part = -product(transposed(gq), q)
        m = part if m is None else m + part
    symmetric = _triangle(m, False) + transposed(_triangle(m, True))
    towards = product(q, symmetric)
    if gq is not None:
        towards = towards + gq
    return (product(towards, transposed(_inverse(r))),)


def _qr_jvp(tangents: Any, out: Any, a: Any) -> tuple[Any, Any]:
    q, r = out
    (da,) = tangents
    step = product(da, _inverse(r))
    inner = product(transposed(q), step)
    lower = _triangle(inner, True)
    turn = lower - transposed(lower)
    return product(q, turn - inner) + step, product(inner - turn, r)


def _qr_shapes(a: Shape) -> list[Shape]:
    return [a, (*a[:-2], a[-1], a[-1])]


qr_row: Structural = Structural(
    "qr",
    ("a",),
    "An orthonormal q and an upper triangular r with q r = a, of no fewer rows than columns.",
    saves=("out",),
    kernel=lambda a: tuple(np.linalg.qr(a)),
    shape=_qr_shapes,
    vjp=_qr_vjp,
    jvp=_qr_jvp,
    batch=lambda batched, a: qr_row(a),
    results=2,
)

# --- what makes vectors a whole basis -------------------------------------------------------------

FREE = "what makes the vectors a whole basis turns freely, and its derivative is NaN"


def _completion(a: Any, of: str) -> Any:
    if of == "qr":
        return np.linalg.qr(a, mode="complete")[0][..., a.shape[-1] :]
    u, s, vt = svd_of(a)
    return u[..., s.shape[-1] :] if of == "svd, left" else vt[..., s.shape[-1] :, :]


def _completion_shape(a: Shape, of: str) -> Shape:
    rows, columns = a[-2:]
    if of == "svd, right":
        return (*a[:-2], columns - rows, columns)
    return (*a[:-2], rows, rows - columns)


def _asked(g: Any, wanted: Any) -> Any:
    """NaN in the shape of ``wanted`` for each matrix of a batch of which g has an element."""
    rank = len(shape_of(g))
    count = sum_row(where(equal(g, 0.0), 0.0, 1.0), axes=(rank - 2, rank - 1))
    found = where(equal(expand_dims(count, (-2, -1)), 0.0), 0.0, np.nan)
    return of_dtype(broadcast_to(found, shape_of(wanted)), dtype_of(wanted))


completion_row: Structural = Structural(
    "completion",
    ("a",),
    "The vectors that make those of svd or of qr a whole basis; they have no derivative.",
    kernel=_completion,
    shape=_completion_shape,
    saves=("a",),
    vjp=lambda g, out, a, of: (_asked(g, a),),
    jvp=lambda tangents, out, a, of: _asked(tangents[0], out),
    batch=lambda batched, a, of: completion_row(a, of=of),
)


def _whole(x: Any, vectors: Any, of: str, axis: int) -> Any:
    return concatenate([vectors, completion_row(x, of=of)], axis)


# --- functions ------------------------------------------------------------------------------------


class EighResult(NamedTuple):
    """Eigenvalues in ascending order, and eigenvectors in columns."""

    eigenvalues: Any
    eigenvectors: Any


class SVDResult(NamedTuple):
    """Left singular vectors in columns, singular values, right singular vectors in rows."""

    U: Any
    S: Any
    Vh: Any


class QRResult(NamedTuple):
    """An orthonormal matrix, and an upper triangular one."""

    Q: Any
    R: Any


def _triangle_named(name: str, given: Any) -> None:
    if given not in ("L", "U", "l", "u"):
        raise ValueError(f"{name}: UPLO is 'L' or 'U', not {given!r:.40}")


@covers("linalg.eigh", kinks=MEET)
def eigh(a: Any, UPLO: str = "L") -> EighResult:  # noqa: N803, NumPy's name
    """Eigenvalues in ascending order and eigenvectors in columns, of a symmetric a.

    It reads both triangles, and takes their mean, whatever ``UPLO`` says ("L" or "U").

    The derivative is that of the symmetric part of a. Where two eigenvalues meet, that of the
    eigenvectors is NaN; symmetric functions of the eigenvalues have finite derivatives.

    Raises:
        numpy.linalg.LinAlgError: matrices are not square, or the computation does not converge.

    >>> w, v = cr.linalg.eigh(np.diag([3.0, 1.0]))
    >>> w
    array([1., 3.])
    """
    _triangle_named("eigh", UPLO)
    x = floating(a)
    square("eigh", shape_of(x))
    return EighResult(*eigh_row(x))


@covers("linalg.eigvalsh")
def eigvalsh(a: Any, UPLO: str = "L") -> Any:  # noqa: N803, NumPy's name
    """Eigenvalues of a symmetric a in ascending order; arguments are those of ``eigh``.

    >>> cr.linalg.eigvalsh(np.diag([3.0, 1.0]))
    array([1., 3.])
    """
    _triangle_named("eigvalsh", UPLO)
    x = floating(a)
    square("eigvalsh", shape_of(x))
    return eigh_row(x)[0]


@covers("linalg.svd", kinks=f"{MEET}; {FREE}; that of a value at 0 is 0")
def svd(
    a: Any, full_matrices: bool = True, compute_uv: bool = True, hermitian: bool = False
) -> Any:
    """The singular value decomposition: U, the singular values in descending order, and V^T.

    Of matrices that are not square, ``full_matrices=True`` adds vectors that are not determined:
    where a derivative of theirs is asked for, it is NaN. ``full_matrices=False`` is without them.
    With ``compute_uv=False`` the result is the singular values alone. ``hermitian=True`` is taken
    for what it says, and changes nothing.

    Raises:
        numpy.linalg.LinAlgError: a has fewer than two axes, or it does not converge.

    >>> cr.linalg.svd(np.diag([3.0, 4.0])).S
    array([4., 3.])
    """
    x = floating(a)
    rows, columns = matrices("svd", shape_of(x))[-2:]
    if not compute_uv:
        return svd_row(x)[1]
    u, s, vt = svd_row(x)
    if full_matrices and rows > columns:
        u = _whole(x, u, "svd, left", -1)
    elif full_matrices and rows < columns:
        vt = _whole(x, vt, "svd, right", -2)
    return SVDResult(u, s, vt)


@covers("linalg.svdvals", kinks="that of a value at 0 is 0")
def svdvals(x: Any, /) -> Any:
    """The singular values of matrices, in descending order.

    >>> cr.linalg.svdvals(np.diag([3.0, 4.0]))
    array([4., 3.])
    """
    return svd(x, compute_uv=False)


@covers("linalg.qr", kinks=f"of a matrix without full rank the derivative is NaN; {FREE}")
def qr(a: Any, mode: str = "reduced") -> Any:
    """The orthonormal Q and the upper triangular R with ``Q @ R = a``.

    ``mode`` is "reduced", "r" for R alone, or "complete", which makes Q square: where a derivative
    of the columns that it adds is asked for, it is NaN.

    Raises:
        numpy.linalg.LinAlgError: a has fewer than two axes.
        UnsupportedFunctionError: mode is "raw".

    >>> cr.linalg.qr(np.array([[0.0, 1.0], [2.0, 0.0]]), mode="r").round(6) + 0.0
    array([[-2.,  0.],
           [ 0., -1.]])
    """
    x = floating(a)
    rows, columns = matrices("qr", shape_of(x))[-2:]
    if mode not in ("reduced", "r", "complete"):
        if mode != "raw":
            raise ValueError(f"qr: there is no mode {mode!r}; there are reduced, complete and r")
        raise UnsupportedFunctionError(
            f"qr: the mode {mode!r} is not supported. Write mode='reduced', 'complete' or 'r'."
        )
    if rows >= columns:
        q, r = qr_row(x)
        if mode == "complete" and rows > columns:
            q = _whole(x, q, "qr", -1)
            shape = (*shape_of(r)[:-2], rows - columns, columns)
            r = concatenate([r, broadcast_to(np.zeros((), dtype_of(r)), shape)], -2)
    else:  # what is right of the square part is turned with it
        q, left = qr_row(getitem(x, (..., slice(None, rows))))
        right = product(transposed(q), getitem(x, (..., slice(rows, None))))
        r = concatenate([left, right], -1)
    return r if mode == "r" else QRResult(q, r)
