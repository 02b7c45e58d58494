"""A Program as steps to run: compiled nests, and calls of NumPy between them.

:func:`compiled` is what ``jit`` takes. The first call compiles; what depends on extents (lengths,
buffers, how many threads) is worked out anew in each call.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...program.extents import evaluated, is_free
from ...program.program import Program
from ...program.symbol import Term
from ..interpreter import SCALARS, Run, kernel_of
from . import engine, runner
from .lower import OPERATIONS, Lowered, lowered
from .passes import Call, Nest, Plan, planned

#: Nanoseconds of work below which the caller does it alone: waking a thread takes 10 to 20 us.
ALONE = 100_000
#: Smaller arrays than this are NumPy's own.
POOLED = 65_536
#: Results of more bytes than this are stored past the cache, which they would only fill: sums,
#: differences and products of two arrays of 4 million numbers take 2.2 ns a point, 3.3 otherwise.
CACHED = 4_000_000
#: Kinds of extents of which a nest remembers what follows from them.
LAYOUTS = 64
#: What an entry of a nest's table points to that is no part of the nest.
OUTSIDE = (runner.VECTOR, runner.POINT, runner.COLUMN)
#: Sums of columns are taken over so many stretches of rows at most, and then over these.
STRETCHES = 16


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

    def __init__(self, program: Program, threads: int | None = None) -> None:
        self.program = program
        #: How many threads its calls may use; None: as many as the settings say.
        self.threads = threads
        self.is_ready = False
        self.lock = threading.Lock()

    def prepare(self) -> None:
        """Plan and compile, unless that is done. Two threads may ask at once."""
        with self.lock:
            if not self.is_ready:
                self._prepare(self.program)
                self.is_ready = True

    def _prepare(self, program: Program) -> None:
        machine = engine.host()
        self.plan: Plan = planned(program)
        self.slots = {
            term.serial: i for i, term in enumerate([*program.inputs, *program.terms])
        }  # fmt: skip
        loops = [step for step in self.plan.steps if type(step) is Nest]
        self.lowered = [lowered(nest, i, machine) for i, nest in enumerate(loops)]
        self.text = module_text(self.lowered)
        self.instructions = self.text.count("\n")
        code = engine.code_of(self.text, program.name, self.instructions) if loops else None
        waiting = iter(self.lowered)
        steps: list[NestStep | _CallStep] = [
            NestStep(next(waiting), code, self.slots, self.threads)
            if type(step) is Nest
            else _CallStep(step, self.slots)  # type: ignore[arg-type]
            for step in self.plan.steps
        ]
        self.before = [_CallStep(Call(term), self.slots) for term in self.plan.before]
        self.steps = list(zip(steps, self._last_uses(steps), strict=True))
        self.results = [
            (self.slots[x.serial], _finished(x)) if type(x) is Term else (-1, x)
            for x in program.results
        ]
        self.types = [
            (i, term.dtype.type) for i, term in enumerate(program.inputs) if not term.shape
        ]
        self.room = [None] * len(program.terms)

    def chain(self) -> runner.Chain | None:
        """The same as a Chain, which C runs; None where NumPy takes part."""
        from .chain import chain_of

        self.prepare()
        return chain_of(self)

    def _last_uses(self, steps: list[Any]) -> list[tuple[int, ...]]:
        """For each step the values that nobody reads after it."""
        kept = {self.slots[x.serial] for x in self.program.results if type(x) is Term}
        last: dict[int, int] = {}
        for i, step in enumerate(steps):
            last |= dict.fromkeys(step.reads, i)
        free: list[list[int]] = [[] for _ in steps]
        for slot, i in last.items():
            if slot not in kept:
                free[i].append(slot)
        return [tuple(x) for x in free]

    def __call__(self, inputs: Sequence[Any], extents: Sequence[int] = ()) -> list[Any]:
        if not self.is_ready:
            self.prepare()
        extents = tuple(extents)
        values: list[Any] = [*inputs, *self.room]
        for i, number in self.types:
            values[i] = number(values[i])
        for step in self.before:
            step.run(values, extents)
            values[step.slot] = step.term.dtype.type(values[step.slot])
        for run, unused in self.steps:
            run.run(values, extents)
            for slot in unused:
                values[slot] = None
        borrowed = {id(x) for x in inputs}
        return [
            finish(values[slot], borrowed) if slot >= 0 else finish for slot, finish in self.results
        ]


def _finished(term: Term) -> Callable[[Any, set[int]], Any]:
    """How a result is handed out: a weak one as a Python number, an array as nobody else's."""
    if term.shape:
        return _owned
    if not term.weak:
        return lambda x, borrowed: x[()] if isinstance(x, np.ndarray) else x
    kind = SCALARS[term.dtype.kind]
    return lambda x, borrowed: kind(x)


