"""median, quantile and percentile, and those that pass over NaN.

The result is one of the elements in order, or lies between two neighbours. Which two depends on
their number alone: one quantile takes them from a partition, several from the sorted elements. The
functions that pass over NaN count what there is, and gather.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from .arguments import normal_axes, require_plain, unsupported
from .comparing import any as any_of
from .covered import covers
from .cumulative import cumsum
from .elementwise import add, divide, multiply, subtract
from .index import getitem, take
from .op import TABLE
from .ordering import argsort_row, moved_last, sorted_along, take_along_axis
from .reduce import kept, shares, sum_row, without
from .selection import equal, isnan, less, logical_not, where
from .shape import (
    astype_row,
    broadcast_to,
    dtype_of,
    floating,
    moveaxis,
    of_dtype,
    reshape_row,
    shape_of,
    stack,
)
from .structural import Structural

#: How NumPy's methods place the quantile q of n sorted elements: the position, counted from 0, for
#: those that go between two neighbours, by (alpha, beta) of Hyndman and Fan (1996).
_BETWEEN = {
    "linear": (1.0, 1.0),
    "interpolated_inverted_cdf": (0.0, 1.0),
    "hazen": (0.5, 0.5),
    "weibull": (0.0, 0.0),
    "median_unbiased": (1.0 / 3.0, 1.0 / 3.0),
    "normal_unbiased": (3.0 / 8.0, 3.0 / 8.0),
}


order_statistic_row: Structural = Structural(
    "order_statistic",
    ("x",),
    "The element that is at position k in ascending order, over an axis.",
    saves=("x", "out"),
    kernel=lambda x, axes, k: np.take(np.partition(x, k, axis=axes[0]), k, axis=axes[0]),
    shape=lambda x, axes, k: without(x, axes),
    vjp=shares,
    batch=lambda batched, x, axes, k: order_statistic_row(x, axes=(axes[0] + 1,), k=k),
    selects=True,
)


def _nearest(n: Any, q: Any) -> Any:
    """Half to even, as NumPy rounds positions."""
    return np.rint((n - 1) * q)


def _averaged(n: Any, q: Any) -> Any:
    place = n * q - 1
    return np.where(place == np.floor(place), np.floor(place) + 0.5, np.ceil(place))


def _closest(n: Any, q: Any) -> Any:
    place = n * q - 1 - 0.5
    even = (np.floor(place) % 2 == 1) & (place == np.floor(place))
    return np.where(even, np.floor(place), np.floor(place) + 1)


_AT: dict[str, Any] = {
    "inverted_cdf": lambda n, q: np.ceil(n * q - 1),
    "averaged_inverted_cdf": _averaged,
    "closest_observation": _closest,
    "lower": lambda n, q: np.floor((n - 1) * q),
    "higher": lambda n, q: np.ceil((n - 1) * q),
    "midpoint": lambda n, q: 0.5 * (np.floor((n - 1) * q) + np.ceil((n - 1) * q)),
    "nearest": _nearest,
    "median": lambda n, q: (n - 1) / 2,
}
METHODS = [name for name in (*_BETWEEN, *_AT) if name != "median"]


def _places(n: Any, q: Any, method: str) -> Any:
    """Positions from 0 to n - 1 of the quantiles q of n elements."""
    if method in _BETWEEN:
        alpha, beta = _BETWEEN[method]
        place = n * q + (alpha + q * (1.0 - alpha - beta)) - 1.0
    else:
        place = _AT[method](n, q)
    return np.clip(place, 0, n - 1)


def _fractions(name: str, q: Any, scale: float) -> Any:
    require_plain(name, "q", q)
    fractions = np.asarray(q, float) / scale
    if not ((fractions >= 0) & (fractions <= 1)).all():
        raise ValueError(f"{name}: quantiles are from 0 to {scale:g}, and q is {q!r:.40}")
    return fractions


def _between(low: Any, high: Any, weight: Any) -> Any:
    """From low to high, without a part of high where its weight is 0."""
    if np.all(weight == 0):
        return low
    apart = subtract(high, low)
    out = where(
        weight >= 0.5,
        subtract(high, multiply(apart, 1.0 - weight)),
        add(low, multiply(apart, weight)),
    )
    return where(weight == 0, low, out) if np.any(weight == 0) else out


def _check_method(name: str, method: Any) -> None:
    if method not in METHODS:
        raise ValueError(f"{name}: there is no method {method!r}; there are {', '.join(METHODS)}")


def _quantile(name: str, a: Any, q: Any, axis: Any, keepdims: bool, method: str) -> Any:
    x = floating(a)
    shape = shape_of(x)
    axes = normal_axes(axis, len(shape), name)
    flat = moved_last(x, axes)
    last = len(shape_of(flat)) - 1
    n = operator.index(shape_of(flat)[last])
    if n == 0:
        raise ValueError(f"{name}: an array of shape {shape} has no elements over {axes}")
    place = _places(n, q, method)
    low, high = np.floor(place).astype(int), np.ceil(place).astype(int)
    weight = (place - low).astype(dtype_of(x))
    if q.ndim == 0:
        picked = [order_statistic_row(flat, axes=(last,), k=int(i)) for i in (low, high)]
        middle = method == "median" and low != high
        out = divide(add(*picked), 2.0) if middle else _between(picked[0], picked[1], weight[()])
    else:
        ordered = sorted_along(flat, last)
        out = _between(take(ordered, low, last), take(ordered, high, last), weight)
        for i in range(q.ndim):
            out = moveaxis(out, last + i, i)
    out = where(any_of(isnan(flat), last), multiply(out, np.nan), out)
    return _shaped(out, q, shape, axes, keepdims)


def _weighted_quantile(
    name: str, a: Any, q: Any, axis: Any, keepdims: bool, method: str, weights: Any
) -> Any:
    """The first element in order up to which the weights are q of their sum.

    NaN has no weight for the functions that pass over it.
    """
    passes_over = name.startswith("nan")
    if method != "inverted_cdf":
        raise ValueError(f"{name}: weights need method='inverted_cdf', not {method!r:.40}")
    x, w = floating(a), floating(weights)
    shape = shape_of(x)
    axes = normal_axes(axis, len(shape), name)
    if shape_of(w) != shape:
        if axis is None or shape_of(w) != tuple(shape[i] for i in axes):
            raise ValueError(
                f"{name}: weights of shape {shape_of(w)} have neither the shape of a, {shape}, nor "
                f"that of the axes {axes}"
            )
        w = reshape_row(w, shape=tuple(e if i in axes else 1 for i, e in enumerate(shape)))
    numbers = getattr(w, "val", w)
    if isinstance(numbers, np.ndarray) and (numbers < 0).any():
        raise ValueError(f"{name}: weights are not negative")
    flat, w = moved_last(x, axes), moved_last(broadcast_to(w, shape), axes)
    last = len(shape_of(flat)) - 1
    n = operator.index(shape_of(flat)[last])
    if n == 0:
        raise ValueError(f"{name}: an array of shape {shape} has no elements over {axes}")
    if passes_over:
        w = where(isnan(flat), 0.0, w)
    up_to = cumsum(take_along_axis(w, argsort_row(flat, axis=last, stable=True), last), last)
    up_to = divide(up_to, getitem(up_to, (..., slice(-1, None))))
    ordered = sorted_along(flat, last)
    nothing = equal(up_to, 0.0)  # an element without a weight is no quantile, not even that of 0
    parts = []
    for fraction in q.ravel():
        before = where(nothing, 1.0, where(less(up_to, fraction), 1.0, 0.0))
        place = TABLE["minimum"](sum_row(before, axes=(last,)), n - 1.0)
        parts.append(_at(ordered, place, last))
    out = reshape_row(stack(parts), shape=(*q.shape, *shape_of(parts[0])))
    if not passes_over:
        out = where(any_of(isnan(flat), last), np.nan, out)
    return _shaped(out, q, shape, axes, keepdims)


def _shaped(out: Any, q: Any, shape: Any, axes: Any, keepdims: bool) -> Any:
    return reshape_row(out, shape=(*q.shape, *kept(shape, axes))) if keepdims else out


def _chosen(
    name: str, a: Any, fractions: Any, axis: Any, out: Any, keepdims: bool, method: str,
    weights: Any, interpolation: Any,
) -> Any:  # fmt: skip
    unsupported(name, out=out)
    method = method if interpolation is None else interpolation
    _check_method(name, method)
    if weights is not None:
        return _weighted_quantile(name, a, fractions, axis, keepdims, method, weights)
    quantile_of = _nan_quantile if name.startswith("nan") else _quantile
    return quantile_of(name, a, fractions, axis, keepdims, method)


@covers(kinks="a tie is shared equally")
def quantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: None = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: Any = None,
    interpolation: Any = None,
) -> Any:
    """The q-th quantiles, from 0 to 1, over one axis, several or all, by NumPy's methods.

    ``q`` is a plain number or an array of them, whose axes come first in the result. ``weights``,
    of a's shape or along the axes, are for ``method="inverted_cdf"``, and have derivative 0.

    >>> float(cr.quantile(np.array([1.0, 2.0, 4.0]), 0.75))
    3.0
    """
    fractions = _fractions("quantile", q, 1.0)
    return _chosen("quantile", a, fractions, axis, out, keepdims, method, weights, interpolation)


@covers(kinks="a tie is shared equally")
def percentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: None = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: Any = None,
    interpolation: Any = None,
) -> Any:
    """As ``quantile``, with q from 0 to 100.

    >>> float(cr.percentile(np.array([1.0, 2.0, 4.0]), 75))
    3.0
    """
    fractions = _fractions("percentile", q, 100.0)
    return _chosen("percentile", a, fractions, axis, out, keepdims, method, weights, interpolation)


@covers(kinks="a tie is shared equally")
def median(
    a: Any,
    axis: Any = None,
    out: None = None,
    overwrite_input: bool = False,
    keepdims: bool = False,
) -> Any:
    """The middle one of the elements in order, or the mean of the two in the middle.

    >>> cr.grad(cr.median)(np.array([1.0, 4.0, 2.0, 9.0]))
    array([0. , 0.5, 0.5, 0. ])
    """
    unsupported("median", out=out)
    return _quantile("median", a, np.asarray(0.5), axis, keepdims, "median")


# --- passing over NaN -----------------------------------------------------------------------------


def _nan_quantile(name: str, a: Any, q: Any, axis: Any, keepdims: bool, method: str) -> Any:
    x = floating(a)
    shape = shape_of(x)
    axes = normal_axes(axis, len(shape), name)
    flat = moved_last(x, axes)
    last = len(shape_of(flat)) - 1
    ordered = sorted_along(flat, last)
    there = where(logical_not(isnan(flat)), 1.0, 0.0)
    count = sum_row(there, axes=(last,))
    parts = []
    for fraction in q.ravel():
        place = TABLE["maximum"](_places(count, fraction, method), 0.0)
        low, high = TABLE["floor"](place), TABLE["ceil"](place)
        weight = of_dtype(subtract(place, low), dtype_of(x))
        picked = [_at(ordered, i, last) for i in (low, high)]
        # Two that are one: no difference of infinities, and none of NaN.
        parts.append(where(weight == 0.0, picked[0], add(multiply(picked[0], 1.0 - weight),
                                                         multiply(picked[1], weight))))  # fmt: skip
    out = parts[0] if q.ndim == 0 else stack(parts)
    if q.ndim > 1:
        out = reshape_row(out, shape=(*q.shape, *shape_of(parts[0])))
    return _shaped(out, q, shape, axes, keepdims)


def _at(ordered: Any, place: Any, last: int) -> Any:
    """The elements at positions that are whole numbers computed from counts."""
    whole = astype_row(place, dtype=np.dtype(np.intp))
    column = reshape_row(whole, shape=(*shape_of(whole), 1))
    return getitem(take_along_axis(ordered, column, last), (..., 0))


@covers(kinks="a tie is shared equally")
def nanquantile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: None = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: Any = None,
    interpolation: Any = None,
) -> Any:
    """As ``quantile``, of the elements that are not NaN.

    >>> float(cr.nanquantile(np.array([1.0, np.nan, 2.0]), 0.5))
    1.5
    """
    fractions = _fractions("nanquantile", q, 1.0)
    return _chosen("nanquantile", a, fractions, axis, out, keepdims, method, weights, interpolation)


@covers(kinks="a tie is shared equally")
def nanpercentile(
    a: Any,
    q: Any,
    axis: Any = None,
    out: None = None,
    overwrite_input: bool = False,
    method: str = "linear",
    keepdims: bool = False,
    *,
    weights: Any = None,
    interpolation: Any = None,
) -> Any:
    """As ``percentile``, of the elements that are not NaN.

    >>> float(cr.nanpercentile(np.array([1.0, np.nan, 2.0]), 50))
    1.5
    """
    fractions = _fractions("nanpercentile", q, 100.0)
    return _chosen("nanpercentile", a, fractions, axis, out, keepdims, method, weights,
                   interpolation)  # fmt: skip


@covers(kinks="a tie is shared equally")
def nanmedian(
    a: Any,
    axis: Any = None,
    out: None = None,
    overwrite_input: bool = False,
    keepdims: bool = False,
) -> Any:
    """As ``median``, of the elements that are not NaN.

    >>> float(cr.nanmedian(np.array([1.0, np.nan, 2.0])))
    1.5
    """
    unsupported("nanmedian", out=out)
    return _nan_quantile("nanmedian", a, np.asarray(0.5), axis, keepdims, "linear")
