"""A Program as steps to run: compiled nests, and calls of NumPy between them.

:func:`compiled` is what ``jit`` takes. The first call compiles. What depends on extents (lengths,
buffers, how many threads) is worked out once for each kind and kept in a frame (``buffers.py``).
The steps themselves are in ``steps.py``, how results go to a user's ``out=`` in ``outputs.py``.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from ...ops.contract import contract_row
from ...program.program import Program
from ...program.symbol import Term
from ...program.trace import collector_paused
from ..interpreter import SCALARS, Run
from . import blas, runner
from .buffers import Buffer, Frame, Frames, Shape, laid_out, new_array
from .outputs import Outputs
from .passes import Call, Nest
from .prepared import prepared
from .steps import CallStep, Extent, NestStep


class _Settings:
    """How many threads a call may use; ``CHAINRULE_THREADS`` gives the first value."""

    def __init__(self) -> None:
        self.threads = _threads()


def _threads() -> int:
    given = os.environ.get("CHAINRULE_THREADS", "")
    if given.isdecimal() and int(given) > 0:
        return min(int(given), runner.MAX_THREADS)
    return min(len(os.sched_getaffinity(0)), runner.MAX_THREADS)


settings = _Settings()


class Executable:
    """A Program with its code. Calling it runs it; the first call compiles."""

    def __init__(self, program: Program, threads: int | None = None, reason: str = "") -> None:
        self.program = program
        #: How many threads its calls may use; None: as many as the settings say.
        self.threads = threads
        #: Why there is code to be made, for the log.
        self.reason = reason
        self.is_ready = False
        self.lock = threading.Lock()

    def prepare(self) -> None:
        """Plan and compile, unless that is done. Two threads may ask at once."""
        with self.lock:
            if not self.is_ready:
                with collector_paused():
                    self._prepare(self.program)
                self.is_ready = True

    def _prepare(self, program: Program) -> None:
        made = prepared(program, self.reason)
        self.plan = made.plan
        self._number(program)
        waiting = iter(made.lowered)
        self.steps: list[NestStep | CallStep] = []
        for step in self.plan.steps:
            if type(step) is Nest:
                assert made.code is not None
                self.steps.append(
                    NestStep(next(waiting), made.code, self.slots, self._scratch, self._threads)
                )
            else:
                assert isinstance(step, Call)
                self.steps.append(CallStep(step, self.slots))
        self.before = [CallStep(Call(term), self.slots) for term in self.plan.before]
        calls = [step for step in self.steps if type(step) is CallStep]
        self.calls_numpy = bool(calls)
        if any(step.term.op is contract_row for step in calls):
            blas.warm()
        self.results = [
            self.slots[x.serial] if type(x) is Term else -1 for x in program.results
        ]  # fmt: skip
        self.types = [
            (i, term.dtype.type) for i, term in enumerate(program.inputs) if not term.shape
        ]
        self._share_memory()
        self.outputs = Outputs(self)
        self.frames = Frames(self._frame)

    def chain(self) -> runner.Chain | None:
        """The same as a Chain, which C runs; None where NumPy takes part."""
        from .chain import chain_of

        self.prepare()
        return chain_of(self)

    def _number(self, program: Program) -> None:
        """A slot for each input and for each term that a step computes."""
        terms = [*program.inputs, *self.plan.before]
        #: What is added to where it is stands in the place of the sum.
        bases = {
            step.base.serial: step.term
            for step in self.plan.steps
            if isinstance(step, Call) and step.base is not None
        }
        for step in self.plan.steps:
            if type(step) is Nest:
                terms += [x for serial, x in step.stored.items() if serial not in bases]
                terms += [r.term for r in step.reductions if r.term.serial not in step.stored]
            else:
                assert isinstance(step, Call)
                terms.append(step.term)
        self.term_of = dict(enumerate(terms))
        self.slots = {term.serial: i for i, term in enumerate(terms)}
        for serial, term in bases.items():
            self.slots[serial] = self.slots[term.serial]
        self.count = len(terms)

    def _scratch(self) -> int:
        self.count += 1
        return self.count - 1

    def _threads(self) -> int:
        return self.threads or settings.threads

    def _share_memory(self) -> None:
        """Where each value lives, and how long."""
        end = len(self.steps)
        #: For each slot what it may be a view of, itself included.
        self.views: dict[int, set[int]] = {slot: {slot} for slot in range(self.count)}
        written: dict[int, int] = {}
        made: dict[int, int] = {}
        for i, step in enumerate(self.steps):
            if type(step) is CallStep:
                (written if step.is_writer else made).setdefault(step.slot, i)
                if not step.is_writer:
                    for slot in step.reads:
                        self.views[step.slot] |= self.views[slot]
            elif type(step) is NestStep:
                written |= dict.fromkeys([slot for slot, _ in step.stores], i)
                for x in step.ends:
                    (written if x.term.shape else made)[x.slot] = i
        last = dict(written)
        dies: dict[int, int] = {}
        for i, step in enumerate(self.steps):
            dies |= dict.fromkeys(step.reads, i)
        dies |= dict.fromkeys([slot for slot in self.results if slot >= 0], end)
        for slot, i in dies.items():
            for root in self.views[slot]:
                if root in last:
                    last[root] = max(last[root], i)
        #: Results that a step writes where it is told to.
        self.fresh = sorted({s for s in self.results if s in written and self.term_of[s].shape})
        #: Slots of whose values a result may be a view.
        self.buffers = [
            Buffer(slot, i, last[slot]) for slot, i in written.items() if slot not in self.fresh
        ]
        for i, step in enumerate(self.steps):
            if type(step) is NestStep:
                self.buffers += [Buffer(x.scratch, i, i) for x in step.ends]
        self.shapes = {
            slot: Extent(self.term_of[slot].shape)
            for slot in [*self.fresh, *(b.slot for b in self.buffers)]
            if slot in self.term_of
        }
        #: For each step what NumPy made and nobody reads after it.
        self.unused: list[list[int]] = [[] for _ in self.steps]
        for slot in made:
            if dies.get(slot, end) < end:
                self.unused[dies[slot]].append(slot)
        self.finish = [self._finish(k, slot, slot in made) for k, slot in enumerate(self.results)]

    def _frame(self, extents: Shape) -> Frame:
        """What calls of these extents share."""
        values: list[Any] = [None] * self.count
        for step in self.before:
            step.run(values, step.layout(extents))
            values[step.slot] = step.term.dtype.type(values[step.slot])
        layouts = [step.layout(extents) for step in self.steps]
        scratch = {
            slot: (shape, dtype)
            for layout in layouts
            if not isinstance(layout, dict)
            for slot, shape, dtype in layout.scratch
        }
        kinds = [
            scratch.get(b.slot) or (self.shapes[b.slot].of(extents), self.term_of[b.slot].dtype)
            for b in self.buffers
        ]
        arrays, size = laid_out(self.buffers, kinds)
        for buffer, array in zip(self.buffers, arrays, strict=True):
            values[buffer.slot] = array
        fresh = [(s, self.shapes[s].of(extents), self.term_of[s].dtype) for s in self.fresh]
        return Frame(extents, values, layouts, fresh, size)

    def __call__(
        self,
        inputs: Sequence[Any],
        extents: Sequence[int] = (),
        outs: Sequence[Any] | None = None,
    ) -> list[Any]:
        """The results; those for which ``outs`` has an array are written into it."""
        if not self.is_ready:
            self.prepare()
        frame = self.frames.take(tuple(extents))
        try:
            values = frame.values.copy()
            values[: len(inputs)] = inputs
            for i, number in self.types:
                values[i] = number(values[i])
            bound = self.outputs.bound(values, inputs, outs) if outs is not None else None
            for slot, shape, dtype in frame.fresh:
                if values[slot] is None:
                    values[slot] = new_array(shape, dtype)
            if self.calls_numpy:
                with np.errstate(all="ignore"):
                    self._run(values, frame)
            else:
                self._run(values, frame)
            if outs is not None:
                return self.outputs.finished(values, outs, bound, self._finished(values))
            return self._finished(values)
        finally:
            self.frames.give_back(frame)

    def _run(self, values: list[Any], frame: Frame) -> None:
        for step, layout, unused in zip(self.steps, frame.layouts, self.unused, strict=True):
            step.run(values, layout)
            for slot in unused:
                values[slot] = None

    # --- results --------------------------------------------------------------------------------

    def _finish(self, k: int, slot: int, is_made: bool) -> int:
        """How result k is handed out: one of the constants below."""
        if slot < 0:
            return _AS_IT_IS
        term = self.term_of[slot]
        if not term.shape:
            return _NUMBER
        if slot in self.results[:k]:
            return _COPY
        return _AS_IT_IS if slot in self.fresh else _IF_OWN if is_made else _COPY

    def _finished(self, values: list[Any]) -> list[Any]:
        """The results, arrays as nobody else's, weak numbers as Python's."""
        results: list[Any] = []
        for x, slot, how in zip(self.program.results, self.results, self.finish, strict=True):
            if slot < 0:
                results.append(x)
                continue
            value = values[slot]
            if how == _NUMBER:
                if x.weak:
                    value = SCALARS[x.dtype.kind](value)
                elif isinstance(value, np.ndarray):
                    value = value[()]
            elif how == _COPY or (how == _IF_OWN and self._is_shared(slot, value, values)):
                value = value.copy()
            results.append(value)
        return results

    def _is_shared(self, slot: int, array: Any, values: list[Any]) -> bool:
        """Whether what NumPy gave is a view, or one of its operands."""
        return array.base is not None or any(
            array is values[other] for other in self.views[slot] if other != slot
        )


#: How results are handed out: arrays as they are, as a copy, as a copy if NumPy gave a view.
_AS_IT_IS, _COPY, _IF_OWN, _NUMBER = range(4)


def compiled(program: Program, threads: int | None = None, reason: str = "") -> Run:
    """A function that runs a Program as native code on NumPy arrays and plain numbers."""
    return Executable(program, threads, reason)
