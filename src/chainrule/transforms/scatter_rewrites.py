"""The rewrite rule of sums of scatters: many zeros with a piece each become one concatenation.

Where a function picks the elements of an array, ``p[0]``, ``p[1]``, ..., the derivative is a sum of
arrays that are 0 but for one element. The pieces of a growing sum are noted by a rule, and when all
terms are there, :func:`join` puts them side by side in the place of the last addition: n elements
instead of n**2.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..ops.creation import literal_row
from ..ops.elementwise import add
from ..ops.index import scatter_add_row, scatter_row
from ..ops.shape import broadcast_row, concatenate_row, reshape_row
from ..program.symbol import Term
from .rewriter import Rewriter
from .rewriting import rewrites, same_extent, same_shape


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

    def cover(self) -> list[tuple[Any, Any, Term | None]] | None:
        """Start, stop and piece along the whole line, None for a gap; None if pieces overlap."""
        extent = self.line.extent
        parts: list[tuple[Any, Any, Term | None]] = []
        at: Any = 0
        if all(type(x) is int for x in (extent, *self.found)):
            for start in sorted(self.found):
                stop, piece = self.found[start]
                if type(stop) is not int or start < at:
                    return None
                if start > at:
                    parts.append((at, start, None))
                parts.append((start, stop, piece))
                at = stop
            if at < extent:
                parts.append((at, extent, None))
            return parts
        # Of free extents only neighbours are known: a piece starts where another one stops.
        while at in self.found and len(parts) < len(self.found):
            stop, piece = self.found[at]
            parts.append((at, stop, piece))
            at = stop
        return parts if same_extent(at, extent) and len(parts) == len(self.found) else None


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
        return rewriter.pieces.pop(x, None)  # type: ignore[no-any-return]
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


@rewrites("add", of="add")
def scatters_last(rewriter: Rewriter, term: Term) -> Any:
    """(s + x) + y = (x + y) + s where s adds to a few elements: it may then do so in place."""
    if not rewriter.is_final:
        return None
    for inner, y in (term.operands, term.operands[::-1]):
        if type(inner) is not Term or type(y) is not Term or inner.op is not add:
            continue
        for s, x in (inner.operands, inner.operands[::-1]):
            if type(s) is Term and s.op is scatter_add_row and type(x) is Term:
                if y.op is scatter_add_row or x.op is scatter_add_row:
                    return None
                total = rewriter.elementwise(add, (x, y), term)
                return rewriter.elementwise(add, (total, s), term)
    return None


@rewrites("add", of="scatter")
def sum_of_scatters(rewriter: Rewriter, term: Term) -> None:
    """Note the pieces of a sum of scatters; ``join`` makes a concatenation of them."""
    x, y = term.operands
    if not (_may_scatter(rewriter, x) and _may_scatter(rewriter, y)):
        return
    larger, smaller = _pieces(rewriter, x), _pieces(rewriter, y)
    if larger is None or smaller is None or larger.line.axis != smaller.line.axis:
        return
    if not same_shape(larger.line.shape, smaller.line.shape):
        return
    if len(larger.found) < len(smaller.found):
        larger, smaller = smaller, larger
    for start, (stop, piece) in smaller.found.items():
        known = larger.found.get(start)
        if known is not None:
            if not same_extent(known[0], stop):
                return
            first = known[1]
            if not same_shape(first.shape, piece.shape):  # of x[0] and of x[:1]
                first = rewriter.structural(reshape_row, (first,), piece, {"shape": piece.shape})
            piece = rewriter.elementwise(add, (first, piece), piece)
        larger.found[start] = (stop, piece)
    rewriter.pieces[term] = larger


def _may_scatter(rewriter: Rewriter, x: Any) -> bool:
    return type(x) is Term and (x.op is scatter_row or x in rewriter.pieces)


def join(rewriter: Rewriter) -> list[Term]:
    """All terms, with the sums of scatters that were noted as concatenations of their pieces."""
    terms = rewriter.terms
    before: dict[int, list[Term]] = {}
    for term, pieces in rewriter.pieces.items():
        place = term.serial - rewriter.first
        is_term = 0 <= place < len(terms) and terms[place] is term
        parts = pieces.cover() if is_term else None
        if parts is not None:
            before[place] = _become_joined(term, parts, pieces.line)
    if not before:
        return terms
    ordered: list[Term] = []
    for place, term in enumerate(terms):
        ordered += before.get(place, ())
        ordered.append(term)
    for serial, term in enumerate(ordered, rewriter.first):
        term.serial = serial
    return ordered


def _become_joined(term: Term, parts: list[tuple[Any, Any, Term | None]], line: Line) -> list[Term]:
    """Make a sum the concatenation of its parts; gives the terms that have to come before."""
    axis = 0 if line.axis is None else line.axis
    shape = (line.extent,) if line.axis is None else line.shape
    new: list[Term] = []

    def make(op: Any, operands: tuple[Any, ...], parameters: Any, shape: Any) -> Term:
        made = Term(None, -1, op, operands, parameters, shape, term.dtype, term.weak, term.region)
        new.append(made)
        return made

    operands = []
    for start, stop, piece in parts:
        own = (*shape[:axis], stop - start, *shape[axis + 1 :])
        if piece is None:
            zero = make(literal_row, (), {"value": term.dtype.type(0)}, ())
            piece = make(broadcast_row, (zero,), {"shape": own}, own)
        elif len(piece.shape) < len(own):
            piece = make(reshape_row, (piece,), {"shape": own}, own)
        operands.append(piece)
    op, given = concatenate_row, tuple(operands)
    parameters: dict[str, Any] = {"axis": axis}
    if line.axis is None and len(term.shape) != 1:
        whole = make(op, given, parameters, shape)
        op, given, parameters = reshape_row, (whole,), {"shape": term.shape}
    term.op, term.operands, term.parameters = op, given, parameters
    return new
