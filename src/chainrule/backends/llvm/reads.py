"""How operands are read: behind broadcasts and reshapes, which are no terms of a loop.

Start reading at :func:`source`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...ops.creation import literal_row
from ...ops.reduce import constant_row
from ...ops.shape import broadcast_row, reshape_row
from ...program.symbol import Term

Key = tuple[Any, ...]
"""A shape without extents of 1, as something to compare: a Dimension by its identity."""


@dataclass(frozen=True)
class Read:
    """An operand behind its views: the term whose numbers are read, and along which axes."""

    term: Term
    #: For each axis of the term (without those of extent 1) the axis of the loop.
    axes: tuple[int, ...]


def squeezed(shape: tuple[Any, ...]) -> tuple[Any, ...]:
    """The shape without extents of 1."""
    return tuple([x for x in shape if type(x) is not int or x != 1])


def key_of(shape: tuple[Any, ...]) -> Key:
    """What two shapes share that are the same but for extents of 1."""
    return tuple([x if type(x) is int else ("n", id(x)) for x in squeezed(shape)])


def is_view(term: Term) -> bool:
    """Whether a term only says how its operand is read."""
    op = term.op
    if op is broadcast_row or op is constant_row:
        return True
    return op is reshape_row and key_of(term.parameters["shape"]) == key_of(term.operands[0].shape)


def source(x: Any) -> Any:
    """An operand behind its views: a Read, or a plain number."""
    if type(x) is not Term:
        return x
    axes = tuple(range(len(squeezed(x.shape))))
    while True:
        if x.op is literal_row:
            return x.parameters["value"].item()
        if not is_view(x):
            return Read(x, axes)
        inner = x.operands[0]
        if type(inner) is not Term:
            return inner
        if x.op is broadcast_row:
            axes = through(inner.shape, x.shape, axes)
        x = inner


def through(inner: tuple[Any, ...], outer: tuple[Any, ...], axes: tuple[int, ...]) -> Any:
    """The axes along which what was broadcast varies, among those of the loop."""
    place = -1
    places = []
    for extent in outer:
        place += type(extent) is not int or extent != 1
        places.append(place)
    padding = len(outer) - len(inner)
    return tuple(
        axes[places[padding + i]]
        for i, extent in enumerate(inner)
        if type(extent) is not int or extent != 1
    )
