"""``call``: a traced Program as one operation on Values.

A jitted function that is called on Values is one node of their graph. Its rules inline the Program
into a new trace, pull or push there, and are jitted in their turn, so derivatives of any order are
Programs as well. Masks go through: what is not selected is not multiplied, inside of it too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..eager import Value
from ..ops import Cotangent, Structural, tracing
from ..ops.shape import filled_like, shape_of
from ..program.extents import Dimension, evaluated
from ..program.program import Program
from ..program.symbol import Term
from ..program.trace import Trace
from ..transforms import forward, reverse
from .recorders import Traced


class Callee:
    """A Program to be called on Values: how to run it, and its jitted rules."""

    def __init__(
        self, program: Program, run: Callable[..., list[Any]], jit: Callable[[Any], Any]
    ) -> None:
        self.program = program
        self.run = run
        self.jit = jit
        self.rules: dict[Any, Any] = {}

    def weak(self, operands: Sequence[Any]) -> list[Any]:
        """Operands as the Program takes them: weak ones as plain numbers."""
        return [
            float(x) if term.weak and not isinstance(x, Value) else x
            for x, term in zip(operands, self.program.inputs, strict=True)
        ]

    def kernel(self, *operands: Any, extents: tuple[int, ...]) -> tuple[Any, ...]:
        return tuple(np.asarray(x)[()] for x in self.run(self.weak(operands), extents))

    def rule(self, key: Any, make: Callable[[], Any]) -> Any:
        """A jitted rule for what is given and wanted; made on first use."""
        if key not in self.rules:
            self.rules[key] = self.jit(make())
        return self.rules[key]

    # --- rules ------------------------------------------------------------------------------------

    def pull(
        self,
        cotangents: Sequence[Cotangent | None],
        operands: Sequence[Any],
        wanted: Sequence[bool],
    ) -> list[Cotangent | None]:
        given = [i for i, c in enumerate(cotangents) if c is not None]
        pairs = [c for c in cotangents if c is not None]
        masked = tuple(i for i, c in zip(given, pairs, strict=True) if c.mask is not None)
        key = ("pull", tuple(given), masked, tuple(wanted))
        rule = self.rule(key, lambda: self._pull_rule(given, masked, wanted))
        numbers, masks = rule(
            self.weak(operands),
            [c.numbers for c in pairs],
            [c.mask for c in pairs if c.mask is not None],
        )
        return [
            Cotangent(numbers[i], masks.get(i)) if i in numbers else None
            for i in range(len(operands))
        ]

    def _pull_rule(self, given: Any, masked: Any, wanted: Any) -> Any:
        def pull(operands: list[Any], seeds: list[Any], masks: list[Any]) -> Any:
            trace: Trace = tracing.current()
            leaves = _leaves(trace, operands, wanted)
            results = inlined(self.program, trace, leaves)
            mask_of = dict(zip(masked, masks, strict=True))
            pairs = [
                (results[i], Cotangent(trace.operand(None, seed), mask_of.get(i)))
                for i, seed in zip(given, seeds, strict=True)
                if type(results[i]) is Term
            ]
            places = [i for i, is_wanted in enumerate(wanted) if is_wanted]
            found = reverse.gradients(pairs, [leaves[i] for i in places])
            reached = {i: c for i, c in zip(places, found, strict=True) if c is not None}
            return (
                {i: c.numbers for i, c in reached.items()},
                {i: c.mask for i, c in reached.items() if c.mask is not None},
            )

        return pull

    def push(self, tangents: Sequence[Any], operands: Sequence[Any]) -> tuple[Any, ...]:
        moving = tuple(t is not None for t in tangents)
        rule = self.rule(("push", moving), lambda: self._push_rule(moving))
        pushed: list[Any] = rule(self.weak(operands), [t for t in tangents if t is not None])
        return tuple(pushed)

    def _push_rule(self, moving: tuple[bool, ...]) -> Any:
        def push(operands: list[Any], tangents: list[Any]) -> Any:
            trace: Trace = tracing.current()
            leaves = _leaves(trace, operands, moving)
            results = inlined(self.program, trace, leaves)
            roots = [x for x in results if type(x) is Term and x.dtype.kind == "f"]
            pairs = [Cotangent(trace.operand(None, t)) for t in tangents]
            places = [i for i, is_moving in enumerate(moving) if is_moving]
            found = iter(forward.pushforward(roots, [leaves[i] for i in places], pairs))
            pushed = []
            for x in results:
                tangent = next(found) if type(x) is Term and x.dtype.kind == "f" else None
                zero = filled_like(x, 0.0) if type(x) is Term else 0.0
                pushed.append(zero if tangent is None else tangent.numbers)
            return pushed

        return push


def _leaves(trace: Trace, operands: Sequence[Any], moving: Sequence[bool]) -> list[Any]:
    recorder = Traced(trace)
    return [
        recorder.leaf(x) if is_moving else trace.operand(None, x)
        for x, is_moving in zip(operands, moving, strict=True)
    ]


call_row: Structural = Structural(
    "call",
    ("*operands",),
    "The results of a traced Program.",
    saves=("operands",),
    kernel=lambda *operands, callee, extents: callee.kernel(*operands, extents=extents),
    shape=None,  # type: ignore[arg-type]
    vjp=None,  # type: ignore[arg-type]
    jvp=lambda tangents, out, *operands, callee, extents: callee.push(tangents, operands),
    pull=lambda cotangents, out, operands, parameters, wanted: parameters["callee"].pull(
        cotangents, operands, wanted
    ),
    results=0,
)


def inlined(program: Program, trace: Trace, inputs: Sequence[Any]) -> list[Any]:
    """The results of a Program, as further terms of a trace.

    Its extents become those of the inputs, and its guards are noted again for them.
    """
    extents: dict[Any, Any] = {}
    for term, x in zip(program.inputs, inputs, strict=True):
        for own, extent in zip(term.shape, shape_of(x), strict=True):
            if isinstance(own, Dimension):
                extents[own] = extent
    values = [extents[own] for own in program.extents.symbols()]
    for guard in program.guards:
        guard.holds(values)
    found: dict[int, Any] = {term.serial: x for term, x in zip(program.inputs, inputs, strict=True)}
    outer = trace.region
    for term in program.terms:
        operands = [found[x.serial] if type(x) is Term else x for x in term.operands]
        if term.op.name == "part":
            found[term.serial] = operands[0][term.parameters["k"]]
            continue
        trace.region = term.region or outer
        parameters = {name: evaluated(x, values) for name, x in term.parameters.items()}
        found[term.serial] = trace.apply(term.op, operands, parameters)
    trace.region = outer
    return [found[x.serial] if type(x) is Term else x for x in program.results]
