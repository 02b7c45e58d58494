"""Functions of NumPy's that are a few lines of others: heaviside, piecewise, geomspace, unique …

Nothing here is a row. What chooses (``piecewise``, ``choose``) is ``where`` of all the choices, so
that what is not chosen has no part in a derivative.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import FixedOperandError, UnsupportedFunctionError
from .arguments import normal_axis, unsupported
from .comparing import any as any_of
from .comparing import plain_numbers
from .covered import covers
from .elementwise import log10, multiply, power
from .index import getitem, scatter_add_row, take
from .likes import linspace
from .op import TABLE
from .ordering import sort
from .rearranging import roll
from .selection import equal, isinf, isnan, less, logical_not, logical_or, not_equal, where
from .shape import (
    array,
    as_operand,
    astype,
    broadcast_to,
    concatenate,
    dtype_of,
    expand_dims,
    filled_like,
    moveaxis,
    ravel,
    reshape_row,
    shape_of,
    stack,
)

# --- elementwise ----------------------------------------------------------------------------------


@covers(kinks="where it jumps; at x1 = 0 it is x2")
def heaviside(x1: Any, x2: Any, /) -> Any:
    """0 where x1 is negative, 1 where it is positive, x2 where it is 0.

    >>> cr.heaviside(np.array([-1.0, 0.0, 3.0]), 0.5)
    array([0. , 0.5, 1. ])
    """
    x1, x2 = as_operand(x1), as_operand(x2)
    # Of x1 only its place is asked; times 0 it gives the result its type.
    step = where(less(x1, 0.0), 0.0, where(isnan(x1), x1, 1.0))
    return where(equal(x1, 0.0), x2, step)


@covers(kinks="where it jumps: the derivative is that of the fraction, 1")
def modf(x: Any, /) -> tuple[Any, Any]:
    """The fractional and the whole part of x, both with its sign.

    >>> cr.modf(np.array([1.5, -2.25]))
    (array([ 0.5 , -0.25]), array([ 1., -2.]))
    """
    x = as_operand(x)
    fraction = where(isinf(x), TABLE["copysign"](0.0, x), TABLE["fmod"](x, 1.0))
    return fraction, TABLE["trunc"](x)


@covers()
def ldexp(x1: Any, x2: Any, /) -> Any:
    """x1 times 2 to the power of x2, a plain whole number.

    >>> cr.ldexp(np.array([1.0, 3.0]), 2)
    array([ 4., 12.])
    """
    if hasattr(x2, "_apply_op"):
        raise FixedOperandError("ldexp: the exponent x2 is a plain whole number. Write x1 * 2**x2.")
    x1 = as_operand(x1)
    return multiply(x1, np.ldexp(np.ones((), dtype_of(x1)), x2))


@covers(derivative=False)
def signbit(x: Any, /) -> Any:
    """Whether x has a minus sign, as -0.0 has.

    >>> cr.signbit(np.array([1.0, -0.0]))
    array([False,  True])
    """
    return less(TABLE["copysign"](1.0, as_operand(x)), 0.0)


@covers(derivative=False)
def logical_xor(x1: Any, x2: Any, /) -> Any:
    """Whether one of x1 and x2 is nonzero, and the other one is not.

    >>> cr.logical_xor(np.array([0.0, 2.0]), 1.0)
    array([ True, False])
    """
    return not_equal(logical_not(as_operand(x1)), logical_not(as_operand(x2)))


@covers("i0", public="")
def _numpys_i0(x: Any) -> Any:
    return TABLE["i0"](as_operand(x))


@covers("angle", public="")
def _angle(z: Any, deg: bool = False) -> Any:
    out = TABLE["arctan2"](0.0, as_operand(z))
    return multiply(out, 180 / math.pi) if deg else out


@covers("real_if_close", public="")
def _real_if_close(a: Any, tol: float = 100) -> Any:
    return as_operand(a)


# --- choices --------------------------------------------------------------------------------------


@covers(kinks="where it jumps: the derivative is that of the piece")
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """A function in pieces: where a condition holds, what its function gives for x.

    Of several conditions that hold the last one counts. One function more than there are conditions
    is for where none holds, without it that is 0. Each function is called on the whole of x, and
    has to be elementwise; it may be a number.

    Raises:
        ValueError: the functions are not as many as the conditions, or one more; one of them gives
            another shape than that of x.

    >>> x = np.array([-2.0, 0.5])
    >>> cr.piecewise(x, [x < 0, x >= 0], [lambda x: -x, lambda x: x**2])
    array([2.  , 0.25])
    """
    x = as_operand(x)
    conditions = [as_operand(c) for c in ([condlist] if _is_one(condlist, x) else condlist)]
    pieces = list(funclist)
    if len(pieces) == len(conditions) + 1:
        some: Any = False
        for condition in conditions:
            some = logical_or(some, condition)
        conditions.append(logical_not(some))
    elif len(pieces) != len(conditions):
        raise ValueError(
            f"piecewise: {len(conditions)} conditions and {len(pieces)} functions; needs as many, "
            "or one function more"
        )
    out = filled_like(x, 0.0)
    for i, (condition, piece) in enumerate(zip(conditions, pieces, strict=True)):
        y = as_operand(piece(x, *args, **kw) if callable(piece) else piece)
        if shape_of(y) not in ((), shape_of(x)):
            raise ValueError(
                f"piecewise: function {i} gave shape {shape_of(y)} for x of shape {shape_of(x)}; "
                "it has to be elementwise"
            )
        out = where(condition, y, out)
    return astype(out, dtype_of(x)) if dtype_of(x).kind == "f" else out


def _is_one(condlist: Any, x: Any) -> bool:
    """Whether it is one condition, and no list of them."""
    if not isinstance(condlist, list | tuple) and shape_of(condlist) == ():
        return True
    return not isinstance(condlist[0], list) and not shape_of(condlist[0]) and shape_of(x) != ()


@covers()
def choose(a: Any, choices: Any, out: None = None, mode: str = "raise") -> Any:
    """Elements of one of several choices each: of that which a whole number of a says.

    Raises:
        TypeError: a is not of whole numbers.
        ValueError: a number of a is out of range, and ``mode`` is neither "wrap" nor "clip".

    >>> cr.choose([0, 1, 0], [np.array([1.0, 2.0, 3.0]), 10.0])
    array([ 1., 10.,  3.])
    """
    unsupported("choose", out=out)
    which, given = as_operand(a), [as_operand(x) for x in choices]
    which = which if hasattr(which, "_apply_op") else np.asarray(which)
    if dtype_of(which).kind not in "iub":
        raise TypeError(f"choose: a is of whole numbers, not of {dtype_of(which)}")
    if mode == "wrap":
        which = TABLE["remainder"](which, len(given))
    elif mode == "clip":
        which = TABLE["clip"](which, 0, len(given) - 1)
    elif isinstance(which, np.ndarray) and ((which < 0) | (which >= len(given))).any():
        raise ValueError(f"choose: a has numbers out of range, there are {len(given)} choices")
    found = given[0]
    for k, choice in enumerate(given):
        found = where(equal(which, k), choice, found)
    return found


# --- sequences ------------------------------------------------------------------------------------


@covers()
def logspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """``num`` powers of ``base``, with exponents from start to stop at equal distances.

    >>> cr.logspace(0.0, 2.0, 3)
    array([  1.,  10., 100.])
    """
    base = as_operand(base)
    if shape_of(base):
        rank = max(len(shape_of(as_operand(x))) for x in (start, stop, base))
        start, stop, base = (_of_rank(as_operand(x), rank) for x in (start, stop, base))
        base = expand_dims(base, axis)
    exponents = linspace(start, stop, num, endpoint, axis=axis)
    return astype(power(base, exponents), dtype)


def _of_rank(x: Any, rank: int) -> Any:
    """x with axes of extent 1 in front."""
    shape = shape_of(x)
    return reshape_row(x, shape=(*(1,) * (rank - len(shape)), *shape)) if len(shape) < rank else x


@covers()
def geomspace(
    start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    """``num`` numbers from start to stop, each the one before times the same factor.

    Raises:
        ValueError: start or stop is 0.

    >>> cr.geomspace(1.0, 8.0, 4).round(12)
    array([1., 2., 4., 8.])
    """
    start, stop = (multiply(as_operand(x), 1.0) for x in (start, stop))
    for end in start, stop:
        numbers = getattr(end, "val", end)
        if not hasattr(numbers, "_apply_op") and np.any(numbers == 0):
            raise ValueError("geomspace: start and stop cannot be 0")
    sign = where(less(start, 0.0), -1.0, 1.0)
    first, last = multiply(start, sign), multiply(stop, sign)
    out = logspace(log10(first), log10(last), num, endpoint)
    count = operator.index(num)
    if count > 0:  # no rounding at the ends
        shape = shape_of(out)[1:]
        ends = [expand_dims(broadcast_to(x, shape), 0) for x in (first, last)]
        closed = endpoint and count > 1
        middle = getitem(out, slice(1, -1 if closed else None))
        out = concatenate([ends[0], middle, ends[1]] if closed else [ends[0], middle])
    out = multiply(out, sign)
    return astype(moveaxis(out, 0, axis) if axis else out, dtype)


# --- of functions ---------------------------------------------------------------------------------


@covers()
def apply_along_axis(
    func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any
) -> Any:
    """What a function of a vector gives for each slice along an axis, in place of that axis.

    It is called once for each; ``cr.vmap`` calls it once for all.

    >>> cr.apply_along_axis(lambda row: row[0] * row, 1, np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[ 1.,  2.],
           [ 9., 12.]])
    """
    x = array(as_operand(arr))
    place = normal_axis(axis, len(shape_of(x)), "apply_along_axis")
    moved = moveaxis(x, place, -1)
    lead = tuple(operator.index(extent) for extent in shape_of(moved)[:-1])
    if 0 in lead:
        raise ValueError(f"apply_along_axis: an array of shape {shape_of(x)} has no slices")
    found = [
        array(as_operand(func1d(getitem(moved, i), *args, **kwargs))) for i in np.ndindex(lead)
    ]
    own = shape_of(found[0])
    out = reshape_row(stack(found), shape=(*lead, *own))
    made = tuple(range(len(lead), len(lead) + len(own)))
    return moveaxis(out, made, tuple(range(place, place + len(own)))) if own else out


@covers()
def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    """``func(a, axis)`` over several axes one after the other; a has as many axes afterwards.

    >>> cr.apply_over_axes(np.sum, np.ones((2, 3)), [0, 1])
    array([[6.]])
    """
    x = as_operand(a)
    rank = len(shape_of(x))
    for axis in axes if isinstance(axes, list | tuple | np.ndarray) else (axes,):
        place = normal_axis(axis, rank, "apply_over_axes")
        out = func(x, place)
        x = out if len(shape_of(out)) == rank else expand_dims(out, place)
        if len(shape_of(x)) != rank:
            raise ValueError(
                f"apply_over_axes: the function made shape {shape_of(out)} of {rank} axes"
            )
    return x


# --- sets and positions ---------------------------------------------------------------------------


@covers(kinks="a tie is shared equally")
def unique(
    ar: Any,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: None = None,
    *,
    equal_nan: bool = True,
    sorted: bool = True,
) -> Any:
    """The different elements of an array, in ascending order; positions and counts are plain.

    Raises:
        ConcreteNumberError: while a function is traced: how many there are depends on the numbers.
        UnsupportedFunctionError: an ``axis`` is given.

    >>> cr.unique(np.array([3.0, 1.0, 3.0]))
    array([1., 3.])
    """
    if axis is not None:
        raise UnsupportedFunctionError(
            "unique: the argument axis= is not supported. Find positions with "
            "np.unique(x.val, return_index=True, axis=...), and take them with cr.take."
        )
    numbers = plain_numbers(ar, "unique")
    _, places, back, counts = np.unique(numbers, True, True, True, equal_nan=equal_nan)
    found: tuple[Any, ...] = (take(sort(ravel(ar)), np.cumsum(counts) - counts),)
    if return_index:
        found += (places,)
    if return_inverse:
        found += (back,)
    if return_counts:
        found += (counts,)
    return found if len(found) > 1 else found[0]


@covers(derivative=False)
def isin(
    element: Any,
    test_elements: Any,
    assume_unique: bool = False,
    invert: bool = False,
    *,
    kind: Any = None,
) -> Any:
    """Whether each element is one of the test elements.

    >>> cr.isin(np.array([1.0, 2.0]), [2.0, 3.0])
    array([False,  True])
    """
    x = array(as_operand(element))
    found = any_of(equal(expand_dims(x, -1), ravel(array(as_operand(test_elements)))), -1)
    return logical_not(found) if invert else found


@covers()
def bincount(x: Any, /, weights: Any = None, minlength: int = 0) -> Any:
    """How often each of 0, 1, 2, ... is in x, or the sum of the weights of its places.

    Raises:
        TypeError: x is no vector of plain whole numbers.
        ValueError: a number of x is negative; there are not as many weights.

    >>> cr.bincount([0, 2, 0], weights=np.array([1.0, 2.0, 3.0]))
    array([4., 0., 2.])
    """
    if hasattr(x, "_apply_op"):
        raise TypeError(
            "bincount: x is counted, and has to be of plain whole numbers; only weights have a "
            "derivative"
        )
    if weights is None or not hasattr(as_operand(weights), "_apply_op"):
        return np.bincount(x, weights, minlength)
    w, places = as_operand(weights), np.asarray(x)
    if places.dtype.kind not in "iu" or places.ndim != 1:
        raise TypeError(f"bincount: x is a vector of whole numbers, not {x!r:.40}")
    if places.size and places.min() < 0:
        raise ValueError("bincount: the numbers of x cannot be negative")
    if shape_of(w) != places.shape:
        raise ValueError(
            f"bincount: weights of shape {shape_of(w)} do not fit x of shape {places.shape}"
        )
    count = max(int(places.max(initial=-1)) + 1, operator.index(minlength))
    return scatter_add_row(astype(w, np.float64), places, shape=(count,))


def _shifted(x: Any, axes: Any, sign: int) -> Any:
    x = array(as_operand(x))
    rank = len(shape_of(x))
    given = range(rank) if axes is None else axes if isinstance(axes, list | tuple) else (axes,)
    places = tuple(normal_axis(axis, rank, "fftshift") for axis in given)
    steps = tuple(operator.index(shape_of(x)[axis]) // 2 * sign for axis in places)
    return roll(x, steps, places)


@covers("fft.fftshift", public="")
def _fftshift(x: Any, axes: Any = None) -> Any:
    return _shifted(x, axes, 1)


@covers("fft.ifftshift", public="")
def _ifftshift(x: Any, axes: Any = None) -> Any:
    return _shifted(x, axes, -1)


# --- shapes and types -----------------------------------------------------------------------------


def _type_of(x: Any) -> Any:
    """What NumPy's rules of types take for an operand: a number is weak."""
    if not hasattr(x, "_apply_op"):
        return x
    return 0.0 if getattr(x, "weak", not hasattr(x, "dtype")) else np.dtype(x.dtype)


