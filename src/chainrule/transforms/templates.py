"""Templates: what the chain rule makes of an elementwise operation, recorded once for each row.

``pull`` and ``push`` of ``ops/rules.py`` are the rules. Of an elementwise operation, whose operands
all have the shape of the result, they make the same few terms every time, but for the operands.
So they are called once on scratch terms, for each row and each combination of types, and what they
made becomes a function that makes it again of other operands. That costs 1 us a term, where the
rule itself costs 8.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..ops import Cotangent, Op, pull
from ..ops.rules import push_masked
from ..ops.shape import of_dtype
from ..program.symbol import NO_PARAMETERS, Term
from ..program.trace import Trace

_PYTHON: dict[str, type] = {"f": float, "i": int, "u": int, "b": bool}
_DTYPES = {kind: np.dtype(kind) for kind in (float, int, bool)}


class Kind(NamedTuple):
    """Of a source all that the terms made of it depend on."""

    dtype: Any
    weak: bool
    is_number: bool


def kind_of(x: Any) -> Kind | None:
    """The kind of a term or a plain number; None of None."""
    if type(x) is Term:
        return Kind(x.dtype, x.weak, False)
    return None if x is None else Kind(_DTYPES[type(x)], True, True)


class Template(NamedTuple):
    """Makes the terms of a rule."""

    #: ``function(trace, shape, *sources)``, without sources that are None. It gives the numbers
    #: of every result of the rule, or None, and after them the masks if there are any.
    function: Callable[..., tuple[Any, ...]]
    has_masks: bool

    def cotangents(self, term: Term, *sources: Any) -> list[Cotangent | None]:
        """The results, made in the trace and the shape of a term."""
        given = [x for x in sources if x is not None]
        made = self.function(term.traced_by, term.shape, *given)
        count = len(made) // 2 if self.has_masks else len(made)
        masks = made[count:] if self.has_masks else (None,) * count
        return [
            None if numbers is None else Cotangent(numbers, mask)
            for numbers, mask in zip(made[:count], masks, strict=True)
        ]


# --- which template -------------------------------------------------------------------------------

_templates: dict[tuple[Any, ...], Template | None] = {}


def pulling(op: Op, cotangent: Cotangent, out: Term, wanted: Sequence[bool]) -> Template | None:
    """The template for the cotangents of the operands of a term, from that of the term.

    Its sources are the cotangent's numbers and mask, the term, and its operands.
    """
    sources = (*cotangent, out, *out.operands)
    kinds = tuple(map(kind_of, sources))
    key = (op, kinds, tuple(wanted))
    if key not in _templates:

        def rule(numbers: Any, mask: Any, term: Any, *operands: Any) -> list[Cotangent | None]:
            shares = pull(op, Cotangent(numbers, mask), term, operands, NO_PARAMETERS, wanted)
            return [
                share and Cotangent(of_dtype(share.numbers, x.dtype), share.mask)
                for share, x in zip(shares, operands, strict=True)
            ]

        _templates[key] = recorded(op.name, kinds, rule)
    return _templates[key]


def pushing(op: Op, tangents: Sequence[Cotangent | None], out: Term) -> Template | None:
    """The template for the tangent of a term from those of its operands.

    Its sources are the term, its operands, and the numbers and masks of the tangents.
    """
    flat = [part for t in tangents for part in (t or (None, None))]
    kinds = tuple(map(kind_of, (out, *out.operands, *flat)))
    key = (op, kinds)
    if key not in _templates:
        count = len(out.operands)

        def rule(term: Any, *rest: Any) -> list[Cotangent | None]:
            operands, parts = rest[:count], rest[count:]
            moving = [
                None if x is None else Cotangent(x, mask)
                for x, mask in zip(parts[::2], parts[1::2], strict=True)
            ]
            tangent = push_masked(op, moving, term, operands, NO_PARAMETERS)
            return [tangent and Cotangent(of_dtype(tangent.numbers, term.dtype), tangent.mask)]

        _templates[key] = recorded(op.name, kinds, rule)
    return _templates[key]


# --- recording ------------------------------------------------------------------------------------


def recorded(
    name: str,
    sources: Sequence[Kind | None],
    rule: Callable[..., Sequence[Cotangent | None]],
) -> Template | None:
    """The template of a rule for such sources; None if it makes more than elementwise terms."""
    trace = Trace()
    stand_ins = [kind and trace.input((), kind.dtype, kind.weak) for kind in sources]
    results = rule(*stand_ins)
    writer = _Writer(stand_ins, sources)
    for term in trace.terms[len(trace.inputs) :]:
        if not isinstance(term.op, Op) and term.op.name != "astype":
            return None
        writer.write(term)
    numbers = [result and result.numbers for result in results]
    masks = [result and result.mask for result in results]
    if any(x is not None and not writer.is_term(x) for x in (*numbers, *masks)):
        return None
    has_masks = any(mask is not None for mask in masks)
    return Template(writer.function(name, [*numbers, *masks] if has_masks else numbers), has_masks)


class _Writer:
    """Writes a function that makes terms again: a line for each of them."""

    def __init__(self, stand_ins: Sequence[Term | None], kinds: Sequence[Kind | None]) -> None:
        self.names: dict[int, str] = {}
        #: Names of what is a plain number, also when the function runs.
        self.numbers: set[str] = set()
        #: The objects that the lines speak of.
        self.objects: dict[str, Any] = {"Term": Term}
        self.lines: list[str] = []
        self.made: list[str] = []
        for stand_in, kind in zip(stand_ins, kinds, strict=True):
            if stand_in is not None and kind is not None:
                name = self.names[stand_in.serial] = f"x{len(self.names)}"
                if kind.is_number:
                    self.numbers.add(name)
        self.parameters = list(self.names.values())

    def is_term(self, x: Any) -> bool:
        return type(x) is Term and self.names[x.serial] not in self.numbers

    def object(self, x: Any) -> str:
        name = f"o{len(self.objects)}"
        self.objects[name] = x
        return name

    def write(self, term: Term) -> None:
        """The line for a term; where its operands are numbers it is one too."""
        op = self.object(term.op)
        name = self.names[term.serial] = f"t{len(self.lines)}"
        operands = [
            self.names[x.serial] if type(x) is Term else self.object(x) for x in term.operands
        ]
        if not any(map(self.is_term, term.operands)):
            self.numbers.add(name)
            number = self.object(_PYTHON[term.dtype.kind])
            given = [*operands, f"**{self.object(term.parameters)}"]
            self.lines.append(f"{name} = {number}({op}({', '.join(given)}))")
            return
        self.lines.append(
            f"{name} = Term(trace, serial + {len(self.made)}, {op}, ({', '.join(operands)},), "
            f"{self.object(term.parameters)}, shape, {self.object(term.dtype)}, {term.weak}, "
            "region)"
        )
        self.made.append(name)

    def function(self, name: str, results: Sequence[Term | None]) -> Callable[..., Any]:
        given = ["None" if x is None else self.names[x.serial] for x in results]
        lines = [
            f"def template(trace, shape, {', '.join(self.parameters)}):",
            "    terms = trace.terms",
            "    serial = len(terms)",
            "    region = trace.region",
            *(f"    {line}" for line in self.lines),
            f"    terms += ({''.join(f'{made}, ' for made in self.made)})",
            f"    return ({''.join(f'{x}, ' for x in given)})",
        ]
        exec(compile("\n".join(lines), f"<template of {name}>", "exec"), self.objects)
        return self.objects["template"]  # type: ignore[no-any-return]
