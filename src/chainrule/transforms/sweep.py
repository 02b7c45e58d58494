"""The sweep of reverse mode on terms: from the last term back to the first leaf.

It is compiled as it is where that is possible; ``native_sweep.pxd`` says of what types things are.
The door is ``reverse.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from types import NoneType
from typing import Any

from ..ops import Cotangent, Op, pull
from ..ops.rules import plus
from ..ops.shape import of_dtype
from ..program.symbol import FLOAT64, Term
from ..program.trace import Trace
from .templates import pulling


def find_dependent(terms: list[Any], first: Any, flags: bytearray) -> None:
    """Flag the terms that depend on one that is flagged; places are serials less the first."""
    term: Term
    operand: Term
    start = first
    for place, term in enumerate(terms):
        for x in term.operands:
            if type(x) is Term:
                operand = x
                serial = operand.serial
                if serial >= start and flags[serial - start]:
                    flags[place] = term.dtype is FLOAT64 or term.dtype.kind == "f"
                    break


class Sweep:
    """The cotangents of terms found so far, by place: their serial less the first one."""

    def __init__(self, trace: Trace, first: int, needs: bytearray) -> None:
        self.trace = trace
        self.first = first
        self.needs = needs
        #: Of a term with several results a list of their cotangents.
        self.numbers: list[Any] = [None] * len(needs)
        self.masks: dict[int, Any] = {}
        self.templates: dict[Any, Callable[..., tuple[Any, ...]]] = {}

    def cotangent(self, term: Term) -> Cotangent | None:
        """What was found for a term."""
        place = term.serial - self.first
        g = self.numbers[place] if place < len(self.numbers) else None
        return None if g is None else Cotangent(g, self.masks.get(place))

    def add(self, term: Term, share: Cotangent) -> None:
        """Add to the cotangent of a term: ``plus`` of ``ops/rules.py``."""
        place = term.serial - self.first
        known = self.numbers[place]
        if known is None:
            total = share
        else:
            total = plus(Cotangent(known, self.masks.pop(place, None)), share)
        self.numbers[place] = total.numbers
        if total.mask is not None:
            self.masks[place] = total.mask

    def wanted(self, operand: Any) -> bool:
        """Whether an operand depends on a leaf."""
        return (
            type(operand) is Term
            and operand.serial >= self.first
            and self.needs[operand.serial - self.first] == 1
        )

    def run(self, stops: set[Any]) -> None:
        """Visit every term that has a cotangent, the last one first, but not those at stops."""
        trace, first, needs = self.trace, self.first, self.needs
        numbers, masks, templates = self.numbers, self.masks, self.templates
        terms = trace.terms[first : first + len(numbers)]
        term: Term
        operand: Term
        cotangent: Term
        for place in range(len(numbers) - 1, -1, -1):
            g = numbers[place]
            if g is None or place in stops:
                continue
            numbers[place] = None
            term = terms[place]
            op = term.op
            if masks or type(op) is not Op or term.dtype is not FLOAT64 or type(g) is not Term:
                self.through(term, g, masks.pop(place, None))
                continue
            # Most often all is float64; a number says then which template it is.
            cotangent = g
            operands: tuple[Any, ...] = term.operands
            weak = term.weak
            code = 1 if cotangent.weak is weak else 0
            for x in operands:
                if type(x) is Term:
                    operand = x
                    if operand.dtype is not FLOAT64 or operand.weak is not weak:
                        code = 0
                        break
                    serial = operand.serial
                    code = code * 8 + (1 if serial >= first and needs[serial - first] else 2)
                else:
                    code = code * 8 + _code(x)
            key = (op, code, weak)
            function = templates.get(key)
            if function is None:
                wanted = [self.wanted(x) for x in operands]
                template = pulling(op, Cotangent(g), term, wanted) if code else None
                if template is None or template.has_masks:
                    self.through(term, g, None)
                    continue
                function = templates[key] = template.function
            if len(operands) == 2:
                x, y = operands
                shares = function(trace, term.shape, g, term, x, y)
            else:
                shares = function(trace, term.shape, g, term, *operands)
            for i, share in enumerate(shares):
                if share is not None:
                    operand = operands[i]
                    serial = operand.serial
                    known = numbers[serial - first]
                    numbers[serial - first] = share if known is None else known + share

    def through(self, term: Term, g: Any, mask: Any) -> None:
        """Hand the cotangent of any term on to its operands."""
        operands = term.operands
        # A cotangent may have batch axes besides (Batched), of which a template knows nothing.
        if isinstance(term.op, Op) and type(g) is Term and type(mask) in (Term, NoneType):
            wanted = [self.wanted(x) for x in operands]
            template = pulling(term.op, Cotangent(g, mask), term, wanted)
            if template is not None:
                shares = template.cotangents(term, g, mask, term, *operands)
                for x, share in zip(operands, shares, strict=True):
                    if share is not None:
                        self.add(x, share)
                return
        self.by_rule(term, g, mask)

    def by_rule(self, term: Term, g: Any, mask: Any) -> None:
        """Hand the cotangent of a term on to its operands, by the rule of its row."""
        operands, parameters = term.operands, term.parameters
        if term.op.name == "part":
            (whole,) = operands
            place = whole.serial - self.first
            parts = self.numbers[place]
            if parts is None:
                parts = self.numbers[place] = [None] * len(whole.shape)
            parts[parameters["k"]] = Cotangent(g, mask)
            return
        cotangent = g if type(g) is list else Cotangent(g, mask)
        wanted = [self.wanted(x) for x in operands]
        out = self.trace.results_of(term)
        shares = pull(term.op, cotangent, out, operands, parameters, wanted)
        for operand, share in zip(operands, shares, strict=True):
            if share is not None:
                # A plain number, given as a cotangent, is of any dtype.
                if getattr(share.numbers, "dtype", operand.dtype) is not operand.dtype:
                    share = Cotangent(of_dtype(share.numbers, operand.dtype), share.mask)
                self.add(operand, share)


def _code(x: Any) -> int:
    """What tells plain numbers apart by type."""
    return 3 if type(x) is float else 4 if type(x) is int else 5
