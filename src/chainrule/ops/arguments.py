"""What users' arguments mean: axes, shapes and orders, checked as NumPy checks them.

Arguments of NumPy's that have no place here raise, with what to write instead:
:func:`unsupported`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import (
    ConcreteNumberError,
    FixedOperandError,
    OperandError,
    UnsupportedFunctionError,
    user_line,
)
from .structural import Shape


def whole_number(name: str, what: str, given: Any) -> int:
    """A plain whole number that was given for something of a function."""
    try:
        return operator.index(given)
    except ConcreteNumberError:  # of a traced argument; it says what to do
        raise
    except TypeError:
        raise OperandError(f"{name}: {what} is a plain whole number, not {given!r:.40}") from None


def normal_axis(axis: Any, rank: int, name: str) -> int:
    """An axis counted from the front."""
    place = whole_number(name, "an axis", axis)
    if not -rank <= place < rank:
        raise np.exceptions.AxisError(place, rank, name)
    return place % rank


def normal_axes(axis: Any, rank: int, name: str) -> tuple[int, ...]:
    """Axes counted from the front, in order; None is all of them."""
    if axis is None:
        return tuple(range(rank))
    if type(axis) is int:
        return (normal_axis(axis, rank, name),)
    given = axis if isinstance(axis, tuple | list) else (axis,)
    axes = tuple(sorted(normal_axis(a, rank, name) for a in given))
    if len(set(axes)) < len(axes):
        raise ValueError(f"{name}: duplicate value in 'axis'")
    return axes


#: What to write for an argument of NumPy's that has no place here.
_INSTEAD = {
    "out": "Take the result that is returned.",
    "where": "Choose with cr.where before it.",
    "initial": "Put it to the result: with + for a sum, * for a product, cr.maximum for a maximum.",
    "dtype": "Convert the operand or the result with .astype.",
    "order": "Elements come in row-major order, order='C'; transpose before it.",
    "weights": "Repeat the elements as often as their weights say.",
}


def unsupported(name: str, **arguments: Any) -> None:
    """Raise if an argument of NumPy's function is given that chainrule's does not have.

    None, and True for ``where``, leave it at NumPy's default.
    """
    for argument, given in arguments.items():
        if given is not None and not (argument == "where" and given is True):
            raise UnsupportedFunctionError(
                f"{name}: the argument {argument}= is not supported. {_INSTEAD[argument]}"
            )


def row_major(name: str, order: str) -> None:
    """Raise for an order of elements other than row-major."""
    unsupported(name, order=None if order == "C" else order)


def product(extents: Sequence[Any]) -> Any:
    """How many elements a shape has."""
    return math.prod(extents)


def require_plain(name: str, what: str, given: Any) -> None:
    """Raise for a Value or Symbol, alone or in a list, where there is no derivative."""
    several = given if isinstance(given, list | tuple) else (given,)
    if any(hasattr(x, "_apply_op") for x in several):
        raise FixedOperandError(
            f"{name}: {what} has no derivative here. Give it plain: v.val of a Value v, a traced "
            f"argument by static_argnums."
        )


def plain_operand(x: Any) -> Any:
    """A plain number or array, or what NumPy makes an array of; nothing else is an operand."""
    if not isinstance(x, np.ndarray | np.generic | int | float | complex):
        if not hasattr(x, "__array__"):
            raise OperandError(
                f"an operand is {type(x).__name__} {x!r:.40}, not a real number or an array"
                f"{user_line()}"
            )
        x = np.asarray(x)
    if isinstance(x, np.ndarray | np.generic) and x.dtype.kind not in "fiubc":
        raise OperandError(f"an operand is of dtype {x.dtype}, not of real numbers{user_line()}")
    return x


def extents_of(name: str, shape: Any) -> tuple[Any, ...]:
    """A shape as users give it: one extent or several."""
    if isinstance(shape, np.ndarray):
        shape = tuple(shape) if shape.ndim else shape[()]
    given = shape if isinstance(shape, tuple | list) else (shape,)
    return tuple(
        extent
        if type(extent) is int
        else whole_number(name, "an extent", extent)
        if isinstance(extent, np.generic) or hasattr(extent, "_apply_op")
        else extent
        for extent in given
    )


def broadcast_shapes(name: str, *shapes: Shape) -> Shape:
    """The shape that all of them broadcast to."""
    rank = max(map(len, shapes))
    result = []
    for axis in range(rank):
        extent: Any = 1
        for shape in shapes:
            place = axis - rank + len(shape)
            if place < 0:
                continue
            other = shape[place]
            if isinstance(other, int) and other == 1:
                continue
            if isinstance(extent, int) and extent == 1:
                extent = other
            elif extent is not other and extent != other:
                raise ValueError(
                    f"{name}: operands of shapes {', '.join(map(str, shapes))} do not broadcast"
                    f"{user_line()}"
                )
        result.append(extent)
    return tuple(result)
