"""What an array that is assigned is now, while a function is traced; ``assigning.py`` has the rest.

Start at :class:`Storage`: a term, and what was written to elements or rows since.
"""

from __future__ import annotations

import operator
import weakref
from typing import Any

import numpy as np

from ..ops import Row
from ..ops.arguments import product
from ..ops.assign import (
    Step,
    Target,
    assign_row,
    fitted,
    is_itself,
    target_of,
    written,
    written_through,
)
from ..ops.index import index_row
from ..ops.shape import as_operand, astype_row, concatenate_row, reshape_row, shape_of
from .symbol import Batched, Symbol, Term

Places = tuple[int, ...]
Place = tuple[int, tuple[int, ...]]


class Storage:
    """What an assigned array is now: a term, and elements or rows written since."""

    __slots__ = (
        "axes",
        "current",
        "dtype",
        "pending",
        "shape",
        "trace",
        "version",
        "views",
        "weak",
    )

    def __init__(self, current: Symbol) -> None:
        self.trace, self.shape = current.traced_by, current.shape
        self.dtype, self.weak = current.dtype, False
        #: A term by its place in the trace: the object there may be exchanged for another.
        self.current = place_of(current)
        #: What was written at ints on some axes, and whole slices of the others.
        self.pending: dict[Places, Place] = {}
        self.axes: tuple[int, ...] = ()
        #: Counts the assignments.
        self.version = 0
        #: The views of it that somebody may have.
        self.views: list[weakref.ref[View]] = []

    def live_views(self) -> list[View]:
        """The views of it that somebody has."""
        alive = [view for ref in self.views if (view := ref()) is not None]
        self.views = [weakref.ref(view) for view in alive]
        return alive

    def resolved(self) -> Symbol:
        """The term that the array is."""
        if self.pending:
            pending = {at: term_at(self.trace, x) for at, x in self.pending.items()}
            self.pending = {}
            self.current = place_of(self._joined(pending))
        return term_at(self.trace, self.current)

    def store(self, key: Any, x: Any, view: View | None = None) -> None:
        """``v[key] = x``; ``view`` is what x is, if it is one of v itself."""
        if not (isinstance(x, Symbol) or shape_of(as_operand(x))):
            x = fitted(x, Target((), key=()), self.dtype)[()]  # a number of the array's own type
        x = self.trace.operand(None, x)
        target = target_of(self.shape, key, not x.shape)
        if view is not None and is_itself(target, view.steps, view.shape):
            return
        y = fitted(x, target, self.dtype)
        if y.weak:
            y = self.trace.apply(astype_row, (y,), {"dtype": self.dtype})
        self._write(target, y)

    def _write(self, target: Target, y: Any) -> None:
        self.version += 1
        axes = None if target.key is None else self._int_axes(target.key)
        if axes is not None and not (self.pending and axes != self.axes):
            assert target.key is not None
            self.axes = axes
            self.pending[tuple(target.key[axis] for axis in axes)] = place_of(y)
        else:
            self.current = place_of(written(self.resolved(), y, target))

    def write_through(self, steps: tuple[Step, ...], y: Any) -> None:
        """``w += x``, with the sum, where w is a view that steps make."""
        (row, parameters), *rest = steps
        if row is index_row and not rest:
            self._write(Target(y.shape, key=parameters["key"]), y)
        else:
            self.replace(written_through(self.resolved(), steps, y))

    def replace(self, term: Symbol) -> None:
        """``v += x``, with the sum."""
        self.pending = {}
        self.current = place_of(term)
        self.version += 1

    def read(self, op: Row, parameters: dict[str, Any]) -> Any:
        """A view, as a term: what was written, where that is all that it looks at."""
        if op is index_row and self.pending:
            key = parameters["key"]
            if self._int_axes(key) == self.axes:
                piece = self.pending.get(tuple(key[axis] for axis in self.axes))
                if piece is not None:
                    return term_at(self.trace, piece)
                return self.trace.apply(op, (term_at(self.trace, self.current),), parameters)
        return self.trace.apply(op, (self.resolved(),), parameters)

    def _int_axes(self, key: tuple[Any, ...]) -> tuple[int, ...] | None:
        """The axes on which a key has known ints, if it is whole on the others.

        It has to be one axis, or all: along these the pieces can stand side by side.
        """
        axes = []
        for axis, (entry, extent) in enumerate(zip(key, self.shape, strict=True)):
            if type(entry) is int:
                axes.append(axis)
            elif type(entry) is not tuple or not _is_whole(entry, extent):
                return None
        if len(axes) == 1 or (len(axes) == len(key) and axes and self._is_counted()):
            return tuple(axes)
        return None

    def _is_counted(self) -> bool:
        return all(type(extent) is int for extent in self.shape)

    def _joined(self, pending: dict[Places, Any]) -> Symbol:
        """The array with what was written in its place."""
        apply, shape = self.trace.apply, self.shape
        if len(pending) == 1:
            ((places, piece),) = pending.items()
            ints = dict(zip(self.axes, places, strict=True))
            key = tuple(ints.get(axis, (0, extent, 1)) for axis, extent in enumerate(shape))
            joined: Symbol = apply(
                assign_row, (term_at(self.trace, self.current), piece), {"key": key}
            )
            return joined
        is_flat = len(self.axes) == len(shape) > 1
        axis = 0 if is_flat else self.axes[0]
        line = (product(shape),) if is_flat else shape
        base = term_at(self.trace, self.current)
        if is_flat:
            base = apply(reshape_row, (base,), {"shape": line})
            found = {int(np.ravel_multi_index(at, shape)): x for at, x in pending.items()}
        else:
            found = {at[0]: x for at, x in pending.items()}
        before, behind = line[:axis], line[axis + 1 :]

        def gap(start: Any, stop: Any) -> Any:
            whole = [(0, extent, 1) for extent in line]
            whole[axis] = (start, stop, 1)
            return apply(index_row, (base,), {"key": tuple(whole)})

        parts = []
        at: Any = 0
        for start in sorted(found):
            if start > at:
                parts.append(gap(at, start))
            parts.append(apply(reshape_row, (found[start],), {"shape": (*before, 1, *behind)}))
            at = start + 1
        if not (type(line[axis]) is int and at == line[axis]):
            parts.append(gap(at, line[axis]))
        joined = apply(concatenate_row, tuple(parts), {"axis": axis})
        return apply(reshape_row, (joined,), {"shape": shape}) if is_flat else joined


