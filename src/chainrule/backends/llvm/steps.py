"""The steps of a Program that run one after the other: compiled nests, and other terms.

A step reads and writes slots, a number for each value of a Program. What depends on extents only
(how many rows, how they are dealt out) is in its layout. ``chain.py`` makes of them what is run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...ops import Structural
from ...program.extents import evaluated, is_free
from ...program.symbol import Term
from ..interpreter import kernel_of
from . import engine, runner
from .lower import Lowered
from .members import FULL
from .passes import Call

#: Nanoseconds of work below which the caller does it alone: waking a thread takes 10 to 20 us.
ALONE = 100_000
#: Results of more bytes than this are stored past the cache, which they would only fill: sums,
#: differences and products of two arrays of 4 million numbers take 2.2 ns a point, 3.3 otherwise.
CACHED = 4_000_000
#: Sums of columns are taken over so many stretches of rows at most, and then over these.
STRETCHES = 16

#: Short rows that a thread takes together, a lane a row.
TOGETHER = 64

#: What an entry of a nest's table points to that is no part of the nest.
OUTSIDE = (runner.VECTOR, runner.POINT, runner.COLUMN)

Extents = Sequence[int]


class CallStep:
    """A term that NumPy computes: into an array that is there, if its function can."""

    def __init__(self, call: Call, slots: dict[int, int]) -> None:
        term = self.term = call.term
        self.kernel: Callable[..., Any] = kernel_of(term) if call.base is None else _add_at
        self.slot = slots[term.serial]
        self.operands = [(slots[x.serial], None) if type(x) is Term else (-1, x)
                         for x in call.operands]  # fmt: skip
        self.reads = [slot for slot, _ in self.operands if slot >= 0]
        #: Whether NumPy's function takes ``out=``; else it returns a new array, or a view.
        self.is_writer = call.base is not None or (
            bool(term.shape) and isinstance(term.op, Structural) and term.op.takes_out
        )
        self.parameters = term.parameters
        #: Whether it adds to what is there.
        self.is_added = call.base is not None
        #: Whether it follows from the extents alone.
        self.is_fixed = not self.reads
        self.is_open = any(map(is_free, term.parameters.values()))

    def layout(self, extents: Extents) -> dict[str, Any]:
        """The parameters of the call."""
        if not self.is_open:
            return dict(self.parameters)
        return {name: evaluated(x, extents) for name, x in self.parameters.items()}

    def fixed(self, extents: Extents) -> Any:
        """What follows from the extents alone."""
        return self.kernel(*(x for _, x in self.operands), **self.layout(extents))


def _add_at(base: Any, numbers: Any, *places: Any, out: Any) -> None:
    """Add numbers to ``out``, which is the memory of ``base``, at positions."""
    np.add.at(out, places, numbers)


class NestStep:
    """A compiled nest with what it reads and writes."""

    def __init__(
        self,
        part: Lowered,
        code: engine.Code,
        slots: dict[int, int],
        threads: Callable[[], int],
    ) -> None:
        nest = self.nest = part.nest
        self.threads = threads
        #: The entries of the table that point to what is outside of the nest, and what that is.
        self.outside = [i for i, (kind, _, _) in enumerate(part.slots) if kind in OUTSIDE]
        self.places = part.places
        self.native = runner.Nest(
            part.slots,
            [
                (
                    code.address(step.name),
                    code.address(step.streaming) if step.streaming else 0,
                    code.address(step.across) if step.across else 0,
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
        self.outer = Extent(nest.shape[: nest.split])
        self.inner = Extent(nest.shape[nest.split :])
        #: Whether there is code for short rows, a lane a row.
        self.goes_across = all(step.across for step in part.steps)
        self.is_flat = nest.split == 0
        self.reads = [slots[p.term.serial] for p in part.places if p.role == "read"]
        self.stores = [(slots[p.term.serial], p.term) for p in part.places if p.role == "store"]
        self.extrema = [r for r in nest.reductions if r.name != "sum"]
        self.bytes_stored = sum(
            p.term.dtype.itemsize for p in part.places if p.role == "store" and p.way >= 2
        )
        # Nanoseconds an element: an instruction on a vector takes about 0.4.
        self.cost = 0.4 * part.cost / part.width + 0.2 * len(part.places)

    def layout(self, extents: Extents) -> Layout:
        """What follows from the extents."""
        rows, length = self.outer.count(extents), self.inner.count(extents)
        elements = rows * length
        if not elements and self.extrema:
            self._refuse(extents)
        stretch = 1
        if any(place.role == "column" for place in self.places):
            stretches = max(1, min(rows, STRETCHES, elements // 32_768))
            stretch = max(1, -(-rows // stretches))
        elif self.goes_across:
            stretch = TOGETHER
        return Layout(
            rows, length, stretch, elements * self.cost < ALONE, elements * self.bytes_stored
        )

    def _refuse(self, extents: Extents) -> None:
        """Let NumPy say that there is no largest element of none."""
        for reduction in self.extrema:
            operand = reduction.term.operands[0]
            empty = np.empty(evaluated(operand.shape, extents), operand.dtype)
            reduction.term.op.numpy(empty, **reduction.term.parameters)  # type: ignore[attr-defined]

    def may_replace(self, stored: int, read: int, term_of: dict[int, Term]) -> bool:
        """Whether the value of one slot may be stored where that of another is read.

        It may if every element of the latter is read in the same place, and not by a later loop.
        """
        nest = self.nest
        member = nest.members[dict(self.stores)[stored].serial]
        serial = term_of[read].serial
        found = [(x, m.phase, m.kind) for m in nest.members.values() for x in m.reads]
        found += [(r.read, r.phase, r.of) for r in nest.reductions]
        return member.kind is FULL and all(
            x[1] is FULL and kind is FULL and phase <= member.phase
            for x, phase, kind in found
            if type(x) is tuple and x[0].term.serial == serial
        )


@dataclass
class Layout:
    """What a nest does for given extents."""

    rows: int
    length: int
    #: Rows that share a row of sums.
    stretch: int
    is_small: bool
    bytes_stored: int


class Extent:
    """A shape of which the extents are only known in a call."""

    def __init__(self, shape: tuple[Any, ...]) -> None:
        self.shape = shape
        self.is_free = is_free(shape)
        self.known: int | None = None if self.is_free else math.prod(shape)

    def of(self, extents: Extents) -> tuple[int, ...]:
        return evaluated(self.shape, extents) if self.is_free else self.shape

    def count(self, extents: Extents) -> int:
        if self.known is not None:
            return self.known
        return int(math.prod(evaluated(self.shape, extents)))
