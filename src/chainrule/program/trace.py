"""Tracing: a function is called on Symbols, and every operation becomes a term.

:meth:`Trace.apply` is what an operation comes to that meets a Symbol. It works out the shape and
the dtype, makes broadcasting and changes of dtype terms of their own, and appends the term. What
the function meets besides (arrays and Values that it closes over) becomes a hidden input, by
identity. There is one trace in a thread at a time: ``grad``, ``vmap`` and ``jit`` inside of a
traced function add terms to it.

Under ``vmap`` an operation on :class:`Batched` examples becomes one on whole batches here, by the
row's batching rule, so a stack of transforms does not make the terms anew in every layer.
"""

from __future__ import annotations

import functools
import gc
import operator
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..errors import LeakedSymbolError, OperandError, UncoveredRuleError, masked_array, user_line
from ..ops import Op, Row, Structural, tracing
from ..ops.arguments import broadcast_shapes
from ..ops.assign import VIEWS
from ..ops.creation import extent_row, literal_row
from ..ops.index import index_row
from ..ops.shape import (
    array,
    astype_row,
    broadcast_row,
    fill_row,
    moveaxis,
    of_dtype,
    reshape_row,
    shape_of,
)
from .assigning import Handle, filled, view_of
from .extents import Dimension, Extents
from .symbol import BOOL, FLOAT64, NO_PARAMETERS, Batched, Symbol, Term

#: Python's numbers, which take the dtype of what they meet.
WEAK = (float, int, bool)
_SAMPLES: dict[type, Any] = {float: 1.0, int: 1, bool: True}
_DTYPES = {float: FLOAT64, int: np.dtype(np.int64), bool: BOOL}
_PYTHON = {"f": float, "i": int, "u": int, "b": bool}

_NONE: Any = None
input_row: Structural = Structural(
    "input",
    (),
    "An argument of the traced function.",
    kernel=_NONE,
    shape=_NONE,
    vjp=_NONE,
    linear=True,
)
part_row: Structural = Structural(
    "part",
    ("x",),
    "One of several results.",
    kernel=lambda x, k: x[k],
    shape=lambda x, k: x[k],
    vjp=_NONE,
    linear=True,
)


