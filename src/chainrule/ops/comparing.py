"""Functions whose results are truth values, counts or positions: they have no derivative.

Of Values they give plain arrays, as comparisons do. How many elements ``nonzero`` and its like give
depends on the numbers, so they raise in a function that is traced.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import ConcreteNumberError, user_line
from .arguments import normal_axes, normal_axis, unsupported
from .covered import covers
from .op import TABLE
from .reduce import kept, sum_row
from .selection import equal, not_equal
from .shape import as_operand, ravel, reshape_row, shape_of
from .structural import Structural, no_jvp, no_vjp


def _best(name: str, kernel: Any, doc: str) -> Structural:
    row: Structural
    row = Structural(
        name,
        ("x",),
        doc,
        kernel=lambda x, axis: kernel(x, axis=axis),
        shape=lambda x, axis: (*x[:axis], *x[axis + 1 :]),
        dtype=lambda x, axis: np.dtype(np.intp),
        vjp=no_vjp,
        jvp=no_jvp,
        batch=lambda batched, x, axis: row(x, axis=axis + 1),
        differentiable=False,
    )
    return row


argmax_row: Structural = _best("argmax", np.argmax, "Position of the largest element on an axis.")
argmin_row: Structural = _best("argmin", np.argmin, "Position of the smallest element on an axis.")


def position_of(row: Structural, a: Any, axis: Any, keepdims: bool) -> Any:
    """Where the best element is, along an axis or in the flattened array."""
    x = as_operand(a)
    shape = shape_of(x)
    flat = ravel(x) if axis is None else x
    place = normal_axis(0 if axis is None else axis, len(shape_of(flat)), row.name)
    extent = shape_of(flat)[place]
    if isinstance(extent, int) and extent == 0:
        raise ValueError(f"{row.name}: an array of shape {shape} has no element along axis {axis}")
    out = row(flat, axis=place)
    if not keepdims:
        return out
    return reshape_row(out, shape=kept(shape, normal_axes(axis, len(shape), row.name)))


@covers(derivative=False)
def argmax(a: Any, axis: Any = None, out: None = None, *, keepdims: bool = False) -> Any:
    """Position of the largest element along an axis, the first of several.

    >>> int(cr.argmax(np.array([1.0, 3.0, 3.0])))
    1
    """
    unsupported("argmax", out=out)
    return position_of(argmax_row, a, axis, keepdims)


@covers(derivative=False)
def argmin(a: Any, axis: Any = None, out: None = None, *, keepdims: bool = False) -> Any:
    """Position of the smallest element along an axis, the first of several.

    >>> int(cr.argmin(np.array([1.0, 3.0, 0.5])))
    2
    """
    unsupported("argmin", out=out)
    return position_of(argmin_row, a, axis, keepdims)


def _counted(name: str, truths: Any, axis: Any, keepdims: bool) -> Any:
    """How many truth values hold over axes."""
    shape = shape_of(truths)
    axes = normal_axes(axis, len(shape), name)
    count = sum_row(truths, axes=axes)
    return reshape_row(count, shape=kept(shape, axes)) if keepdims else count


def _chosen(x: Any, where: Any, otherwise: bool) -> Any:
    """Whether elements are not 0; where they are not asked for, a given answer."""
    truths = not_equal(x, 0)
    return truths if where is None or where is True else TABLE["where"](where, truths, otherwise)


@covers(derivative=False)
def any(  # noqa: A001, NumPy's name
    a: Any, axis: Any = None, out: None = None, keepdims: bool = False, *, where: Any = None
) -> Any:
    """Whether an element is not 0, over one axis, several or all.

    >>> bool(cr.any(np.array([0.0, 2.0])))
    True
    """
    unsupported("any", out=out)
    truths = _chosen(as_operand(a), where, False)
    return not_equal(_counted("any", truths, axis, keepdims), 0)


@covers(derivative=False)
def all(  # noqa: A001, NumPy's name
    a: Any, axis: Any = None, out: None = None, keepdims: bool = False, *, where: Any = None
) -> Any:
    """Whether no element is 0, over one axis, several or all.

    >>> bool(cr.all(np.array([0.0, 2.0])))
    False
    """
    unsupported("all", out=out)
    truths = _chosen(as_operand(a), where, True)
    return equal(_counted("all", equal(truths, 0), axis, keepdims), 0)


@covers(derivative=False)
def count_nonzero(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """How many elements are not 0, over one axis, several or all.

    >>> int(cr.count_nonzero(np.array([0.0, 2.0, 3.0])))
    2
    """
    return _counted("count_nonzero", not_equal(as_operand(a), 0), axis, keepdims)


@covers(derivative=False)
def isclose(a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False) -> Any:
    """Whether elements are equal up to a tolerance.

    >>> cr.isclose(np.array([1.0, 2.0]), np.array([1.0, 2.1]))
    array([ True, False])
    """
    a, b = as_operand(a), as_operand(b)
    row = TABLE
    distance = row["abs"](row["subtract"](a, b))
    bound = row["add"](atol, row["multiply"](rtol, row["abs"](b)))
    near = row["logical_and"](row["less_equal"](distance, bound), row["isfinite"](b))
    near = row["logical_or"](near, row["equal"](a, b))
    if equal_nan:
        near = row["logical_or"](near, row["logical_and"](row["isnan"](a), row["isnan"](b)))
    return near


@covers(derivative=False)
def allclose(a: Any, b: Any, rtol: Any = 1e-5, atol: Any = 1e-8, equal_nan: bool = False) -> bool:
    """Whether all elements are equal up to a tolerance.

    >>> cr.allclose(np.array([1.0, 2.0]), np.array([1.0, 2.0 + 1e-9]))
    True
    """
    return bool(all(isclose(a, b, rtol, atol, equal_nan)))


@covers(derivative=False)
def array_equal(a1: Any, a2: Any, equal_nan: bool = False) -> bool:
    """Whether two arrays have the same shape and elements.

    >>> cr.array_equal(np.array([1.0, 2.0]), np.array([1.0, 2.0]))
    True
    """
    a1, a2 = as_operand(a1), as_operand(a2)
    if shape_of(a1) != shape_of(a2):
        return False
    same = TABLE["equal"](a1, a2)
    if equal_nan:
        nans = TABLE["logical_and"](TABLE["isnan"](a1), TABLE["isnan"](a2))
        same = TABLE["logical_or"](same, nans)
    return bool(all(same))


# --- what depends on the numbers ------------------------------------------------------------------


def plain_numbers(x: Any, name: str) -> Any:
    """The numbers of an operand as a plain array, for what has no derivative.

    Raises:
        ConcreteNumberError: it is a Symbol, which has none.
    """
    x = as_operand(x)
    if not hasattr(x, "_apply_op"):
        return np.asarray(x)
    if x._dispatch_rank > 2:
        raise ConcreteNumberError(
            f"{name}{user_line()}: how many elements the result has depends on the numbers, and "
            "while a function is traced there are none to look at. Choose with "
            "cr.where(condition, x, y), or compute it outside and pass it in."
        )
    return np.asarray(x.val)


@covers(derivative=False)
def nonzero(a: Any) -> tuple[Any, ...]:
    """Positions of the elements that are not 0, an array an axis. Not in traced functions.

    >>> cr.nonzero(np.array([0.0, 2.0, 3.0]))
    (array([1, 2]),)
    """
    return tuple(np.nonzero(plain_numbers(a, "nonzero")))


@covers(derivative=False)
def flatnonzero(a: Any) -> Any:
    """Positions of the elements that are not 0 in the flattened array. Not in traced functions.

    >>> cr.flatnonzero(np.array([[0.0, 2.0], [3.0, 0.0]]))
    array([1, 2])
    """
    return np.flatnonzero(plain_numbers(a, "flatnonzero"))


@covers(derivative=False)
def argwhere(a: Any) -> Any:
    """Positions of the elements that are not 0, a row each. Not in traced functions.

    >>> cr.argwhere(np.array([0.0, 2.0, 3.0]))
    array([[1],
           [2]])
    """
    return np.argwhere(plain_numbers(a, "argwhere"))
