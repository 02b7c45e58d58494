"""The rows that rearrange elements: reshape, transpose, broadcast_to, concatenate; and their kin.

The functions that users call (``expand_dims``, ``squeeze``, ``stack``, ...) are written with these
four rows. All are linear: the tangent goes the way of the operand.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import OperandError, user_line
from .arguments import (
    broadcast_shapes,
    extents_of,
    normal_axes,
    normal_axis,
    plain_operand,
    product,
    row_major,
    unsupported,
)
from .covered import covers
from .small import repeated
from .structural import Shape, Structural


def shape_of(x: Any) -> Shape:
    """The shape of an array, a Value or a Symbol; of a number ()."""
    shape: Shape = getattr(x, "shape", ())
    return shape


def as_operand(x: Any) -> Any:
    """What the rows take: lists become arrays, of Values too; no strings and no objects."""
    if isinstance(x, list | tuple):
        return _array(x)
    return x if type(x) is float or hasattr(x, "_apply_op") else plain_operand(x)


def copied(x: Any) -> Any:
    """x with elements of its own, where NumPy copies and the rows would make a view.

    What is assigned afterwards (``ops/assign.py``) is not seen in it.
    """
    from .elementwise import positive

    return positive(x) if hasattr(x, "_apply_op") else np.array(x)


# --- rows ---------------------------------------------------------------------------------------

reshape_row: Structural = Structural(
    "reshape",
    ("x",),
    "x with the same elements in another shape.",
    kernel=lambda x, shape: x.reshape(shape),
    moves=True,
    shape=lambda x, shape: shape,
    vjp=lambda g, out, x, shape: (reshape_row(g, shape=shape_of(x)),),
    batch=lambda batched, x, shape: reshape_row(x, shape=(shape_of(x)[0], *shape)),
    linear=True,
)


def inverse(axes: tuple[int, ...]) -> tuple[int, ...]:
    """The order of axes that undoes another."""
    return tuple(sorted(range(len(axes)), key=axes.__getitem__))


transpose_row: Structural = Structural(
    "transpose",
    ("x",),
    "x with its axes in another order.",
    kernel=lambda x, axes: x.transpose(axes),
    moves=True,
    shape=lambda x, axes: tuple(x[axis] for axis in axes),
    vjp=lambda g, out, x, axes: (transpose_row(g, axes=inverse(axes)),),
    batch=lambda batched, x, axes: transpose_row(x, axes=(0, *(axis + 1 for axis in axes))),
    linear=True,
)


def _batched_broadcast(batched: Any, x: Any, shape: Shape) -> Any:
    extents = shape_of(x)
    padding = (1,) * (len(shape) - (len(extents) - 1))
    aligned = reshape_row(x, shape=(extents[0], *padding, *extents[1:]))
    return broadcast_row(aligned, shape=(extents[0], *shape))


def _repeated(x: Any, shape: Shape) -> Any:
    """``np.broadcast_to``, which takes 5 us; compiled it is 0.5."""
    out = repeated(x, shape)
    return np.broadcast_to(x, shape) if out is None else out


broadcast_row: Structural = Structural(
    "broadcast_to",
    ("x",),
    "x repeated along new axes and along axes of extent 1.",
    kernel=_repeated,
    moves=True,
    shape=lambda x, shape: shape,
    vjp=lambda g, out, x, shape: (sum_to(g, shape_of(x)),),
    batch=_batched_broadcast,
    linear=True,
)


def sum_to(g: Any, shape: Shape) -> Any:
    """The transpose of a broadcast: the sum of g over what was repeated, in the given shape."""
    from .reduce import sum_row

    extents = shape_of(g)
    if extents == shape:
        return g
    extra = len(extents) - len(shape)
    axes = tuple(range(extra)) + tuple(
        axis + extra
        for axis, extent in enumerate(shape)
        if isinstance(extent, int)
        and extent == 1
        and not (isinstance(extents[axis + extra], int) and extents[axis + extra] == 1)
    )
    total = sum_row(g, axes=axes) if axes else g
    return total if shape_of(total) == shape else reshape_row(total, shape=shape)


def _concatenated_shape(*shapes: Shape, axis: int) -> Shape:
    first = shapes[0]
    for other in shapes[1:]:
        if len(other) != len(first) or any(
            a != b for i, (a, b) in enumerate(zip(first, other, strict=True)) if i != axis
        ):
            raise ValueError(
                f"concatenate: shapes {', '.join(map(str, shapes))} differ off axis {axis}"
            )
    total = sum(shape[axis] for shape in shapes)
    return (*first[:axis], total, *first[axis + 1 :])


def _concatenate_vjp(g: Any, out: Any, *xs: Any, axis: int) -> tuple[Any, ...]:
    from .index import index_row

    parts = []
    start: Any = 0
    rank = len(shape_of(g))
    for x in xs:
        stop = start + shape_of(x)[axis]
        key = tuple((start, stop, 1) if i == axis else (0, shape_of(g)[i], 1) for i in range(rank))
        parts.append(index_row(g, key=key))
        start = stop
    return tuple(parts)


def all_batched(batched: Any, operands: Any) -> list[Any]:
    """Operands with the batch in front, repeated where they had none."""
    (extent, *_) = [shape_of(x)[0] for x, b in zip(operands, batched, strict=True) if b]
    return [
        x if b else broadcast_row(x, shape=(extent, *shape_of(x)))
        for x, b in zip(operands, batched, strict=True)
    ]


concatenate_row: Structural = Structural(
    "concatenate",
    ("*xs",),
    "Arrays one after the other along an axis.",
    kernel=lambda *xs, axis, out=None: np.concatenate(xs, axis=axis, out=out),
    shape=_concatenated_shape,
    vjp=_concatenate_vjp,
    batch=lambda batched, *xs, axis: concatenate_row(*all_batched(batched, xs), axis=axis + 1),
    linear=True,
    takes_out=True,
)

astype_row: Structural = Structural(
    "astype",
    ("x",),
    "x with elements of another type.",
    kernel=lambda x, dtype: x.astype(dtype),
    shape=lambda x, dtype: x,
    dtype=lambda x, dtype: dtype,
    vjp=lambda g, out, x, dtype: (of_dtype(g, dtype_of(x)),),
    batch=lambda batched, x, dtype: astype_row(x, dtype=dtype),
    linear=True,
)


fill_row: Structural = Structural(
    "fill",
    ("x",),
    "One number everywhere, in the shape and dtype of x.",
    kernel=lambda x, value: np.broadcast_to(x.dtype.type(value), x.shape),
    shape=lambda x, value: x,
    vjp=lambda g, out, x, value: (None,),
    jvp=lambda tangents, out, x, value: None,
    batch=lambda batched, x, value: fill_row(x, value=value),
)


def filled_like(x: Any, value: float) -> Any:
    """One number everywhere, in the shape and dtype of x, whose own numbers are not read."""
    if hasattr(x, "_apply_op"):
        return fill_row(x, value=value)
    return np.broadcast_to(np.asarray(value, getattr(x, "dtype", None)), shape_of(x))


def of_dtype(x: Any, dtype: Any) -> Any:
    """x with elements of a type; x itself where they are, or where it is a plain number."""
    return x if getattr(x, "dtype", dtype) == dtype else astype_row(x, dtype=dtype)


# --- functions ------------------------------------------------------------------------------------


@covers("astype", public="")
def _astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    from .elementwise import positive

    out = astype(x, dtype)
    return positive(out) if copy and out is x else out


def astype(x: Any, dtype: Any) -> Any:
    """x with elements of another type; x itself if dtype is None.

    Raises:
        OperandError: x may need a derivative, and dtype is neither float64 nor float32.

    >>> chainrule.ops.shape.astype(np.ones(2), np.float32).dtype
    dtype('float32')
    """
    x = as_operand(x)
    if dtype is None:
        return x
    wanted = np.dtype(dtype)
    if hasattr(x, "_apply_op") and wanted not in (np.float32, np.float64):
        raise OperandError(
            f"astype: elements of type {wanted} have no derivative; float64 and float32 have. "
            "Take .val where no derivative is wanted."
        )
    return astype_row(x, dtype=wanted) if getattr(x, "dtype", None) != wanted else x


@covers()
def reshape(a: Any, shape: Any, order: str = "C", *, copy: Any = None) -> Any:
    """a with the same elements in another shape; one extent may be -1.

    They are taken and placed in row-major order, with ``order="F"`` in column-major order.
    ``copy`` makes no difference.

    Raises:
        ValueError: the shape has another number of elements.
        UnsupportedFunctionError: ``order`` is neither "C" nor "F".

    >>> cr.reshape(np.arange(6.0), (2, -1)).shape
    (2, 3)
    """
    x = as_operand(a)
    if order == "F":
        return transpose(reshape(transpose(x), extents_of("reshape", shape)[::-1]))
    row_major("reshape", order)
    extents = list(extents_of("reshape", shape))
    size = product(shape_of(x))
    unknown = [i for i, extent in enumerate(extents) if isinstance(extent, int) and extent == -1]
    if len(unknown) > 1:
        raise ValueError(f"reshape: only one extent may be -1, not {len(unknown)}: {shape}")

    def misfit() -> ValueError:
        return ValueError(
            f"reshape: cannot reshape an array of shape {shape_of(x)} into {tuple(extents)}"
            f"{user_line()}"
        )

    if any(isinstance(extent, int) and extent < -1 for extent in extents):
        raise misfit()
    if unknown:
        known = product([extent for i, extent in enumerate(extents) if i != unknown[0]])
        if isinstance(size, int) and isinstance(known, int) and (known == 0 or size % known):
            raise misfit()
        extents[unknown[0]] = size // known
    elif product(extents) != size:
        raise misfit()
    return reshape_row(x, shape=tuple(extents))


@covers()
def ravel(a: Any, order: str = "C") -> Any:
    """a in one axis, row-major, or with ``order="F"`` column-major.

    >>> cr.ravel(np.ones((2, 3))).shape
    (6,)
    """
    x = as_operand(a)
    if order == "F":
        return ravel(transpose(x))
    row_major("ravel", order)
    if hasattr(x, "_is_strided") and x._is_strided():
        x = copied(x)  # where reshape(-1) would look at every second element, say
    return reshape_row(x, shape=(product(shape_of(x)),))


def _several(axes: Any) -> tuple[Any, ...]:
    return tuple(axes) if np.iterable(axes) else (axes,)


@covers("transpose", "permute_dims")
def transpose(a: Any, axes: Any = None) -> Any:
    """a with its axes in another order, reversed by default.

    >>> cr.transpose(np.ones((2, 3))).shape
    (3, 2)
    """
    x = as_operand(a)
    rank = len(shape_of(x))
    if axes is None:
        order = tuple(reversed(range(rank)))
    else:
        order = tuple(normal_axis(axis, rank, "transpose") for axis in _several(axes))
    if sorted(order) != list(range(rank)):
        raise ValueError(f"transpose: axes {axes} are not a permutation of {rank} axes")
    return x if order == tuple(range(rank)) else transpose_row(x, axes=order)


@covers()
def moveaxis(a: Any, source: Any, destination: Any) -> Any:
    """a with one axis moved to another place, or several to as many places.

    >>> cr.moveaxis(np.ones((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    x = as_operand(a)
    rank = len(shape_of(x))
    places = []
    for given, name in (source, "moveaxis: source"), (destination, "moveaxis: destination"):
        normal_axes(_several(given), rank, name)
        places.append([normal_axis(axis, rank, name) for axis in _several(given)])
    sources, destinations = places
    if len(sources) != len(destinations):
        raise ValueError(f"moveaxis: {source} and {destination} differ in number")
    order = [axis for axis in range(rank) if axis not in sources]
    for place, axis in sorted(zip(destinations, sources, strict=True)):
        order.insert(place, axis)
    return transpose(x, order)


@covers()
def swapaxes(a: Any, axis1: int, axis2: int) -> Any:
    """a with two axes exchanged.

    >>> cr.swapaxes(np.ones((2, 3, 4)), 0, 2).shape
    (4, 3, 2)
    """
    x = as_operand(a)
    order = list(range(len(shape_of(x))))
    one, other = (normal_axis(axis, len(order), "swapaxes") for axis in (axis1, axis2))
    order[one], order[other] = order[other], order[one]
    return transpose(x, order)


@covers()
def expand_dims(a: Any, axis: Any) -> Any:
    """a with new axes of extent 1 at the given places of the result.

    >>> cr.expand_dims(np.ones(3), 0).shape
    (1, 3)
    """
    return _expanded(as_operand(a), axis, "expand_dims")


def _expanded(x: Any, axis: Any, name: str) -> Any:
    shape = list(shape_of(x))
    given = axis if isinstance(axis, tuple | list) else (axis,)
    for place in normal_axes(tuple(given), len(shape) + len(given), name):
        shape.insert(place, 1)
    return reshape_row(x, shape=tuple(shape))


@covers()
def squeeze(a: Any, axis: Any = None) -> Any:
    """a without its axes of extent 1, or without the given ones.

    >>> cr.squeeze(np.ones((1, 3, 1))).shape
    (3,)
    """
    x = as_operand(a)
    shape = shape_of(x)
    single = [i for i, extent in enumerate(shape) if isinstance(extent, int) and extent == 1]
    axes = single if axis is None else normal_axes(axis, len(shape), "squeeze")
    for dropped in axes:
        if dropped not in single:
            raise ValueError(f"squeeze: axis {dropped} of shape {shape} has not extent 1")
    return reshape_row(x, shape=tuple(e for i, e in enumerate(shape) if i not in axes))


@covers()
def broadcast_to(array: Any, shape: Any, subok: bool = False) -> Any:
    """An array repeated to a shape, by NumPy's rules of broadcasting; ``subok`` says nothing here.

    >>> cr.broadcast_to(np.arange(3.0), (2, 3)).shape
    (2, 3)
    """
    x = as_operand(array)
    wanted = extents_of("broadcast_to", shape)
    own = shape_of(x)
    if own == wanted:
        return x
    if broadcast_shapes("broadcast_to", own, wanted) != wanted:
        raise ValueError(f"broadcast_to: shape {own} does not broadcast to {wanted}")
    return broadcast_row(x, shape=wanted)


def parts_of(arrays: Any, name: str) -> list[Any]:
    """The arrays that a function puts together."""
    if len(shape_of(arrays)) == 0 and not isinstance(arrays, list | tuple):
        raise TypeError(f"{name}: takes a list or tuple of arrays, not one {type(arrays).__name__}")
    parts = [x if type(x) is np.ndarray else as_operand(x) for x in arrays]
    if not parts:
        raise ValueError(f"{name}: needs at least one array")
    return [x if hasattr(x, "shape") or hasattr(x, "_apply_op") else np.asarray(x) for x in parts]


@covers("concatenate", "concat")
def concatenate(
    arrays: Any, /, axis: int | None = 0, out: None = None, *, dtype: None = None,
    casting: str = "same_kind",
) -> Any:  # fmt: skip
    """Arrays one after the other along an axis; flattened first if axis is None.

    ``out`` and ``dtype`` are not supported, and raise; without them ``casting`` says nothing.

    >>> cr.concatenate([np.ones(2), np.zeros(1)])
    array([1., 1., 0.])
    """
    unsupported("concatenate", out=out, dtype=dtype)
    parts = parts_of(arrays, "concatenate")
    if axis is None:
        parts, axis = [ravel(x) for x in parts], 0
    if any(shape_of(x) == () for x in parts):
        raise ValueError(
            "concatenate: an array without axes cannot be concatenated; use cr.array or cr.stack"
        )
    return concatenate_row(*parts, axis=normal_axis(axis, len(shape_of(parts[0])), "concatenate"))


@covers()
def stack(
    arrays: Any, axis: int = 0, out: None = None, *, dtype: None = None, casting: str = "same_kind"
) -> Any:
    """Arrays of one shape side by side along a new axis.

    ``out`` and ``dtype`` are not supported, and raise; without them ``casting`` says nothing.

    >>> cr.stack([np.ones(2), np.zeros(2)], axis=1).shape
    (2, 2)
    """
    unsupported("stack", out=out, dtype=dtype)
    parts = parts_of(arrays, "stack")
    shape = shape_of(parts[0])
    for x in parts:
        if shape_of(x) != shape:
            shapes = ", ".join(str(shape_of(x)) for x in parts)
            raise ValueError(f"stack: shapes {shapes} differ")
    place = normal_axis(axis, len(shape) + 1, "stack")
    if not shape:
        from .packing import pack_row

        # A plain number stays one: a traced function need not read it in each call.
        given = zip(arrays, parts, strict=True)
        return pack_row(*(x if type(x) is float else part for x, part in given))
    wide = (*shape[:place], 1, *shape[place:])
    return concatenate_row(*[reshape_row(x, shape=wide) for x in parts], axis=place)


def array(values: Any) -> Any:
    """An array of what nested lists hold: numbers, Values and Symbols.

    >>> x = Value(3.0, reqgrad=True)
    >>> cr.array([x, 2 * x]).shape
    (2,)
    """
    return copied(values) if hasattr(values, "_apply_op") else _array(values)


def _array(values: Any) -> Any:
    if not isinstance(values, list | tuple):
        if hasattr(values, "_apply_op"):
            return values
        plain = plain_operand(values)
        return plain if hasattr(plain, "shape") else np.asarray(plain)
    parts = [_array(x) for x in values]
    if any(shape_of(x) != shape_of(parts[0]) for x in parts):
        shapes = ", ".join(str(shape_of(x)) for x in parts)
        raise ValueError(f"array: a nested list has entries of different shapes: {shapes}")
    if all(isinstance(x, np.ndarray | np.generic) for x in parts):
        return np.array(values) if not parts else np.stack(parts)
    return stack(parts)


def floating(x: Any) -> Any:
    """An operand of floating numbers, an array or a Value: whole numbers become float64."""
    if hasattr(x, "dtype") and x.dtype.kind == "f":
        return x
    x = array(as_operand(x))
    return astype(x, np.float64) if dtype_of(x).kind in "iub" else x


def dtype_of(x: Any) -> Any:
    """The type of the elements; of a number's Value float64."""
    return np.dtype(getattr(x, "dtype", np.float64))
