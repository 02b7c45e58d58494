"""Arrays put together and taken apart: hstack, block, append; split and its like; atleast_1d.

All of it is ``concatenate`` and slices.
"""

from __future__ import annotations

import operator
from itertools import pairwise
from typing import Any

import numpy as np

from .arguments import normal_axis, unsupported
from .covered import covers
from .index import getitem
from .shape import (
    as_operand,
    concatenate,
    copied,
    expand_dims,
    parts_of,
    ravel,
    reshape_row,
    shape_of,
    stack,
    transpose,
)

# --- more axes ------------------------------------------------------------------------------------


def _each(function: Any, arrays: tuple[Any, ...]) -> Any:
    """The function of one array, or of each of several, in a tuple."""
    return function(arrays[0]) if len(arrays) == 1 else tuple(map(function, arrays))


def _once(x: Any) -> Any:
    x = as_operand(x)
    return reshape_row(x, shape=(1,)) if shape_of(x) == () else x


def _twice(x: Any) -> Any:
    x = _once(x)
    return expand_dims(x, 0) if len(shape_of(x)) == 1 else x


def _thrice(x: Any) -> Any:
    x = _twice(x)
    return expand_dims(x, -1) if len(shape_of(x)) == 2 else x


@covers()
def atleast_1d(*arys: Any) -> Any:
    """Each array with one axis at least; of several arrays a tuple.

    >>> cr.atleast_1d(2.0)
    array([2.])
    """
    return _each(_once, arys)


@covers()
def atleast_2d(*arys: Any) -> Any:
    """Each array with two axes at least, new ones in front; of several arrays a tuple.

    >>> cr.atleast_2d(np.ones(3)).shape
    (1, 3)
    """
    return _each(_twice, arys)


@covers()
def atleast_3d(*arys: Any) -> Any:
    """Each array with three axes at least, as NumPy places them; of several arrays a tuple.

    >>> cr.atleast_3d(np.ones(3)).shape
    (1, 3, 1)
    """
    return _each(_thrice, arys)


# --- together -------------------------------------------------------------------------------------


@covers()
def append(arr: Any, values: Any, axis: Any = None) -> Any:
    """arr and values one after the other along an axis; flattened first without one.

    >>> cr.append(np.array([1.0, 2.0]), 3.0)
    array([1., 2., 3.])
    """
    if axis is None:
        return concatenate([ravel(arr), ravel(values)])
    return concatenate([arr, values], axis)


@covers("vstack", "row_stack")
def vstack(tup: Any, *, dtype: None = None, casting: str = "same_kind") -> Any:
    """Arrays one below the other; vectors are rows.

    >>> cr.vstack([np.ones(2), np.zeros(2)]).shape
    (2, 2)
    """
    unsupported("vstack", dtype=dtype)
    return concatenate([_twice(x) for x in parts_of(tup, "vstack")], 0)


@covers()
def hstack(tup: Any, *, dtype: None = None, casting: str = "same_kind") -> Any:
    """Arrays side by side: along the second axis, vectors along their only one.

    >>> cr.hstack([np.ones(2), np.zeros(1)])
    array([1., 1., 0.])
    """
    unsupported("hstack", dtype=dtype)
    parts = [_once(x) for x in parts_of(tup, "hstack")]
    return concatenate(parts, 0 if len(shape_of(parts[0])) == 1 else 1)


@covers()
def dstack(tup: Any) -> Any:
    """Arrays one behind the other, along a third axis.

    >>> cr.dstack([np.ones(2), np.zeros(2)]).shape
    (1, 2, 2)
    """
    return concatenate([_thrice(x) for x in parts_of(tup, "dstack")], 2)


@covers()
def column_stack(tup: Any) -> Any:
    """Vectors as the columns of a matrix; matrices side by side.

    >>> cr.column_stack([np.ones(2), np.zeros(2)])
    array([[1., 0.],
           [1., 0.]])
    """
    columns = []
    for x in parts_of(tup, "column_stack"):
        vector = len(shape_of(x)) < 2
        columns.append(transpose(_twice(x)) if vector else x)
    return concatenate(columns, 1)


@covers()
def block(arrays: Any) -> Any:
    """An array put together from nested lists of blocks: the innermost ones side by side.

    Raises:
        ValueError: lists are nested to different depths, or are empty.

    >>> cr.block([[np.eye(2), np.zeros((2, 1))], [np.ones((1, 3))]]).shape
    (3, 3)
    """
    depth = _depth(arrays)
    rank = max(depth, _highest_rank(arrays))
    if rank == depth == 2 and len({len(row) for row in arrays}) == 1:
        numbers = [x for row in arrays for x in row]
        if not any(map(shape_of, numbers)):
            return reshape_row(stack(numbers), shape=(len(arrays), len(arrays[0])))
    return _put_together(arrays, depth, rank) if depth else copied(as_operand(arrays))


