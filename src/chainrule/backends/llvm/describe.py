"""What the native backend makes of a Program, to read: its passes, its IR, its assembly."""

from __future__ import annotations

from typing import Any

from ...program.program import Program, names_of
from ...program.symbol import Term
from . import engine
from .acts import doer, wants_lapack
from .lower import lowered
from .members import FULL
from .passes import Call, Nest, outside_of, planned
from .prepared import module_text


def passes(program: Program) -> str:
    """The loops over the data that run a Program, and what is computed between them.

    For each loop what it reads, sums and writes, by the names that ``print(program)`` shows. What
    stands below "once a row" is read or computed once for each of the outer elements.
    """
    names = names_of(program)
    plan = planned(program)
    has_lapack = wants_lapack(program)
    lines = []
    for number, step in enumerate(plan.steps, 1):
        if isinstance(step, Call):
            computed = step.term if step.scattered is None else step.scattered
            operands = ", ".join(_names(computed.operands, names))
            text = f"{computed.op.name}({operands}), {doer(computed, has_lapack)}"
            if step.base is not None:
                text = f"{names[step.base.serial]} + {text}, in place"
            lines.append(f"{number}. {names[step.term.serial]} = {text}")
        else:
            lines += _nest(step, number, names)
    return "\n".join(lines)


def _nest(nest: Nest, number: int, names: dict[int, str]) -> list[str]:
    outer, inner = nest.shape[: nest.split], nest.shape[nest.split :]
    over = " x ".join(map(str, nest.shape)) or "one number"
    head = f"{number}. loop over {over}"
    if outer:
        head += f": {' x '.join(map(str, outer))} rows of {' x '.join(map(str, inner))}"
    count = len(nest.members) + len(nest.reductions)
    lines = [f"{head}, {count} {'term' if count == 1 else 'terms'}"]
    reads: dict[str, list[str]] = {}
    for read, way in outside_of(nest):
        reads.setdefault(way, []).append(names[read.term.serial])
    for way, phrase in (
        ("full", "reads"),
        ("column", "reads for each column"),
        ("row", "reads once a row"),
        ("number", "reads once"),
    ):
        if way in reads:
            lines.append(f"   {phrase} {', '.join(dict.fromkeys(reads[way]))}")
    for reduction in nest.reductions:
        kind = {"row": "of each row", "column": "of each column", "number": "of all"}
        lines.append(
            f"   {names[reduction.term.serial]} = {reduction.name} {kind[reduction.gives]}"
        )
    for kind_of, phrase in ((True, "writes"), (False, "writes once a row")):
        stored = [
            names[serial]
            for serial in nest.stored
            if (nest.members[serial].kind == FULL) is kind_of
        ]
        if stored:
            lines.append(f"   {phrase} {', '.join(stored)}")
    return lines


def _names(operands: tuple[Any, ...], names: dict[int, str]) -> list[str]:
    return [names[x.serial] if type(x) is Term else f"{x!r}" for x in operands]


def llvm_ir(program: Program) -> str:
    """The IR of all loops of a Program, for this machine."""
    machine = engine.host()
    nests = [step for step in planned(program).steps if isinstance(step, Nest)]
    return module_text([lowered(nest, i, machine) for i, nest in enumerate(nests)])


def assembly(program: Program) -> str:
    """The assembly of all loops of a Program, for this machine."""
    text = llvm_ir(program)
    return engine.assembly_of(text, text.count("\n"))
