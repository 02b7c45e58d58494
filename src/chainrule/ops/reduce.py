"""The rows that reduce over axes: sum, prod, max, min; and what is written with them.

A row takes ``axes``, a sorted tuple counted from the front, and drops them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .arguments import normal_axes, product, unsupported
from .covered import covers
from .elementwise import add, divide, exp, log, multiply, sqrt, square, subtract
from .op import TABLE, Op
from .selection import equal, isfinite, maximum, minimum, where
from .shape import (
    as_operand,
    astype,
    broadcast_row,
    broadcast_to,
    filled_like,
    of_dtype,
    reshape_row,
    shape_of,
)
from .small import totalled
from .structural import Shape, Structural


def without(shape: Shape, axes: tuple[int, ...]) -> Shape:
    return tuple(extent for axis, extent in enumerate(shape) if axis not in axes)


def kept(shape: Shape, axes: tuple[int, ...]) -> Shape:
    """A shape with extent 1 on the axes that are reduced, as keepdims has it."""
    return tuple(1 if axis in axes else extent for axis, extent in enumerate(shape))


def restored(reduced: Any, shape: Shape, axes: tuple[int, ...]) -> Any:
    """A reduced array, repeated over the axes that were reduced."""
    extents = kept(shape, axes)
    if extents != shape and axes == tuple(range(len(axes))):
        return broadcast_row(reduced, shape=shape)  # which puts axes in front by itself
    aligned = reduced if shape_of(reduced) == extents else reshape_row(reduced, shape=extents)
    return aligned if extents == shape else broadcast_row(aligned, shape=shape)


def _shifted(axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(axis + 1 for axis in axes)


def accumulated(dtype: Any, **parameters: Any) -> Any:
    """NumPy counts truth values, and adds small ints, in the machine's whole numbers."""
    return dtype if dtype.kind == "f" else np.result_type(dtype, np.int64)


def _totalled(x: Any, axes: tuple[int, ...], out: Any = None) -> Any:
    total = totalled(x, axes)
    if total is None:
        return np.add.reduce(x, axis=axes, out=out)
    if out is None:
        return total
    np.copyto(out, total)
    return out


sum_row: Structural = Structural(
    "sum",
    ("x",),
    "Sum of the elements over axes.",
    kernel=_totalled,
    shape=without,
    dtype=accumulated,
    takes_out=True,
    vjp=lambda g, out, x, axes: (restored(g, shape_of(x), axes),),
    batch=lambda batched, x, axes: sum_row(x, axes=_shifted(axes)),
    linear=True,
)


def shares(out: Any, x: Any, axes: tuple[int, ...], **parameters: Any) -> Any:
    """The weights of elements in a result that is one of them: those equal to it share equally."""
    reached = equal(x, restored(out, shape_of(x), axes))
    ones = of_dtype(where(reached, 1.0, 0.0), x.dtype)
    return divide(ones, restored(sum_row(ones, axes=axes), shape_of(x), axes))


