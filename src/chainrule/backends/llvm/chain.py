"""An Executable as a ``runner.Chain``, which C runs from end to end.

:func:`chain_of` tells it what is known once; :class:`_Arranging` what follows from extents: shapes,
places in memory, and for each step that is no loop whether acts compute it (``acts.py``) or NumPy.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ops import Structural
from ...ops.linalg.solving import solve_row
from ...program.extents import evaluated
from ...program.symbol import Term
from . import runner
from .acts import LAPACK, SHORT, Known, acts_of, wants_lapack
from .buffers import LINE, Buffer, offsets
from .lower import OPERATIONS
from .outputs import may_replace
from .reads import squeezed
from .steps import CACHED, CallStep, NestStep

if TYPE_CHECKING:
    from .executable import Executable


def chain_of(executable: Executable) -> runner.Chain:
    """The Executable as a Chain."""
    return _Chaining(executable).chain()


class _Chaining:
    """The values of a Chain, by number: inputs, what follows from extents, what steps make."""

    def __init__(self, executable: Executable) -> None:
        self.executable = executable
        self.program = executable.program
        slot_of, self.terms = executable.slots, executable.term_of
        fixed = [step for step in executable.steps if type(step) is CallStep and step.is_fixed]
        #: What is computed once for extents, by slot.
        self.fixed = {step.slot: step for step in [*executable.before, *fixed]}
        self.steps = [step for step in executable.steps if step not in fixed]
        made: set[int] = set()
        for step in self.steps:
            if isinstance(step, NestStep):
                made |= {slot_of[p.term.serial] for p in step.places if p.role != "read"}
            else:
                made.add(step.slot)
        inputs = range(len(self.program.inputs))
        self.slots = [*inputs, *sorted({*self.fixed, *made} - {*inputs})]
        self.number = {slot: i for i, slot in enumerate(self.slots)}
        #: Of a step that needs memory besides: its value.
        self.scratch: dict[int, int] = {}
        self.results = [self._result(x) for x in self.program.results]

    def _result(self, x: Any) -> tuple[int, Any]:
        if type(x) is not Term:
            return -1, x
        return self.number[self.executable.slots[x.serial]], x.weak and not x.shape

    def chain(self) -> runner.Chain:
        stages = [self._stage(i, step) for i, step in enumerate(self.steps)]
        fresh = self.fresh = self._fresh()
        values = []
        for i, slot in enumerate(self.slots):
            term = self.terms[slot]
            kind = runner.VALUES[self._kind(i, slot, term)]
            dtype = np.dtype(np.int8) if _is_object(term) else term.dtype
            values.append((kind, dtype.num, dtype.itemsize, i in fresh))
        byte = np.dtype(np.uint8)
        made = runner.VALUES["made array"]
        values += [(made, byte.num, 1, False)] * len(self.scratch)
        return runner.Chain(
            values, len(self.program.inputs), stages, self.results, _Arranging(self), self._replaces
        )

    def _kind(self, i: int, slot: int, term: Term) -> str:
        if _is_object(term):
            return "object"
        given = (
            "given" if i < len(self.program.inputs) else "fixed" if slot in self.fixed else "made"
        )
        return f"{given} {'array' if squeezed(term.shape) else 'number'}"

    def _fresh(self) -> set[int]:
        """Results that a step can make where the caller will have them."""
        written: set[int] = set()
        for step in self.steps:
            if isinstance(step, NestStep):
                slots = self.executable.slots
                written |= {self.number[slots[p.term.serial]] for p in step.places
                            if p.role != "read"}  # fmt: skip
            elif step.is_writer or step.term.op in LAPACK:
                written.add(self.number[step.slot])
        return {
            i for i, _ in self.results if i in written and squeezed(self.terms[self.slots[i]].shape)
        }

    def _stage(self, i: int, step: Any) -> Any:
        number = self.number
        if isinstance(step, NestStep):
            seats = [
                (
                    entry,
                    number[self.executable.slots[place.term.serial]],
                    runner.ROLES[place.role],
                    place.way,
                    place.term.dtype.itemsize,
                    OPERATIONS.get(place.term.op.name, 0),
                )
                for entry, place in zip(step.outside, step.places, strict=True)
            ]
            return step.native, not step.nest.key, step.is_flat, seats
        if step.term.op is solve_row:
            self.scratch[i] = len(self.slots) + len(self.scratch)
        operands = [(number[slot], None) if slot >= 0 else (-1, x) for slot, x in step.operands]
        return step.kernel, operands, number[step.slot], step.is_writer

    def _replaces(self, result: int, place: int) -> bool:
        return may_replace(self.executable, result, place)


def _is_object(term: Term) -> bool:
    """Whether a term is several results."""
    return isinstance(term.op, Structural) and term.op.results != 1


class _Arranging:
    """What ``runner.Chain.layout`` asks of extents."""

    def __init__(self, chaining: _Chaining) -> None:
        self.chaining = chaining
        self.has_lapack = wants_lapack(chaining.program)
        self.lines = frozenset(
            chaining.number[slot]
            for step in chaining.steps
            if isinstance(step, NestStep) and step.is_flat
            for slot in step.reads
        )

    def __call__(self, extents: tuple[int, ...]) -> dict[str, Any]:
        chaining = self.chaining
        terms = [chaining.terms[slot] for slot in chaining.slots]
        shapes = [() if _is_object(x) else evaluated(x.shape, extents) for x in terms]
        known = Known(
            shapes,
            [x.dtype for x in terms],
            [not squeezed(x.shape) for x in terms],
            [self._fixed(slot, extents) for slot in chaining.slots],
            self.has_lapack,
            self.lines,
        )
        stages = [self._stage(i, step, known, extents) for i, step in enumerate(chaining.steps)]
        scratch = [known.scratch.get(i, 0) for i in chaining.scratch.values()]
        all_shapes = [*shapes, *((size,) for size in scratch)]
        places, total = self._planned(known, stages, scratch)
        return {
            "stages": stages,
            "shapes": all_shapes,
            "strides": [known.strides.get(i) for i in range(len(all_shapes))],
            "fixed": [*known.fixed, *([None] * len(scratch))],
            "offsets": places,
            "bytes": total,
        }

    def _fixed(self, slot: int, extents: tuple[int, ...]) -> Any:
        """What follows from extents alone: a number or an array."""
        step = self.chaining.fixed.get(slot)
        if step is None:
            return None
        found = np.array(step.fixed(extents), step.term.dtype)
        found.setflags(write=False)
        return found if squeezed(step.term.shape) else found.reshape(-1)[0]

    def _stage(self, i: int, step: Any, known: Known, extents: tuple[int, ...]) -> Any:
        layout = step.layout(extents)
        if isinstance(step, NestStep):
            threads = 1 if layout.is_small else step.threads()
            streams = layout.bytes_stored > CACHED
            is_short = layout.rows * layout.length * step.cost < SHORT
            return layout.rows, layout.length, layout.stretch, threads, streams, is_short
        number = self.chaining.number
        operands = [(number[slot], None) if slot >= 0 else (-1, x) for slot, x in step.operands]
        if i in self.chaining.scratch:
            operands.append((self.chaining.scratch[i], None))
        if step.is_added:
            return layout
        found = acts_of(step.term, number[step.slot], operands, layout, known)
        return layout if found is None else found

    def _planned(
        self, known: Known, stages: list[Any], scratch: list[int]
    ) -> tuple[list[int], int]:
        """Where in the memory of a call each array is made, -1 elsewhere; and the bytes of that."""
        chaining = self.chaining
        slots, number = chaining.executable.slots, chaining.number
        end = len(chaining.steps)
        count = len(chaining.slots) + len(scratch)
        written: dict[int, int] = {}
        reads: list[list[int]] = []
        #: For each value what it may be a view of.
        behind: dict[int, set[int]] = {}
        for at, (step, stage) in enumerate(zip(chaining.steps, stages, strict=True)):
            if isinstance(step, NestStep):
                reads.append([number[slot] for slot in step.reads])
                written |= {
                    number[slots[p.term.serial]]: at for p in step.places if p.role != "read"
                }
                continue
            reads.append([number[slot] for slot in step.reads])
            out = number[step.slot]
            if out in known.views or (type(stage) is dict and not step.is_writer):
                behind[out] = {*reads[-1]}.union(*(behind.get(i, set()) for i in reads[-1]))
            else:
                written.setdefault(out, at)
        ends = {i: at for at, values in enumerate(reads) for i in values}
        ends |= {i: end for i, _ in chaining.results if i >= 0}
        last = dict(written)
        for i, at in ends.items():
            for root in {i} | behind.get(i, set()):
                if root in last:
                    last[root] = max(last[root], at)
        buffers = []
        sizes = []
        for i, at in written.items():
            if not known.numbers[i] and i not in chaining.fresh:
                buffers.append(Buffer(i, at, last[i]))
                sizes.append(math.prod(known.shapes[i]) * known.dtypes[i].itemsize)
        for (at, i), size in zip(chaining.scratch.items(), scratch, strict=True):
            buffers.append(Buffer(i, at, at))
            sizes.append(size)
        starts, total = offsets(buffers, [-(-size // LINE) * LINE for size in sizes])
        places = [-1] * count
        for buffer, start in zip(buffers, starts, strict=True):
            places[buffer.value] = start
        return places, total
