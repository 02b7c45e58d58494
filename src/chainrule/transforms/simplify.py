"""Simplification: a Program that computes the same with fewer and cheaper terms.

One pass over the terms, operands first. Each is made anew on what its operands became
(``rewriting.py``): a rule of the table may give something better, and what was made before of the
same operands is taken again. Then what no result needs is dropped. The table of rules is in
``arithmetic_rewrites.py``, ``selection_rewrites.py``, ``structure_rewrites.py`` and
``scatter_rewrites.py``. Results are the same to the bit, but for products in the place of powers
and quotients, which are within an ulp or two, and for sums of which a factor was taken out.
"""

from __future__ import annotations

from typing import Any

from ..ops import Op
from ..ops.creation import literal_row
from ..ops.elementwise import divide, positive, reciprocal
from ..ops.index import gather_row, index_row
from ..ops.reduce import constant_row
from ..ops.shape import astype_row, broadcast_row, reshape_row, transpose_row
from ..program.program import Program
from ..program.symbol import NO_PARAMETERS, Term
from ..program.trace import input_row
from . import arithmetic_rewrites, scatter_rewrites, selection_rewrites, structure_rewrites
from .rewriting import Rewriter

#: The modules that fill the table of rules.
TABLES = (arithmetic_rewrites, scatter_rewrites, selection_rewrites, structure_rewrites)

#: What these make of one number everywhere is that number everywhere.
MOVES = {reshape_row, transpose_row, broadcast_row, index_row, gather_row, constant_row}


def simplify(program: Program, final: bool = False) -> Program:
    """A Program with the same results and fewer, cheaper terms.

    Args:
        program: any Program; it stays as it is.
        final: no derivative will be taken of the result, so that ``stop_gradient`` is dropped.

    Returns:
        A Program with the same inputs, hidden inputs, extents and guards. Its terms are new and
        numbered from 0, and do not keep the trace that the old ones came from.
    """
    inputs = tuple(
        Term(None, i, input_row, (), NO_PARAMETERS, x.shape, x.dtype, x.weak, 0)
        for i, x in enumerate(program.inputs)
    )
    rewriter = Rewriter(len(inputs), final)
    #: What stands for each old term, by its serial: a term, or a plain number.
    new: dict[int, Any] = {old.serial: x for old, x in zip(program.inputs, inputs, strict=True)}
    inverted = _inverted(program)
    for term in program.inputs:
        if term.serial in inverted:
            rewriter.elementwise(reciprocal, (new[term.serial],), term)
    elementwise = rewriter.elementwise
    for term in program.terms:
        op = term.op
        if type(op) is Op:
            operands = term.operands
            x = operands[0]
            if type(x) is Term:
                x = new[x.serial]
            if len(operands) == 2:
                y = operands[1]
                if type(y) is Term:
                    y = new[y.serial]
                operands = (x, y)
            elif len(operands) == 1:
                y = x
                operands = (x,)
            else:
                operands = tuple([new[x.serial] if type(x) is Term else x for x in operands])
                y = operands[1]
            if type(x) is Term or type(y) is Term:
                result = elementwise(op, operands, term)
            else:
                result = _folded(rewriter, term, operands)
        else:
            result = _structural(rewriter, term, new)
        new[term.serial] = result
        if inverted and term.serial in inverted and type(result) is Term:
            rewriter.elementwise(reciprocal, (result,), term)
    results = tuple(_result(rewriter, x, new) for x in program.results)
    return Program(
        program.name,
        inputs,
        _live(inputs, scatter_rewrites.join(rewriter), results),
        results,
        program.hidden,
        program.extents,
        program.names,
    )


def _inverted(program: Program) -> set[int]:
    """The terms of which there is a reciprocal somewhere: it is made first, and serves them all."""
    found = set()
    for term in program.terms:
        op = term.op
        if op is reciprocal or op is divide:
            x = term.operands[-1]
            if op is divide and (type(term.operands[0]) is Term or term.operands[0] != 1):
                continue
            if type(x) is Term and x.dtype == term.dtype and not term.region:
                found.add(x.serial)
    return found


def _folded(rewriter: Rewriter, term: Term, operands: tuple[Any, ...]) -> Any:
    """What stands for an elementwise term of plain numbers, in the dtype that they stand for."""
    op = term.op
    assert type(op) is Op
    if any(type(x) is Term for x in operands):
        return rewriter.elementwise(op, operands, term)
    typed = [
        old.dtype.type(x) if type(old) is Term else x
        for old, x in zip(term.operands, operands, strict=True)
    ]
    return rewriter.folded(op, typed, term.dtype)


def _structural(rewriter: Rewriter, term: Term, new: dict[int, Any]) -> Any:
    op, given = term.op, term.operands
    if op is literal_row:
        return term.parameters["value"].item()
    if given:
        first = given[0]
        number = new[first.serial] if type(first) is Term else first
        if type(number) is not Term:
            if op is astype_row:
                return term.dtype.type(number).item()
            if op in MOVES:
                return number
    operands = tuple([rewriter.whole(new[x.serial], x) if type(x) is Term else x for x in given])
    return rewriter.structural(op, operands, term, term.parameters)


def _result(rewriter: Rewriter, old: Any, new: dict[int, Any]) -> Any:
    """What is handed out in the place of an old result: of its type."""
    if type(old) is not Term:
        return old
    x = rewriter.whole(new[old.serial], old)
    if x.weak is not old.weak:
        x = rewriter.append(
            Term(None, -1, positive, (x,), NO_PARAMETERS, old.shape, old.dtype, old.weak, 0)
        )
    return x


def _live(
    inputs: tuple[Term, ...], terms: list[Term], results: tuple[Any, ...]
) -> tuple[Term, ...]:
    """The terms that results need, numbered anew."""
    first = len(inputs)
    needed = bytearray(first + len(terms))
    for x in results:
        if type(x) is Term:
            needed[x.serial] = 1
    for term in reversed(terms):
        if needed[term.serial]:
            for x in term.operands:
                if type(x) is Term:
                    needed[x.serial] = 1
    live = [term for term in terms if needed[term.serial]]
    for serial, term in enumerate(live, first):
        term.serial = serial
    return tuple(live)
