"""Functions that pass over NaN: nansum, nanmean, nanmax and their like, and nan_to_num.

What is NaN has no part in a derivative. Where all elements of a slice are NaN, so is the mean, the
maximum and their like, as in NumPy, but without a warning.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import cumulative, reduce
from .arguments import unsupported
from .comparing import all as all_of
from .comparing import argmax_row, argmin_row, position_of
from .covered import covers
from .op import TABLE
from .selection import equal, isnan, logical_and, logical_not, where
from .shape import as_operand, shape_of
from .structural import Structural


def _present(x: Any, mask: Any) -> Any:
    """Where there is a number, and NumPy's argument where= holds too."""
    there = logical_not(isnan(x))
    return there if mask is None or mask is True else logical_and(there, mask)


def _filled(a: Any, number: float) -> Any:
    x = as_operand(a)
    return where(isnan(x), number, x)


@covers()
def nansum(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = None,
) -> Any:
    """Sum of the elements that are not NaN; arguments are those of ``sum``.

    >>> float(cr.nansum(np.array([1.0, np.nan, 2.0])))
    3.0
    """
    return reduce.sum(_filled(a, 0.0), axis, dtype, out, keepdims, initial, where)


@covers()
def nanprod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = None,
) -> Any:
    """Product of the elements that are not NaN; arguments are those of ``prod``.

    >>> float(cr.nanprod(np.array([3.0, np.nan, 2.0])))
    6.0
    """
    return reduce.prod(_filled(a, 1.0), axis, dtype, out, keepdims, initial, where)


def _best(function: Any, worst: float, a: Any, axis: Any, out: Any, keepdims: bool,
          initial: Any, mask: Any) -> Any:  # fmt: skip
    x = as_operand(a)
    best = function(_filled(x, worst), axis, out, keepdims, initial, mask)
    if initial is not None:
        return best
    return where(all_of(isnan(x), axis, keepdims=keepdims), math.nan, best)


@covers(kinks="a tie is shared equally")
def nanmax(
    a: Any,
    axis: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = None,
) -> Any:
    """Largest of the elements that are not NaN; arguments are those of ``max``.

    >>> float(cr.nanmax(np.array([1.0, np.nan, 2.0])))
    2.0
    """
    return _best(reduce.max, -math.inf, a, axis, out, keepdims, initial, where)


@covers(kinks="a tie is shared equally")
def nanmin(
    a: Any,
    axis: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = None,
) -> Any:
    """Smallest of the elements that are not NaN; arguments are those of ``min``.

    >>> float(cr.nanmin(np.array([1.0, np.nan, 2.0])))
    1.0
    """
    return _best(reduce.min, math.inf, a, axis, out, keepdims, initial, where)


@covers()
def nanmean(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    *,
    where: Any = None,
) -> Any:
    """Arithmetic mean of the elements that are not NaN; arguments are those of ``mean``.

    >>> float(cr.nanmean(np.array([1.0, np.nan, 2.0])))
    1.5
    """
    x = as_operand(a)
    return reduce.mean(x, axis, dtype, out, keepdims, where=_present(x, where))


@covers()
def nanvar(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Any = None,
    mean: Any = None,
    correction: Any = None,
) -> Any:
    """Variance of the elements that are not NaN; arguments are those of ``var``.

    >>> float(cr.nanvar(np.array([1.0, np.nan, 3.0])))
    1.0
    """
    x = as_operand(a)
    out = reduce.var(x, axis, dtype, out, ddof, keepdims, where=_present(x, where), mean=mean,
                     correction=correction)  # fmt: skip
    return _enough(out, x, axis, keepdims, where, ddof if correction is None else correction)


@covers(kinks="where all elements are equal the derivative is 0")
def nanstd(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: Any = None,
    mean: Any = None,
    correction: Any = None,
) -> Any:
    """Standard deviation of the elements that are not NaN; arguments are those of ``std``.

    >>> float(cr.nanstd(np.array([1.0, np.nan, 3.0])))
    1.0
    """
    x = as_operand(a)
    out = reduce.std(x, axis, dtype, out, ddof, keepdims, where=_present(x, where), mean=mean,
                     correction=correction)  # fmt: skip
    return _enough(out, x, axis, keepdims, where, ddof if correction is None else correction)


