"""Sums and products up to each element, and differences of neighbours.

The rows are ``cumsum``, ``cumprod`` and ``recurrence``, h[i] = a[i] h[i-1] + b[i], which the
derivatives of ``cumprod`` are: no division, so zeros are no exception.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .arguments import normal_axes, normal_axis, unsupported, whole_number
from .covered import covers
from .elementwise import add, divide, multiply, subtract
from .index import getitem, index_row
from .op import TABLE
from .reduce import accumulated, sum_row
from .shape import (
    all_batched,
    as_operand,
    astype,
    broadcast_to,
    concatenate,
    dtype_of,
    filled_like,
    floating,
    ravel,
    shape_of,
)
from .structural import Structural


def _flipped(x: Any, axis: int) -> Any:
    return np.flip(x, axis)


def _cumsum(x: Any, axis: int, back: bool) -> Any:
    return _flipped(np.cumsum(_flipped(x, axis), axis), axis) if back else np.cumsum(x, axis)


cumsum_row: Structural = Structural(
    "cumsum",
    ("x",),
    "Sums of the elements up to each one along an axis, or from each one on.",
    kernel=_cumsum,
    shape=lambda x, axis, back: x,
    dtype=accumulated,
    vjp=lambda g, out, x, axis, back: (cumsum_row(g, axis=axis, back=not back),),
    batch=lambda batched, x, axis, back: cumsum_row(x, axis=axis + 1, back=back),
    linear=True,
)


def _recurrence(a: Any, b: Any, axis: int, back: bool) -> Any:
    """h[i] = a[i] h[i-1] + b[i] from 0, in as many steps as the length has binary digits.

    After each step an element knows what the next 1, 2, 4, ... before it come to, as h -> a h + b.
    100,000 elements take 4 ms so, 60 ms in a loop over them.
    """
    a, b = np.moveaxis(a, axis, 0), np.moveaxis(b, axis, 0)
    if back:
        a, b = a[::-1], b[::-1]
    a, b = a.copy(), b.copy()
    step = 1
    while step < len(b):
        b[step:] += a[step:] * b[:-step]
        a[step:] *= a[:-step]
        step *= 2
    return np.moveaxis(b[::-1] if back else b, 0, axis)


def _neighbours(h: Any, axis: int, back: bool) -> Any:
    """h of the element before, 0 for the first one."""
    extent = shape_of(h)[axis]
    if extent == 0:
        return h
    whole = [(0, e, 1) for e in shape_of(h)]
    kept, first = list(whole), list(whole)
    kept[axis] = (1, extent, 1) if back else (0, extent - 1, 1)
    first[axis] = (0, 1, 1)
    nothing = filled_like(index_row(h, key=tuple(first)), 0.0)
    others = index_row(h, key=tuple(kept))
    return concatenate([others, nothing] if back else [nothing, others], axis)


def _recurrence_vjp(g: Any, out: Any, a: Any, b: Any, axis: int, back: bool) -> tuple[Any, Any]:
    towards_b = recurrence_row(_neighbours(a, axis, not back), g, axis=axis, back=not back)
    return multiply(towards_b, _neighbours(out, axis, back)), towards_b


def _recurrence_jvp(tangents: Any, out: Any, a: Any, b: Any, axis: int, back: bool) -> Any:
    da, db = tangents
    moving = None if da is None else multiply(da, _neighbours(out, axis, back))
    if db is not None:
        moving = db if moving is None else add(db, moving)
    return recurrence_row(a, moving, axis=axis, back=back)


recurrence_row: Structural = Structural(
    "recurrence",
    ("a", "b"),
    "h[i] = a[i] h[i-1] + b[i] along an axis, from 0 before the first; or from the last one back.",
    saves=("a", "out"),
    kernel=_recurrence,
    shape=lambda a, b, axis, back: b,
    vjp=_recurrence_vjp,
    jvp=_recurrence_jvp,
    batch=lambda batched, a, b, axis, back: recurrence_row(
        *all_batched(batched, (a, b)), axis=axis + 1, back=back
    ),
)


def _cumprod_before(x: Any, axis: int) -> Any:
    """The product of all before each element, 1 for the first."""
    products = cumprod_row(x, axis=axis)
    extent = shape_of(x)[axis]
    if extent == 0:
        return products
    whole = [(0, e, 1) for e in shape_of(x)]
    kept, first = list(whole), list(whole)
    kept[axis] = (0, extent - 1, 1)
    first[axis] = (0, 1, 1)
    one = filled_like(index_row(x, key=tuple(first)), 1.0)
    return concatenate([one, index_row(products, key=tuple(kept))], axis)


def _cumprod_vjp(g: Any, out: Any, x: Any, axis: int) -> tuple[Any]:
    # What follows an element comes to the sum of g times the product of what is between.
    after = recurrence_row(_neighbours(x, axis, True), g, axis=axis, back=True)
    return (multiply(after, _cumprod_before(x, axis)),)


def _cumprod_jvp(tangents: Any, out: Any, x: Any, axis: int) -> Any:
    (t,) = tangents
    return recurrence_row(x, multiply(t, _cumprod_before(x, axis)), axis=axis, back=False)


cumprod_row: Structural = Structural(
    "cumprod",
    ("x",),
    "Products of the elements up to each one along an axis.",
    saves=("x",),
    kernel=lambda x, axis: np.cumprod(x, axis),
    shape=lambda x, axis: x,
    dtype=accumulated,
    vjp=_cumprod_vjp,
    jvp=_cumprod_jvp,
    batch=lambda batched, x, axis: cumprod_row(x, axis=axis + 1),
)

# --- functions ------------------------------------------------------------------------------------


def _along(name: str, a: Any, axis: Any, dtype: Any) -> tuple[Any, int]:
    """The operand, flattened without an axis, and the axis counted from the front."""
    x = astype(as_operand(a), dtype)
    if axis is None:
        return ravel(x), 0
    return x, normal_axis(axis, len(shape_of(x)), name)


@covers()
def cumsum(a: Any, axis: Any = None, dtype: Any = None, out: None = None) -> Any:
    """Sums of the elements up to each one, along an axis or in the flattened array.

    ``out`` is not supported, and raises.

    >>> cr.cumsum(np.array([1.0, 2.0, 3.0]))
    array([1., 3., 6.])
    """
    unsupported("cumsum", out=out)
    x, place = _along("cumsum", a, axis, dtype)
    return cumsum_row(x, axis=place, back=False)


@covers()
def cumprod(a: Any, axis: Any = None, dtype: Any = None, out: None = None) -> Any:
    """Products of the elements up to each one; zeros are no exception for the derivative.

    ``out`` is not supported, and raises.

    >>> cr.cumprod(np.array([1.0, 2.0, 3.0]))
    array([1., 2., 6.])
    """
    unsupported("cumprod", out=out)
    x, place = _along("cumprod", a, axis, dtype)
    return cumprod_row(x, axis=place)


def _cumulative(function: Any, x: Any, axis: Any, dtype: Any, include_initial: bool) -> Any:
    x = as_operand(x)
    if axis is None:
        if len(shape_of(x)) != 1:
            raise ValueError(
                f"{function.__name__}: an axis is needed for an array of shape {shape_of(x)}"
            )
        axis = 0
    out = function(x, axis, dtype)
    if not include_initial:
        return out
    place = normal_axis(axis, len(shape_of(x)), function.__name__)
    whole = list(shape_of(x))
    whole[place] = 1
    start = np.full(tuple(whole), 1.0 if function is cumprod else 0.0, dtype_of(out))
    return concatenate([start, out], place)


@covers()
def cumulative_sum(
    x: Any,
    /,
    *,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    include_initial: bool = False,
) -> Any:
    """As ``cumsum``; ``include_initial`` puts a 0 in front.

    >>> cr.cumulative_sum(np.array([1.0, 2.0]), include_initial=True)
    array([0., 1., 3.])
    """
    unsupported("cumulative_sum", out=out)
    return _cumulative(cumsum, x, axis, dtype, include_initial)


@covers()
def cumulative_prod(
    x: Any,
    /,
    *,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    include_initial: bool = False,
) -> Any:
    """As ``cumprod``; ``include_initial`` puts a 1 in front.

    >>> cr.cumulative_prod(np.array([3.0, 2.0]), include_initial=True)
    array([1., 3., 6.])
    """
    unsupported("cumulative_prod", out=out)
    return _cumulative(cumprod, x, axis, dtype, include_initial)


def _between(x: Any, axis: int, start: Any, stop: Any, step: Any = None) -> Any:
    """A slice along one axis."""
    return getitem(x, (slice(None),) * axis + (slice(start, stop, step),))


@covers()
def diff(a: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Any:
    """Differences of neighbours along an axis, n times over.

    ``prepend`` and ``append`` are put before and behind the elements first.

    Raises:
        ValueError: n is negative, or a has no axis.

    >>> cr.diff(np.array([1.0, 4.0, 9.0]))
    array([3., 5.])
    """
    x = as_operand(a)
    n = whole_number("diff", "n", n)
    if n < 0:
        raise ValueError(f"diff: order must not be negative, but n is {n}")
    if not shape_of(x):
        raise ValueError("diff: needs an array of one axis at least")
    place = normal_axis(axis, len(shape_of(x)), "diff")
    if n == 0:
        return x
    ends = []
    for given in prepend, append:
        end = None if given is None else as_operand(given)
        if end is not None and shape_of(end) == ():
            end = broadcast_to(end, tuple(1 if i == place else e for i, e in enumerate(x.shape)))
        ends.append(end)
    parts = [part for part in (ends[0], x, ends[1]) if part is not None]
    x = concatenate(parts, place) if len(parts) > 1 else x
    for _ in range(n):
        left, right = _between(x, place, None, -1), _between(x, place, 1, None)
        x = TABLE["not_equal"](right, left) if dtype_of(x).kind == "b" else subtract(right, left)
    return x


@covers()
def ediff1d(ary: Any, to_end: Any = None, to_begin: Any = None) -> Any:
    """Differences of neighbours in the flattened array, with what is put before and behind them.

    >>> cr.ediff1d(np.array([1.0, 4.0, 9.0]), to_end=0.0)
    array([3., 5., 0.])
    """
    out = diff(ravel(ary))
    parts = [
        None if end is None else ravel(_plain_as(as_operand(end), dtype_of(out)))
        for end in (to_begin, to_end)
    ]
    whole = [part for part in (parts[0], out, parts[1]) if part is not None]
    return concatenate(whole) if len(whole) > 1 else out


def _distances(given: Any, extent: Any, name: str) -> Any:
    """The distances of neighbours: one number, or an array for positions that are given."""
    spacing = as_operand(given)
    if shape_of(spacing) == ():
        return spacing
    if len(shape_of(spacing)) != 1:
        raise ValueError(f"{name}: distances must be numbers or arrays of one axis")
    if shape_of(spacing)[0] != extent:
        raise ValueError(
            f"{name}: positions of shape {shape_of(spacing)} do not fit an axis of extent {extent}"
        )
    return diff(spacing)


def _plain_as(x: Any, dtype: Any) -> Any:
    """A plain array, or a number, in the type of what it goes with; anything else as it is."""
    return x if hasattr(x, "_apply_op") else np.asarray(x, dtype)


def _slope(f: Any, spacing: Any, axis: int, edge_order: int) -> Any:
    """The derivative along one axis by differences: central inside, one-sided at the ends."""
    rank = len(shape_of(f))

    def part(start: Any, stop: Any) -> Any:
        return _between(f, axis, start, stop)

    def along(x: Any) -> Any:
        return getitem(x, (slice(None), *(None,) * (rank - axis - 1)))

    def combined(*pairs: tuple[Any, Any]) -> Any:
        total = None
        for weight, values in pairs:
            share = multiply(weight, values)
            total = share if total is None else add(total, share)
        return total

    if shape_of(spacing) == ():
        inner = divide(subtract(part(2, None), part(None, -2)), 2.0 * spacing)
        first = last = spacing
        left, right = [-1.5, 2.0, -0.5], [0.5, -2.0, 1.5]
    else:
        before, after = spacing[:-1], spacing[1:]
        total = add(before, after)
        weights = (
            divide(-after, multiply(before, total)),
            divide(subtract(after, before), multiply(before, after)),
            divide(before, multiply(after, total)),
        )
        places = ((None, -2), (1, -1), (2, None))
        inner = combined(*((along(w), part(*p)) for w, p in zip(weights, places, strict=True)))
        first, last = spacing[0], spacing[-1]
        left, right = [], []
        if edge_order == 2:
            p, q = spacing[0], spacing[1]
            left = [-(2.0 * p + q) / (p * (p + q)), (p + q) / (p * q), -p / (q * (p + q))]
            p, q = spacing[-2], spacing[-1]
            right = [q / (p * (p + q)), -(q + p) / (p * q), (2.0 * q + p) / (q * (p + q))]
    if edge_order == 1:
        start = divide(subtract(part(1, 2), part(0, 1)), first)
        end = divide(subtract(part(-1, None), part(-2, -1)), last)
    else:
        start = combined(*zip(left, (part(0, 1), part(1, 2), part(2, 3)), strict=True))
        end = combined(*zip(right, (part(-3, -2), part(-2, -1), part(-1, None)), strict=True))
        if shape_of(spacing) == ():
            start, end = divide(start, spacing), divide(end, spacing)
    return concatenate([start, inner, end], axis)


@covers()
def gradient(f: Any, *varargs: Any, axis: Any = None, edge_order: int = 1) -> Any:
    """NumPy's ``gradient``: slopes by differences of neighbours, central but at the ends.

    ``varargs`` are the distance of neighbours, one for all axes or one an axis, or positions. For
    one axis the result is an array, for several a tuple. (The exact derivative is ``cr.grad``.)

    Raises:
        ValueError: an axis has fewer than ``edge_order + 1`` elements, or positions do not fit.

    >>> cr.gradient(np.array([1.0, 2.0, 4.0, 7.0]))
    array([1. , 1.5, 2.5, 3. ])
    """
    x = floating(f)
    shape = shape_of(x)
    given = axis if isinstance(axis, tuple | list) else (axis,)
    normal_axes(axis, len(shape), "gradient")
    axes = (
        tuple(range(len(shape)))
        if axis is None
        else tuple(normal_axis(a, len(shape), "gradient") for a in given)
    )
    if len(varargs) not in (0, 1, len(axes)):
        raise TypeError(f"gradient: {len(varargs)} distances for {len(axes)} axes")
    if len(varargs) == 1 and shape_of(as_operand(varargs[0])) == ():
        varargs = varargs * len(axes)
    elif len(varargs) == 1 and len(axes) > 1:
        raise TypeError(f"gradient: 1 array of positions for {len(axes)} axes")
    if edge_order not in (1, 2):
        raise ValueError(f"gradient: edge_order is 1 or 2, not {edge_order!r}")
    slopes = []
    for i, place in enumerate(axes):
        if shape[place] < edge_order + 1:
            raise ValueError(
                f"gradient: axis {place} of shape {shape} needs {edge_order + 1} elements at least"
            )
        spacing = _distances(varargs[i], shape[place], "gradient") if varargs else 1.0
        if shape_of(spacing):
            spacing = _plain_as(spacing, dtype_of(x))
        slopes.append(_slope(x, spacing, place, edge_order))
    return slopes[0] if len(axes) == 1 else tuple(slopes)


@covers("trapezoid", "trapz")
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    """The integral along an axis by the trapezoidal rule, over positions x or distances dx.

    >>> float(cr.trapezoid(np.array([1.0, 2.0, 3.0])))
    4.0
    """
    y = as_operand(y)
    place = normal_axis(axis, len(shape_of(y)), "trapezoid")
    if x is None:
        spacing = as_operand(dx)
    else:
        x = as_operand(x)
        if len(shape_of(x)) == 1:
            spacing = diff(x)
            rank = len(shape_of(y))
            spacing = getitem(spacing, (slice(None), *(None,) * (rank - place - 1)))
        else:
            spacing = diff(x, axis=axis)
    middle = divide(add(_between(y, place, 1, None), _between(y, place, None, -1)), 2.0)
    return sum_row(multiply(spacing, middle), axes=(place,))


@covers("unwrap", kinks="where it jumps: the derivative is that of the pieces")
def unwrap(p: Any, discont: Any = None, axis: int = -1, *, period: float = 2.0 * math.pi) -> Any:
    """Angles without jumps: whole periods are added where neighbours differ by more than half one.

    >>> cr.unwrap(np.array([0.0, 3.0, -3.0])).round(6)
    array([0.      , 3.      , 3.283185])
    """
    x = as_operand(p)
    place = normal_axis(axis, len(shape_of(x)), "unwrap")
    steps = diff(x, axis=place)
    half = period / 2
    inside = subtract(TABLE["remainder"](add(steps, half), period), half)
    inside = TABLE["where"](
        TABLE["logical_and"](TABLE["equal"](inside, -half), TABLE["greater"](steps, 0.0)),
        half,
        inside,
    )
    limit = half if discont is None else TABLE["maximum"](discont, half)
    moved = TABLE["where"](TABLE["less"](TABLE["abs"](steps), limit), 0.0, subtract(inside, steps))
    turns = TABLE["rint"](divide(moved, period))  # whole numbers, whose derivative is 0
    first = _between(x, place, 0, 1)
    rest = add(_between(x, place, 1, None), multiply(period, cumsum(turns, place)))
    return concatenate([first, rest], place)