def _owned(x: Any, borrowed: set[int]) -> Any:
    """The array, or a copy if it is an input, or a view of one, or a result already."""
    base = x.base
    if (base is not None and type(base) is not runner.Memory) or id(x) in borrowed:
        return x.copy()
    borrowed.add(id(x))
    return x


def compiled(program: Program, threads: int | None = None) -> Run:
    """A function that runs a Program as native code on NumPy arrays and plain numbers."""
    return Executable(program, threads)


def module_text(parts: list[Lowered]) -> str:
    """The IR of all nests."""
    declarations: dict[str, str] = {}
    lines: list[str] = []
    for part in parts:
        declarations |= part.declarations
        lines += part.text
    return "\n".join([*declarations.values(), *lines, "!0 = !{i32 1}", ""])


class _CallStep:
    """A term that NumPy computes."""

    def __init__(self, call: Call, slots: dict[int, int]) -> None:
        term = self.term = call.term
        self.kernel: Callable[..., Any] = kernel_of(term)
        self.slot = slots[term.serial]
        self.operands = [(slots[x.serial], None) if type(x) is Term else (-1, x)
                         for x in term.operands]  # fmt: skip
        self.reads = [slot for slot, _ in self.operands if slot >= 0]
        self.parameters = term.parameters
        self.is_open = any(map(is_free, term.parameters.values()))

    def run(self, values: list[Any], extents: Sequence[int]) -> None:
        given = self.parameters
        if self.is_open:
            given = {name: evaluated(x, extents) for name, x in given.items()}
        operands = [values[slot] if slot >= 0 else x for slot, x in self.operands]
        with np.errstate(all="ignore"):
            values[self.slot] = self.kernel(*operands, **given)