def _enough(out: Any, x: Any, axis: Any, keepdims: bool, mask: Any, ddof: Any) -> Any:
    """NaN where there are not more elements than are taken off their number, as NumPy says here."""
    count = reduce.sum(where(_present(x, mask), 1.0, 0.0), axis, keepdims=keepdims)
    return where(TABLE["less_equal"](count, ddof), math.nan, out)


@covers()
def nancumsum(a: Any, axis: Any = None, dtype: Any = None, out: None = None) -> Any:
    """As ``cumsum``, with NaN taken as 0.

    >>> cr.nancumsum(np.array([1.0, np.nan, 2.0]))
    array([1., 1., 3.])
    """
    return cumulative.cumsum(_filled(a, 0.0), axis, dtype, out)


@covers()
def nancumprod(a: Any, axis: Any = None, dtype: Any = None, out: None = None) -> Any:
    """As ``cumprod``, with NaN taken as 1.

    >>> cr.nancumprod(np.array([3.0, np.nan, 2.0]))
    array([3., 3., 6.])
    """
    return cumulative.cumprod(_filled(a, 1.0), axis, dtype, out)


def _position(row: Structural, worst: float, a: Any, axis: Any, out: Any, keepdims: bool) -> Any:
    x = as_operand(a)
    name = f"nan{row.name}"
    unsupported(name, out=out)
    numbers = x if not hasattr(x, "_apply_op") else getattr(x, "val", None)
    if numbers is not None and np.any(np.all(np.isnan(numbers), axis=axis)):
        raise ValueError(f"{name}: all elements of a slice are NaN")
    return position_of(row, _filled(x, worst), axis, keepdims)


@covers(derivative=False)
def nanargmax(a: Any, axis: Any = None, out: None = None, *, keepdims: bool = False) -> Any:
    """Position of the largest of the elements that are not NaN.

    Raises:
        ValueError: all elements of a slice are NaN (while a function is traced nobody knows).

    >>> int(cr.nanargmax(np.array([1.0, np.nan, 3.0])))
    2
    """
    return _position(argmax_row, -math.inf, a, axis, out, keepdims)


@covers(derivative=False)
def nanargmin(a: Any, axis: Any = None, out: None = None, *, keepdims: bool = False) -> Any:
    """Position of the smallest of the elements that are not NaN.

    Raises:
        ValueError: all elements of a slice are NaN (while a function is traced nobody knows).

    >>> int(cr.nanargmin(np.array([1.0, np.nan, 3.0])))
    0
    """
    return _position(argmin_row, math.inf, a, axis, out, keepdims)


@covers(kinks="where it jumps: what is replaced has derivative 0")
def nan_to_num(
    x: Any, copy: bool = True, nan: Any = 0.0, posinf: Any = None, neginf: Any = None
) -> Any:
    """x with NaN and infinities replaced: by ``nan``, and by the largest and the least number.

    With ``copy=False`` it is x itself that is assigned, as by ``x[...] = y``.

    >>> cr.nan_to_num(np.array([1.0, np.nan, np.inf]), posinf=9.0)
    array([1., 0., 9.])
    """
    x = as_operand(x)
    limits = np.finfo(getattr(x, "dtype", np.float64) if _is_floating(x) else np.float64)
    highest = float(limits.max) if posinf is None else posinf
    lowest = float(limits.min) if neginf is None else neginf
    finite = where(equal(x, math.inf), highest, where(equal(x, -math.inf), lowest, x))
    out = where(isnan(x), nan, finite)
    if copy or not shape_of(x):
        return out
    x[...] = out
    return x


def _is_floating(x: Any) -> bool:
    return bool(getattr(x, "dtype", np.dtype(float)).kind == "f")


@covers("isposinf", derivative=False)
def isposinf(x: Any, out: None = None) -> Any:
    """Whether elements are infinite and positive.

    >>> cr.isposinf(np.array([1.0, np.inf]))
    array([False,  True])
    """
    unsupported("isposinf", out=out)
    return equal(as_operand(x), math.inf)


@covers("isneginf", derivative=False)
def isneginf(x: Any, out: None = None) -> Any:
    """Whether elements are infinite and negative.

    >>> cr.isneginf(np.array([1.0, -np.inf]))
    array([False,  True])
    """
    unsupported("isneginf", out=out)
    return equal(as_operand(x), -math.inf)
