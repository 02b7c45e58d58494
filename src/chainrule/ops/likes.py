"""What NumPy asks of an array, and arrays made like one: shape, copy, zeros_like, linspace."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .arguments import (
    broadcast_shapes,
    normal_axes,
    product,
    row_major,
    unsupported,
    whole_number,
)
from .covered import covers
from .create import zeros_like
from .creation import positions_row
from .elementwise import add, divide, multiply, subtract
from .index import getitem
from .op import TABLE
from .shape import (
    as_operand,
    astype,
    broadcast_to,
    concatenate_row,
    copied,
    dtype_of,
    expand_dims,
    moveaxis,
    of_dtype,
    reshape_row,
    shape_of,
    swapaxes,
)

# --- rows whose NumPy function has other arguments ------------------------------------------------


@covers("clip", public="")
def clip_array(
    a: Any,
    a_min: Any = None,
    a_max: Any = None,
    out: None = None,
    *,
    min: Any = None,
    max: Any = None,
) -> Any:
    """The row ``clip`` with NumPy's two names of each bound, None for no bound."""
    unsupported("clip", out=out)
    lower = a_min if min is None else min
    upper = a_max if max is None else max
    return TABLE["clip"](
        a, -math.inf if lower is None else lower, math.inf if upper is None else upper
    )


@covers("round", "around", public="")
def round_array(a: Any, decimals: int = 0, out: None = None) -> Any:
    """The row ``round``."""
    unsupported("round", out=out)
    return TABLE["round"](a, decimals)


@covers("where", public="")
def _where(condition: Any, x: Any = None, y: Any = None, /) -> Any:
    if x is None and y is None:
        from .comparing import nonzero

        return nonzero(condition)
    if x is None or y is None:
        raise ValueError("where: either both of x and y are given, or none")
    return TABLE["where"](condition, x, y)


@covers("sinc", public="")
def _sinc(x: Any, /) -> Any:
    return TABLE["sinc"](x)


@covers("fix", public="")
def _fix(x: Any, /, out: None = None) -> Any:
    unsupported("fix", out=out)
    return TABLE["trunc"](x)


@covers("matrix_transpose", "linalg.matrix_transpose")
def matrix_transpose(x: Any, /) -> Any:
    """x with its last two axes exchanged.

    >>> cr.matrix_transpose(np.ones((2, 3, 4))).shape
    (2, 4, 3)
    """
    x = as_operand(x)
    if len(shape_of(x)) < 2:
        raise ValueError(f"matrix_transpose: needs two axes at least, not shape {shape_of(x)}")
    return swapaxes(x, -1, -2)


# --- what an array is -----------------------------------------------------------------------------


@covers("shape", public="", derivative=False)
def _shape(a: Any) -> Any:
    return shape_of(as_operand(a))


@covers(public="", derivative=False)
def ndim(a: Any) -> int:
    """The number of axes."""
    return len(shape_of(as_operand(a)))


@covers(public="", derivative=False)
def size(a: Any, axis: Any = None) -> Any:
    """The number of elements, or the extents of some axes multiplied."""
    extents = shape_of(as_operand(a))
    return product([extents[i] for i in normal_axes(axis, len(extents), "size")])


@covers(public="")
def real(val: Any) -> Any:
    """The real part: val itself, since all numbers here are real."""
    return as_operand(val)


@covers(public="")
def imag(val: Any) -> Any:
    """The imaginary part: zeros, since all numbers here are real."""
    return zeros_like(val)


@covers("conjugate", "conj", public="")
def _conjugate(x: Any, /) -> Any:
    return copied(as_operand(x))


@covers(public="", derivative=False)
def isreal(x: Any) -> Any:
    """Whether elements are real: all."""
    return np.ones(tuple(map(int, shape_of(as_operand(x)))), bool)


@covers(public="", derivative=False)
def iscomplex(x: Any) -> Any:
    """Whether elements are complex: none."""
    return np.zeros(tuple(map(int, shape_of(as_operand(x)))), bool)


@covers(public="", derivative=False)
def isrealobj(x: Any) -> bool:
    """Whether x is of real numbers: always."""
    return True


@covers(public="", derivative=False)
def iscomplexobj(x: Any) -> bool:
    """Whether x is of complex numbers: never."""
    return False


# --- arrays like others ---------------------------------------------------------------------------


