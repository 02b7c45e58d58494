"""``v[key] = x`` on a Symbol: a handle that moves on to another term.

A term never changes. At the first assignment the user's object becomes a :class:`Handle`, and a
copy takes its place in the trace; the handle keeps a :class:`Storage`, which says what v is now.
Elements written one by one are kept aside, and read again from there, so a loop over ``out[i]``
makes no term for the array; used as a whole, it becomes one ``concatenate`` of what was written.

What looks at the elements of an array that is assigned (``w = v[1:3]``, ``v.T``) is a
:class:`View`: it is made anew where the array was assigned since, so that w follows, as in NumPy.
Writing through a view raises.
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

from ..errors import LeakedSymbolError, OperandError, user_line
from ..ops import Row
from ..ops.assign import (
    VIEWS,
    Step,
    Target,
    assign_row,
    fitted,
    is_itself,
    target_of,
    written,
    written_through,
)
from ..ops.elementwise import positive
from ..ops.index import basic_key, entries_of, index_row
from ..ops.arguments import product
from ..ops.shape import as_operand, astype_row, concatenate_row, reshape_row, shape_of
from .symbol import NO_PARAMETERS, Batched, Symbol, Term

Places = tuple[int, ...]
Place = tuple[int, tuple[int, ...]]


class Storage:
    """What an assigned array is now: a term, and elements or rows written since."""

    __slots__ = ("axes", "current", "dtype", "pending", "shape", "trace", "version", "weak")

    def __init__(self, current: Symbol) -> None:
        self.trace, self.shape = current.trace, current.shape
        self.dtype, self.weak = current.dtype, False
        #: A term by its place in the trace: the object there may be exchanged for another.
        self.current = place_of(current)
        #: What was written at ints on some axes, and whole slices of the others.
        self.pending: dict[Places, Place] = {}
        self.axes: tuple[int, ...] = ()
        #: Counts the assignments.
        self.version = 0

    def resolved(self) -> Symbol:
        """The term that the array is."""
        if self.pending:
            pending = {at: term_at(self.trace, x) for at, x in self.pending.items()}
            self.pending = {}
            self.current = place_of(self._joined(pending))
        return term_at(self.trace, self.current)

    def store(self, key: Any, x: Any) -> None:
        """``v[key] = x``."""
        given = x
        if not (isinstance(x, Symbol) or shape_of(as_operand(x))):
            x = fitted(x, Target((), key=()), self.dtype)[()]  # a number of the array's own type
        x = self.trace.operand(None, x)
        target = target_of(self.shape, key, not x.shape)
        if isinstance(given, Handle) and isinstance(given.storage, View):
            view = given.storage
            if view.root is self and is_itself(target, view.steps, view.shape):
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

    __slots__ = ("dtype", "root", "seen", "shape", "steps", "trace", "version", "weak")

    def __init__(self, root: Storage, steps: tuple[Step, ...], seen: Symbol) -> None:
        self.trace, self.shape = seen.trace, seen.shape
        self.dtype, self.weak = seen.dtype, False
        self.root, self.steps, self.seen = root, steps, place_of(seen)
        self.version = root.version

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


class Handle(Symbol):
    """A Symbol that was assigned, or a view of one; nothing but the user's code sees it."""

    __slots__ = ()

    @property
    def storage(self) -> Storage | View:
        """What it is now."""
        raise NotImplementedError

    def __getitem__(self, key: Any) -> Any:
        basic = basic_key(entries_of(self.shape, key), self.shape)
        if basic is None or len(basic[1]) != sum(type(e) is tuple for e in basic[0]):
            return super().__getitem__(key)
        return view_of(self, index_row, {"key": basic[0]})


class TermHandle(Handle, Term):
    """What was a Term. Its slot ``operands`` holds the storage; shape and dtype stay."""

    __slots__ = ()

    @property
    def storage(self) -> Storage | View:
        """What it is now."""
        return self.operands  # type: ignore[return-value]


class BatchedHandle(Handle, Batched):
    """What was Batched. Its slot ``term`` holds the storage."""

    __slots__ = ()

    @property
    def storage(self) -> Storage | View:
        """What it is now."""
        return self.term  # type: ignore[return-value]


