"""A Program as steps to run: compiled nests, and terms that are no loops between them.

:func:`compiled` is what ``jit`` takes. The first call compiles. The steps are in ``steps.py``; what
runs them, in C, is a Chain of ``chain.py``. What depends on extents (lengths, places in memory, how
many threads) is worked out once for each kind of them, as a Layout.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from typing import Any

from ...ops.contract import contract_row
from ...program.program import Program
from ...program.symbol import Term
from ...program.trace import collector_paused
from ..interpreter import Run
from . import blas, runner
from .chain import chain_of
from .passes import Call, Nest
from .prepared import prepared
from .steps import CallStep, NestStep

Shape = tuple[int, ...]
#: Kinds of extents that are kept, besides those that routes keep.
LAYOUTS = 16


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
        self.layouts: dict[Shape, runner.Layout] = {}

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
                self.steps.append(NestStep(next(waiting), made.code, self.slots, self._threads))
            else:
                assert isinstance(step, Call)
                self.steps.append(CallStep(step, self.slots))
        self.before = [CallStep(Call(term), self.slots) for term in self.plan.before]
        if any(type(step) is CallStep and step.term.op is contract_row for step in self.steps):
            blas.warm()
        self.results = [
            self.slots[x.serial] if type(x) is Term else -1 for x in program.results
        ]  # fmt: skip
        self.types = [
            (i, term.dtype.type) for i, term in enumerate(program.inputs) if not term.shape
        ]
        self.made = chain_of(self)

    def chain(self) -> runner.Chain:
        """What C runs."""
        self.prepare()
        return self.made

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

    def _threads(self) -> int:
        return self.threads or settings.threads

    def __call__(
        self,
        inputs: Sequence[Any],
        extents: Sequence[int] = (),
        outs: Sequence[Any] | None = None,
    ) -> list[Any]:
        """The results; those for which ``outs`` has an array are written into it."""
        if not self.is_ready:
            self.prepare()
        values = list(inputs)
        for i, number in self.types:
            values[i] = number(values[i])
        return self.made.run_layout(self._layout(tuple(extents)), values, outs)

    def _layout(self, extents: Shape) -> runner.Layout:
        layout = self.layouts.get(extents)
        if layout is None:
            layout = self.made.layout(extents)
            if len(self.layouts) >= LAYOUTS:
                self.layouts.clear()
            self.layouts[extents] = layout
        return layout


def compiled(program: Program, threads: int | None = None, reason: str = "") -> Run:
    """A function that runs a Program as native code on NumPy arrays and plain numbers."""
    return Executable(program, threads, reason)
