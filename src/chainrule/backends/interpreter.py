"""The interpreter: NumPy, term by term. What it computes is what a Program means."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..ops import Op, Structural
from ..program.extents import evaluated, is_free
from ..program.program import Program
from ..program.symbol import Term
from ..program.trace import part_row
from .outputs import written

Run = Callable[..., list[Any]]
"""Takes the inputs, the extents, and for each result an array to write or None; or no such list.

It gives the results, and instead of those that it wrote into an array, the array."""


def compiled(program: Program, threads: int | None = None, reason: str = "") -> Run:
    """A function that runs a Program on NumPy arrays and plain numbers, on the caller's thread."""
    slots = {term.serial: i for i, term in enumerate(program.inputs)}
    last_use: dict[int, int] = {}
    for i, term in enumerate(program.terms):
        slots[term.serial] = len(program.inputs) + i
        for operand in term.operands:
            if type(operand) is Term:
                last_use[slots[operand.serial]] = i
    kept = {slots[x.serial] for x in program.results if type(x) is Term}
    free: list[list[int]] = [[] for _ in program.terms]
    for slot, i in last_use.items():
        if slot not in kept:
            free[i].append(slot)
    steps = [
        (
            kernel_of(term),
            tuple(slots[x.serial] if type(x) is Term else -1 for x in term.operands),
            tuple(None if type(x) is Term else x for x in term.operands),
            term.parameters,
            any(map(is_free, term.parameters.values())),
            tuple(free[i]),
        )
        for i, term in enumerate(program.terms)
    ]
    results = [
        (slots[x.serial], _finish(x)) if type(x) is Term else (-1, x) for x in program.results
    ]

    def run(
        inputs: Sequence[Any], extents: Sequence[int] = (), outs: Sequence[Any] | None = None
    ) -> list[Any]:
        values: list[Any] = [*inputs]
        borrowed = {id(x) for x in inputs}
        with np.errstate(all="ignore"):
            for kernel, places, constants, parameters, is_open, unused in steps:
                operands = [
                    values[place] if place >= 0 else constant
                    for place, constant in zip(places, constants, strict=True)
                ]
                if parameters:
                    if is_open:
                        given = {k: evaluated(v, extents) for k, v in parameters.items()}
                        values.append(kernel(*operands, **given))
                    else:
                        values.append(kernel(*operands, **parameters))
                else:
                    values.append(kernel(*operands))
                for slot in unused:
                    values[slot] = None
        found = [
            finish(values[slot], borrowed) if slot >= 0 else finish for slot, finish in results
        ]
        return found if outs is None else written(found, outs)

    return run


def run_once(program: Program, inputs: Sequence[Any]) -> list[Any]:
    """The results of a Program without free extents."""
    return compiled(program)(inputs, ())


def run_on_values(program: Program, inputs: Sequence[Any]) -> list[Any]:
    """The results on Values, operation by operation, so that they record what is done."""
    found: dict[int, Any] = {term.serial: x for term, x in zip(program.inputs, inputs, strict=True)}
    for term in program.terms:
        operands = [found[x.serial] if type(x) is Term else x for x in term.operands]
        found[term.serial] = (
            operands[0][term.parameters["k"]]
            if term.op.name == "part"
            else term.op(*operands, **term.parameters)
        )
    return [found[x.serial] if type(x) is Term else x for x in program.results]


def kernel_of(term: Term) -> Callable[..., Any]:
    """NumPy's way to compute a term: on arrays and numbers, with the term's parameters."""
    if isinstance(term.op, Op):
        return term.op.numpy
    assert isinstance(term.op, Structural)
    # The results that "part" takes one of may differ in shape, so they are no array.
    return term.op.kernel if term.op is part_row else term.op.numpy


#: What a number without a dtype of its own is handed out as, by kind of its dtype.
SCALARS: dict[str, Callable[[Any], Any]] = {"f": float, "i": int, "u": int, "b": bool}


def _finish(term: Term) -> Callable[[Any, set[int]], Any]:
    """How a result is handed out: a weak one as a Python number, an array as nobody else's."""
    if term.shape:
        return _owned
    if not term.weak:
        return lambda x, borrowed: x[()] if isinstance(x, np.ndarray) else x
    kind = SCALARS[term.dtype.kind]
    return lambda x, borrowed: kind(x)


def _owned(x: Any, borrowed: set[int]) -> Any:
    """The array, or a copy if it is an input, or a view of one or of a number repeated."""
    if x.base is not None or id(x) in borrowed:
        return x.copy()
    borrowed.add(id(x))  # by this result, from any other
    return x