@covers()
def copy(a: Any, order: str = "K", subok: bool = False) -> Any:
    """a again, with the same derivative.

    >>> cr.copy(np.array([1.0, 2.0]))
    array([1., 2.])
    """
    row_major("copy", "C" if order in ("K", "A") else order)
    return TABLE["positive"](a)


@covers()
def broadcast_arrays(*args: Any, subok: bool = False) -> tuple[Any, ...]:
    """Each array repeated to the shape that all have in common.

    >>> [x.shape for x in cr.broadcast_arrays(np.ones(3), np.ones((2, 1)))]
    [(2, 3), (2, 3)]
    """
    operands = [as_operand(x) for x in args]
    if not operands:
        return ()
    common = broadcast_shapes("broadcast_arrays", *(shape_of(x) for x in operands))
    return tuple(broadcast_to(x, common) for x in operands)


@covers()
def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> Any:
    """Coordinates of a grid, one array an axis, from those along each axis.

    With ``indexing="xy"`` the first two axes are exchanged, as NumPy has it.

    Raises:
        ValueError: ``indexing`` is neither "xy" nor "ij".

    >>> x, y = cr.meshgrid(np.array([1.0, 2.0, 3.0]), np.array([4.0, 5.0]))
    >>> x.shape, y[1, 0]
    ((2, 3), np.float64(5.0))
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing is 'xy' or 'ij', not {indexing!r}")
    rank = len(xi)
    extents, parts = [], []
    for i, given in enumerate(xi):
        x = as_operand(given)
        count = product(shape_of(x))
        extents.append(count)
        parts.append(reshape_row(x, shape=(1,) * i + (count,) + (1,) * (rank - i - 1)))
    if indexing == "xy" and rank > 1:
        parts = [swapaxes(x, 0, 1) for x in parts]
        extents[:2] = extents[1::-1]
    if not sparse:
        parts = [broadcast_to(x, tuple(extents)) for x in parts]
    return tuple(copied(x) if copy else x for x in parts)


@covers()
def select(condlist: Any, choicelist: Any, default: Any = 0.0) -> Any:
    """Elements of the first choice whose condition holds, of the default where none does.

    What is not chosen has no part in the derivative, not even as 0 times infinity.

    Raises:
        ValueError: there are not as many conditions as choices.

    >>> x = np.array([1.0, 2.0, 3.0])
    >>> cr.select([x > 2, x > 1], [x, -x])
    array([ 0., -2.,  3.])
    """
    if len(condlist) != len(choicelist) or not len(condlist):
        raise ValueError(
            f"select: {len(condlist)} conditions and {len(choicelist)} choices; needs as many, "
            "and one at least"
        )
    out = default
    for condition, choice in reversed(list(zip(condlist, choicelist, strict=True))):
        out = TABLE["where"](condition, choice, out)
    return out


@covers()
def linspace(
    start: Any,
    stop: Any,
    num: int = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Any:
    """``num`` numbers from start to stop, at equal distances; the new axis is ``axis``.

    >>> cr.linspace(0.0, 1.0, 5)
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    """
    count = whole_number("linspace", "num", num)
    if count < 0:
        raise ValueError(f"linspace: num is {count}, and cannot be negative")
    start, stop = (
        float(x) if isinstance(x, int | float) else multiply(as_operand(x), 1.0)
        for x in (start, stop)
    )
    whole = subtract(stop, start)
    shape = shape_of(whole)
    first, last = (
        of_dtype(expand_dims(broadcast_to(x, shape), 0), dtype_of(whole)) for x in (start, stop)
    )
    parts = count - 1 if endpoint else count
    step = divide(whole, parts if parts > 0 else np.nan)
    places = np.arange(count, dtype=dtype_of(whole)).reshape((count,) + (1,) * len(shape))
    if parts > 0:
        out = add(first, multiply(places, expand_dims(step, 0)))
    else:
        out = getitem(first, slice(count))
    if endpoint and count > 1:
        out = concatenate_row(getitem(out, slice(-1)), last, axis=0)  # no rounding at the end
    out = astype(moveaxis(out, 0, axis) if axis else out, dtype)
    return (out, step) if retstep else out


def positions_along(extent: Any, axis: int, rank: int) -> Any:
    """0, 1, 2, ... along one axis of an array of a rank, the others having extent 1."""
    shape = (1,) * axis + (extent,) + (1,) * (rank - axis - 1)
    return reshape_row(positions_row(extent=extent), shape=shape)