class Trace:
    """The terms that a function has made so far."""

    def __init__(self, outside_before: int = 0) -> None:
        self.terms: list[Term] = []
        self.extents = Extents(self)
        self.inputs: list[Term] = []
        #: What the function met that was no argument: the object, and the term that stands for it.
        self.hidden: dict[int, tuple[Any, Term]] = {}
        #: What stands for arguments, by ``id``: the caller has them too, so they are not assigned.
        self.arguments: dict[int, Symbol] = {}
        #: Plain arrays whose elements decided what the terms are, each with a copy.
        self.contents: list[tuple[Any, Any]] = []
        #: The vmaps that the function is under just now, newest first, and the extent of each.
        self.levels: tuple[int, ...] = ()
        self.level_extents: dict[int, Any] = {}
        #: Distinguishes terms that recompute (checkpoint) from those they recompute.
        self.region = 0
        self.regions = 0
        self.is_open = True
        #: Values with a smaller serial number were there before, and may not be changed.
        self.outside_before = outside_before

    # --- terms ------------------------------------------------------------------------------------

    def emit(
        self,
        op: Row,
        operands: tuple[Any, ...],
        parameters: dict[str, Any],
        shape: tuple[Any, ...],
        dtype: Any,
        weak: bool = False,
    ) -> Term:
        """Append a term whose type is known."""
        terms = self.terms
        term = Term(self, len(terms), op, operands, parameters, shape, dtype, weak, self.region)
        terms.append(term)
        return term

    def input(self, shape: tuple[Any, ...], dtype: Any, weak: bool = False) -> Term:
        """A term that stands for an argument."""
        dtype = np.dtype(dtype.type)  # one object for each, so that "is" compares them
        term = self.emit(input_row, (), NO_PARAMETERS, shape, dtype, weak)
        self.inputs.append(term)
        return term

    def binary(self, op: Op, x: Any, y: Any) -> Any:
        """What ``apply`` does, for an operator, which a stranger may know better."""
        if not (_is_known(x) and _is_known(y)):
            return NotImplemented
        return self.apply(op, (x, y), NO_PARAMETERS)

    def apply(self, op: Row, operands: Sequence[Any], parameters: dict[str, Any]) -> Any:
        """An operation on operands of which one at least is a Symbol, or a free extent."""
        if not self.is_open:
            raise LeakedSymbolError(
                f"{op.name}{user_line()}: a Symbol was kept after the function that was traced had "
                "returned. Return it as a result of that function; do not store it elsewhere."
            )
        if len(operands) == 1 and type(op) is Op:
            (x,) = operands
            whole = x.term if type(x) is Batched else x
            if type(whole) is Term and whole.dtype is FLOAT64 and whole.traced_by is self:
                dtype = FLOAT64 if not op.predicate else BOOL
                if dtype is FLOAT64 or not op.name.startswith("logical"):
                    term = self.emit(op, (whole,), NO_PARAMETERS, whole.shape, dtype, whole.weak)
                    return term if whole is x else Batched(term, x.levels)
        if type(op) is Structural and op.expand is not None:
            return op.expand(*operands, **parameters)
        levels: tuple[int, ...] = ()
        known: list[Any] = []
        for operand in operands:
            kind = type(operand)
            if kind is Batched:
                if operand.levels != levels:
                    levels = tuple(sorted({*levels, *operand.levels}, reverse=True))
                known.append(operand)
            elif kind is float or (kind is Term and operand.traced_by is self):
                known.append(operand)
            else:
                if op in VIEWS and isinstance(operand, Handle):
                    return view_of(operand, op, parameters)
                operand = self.operand(op, operand)
                if type(operand) is Batched and operand.levels != levels:
                    levels = tuple(sorted({*levels, *operand.levels}, reverse=True))
                known.append(operand)
        if levels:
            if isinstance(op, Op):
                return self._batched_elementwise(op, known, levels)
            result = self._batched(op, known, parameters, levels[-1])
            is_view = op in VIEWS and (result.shape or op is not index_row)
            if is_view and type(operands[0]) is Batched:
                operands[0].note_view(result, (op, parameters))
            return result
        if isinstance(op, Op):
            return self._elementwise(op, known)
        assert isinstance(op, Structural)
        if op is fill_row:
            return self.filled(parameters["value"], known[0])
        return self._structural(op, known, parameters)

    def filled(self, value: float, like: Any) -> Any:
        """One number in the shape and dtype of a term, on whose numbers it does not depend."""
        like = self.operand(None, like)
        if type(like) is Batched:
            return Batched(self.filled(value, like.term), like.levels)
        literal = self.emit(
            literal_row, (), {"value": like.dtype.type(value)}, (), like.dtype, like.weak
        )
        if not like.shape:
            return literal
        return self.emit(
            broadcast_row, (literal,), {"shape": like.shape}, like.shape, like.dtype, like.weak
        )

    def full(self, extents: tuple[Any, ...], value: Any, dtype: Any) -> Any:
        """An array full of one number, to be assigned."""
        literal = self.emit(literal_row, (), {"value": dtype.type(value)}, (), dtype)
        if not extents:
            return filled(literal)
        return filled(self.emit(broadcast_row, (literal,), {"shape": extents}, extents, dtype))

    def operand(self, op: Row | None, x: Any) -> Any:
        """What stands for an operand: a term or Batched, or a plain number."""
        if isinstance(x, Symbol):
            if x.traced_by is not self:
                raise LeakedSymbolError(
                    f"{op}{user_line()}: a Symbol of another function that was traced. A Symbol "
                    "may only be used in the function that it was made for, while it is traced."
                )
            return x.storage.resolved() if isinstance(x, Handle) else x
        if type(x) in WEAK:
            return x
        if isinstance(x, Dimension):
            return self.emit(extent_row, (), {"extent": x}, (), FLOAT64, True)
        if isinstance(x, np.generic):
            if x.dtype.kind in "fiub":
                return self.emit(literal_row, (), {"value": x}, (), x.dtype)
        elif isinstance(x, list | tuple):
            return self.operand(op, array(x))
        elif getattr(x, "_dispatch_rank", 0) or isinstance(x, np.ndarray):
            return self._hidden(op, x)
        elif hasattr(x, "__float__") and not isinstance(x, str):
            return float(x)
        name = f"{op.name}: an operand" if op is not None else "an operand"
        raise OperandError(f"{name} is {x!r}{user_line()}, not a real number or an array of them.")

    def _hidden(self, op: Row | None, x: Any) -> Term:
        known = self.hidden.get(id(x))
        if known is not None:
            return known[1]
        dtype = getattr(x, "dtype", FLOAT64)
        name = f"{op.name}: an operand" if op is not None else "an operand"
        if isinstance(x, np.ma.MaskedArray):
            raise masked_array(name)
        if dtype.kind not in "fiub":
            raise OperandError(
                f"{name} is an array of dtype {dtype}{user_line()}, not of real numbers."
            )
        weak = not hasattr(x, "dtype")
        term = self.emit(input_row, (), NO_PARAMETERS, shape_of(x), np.dtype(dtype.type), weak)
        self.hidden[id(x)] = (x, term)
        return term

    # --- types ------------------------------------------------------------------------------------

    def _elementwise(self, op: Op, operands: list[Any]) -> Term:
        shape: Any = None
        kinds = []
        same = True
        for x in operands:
            if type(x) is Term:
                kinds.append(x.dtype if not x.weak else _PYTHON[x.dtype.kind])
                if shape is None:
                    shape = x.shape
                elif x.shape is not shape and x.shape != shape:
                    same = False
            else:
                kinds.append(type(x))
        if not same:
            shape = broadcast_shapes(
                op.name, *(x.shape for x in operands if type(x) is Term)
            )  # fmt: skip
        common, dtype, weak = _types(op, tuple(kinds))
        first = 1 if op.name == "where" else 0
        for i, x in enumerate(operands):
            if type(x) is Term:
                if x.dtype is not common and i >= first:
                    x = self._structural(astype_row, [x], {"dtype": common})
                if x.shape is not shape and x.shape != shape:
                    x = self.emit(broadcast_row, (x,), {"shape": shape}, shape, x.dtype)
                operands[i] = x
        return self.emit(op, tuple(operands), NO_PARAMETERS, shape or (), dtype, weak)

    def _structural(self, op: Structural, operands: list[Any], parameters: dict[str, Any]) -> Any:
        shape = op.shape(*map(shape_of, operands), **parameters)
        moving = operands[: op.indices_from]
        dtypes = [x.dtype if type(x) is Term else _DTYPES[type(x)] for x in moving]
        common = dtypes[0] if dtypes else FLOAT64
        if any(dtype is not common for dtype in dtypes):
            common = np.result_type(*dtypes)
            operands[: len(moving)] = [of_dtype(x, common) for x in moving]
        dtype = common
        if op.dtype is not None:
            dtype = np.dtype(op.dtype(*dtypes[:1], **parameters))
        if op.results == 1:
            return self.emit(op, tuple(operands), parameters, _ones_counted(shape), dtype)
        whole = self.emit(op, tuple(operands), parameters, tuple(shape), dtype)
        return self.parts(whole)

    def parts(self, whole: Term) -> tuple[Term, ...]:
        """The results of a term that has several; the dtype may be one of all, or one each."""
        dtypes = whole.dtype
        if not isinstance(dtypes, tuple):
            dtypes = (dtypes,) * len(whole.shape)
        return tuple(
            self.emit(part_row, (whole,), {"k": k}, shape, dtype)
            for k, (shape, dtype) in enumerate(zip(whole.shape, dtypes, strict=True))
        )

    def results_of(self, term: Term) -> Any:
        """What the operation gave: the term, or the parts of one that has several results."""
        if isinstance(term.op, Op) or term.op.results == 1:  # type: ignore[attr-defined]
            return term
        first = term.serial + 1
        parts = tuple(self.terms[first : first + len(term.shape)])
        if all(x.op is part_row and x.operands[0] is term for x in parts):
            return parts
        return self.parts(term)

    # --- batches ----------------------------------------------------------------------------------

    def _batched_elementwise(self, op: Op, operands: list[Any], levels: tuple[int, ...]) -> Any:
        rank = max(len(shape_of(x)) for x in operands)
        aligned = [
            x if type(x) is not Batched else self._aligned(x, levels, rank) for x in operands
        ]
        return Batched(self._elementwise(op, aligned), levels)

    def _aligned(self, x: Batched, levels: tuple[int, ...], rank: int) -> Term:
        """The whole batch, with an axis for every level and rank axes behind."""
        if x.levels == levels and len(x.shape) == rank:
            return x.term
        own = dict(zip(x.levels, x.term.shape, strict=False))
        front = tuple(own.get(level, 1) for level in levels)
        shape = (*front, *(1,) * (rank - len(x.shape)), *x.shape)
        aligned = self.apply(reshape_row, (x.term,), {"shape": shape})
        assert type(aligned) is Term
        return aligned

    def _batched(self, op: Row, operands: list[Any], parameters: dict[str, Any], level: int) -> Any:
        """A row's batching rule, on the oldest level, whose axis is next to the example's own."""
        assert isinstance(op, Structural)
        if op.batch is None:
            raise UncoveredRuleError(f"{op.name}{user_line()}: has no rule for vmap.")
        batched, opened = [], []
        for x in operands:
            has_level = type(x) is Batched and x.levels[-1] == level
            batched.append(has_level)
            opened.append(wrapped(x.term, x.levels[:-1]) if has_level else x)
        result = op.batch(batched, *opened, **parameters)
        if isinstance(result, tuple):
            return tuple(self._closed(x, level) for x in result)
        return self._closed(result, level)

    def _closed(self, x: Any, level: int) -> Batched:
        """An example of what has the level's axis in front."""
        return Batched(x, (level,)) if type(x) is Term else Batched(x.term, (*x.levels, level))

    def new_level(self, extent: Any) -> int:
        """The number of a vmap over so many examples; newer ones are larger."""
        level = len(self.level_extents) + 1
        self.level_extents[level] = extent
        return level

    @contextmanager
    def recomputing(self) -> Iterator[None]:
        """Terms made meanwhile repeat others on purpose, and are not merged with them."""
        outer = self.region
        self.regions += 1
        self.region = self.regions
        try:
            yield
        finally:
            self.region = outer

    @contextmanager
    def vmap_level(self, extent: Any) -> Iterator[int]:
        """One more vmap around what the function does meanwhile."""
        level = self.new_level(extent)
        outer = self.levels
        self.levels = (level, *outer)
        try:
            yield level
        finally:
            self.levels = outer

    def batched_input(self, x: Any, axis: int, level: int) -> Any:
        """An argument of a function under vmap: its axis is the newest, so it goes in front."""
        x = self.operand(None, x)
        if type(x) is Batched:
            whole = moveaxis(x.term, axis + len(x.levels), 0)
            return self.argument(Batched(whole, (level, *x.levels)))
        return self.argument(Batched(moveaxis(x, axis, 0), (level,)))

    def argument(self, x: Symbol) -> Symbol:
        """Note that a Symbol stands for an argument, and may not be assigned."""
        self.arguments[id(x)] = x
        return x

    def unbatched(self, x: Any, axis: int, level: int) -> Any:
        """A result of a function under vmap, with its batch axis where out_axes says."""
        x = self.with_levels(x, (level,))
        rest = x.levels[1:]
        return wrapped(moveaxis(x.term, 0, axis + len(rest)), rest)

    def with_levels(self, x: Any, levels: tuple[int, ...]) -> Any:
        """x repeated over the batches that it does not depend on."""
        x = self.operand(None, x)
        own = x.levels if type(x) is Batched else ()
        union = tuple(sorted({*own, *levels}, reverse=True))
        if union == own:
            return x
        rank = len(shape_of(x))
        visible = shape_of(x)
        is_weak = x.weak if isinstance(x, Symbol) else type(x) in WEAK
        term = self._aligned(x, union, rank) if type(x) is Batched else x
        extents = tuple(self.level_extents[level] for level in union)
        whole = self.apply(broadcast_row, (term,), {"shape": (*extents, *visible)})
        whole.weak = is_weak  # of every example it is a plain number still
        return Batched(whole, union)


