"""Elements in ascending order: sort, argsort, partition, searchsorted, take_along_axis.

``sort`` is two rows: ``argsort``, which gives positions, and ``permute``, which is linear. Where
elements are equal, their order is arbitrary and the derivative is shared equally: ``permute`` takes
the mean over each run of equal elements, so that ``sort(x)[-1]`` has the derivative of ``max(x)``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .arguments import broadcast_shapes, normal_axis, product, require_plain, unsupported
from .covered import covers
from .creation import length_row
from .index import checked, gather_row, take
from .likes import positions_along
from .op import TABLE
from .shape import (
    all_batched,
    array,
    as_operand,
    broadcast_row,
    moveaxis,
    ravel,
    reshape_row,
    shape_of,
)
from .structural import Shape, Structural, no_jvp, no_vjp

POSITION = np.dtype(np.intp)

argsort_row: Structural = Structural(
    "argsort",
    ("x",),
    "Positions of the elements in ascending order along an axis; equal ones in theirs if stable.",
    # What does not ask for the order of equal elements is three times as fast.
    kernel=lambda x, axis, stable: np.argsort(x, axis=axis, kind="stable" if stable else None),
    shape=lambda x, axis, stable: x,
    dtype=lambda x, axis, stable: POSITION,
    vjp=no_vjp,
    jvp=no_jvp,
    batch=lambda batched, x, axis, stable: argsort_row(x, axis=axis + 1, stable=stable),
    differentiable=False,
)


def _runs(x: Any, order: Any, axis: int) -> Any:
    """For each element in order, the position of the first one that is equal to it."""
    y = np.moveaxis(np.take_along_axis(x, order, axis), axis, -1)
    starts = np.zeros(y.shape, POSITION)
    starts[..., 1:] = np.where(y[..., 1:] != y[..., :-1], np.arange(1, max(y.shape[-1], 1)), 0)
    return np.moveaxis(np.maximum.accumulate(starts, axis=-1), -1, axis)


runs_row: Structural = Structural(
    "runs",
    ("x", "order"),
    "Positions where each run of equal elements starts, in the order of argsort.",
    kernel=_runs,
    shape=lambda x, order, axis: x,
    dtype=lambda x, axis: POSITION,
    vjp=no_vjp,
    jvp=no_jvp,
    batch=lambda batched, x, order, axis: runs_row(
        *all_batched(batched, (x, order)), axis=axis + 1
    ),
    indices_from=1,
    differentiable=False,
)


def _run_means(x: Any, runs: Any, axis: int) -> Any:
    """x with the mean over each run in the place of its elements; x itself without ties."""
    x, runs = np.moveaxis(x, axis, -1), np.moveaxis(runs, axis, -1)
    n = x.shape[-1]
    if not (runs == np.arange(n)).all():
        first = np.take_along_axis(x, runs, -1)
        # Of equal elements the mean has to be exact, so only what they differ by is averaged.
        apart = np.where(x == first, 0.0, x - first).ravel()
        group = (runs.reshape(-1, n) + n * np.arange(x.size // n)[:, None]).ravel()
        total = np.bincount(group, apart, x.size)
        count = np.maximum(np.bincount(group, minlength=x.size), 1)
        x = (first + (total / count)[group].reshape(x.shape)).astype(x.dtype)
    return np.moveaxis(x, -1, axis)


def _permuted(x: Any, order: Any, runs: Any, axis: int, back: bool) -> Any:
    if not back:
        return _run_means(np.take_along_axis(x, order, axis), runs, axis)
    out = np.empty_like(x)
    np.put_along_axis(out, order, _run_means(x, runs, axis), axis)
    return out


permute_row: Structural = Structural(
    "permute",
    ("x", "order", "runs"),
    "x in an order along an axis, with means over runs of ties; or its transpose, back from there.",
    saves=("order", "runs"),
    kernel=_permuted,
    shape=lambda x, order, runs, axis, back: x,
    vjp=lambda g, out, x, order, runs, axis, back: (
        permute_row(g, order, runs, axis=axis, back=not back),
        None,
        None,
    ),
    batch=lambda batched, x, order, runs, axis, back: permute_row(
        *all_batched(batched, (x, order, runs)), axis=axis + 1, back=back
    ),
    linear=True,
    indices_from=1,
)


def _searched_shape(a: Shape, v: Shape, side: str) -> Shape:
    return v


def _searched(a: Any, v: Any, side: Any) -> Any:
    if a.ndim == 1:
        return np.searchsorted(a, v, side)
    out = np.empty(v.shape, POSITION)
    for i in np.ndindex(a.shape[:-1]):
        out[i] = np.searchsorted(a[i], v[i], side)
    return out


def _batched_search(batched: Any, a: Any, v: Any, side: str) -> Any:
    if not batched[0] and len(shape_of(a)) == 1:
        return searchsorted_row(a, v, side=side)
    return searchsorted_row(*all_batched(batched, (a, v)), side=side)


searchsorted_row: Structural = Structural(
    "searchsorted",
    ("a", "v"),
    "Where to insert v into the sorted a; leading axes of a are batches that v has too.",
    kernel=_searched,
    shape=_searched_shape,
    dtype=lambda a, side: POSITION,
    vjp=no_vjp,
    jvp=no_jvp,
    batch=_batched_search,
    differentiable=False,
)

# --- functions ------------------------------------------------------------------------------------


def _operand(name: str, a: Any, axis: Any, order: Any) -> tuple[Any, int]:
    unsupported(name, order=order)
    x = array(as_operand(a))
    if axis is None:
        return ravel(x), 0
    return x, normal_axis(axis, len(shape_of(x)), name)


_NOTHING = np.empty(0)


def sorted_along(x: Any, axis: int) -> Any:
    """x in ascending order along an axis."""
    order = argsort_row(x, axis=axis, stable=False)
    return permute_row(x, order, runs_row(x, order, axis=axis), axis=axis, back=False)


@covers(kinks="a tie is shared equally")
def sort(
    a: Any, axis: Any = -1, kind: Any = None, order: None = None, *, stable: Any = None
) -> Any:
    """The elements in ascending order along an axis, NaN at the end; flattened if axis is None.

    ``kind`` and ``stable`` make no difference to the result.

    >>> cr.sort(np.array([3.0, 1.0, 2.0]))
    array([1., 2., 3.])
    """
    np.sort(_NOTHING, kind=kind, stable=stable)  # raises for what NumPy does not know
    return sorted_along(*_operand("sort", a, axis, order))


@covers(kinks="a tie is shared equally")
def partition(
    a: Any, kth: Any, axis: Any = -1, kind: Any = "introselect", order: None = None
) -> Any:
    """The elements with the kth in its place in order, no larger ones before, no smaller behind.

    Where NumPy leaves the order before and behind open, all elements are sorted here.

    >>> cr.partition(np.array([3.0, 1.0, 2.0]), 1)
    array([1., 2., 3.])
    """
    np.partition(_NOTHING, 0, kind=kind)
    x, place = _operand("partition", a, axis, order)
    _check_kth("partition", kth, shape_of(x), place)
    return sorted_along(x, place)


def _check_kth(name: str, kth: Any, shape: Any, axis: int) -> None:
    require_plain(name, "kth", kth)
    extent = shape[axis]
    for k in np.ravel(np.asarray(kth)).tolist():
        if not isinstance(k, int):
            raise TypeError(f"{name}: positions are whole numbers, not {k!r}")
        if not -extent <= k < extent and product(shape) != 0:  # NumPy lets empty arrays pass
            raise ValueError(f"{name}: kth {k} is out of bounds for an axis of extent {extent}")


@covers(derivative=False)
def argsort(
    a: Any, axis: Any = -1, kind: Any = None, order: None = None, *, stable: Any = None
) -> Any:
    """Positions of the elements in ascending order along an axis; equal ones keep their order.

    >>> cr.argsort(np.array([3.0, 1.0, 2.0]))
    array([1, 2, 0])
    """
    np.argsort(_NOTHING, kind=kind, stable=stable)
    x, place = _operand("argsort", a, axis, order)
    return argsort_row(x, axis=place, stable=True)


@covers(derivative=False)
def argpartition(
    a: Any, kth: Any, axis: Any = -1, kind: Any = "introselect", order: None = None
) -> Any:
    """Positions of the elements as ``partition`` has them.

    >>> cr.argpartition(np.array([3.0, 1.0, 2.0]), 1)
    array([1, 2, 0])
    """
    np.argpartition(_NOTHING, 0, kind=kind)
    x, place = _operand("argpartition", a, axis, order)
    _check_kth("argpartition", kth, shape_of(x), place)
    return argsort_row(x, axis=place, stable=True)


@covers(derivative=False)
def lexsort(keys: Any, axis: int = -1) -> Any:
    """Positions in the order of the last key, of those equal in it in that of the one before.

    >>> cr.lexsort((np.array([2.0, 1.0, 3.0]), np.array([1.0, 1.0, 0.0])))
    array([2, 1, 0])
    """
    columns = [array(as_operand(key)) for key in keys]
    if not columns:
        raise TypeError("lexsort: needs one key at least")
    place = normal_axis(axis, len(shape_of(columns[0])), "lexsort")
    order = argsort_row(columns[0], axis=place, stable=True)
    for key in columns[1:]:
        again = argsort_row(take_along_axis(key, order, place), axis=place, stable=True)
        order = take_along_axis(order, again, place)
    return order


@covers(derivative=False)
def searchsorted(a: Any, v: Any, side: str = "left", sorter: Any = None) -> Any:
    """Where to insert elements v into the sorted vector a to keep it sorted.

    Raises:
        ValueError: a is no vector, or side is neither "left" nor "right".

    >>> cr.searchsorted(np.array([1.0, 2.0, 3.0]), np.array([0.5, 2.0]))
    array([0, 1])
    """
    x = array(as_operand(a))
    if len(shape_of(x)) != 1:
        raise ValueError(f"searchsorted: needs a sorted vector, not shape {shape_of(x)}")
    if side not in ("left", "right"):
        raise ValueError(f"searchsorted: side is 'left' or 'right', not {side!r}")
    if sorter is not None:
        x = take(x, sorter)
    return searchsorted_row(x, as_operand(v), side=side)


@covers(derivative=False)
def digitize(x: Any, bins: Any, right: bool = False) -> Any:
    """Which of the intervals between bins elements are in; bins ascend or descend.

    >>> cr.digitize(np.array([0.5, 2.0]), np.array([1.0, 2.0, 3.0]))
    array([0, 2])
    """
    edges = array(as_operand(bins))
    side = "left" if right else "right"
    if len(shape_of(edges)) != 1:
        raise ValueError(f"digitize: bins are a vector, not of shape {shape_of(edges)}")
    if hasattr(edges, "_apply_op") and not hasattr(edges, "val"):
        descending = False  # of a Symbol nobody knows
    else:
        steps = np.diff(np.asarray(getattr(edges, "val", edges)))
        descending = bool(len(steps) and steps[0] < 0)
        if (steps > 0).any() if descending else (steps < 0).any():
            raise ValueError("digitize: bins have to ascend or descend")
    if descending:
        places = searchsorted(edges[::-1], x, side)
        return TABLE["subtract"](length_row(extent=shape_of(edges)[0]), places)
    return searchsorted(edges, x, side)


@covers()
def take_along_axis(arr: Any, indices: Any, axis: Any = -1) -> Any:
    """The elements at positions along an axis, as ``argsort`` gives them.

    Raises:
        IndexError: positions are no whole numbers, or out of bounds.
        ValueError: arr and indices differ in their number of axes.

    >>> x = np.array([[3.0, 1.0], [2.0, 4.0]])
    >>> cr.take_along_axis(x, cr.argsort(x, axis=1), axis=1)
    array([[1., 3.],
           [2., 4.]])
    """
    x, places = as_operand(arr), array(as_operand(indices))
    if axis is None:
        if len(shape_of(places)) != 1:
            raise ValueError("take_along_axis: without an axis, indices are a vector")
        return take(ravel(x), places)
    rank = len(shape_of(x))
    if len(shape_of(places)) != rank:
        raise ValueError(
            f"take_along_axis: indices of shape {shape_of(places)} and an array of shape "
            f"{shape_of(x)} differ in their number of axes"
        )
    place = normal_axis(axis, rank, "take_along_axis")
    places = checked(places, shape_of(x)[place])
    others = [(*s[:place], 1, *s[place + 1 :]) for s in (shape_of(x), shape_of(places))]
    common = broadcast_shapes("take_along_axis", *others)
    shape = (*common[:place], shape_of(places)[place], *common[place + 1 :])
    whole = (*common[:place], shape_of(x)[place], *common[place + 1 :])
    if shape_of(x) != whole:
        x = broadcast_row(x, shape=whole)
    keys = [
        places if i == place else positions_along(shape[i], i, rank) for i in range(rank)
    ]  # fmt: skip
    return gather_row(x, *keys)


def moved_last(x: Any, axes: tuple[int, ...]) -> Any:
    """x with some axes made one, the last."""
    rank = len(shape_of(x))
    moved = moveaxis(x, axes, tuple(range(rank - len(axes), rank)))
    rest = shape_of(moved)[: rank - len(axes)]
    return reshape_row(moved, shape=(*rest, product(shape_of(moved)[rank - len(axes) :])))
