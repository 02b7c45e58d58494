"""Elements in another order, or several times: flip, roll, rot90, repeat, tile, rollaxis, delete.

All of it is slices, ``concatenate`` and ``broadcast_to``, or ``take`` at positions that do not
depend on the numbers.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from .arguments import normal_axes, normal_axis, product, require_plain, unsupported, whole_number
from .covered import covers
from .index import getitem, take
from .shape import (
    as_operand,
    broadcast_to,
    concatenate,
    copied,
    dtype_of,
    expand_dims,
    moveaxis,
    of_dtype,
    ravel,
    reshape,
    reshape_row,
    shape_of,
    transpose,
)

# --- order ----------------------------------------------------------------------------------------


@covers()
def flip(m: Any, axis: Any = None) -> Any:
    """m with the elements in reverse order along one axis, several or all.

    >>> cr.flip(np.array([1.0, 2.0, 3.0]))
    array([3., 2., 1.])
    """
    x = as_operand(m)
    axes = normal_axes(axis, len(shape_of(x)), "flip")
    return getitem(
        x, tuple(slice(None, None, -1 if i in axes else 1) for i in range(len(shape_of(x))))
    )


def _flip_of_rank(name: str, m: Any, axis: int) -> Any:
    x = as_operand(m)
    if len(shape_of(x)) <= axis:
        raise ValueError(f"{name}: needs {axis + 1} axes at least, not shape {shape_of(x)}")
    return flip(x, axis)


@covers()
def flipud(m: Any) -> Any:
    """m with its rows in reverse order: along the first axis.

    >>> cr.flipud(np.array([[1.0], [2.0]]))
    array([[2.],
           [1.]])
    """
    return _flip_of_rank("flipud", m, 0)


@covers()
def fliplr(m: Any) -> Any:
    """m with its columns in reverse order: along the second axis.

    >>> cr.fliplr(np.array([[1.0, 2.0]]))
    array([[2., 1.]])
    """
    return _flip_of_rank("fliplr", m, 1)


@covers()
def rot90(m: Any, k: int = 1, axes: Any = (0, 1)) -> Any:
    """m turned by k quarters in the plane of two axes, from the first towards the second.

    >>> cr.rot90(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[2., 4.],
           [1., 3.]])
    """
    x = as_operand(m)
    if len(axes) != 2:
        raise ValueError(f"rot90: needs two axes, not {axes}")
    first, second = (normal_axis(axis, len(shape_of(x)), "rot90") for axis in axes)
    if first == second:
        raise ValueError(f"rot90: needs two different axes, not {axes}")
    quarters = whole_number("rot90", "k", k) % 4
    if quarters == 0:
        return x
    if quarters == 2:
        return flip(x, (first, second))
    order = list(range(len(shape_of(x))))
    order[first], order[second] = order[second], order[first]
    if quarters == 1:
        return transpose(flip(x, second), order)
    return flip(transpose(x, order), second)


@covers()
def roll(a: Any, shift: Any, axis: Any = None) -> Any:
    """a with the elements moved along axes, those that leave at one end coming in at the other.

    Without an axis the flattened array is moved. ``shift`` and ``axis`` may be tuples.

    >>> cr.roll(np.array([1.0, 2.0, 3.0]), 1)
    array([3., 1., 2.])
    """
    x = as_operand(a)
    shape = shape_of(x)
    require_plain("roll", "shift", shift)
    if axis is None:
        total = sum(_shift(s) for s in np.ravel(np.asarray(shift)))
        flat = ravel(x)
        rolled = _rolled(flat, total, 0)
        return copied(x) if rolled is flat else reshape_row(rolled, shape=shape)
    axes = [axis] if np.ndim(axis) == 0 else list(axis)
    shifts = [shift] if np.ndim(shift) == 0 else list(shift)
    if len(axes) != len(shifts):
        if 1 not in (len(axes), len(shifts)):
            raise ValueError(f"roll: shift {shift} and axis {axis} differ in number")
        longer = max(len(axes), len(shifts))
        axes, shifts = axes * (longer // len(axes)), shifts * (longer // len(shifts))
    for place, distance in zip(axes, shifts, strict=True):
        x = _rolled(x, _shift(distance), normal_axis(place, len(shape), "roll"))
    return copied(x) if x is a else x


def _shift(given: Any) -> int:
    return whole_number("roll", "a shift", given)


def _rolled(x: Any, shift: int, axis: int) -> Any:
    extent = shape_of(x)[axis]
    if isinstance(extent, int) and extent == 0:
        return x
    if not -extent <= shift <= extent:
        if extent == 0:
            return x
        shift = operator.index(shift % extent)
    if shift == 0:
        return x
    before = (slice(None),) * axis
    cut = -shift
    return concatenate([getitem(x, (*before, slice(cut, None))),
                        getitem(x, (*before, slice(None, cut)))], axis)  # fmt: skip


def _is_one(extent: Any) -> bool:
    """Whether an extent is known to be 1: elements repeated along it stay in their place."""
    return isinstance(extent, int) and extent == 1


@covers()
def rollaxis(a: Any, axis: int, start: int = 0) -> Any:
    """a with one axis moved in front of the place ``start``; ``moveaxis`` is clearer.

    >>> cr.rollaxis(np.ones((2, 3, 4)), 2).shape
    (4, 2, 3)
    """
    x = as_operand(a)
    rank = len(shape_of(x))
    place = normal_axis(axis, rank, "rollaxis")
    if not -rank <= start <= rank:
        raise np.exceptions.AxisError(f"rollaxis: start {start} is out of range for {rank} axes")
    start = start + rank if start < 0 else start
    order = [i for i in range(rank) if i != place]
    order.insert(start - 1 if start > place else start, place)
    return transpose(x, order)


# --- several times --------------------------------------------------------------------------------


@covers()
def repeat(a: Any, repeats: Any, axis: Any = None) -> Any:
    """Each element several times, along an axis or in the flattened array.

    ``repeats`` is one number, or one for each element along the axis.

    >>> cr.repeat(np.array([1.0, 2.0]), 2)
    array([1., 1., 2., 2.])
    """
    require_plain("repeat", "repeats", repeats)
    x = ravel(a) if axis is None else as_operand(a)
    place = normal_axis(0 if axis is None else axis, len(shape_of(x)), "repeat")
    counts = np.asarray(repeats)
    if counts.dtype.kind not in "iu":
        raise TypeError(f"repeat: repeats are whole numbers, not {counts.dtype}")
    if counts.size and counts.min() < 0:
        raise ValueError("repeat: repeats may not be negative")
    if counts.size == 1:
        count = int(counts.reshape(()))
        shape = shape_of(x)
        wide = broadcast_to(
            expand_dims(x, place + 1), (*shape[: place + 1], count, *shape[place + 1 :])
        )
        out = reshape_row(wide, shape=(*shape[:place], shape[place] * count, *shape[place + 1 :]))
        return copied(out) if count == 1 or _is_one(shape[place]) else out
    extent = operator.index(shape_of(x)[place])
    if counts.shape != (extent,):
        raise ValueError(
            f"repeat: repeats of shape {counts.shape} do not fit axis {place} of {shape_of(x)}"
        )
    return take(x, np.repeat(np.arange(extent), counts), place)


@covers()
def tile(A: Any, reps: Any) -> Any:  # noqa: N803, NumPy's name
    """The whole array several times along each axis.

    >>> cr.tile(np.array([1.0, 2.0]), 2)
    array([1., 2., 1., 2.])
    """
    x = as_operand(A)
    given = reps if np.ndim(reps) else (reps,)
    times = [whole_number("tile", "a number of times", r) for r in given]
    if any(r < 0 for r in times):
        raise ValueError(f"tile: reps may not be negative: {reps}")
    shape = list(shape_of(x))
    times = [1] * (len(shape) - len(times)) + times
    shape = [1] * (len(times) - len(shape)) + shape
    apart = tuple(extent for pair in zip([1] * len(shape), shape, strict=True) for extent in pair)
    wide = tuple(extent for pair in zip(times, shape, strict=True) for extent in pair)
    whole = tuple(r * extent for r, extent in zip(times, shape, strict=True))
    out = reshape_row(broadcast_to(reshape_row(x, shape=apart), wide), shape=whole)
    is_view = all(r == 1 or _is_one(extent) for r, extent in zip(times, shape, strict=True))
    return copied(out) if is_view else out


@covers()
def resize(a: Any, new_shape: Any) -> Any:
    """The elements of a in another shape, again from the first one where there are too few.

    >>> cr.resize(np.array([1.0, 2.0]), (3,))
    array([1., 2., 1.])
    """
    x = ravel(a)
    shape = tuple(new_shape) if np.ndim(new_shape) else (new_shape,)
    if any(extent < 0 for extent in shape):
        raise ValueError(f"resize: extents may not be negative: {new_shape}")
    size, count = product(shape_of(x)), product(shape)
    if size == 0 and count:
        return np.zeros(shape, dtype_of(x))
    times = -(-operator.index(count) // operator.index(size or 1))
    return copied(reshape(getitem(tile(x, times), slice(count)), shape))


# --- some, or some more ---------------------------------------------------------------------------


@covers()
def delete(arr: Any, obj: Any, axis: Any = None) -> Any:
    """The array without the slices at some positions along an axis; flattened without one.

    >>> cr.delete(np.array([1.0, 2.0, 3.0]), 1)
    array([1., 3.])
    """
    require_plain("delete", "obj", obj)
    x = ravel(arr) if axis is None else as_operand(arr)
    place = normal_axis(0 if axis is None else axis, len(shape_of(x)), "delete")
    rest = np.delete(np.arange(operator.index(shape_of(x)[place])), obj)
    return take(x, rest, place)


@covers()
def insert(arr: Any, obj: Any, values: Any, axis: Any = None) -> Any:
    """The array with values before some positions along an axis; flattened without one.

    >>> cr.insert(np.array([1.0, 2.0, 3.0]), 1, 9.0)
    array([1., 9., 2., 3.])
    """
    require_plain("insert", "obj", obj)
    x = ravel(arr) if axis is None else as_operand(arr)
    place = normal_axis(0 if axis is None else axis, len(shape_of(x)), "insert")
    extent = operator.index(shape_of(x)[place])
    rank = len(shape_of(x))
    new = as_operand(values)
    is_number = np.ndim(obj) == 0 and not isinstance(obj, slice)
    if is_number or (not isinstance(obj, slice) and np.size(obj) == 1):
        # All that there is comes to one place.
        new = reshape_row(new, shape=(1,) * (rank - len(shape_of(new))) + shape_of(new))
        new = moveaxis(new, 0, place) if is_number else new
        count = operator.index(shape_of(new)[place])
    else:
        count = np.insert(np.arange(extent), obj, -1).size - extent
    # NumPy says which position comes from where: those of x first, then what is new.
    order = np.insert(np.arange(extent), obj, extent + np.arange(count))
    shape = tuple(count if i == place else e for i, e in enumerate(shape_of(x)))
    new = broadcast_to(new, shape)
    if dtype_of(x).kind == "f":
        new = of_dtype(new, dtype_of(x))
    return take(concatenate([x, new], place), order, place)


@covers()
def compress(condition: Any, a: Any, axis: Any = None, out: None = None) -> Any:
    """The slices along an axis where a plain condition holds; of the flattened array without one.

    >>> cr.compress([True, False, True], np.array([1.0, 2.0, 3.0]))
    array([1., 3.])
    """
    from .comparing import plain_numbers

    unsupported("compress", out=out)
    return take(a, np.flatnonzero(plain_numbers(condition, "compress")), axis)


@covers()
def extract(condition: Any, arr: Any) -> Any:
    """The elements where a plain condition holds, in one axis.

    >>> cr.extract(np.array([True, False, True]), np.array([1.0, 2.0, 3.0]))
    array([1., 3.])
    """
    return compress(ravel(condition), ravel(arr))
