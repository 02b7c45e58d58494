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
from collections import Counter
from typing import Any

import numpy as np

from ..errors import LeakedSymbolError, OperandError, user_line
from ..ops import Row
from ..ops.assign import (
    VIEWS,
    Step,
    are_side_by_side,
    since_copy,
    written_through,
)
from ..ops.elementwise import positive
from ..ops.index import basic_key, entries_of, index_row, is_view_of_one
from ..ops.shape import astype_row, shape_of
from .extents import traced_values
from .storage import Storage, View
from .symbol import NO_PARAMETERS, Batched, Symbol, Term


class Handle(Symbol):
    """A Symbol that was assigned, or a view of one; nothing but the user's code sees it."""

    __slots__ = ()

    @property
    def storage(self) -> Storage | View:
        """What it is now."""
        raise NotImplementedError

    def __getitem__(self, key: Any) -> Any:
        entries = entries_of(self.shape, key)
        basic = basic_key(entries, self.shape)
        if (
            basic is None
            or len(basic[1]) != sum(type(e) is tuple for e in basic[0])
            or any(isinstance(e, np.ndarray) for e in entries)
            or is_view_of_one(key, entries)
        ):
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

    @property
    def traced_by(self) -> Any:
        return self.storage.trace


def handle_of(symbol: Symbol, storage: Storage | View) -> Handle:
    """Make a Symbol, of which the trace has a copy, a handle on a storage."""
    if type(symbol) is Batched:
        symbol.__class__ = BatchedHandle
        symbol.term, symbol.levels = storage, ()  # type: ignore[assignment]
    else:
        assert type(symbol) is Term
        symbol.__class__ = TermHandle
        symbol.operands, symbol.parameters = storage, {}  # type: ignore[assignment]
        symbol.weak = False
    return symbol  # type: ignore[return-value]


def view_of(handle: Handle, op: Any, parameters: dict[str, Any]) -> Any:
    """An operation that makes a view, on a handle; a single element is none."""
    storage = handle.storage
    seen = storage.read(op, parameters)
    if not seen.shape and op is index_row:
        return seen
    step = ((op, parameters),)
    if isinstance(storage, View):
        view = View(storage.root, (*storage.steps, *step), seen)
    else:
        view = View(storage, step, seen)
    if _since_copy(view.root, view.steps):
        return seen  # elements of its own
    return handle_of(copy_of(seen), view)


def filled(term: Term) -> Handle:
    """A handle on a term that was made to be assigned."""
    return handle_of(copy_of(term), Storage(term))


def plain(x: Any) -> Any:
    """What a handle stands for, as a Symbol of its own; anything else as it is."""
    return again(x) if isinstance(x, Handle) else x


def again(x: Symbol) -> Symbol:
    """Another term for the same array, for somebody who may assign to it."""
    copy: Symbol = x.traced_by.apply(positive, (x,), NO_PARAMETERS)
    return copy


