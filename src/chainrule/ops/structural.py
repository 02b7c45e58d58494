"""What an operation on whole arrays is: a row with a rule for each direction.

An elementwise row has a partial an operand; an operation that moves, sums or contracts elements
has rules instead, each written once, in chainrule's own operations, on anything that these take:
NumPy arrays, Values, Symbols. Eager sweeps, Programs, forward, reverse and every higher order
come from them.

* ``shape`` gives the shape of the result from those of the operands;
* ``vjp`` gives the cotangent of each operand from that of the result;
* ``jvp`` gives the tangent of the result; a ``linear`` row needs none, since it is the operation
  itself on the tangents;
* ``batch`` is the operation on operands with one more axis in front.

Rows are in ``reduce.py``, ``shape.py``, ``index.py``, ``contract.py``, ``cumulative.py``,
``ordering.py`` and ``linalg``; most functions are written with these and need none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .op import TABLE, Row

Shape = tuple[Any, ...]
"""Extents: ints, or while tracing whatever stands for one."""


@dataclass(frozen=True, eq=False, repr=False)
class Structural(Row):
    """One operation on whole arrays.

    Parameters of a call (axes, a shape, subscripts) are keyword arguments, static and hashable.
    """

    name: str
    #: Names of the operands; one that starts with ``*`` stands for any number.
    operands: tuple[str, ...]
    doc: str
    #: The operation on NumPy arrays: ``kernel(*arrays, **parameters)``.
    kernel: Callable[..., Any]
    #: ``shape(*shapes, **parameters)``: the shape of the result; several results, a list of them.
    shape: Callable[..., Any]
    #: ``vjp(cotangent, out, *operands, **parameters)``: a cotangent an operand, None for none.
    vjp: Callable[..., Any]
    #: ``jvp(tangents, out, *operands, **parameters)``; a tangent may be None.
    jvp: Callable[..., Any] | None = None
    #: ``batch(batched, *operands, **parameters)``: ``batched`` says which have the axis in front.
    batch: Callable[..., Any] | None = None
    #: ``dtype(*dtypes, **parameters)``: that of the result; by default the operands' common one.
    dtype: Callable[..., Any] | None = None
    #: True where the result is linear in all operands together, False otherwise.
    linear: bool = False
    #: True where the elements of the result are elements of the operand (max, min): ``vjp``
    #: then gives weights, and what has weight zero is not multiplied.
    selects: bool = False
    #: True where the result leaves elements of the operand out (index): they are masked.
    masks: bool = False
    #: Which numbers ``vjp`` reads, besides shapes: names of operands, and "out".
    saves: tuple[str, ...] = ()
    #: Number of results; where it is not one the result is a tuple. 0: it depends on the call.
    results: int = 1
    #: False where results are truth values or positions: eagerly they are plain arrays, no Values.
    differentiable: bool = True
    #: The whole rule of a row that looks at masks itself: as ``rules.pull``, without ``op``.
    pull: Callable[..., Any] | None = None
    #: As ``pull`` for tangents that have masks: ``rules.push_masked``, without ``op``.
    push: Callable[..., Any] | None = None
    #: The operation in other rows, which a Program has in its place: where those are elementwise
    #: they share a loop with what is around them. Such a row needs no ``batch``.
    expand: Callable[..., Any] | None = None
    #: True where ``kernel`` takes ``out=``, a row-major array that it writes the result into.
    takes_out: bool = False
    #: True where ``kernel`` only moves numbers, so that NumPy has nothing to warn of.
    moves: bool = False
    #: Operands from this position on are indices, and have no derivative.
    indices_from: int | None = None

    def __post_init__(self) -> None:
        if not (self.linear or self.selects or self.jvp):
            raise ValueError(f"{self.name}: needs a jvp, or to be linear")
        if self.name in TABLE:
            raise ValueError(f"{self.name}: there is a row of that name already")
        TABLE[self.name] = self

    def numpy(self, *operands: Any, **parameters: Any) -> Any:
        """The operation on plain numbers and NumPy arrays, into ``out=`` where the row takes it."""
        return self.kernel(*(np.asarray(x) for x in operands), **parameters)


def no_vjp(g: Any, out: Any, *operands: Any, **parameters: Any) -> tuple[None, ...]:
    """The vjp of a row whose results have no derivative."""
    return (None,) * len(operands)


def no_jvp(tangents: Any, out: Any, *operands: Any, **parameters: Any) -> None:
    """The jvp of a row whose results have no derivative."""
