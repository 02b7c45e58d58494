"""The rows that reduce over axes: sum, prod, max, min; and what is written with them.

A row takes ``axes``, a sorted tuple counted from the front, and drops them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .elementwise import add, divide, exp, log, multiply, sqrt, square, subtract
from .selection import equal, isfinite, where
from .shape import (
    as_operand,
    astype,
    broadcast_row,
    normal_axes,
    of_dtype,
    product,
    reshape_row,
    shape_of,
    unsupported,
)
from .structural import Shape, Structural


def _without(shape: Shape, axes: tuple[int, ...]) -> Shape:
    return tuple(extent for axis, extent in enumerate(shape) if axis not in axes)


def _kept(shape: Shape, axes: tuple[int, ...]) -> Shape:
    return tuple(1 if axis in axes else extent for axis, extent in enumerate(shape))


def restored(reduced: Any, shape: Shape, axes: tuple[int, ...]) -> Any:
    """A reduced array, repeated over the axes that were reduced."""
    kept = _kept(shape, axes)
    aligned = reduced if shape_of(reduced) == kept else reshape_row(reduced, shape=kept)
    return broadcast_row(aligned, shape=shape)


def _shifted(axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(axis + 1 for axis in axes)


def _accumulated(dtype: Any, axes: tuple[int, ...]) -> Any:
    """NumPy counts truth values, and adds small ints, in the machine's whole numbers."""
    return dtype if dtype.kind == "f" else np.result_type(dtype, np.int64)


sum_row: Structural = Structural(
    "sum",
    ("x",),
    "Sum of the elements over axes.",
    kernel=lambda x, axes, out=None: np.add.reduce(x, axis=axes, out=out),
    shape=_without,
    dtype=_accumulated,
    takes_out=True,
    vjp=lambda g, out, x, axes: (restored(g, shape_of(x), axes),),
    batch=lambda batched, x, axes: sum_row(x, axes=_shifted(axes)),
    linear=True,
)


def _extremum(name: str, kernel: Any, doc: str) -> Structural:
    def weights(out: Any, x: Any, axes: tuple[int, ...]) -> Any:
        # Elements that reach the extremum share it equally.
        reached = equal(x, restored(out, shape_of(x), axes))
        ones = of_dtype(where(reached, 1.0, 0.0), x.dtype)
        return divide(ones, restored(sum_row(ones, axes=axes), shape_of(x), axes))

    row: Structural

    row = Structural(
        name,
        ("x",),
        doc,
        saves=("x", "out"),
        kernel=lambda x, axes, out=None: kernel(x, axis=axes, out=out),
        shape=_without,
        vjp=weights,
        batch=lambda batched, x, axes: row(x, axes=_shifted(axes)),
        selects=True,
        takes_out=True,
    )
    return row


max_row: Structural = _extremum("max", np.maximum.reduce, "Largest element over axes.")
min_row: Structural = _extremum("min", np.minimum.reduce, "Smallest element over axes.")