def _extremum(name: str, kernel: Any, doc: str) -> Structural:
    row: Structural

    row = Structural(
        name,
        ("x",),
        doc,
        saves=("x", "out"),
        kernel=lambda x, axes, out=None: kernel(x, axis=axes, out=out),
        shape=without,
        vjp=shares,
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
    shape=without,
    dtype=accumulated,
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
    return reshape_row(out, shape=kept(shape, axes)) if keepdims else out


def _count(x: Any, axis: Any, name: str, mask: Any = None, keepdims: bool = False) -> Any:
    """How many elements of x a reduction over these axes takes together."""
    shape = shape_of(x)
    axes = normal_axes(axis, len(shape), name)
    if mask is None or mask is True:
        return product([shape[a] for a in axes])
    # The type is x's: NumPy makes float64 of float32 and whole numbers.
    weights = where(broadcast_to(as_operand(mask), shape), filled_like(x, 1.0), 0.0)
    return _reduced(sum_row, weights, axis, keepdims)


def _chosen(x: Any, mask: Any, otherwise: float) -> Any:
    """x where NumPy's argument where= holds, a number that changes nothing elsewhere."""
    return x if mask is None or mask is True else TABLE["where"](mask, x, otherwise)


@covers()
def sum(  # noqa: A001, NumPy's name
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = None,
) -> Any:
    """Sum of the elements over one axis, several or all.

    ``dtype`` is that of the result, and of the sum. ``initial`` is added; where ``where`` does not
    hold, elements are left out. ``out`` is not supported, and raises.

    >>> cr.grad(lambda x: cr.sum(x * x))(np.array([1.0, 2.0]))
    array([2., 4.])
    """
    if out is not None:
        unsupported("sum", out=out)
    if dtype is None and initial is None and where is None:
        return _reduced(sum_row, a, axis, keepdims)
    x = _chosen(as_operand(astype(a, dtype)), where, 0.0)
    total = _reduced(sum_row, x, axis, keepdims)
    return total if initial is None else add(total, _weak(initial))


def _weak(initial: Any) -> Any:
    """What a reduction starts from: in NumPy a number there leaves the dtype alone."""
    return float(initial) if isinstance(initial, np.number) else initial


@covers()
def prod(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = None,
) -> Any:
    """Product of the elements over one axis, several or all; zeros are no exception.

    ``dtype`` is that of the result. The result is multiplied by ``initial``; where ``where`` does
    not hold, elements are left out. ``out`` is not supported, and raises.

    >>> cr.grad(cr.prod)(np.array([0.0, 2.0, 3.0]))
    array([6., 0., 0.])
    """
    if out is not None:
        unsupported("prod", out=out)
    x = _chosen(as_operand(astype(a, dtype)), where, 1.0)
    total = _reduced(prod_row, x, axis, keepdims)
    return total if initial is None else multiply(total, _weak(initial))


def _best(row: Structural, choice: Op, worst: float, a: Any, axis: Any, out: Any, keepdims: bool,
          initial: Any, where: Any) -> Any:  # fmt: skip
    """What max and min have in common."""
    if out is not None:
        unsupported(row.name, out=out)
    masked = where is not None and where is not True
    if masked and initial is None:
        raise ValueError(
            f"{row.name}: there may be no element where= holds for, so it needs initial= too"
        )
    if initial is None:
        return _reduced(row, a, axis, keepdims)
    x = _chosen(as_operand(a), where, worst)
    shape = shape_of(x)
    axes = normal_axes(axis, len(shape), row.name)
    if any(isinstance(shape[i], int) and shape[i] == 0 for i in axes):
        rest = _reduced(sum_row, x, axis, keepdims)  # zeros, in the shape of the result
        return add(rest, _weak(initial))
    return choice(_reduced(row, x, axis, keepdims), _weak(initial))


@covers("max", "amax", kinks="a tie is shared equally")
def max(  # noqa: A001, NumPy's name
    a: Any,
    axis: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = None,
) -> Any:
    """Largest element over one axis, several or all. A tie is shared equally.

    It is ``initial`` at least. Where ``where`` does not hold, elements are left out; that needs
    ``initial``. ``out`` is not supported, and raises.

    >>> cr.grad(cr.max)(np.array([1.0, 3.0, 3.0]))
    array([0. , 0.5, 0.5])
    """
    return _best(max_row, maximum, -math.inf, a, axis, out, keepdims, initial, where)


@covers("min", "amin", kinks="a tie is shared equally")
def min(  # noqa: A001, NumPy's name
    a: Any,
    axis: Any = None,
    out: None = None,
    keepdims: bool = False,
    initial: Any = None,
    where: Any = None,
) -> Any:
    """Smallest element over one axis, several or all. A tie is shared equally.

    It is ``initial`` at most. Where ``where`` does not hold, elements are left out; that needs
    ``initial``. ``out`` is not supported, and raises.

    >>> cr.grad(cr.min)(np.array([1.0, 3.0, 3.0]))
    array([1., 0., 0.])
    """
    return _best(min_row, minimum, math.inf, a, axis, out, keepdims, initial, where)


@covers()
def mean(
    a: Any,
    axis: Any = None,
    dtype: Any = None,
    out: None = None,
    keepdims: bool = False,
    *,
    where: Any = None,
) -> Any:
    """Arithmetic mean over one axis, several or all.

    ``dtype`` is that of the result. Where ``where`` does not hold, elements are left out. ``out``
    is not supported, and raises.

    >>> cr.grad(cr.mean)(np.array([1.0, 3.0]))
    array([0.5, 0.5])
    """
    if out is not None:
        unsupported("mean", out=out)
    return _mean("mean", as_operand(astype(a, dtype)), axis, keepdims, where)


def _mean(name: str, x: Any, axis: Any, keepdims: bool, mask: Any) -> Any:
    count = _count(x, axis, name, mask, keepdims)
    return divide(_reduced(sum_row, _chosen(x, mask, 0.0), axis, keepdims), count)


@covers()
def var(
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
    """Variance over one axis, several or all: mean squared distance from the mean.

    ``ddof``, or ``correction``, is taken off the number of elements that the sum is divided by;
    ``dtype`` is that of the result; ``mean`` is the mean with the axes kept, where it is known.
    Where ``where`` does not hold, elements are left out. ``out`` is not supported, and raises.

    >>> round(float(cr.var(np.array([1.0, 2.0, 4.0]))), 6)
    1.555556
    """
    if out is not None:
        unsupported("var", out=out)
    return _variance("var", a, axis, dtype, ddof_of("var", ddof, correction), keepdims, where, mean)


def ddof_of(name: str, ddof: Any, correction: Any) -> Any:
    """What is taken off the number of elements, under either name."""
    if correction is not None and ddof != 0:
        raise ValueError(f"{name}: ddof and correction are two names of one argument; give one")
    return ddof if correction is None else correction


def _variance(name: str, a: Any, axis: Any, dtype: Any, ddof: Any, keepdims: bool,
              mask: Any, middle: Any) -> Any:  # fmt: skip
    x = as_operand(astype(a, dtype))
    middle = _mean(name, x, axis, True, mask) if middle is None else middle
    centred = _chosen(subtract(x, middle), mask, 0.0)
    total = _reduced(sum_row, square(centred), axis, keepdims)
    count = _count(x, axis, name, mask, keepdims)
    if ddof:
        count = count - ddof
        if not isinstance(count, float | int):
            count = count if mask is None or mask is True else maximum(count, 0)
        elif count < 0:
            count = 0
    return divide(total, count)


@covers(kinks="where all elements are equal the derivative is 0")
def std(
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
    """Standard deviation over one axis, several or all: the root of the variance.

    Arguments are those of ``var``. Where all elements are equal it has a kink, and derivative 0.

    >>> float(cr.std(np.array([1.0, 3.0])))
    1.0
    >>> cr.grad(cr.std)(np.array([2.0, 2.0]))
    array([0., 0.])
    """
    if out is not None:
        unsupported("std", out=out)
    ddof = ddof_of("std", ddof, correction)
    return root(_variance("std", a, axis, dtype, ddof, keepdims, where, mean))


def root(squares: Any) -> Any:
    """The square root of a sum of squares, whose kink at 0 has derivative 0."""
    return where(equal(squares, 0.0), 0.0, sqrt(squares))


def is_nothing(extent: Any) -> bool:
    """Whether an extent is known to be 0."""
    return isinstance(extent, int) and extent == 0


@covers()
def logsumexp(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))) over one axis, several or all, without overflow on the way.

    >>> round(float(cr.logsumexp(np.array([1000.0, 1000.0]))), 6)
    1000.693147
    """
    x = as_operand(x)
    shape = shape_of(x)
    axes = normal_axes(axis, len(shape), "logsumexp")
    if any(is_nothing(shape[a]) for a in axes):
        return log(_reduced(sum_row, exp(x), axis, keepdims))  # -inf, where max has no result
    top = _reduced(max_row, x, axis, True)
    # Any finite shift gives the same result; its derivative is left out by taking it as constant.
    shift = constant(where(isfinite(top), top, 0.0))
    out = add(log(_reduced(sum_row, exp(subtract(x, shift)), axis, True)), shift)
    return out if keepdims else reshape_row(out, shape=without(shape, axes))


@covers()
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
