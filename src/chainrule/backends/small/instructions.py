"""What each operation becomes: instructions, a view, or a call of NumPy."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ...ops import Op, Structural
from ...ops.assign import assign_row, clear_row
from ...ops.contract import contract_row
from ...ops.index import gather_row, index_row, scatter_add_row, scatter_row
from ...ops.linalg.determinants import cofactors_row, det_row
from ...ops.linalg.solving import solve_row
from ...ops.packing import pack_row
from ...ops.reduce import constant_row, max_row, min_row, sum_row
from ...ops.shape import (
    astype_row,
    broadcast_row,
    concatenate_row,
    reshape_row,
    transpose_row,
)
from ...program.extents import evaluated
from ...program.symbol import Term
from ...program.trace import part_row
from ..interpreter import kernel_of
from . import machine
from .assembler import Assembler, Shape, UnsuitableError, View, check_dtype, contiguous

#: Products and additions from which on NumPy's matmul is ahead, and the rows of a matrix from which
#: on LAPACK is.
LARGE_PRODUCT = 20_000
LARGE_SOLVE = 24
#: Numbers that are kept, of a term that is the same in every call.
MOST_FOLDED = 4096

#: Operations that give whole numbers, of small ones exactly.
WHOLE = {"add", "subtract", "negative", "where", "maximum", "minimum", "positive"}


def write(into: Assembler, term: Term) -> None:
    """The instructions of a term, and the view of its result."""
    check_dtype(term)
    op = term.op
    if op is part_row:
        into.views[term.serial] = into.parts[term.operands[0].serial][term.parameters["k"]]
        return
    if op is scatter_row and into.view(term.operands[0]).known is None:
        _put_off(into, term)
        return
    if op.name == "add" and term.dtype.kind == "f":
        added = _added(into, term)
        if added is not None:
            into.views[term.serial] = added
            return
    operands = [into.view(x) for x in term.operands]
    parameters = {k: evaluated(v, into.extents) for k, v in term.parameters.items()}
    folded = _folded(into, term, operands, parameters)
    if folded is not None:
        into.views[term.serial] = folded
        return
    if isinstance(op, Op):
        into.views[term.serial] = _elementwise(into, term, op, operands)
        return
    shape = evaluated(term.shape, into.extents)
    rule = RULES.get(op)
    if rule is not None:
        view = rule(into, term, shape, operands, **parameters)
        if view is not None:
            into.views[term.serial] = view
            return
    _call(into, term, shape, operands)


def _folded(into: Assembler, term: Term, operands: list[View], parameters: Any) -> View | None:
    """The numbers of a term that are the same in every call, as those of a mask are."""
    if is_view(term) and operands:
        return None
    known = [x.known for x in operands]
    if any(x is None for x in known):
        return None
    if isinstance(term.op, Structural) and term.op.results != 1:
        return None
    given = [
        x if type(x) is not Term else numbers.astype(x.dtype)
        for x, numbers in zip(term.operands, known, strict=True)
    ]
    with np.errstate(all="ignore"):
        numbers = np.asarray(kernel_of(term)(*given, **parameters))
    return into.constant(numbers) if numbers.size <= MOST_FOLDED else None


def _call(into: Assembler, term: Term, shape: Any, operands: list[View]) -> None:
    op: Any = term.op
    if op.results == 0:
        raise UnsuitableError(f"{op.name} is a function of the user's")
    if op.results == 1:
        out = into.new(shape)
        into.call(kernel_of(term), term, operands, [out])
        into.views[term.serial] = out
    else:
        into.parts[term.serial] = [into.new(own) for own in shape]
        into.call(kernel_of(term), term, operands, into.parts[term.serial])


def _elementwise(into: Assembler, term: Term, op: Op, operands: list[View]) -> View:
    shape = evaluated(term.shape, into.extents)
    if term.dtype.kind == "i" and op.name not in WHOLE:
        raise UnsuitableError(f"{op.name} of whole numbers")
    if term.dtype.kind == "b" and not (op.predicate or op.name == "where"):
        raise UnsuitableError(f"{op.name} of truth values")
    if op.name == "positive":
        return operands[0]
    if op.name == "where":
        condition, x, y = operands
        mask = condition.known
        chosen = None if mask is None else x if mask.all() else y if not mask.any() else None
        if chosen is not None and chosen.shape == shape:
            return chosen
    out = into.new(shape)
    if op.name in machine.CODES:
        into.map(op.name, out, operands)
    else:
        into.call(op.numpy, term, operands, [out])
    return out


# --- views ----------------------------------------------------------------------------------------


def _reshape(into: Assembler, term: Term, out: Shape, operands: list[View], shape: Shape) -> View:
    (x,) = operands
    kept = [(n, s) for n, s in zip(x.shape, x.steps, strict=True) if n != 1]
    if [n for n, _ in kept] == [n for n in shape if n != 1]:
        steps = iter([s for _, s in kept])
        return View(x.buffer, x.offset, shape, tuple(next(steps) if n != 1 else 0 for n in shape))
    if not x.is_contiguous:
        copy = into.new(x.shape)
        into.copy(copy, x)
        x = copy
    return View(x.buffer, x.offset, shape, contiguous(shape))


def _transpose(into: Assembler, term: Term, out: Shape, operands: list[View], axes: Any) -> View:
    (x,) = operands
    return View(x.buffer, x.offset, out, tuple(x.steps[axis] for axis in axes))


def _broadcast(into: Assembler, term: Term, out: Shape, operands: list[View], shape: Shape) -> View:
    (x,) = operands
    padding = len(shape) - len(x.shape)
    steps = [0] * padding + [
        0 if n == 1 else s for n, s in zip(x.shape, x.steps, strict=True)
    ]  # fmt: skip
    return View(x.buffer, x.offset, shape, tuple(steps))


def _indexed(x: View, key: Any) -> View:
    offset = x.offset
    shape, steps = [], []
    for entry, step in zip(key, x.steps, strict=True):
        if isinstance(entry, tuple):
            start, stop, by = entry
            count = len(range(start, stop, by))
            if count:
                offset += start * step
            shape.append(count)
            steps.append(step * by)
        else:
            offset += entry * step
    return View(x.buffer, offset, tuple(shape), tuple(steps))


def _index(into: Assembler, term: Term, out: Shape, operands: list[View], key: Any) -> View:
    return _indexed(operands[0], key)


def _astype(
    into: Assembler, term: Term, out: Shape, operands: list[View], dtype: Any
) -> View | None:
    (x,) = term.operands
    order = "bif"  # every one of them holds those before
    if order.index(x.dtype.kind) > order.index(dtype.kind):
        return None
    return operands[0]


def _same(into: Assembler, term: Term, out: Shape, operands: list[View]) -> View:
    return operands[0]


# --- what moves numbers ---------------------------------------------------------------------------


def _put_off(into: Assembler, term: Term) -> None:
    """A scatter: in a sum, which it mostly is for, its elements are added to what is there."""
    shape, key = (evaluated(term.parameters[name], into.extents) for name in ("shape", "key"))
    x = into.view(term.operands[0])
    last = into.last

    def write() -> None:
        own, into.last = into.last, last
        view = into.new(shape)
        into.fill(view, 0.0)
        into.copy(_indexed(view, key), x)
        into.views[term.serial] = view
        into.last = own

    into.waiting[term.serial] = write
    into.scattered[term.serial] = x, key


def _added(into: Assembler, term: Term) -> View | None:
    """A sum of which an operand is a scatter that nobody needed yet."""
    for x, other in (term.operands, term.operands[::-1]):
        if type(x) is Term and x.serial in into.waiting and type(other) is Term:
            part, key = into.scattered[x.serial]
            whole = into.view(other)
            if whole.known is not None:
                return None
            out = into.overwritten(whole, part)
            place = _indexed(out, key)
            into.reduce("add", View(place.buffer, place.offset, part.shape, place.steps), part)
            return out
    return None


def _assign(into: Assembler, term: Term, out: Shape, operands: list[View], key: Any) -> View:
    view = into.overwritten(operands[0], *operands[1:])
    part = _indexed(view, key)
    into.copy(part, operands[1] if len(operands) > 1 else _zeros(into, part.shape))
    return view


def _zeros(into: Assembler, shape: Shape) -> View:
    zero = into.constant(0.0)
    return View(zero.buffer, zero.offset, shape, (0,) * len(shape))


def _concatenate(into: Assembler, term: Term, out: Shape, operands: list[View], axis: int) -> View:
    view = into.new(out)
    start = 0
    for x in operands:
        key = [(0, n, 1) for n in out]
        key[axis] = (start, start + x.shape[axis], 1)
        into.copy(_indexed(view, key), x)
        start += x.shape[axis]
    return view


def _pack(into: Assembler, term: Term, out: Shape, operands: list[View]) -> View:
    view = into.new(out)
    for i, x in enumerate(operands):
        into.copy(_indexed(view, (i,)), x)
    return view


def _places(into: Assembler, places: list[View], shape: Shape) -> tuple[int, int, list[int]] | None:
    """How many places there are, numbers behind each, and where to read them."""
    count = len(places)
    if len({place.shape for place in places}) > 1:
        return None
    words: list[int] = []
    for axis, place in enumerate(places):
        packed = into.packed(place)
        words += [packed.offset, 1, shape[axis], math.prod(shape[axis + 1 :])]
    return math.prod(places[0].shape), math.prod(shape[count:]), words


def _gather(into: Assembler, term: Term, out: Shape, operands: list[View]) -> View | None:
    x, *places = operands
    x = into.packed(x)
    found = _places(into, places, x.shape)
    if found is None:
        return None
    count, inner, words = found
    view = into.new(out)
    into.emit(machine.GATHER, len(places), count, inner, view.offset, x.offset, *words)
    return view


def _scatter_add(
    into: Assembler, term: Term, out: Shape, operands: list[View], shape: Shape
) -> View | None:
    g, *places = operands
    g = into.packed(g)
    found = _places(into, places, shape)
    if found is None:
        return None
    count, inner, words = found
    view = into.new(shape)
    into.fill(view, 0.0)
    into.emit(machine.SCATTER, len(places), count, inner, view.offset, g.offset, *words)
    return view


# --- sums -----------------------------------------------------------------------------------------


def _reduced(name: str, start: float) -> Callable[..., View | None]:
    def rule(
        into: Assembler, term: Term, out: Shape, operands: list[View], axes: tuple[int, ...]
    ) -> View | None:
        (x,) = operands
        if not x.size and name != "add":
            return None  # NumPy says that there is no largest of none
        view = into.new(out)
        into.fill(view, start)
        kept = iter(view.steps)
        steps = tuple(0 if axis in axes else next(kept) for axis in range(len(x.shape)))
        into.reduce(name, View(view.buffer, view.offset, x.shape, steps), x)
        return view

    return rule


def _contract(
    into: Assembler, term: Term, out: Shape, operands: list[View], subscripts: str
) -> View | None:
    names, result = subscripts.split("->")
    a, b = names.split(",")
    x, y = operands
    extents = dict(zip(a + b, x.shape + y.shape, strict=True))
    letters = result + "".join(n for n in dict.fromkeys(a + b) if n not in result)
    shape = tuple(extents[letter] for letter in letters)
    if math.prod(shape) > LARGE_PRODUCT:
        return None
    view = into.new(out)
    into.fill(view, 0.0)

    def along(whole: View, own: str) -> View:
        steps = dict(zip(own, whole.steps, strict=True))
        return View(whole.buffer, whole.offset, shape, tuple(steps.get(n, 0) for n in letters))

    into.product(shape, along(view, result), along(x, a), along(y, b))
    return view


def _solve(into: Assembler, term: Term, out: Shape, operands: list[View]) -> View | None:
    a, b = operands
    *batch, n, m = out
    if n > LARGE_SOLVE or not a.size or not b.size:
        return None
    a, b = into.packed(a), into.packed(b)
    view, scratch = into.new(out), into.temporary((n, n))
    places = view.offset, a.offset, b.offset, scratch.offset
    into.emit(machine.SOLVE, math.prod(batch), n, m, *places)
    return view


def _det(into: Assembler, term: Term, out: Shape, operands: list[View]) -> View | None:
    (a,) = operands
    n = a.shape[-1]
    if n > LARGE_SOLVE or not a.size:
        return None
    a = into.packed(a)
    view, scratch = into.new(out), into.temporary((n, n))
    into.emit(machine.DET, math.prod(out), n, view.offset, a.offset, scratch.offset)
    return view


def _cofactors(into: Assembler, term: Term, out: Shape, operands: list[View]) -> View | None:
    (a,) = operands
    if not 1 <= out[-1] <= 3 or not a.size:
        return None
    a = into.packed(a)
    view = into.new(out)
    into.emit(machine.COFACTORS, math.prod(out[:-2]), out[-1], view.offset, a.offset)
    return view


RULES: dict[Any, Callable[..., View | None]] = {
    reshape_row: _reshape,
    transpose_row: _transpose,
    broadcast_row: _broadcast,
    index_row: _index,
    astype_row: _astype,
    constant_row: _same,
    assign_row: _assign,
    clear_row: _assign,
    concatenate_row: _concatenate,
    pack_row: _pack,
    gather_row: _gather,
    scatter_add_row: _scatter_add,
    sum_row: _reduced("add", 0.0),
    max_row: _reduced("maximum", -np.inf),
    min_row: _reduced("minimum", np.inf),
    contract_row: _contract,
    solve_row: _solve,
    det_row: _det,
    cofactors_row: _cofactors,
}

_VIEWS = {reshape_row, transpose_row, broadcast_row, index_row, astype_row, constant_row, part_row}


def is_view(term: Term) -> bool:
    """Whether a term may be a way to read its operand's numbers, and no work."""
    return term.op in _VIEWS or term.op.name == "positive"


def may_be_view(term: Term) -> bool:
    """The same, where it is not known yet what a condition is, or who needs a scatter."""
    return is_view(term) or term.op.name == "where" or term.op is scatter_row
