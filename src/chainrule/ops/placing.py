"""NumPy's functions that write into an array: copyto, place, putmask, put, fill_diagonal …

Each is an assignment, ``v[key] = x``, and what that says holds here: v is an array that was
computed or made with ``cr.zeros``; a leaf, or a view of something alive, raises.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np

from ..errors import UnsupportedFunctionError
from .arguments import normal_axis
from .comparing import plain_numbers
from .covered import covers
from .index import take
from .selection import where
from .shape import array, as_operand, ravel, reshape_row, shape_of


def assignable(name: str, v: Any) -> Any:
    """The array that is written into.

    Raises:
        UnsupportedFunctionError: it is a plain array, which cannot hold a Value.
        TypeError: it is a number.
    """
    if not hasattr(v, "_apply_op"):
        raise UnsupportedFunctionError(
            f"{name}: a plain array cannot hold Values. Give one that was computed, or made with "
            "cr.zeros or np.zeros_like(v)."
        )
    if not hasattr(v, "at"):
        raise TypeError(f"{name}: a number is no array, and cannot be written into")
    return v


@covers()
def copyto(dst: Any, src: Any, casting: str = "same_kind", where: Any = True) -> None:
    """Write src into dst, repeated to its shape, where a condition holds.

    >>> v = cr.zeros(3)
    >>> cr.copyto(v, 2.0, where=[True, False, True])
    >>> v
    Value(array([2., 0., 2.]))
    """
    from .selection import where as chosen

    v = assignable("copyto", dst)
    v[...] = src if where is True else chosen(as_operand(where), as_operand(src), v)


@covers()
def putmask(a: Any, mask: Any, values: Any, /) -> None:
    """Write values into a where a mask holds, each to its place; too few are repeated.

    >>> v = cr.zeros(4)
    >>> cr.putmask(v, [True, False, True, True], [1.0, 2.0])
    >>> v
    Value(array([1., 0., 1., 2.]))
    """
    v = assignable("putmask", a)
    v[...] = where(as_operand(mask), _repeated("putmask", values, shape_of(v)), v)


def _repeated(name: str, values: Any, shape: Any) -> Any:
    """Values in a shape, again from the first one where there are too few."""
    x = as_operand(values)
    if shape_of(x) in ((), shape):
        return x
    flat = ravel(array(x))
    size, count = operator.index(shape_of(flat)[0]), operator.index(math.prod(shape))
    if size == 0:
        raise ValueError(f"{name}: there are no values")
    return reshape_row(take(flat, np.arange(count) % size), shape=shape)


@covers()
def place(arr: Any, mask: Any, vals: Any) -> None:
    """Write values one after the other where a plain mask holds; too few are repeated.

    >>> v = cr.zeros(4)
    >>> cr.place(v, [True, False, True, True], [1.0, 2.0])
    >>> v
    Value(array([1., 0., 2., 1.]))
    """
    v = assignable("place", arr)
    chosen = plain_numbers(mask, "place").astype(bool)
    v[chosen] = _repeated("place", vals, (int(np.count_nonzero(chosen)),))


@covers()
def put(a: Any, ind: Any, v: Any, mode: Any = "raise") -> None:
    """Write values at positions in the flattened array; too few are repeated.

    >>> x = cr.zeros((2, 2))
    >>> cr.put(x, [0, 3], [1.0, 2.0])
    >>> x
    Value(array([[1., 0.],
           [0., 2.]]))
    """
    x = assignable("put", a)
    places = plain_numbers(ind, "put").ravel()
    key = np.unravel_index(
        np.take(np.arange(operator.index(x.size)), places, mode=mode),
        tuple(map(operator.index, shape_of(x))),
    )
    if places.size:
        x[tuple(key)] = _repeated("put", v, places.shape)


@covers()
def put_along_axis(arr: Any, indices: Any, values: Any, axis: Any = -1) -> None:
    """Write values at positions along an axis, where ``take_along_axis`` would take elements.

    >>> v = cr.zeros((2, 2))
    >>> cr.put_along_axis(v, np.array([[0], [1]]), 5.0, axis=1)
    >>> v
    Value(array([[5., 0.],
           [0., 5.]]))
    """
    v = assignable("put_along_axis", arr)
    places = as_operand(indices)
    if axis is None:
        if len(shape_of(v)) != 1:
            raise ValueError(
                f"put_along_axis: an array of shape {shape_of(v)} needs an axis; without one it "
                "would be flattened, which makes a copy"
            )
        axis = 0
    rank = len(shape_of(v))
    place_of_axis = normal_axis(axis, rank, "put_along_axis")
    if len(shape_of(places)) != rank:
        raise ValueError("put_along_axis: indices and the array have the same number of axes")
    key = tuple(
        places
        if i == place_of_axis
        else np.arange(operator.index(extent)).reshape((1,) * i + (-1,) + (1,) * (rank - i - 1))
        for i, extent in enumerate(shape_of(v))
    )
    v[key] = values


@covers()
def fill_diagonal(a: Any, val: Any, wrap: bool = False) -> None:
    """Write values on the diagonal of an array; too few are repeated.

    >>> v = cr.zeros((2, 2))
    >>> cr.fill_diagonal(v, [1.0, 2.0])
    >>> v
    Value(array([[1., 0.],
           [0., 2.]]))
    """
    v = assignable("fill_diagonal", a)
    shape = tuple(map(operator.index, shape_of(v)))
    if len(shape) < 2:
        raise ValueError(f"fill_diagonal: needs two axes at least, not shape {shape}")
    if len(shape) > 2 and len(set(shape)) > 1:
        raise ValueError(f"fill_diagonal: more than two axes need equal extents, not {shape}")
    marks = np.zeros(shape, bool)
    np.fill_diagonal(marks, True, wrap)
    key = np.nonzero(marks)
    v[key] = _repeated("fill_diagonal", val, key[0].shape)