def handle_of(symbol: Symbol, storage: Storage | View) -> Handle:
    """Make a Symbol, of which the trace has a copy, a handle on a storage."""
    if type(symbol) is Batched:
        symbol.__class__ = BatchedHandle  # type: ignore[assignment]
        symbol.term, symbol.levels = storage, ()  # type: ignore[assignment]
    else:
        assert type(symbol) is Term
        symbol.__class__ = TermHandle  # type: ignore[assignment]
        symbol.operands, symbol.parameters = storage, {}  # type: ignore[assignment]
        symbol.weak = False
    return symbol  # type: ignore[return-value]


def view_of(handle: Handle, op: Any, parameters: dict[str, Any]) -> Any:
    """An operation that makes a view, on a handle; a single element is none."""
    storage = handle.storage
    seen = storage.read(op, parameters)
    if not seen.shape:
        return seen
    step = ((op, parameters),)
    if isinstance(storage, View):
        view = View(storage.root, (*storage.steps, *step), seen)
    else:
        view = View(storage, step, seen)
    return handle_of(copy_of(seen), view)


def filled(term: Term) -> Handle:
    """A handle on a term that was made to be assigned."""
    return handle_of(copy_of(term), Storage(term))


def plain(x: Any) -> Any:
    """What a handle stands for, as a Symbol of its own; anything else as it is."""
    return again(x) if isinstance(x, Handle) else x


def again(x: Symbol) -> Symbol:
    """Another term for the same array, for somebody who may assign to it."""
    copy: Symbol = x.trace.apply(positive, (x,), NO_PARAMETERS)
    return copy


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


def copy_of(symbol: Symbol) -> Symbol:
    """Another object for the same term."""
    if type(symbol) is Batched:
        return Batched(symbol.term, symbol.levels)
    assert type(symbol) is Term
    return Term(
        symbol.trace,
        symbol.serial,
        symbol.op,
        symbol.operands,
        symbol.parameters,
        symbol.shape,
        symbol.dtype,
        symbol.weak,
        symbol.region,
    )


# --- assigning ------------------------------------------------------------------------------------


def assign(v: Symbol, key: Any, x: Any) -> None:
    """``v[key] = x`` in a function that is traced.

    Raises:
        OperandError: v is an argument, or a view of something alive; x is no real number or array.
        IndexError: the key is none of v's.
        ValueError: x does not fit what the key picks.
    """
    _storage_for(v, "v[key] = x").store(key, x)


def in_place(v: Symbol, symbol: str, x: Any, row: Any) -> Any:
    """``v += x`` and its like."""
    if _is_argument(v):
        return NotImplemented  # Python writes v = v + x for it
    what = f"v {symbol} x"
    out = v.trace.binary(row, v, x)
    if out is NotImplemented:
        return out
    if shape_of(out) != v.shape:
        raise ValueError(
            f"{what}{user_line()}: the result has shape {shape_of(out)}, and v has {v.shape}. "
            f"Write v = v {symbol[:-1]} x."
        )
    if out.dtype != v.dtype:
        out = v.trace.apply(astype_row, (out,), {"dtype": v.dtype})
    _replace(v, out, what)
    return v


def _replace(v: Symbol, out: Any, what: str) -> None:
    """Let v stand for a result, and what it is a view of, too."""
    if isinstance(v, Handle):
        storage = v.storage
        if isinstance(storage, View) and sys.getrefcount(storage.root) > _OWN:
            storage.root.write_through(storage.steps, out)
            return
    else:
        source = _source_of(v)
        if source is not None:
            above, step = source
            _replace(above, written_through(above, (step,), out), what)
            return
    _storage_for(v, what).replace(out)


def _source_of(v: Symbol) -> tuple[Symbol, Step] | None:
    """What a Symbol is a view of, if somebody has it, and how."""
    if type(v) is Batched:
        if v.source is None:
            return None
        above, step = v.source
        # Each view holds it, and so does what it is itself a view of.
        others = len(above.views) - 1 + (above.source is not None)
        return (above, step) if sys.getrefcount(above) > _OWN + others else None
    assert type(v) is Term
    if v.op not in VIEWS or type(v.operands[0]) is not Term:
        return None
    (above,) = v.operands
    uses = _uses(v.trace, above)
    if above.op.name != "input" and sys.getrefcount(above) <= _OWN + uses:
        deeper = _source_of(above)
        if deeper is None:
            return None
    return above, (v.op, v.parameters)


