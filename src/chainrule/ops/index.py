"""The rows that pick elements: index (slices), gather (arrays of positions), and their transposes.

``index`` takes a key for every axis: an int, which drops the axis, or ``(start, stop, step)`` with
all three counted out. ``gather`` takes whole numbers for the first axes together. What was not
picked has no part in a derivative, not even as 0 times infinity: both rows mask.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from . import tracing
from .arguments import broadcast_shapes, normal_axis, unsupported
from .covered import covers
from .creation import length_row, positions_row
from .elementwise import add
from .op import TABLE
from .selection import less, where
from .shape import (
    array,
    as_operand,
    astype_row,
    broadcast_row,
    copied,
    ravel,
    reshape_row,
    shape_of,
    transpose,
)
from .structural import Shape, Structural

Key = tuple[Any, ...]


def as_slices(key: Key) -> tuple[Any, ...]:
    """The key as NumPy takes it."""
    places = []
    for entry in key:
        if isinstance(entry, tuple):
            start, stop, step = entry
            # Counted out, a reversed slice ends at -1, which NumPy would count from the back.
            places.append(slice(start, None if stop < 0 else stop, step))
        else:
            places.append(entry)
    return tuple(places)


def _count(start: Any, stop: Any, step: int) -> Any:
    if step == 1:
        return stop - start
    if step == -1:
        return start - stop
    return len(range(start, stop, step))


def _indexed_shape(shape: Shape, key: Key) -> Shape:
    return tuple(_count(*entry) for entry in key if isinstance(entry, tuple))


def _zeros(shape: Shape, dtype: Any, out: Any) -> Any:
    """Zeros, in ``out`` if it is given."""
    if out is None:
        return np.zeros(shape, dtype)
    out.fill(0)
    return out


def _scattered(g: Any, shape: Shape, key: Key, out: Any = None) -> Any:
    out = _zeros(shape, g.dtype, out)
    out[as_slices(key)] = g
    return out


index_row: Structural = Structural(
    "index",
    ("x",),
    "The elements of x at a key of ints and slices.",
    kernel=lambda x, key: x[as_slices(key)],
    moves=True,
    shape=_indexed_shape,
    vjp=lambda g, out, x, key: (scatter_row(g, shape=shape_of(x), key=key),),
    batch=lambda batched, x, key: index_row(x, key=((0, shape_of(x)[0], 1), *key)),
    linear=True,
    masks=True,
)
scatter_row: Structural = Structural(
    "scatter",
    ("g",),
    "Zeros of a shape, with g at a key: the transpose of index.",
    kernel=_scattered,
    shape=lambda g, shape, key: shape,
    vjp=lambda g, out, x, shape, key: (index_row(g, key=key),),
    batch=lambda batched, g, shape, key: scatter_row(
        g, shape=(shape_of(g)[0], *shape), key=((0, shape_of(g)[0], 1), *key)
    ),
    linear=True,
    takes_out=True,
)


def _added_at(g: Any, *places: Any, shape: Shape, out: Any = None) -> Any:
    out = _zeros(shape, g.dtype, out)
    np.add.at(out, places, g)
    return out


def _gathered_shape(shape: Shape, *places: Shape) -> Shape:
    return (*broadcast_shapes("gather", *places), *shape[len(places) :])


def _batched_places(batched: Any, places: Any, extent: Any) -> list[Any]:
    """Positions with the batch's own position in front, so that each example picks its own."""
    shapes = [shape_of(p)[1:] if b else shape_of(p) for p, b in zip(places, batched, strict=True)]
    common = broadcast_shapes("gather", *shapes)
    whole = []
    for place, is_batched, shape in zip(places, batched, shapes, strict=True):
        if is_batched:
            padded = (shape_of(place)[0], *(1,) * (len(common) - len(shape)), *shape)
            place = reshape_row(place, shape=padded)
        whole.append(broadcast_row(place, shape=(extent, *common)))
    own = reshape_row(positions_row(extent=extent), shape=(extent, *(1,) * len(common)))
    return [broadcast_row(own, shape=(extent, *common)), *whole]


