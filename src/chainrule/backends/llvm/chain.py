"""An Executable without calls of NumPy as a ``runner.Chain``, which C runs from end to end.

:func:`chain_of` tells it what is known once; :class:`_Arranging` what follows from extents.
"""

from __future__ import annotations

from typing import Any

from ...program.extents import evaluated
from ...program.symbol import Term
from . import runner
from .executable import Executable
from .lower import OPERATIONS
from .reads import squeezed
from .steps import CACHED, NestStep

#: Nanoseconds of work below which the caller keeps the GIL: giving it up and taking it again may
#: mean to wait for others.
SHORT = 10_000


def chain_of(executable: Executable) -> runner.Chain | None:
    """The Executable as a Chain; None where NumPy computes something."""
    program = executable.program
    nests = [step for step in executable.steps if isinstance(step, NestStep)]
    if len(nests) < len(executable.steps):
        return None
    fixed = {step.slot: step for step in executable.before}
    if any(step.term.shape for step in fixed.values()):
        return None
    slot_of, terms = executable.slots, executable.term_of
    # Values are the inputs and what is stored, in the order of their slots in the Executable.
    made = {slot_of[p.term.serial] for step in nests for p in step.places if p.role != "read"}
    slots = [*range(len(program.inputs)), *sorted({*fixed, *made})]
    number = {slot: i for i, slot in enumerate(slots)}
    values = []
    for slot in slots:
        term = terms[slot]
        is_number = not squeezed(term.shape)
        given = "given" if slot < len(program.inputs) else "fixed" if slot in fixed else "made"
        kind = runner.VALUES[f"{given} {'number' if is_number else 'array'}"]
        values.append((kind, term.dtype.num, term.dtype.itemsize))
    stages = []
    for step in nests:
        seats = [
            (
                entry,
                number[slot_of[place.term.serial]],
                runner.ROLES[place.role],
                place.way,
                place.term.dtype.itemsize,
                OPERATIONS.get(place.term.op.name, 0),
            )
            for entry, place in zip(step.outside, step.places, strict=True)
        ]
        stages.append((step.native, not step.nest.key, step.is_flat, seats))
    results: list[Any] = []
    for x in program.results:
        slot = slot_of[x.serial] if type(x) is Term else -1
        if slot >= 0 and slot not in number:
            return None
        results.append((number[slot], x.weak and not x.shape) if slot >= 0 else (-1, x))
    shapes = [terms[slot].shape for slot in slots]
    arranging = _Arranging(executable, nests, shapes, [fixed.get(slot) for slot in slots])
    return runner.Chain(values, len(program.inputs), stages, results, arranging)


class _Arranging:
    """What ``runner.Chain.layout`` asks of extents."""

    def __init__(
        self, executable: Executable, nests: list[Any], shapes: list[Any], fixed: list[Any]
    ) -> None:
        self.executable, self.nests, self.shapes, self.fixed = executable, nests, shapes, fixed

    def __call__(self, extents: tuple[int, ...]) -> dict[str, list[Any]]:
        spans = []
        for nest in self.nests:
            layout = nest.layout(extents)
            threads = 1 if layout.is_small else nest.threads()
            streams = layout.bytes_stored > CACHED
            is_short = layout.rows * layout.length * nest.cost < SHORT
            spans.append((layout.rows, layout.length, layout.stretch, threads, streams, is_short))
        return {
            "spans": spans,
            "shapes": [evaluated(shape, extents) for shape in self.shapes],
            "fixed": [step and self._number(step, extents) for step in self.fixed],
        }

    def _number(self, step: Any, extents: tuple[int, ...]) -> Any:
        values: list[Any] = [None] * (step.slot + 1)
        step.run(values, step.layout(extents))
        return step.term.dtype.type(values[step.slot])
