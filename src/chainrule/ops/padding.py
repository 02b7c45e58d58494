"""``pad``: an array with more elements around it, in all of NumPy's modes that say what these are.

Where the array is long enough, what goes around it is slices of it; longer pads repeat them, and
take their positions from NumPy.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..errors import UnsupportedFunctionError
from . import quantiles, reduce
from .arguments import whole_number
from .covered import covers
from .elementwise import add, multiply, subtract
from .index import getitem, take
from .shape import as_operand, astype, broadcast_to, concatenate, copied, dtype_of, shape_of

#: The arguments that a mode takes.
MODES: dict[str, tuple[str, ...]] = {
    "constant": ("constant_values",),
    "edge": (),
    "empty": (),
    "linear_ramp": ("end_values",),
    "maximum": ("stat_length",),
    "mean": ("stat_length",),
    "median": ("stat_length",),
    "minimum": ("stat_length",),
    "reflect": ("reflect_type",),
    "symmetric": ("reflect_type",),
    "wrap": (),
}
STATISTICS: dict[str, Any] = {
    "maximum": reduce.max,
    "minimum": reduce.min,
    "mean": reduce.mean,
    "median": quantiles.median,
}


@covers()
def pad(array: Any, pad_width: Any, mode: Any = "constant", **kwargs: Any) -> Any:
    """The array with elements before and behind it along each axis.

    ``pad_width`` is (before, after) for each axis, or for all, or one number. The modes are
    NumPy's: constant, edge, linear_ramp, maximum, mean, median, minimum, reflect, symmetric and
    wrap, with their arguments, and empty, which puts zeros. A function as mode raises.

    Raises:
        ValueError: widths are negative or do not fit, or the mode or an argument is unknown.

    >>> cr.pad(np.array([1.0, 2.0, 3.0]), (1, 2), mode="edge")
    array([1., 1., 2., 3., 3., 3.])
    """
    x = as_operand(array)
    shape = shape_of(x)
    if callable(mode):
        raise UnsupportedFunctionError(
            f"pad: the mode {mode!r:.40} is not supported: it writes into what is given to it. "
            "Put the elements together with cr.concatenate."
        )
    if mode not in MODES:
        raise ValueError(f"pad: there is no mode {mode!r}; there are {', '.join(MODES)}")
    for name in kwargs:
        if name not in MODES[mode]:
            raise ValueError(f"pad: the mode {mode!r} takes no argument {name!r}")
    widths = _pairs(pad_width, len(shape), "pad_width")
    for axis, (before, after) in enumerate(widths):
        before, after = _width(before), _width(after)
        if before or after:
            x = _padded(x, axis, before, after, mode, kwargs)
    return copied(x) if x is array else x


def _pairs(given: Any, rank: int, name: str) -> list[tuple[Any, Any]]:
    """(before, after) for every axis, from all that NumPy takes."""
    if isinstance(given, dict):
        pairs = {axis % rank: given[axis] for axis in given}
        return [
            tuple(pairs.get(i, (0, 0))) if np.ndim(pairs.get(i, (0, 0))) else (pairs[i],) * 2
            for i in range(rank)
        ]
    if not isinstance(given, list | tuple | np.ndarray):
        return [(given, given)] * rank
    rows = list(given)
    if not any(isinstance(row, list | tuple) or len(shape_of(row)) for row in rows):
        if len(rows) == 1:
            return [(rows[0], rows[0])] * rank
        if len(rows) == 2:
            return [(rows[0], rows[1])] * rank
    elif len(rows) in (1, rank):
        pairs_of = [tuple(row) if len(row) == 2 else (row[0], row[0]) for row in rows]
        return pairs_of * (rank // len(rows))
    raise ValueError(f"pad: {name} {given!r:.60} does not fit an array of {rank} axes")


def _width(x: Any) -> int:
    width = whole_number("pad", "a width", x)
    if width < 0:
        raise ValueError(f"pad: widths cannot be negative, and one is {width}")
    return width


def _part(x: Any, axis: int, start: Any, stop: Any, step: Any = None) -> Any:
    return getitem(x, (slice(None),) * axis + (slice(start, stop, step),))


def _repeated(end: Any, shape: Any, axis: int, width: int) -> Any:
    return broadcast_to(end, (*shape[:axis], width, *shape[axis + 1 :]))


def _padded(x: Any, axis: int, before: int, after: int, mode: str, given: dict[str, Any]) -> Any:
    """x padded along one axis."""
    shape = shape_of(x)
    extent = shape[axis]
    if mode not in ("constant", "empty") and extent == 0:
        raise ValueError(f"pad: axis {axis} of shape {shape} has no elements to pad from")
    if mode in ("constant", "empty"):
        values = _pairs(given.get("constant_values", 0), len(shape), "constant_values")[axis]
        one = (*shape[:axis], 1, *shape[axis + 1 :])
        ends = [
            astype(broadcast_to(as_operand(v), one), dtype_of(x))
            if hasattr(v, "_apply_op")
            else np.full(tuple(1 for _ in one), v, dtype_of(x))
            for v in values
        ]
    elif mode == "edge":
        ends = [_part(x, axis, None, 1), _part(x, axis, -1, None)]
    elif mode in STATISTICS:
        ends = _statistics(x, axis, mode, given.get("stat_length"))
    elif mode == "linear_ramp":
        return _ramps(x, axis, before, after, given.get("end_values", 0))
    else:
        return _mirrored(x, axis, before, after, mode, given.get("reflect_type", "even"))
    left, right = ends
    parts = [_repeated(left, shape, axis, before)] if before else []
    parts += [x]
    parts += [_repeated(right, shape, axis, after)] if after else []
    return concatenate(parts, axis)


def _statistics(x: Any, axis: int, mode: str, lengths: Any) -> list[Any]:
    extent = shape_of(x)[axis]
    ends = []
    for i, length in enumerate(_pairs(lengths, len(shape_of(x)), "stat_length")[axis]):
        if length is None or length > extent:
            some = x
        elif length <= 0:
            raise ValueError(f"pad: stat_length has to be larger than 0, and is {length}")
        else:
            some = _part(x, axis, None, length) if i == 0 else _part(x, axis, -length, None)
        ends.append(STATISTICS[mode](some, axis, keepdims=True))
    return ends


def _ramps(x: Any, axis: int, before: int, after: int, end_values: Any) -> Any:
    left_end, right_end = _pairs(end_values, len(shape_of(x)), "end_values")[axis]
    column = (-1,) + (1,) * (len(shape_of(x)) - axis - 1)
    parts = []
    if before:
        weights = (np.arange(before) / before).astype(dtype_of(x)).reshape(column)
        parts.append(_ramp(left_end, _part(x, axis, None, 1), weights))
    parts.append(x)
    if after:
        weights = (np.arange(after)[::-1] / after).astype(dtype_of(x)).reshape(column)
        parts.append(_ramp(right_end, _part(x, axis, -1, None), weights))
    return concatenate(parts, axis)


def _ramp(end: Any, edge: Any, weights: Any) -> Any:
    return add(end, multiply(weights, subtract(edge, end)))


def _mirrored(x: Any, axis: int, before: int, after: int, mode: str, kind: str) -> Any:
    """reflect, symmetric and wrap: what is before and behind is x once more, mirrored or not."""
    if kind not in ("even", "odd"):
        raise ValueError(f"pad: reflect_type is 'even' or 'odd', not {kind!r}")
    extent = shape_of(x)[axis]
    skipped = 1 if mode == "reflect" else 0
    if before + skipped > extent or after + skipped > extent:
        return _from_positions(x, axis, before, after, mode, kind)
    if mode == "wrap":
        left, right = _part(x, axis, -before, None), _part(x, axis, None, after)
    else:
        left = _part(x, axis, skipped, before + skipped, None)
        left = _part(left, axis, None, None, -1)
        right = _part(x, axis, -after - skipped, -skipped or None)
        right = _part(right, axis, None, None, -1)
        if kind == "odd":
            left = subtract(multiply(2.0, _part(x, axis, None, 1)), left)
            right = subtract(multiply(2.0, _part(x, axis, -1, None)), right)
    parts = [left] if before else []
    parts += [x]
    parts += [right] if after else []
    return concatenate(parts, axis)


def _from_positions(x: Any, axis: int, before: int, after: int, mode: str, kind: str) -> Any:
    """A pad longer than the array: NumPy says where its elements come from."""
    extent = operator.index(shape_of(x)[axis])
    if kind == "even" or mode == "wrap" or extent == 1:
        places = np.pad(np.arange(extent), (before, after), mode=mode)  # type: ignore[call-overload]
        return take(x, places, axis)
    while before or after:  # odd: as much as there is, again and again
        longest = shape_of(x)[axis] - (1 if mode == "reflect" else 0)
        some = min(before, longest), min(after, longest)
        x = _mirrored(x, axis, *some, mode, kind)
        before, after = before - some[0], after - some[1]
    return x