def _batched_gather(batched: Any, x: Any, *places: Any) -> Any:
    if batched[0]:
        return gather_row(x, *_batched_places(batched[1:], places, shape_of(x)[0]))
    (extent, *_) = [shape_of(p)[0] for p, b in zip(places, batched[1:], strict=True) if b]
    return gather_row(x, *_batched_places(batched[1:], places, extent)[1:])


def _batched_scatter(batched: Any, g: Any, *places: Any, shape: Shape) -> Any:
    (extent, *_) = [
        shape_of(x)[0] for x, b in zip((g, *places), batched, strict=True) if b
    ]  # fmt: skip
    whole = g if batched[0] else broadcast_row(g, shape=(extent, *shape_of(g)))
    return scatter_add_row(
        whole, *_batched_places(batched[1:], places, extent), shape=(extent, *shape)
    )


gather_row: Structural = Structural(
    "gather",
    ("x", "*places"),
    "The elements of x at arrays of positions on its first axes.",
    saves=("places",),
    kernel=lambda x, *places: x[places],
    shape=_gathered_shape,
    vjp=lambda g, out, x, *places: (
        scatter_add_row(g, *places, shape=shape_of(x)),
        *(None for _ in places),
    ),
    batch=_batched_gather,
    linear=True,
    masks=True,
    indices_from=1,
)
scatter_add_row: Structural = Structural(
    "scatter_add",
    ("g", "*places"),
    "Zeros of a shape, with g added at arrays of positions: the transpose of gather.",
    saves=("places",),
    kernel=_added_at,
    shape=lambda g, *places, shape: shape,
    vjp=lambda g, out, x, *places, shape: (gather_row(g, *places), *(None for _ in places)),
    batch=_batched_scatter,
    linear=True,
    indices_from=1,
    takes_out=True,
)


# --- from what users write to keys ----------------------------------------------------------------


def _no_index(k: Any) -> IndexError:
    return IndexError(
        "only ints, slices, None, Ellipsis and arrays of ints or bools are indices, not "
        f"{type(k).__name__} {k!r:.40}"
    )


def position(k: Any, extent: Any, axis: int) -> Any:
    """An int counted from the front, in range."""
    try:
        k = operator.index(k)
    except TypeError:
        raise _no_index(k) from None
    if not -extent <= k < extent:
        raise IndexError(f"index {k} is out of bounds for axis {axis} of extent {extent}")
    return extent + k if k < 0 else k


def _bounds(s: slice, extent: Any) -> tuple[Any, Any, int]:
    """A slice counted out: as ``slice.indices``, for extents that are no ints too."""
    step = 1 if s.step is None else operator.index(s.step)
    if step == 0:
        raise ValueError("slice step cannot be zero")

    def bound(b: Any, default: Any) -> Any:
        if b is None:
            return default
        if isinstance(b, np.integer):
            b = int(b)
        if isinstance(b, float | np.floating):
            raise TypeError(f"bounds of a slice are ints, not {b!r}")
        if b < 0:
            b = extent + b
            lowest = 0 if step > 0 else -1
            return b if b >= lowest else lowest
        highest = extent if step > 0 else extent - 1
        return b if b <= highest else highest

    if step > 0:
        start, stop = bound(s.start, 0), bound(s.stop, extent)
        return start, stop if stop >= start else start, step
    start, stop = bound(s.start, extent - 1), bound(s.stop, -1)
    # An empty one at the front end would otherwise read as "from the last one on".
    return (start, stop, step) if stop < start else (0, 0, step)


def getitem(x: Any, key: Any) -> Any:
    """x[key], with all that NumPy takes: ints, slices, None, Ellipsis, arrays of ints and bools."""
    x = as_operand(x)
    if hasattr(type(x), "_picked"):  # an array's Value in the compiled build has the usual keys
        picked = x._picked(key)
        if picked is not None:
            return picked
    shape = shape_of(x)
    if type(key) is int and shape:  # as in loops over elements
        rest = tuple([(0, extent, 1) for extent in shape[1:]])
        return index_row(x, key=(position(key, shape[0], 0), *rest))
    entries = _without_bools(entries_of(shape, key), shape)
    if len(entries) == len(shape) and is_view_of_one(key, entries):
        return reshape_row(_basic_then_gather(x, [*entries, None]), shape=())
    return _basic_then_gather(x, entries)


