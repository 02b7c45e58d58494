"""A Program as instructions of ``machine.h``, for given extents.

What only says how numbers are read (a slice, a transpose, a broadcast) is no instruction: it is a
:class:`View`, an offset and steps into a :class:`Buffer`. Start reading at :class:`Assembler`; what
each operation becomes is in ``instructions.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...program.extents import evaluated
from ...program.program import Program
from ...program.symbol import Term
from . import machine

Shape = tuple[int, ...]

DTYPES = {np.dtype(np.float64), np.dtype(np.int64), np.dtype(bool)}


class UnsuitableError(Exception):
    """A Program that the machine cannot run."""


@dataclass(eq=False)
class Buffer:
    """A place in the memory. ``last``: the position of the term that reads it for the last time.

    ``numbers``: what is in it, where that is the same in every call.
    """

    start: int
    size: int
    last: float
    numbers: Any = None


@dataclass(frozen=True)
class View:
    """Numbers in a buffer: where the first one is, and the steps along each axis."""

    buffer: Buffer
    offset: int
    shape: Shape
    steps: Shape

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def known(self) -> Any:
        """The numbers as an array, where they are the same in every call; else None."""
        numbers = self.buffer.numbers
        if numbers is None:
            return None
        return array_of(
            numbers, View(self.buffer, self.offset - self.buffer.start, self.shape, self.steps)
        )

    @property
    def is_contiguous(self) -> bool:
        return all(
            step == expected or extent == 1
            for extent, step, expected in zip(
                self.shape, self.steps, contiguous(self.shape), strict=True
            )
        )


def contiguous(shape: Shape) -> Shape:
    """The steps of an array in row-major order."""
    steps = []
    step = 1
    for extent in reversed(shape):
        steps.append(step)
        step *= extent
    return tuple(reversed(steps))


def joined(shape: Shape, steps: Sequence[Shape]) -> tuple[list[int], list[list[int]]]:
    """Axes that can be walked as one, joined; those of extent 1 dropped. For all steps together."""
    dims: list[int] = []
    kept: list[list[int]] = [[] for _ in steps]
    for axis, extent in enumerate(shape):
        if extent == 1:
            continue
        own = [step[axis] for step in steps]
        if dims and all(k[-1] == step * extent for k, step in zip(kept, own, strict=True)):
            dims[-1] *= extent
            for k, step in zip(kept, own, strict=True):
                k[-1] = step
        else:
            dims.append(extent)
            for k, step in zip(kept, own, strict=True):
                k.append(step)
    return dims or [1], [k or [0] for k in kept]


@dataclass(frozen=True)
class Call:
    """A term that NumPy computes: the function, what it takes, where its results go."""

    kernel: Any
    operands: tuple[tuple[View, Any], ...]
    parameters: dict[str, Any]
    results: tuple[View, ...]

    def bound(self, memory: Any) -> Any:
        """A function without arguments that does it, on views of the memory."""
        operands = [(array_of(memory, view), dtype) for view, dtype in self.operands]
        results = [array_of(memory, view) for view in self.results]
        kernel, parameters = self.kernel, self.parameters

        def call() -> None:
            given = [x if dtype == np.float64 else x.astype(dtype) for x, dtype in operands]
            with np.errstate(all="ignore"):
                out = kernel(*given, **parameters)
            for result, numbers in zip(results, out if type(out) is tuple else (out,), strict=True):
                result[...] = numbers

        return call


def array_of(memory: Any, view: View) -> Any:
    """A view as an array of NumPy's."""
    if 0 in view.shape:
        return np.empty(view.shape)  # its place may be behind the end of the memory
    bytes_of = tuple(8 * step for step in view.steps)
    return np.ndarray(view.shape, np.float64, memory, 8 * view.offset, bytes_of)


