"""The rewrite rule of sums of scatters: many zeros with a piece each become one concatenation.

Where a function picks the elements of an array, ``p[0]``, ``p[1]``, ..., the derivative is a sum of
arrays that are 0 but for one element. The pieces of a growing sum are noted, and when they cover the
array they are put side by side instead of being added: n elements instead of n**2.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..ops.elementwise import add
from ..ops.index import scatter_row
from ..ops.shape import concatenate_row, reshape_row
from ..program.symbol import Term
from .rewriting import Rewriter, rewrites, same_extent, same_shape


class Line(NamedTuple):
    """Along what the pieces stand: an axis, or None for all elements in row-major order."""

    axis: int | None
    shape: tuple[Any, ...]

    @property
    def extent(self) -> Any:
        return _size(self.shape) if self.axis is None else self.shape[self.axis]


class Pieces:
    """The pieces of a sum of scatters, by where they start; it grows in place."""

    def __init__(self, line: Line, start: Any, stop: Any, piece: Term) -> None:
        self.line = line
        self.found: dict[Any, tuple[Any, Term]] = {start: (stop, piece)}
        self.count: Any = stop - start

    def cover(self) -> list[Term] | None:
        """The pieces in order if they cover the line without overlap."""
        if not same_extent(self.count, self.line.extent):
            return None
        at: Any = 0
        order = []
        while at in self.found and len(order) < len(self.found):
            at, piece = self.found[at]
            order.append(piece)
        whole = same_extent(at, self.line.extent) and len(order) == len(self.found)
        return order if whole else None


def _size(shape: tuple[Any, ...]) -> int:
    size = 1
    for extent in shape:
        size *= extent
    return size


def _pieces(rewriter: Rewriter, x: Any) -> Pieces | None:
    """The pieces of a term, if it is a scatter along one axis, or a sum of such."""
    if type(x) is not Term:
        return None
    if x.op is not scatter_row:
        return rewriter.pieces.pop(x, None)
    key, shape = x.parameters["key"], x.parameters["shape"]
    (piece,) = x.operands
    if all(type(entry) is int for entry in key) and all(type(extent) is int for extent in shape):
        start = 0
        for entry, extent in zip(key, shape, strict=True):
            start = start * extent + entry
        return Pieces(Line(None, shape), start, start + 1, piece)
    partial = [
        axis
        for axis, (entry, extent) in enumerate(zip(key, shape, strict=True))
        if not (
            type(entry) is tuple
            and same_extent(entry[0], 0)
            and same_extent(entry[1], extent)
            and entry[2] == 1
        )
    ]
    if len(partial) != 1:
        return None
    (axis,) = partial
    entry = key[axis]
    if type(entry) is not tuple:
        return Pieces(Line(axis, shape), entry, entry + 1, piece)
    start, stop, step = entry
    return Pieces(Line(axis, shape), start, stop, piece) if step == 1 else None


@rewrites("add")
def sum_of_scatters(rewriter: Rewriter, term: Term) -> Any:
    """Scatters that together fill an array are the concatenation of their pieces."""
    x, y = term.operands
    if not (_may_scatter(rewriter, x) and _may_scatter(rewriter, y)):
        return None
    larger, smaller = _pieces(rewriter, x), _pieces(rewriter, y)
    if larger is None or smaller is None:
        return None
    if larger.line.axis != smaller.line.axis or not same_shape(
        larger.line.shape, smaller.line.shape
    ):
        return None
    if len(larger.found) < len(smaller.found):
        larger, smaller = smaller, larger
    for start, (stop, piece) in smaller.found.items():
        known = larger.found.get(start)
        if known is None:
            larger.count = larger.count + (stop - start)
        elif same_extent(known[0], stop):
            piece = rewriter.apply(add, (known[1], piece), piece)
        else:
            return None
        larger.found[start] = (stop, piece)
    order = larger.cover()
    if order is None:
        rewriter.pieces[term] = larger
        return None
    return _joined(rewriter, order, larger.line, term)


def _may_scatter(rewriter: Rewriter, x: Any) -> bool:
    return type(x) is Term and (x.op is scatter_row or x in rewriter.pieces)


def _joined(rewriter: Rewriter, pieces: list[Term], line: Line, term: Term) -> Any:
    """Pieces side by side, in the shape of a term."""
    axis, shape = line.axis, line.shape
    at = 0 if axis is None else axis
    rank = 1 if axis is None else len(shape)
    parts = []
    for piece in pieces:
        if len(piece.shape) < rank:
            one = (1,) if axis is None else (*shape[:axis], 1, *shape[axis + 1 :])
            piece = rewriter.apply(reshape_row, (piece,), term, {"shape": one}, one)
        parts.append(piece)
    length = (line.extent,) if axis is None else shape
    row = rewriter.apply(concatenate_row, tuple(parts), term, {"axis": at}, length)
    return rewriter.apply(reshape_row, (row,), term, {"shape": term.shape})
