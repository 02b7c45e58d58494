"""Programs: a traced function as a list of terms t1 ... tn, frozen and printable.

A :class:`Program` is what transforms take and give and what backends run. It is pure data; its
terms are those of ``symbol.py``, in an order in which every operand comes before its use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..ops import Op
from . import needed as plain
from .compiled import fastest
from .extents import Extents, Guard, is_free
from .symbol import COMPARISONS, OPERATORS, Term

needing = fastest(plain)

SIGNS = {
    **{"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "floor_divide": "//"},
    **{"remainder": "%", "power": "**", "logical_and": "&", "logical_or": "|"},
    **{"equal": "==", "not_equal": "!=", "less": "<", "less_equal": "<="},
    **{"greater": ">", "greater_equal": ">="},
}
assert set(SIGNS) == {*OPERATORS.values(), *COMPARISONS.values()}


@dataclass(frozen=True, eq=False)
class Program:
    """A traced function: inputs, terms in order, results.

    ``print(program)`` shows it as the page of chainrule's title does: ``t7 = t4 / t6``.
    """

    name: str
    #: Terms that stand for the arguments, and then for what the function met besides.
    inputs: tuple[Term, ...]
    terms: tuple[Term, ...]
    #: Terms, or plain numbers.
    results: tuple[Any, ...]
    #: What the last inputs are: arrays and Values that are no arguments.
    hidden: tuple[Any, ...] = ()
    #: The dimensions that the shapes are made of.
    extents: Extents = field(default_factory=Extents)
    #: Names of the inputs, for print.
    names: tuple[str, ...] = ()

    @property
    def guards(self) -> tuple[Guard, ...]:
        """What has to hold of the extents for the Program to be the function."""
        return tuple(self.extents.guards)

    @property
    def is_static(self) -> bool:
        """Whether all shapes are known numbers."""
        return not self.extents.values

    def __len__(self) -> int:
        return len(self.terms)

    def __str__(self) -> str:
        return "\n".join(_lines(self))

    def __repr__(self) -> str:
        return f"<Program {self.name} of {len(self.terms)} terms>"


def program_of(
    name: str,
    inputs: Sequence[Term],
    results: Sequence[Any],
    hidden: Sequence[Any] = (),
    extents: Extents | None = None,
    names: Sequence[str] = (),
) -> Program:
    """The Program of the terms that results depend on."""
    terms = needing.needed(results, inputs)
    return Program(
        name,
        tuple(inputs),
        terms,
        tuple(results),
        tuple(hidden),
        extents or Extents(),
        tuple(names),
    )


# --- print ----------------------------------------------------------------------------------------


def names_of(program: Program) -> dict[int, str]:
    """What inputs and terms are called in print, by serial."""
    names: dict[int, str] = {}
    count = len(program.inputs) - len(program.hidden)
    for i, term in enumerate(program.inputs):
        given = program.names[i] if i < len(program.names) else f"x{i + 1}"
        names[term.serial] = given if i < count else f"c{i - count + 1}"
    for i, term in enumerate(program.terms):
        names[term.serial] = f"t{i + 1}"
    return names


def _lines(program: Program) -> list[str]:
    names = names_of(program)
    inputs = ", ".join(f"{names[term.serial]}: {_type(term)}" for term in program.inputs)
    lines = [f"{program.name}({inputs})"]
    texts = [f"{names[term.serial]} = {_text(term, names)}" for term in program.terms]
    width = min(max(map(len, texts), default=0), 60)
    lines += [
        f"  {text.ljust(width)}  {_type(term)}"
        for text, term in zip(texts, program.terms, strict=True)
    ]
    results = ", ".join(_operand(x, names) for x in program.results)
    lines.append(f"  return {results}")
    if program.guards:
        lines.append(f"  where {', '.join(map(str, program.guards))}")
    return lines


def _type(term: Term) -> str:
    if term.op.name != "input" and isinstance(term.dtype, tuple):
        return "several results"
    return "number" if term.weak and not term.shape else term.type_text()


def _operand(x: Any, names: dict[int, str]) -> str:
    return names[x.serial] if type(x) is Term else f"{x!r}".removesuffix(".0")


def _text(term: Term, names: dict[int, str]) -> str:
    operands = [_operand(x, names) for x in term.operands]
    op = term.op
    if isinstance(op, Op) and op.name in SIGNS:
        return f"{operands[0]} {SIGNS[op.name]} {operands[1]}"
    if op.name == "negative":
        return f"-{operands[0]}"
    if op.name == "part":
        return f"{operands[0]}[{term.parameters['k']}]"
    if op.name == "literal":
        return _operand(term.parameters["value"].item(), names)
    if op.name == "index":
        (x,) = term.operands
        key = map(_key, term.parameters["key"], x.shape)
        return f"{operands[0]}[{', '.join(key)}]"
    options = [
        f"{name}={_parameter(value)}" for name, value in term.parameters.items() if _shows(value)
    ]
    return f"{op.name}({', '.join([*operands, *options])})"


def _shows(value: Any) -> bool:
    return is_free(value) or not callable(value)


def _parameter(value: Any) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_parameter, value))}{',' * (len(value) == 1)})"
    return str(value)


def _key(entry: Any, extent: Any) -> str:
    """An entry of an index as it is written: a slice without the bounds that go without saying."""
    if not isinstance(entry, tuple):
        return str(entry)
    start, stop, step = entry
    default = (extent - 1, -1) if step < 0 else (0, extent)
    # Not by ==, which would note a guard.
    first, last = (
        "" if str(x) == str(usual) else str(x)
        for x, usual in zip((start, stop), default, strict=True)
    )
    return f"{first}:{last}" + (f":{step}" if step != 1 else "")