def _others(x: Any, axes: tuple[int, ...]) -> Any:
    """For each element the product of the others: left of it times right of it, no division."""
    moved = np.moveaxis(x, axes, range(x.ndim - len(axes), x.ndim))
    kept = moved.shape[: x.ndim - len(axes)]
    flat = moved.reshape(*kept, int(np.prod(moved.shape[len(kept) :])))  # -1 fails for no elements
    ones = np.ones_like(flat[..., :1])
    left = np.cumprod(np.concatenate([ones, flat[..., :-1]], axis=-1), axis=-1)
    right = np.cumprod(np.concatenate([ones, flat[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    whole = (left * right).reshape(moved.shape)
    return np.moveaxis(whole, range(x.ndim - len(axes), x.ndim), axes)


def _others_tangent(x: Any, t: Any, axes: tuple[int, ...]) -> Any:
    """Derivative of ``_others`` along t, from the product of all pairs but two."""
    # others_i = prod_j (1 if i == j else x_j): a product over a matrix, with its own derivative.
    rank = len(shape_of(x))
    last = [axis for axis in range(rank) if axis not in axes] + list(axes)
    from .creation import identity_mask
    from .shape import transpose

    kept = [shape_of(x)[axis] for axis in range(rank) if axis not in axes]
    count = product([shape_of(x)[axis] for axis in axes])

    def matrix(y: Any) -> Any:
        flat = reshape_row(transpose(y, last), shape=(*kept, 1, count))
        return broadcast_row(flat, shape=(*kept, count, count))

    eye = identity_mask(count)
    holes = where(broadcast_row(eye, shape=(*kept, count, count)), 1.0, matrix(x))
    moving = where(broadcast_row(eye, shape=(*kept, count, count)), 0.0, matrix(t))
    pairs = others_row(holes, axes=(len(kept) + 1,))
    total = sum_row(multiply(pairs, moving), axes=(len(kept) + 1,))
    shaped = reshape_row(total, shape=tuple(shape_of(x)[axis] for axis in last))
    return transpose(shaped, sorted(range(rank), key=last.__getitem__))


others_row: Structural = Structural(
    "others",
    ("x",),
    "For each element the product of the others over axes.",
    saves=("x",),
    kernel=_others,
    shape=lambda x, axes: x,
    # The matrix of second derivatives of a product is symmetric.
    vjp=lambda g, out, x, axes: (_others_tangent(x, g, axes),),
    jvp=lambda tangents, out, x, axes: _others_tangent(x, tangents[0], axes),
    batch=lambda batched, x, axes: others_row(x, axes=_shifted(axes)),
)
prod_row: Structural = Structural(
    "prod",
    ("x",),
    "Product of the elements over axes.",
    saves=("x",),
    kernel=lambda x, axes: np.multiply.reduce(x, axis=axes),
    shape=_without,
    dtype=_accumulated,
    vjp=lambda g, out, x, axes: (
        multiply(restored(g, shape_of(x), axes), others_row(x, axes=axes)),
    ),
    jvp=lambda tangents, out, x, axes: sum_row(
        multiply(tangents[0], others_row(x, axes=axes)), axes=axes
    ),
    batch=lambda batched, x, axes: prod_row(x, axes=_shifted(axes)),
)

# --- functions ------------------------------------------------------------------------------------


def _reduced(row: Structural, x: Any, axis: Any, keepdims: bool) -> Any:
    x = as_operand(x)
    shape = shape_of(x)
    axes = normal_axes(axis, len(shape), row.name)
    out = row(x, axes=axes)
    return reshape_row(out, shape=_kept(shape, axes)) if keepdims else out


def _count(x: Any, axis: Any, name: str) -> Any:
    """How many elements of x a reduction over these axes takes together."""
    shape = shape_of(x)
    return product([shape[a] for a in normal_axes(axis, len(shape), name)])


def sum(  # noqa: A001, NumPy's name
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: None = None,
    where: None = None,
) -> Any:
    """Sum of the elements over one axis, several or all.

    ``dtype`` is that of the result, and of the sum. ``out``, ``initial`` and ``where`` are not
    supported, and raise.

    >>> cr.grad(lambda x: cr.sum(x * x))(np.array([1.0, 2.0]))
    array([2., 4.])
    """
    if not out is initial is where is None:
        unsupported("sum", out=out, initial=initial, where=where)
    return _reduced(sum_row, astype(a, dtype), axis, keepdims)


def prod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: None = None,
    where: None = None,
) -> Any:
    """Product of the elements over one axis, several or all; zeros are no exception.

    ``dtype`` is that of the result. ``out``, ``initial`` and ``where`` are not supported, and
    raise.

    >>> cr.grad(cr.prod)(np.array([0.0, 2.0, 3.0]))
    array([6., 0., 0.])
    """
    if not out is initial is where is None:
        unsupported("prod", out=out, initial=initial, where=where)
    return _reduced(prod_row, astype(a, dtype), axis, keepdims)


def max(  # noqa: A001, NumPy's name
    a: Any,
    axis: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: None = None,
    where: None = None,
) -> Any:
    """Largest element over one axis, several or all. A tie is shared equally.

    ``out``, ``initial`` and ``where`` are not supported, and raise.

    >>> cr.grad(cr.max)(np.array([1.0, 3.0, 3.0]))
    array([0. , 0.5, 0.5])
    """
    if not out is initial is where is None:
        unsupported("max", out=out, initial=initial, where=where)
    return _reduced(max_row, a, axis, keepdims)


def min(  # noqa: A001, NumPy's name
    a: Any,
    axis: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: None = None,
    where: None = None,
) -> Any:
    """Smallest element over one axis, several or all. A tie is shared equally.

    ``out``, ``initial`` and ``where`` are not supported, and raise.

    >>> cr.grad(cr.min)(np.array([1.0, 3.0, 3.0]))
    array([1., 0., 0.])
    """
    if not out is initial is where is None:
        unsupported("min", out=out, initial=initial, where=where)
    return _reduced(min_row, a, axis, keepdims)


def mean(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    *,
    where: None = None,
) -> Any:
    """Arithmetic mean over one axis, several or all.

    ``dtype`` is that of the result. ``out`` and ``where`` are not supported, and raise.

    >>> cr.grad(cr.mean)(np.array([1.0, 3.0]))
    array([0.5, 0.5])
    """
    if not out is where is None:
        unsupported("mean", out=out, where=where)
    a = astype(a, dtype)
    count = _count(a, axis, "mean")
    return divide(_reduced(sum_row, a, axis, keepdims), count)


def var(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: None = None,
) -> Any:
    """Variance over one axis, several or all: mean squared distance from the mean.

    ``ddof`` is taken off the number of elements that the sum is divided by; ``dtype`` is that of
    the result. ``out`` and ``where`` are not supported, and raise.

    >>> round(float(cr.var(np.array([1.0, 2.0, 4.0]))), 6)
    1.555556
    """
    if not out is where is None:
        unsupported("var", out=out, where=where)
    return _variance("var", a, axis, dtype, ddof, keepdims)


def _variance(name: str, a: Any, axis: Any, dtype: Any, ddof: float, keepdims: bool) -> Any:
    a = astype(a, dtype)
    count = _count(a, axis, name) - ddof
    centred = subtract(a, mean(a, axis, keepdims=True))
    total = _reduced(sum_row, square(centred), axis, keepdims)
    return divide(total, 0 if isinstance(count, float | int) and count < 0 else count)


def std(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    ddof: float = 0,
    keepdims: bool = False,
    *,
    where: None = None,
) -> Any:
    """Standard deviation over one axis, several or all: the root of the variance.

    Arguments are those of ``var``.

    >>> float(cr.std(np.array([1.0, 3.0])))
    1.0
    """
    if not out is where is None:
        unsupported("std", out=out, where=where)
    return sqrt(_variance("std", a, axis, dtype, ddof, keepdims))


def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))) over one axis, several or all, without overflow on the way.

    >>> round(float(cr.logsumexp(np.array([1000.0, 1000.0]))), 6)
    1000.693147
    """
    x = as_operand(x)
    shape = shape_of(x)
    axes = normal_axes(axis, len(shape), "logsumexp")
    top = _reduced(max_row, x, axis, True)
    # Any finite shift gives the same result; its derivative is left out by taking it as constant.
    shift = constant(where(isfinite(top), top, 0.0))
    out = add(log(_reduced(sum_row, exp(subtract(x, shift)), axis, True)), shift)
    return out if keepdims else reshape_row(out, shape=_without(shape, axes))


def softmax(x: Any, axis: Any = -1) -> Any:
    """exp(x) / sum(exp(x)) over an axis, without overflow on the way.

    >>> cr.softmax(np.array([0.0, 0.0]))
    array([0.5, 0.5])
    """
    x = as_operand(x)
    unnormal = exp(subtract(x, constant(_reduced(max_row, x, axis, True))))
    return divide(unnormal, _reduced(sum_row, unnormal, axis, True))


constant_row: Structural = Structural(
    "stop_gradient",
    ("x",),
    "x itself, without a derivative.",
    kernel=lambda x: x,
    shape=lambda x: x,
    vjp=lambda g, out, x: (None,),
    jvp=lambda tangents, out, x: None,
    batch=lambda batched, x: constant_row(x),
)


def constant(x: Any) -> Any:
    """x, of which no derivative is taken."""
    return constant_row(x) if hasattr(x, "_apply_op") else x
