"""Templates: what the chain rule makes of an elementwise operation, recorded once for each row.

``pull`` and ``push`` of ``ops/rules.py`` are the rules. Of an elementwise operation, whose operands
all have the shape of the result, they make the same few terms every time, but for the operands.
So they are called once on scratch terms, for each row and each combination of types, and what they
made is kept as a :class:`Template`; :meth:`Template.terms` repeats it on real terms. It costs 1 us
a term, where the rule itself costs 7.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..ops import Cotangent, Op, Row, pull
from ..ops.shape import of_dtype
from ..program.symbol import NO_PARAMETERS, Term
from ..program.trace import Trace


class Step(NamedTuple):
    """A term to be made: operands are places among the sources and the steps before, or numbers."""

    op: Row
    places: tuple[int, ...]
    #: A plain number in the place of -1.
    numbers: tuple[Any, ...]
    parameters: dict[str, Any]
    dtype: Any
    weak: bool
    #: Python's type of the result where all operands are plain numbers, so that it is one too.
    folded: type | None


class Template:
    """The terms that a rule makes of sources (cotangent, mask, result, operands)."""

    def __init__(self, steps: Sequence[Step], results: Sequence[tuple[int, int] | None]) -> None:
        self.steps = steps
        #: For each operand the places of its cotangent's numbers and mask; -1 for no mask.
        self.results = results

    def terms(self, trace: Trace, shape: tuple[Any, ...], sources: list[Any]) -> list[Any]:
        """Make the terms; gives the sources and after them what every step made."""
        made = sources
        terms = trace.terms
        region = trace.region
        for op, places, numbers, parameters, dtype, weak, folded in self.steps:
            if len(places) == 2:
                i, k = places
                operands: tuple[Any, ...] = (
                    made[i] if i >= 0 else numbers[0],
                    made[k] if k >= 0 else numbers[1],
                )
            else:
                operands = tuple(
                    [
                        made[place] if place >= 0 else number
                        for place, number in zip(places, numbers, strict=True)
                    ]
                )
            if folded is not None:
                made.append(folded(op(*operands)))
                continue
            term = Term(
                trace, len(terms), op, operands, parameters, shape, dtype, weak, region
            )
            terms.append(term)
            made.append(term)
        return made


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


# --- which template -------------------------------------------------------------------------------

_templates: dict[tuple[Any, ...], Template | None] = {}


def pulling(op: Op, g: Term, mask: Any, out: Term, wanted: Sequence[bool]) -> Template | None:
    """The template for the cotangents of the operands of a term, from that of the term.

    Its sources are the cotangent's numbers and mask, the term, and its operands.
    """
    operands = out.operands
    key = (
        (op, g.dtype, g.weak, mask is not None and mask.weak, mask is not None, out.dtype, out.weak)
        + tuple(wanted)
        + tuple([(x.dtype, x.weak) if type(x) is Term else type(x) for x in operands])
    )
    if key not in _templates:
        def rule(sources: list[Any]) -> list[Cotangent | None]:
            numbers, mask, term, *operands = sources
            shares = pull(op, Cotangent(numbers, mask), term, operands, NO_PARAMETERS, wanted)
            return [
                share and Cotangent(of_dtype(share.numbers, x.dtype), share.mask)
                for share, x in zip(shares, operands, strict=True)
            ]

        _templates[key] = recorded([kind_of(x) for x in (g, mask, out, *operands)], rule)
    return _templates[key]


def recorded(
    sources: Sequence[Kind | None], rule: Callable[[list[Any]], Sequence[Cotangent | None]]
) -> Template | None:
    """What a rule makes of sources of these kinds; None if it is more than elementwise terms."""
    trace = Trace()
    stand_ins = [
        None if kind is None else trace.input((), kind.dtype, kind.weak)
        for kind in sources
    ]
    first = len(trace.terms)
    results = rule(stand_ins)
    places: dict[int, int] = {
        x.serial: i for i, x in enumerate(stand_ins) if x is not None
    }
    constant = {i for i, kind in enumerate(sources) if kind is not None and kind.is_number}
    steps = []
    for i, term in enumerate(trace.terms[first:], len(sources)):
        if not isinstance(term.op, Op) and term.op.name != "astype":
            return None
        at = tuple(places[x.serial] if type(x) is Term else -1 for x in term.operands)
        is_constant = all(place in constant or place < 0 for place in at)
        if is_constant:
            constant.add(i)
        numbers = tuple(None if type(x) is Term else x for x in term.operands)
        steps.append(
            Step(
                term.op,
                at,
                numbers,
                term.parameters,
                term.dtype,
                term.weak,
                _PYTHON[term.dtype.kind] if is_constant else None,
            )
        )
        places[term.serial] = i
    found: list[tuple[int, int] | None] = []
    for result in results:
        if result is None:
            found.append(None)
            continue
        if type(result.numbers) is not Term or places[result.numbers.serial] in constant:
            return None
        mask = -1
        if result.mask is not None:
            if type(result.mask) is not Term or places[result.mask.serial] in constant:
                return None
            mask = places[result.mask.serial]
        found.append((places[result.numbers.serial], mask))
    return Template(steps, found)
