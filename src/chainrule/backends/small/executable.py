"""When a Program runs on the machine for small arrays, and how.

:func:`suits` decides, :func:`compiled` gives what ``jit`` runs. What follows from extents is worked
out once for each kind of them. What the machine cannot run, and what fails on it (a singular
matrix, a position out of range), is left to the interpreter, which raises NumPy's own errors.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ...ops import Op, Structural
from ...ops.index import index_row
from ...ops.shape import transpose_row
from ...program.extents import Dimension, traced_value
from ...program.program import Program
from ...program.symbol import Term
from .. import interpreter
from ..interpreter import SCALARS, Run
from ..outputs import written
from . import machine
from .assembler import Assembler, UnsuitableError, array_of
from .instructions import is_view

#: Nanoseconds of an instruction and of an element, and of a step between loops over the data.
INSTRUCTION, ELEMENT, STEP = 50, 1.5, 5_000
#: Steps from which on it is asked.
FEW = 8
#: Positions that are looked at in each call, at most.
MOST_PINNED = 4096
#: Kinds of extents that are kept.
KINDS = 16


def suits(program: Program) -> bool:
    """Whether many small steps would take longer between them than their numbers do."""
    return _suits(program, lambda x: int(traced_value(x)))


def _suits(program: Program, number: Callable[[Any], int]) -> bool:
    steps = count = elements = 0
    if sum([type(term.op) is not Op for term in program.terms]) < FEW:
        return False
    for term in program.terms:
        if is_view(term):
            steps += term.op in (index_row, transpose_row)
            continue
        count += 1
        elements += math.prod([number(x) for x in term.shape if not isinstance(x, tuple)])
        steps += isinstance(term.op, Structural)
    return steps >= FEW and count * INSTRUCTION + elements * ELEMENT < steps * STEP


def described(program: Program) -> str:
    """What the machine would run, for the extents that the Program was traced with; or nothing."""
    try:
        assembler = Kind(program, program.extents.values).assembler
    except UnsuitableError:
        return ""
    calls = len(assembler.calls)
    return (
        f"{assembler.count - 1:,} instructions on small arrays, one after the other, of which "
        f"{calls} call NumPy"
    )


class Kind:
    """A Program for given extents: its instructions, and machines that no call is using."""

    def __init__(
        self, program: Program, extents: Sequence[int], pinned: dict[int, Any] | None = None
    ) -> None:
        #: Positions that the function closes over, by input: what follows from them, as masks do,
        #: is worked out once, and they are looked at in each call.
        self.pinned = pinned or {}
        assembler = Assembler(program, extents)
        assembler.assemble(self.pinned)
        self.assembler = assembler
        self.code = np.array(assembler.code, np.int32)
        if assembler.top >= 2**31:
            raise UnsuitableError("too much memory")
        self.inputs = [(term, assembler.views[term.serial]) for term in program.inputs]
        self.results = [
            (assembler.view(x), x) if type(x) is Term else (None, x) for x in program.results
        ]
        self.idle: list[_Ready] = []

    def run(self, inputs: Sequence[Any]) -> list[Any] | None:
        """The results; None where the machine gave up."""
        try:
            ready = self.idle.pop()
        except IndexError:
            ready = _Ready(self)
        machine = ready.machine
        if any(not np.array_equal(inputs[i], known) for i, known in self.pinned.items()):
            raise _MovedError
        done = machine.load(ready.places, inputs) and machine.run(ready.calls)
        results = [take(x) for take, x in ready.results] if done else None
        self.idle.append(ready)
        return results


class _MovedError(Exception):
    """What was pinned is not what it was."""


def _pinned(program: Program, inputs: Sequence[Any]) -> dict[int, Any]:
    """Copies of the arrays of whole numbers that the function closes over."""
    first = len(program.inputs) - len(program.hidden)
    return {
        i: inputs[i].copy()
        for i in range(first, len(program.inputs))
        if isinstance(inputs[i], np.ndarray)
        and inputs[i].dtype == np.int64
        and inputs[i].size <= MOST_PINNED
    }


class _Ready:
    """A machine with its memory, for one call at a time."""

    def __init__(self, kind: Kind) -> None:
        memory = np.zeros(kind.assembler.top)
        for offset, numbers in kind.assembler.values:
            memory[offset : offset + numbers.size] = numbers.ravel()
        self.machine = machine.Machine(kind.code, memory)
        self.places = [
            (view.offset, array_of(memory, view) if term.shape else None)
            for term, view in kind.inputs
        ]
        self.calls = [call.bound(memory) for call in kind.assembler.calls]
        self.results = [
            (_as_it_is, x) if view is None else (_taker(x), array_of(memory, view))
            for view, x in kind.results
        ]


def _as_it_is(x: Any) -> Any:
    return x


def _taker(term: Term) -> Callable[[Any], Any]:
    """How a result is handed out: a weak one as a Python number, an array as nobody else's."""
    dtype = term.dtype
    if term.shape:
        return lambda x: x.astype(dtype, order="C")
    if term.weak:
        kind = SCALARS[dtype.kind]
        return lambda x: kind(x.item())
    return lambda x: dtype.type(x.item())


class Executable:
    """A Program on the machine. Calling it runs it."""

    def __init__(self, program: Program, other: Callable[[], Run]) -> None:
        self.program = program
        #: Where the machine does not suit: made once, for it takes any extents.
        self.other = functools.cache(other)
        #: Whether positions that the function closes over stayed what they were.
        self.pins = True
        self.kinds: dict[tuple[int, ...], Kind | Run] = {}

    def __call__(
        self,
        inputs: Sequence[Any],
        extents: Sequence[int] = (),
        outs: Sequence[Any] | None = None,
    ) -> list[Any]:
        key = tuple(extents)
        kind = self.kinds.get(key)
        if kind is None:
            kind = self._prepared(key, inputs)
        if not isinstance(kind, Kind):
            return kind(inputs, extents, outs)
        try:
            results = kind.run(inputs)
        except _MovedError:
            self.pins = False
            kind = self.kinds[key] = Kind(self.program, key)
            results = kind.run(inputs)
        if results is None:
            return interpreter.compiled(self.program)(inputs, extents, outs)
        return results if outs is None else written(results, outs)

    def _prepared(self, extents: tuple[int, ...], inputs: Sequence[Any]) -> Kind | Run:
        def number(x: Any) -> int:
            return x.evaluate(extents) if isinstance(x, Dimension) else x

        kind: Kind | Run
        try:
            if not _suits(self.program, number):
                raise UnsuitableError("its arrays are large")
            kind = Kind(self.program, extents, _pinned(self.program, inputs) if self.pins else None)
        except UnsuitableError:
            kind = self.other()
        if len(self.kinds) >= KINDS:
            self.kinds.clear()
        self.kinds[extents] = kind
        return kind


def compiled(program: Program, other: Callable[[], Run]) -> Run:
    """A function that runs a Program; ``other`` makes one where it has to be another backend."""
    return Executable(program, other)