def _ones_counted(shape: Sequence[Any]) -> tuple[Any, ...]:
    """A shape in which an extent that came out as 1, as of ``x[:, 2:]``, is the number 1.

    What has one element broadcasts, so 1 is another kind of extent: it is guarded.
    """
    return tuple([
        operator.index(x) if type(x) is Dimension and x.value == 1 else x for x in shape
    ])  # fmt: skip


def wrapped(term: Term, levels: tuple[int, ...]) -> Symbol:
    """A term as a function under vmaps sees it."""
    return Batched(term, levels) if levels else term


@functools.cache
def _types(op: Op, kinds: tuple[Any, ...]) -> tuple[Any, Any, bool]:
    """The dtype that operands are brought to, that of the result, and whether it is weak.

    Kinds are dtypes, or Python's types for weak numbers. NumPy is asked, on empty arrays.
    """
    weak = all(isinstance(kind, type) for kind in kinds)
    samples = [
        _SAMPLES[kind] if isinstance(kind, type) else np.empty(0, kind) for kind in kinds
    ]  # fmt: skip
    if weak:
        samples = [np.full(0, x) for x in samples]
    with np.errstate(all="ignore"):
        dtype = np.asarray(op.numpy(*samples)).dtype
    if dtype.kind in "iu" and op.name in ("power", "reciprocal"):
        dtype = FLOAT64  # 2 ** -1 is a half, as for a Value
    if not op.predicate:
        return dtype, dtype, weak
    if op.name.startswith("logical"):
        return BOOL, dtype, weak
    return np.result_type(*samples), dtype, weak


@contextmanager
def collector_paused() -> Iterator[None]:
    """Without Python's cycle collector: it would look at every term again and again."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@contextmanager
def opened(trace: Trace) -> Iterator[Trace]:
    """Tracing, with Python's cycle collector paused."""
    with collector_paused():
        outer = tracing.enter(trace)
        try:
            yield trace
        finally:
            tracing.leave(outer)
            trace.is_open = False


_KNOWN = (np.ndarray, np.generic, float, int, list, tuple)


def _is_known(x: Any) -> bool:
    """Whether an operator takes it; a stranger may know what to do with a Symbol."""
    return hasattr(x, "_dispatch_rank") or isinstance(x, _KNOWN)
