"""pinv, lstsq, matrix_power, multi_dot, matrix_rank and cond: what is written with the rows."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ...errors import ConcreteNumberError
from ..arguments import unsupported, whole_number
from ..comparing import count_nonzero
from ..contract import matmul
from ..covered import covers
from ..elementwise import divide
from ..index import getitem
from ..reduce import max as max_of
from ..reduce import sum as sum_of
from ..selection import greater, less_equal, logical_and, where
from ..shape import (
    array,
    as_operand,
    dtype_of,
    expand_dims,
    floating,
    of_dtype,
    reshape,
    reshape_row,
    shape_of,
)
from ..structural import Shape, Structural
from .decompositions import svdvals
from .determinants import inv
from .matrices import identity_like, matrices, product, refuse_infinite, square, transposed
from .norms import norm
from .solving import solve

SAME_RANK = "that among matrices of the same rank; NaN where rcond cuts off what is not 0"


def _pinv(a: Any, rcond: Any) -> Any:
    refuse_infinite(a)
    return np.linalg.pinv(a) if rcond is None else np.linalg.pinv(a, rcond)


def _pinv_shape(a: Shape, rcond: Any) -> Shape:
    matrices("pinv", a)
    return (*a[:-2], a[-1], a[-2])


def _complements(p: Any, a: Any) -> tuple[Any, Any]:
    """1 - a p and 1 - p a."""
    left, right = product(a, p), product(p, a)
    return identity_like(left) - left, identity_like(right) - right


def _trusted(a: Any, rcond: Any) -> Any:
    """1, or nan for matrices of which ``rcond`` cuts off what is not 0, where the formula is wrong.

    A cut within rounding, as by default, leaves it right.
    """
    rounding = 1000 * float(np.finfo(dtype_of(a)).eps)
    if rcond is None or np.max(rcond) <= rounding:
        return 1.0
    s = svdvals(a)
    top = getitem(s, (..., slice(0, 1)))
    is_low = less_equal(s, top * np.asarray(rcond)[..., None])
    cut = where(logical_and(is_low, greater(s, top * rounding)), 1.0, 0.0)
    trusted = where(greater(sum_of(cut, -1, keepdims=True), 0.0), np.nan, 1.0)
    return of_dtype(expand_dims(trusted, -1), dtype_of(a))


def _pinv_vjp(g: Any, out: Any, a: Any, rcond: Any) -> tuple[Any]:
    left, right = _complements(out, a)
    t = transposed
    pulled = (
        product(left, t(g), out, t(out))
        + product(t(out), out, t(g), right)
        - product(t(out), g, t(out))
    )
    return (pulled * _trusted(a, rcond),)


def _pinv_jvp(tangents: Any, out: Any, a: Any, rcond: Any) -> Any:
    (da,) = tangents
    left, right = _complements(out, a)
    t = transposed
    pushed = (
        product(out, t(out), t(da), left)
        + product(right, t(da), t(out), out)
        - product(out, da, out)
    )
    return pushed * _trusted(a, rcond)


# Golub and Pereyra (1973): for matrices whose rank does not change nearby.
pinv_row: Structural = Structural(
    "pinv",
    ("a",),
    "The pseudo-inverse of matrices; singular values below rcond times the largest count as 0.",
    saves=("a", "out"),
    kernel=_pinv,
    shape=_pinv_shape,
    vjp=_pinv_vjp,
    jvp=_pinv_jvp,
    batch=lambda batched, a, rcond: pinv_row(a, rcond=rcond),
)


@covers("linalg.pinv", kinks=SAME_RANK)
def pinv(a: Any, rcond: Any = None, hermitian: bool = False, *, rtol: Any = None) -> Any:
    """The pseudo-inverse of matrices on the last two axes.

    Singular values below ``rcond`` (or ``rtol``) times the largest count as 0.

    Raises:
        numpy.linalg.LinAlgError: a has fewer than two axes, or it does not converge.

    >>> cr.linalg.pinv(np.array([[2.0], [0.0]]))
    array([[0.5, 0. ]])
    """
    if rcond is not None and rtol is not None:
        raise ValueError("pinv: rcond and rtol are two names of one argument; give one")
    x = floating(a)
    matrices("pinv", shape_of(x))
    return pinv_row(x, rcond=rtol if rcond is None else rcond)


@covers("linalg.lstsq", kinks=SAME_RANK)
def lstsq(a: Any, b: Any, rcond: Any = None) -> tuple[Any, Any, Any, Any]:
    """The x of least norm with the least sum of squares of ``b - a @ x``.

    The result is x, the sums of squares (empty unless a has full rank and more rows than columns),
    the rank and the singular values. While a function is traced, the rank is taken to be full.

    Raises:
        numpy.linalg.LinAlgError: a is no matrix, or b does not fit it.

    >>> x, *_ = cr.linalg.lstsq(np.array([[1.0], [1.0]]), np.array([1.0, 3.0]))
    >>> x.round(12)
    array([2.])
    """
    x, y = floating(a), floating(b)
    if len(shape_of(x)) != 2:
        raise np.linalg.LinAlgError(f"lstsq: a is one matrix, not of shape {shape_of(x)}")
    rows, columns = shape_of(x)
    if len(shape_of(y)) not in (1, 2) or shape_of(y)[0] != rows:
        raise np.linalg.LinAlgError(
            f"lstsq: a of shape {shape_of(x)} and b of shape {shape_of(y)} do not fit"
        )
    eps = float(np.finfo(dtype_of(x)).eps)
    if rcond is None:
        rcond = eps * max(operator.index(rows), operator.index(columns))
    elif rcond < 0:
        rcond = eps
    solution = matmul(pinv_row(x, rcond=float(rcond)), y)
    s = svdvals(x)
    rank = count_nonzero(greater(s, getitem(s, slice(0, 1)) * rcond))
    least = rows if rows <= columns else columns
    try:
        full = bool(rank == least)
    except ConcreteNumberError:
        full = True
    if full and rows > columns:
        rest = y - matmul(x, solution)
        squares = sum_of(rest * rest, 0)
        squares = reshape_row(squares, shape=(1,)) if len(shape_of(y)) == 1 else squares
    else:
        squares = np.zeros(0, dtype_of(x))
    return solution, squares, rank, s


@covers("linalg.matrix_power")
def matrix_power(a: Any, n: int) -> Any:
    """The n-th power of square matrices, of the inverse for a negative n.

    Raises:
        numpy.linalg.LinAlgError: matrices are not square, or singular for a negative n.
        TypeError: n is no whole number.

    >>> cr.linalg.matrix_power(np.array([[1.0, 1.0], [0.0, 1.0]]), 3)
    array([[1., 3.],
           [0., 1.]])
    """
    x = as_operand(a)
    square("matrix_power", shape_of(x))
    power = whole_number("matrix_power", "the exponent", n)
    if power < 0:
        x, power = inv(x), -power
    if power == 0:
        return identity_like(x)
    result = None
    while True:
        if power % 2:
            result = x if result is None else matmul(result, x)
        power //= 2
        if not power:
            return result
        x = matmul(x, x)


@covers("linalg.multi_dot")
def multi_dot(arrays: Any, *, out: None = None) -> Any:
    """The product of several matrices, in the order that takes the fewest multiplications.

    The first and the last may be vectors.

    Raises:
        ValueError: there are fewer than two arrays.

    >>> cr.linalg.multi_dot([np.eye(2), np.ones((2, 1)), np.array([[2.0, 3.0]])])
    array([[2., 3.],
           [2., 3.]])
    """
    unsupported("multi_dot", out=out)
    factors = [array(as_operand(x)) for x in arrays]
    if len(factors) < 2:
        raise ValueError(f"multi_dot: needs two arrays at least, and got {len(factors)}")
    row, column = len(shape_of(factors[0])) == 1, len(shape_of(factors[-1])) == 1
    factors[0] = expand_dims(factors[0], 0) if row else factors[0]
    factors[-1] = expand_dims(factors[-1], 1) if column else factors[-1]
    for x in factors:
        if len(shape_of(x)) != 2:
            raise np.linalg.LinAlgError(f"multi_dot: needs matrices, not shape {shape_of(x)}")
    out = _multiplied(factors, _cheapest(factors), 0, len(factors) - 1)
    out = getitem(out, 0) if row else out
    return getitem(out, (..., 0)) if column else out


def _cheapest(factors: list[Any]) -> dict[tuple[int, int], int]:
    """Where to cut each run of factors, by dynamic programming."""
    extents = [operator.index(x) for x in (shape_of(factors[0])[0], *(
        shape_of(x)[1] for x in factors))]  # fmt: skip
    cost = {(i, i): 0 for i in range(len(factors))}
    cut = {}
    for length in range(1, len(factors)):
        for i in range(len(factors) - length):
            j = i + length
            cost[i, j], cut[i, j] = min(
                (cost[i, k] + cost[k + 1, j] + extents[i] * extents[k + 1] * extents[j + 1], k)
                for k in range(i, j)
            )
    return cut


def _multiplied(factors: list[Any], cut: dict[tuple[int, int], int], i: int, j: int) -> Any:
    if i == j:
        return factors[i]
    k = cut[i, j]
    return matmul(_multiplied(factors, cut, i, k), _multiplied(factors, cut, k + 1, j))


@covers("linalg.matrix_rank", derivative=False)
def matrix_rank(
    A: Any,  # noqa: N803, NumPy's name
    tol: Any = None,
    hermitian: bool = False,
    *,
    rtol: Any = None,
) -> Any:
    """How many singular values are larger than a tolerance.

    >>> int(cr.linalg.matrix_rank(np.array([[1.0, 2.0], [2.0, 4.0]])))
    1
    """
    x = floating(A)
    if len(shape_of(x)) < 2:
        return count_nonzero(x) > 0
    s = svdvals(x)
    if tol is None:
        if rtol is None:
            rtol = max(operator.index(e) for e in shape_of(x)[-2:]) * np.finfo(dtype_of(x)).eps
        tol = max_of(s, -1, keepdims=True) * rtol
    return count_nonzero(greater(s, tol), -1)


@covers("linalg.cond")
def cond(x: Any, p: Any = None) -> Any:
    """The condition number of matrices: by singular values, or the norm times that of the inverse.

    >>> float(cr.linalg.cond(np.diag([4.0, 2.0])))
    2.0
    """
    x = floating(x)
    matrices("cond", shape_of(x))
    if p in (None, 2, -2):
        s = svdvals(x)
        first, last = getitem(s, (..., 0)), getitem(s, (..., -1))
        return divide(last, first) if p == -2 else divide(first, last)
    square("cond", shape_of(x))
    return norm(x, p, (-2, -1)) * norm(inv(x), p, (-2, -1))


@covers("linalg.tensorinv")
def tensorinv(a: Any, ind: int = 2) -> Any:
    """The inverse for ``tensordot`` over ``ind`` axes.

    >>> cr.linalg.tensorinv(np.eye(4).reshape(2, 2, 2, 2)).shape
    (2, 2, 2, 2)
    """
    x = array(as_operand(a))
    if ind <= 0:
        raise ValueError(f"tensorinv: ind must be larger than 0, and is {ind}")
    front, back = shape_of(x)[:ind], shape_of(x)[ind:]
    count = 1
    for extent in back:
        count = count * extent
    return reshape(inv(reshape(x, (count, -1))), (*back, *front))


@covers("linalg.tensorsolve")
def tensorsolve(a: Any, b: Any, axes: Any = None) -> Any:
    """The x with ``tensordot(a, x, x.ndim) = b``.

    >>> cr.linalg.tensorsolve(np.eye(4).reshape(2, 2, 2, 2), np.ones((2, 2))).shape
    (2, 2)
    """
    from ..shape import moveaxis

    x, y = array(as_operand(a)), array(as_operand(b))
    if axes is not None:
        axes = list(axes)
        x = moveaxis(x, axes, list(range(-len(axes), 0)))
    rest = shape_of(x)[len(shape_of(y)) :]
    count = 1
    for extent in rest:
        count = count * extent
    return reshape(solve(reshape(x, (-1, count)), reshape(y, (-1,))), rest)