class Assembler:
    """Writes the instructions of one Program."""

    def __init__(self, program: Program, extents: Sequence[int]) -> None:
        self.program, self.extents = program, tuple(extents)
        self.code: list[int] = []
        self.count = 0
        self.calls: list[Call] = []
        self.top = 0
        self.constants: dict[Any, View] = {}
        self.values: list[tuple[int, Any]] = []  # constants: offset, numbers
        self.free: dict[int, list[int]] = {}
        self.views: dict[int, View] = {}
        self.parts: dict[int, list[View]] = {}
        #: What is put off until somebody needs it as an array: zeros with some elements.
        self.waiting: dict[int, Callable[[], None]] = {}
        self.scattered: dict[int, tuple[View, Any]] = {}
        self.now = 0
        self.last: float = 0.0
        #: Buffers that the term which is being written made, or took over.
        self.made: list[Buffer] = []

    def assemble(self, pinned: Mapping[int, Any]) -> None:
        """All instructions of the Program; of some inputs the numbers are given."""
        from . import instructions

        program = self.program
        last = self._last_uses()
        ending: dict[float, list[Buffer]] = {}
        for i, term in enumerate(program.inputs):
            check_dtype(term)
            if i in pinned:
                self.views[term.serial] = self.constant(pinned[i])
                continue
            self.views[term.serial] = self.new(evaluated(term.shape, self.extents), math.inf)
        for i, term in enumerate(program.terms):
            self.now = i
            self.last = last[term.serial]
            self.made = []
            instructions.write(self, term)
            for buffer in self.made:
                ending.setdefault(max(buffer.last, i), []).append(buffer)
            for buffer in ending.pop(i, ()):
                if buffer.last > i:  # it was taken over meanwhile
                    continue
                self.free.setdefault(buffer.size, []).append(buffer.start)
        for x in program.results:
            if type(x) is Term:
                self.view(x)
        self.emit(machine.END)

    def _last_uses(self) -> dict[int, float]:
        """For each term the position of the last one that reads its numbers, through views too."""
        from .instructions import may_be_view

        last: dict[int, float] = {term.serial: -1 for term in self.program.terms}
        last |= {x.serial: math.inf for x in self.program.results if type(x) is Term}
        for i in range(len(self.program.terms) - 1, -1, -1):
            term = self.program.terms[i]
            until = max(i, last[term.serial]) if may_be_view(term) else i
            for x in term.operands:
                if type(x) is Term:
                    last[x.serial] = max(last.get(x.serial, -1), until)
        return last

    # --- places -----------------------------------------------------------------------------------

    def new(self, shape: Shape, last: float | None = None) -> View:
        """A contiguous place: by default the term's that is being written."""
        size = max(1, math.prod(shape))
        waiting = self.free.get(size)
        if waiting and last is None:
            start = waiting.pop()
        else:
            start = self.top
            self.top += size
        buffer = Buffer(start, size, self.last if last is None else last)
        if last is None:
            self.made.append(buffer)
        return View(buffer, start, shape, contiguous(shape))

    def temporary(self, shape: Shape) -> View:
        """A contiguous place for this term's instructions alone."""
        view = self.new(shape)
        view.buffer.last = self.now
        return view

    def constant(self, numbers: Any) -> View:
        """Numbers that are the same in every call."""
        array = np.asarray(numbers)
        is_large = array.dtype.kind == "i" and np.any(np.abs(array) > machine.EXACT)
        if array.dtype not in DTYPES or is_large:
            raise UnsuitableError(f"a constant of dtype {array.dtype}")
        array = np.ascontiguousarray(array, np.float64).reshape(array.shape)
        key = (array.shape, array.tobytes())
        known = self.constants.get(key)
        if known is None:
            known = self.constants[key] = self.new(array.shape, math.inf)
            known.buffer.numbers = array
            self.values.append((known.offset, array))
        return known

    def view(self, x: Any) -> View:
        """Where an operand's numbers are."""
        if type(x) is not Term:
            return self.constant(x)
        if x.serial in self.waiting:
            self.waiting.pop(x.serial)()
        return self.views[x.serial]

    def overwritten(self, x: View, *others: View) -> View:
        """A place for x with other elements: that of x, if nobody reads x any more; else a copy."""
        buffer = x.buffer
        is_whole = x.is_contiguous and x.offset == buffer.start and x.size == buffer.size
        is_read = buffer.last > self.now or any(other.buffer is buffer for other in others)
        if is_whole and not is_read and buffer.numbers is None:
            buffer.last = self.last
            if not any(made is buffer for made in self.made):
                self.made.append(buffer)
            return x
        out = self.new(x.shape)
        self.copy(out, x)
        return out

    def packed(self, view: View) -> View:
        """The same numbers, contiguous."""
        if view.is_contiguous:
            return view
        copy = self.temporary(view.shape)
        self.copy(copy, view)
        return copy

    # --- instructions that several operations share -----------------------------------------------

    def emit(self, kind: int, *words: int) -> None:
        """Append an instruction."""
        self.code.append(kind)
        self.code += words
        self.count += 1

    def _walk(self, shape: Shape, *views: View) -> list[int]:
        """Rank, extents, and for each view its offset and steps."""
        dims, steps = joined(shape, [view.steps for view in views])
        if len(dims) > machine.MOST_AXES:
            raise UnsuitableError(f"{len(dims)} axes")
        words = [len(dims), *dims]
        for view, own in zip(views, steps, strict=True):
            words += [view.offset, *own]
        return words

    def copy(self, out: View, x: View) -> None:
        if out.size:
            self.emit(machine.COPY, *self._walk(out.shape, out, x))

    def fill(self, out: View, number: float) -> None:
        """out, which is contiguous, is one number everywhere."""
        if out.size:
            x = self.constant(float(number))
            self.emit(machine.FILL, out.size, out.offset, x.offset)

    def reduce(self, name: str, out: View, x: View) -> None:
        """out = row(out, x), element by element of x, whose shape out's steps are for."""
        if x.size:
            row = machine.CODES[name]
            self.emit(machine.REDUCE, row, *self._walk(x.shape, out, x))

    def product(self, shape: Shape, out: View, x: View, y: View) -> None:
        """out += x * y along all axes of a shape."""
        if math.prod(shape):
            self.emit(machine.PRODUCT, *self._walk(shape, out, x, y))

    def map(self, name: str, out: View, operands: Sequence[View]) -> None:
        """out, which is contiguous, is the row of the operands."""
        if not out.size:
            return
        steps = [x.steps if x.shape else (0,) * len(out.shape) for x in operands]
        dims, kept = joined(out.shape, [out.steps, *steps])
        if len(dims) > 2:
            self.map(name, out, [self.packed(x) if x.shape else x for x in operands])
            return
        rows = dims[0] if len(dims) == 2 else 1
        words = [machine.CODES[name], rows, dims[-1], out.offset]
        for x, own in zip(operands, kept[1:], strict=True):
            words += [x.offset, own[0] if len(dims) == 2 else 0, own[-1]]
        self.emit(machine.MAP, *words)

    def call(self, kernel: Any, term: Term, operands: Sequence[View], results: Any) -> None:
        """A call of NumPy's function of a term."""
        dtypes = [x.dtype if type(x) is Term else np.asarray(x).dtype for x in term.operands]
        parameters = {k: evaluated(v, self.extents) for k, v in term.parameters.items()}
        self.emit(machine.CALL, len(self.calls))
        pairs = tuple(zip(operands, dtypes, strict=True))
        self.calls.append(Call(kernel, pairs, parameters, tuple(results)))


def check_dtype(term: Term) -> None:
    """Raise for a term whose elements are no doubles, truth values or whole numbers."""
    dtypes = term.dtype if isinstance(term.dtype, tuple) else (term.dtype,)
    if not DTYPES.issuperset(dtypes):
        raise UnsuitableError(f"{term.op.name} of dtype {term.dtype}")