def _is_argument(v: Symbol) -> bool:
    if id(v) in v.trace.arguments:
        return True
    return type(v) is Term and v.op.name == "input"


def _storage_for(v: Symbol, what: str) -> Storage:
    """The storage of what is assigned; a Symbol becomes a handle."""
    if not v.trace.is_open:
        raise LeakedSymbolError(
            f"{what}{user_line()}: v is a Symbol of a function that is not traced any more."
        )
    if isinstance(v, Handle):
        storage = v.storage
        if isinstance(storage, Storage):
            return storage
        if sys.getrefcount(storage.root) > _OWN:
            raise _a_view(what, storage.steps[-1][0])
        own = Storage(storage.resolved())
        handle_of_view(v, own)
        return own
    if not v.shape:
        raise OperandError(
            f"{what}{user_line()}: v is a number, which takes no assignment, as in NumPy. Write v "
            "= x."
        )
    if _is_argument(v):
        raise OperandError(
            f"{what}{user_line()}: v is an argument, which keeps its elements. Assign to a copy, v "
            "= v.copy(); or make another array with v.at[key].set(x) or cr.where(condition, x, v)."
        )
    source = _source_of(v)
    if source is not None:
        raise _a_view(what, source[1][0])
    return _batch_became_handle(v) if type(v) is Batched else _became_handle(v)


def handle_of_view(v: Handle, storage: Storage) -> None:
    """Let a view whose array nobody has any more be an array of its own."""
    if isinstance(v, BatchedHandle):
        v.term = storage  # type: ignore[assignment]
    else:
        v.operands = storage  # type: ignore[attr-defined]


def _a_view(what: str, op: Row) -> OperandError:
    return OperandError(
        f"{what}{user_line()}: v is a view of another array (by {op.name}), into which NumPy would "
        "write too. Assign to that array itself, as in a[1:3] = x; or to a copy, v = v.copy()."
    )


def _uses(trace: Any, term: Term) -> int:
    """How many references to a term the terms hold that use it."""
    held: dict[int, int] = {}
    for user in trace.terms[term.serial + 1 :]:
        if any(x is term for x in user.operands):
            held[id(user.operands)] = sum(x is term for x in user.operands)
    return sum(held.values())


def _became_handle(v: Symbol) -> Storage:
    """The storage of a Term, which becomes a handle on it; its views become views of that."""
    assert type(v) is Term
    views = _views_of(v)
    storage = Storage(_detached(v))
    for view, steps in views:
        # One more reference is the list's.
        if sys.getrefcount(view) > _OWN + 1 + _uses(v.trace, view):
            handle_of(view, View(storage, steps, _detached(view)))
    handle_of(v, storage)
    return storage


def _batch_became_handle(v: Batched) -> Storage:
    """As ``_became_handle``, of an object that knows its views."""
    storage = Storage(v)
    waiting: list[tuple[Batched, tuple[Step, ...]]] = [(v, ())]
    while waiting:
        above, steps = waiting.pop()
        for view in above.views:
            assert view.source is not None
            made = (*steps, view.source[1])
            waiting.append((view, made))
        if above is not v:
            handle_of(above, View(storage, steps, above))
    handle_of(v, storage)
    return storage


def _views_of(term: Term) -> list[tuple[Term, tuple[Step, ...]]]:
    """The terms that are views of one, each with how it is made."""
    found: dict[Term, tuple[Step, ...]] = {}
    for user in term.trace.terms[term.serial + 1 :]:
        if user.op in VIEWS and user.shape:
            (x,) = user.operands
            if x is term:
                found[user] = ((user.op, user.parameters),)
            elif x in found:
                found[user] = (*found[x], (user.op, user.parameters))
    return list(found.items())


def _detached(term: Term) -> Term:
    """The copy of a term that takes its place in the trace."""
    own = copy_of(term)
    assert type(own) is Term
    terms = term.trace.terms
    terms[term.serial] = own
    for user in terms[term.serial + 1 :]:
        if any(x is term for x in user.operands):
            user.operands = tuple([own if x is term else x for x in user.operands])
    return own


class _Holder:
    def __init__(self) -> None:
        self.thing = object()


def _held_by_one() -> int:
    thing = (holder := _Holder()).thing
    count = sys.getrefcount(thing)
    del holder
    return count


#: What ``sys.getrefcount(x)`` says of a local name x for something that one other object holds.
_OWN = _held_by_one()
