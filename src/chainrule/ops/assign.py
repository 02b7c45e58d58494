"""The rows that write elements, and :func:`assigned`: an array with other elements at a key.

An array that is differentiated is never changed: ``v[key] = x`` makes another term, ``assign`` of
the old one, and the handle that the user has on v moves on to it (``eager/assigning.py`` and
``program/assigning.py``). What is overwritten has no part in a derivative: all rows mask.

``assign`` and ``clear`` take a key of ints and slices, as ``index`` does. ``put`` and ``clear_at``
take positions in the flattened array; of several numbers for one position the last one counts, and
``counts`` says which those are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..errors import OperandError
from .arguments import broadcast_shapes, product
from .creation import length_row, positions_row
from .elementwise import add, multiply
from .index import (
    Key,
    as_slices,
    basic_key,
    entries_of,
    gather_row,
    getitem,
    index_row,
    position,
)
from .selection import where
from .shape import (
    all_batched,
    as_operand,
    astype_row,
    broadcast_row,
    inverse,
    ravel,
    reshape_row,
    shape_of,
    transpose_row,
)
from .structural import Shape, Structural

# --- rows -----------------------------------------------------------------------------------------


def _assigned(x: Any, y: Any, key: Key) -> Any:
    out = x.copy()
    out[as_slices(key)] = y
    return out


def _cleared(x: Any, key: Key) -> Any:
    return _assigned(x, 0, key)


def _put(x: Any, y: Any, places: Any) -> Any:
    out = np.array(x, order="C")
    out.reshape(-1)[places] = y
    return out


def _which_count(places: Any, size: int) -> Any:
    last = np.empty(size, np.intp)
    order = np.arange(places.size)
    last[places] = order
    return last[places] == order


def _flat_places(places: Any, size: Any) -> Any:
    """Positions of a batch, one row an example, as positions in the flattened batch."""
    extent, count = shape_of(places)
    own = multiply(positions_row(extent=extent), length_row(extent=size))
    own = broadcast_row(reshape_row(own, shape=(extent, 1)), shape=(extent, count))
    return reshape_row(add(own, places), shape=(extent * count,))


def _batched_assign(batched: Any, x: Any, y: Any, key: Key) -> Any:
    x, y = all_batched(batched, (x, y))
    return assign_row(x, y, key=((0, shape_of(x)[0], 1), *key))


def _batched_put(batched: Any, *operands: Any) -> Any:
    x, y, places = all_batched(batched, operands)
    flat = _flat_places(places, product(shape_of(x)[1:]))
    return put_row(x, reshape_row(y, shape=shape_of(flat)), flat)


def _batched_clear_at(batched: Any, *operands: Any) -> Any:
    x, places = all_batched(batched, operands)
    return clear_at_row(x, _flat_places(places, product(shape_of(x)[1:])))


def _batched_counts(batched: Any, places: Any, size: Any) -> Any:
    flat = counts_row(_flat_places(places, size), size=shape_of(places)[0] * size)
    return reshape_row(flat, shape=shape_of(places))


def _put_vjp(g: Any, out: Any, x: Any, y: Any, places: Any) -> tuple[Any, ...]:
    size = product(shape_of(x))
    picked = gather_row(reshape_row(g, shape=(size,)), places)
    return clear_at_row(g, places), where(counts_row(places, size=size), picked, 0.0), None


assign_row: Structural = Structural(
    "assign",
    ("x", "y"),
    "x with y at a key of ints and slices.",
    kernel=_assigned,
    shape=lambda x, y, key: x,
    vjp=lambda g, out, x, y, key: (clear_row(g, key=key), index_row(g, key=key)),
    batch=_batched_assign,
    linear=True,
    masks=True,
)
clear_row: Structural = Structural(
    "clear",
    ("x",),
    "x with 0 at a key of ints and slices.",
    kernel=_cleared,
    shape=lambda x, key: x,
    vjp=lambda g, out, x, key: (clear_row(g, key=key),),
    batch=lambda batched, x, key: clear_row(x, key=((0, shape_of(x)[0], 1), *key)),
    linear=True,
    masks=True,
)
put_row: Structural = Structural(
    "put",
    ("x", "y", "places"),
    "x with y at positions in the flattened x; the last of several for one position counts.",
    saves=("places",),
    kernel=_put,
    shape=lambda x, y, places: x,
    vjp=_put_vjp,
    batch=_batched_put,
    linear=True,
    masks=True,
    indices_from=2,
)
clear_at_row: Structural = Structural(
    "clear_at",
    ("x", "places"),
    "x with 0 at positions in the flattened x.",
    saves=("places",),
    kernel=lambda x, places: _put(x, 0, places),
    shape=lambda x, places: x,
    vjp=lambda g, out, x, places: (clear_at_row(g, places), None),
    batch=_batched_clear_at,
    linear=True,
    masks=True,
    indices_from=1,
)
counts_row: Structural = Structural(
    "counts",
    ("places",),
    "Which of several equal positions is the last one, in an array of so many elements.",
    kernel=_which_count,
    shape=lambda places, size: places,
    dtype=lambda *places, size: np.dtype(bool),
    vjp=lambda g, out, places, size: (None,),
    jvp=lambda tangents, out, places, size: None,
    batch=_batched_counts,
    indices_from=0,
    differentiable=False,
)


# --- from what users write to rows ----------------------------------------------------------------


class Target(NamedTuple):
    """Where elements are written: one of a key, positions in the flattened array, a mask."""

    #: The shape that the key picks, into which the numbers are repeated.
    shape: Shape
    key: Key | None = None
    places: Any = None
    mask: Any = None


def target_of(shape: Shape, key: Any, is_number: bool) -> Target:
    """What ``v[key] = x`` writes to; ``is_number`` says that x has no axes."""
    if type(key) is int and shape:  # as in loops over elements
        rest = tuple([(0, extent, 1) for extent in shape[1:]])
        return Target(shape[1:], key=(position(key, shape[0], 0), *rest))
    mask = _mask_of(shape, key) if is_number else None
    if mask is not None:
        return Target(shape, mask=mask)
    entries = entries_of(shape, key)
    basic = basic_key(entries, shape)
    if basic is not None:
        return Target(basic[1], key=basic[0])
    size = product(shape)
    if len(shape) == 1 and len(entries) == 1 and isinstance(entries[0], np.ndarray):
        # Straight from the key: an array of all positions would cost its whole length.
        places = entries[0]
        if places.dtype.kind in "iu" and (not places.size or int(places.min()) >= 0):
            if places.size and int(places.max()) >= size:
                raise IndexError(
                    f"index {int(places.max())} is out of bounds for an axis of extent {size}"
                )
            return Target(places.shape, places=places.reshape(-1))
    counted = all(isinstance(extent, int) for extent in shape)
    whole = np.arange(size) if counted else positions_row(extent=size)
    places = getitem(reshape_row(whole, shape=shape), key)
    return Target(shape_of(places), places=ravel(places))


def _mask_of(shape: Shape, key: Any) -> Any:
    """The truth values of a key that is one array of them, on the first axes; or None."""
    if getattr(key, "dtype", None) != np.bool_ or not shape_of(key):
        return None
    rank = len(shape_of(key))
    if shape_of(key) != shape[:rank]:
        raise IndexError(f"a mask of shape {shape_of(key)} does not fit an array of shape {shape}")
    if rank == len(shape):
        return key
    padded = reshape_row(key, shape=(*shape_of(key), *(1,) * (len(shape) - rank)))
    return broadcast_row(padded, shape=shape)


def fitted(x: Any, target: Target, dtype: Any, name: str = "v[key] = x") -> Any:
    """What is written, in the dtype of the array, repeated to what the key picks."""
    x = as_operand(x)
    if type(x) is float and not target.shape:
        return dtype.type(x)
    if not hasattr(x, "_apply_op"):
        plain = np.asarray(x)
        if plain.dtype.kind not in "fiub":
            raise OperandError(
                f"{name}: x is {type(x).__name__} {x!r:.40}, not a real number or an array."
            )
        x = plain.astype(dtype)
    elif getattr(x, "dtype", None) != dtype:
        x = astype_row(x, dtype=dtype)
    shape = wanted = shape_of(x)
    while len(shape) > len(target.shape) and isinstance(shape[0], int) and shape[0] == 1:
        shape = shape[1:]  # NumPy lets axes of extent 1 in front pass
    if shape != wanted:
        x = reshape_row(x, shape=shape)
    if target.mask is not None:
        return x
    if shape != target.shape:
        try:
            fits = broadcast_shapes("assign", shape, target.shape) == target.shape
        except ValueError:
            fits = False
        if not fits:
            raise ValueError(
                f"{name}: x of shape {wanted} does not fit the key's shape {target.shape}"
            )
        x = broadcast_row(x, shape=target.shape)
    if target.places is not None:
        return ravel(x)
    assert target.key is not None
    own = index_row.shape((), key=target.key)  # without the new axes of the key
    return x if own == target.shape else reshape_row(x, shape=own)


def written(x: Any, y: Any, target: Target) -> Any:
    """x with y, which is fitted, at a target: one term."""
    if target.mask is not None:
        return where(target.mask, y, x)
    if target.places is not None:
        return put_row(x, y, target.places)
    return assign_row(x, y, key=target.key)


# --- views ----------------------------------------------------------------------------------------

Step = tuple[Structural, dict[str, Any]]
"""A row and its parameters."""

#: Rows whose results NumPy makes views of their operand.
VIEWS = frozenset({index_row, reshape_row, transpose_row, broadcast_row})


def since_copy(shape: Sequence[int], steps: Sequence[Step]) -> int:
    """How many steps from a row-major array end with a copy: NumPy reshapes in place or not.

    A reshape of ``a.T`` or of ``a[:, 1:]`` makes new elements, that of ``a[1:]`` looks at a's.
    NumPy itself is asked, with bytes for elements, and only where there is a reshape.
    """
    if all(row is not reshape_row for row, _ in steps):
        return 0
    seen = np.empty(shape, np.int8)
    count = 0
    for k, (row, parameters) in enumerate(steps, 1):
        before, seen = seen, row.kernel(seen, **parameters)
        if row is reshape_row and not np.may_share_memory(before, seen):
            count = k
    return count


def are_side_by_side(shape: Sequence[int], steps: Sequence[Step]) -> bool:
    """Whether a view of a row-major array has its elements in order, and nothing between them."""
    seen = np.empty(shape, np.int8)
    for row, parameters in steps:
        seen = row.kernel(seen, **parameters)
    return seen.flags.c_contiguous


def written_through(x: Any, steps: Sequence[Step], y: Any) -> Any:
    """x, where the view of it that steps make is y: what ``w += 1`` makes of x.

    Raises:
        ValueError: the view repeats elements, so that NumPy does not write into it either.
    """
    seen = [x]
    for row, parameters in steps[:-1]:
        seen.append(row(seen[-1], **parameters))
    for (row, parameters), before in zip(reversed(steps), reversed(seen), strict=True):
        if row is index_row:
            y = assign_row(before, y, key=parameters["key"])
        elif row is reshape_row:
            y = reshape_row(y, shape=shape_of(before))
        elif row is transpose_row:
            y = transpose_row(y, axes=inverse(parameters["axes"]))
        else:
            raise ValueError("v += x: v repeats elements (broadcast_to), and is read-only")
    return y


def are_apart(key: Key | None, step: Step) -> bool:
    """Whether a key and the first step of a view are known to have no element in common."""
    row, parameters = step
    if row is not index_row or key is None or key == parameters["key"]:
        return False
    for a, b in zip(key, parameters["key"], strict=True):
        ours, theirs = (x if type(x) is tuple else (x, x + 1, 1) for x in (a, b))
        if not all(type(x) is int for x in (*ours, *theirs)):
            continue
        if ours[2] == theirs[2] == 1 and (ours[1] <= theirs[0] or theirs[1] <= ours[0]):
            return True
    return False


def is_itself(target: Target, steps: Sequence[Step], shape: Shape) -> bool:
    """Whether what is written is the view at the same key: ``v[key] += x`` ends so."""
    (first, parameters), *rest = steps
    return (
        first is index_row
        and parameters["key"] == target.key
        and all(row is reshape_row for row, _ in rest)
        and shape == target.shape
    )