def _is_whole(entry: tuple[Any, ...], extent: Any) -> bool:
    """Whether a slice takes the whole axis; asking extents ``==`` would note a guard."""
    start, stop, step = entry
    is_end = stop is extent or (type(stop) is type(extent) is int and stop == extent)
    return type(start) is int and start == 0 and is_end and step == 1


class View:
    """What a view of an assigned array is now."""

    __slots__ = (
        *("__weakref__", "dtype", "root", "seen", "shape", "steps", "trace", "version", "weak"),
    )

    def __init__(self, root: Storage, steps: tuple[Step, ...], seen: Symbol) -> None:
        self.trace, self.shape = seen.traced_by, seen.shape
        self.dtype, self.weak = seen.dtype, False
        self.root, self.steps, self.seen = root, steps, place_of(seen)
        self.version = root.version
        root.views.append(weakref.ref(self))

    def is_within(self, other: View) -> bool:
        """Whether it is a view of another view of the same array, or that view itself."""
        return len(self.steps) >= len(other.steps) and all(
            map(operator.is_, other.steps, self.steps)
        )

    def move(self, root: Storage, steps: tuple[Step, ...]) -> None:
        """Look at another array from now on."""
        self.root, self.steps, self.version = root, steps, -1
        root.views.append(weakref.ref(self))

    def resolved(self) -> Symbol:
        """The term that it is."""
        if self.version != self.root.version:
            (op, parameters), *rest = self.steps
            seen = self.root.read(op, parameters)
            for op, parameters in rest:
                seen = self.trace.apply(op, (seen,), parameters)
            self.seen, self.version = place_of(seen), self.root.version
        return term_at(self.trace, self.seen)

    def read(self, op: Row, parameters: dict[str, Any]) -> Any:
        """A view of the view, as a term."""
        return self.trace.apply(op, (self.resolved(),), parameters)


def place_of(symbol: Symbol) -> Place:
    """Where a term is in the trace, and the vmaps that it is seen under."""
    if type(symbol) is Batched:
        return symbol.term.serial, symbol.levels
    assert type(symbol) is Term
    return symbol.serial, ()


def term_at(trace: Any, place: Place) -> Symbol:
    """The term that stands at a place now."""
    serial, levels = place
    term: Term = trace.terms[serial]
    return Batched(term, levels) if levels else term