def is_view_of_one(key: Any, entries: Sequence[Any]) -> bool:
    """Whether a key is ints and an Ellipsis, which is a view of one element; ints are a number."""
    return (
        isinstance(key, tuple)
        and any(e is Ellipsis for e in key)
        and not any(e is None or isinstance(e, slice) or _is_array(e) for e in entries)
    )


def entries_of(shape: Shape, key: Any) -> list[Any]:
    """A key as users write it, spelt out: as many entries as there are axes, and new axes."""
    entries = list(key) if isinstance(key, tuple) else [key]
    entries = [_listed(e) if isinstance(e, list | tuple | range) else e for e in entries]
    used = sum(_axes_used(e) for e in entries)
    if used > len(shape):
        raise IndexError(f"too many indices: {used} for an array of shape {shape}")
    if sum(1 for e in entries if e is Ellipsis) > 1:
        raise IndexError("an index may have only one Ellipsis")
    whole = [slice(None)] * (len(shape) - used)
    if any(e is Ellipsis for e in entries):
        at = next(i for i, e in enumerate(entries) if e is Ellipsis)
        entries[at : at + 1] = whole
    else:
        entries += whole
    return entries


def basic_key(entries: Sequence[Any], shape: Shape) -> tuple[Key, Shape] | None:
    """The key of ints and slices, and the shape that it picks; None if there are arrays in it."""
    key: list[Any] = []
    picked: list[Any] = []
    axis = 0
    for e in entries:
        if e is None:
            picked.append(1)
            continue
        if isinstance(e, slice):
            key.append(_bounds(e, shape[axis]))
            picked.append(_count(*key[-1]))
        elif _is_array(e):
            return None
        else:
            key.append(position(e, shape[axis], axis))
        axis += 1
    return tuple(key), tuple(picked)


def _listed(positions: Any) -> Any:
    """A list of positions as an array; an empty one has no type of its own."""
    return array(list(positions)) if positions else np.zeros(0, int)


def _axes_used(e: Any) -> int:
    if e is None or e is Ellipsis:
        return 0
    return len(shape_of(e)) if _is_mask(e) else 1


def _is_mask(e: Any) -> bool:
    if isinstance(e, bool | np.bool_) or (isinstance(e, np.ndarray) and e.dtype == np.bool_):
        if not shape_of(e):
            raise IndexError("a single bool is no index here: use cr.where")
        return True
    if getattr(e, "dtype", None) == np.bool_:
        raise IndexError(
            "a mask that is computed from a Symbol has no known number of elements: use cr.where"
        )
    return False


def _is_array(e: Any) -> bool:
    return len(shape_of(e)) > 0 or (hasattr(e, "_apply_op") and hasattr(e, "dtype"))


def _without_bools(entries: list[Any], shape: Shape) -> list[Any]:
    """Masks as the positions where they hold: their number has to be known."""
    result: list[Any] = []
    axis = 0
    for e in entries:
        used = _axes_used(e)
        if _is_mask(e):
            covered = shape[axis : axis + used]
            if shape_of(e) != covered:
                raise IndexError(
                    f"a mask of shape {shape_of(e)} does not fit the axes of shape {covered}, from "
                    f"axis {axis} on"
                )
            tracing.content_read(e)
            result.extend(np.nonzero(e))
        else:
            result.append(e)
        axis += used
    return result


def _basic_then_gather(x: Any, entries: list[Any]) -> Any:
    """First ints and slices, then new axes, then arrays of positions."""
    shape = shape_of(x)
    key: list[Any] = []
    axes: list[Any] = []  # of the result: "new", a slice's axis, or an array of positions
    axis = 0
    gathers = any(e is not None and not isinstance(e, slice) and _is_array(e) for e in entries)
    for e in entries:
        if e is None:
            axes.append("new")
            continue
        if isinstance(e, slice):
            key.append(_bounds(e, shape[axis]))
            axes.append("slice")
        elif _is_array(e):
            key.append((0, shape[axis], 1))
            axes.append(e)
        elif gathers:  # an int beside arrays takes part in their broadcasting
            key.append((0, shape[axis], 1))
            axes.append(np.asarray(position(e, shape[axis], axis)))
        else:
            key.append(position(e, shape[axis], axis))
        axis += 1
    if not gathers and "new" in axes and key and not any(type(k) is tuple for k in key):
        key[-1] = (key[-1], key[-1] + 1, 1)  # a view of one element: ints alone make none
    full = all(k == (0, extent, 1) for k, extent in zip(key, shape, strict=True))
    picked = x if full else index_row(x, key=tuple(key))
    if not gathers:
        if shape_of(picked) and any(isinstance(e, np.ndarray) for e in entries):
            picked = copied(picked)  # at an array without axes, where NumPy makes no view
        if "new" not in axes:
            return picked
        extents = iter(shape_of(picked))
        shape = tuple(next(extents) if a == "slice" else 1 for a in axes)
        return reshape_row(picked, shape=shape)
    return _gather_axes(picked, axes)