@covers("result_type", public="", derivative=False)
def _result_type(*arrays_and_dtypes: Any) -> Any:
    return np.result_type(*map(_type_of, arrays_and_dtypes))


@covers("can_cast", public="", derivative=False)
def _can_cast(from_: Any, to: Any, casting: Any = "safe") -> bool:
    return np.can_cast(np.result_type(_type_of(from_)), to, casting)


def _matrix(name: str, arr: Any) -> tuple[int, int]:
    shape = shape_of(as_operand(arr))
    if len(shape) != 2:
        raise ValueError(f"{name}: needs a matrix, not shape {shape}")
    return operator.index(shape[0]), operator.index(shape[1])


@covers("tril_indices_from", public="", derivative=False)
def _tril_indices_from(arr: Any, k: int = 0) -> Any:
    rows, columns = _matrix("tril_indices_from", arr)
    return np.tril_indices(rows, k, columns)


@covers("triu_indices_from", public="", derivative=False)
def _triu_indices_from(arr: Any, k: int = 0) -> Any:
    rows, columns = _matrix("triu_indices_from", arr)
    return np.triu_indices(rows, k, columns)


@covers("diag_indices_from", public="", derivative=False)
def _diag_indices_from(arr: Any) -> Any:
    shape = tuple(operator.index(extent) for extent in shape_of(as_operand(arr)))
    if len(shape) < 2 or len(set(shape)) > 1:
        raise ValueError(f"diag_indices_from: needs two equal extents at least, not shape {shape}")
    return np.diag_indices(shape[0], len(shape))