class NestStep:
    """A compiled nest with what it reads and writes."""

    def __init__(
        self,
        part: Lowered,
        code: engine.Code | None,
        slots: dict[int, int],
        threads: int | None,
    ) -> None:
        assert code is not None
        nest = part.nest
        self.threads = threads
        self.nest = nest
        #: The entries of the table that point to what is outside of the nest.
        self.outside = [i for i, (kind, _, _) in enumerate(part.slots) if kind in OUTSIDE]
        self.table = part.places
        self.native = runner.Nest(
            part.slots,
            [
                (
                    code.address(step.name),
                    code.address(step.streaming) if step.streaming else 0,
                    step.is_loop,
                    step.vectors,
                    step.reduces,
                )
                for step in part.steps
            ],
            part.width,
            part.stack,
            code,
        )
        self.run_nest = self.native.run
        self.outer = _Extents(nest.shape[: nest.split])
        self.inner = _Extents(nest.shape[nest.split :])
        self.is_flat = nest.split == 0
        self.ways = tuple(place.way for place in part.places)
        self.places = [
            (place.role, slots[place.term.serial], place.term.dtype) for place in part.places
        ]
        self.shapes = [_Extents(place.term.shape) for place in part.places]
        self.layouts: dict[tuple[int, ...], _Layout] = {}
        self.has_columns = any(place.role == "column" for place in part.places)
        self.ends = [
            (i, place.role, slots[place.term.serial], place.term, _Extents(place.term.shape))
            for i, place in enumerate(part.places)
            if place.role in ("partial", "column")
        ]
        self.reads = [slots[p.term.serial] for p in part.places if p.role == "read"]
        self.extrema = [r for r in nest.reductions if r.name != "sum"]
        self.bytes_stored = sum(
            p.term.dtype.itemsize for p in part.places if p.role == "store" and p.way >= 2
        )
        # Nanoseconds an element: an instruction on a vector takes about 0.4.
        self.cost = 0.4 * part.cost / part.width + 0.2 * len(part.places)

    def run(self, values: list[Any], extents: tuple[int, ...]) -> None:
        layout = self.layout(extents)
        arrays = []
        for (role, slot, dtype), shape in zip(self.places, layout.shapes, strict=True):
            if role == "read":
                arrays.append(values[slot])
            elif role == "store":
                values[slot] = array = new_array(shape, dtype)
                arrays.append(array)
            elif role == "partial":
                arrays.append(np.empty(shape, dtype))
            else:
                arrays.append(np.zeros(shape, dtype))
        self.run_nest(
            arrays,
            self.ways,
            layout.rows,
            layout.length,
            self.is_flat,
            layout.stretch,
            1 if layout.is_small else self.threads or settings.threads,
            layout.bytes_stored > CACHED,
        )
        for i, role, slot, term, extents_of in self.ends:
            numbers = arrays[i]
            if role == "column":
                total = np.add.reduce(numbers, axis=0)
                values[slot] = total.reshape(extents_of.of(extents))
                continue
            if len(numbers) == 0:
                numbers = np.zeros(1, term.dtype)
            elif len(numbers) > 1:
                runner.fold(numbers, OPERATIONS[term.op.name])
            values[slot] = numbers[0] if not term.shape else numbers[:1].reshape(term.shape)

    def layout(self, extents: tuple[int, ...]) -> _Layout:
        """What follows from the extents: worked out once for each that the nest meets."""
        layout = self.layouts.get(extents)
        if layout is None:
            if len(self.layouts) >= LAYOUTS:
                self.layouts.clear()
            layout = self.layouts[extents] = self._layout(extents)
        return layout

    def _layout(self, extents: tuple[int, ...]) -> _Layout:
        rows, length = self.outer.count(extents), self.inner.count(extents)
        elements = rows * length
        if not elements and self.extrema:
            self._refuse(extents)
        lines = -(-length // runner.BLOCK) if self.is_flat else rows
        stretch = 1
        if self.has_columns:
            stretches = max(1, min(rows, STRETCHES, elements // 32_768))
            stretch = max(1, -(-rows // stretches))
        shapes: list[tuple[int, ...]] = []
        for (role, _, _), shape in zip(self.places, self.shapes, strict=True):
            if role == "column":
                shapes.append((-(-rows // stretch), length))
            else:
                shapes.append((lines,) if role == "partial" else shape.of(extents))
        return _Layout(
            rows,
            length,
            stretch,
            elements * self.cost < ALONE,
            elements * self.bytes_stored,
            shapes,
        )

    def _refuse(self, extents: Sequence[int]) -> None:
        """Let NumPy say that there is no largest element of none."""
        for reduction in self.extrema:
            operand = reduction.term.operands[0]
            empty = np.empty(evaluated(operand.shape, extents), operand.dtype)
            reduction.term.op.numpy(empty, **reduction.term.parameters)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class _Layout:
    """What a nest does for given extents."""

    rows: int
    length: int
    #: Rows that share a row of sums.
    stretch: int
    is_small: bool
    bytes_stored: int
    shapes: list[tuple[int, ...]]


class _Extents:
    """A shape of which the extents are only known in a call."""

    def __init__(self, shape: tuple[Any, ...]) -> None:
        self.shape = shape
        self.is_free = is_free(shape)
        self.known: int | None = None if self.is_free else math.prod(shape)

    def of(self, extents: Sequence[int]) -> tuple[int, ...]:
        return evaluated(self.shape, extents) if self.is_free else self.shape

    def count(self, extents: Sequence[int]) -> int:
        if self.known is not None:
            return self.known
        return int(math.prod(evaluated(self.shape, extents)))


def new_array(shape: tuple[int, ...], dtype: Any) -> Any:
    """An array that nobody wrote yet. A large one's memory comes from a pool."""
    size = math.prod(shape) * dtype.itemsize
    if size < POOLED:
        return np.empty(shape, dtype)
    return np.ndarray(shape, dtype, runner.Memory(size))