def copy_of(symbol: Symbol) -> Symbol:
    """Another object for the same term."""
    if type(symbol) is Batched:
        return Batched(symbol.term, symbol.levels)
    assert type(symbol) is Term
    return Term(
        symbol.traced_by,
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
    storage = _storage_for(v, "v[key] = x")
    view = x.storage if isinstance(x, Handle) else None
    storage.store(key, x, view if isinstance(view, View) and view.root is storage else None)


def in_place(v: Symbol, symbol: str, x: Any, row: Any) -> Any:
    """``v += x`` and its like."""
    if _is_argument(v):
        return NotImplemented  # Python writes v = v + x for it
    what = f"v {symbol} x"
    out = v.traced_by.binary(row, v, x)
    if out is NotImplemented:
        return out
    if shape_of(out) != v.shape:
        raise ValueError(
            f"{what}{user_line()}: the result has shape {shape_of(out)}, and v has {v.shape}. "
            f"Write v = v {symbol[:-1]} x."
        )
    if out.dtype != v.dtype:
        out = v.traced_by.apply(astype_row, (out,), {"dtype": v.dtype})
    _replace(v, out, what)
    return v


def _replace(v: Symbol, out: Any, what: str) -> None:
    """Let v stand for a result, and what it is a view of, too."""
    if isinstance(v, Handle):
        storage = v.storage
        if isinstance(storage, View) and _is_held_elsewhere(storage):
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
    """What a Symbol is a view of, and how, if somebody else sees the elements; else None."""
    chain = _sources(v)
    if not chain:
        return None
    root = chain[-1][0]
    own = {id(x) for x, _ in _views_of(v)} | {id(v)}
    others = [x for x, _ in (*chain, *_views_of(root)) if id(x) not in own]
    uses = _uses(root)
    is_seen = type(root) is Term and root.op.name == "input"
    del chain, root  # so that the list alone has them, some of them twice
    for x in others:
        count = sys.getrefcount(x) - sum(y is x for y in others)
        is_seen = is_seen or count > _OWN + uses.get(id(x), 0)
    return _nearest(v) if is_seen else None


def _nearest(v: Symbol) -> Any:
    if type(v) is Batched:
        return v.source
    if type(v) is not Term:
        return None  # a handle, whose views are handles as well
    is_view = v.op in VIEWS and type(v.operands[0]) is Term
    return (v.operands[0], (v.op, v.parameters)) if is_view else None


def _sources(v: Symbol) -> list[tuple[Symbol, Step]]:
    """What a Symbol is a view of, from the nearest to the array itself, and how it is made."""
    chain: list[tuple[Symbol, Step]] = []
    x = v
    # What is made of a handle, and is none, is a copy.
    while (source := _nearest(x)) is not None and not isinstance(source[0], Handle):
        chain.append(source)
        (x, _) = source
    steps = tuple(step for _, step in reversed(chain))
    return chain[: len(chain) - _since_copy(x, steps)]


def is_strided(v: Symbol) -> bool:
    """Whether a view has its elements apart, so that NumPy's ravel copies them."""
    if isinstance(v, Handle):
        view = v.storage
        if not isinstance(view, View):
            return False
        shape, steps = view.root.shape, view.steps
    else:
        chain = _sources(v)
        if not chain:
            return False
        shape, steps = chain[-1][0].shape, tuple(step for _, step in reversed(chain))
    return not are_side_by_side(traced_values(shape), _counted(steps))


def _counted(steps: tuple[Step, ...]) -> list[Step]:
    """Steps with the extents that the trace saw, where they are free."""
    return [(row, traced_values(parameters)) for row, parameters in steps]


def _since_copy(root: Any, steps: tuple[Step, ...]) -> int:
    """``since_copy`` of what a trace knows."""
    return since_copy(traced_values(root.shape), _counted(steps))


def _is_argument(v: Symbol) -> bool:
    if id(v) in v.traced_by.arguments:
        return True
    return type(v) is Term and v.op.name == "input"


def _storage_for(v: Symbol, what: str) -> Storage:
    """The storage of what is assigned; a Symbol becomes a handle."""
    if not v.traced_by.is_open:
        raise LeakedSymbolError(
            f"{what}{user_line()}: v is a Symbol of a function that is not traced any more."
        )
    if isinstance(v, Handle):
        storage = v.storage
        if isinstance(storage, Storage):
            return storage
        if _is_held_elsewhere(storage):
            raise _a_view(what, storage.steps[-1][0])
        own = _on_its_own(storage)
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


def _is_held_elsewhere(view: View) -> bool:
    """Whether somebody has the array that a view looks at, or a view of it that is none of this."""
    root, views = view.root, view.root.live_views()
    if sys.getrefcount(root) > _OWN - 1 + len(views):
        return True
    return not all(other.is_within(view) for other in views)


def _on_its_own(view: View) -> Storage:
    """The storage of a view whose array nobody has any more; its own views become views of that."""
    own = Storage(view.resolved())
    for other in view.root.live_views():
        if other is not view:
            other.move(own, other.steps[len(view.steps) :])
    return own


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


def _uses(root: Symbol) -> dict[int, int]:
    """How many references terms hold to what came after one, or views to what they are made of."""
    if type(root) is Batched:
        return {id(x): len(x.views) + (x.source is not None) - 1 for x, _ in _batch_views(root)}
    assert type(root) is Term
    held = {id(user.operands): user.operands for user in root.traced_by.terms[root.serial :]}
    return Counter(id(x) for operands in held.values() for x in operands)


def _became_handle(v: Symbol) -> Storage:
    """The storage of a Term, which becomes a handle on it; its views become views of that."""
    assert type(v) is Term
    views = _views_of(v)
    uses = _uses(v)
    storage = Storage(_detached(v))
    for view, steps in views:
        # One more reference is the list's.
        if sys.getrefcount(view) > _OWN + 1 + uses.get(id(view), 0):
            assert type(view) is Term
            handle_of(view, View(storage, steps, _detached(view)))
    handle_of(v, storage)
    return storage


def _batch_became_handle(v: Batched) -> Storage:
    """As ``_became_handle``, of an object that knows its views."""
    storage = Storage(v)
    for view, steps in _views_of(v):
        handle_of(view, View(storage, steps, view))
    handle_of(v, storage)
    return storage


def _views_of(x: Symbol) -> list[tuple[Symbol, tuple[Step, ...]]]:
    """The views of a Symbol, and views of these, each with how it is made."""
    found = _batch_views(x)[1:] if type(x) is Batched else _term_views(x)
    return [(view, steps) for view, steps in found if not _since_copy(x, steps)]


def _batch_views(x: Batched) -> list[tuple[Batched, tuple[Step, ...]]]:
    """The object itself, its views, and views of these."""
    found: list[tuple[Batched, tuple[Step, ...]]] = [(x, ())]
    for above, steps in found:
        for view in above.views:
            if type(view) is Batched and view.source is not None:
                found.append((view, (*steps, view.source[1])))
    return found


def _term_views(x: Symbol) -> list[tuple[Term, tuple[Step, ...]]]:
    assert type(x) is Term
    found: dict[Term, tuple[Step, ...]] = {}
    for user in x.traced_by.terms[x.serial + 1 :]:
        if user.op in VIEWS and (user.shape or user.op is not index_row):
            (above,) = user.operands
            if above is x:
                found[user] = ((user.op, user.parameters),)
            elif above in found:
                found[user] = (*found[above], (user.op, user.parameters))
    return list(found.items())


def _detached(term: Term) -> Term:
    """The copy of a term that takes its place in the trace."""
    own = copy_of(term)
    assert type(own) is Term
    terms = term.traced_by.terms
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