def _depth(blocks: Any) -> int:
    if isinstance(blocks, tuple):
        raise TypeError("block: blocks are in lists, not in tuples")
    if not isinstance(blocks, list):
        return 0
    depths = {_depth(part) for part in blocks}
    if len(depths) != 1:
        raise ValueError(
            "block: a list is empty" if not depths else "block: lists are nested to several depths"
        )
    return 1 + depths.pop()


def _highest_rank(blocks: Any) -> int:
    if isinstance(blocks, list):
        return max(map(_highest_rank, blocks))
    return len(shape_of(blocks))


def _put_together(blocks: Any, depth: int, rank: int) -> Any:
    if isinstance(blocks, list):
        return concatenate([_put_together(part, depth - 1, rank) for part in blocks], -depth)
    x = blocks if hasattr(blocks, "shape") else np.asarray(blocks) if not hasattr(
        blocks, "_apply_op") else blocks  # fmt: skip
    missing = rank - len(shape_of(x))
    return reshape_row(x, shape=((1,) * missing + tuple(shape_of(x)))) if missing else x


# --- apart ----------------------------------------------------------------------------------------


def _slices(x: Any, cuts: list[Any], axis: int) -> list[Any]:
    """The parts between cuts along an axis."""
    bounds = [0, *cuts, None]
    return [
        getitem(x, (slice(None),) * axis + (slice(start, stop),))
        for start, stop in pairwise(bounds)
    ]


@covers()
def array_split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """The array cut along an axis: at positions, or into a number of parts that may differ by one.

    >>> [x.size for x in cr.array_split(np.arange(5.0), 2)]
    [3, 2]
    """
    return _split("array_split", ary, indices_or_sections, axis)


@covers()
def split(ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """The array cut along an axis: at positions, or into a number of equal parts.

    Raises:
        ValueError: the parts would not be equal.

    >>> [x.size for x in cr.split(np.arange(6.0), [1, 4])]
    [1, 3, 2]
    """
    return _split("split", ary, indices_or_sections, axis, equal=True)


def _split(name: str, ary: Any, where: Any, axis: int, equal: bool = False) -> list[Any]:
    x = as_operand(ary)
    place = normal_axis(axis, len(shape_of(x)), name)
    extent = shape_of(x)[place]
    if np.ndim(where):
        return _slices(x, [operator.index(i) for i in where], place)
    try:
        count = operator.index(where)
    except TypeError:
        raise TypeError(
            f"{name}: takes a number of parts or a list of positions, not {where!r:.40}"
        ) from None
    if count <= 0:
        raise ValueError(f"{name}: the number of parts must be larger than 0, and is {count}")
    if equal and extent % count != 0:
        raise ValueError(
            f"{name}: axis {place} of shape {shape_of(x)} cannot be cut into {count} equal parts"
        )
    size, larger = extent // count, extent % count
    cuts, cut = [], 0
    for i in range(count - 1):
        cut = cut + size + (1 if larger > i else 0)
        cuts.append(cut)
    return _slices(x, cuts, place)


@covers()
def unstack(x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    """The slices along an axis, without it, in a tuple.

    >>> [part.tolist() for part in cr.unstack(np.eye(2))]
    [[1.0, 0.0], [0.0, 1.0]]
    """
    x = as_operand(x)
    place = normal_axis(axis, len(shape_of(x)), "unstack")
    count = operator.index(shape_of(x)[place])
    return tuple(getitem(x, (slice(None),) * place + (i,)) for i in range(count))


@covers()
def hsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """The array cut along its second axis, a vector along its only one; as ``split``.

    >>> [x.shape for x in cr.hsplit(np.ones((2, 4)), 2)]
    [(2, 2), (2, 2)]
    """
    rank = _rank_at_least(1, ary, "hsplit")
    return _split("hsplit", ary, indices_or_sections, 1 if rank > 1 else 0, equal=True)


@covers()
def vsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """The array cut along its first axis; as ``split``.

    >>> [x.shape for x in cr.vsplit(np.ones((4, 2)), 2)]
    [(2, 2), (2, 2)]
    """
    _rank_at_least(2, ary, "vsplit")
    return _split("vsplit", ary, indices_or_sections, 0, equal=True)


@covers()
def dsplit(ary: Any, indices_or_sections: Any) -> list[Any]:
    """The array cut along its third axis; as ``split``.

    >>> [x.shape for x in cr.dsplit(np.ones((1, 1, 4)), 2)]
    [(1, 1, 2), (1, 1, 2)]
    """
    _rank_at_least(3, ary, "dsplit")
    return _split("dsplit", ary, indices_or_sections, 2, equal=True)


def _rank_at_least(least: int, x: Any, name: str) -> int:
    rank = len(shape_of(as_operand(x)))
    if rank < least:
        raise ValueError(f"{name}: needs {least} axes at least, not shape {shape_of(x)}")
    return rank