def _gather_axes(x: Any, axes: list[Any]) -> Any:
    extents = iter(shape_of(x))
    shape = tuple(1 if isinstance(a, str) and a == "new" else next(extents) for a in axes)
    if shape != shape_of(x):
        x = reshape_row(x, shape=shape)
    at = [i for i, a in enumerate(axes) if not isinstance(a, str)]
    places = [checked(axes[i], shape[i]) for i in at]
    rest = [i for i in range(len(axes)) if i not in at]
    out = gather_row(transpose(x, at + rest), *places)
    # NumPy: the axes of the positions stand where the arrays stood if these are neighbours.
    rank = len(broadcast_shapes("index", *(shape_of(p) for p in places)))
    if at == list(range(at[0], at[0] + len(at))) and at[0] > 0:
        before = at[0]
        order = [rank + i for i in range(before)] + list(range(rank))
        order += [rank + i for i in range(before, len(rest))]
        out = transpose(out, order)
    return out


def checked(places: Any, extent: Any) -> Any:
    """Positions counted from the front; known ones are checked."""
    if getattr(places, "dtype", None) is None or places.dtype.kind not in "iu":
        raise IndexError(
            "arrays used as indices must be of integers, not "
            f"{getattr(places, 'dtype', type(places).__name__)}"
        )
    if isinstance(places, np.ndarray | np.generic):
        places = np.asarray(places)
        lowest, highest = (int(places.min()), int(places.max())) if places.size else (0, -1)
        if -extent > lowest or highest >= extent:
            wrong = highest if highest >= extent else lowest
            raise IndexError(f"index {wrong} is out of bounds for an axis of extent {extent}")
        if lowest >= 0:
            return places
        tracing.content_read(places)
        return np.where(places < 0, places + int(extent), places)
    return where(less(places, 0), add(places, length_row(extent=extent)), places)


@covers()
def take(
    a: Any, indices: Any, axis: int | None = None, out: None = None, mode: str = "raise"
) -> Any:
    """The elements of a at positions along an axis; of the flattened a by default.

    Positions out of range raise, or count from the other end again (``mode="wrap"``), or are the
    first or last one (``mode="clip"``). ``out`` is not supported, and raises.

    >>> cr.take(np.array([10.0, 20.0, 30.0]), np.array([2, 0]))
    array([30., 10.])
    """
    if out is not None:
        unsupported("take", out=out)
    x = ravel(a) if axis is None else as_operand(a)
    axis = normal_axis(0 if axis is None else axis, len(shape_of(x)), "take")
    places = _listed(indices) if isinstance(indices, list | tuple | range) else indices
    if isinstance(places, int | np.integer):
        places = np.asarray(places)  # so that it is a copy
    if mode != "raise":
        places = _in_range(places, operator.index(shape_of(x)[axis]), mode)
    return getitem(x, (slice(None),) * axis + (places,))


def _in_range(places: Any, extent: int, mode: str) -> Any:
    if mode not in ("clip", "wrap"):
        raise ValueError(f"take: mode is 'raise', 'wrap' or 'clip', not {mode!r:.40}")
    if extent == 0:
        raise IndexError("take: there are no elements to take from")
    row, limits = ("clip", (0, extent - 1)) if mode == "clip" else ("remainder", (extent,))
    if hasattr(places, "_apply_op"):
        return astype_row(TABLE[row](places, *limits), dtype=np.dtype(np.intp))
    return getattr(np, row)(places, *limits)
