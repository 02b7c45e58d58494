"""Reverse mode on terms: the chain rule from a result back to the leaves, as further terms.

It is the page's equations (4) and (5): every term is visited once, after all that use it, which
come later in the trace; it hands to each operand its cotangent times the partial. The rule of a
single operation is ``ops/rules.py``, the same as for eager arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import NoneType
from typing import Any

from ..ops import Cotangent, Op, pull
from ..ops.rules import plus
from ..ops.shape import of_dtype
from ..program.symbol import FLOAT64, Term
from ..program.trace import Trace
from .templates import pulling


def gradient(root: Term, leaves: Sequence[Term], seed: Cotangent) -> list[Cotangent | None]:
    """The cotangents of leaves from that of root; None for a leaf that root does not depend on.

    Leaves are terms of one trace, older than all that the function made of them.
    """
    return gradients([(root, seed)], leaves)


def dependent(trace: Trace, leaves: Sequence[Term], last: int) -> tuple[int, bytearray]:
    """Which terms depend on leaves, as flags, from the first leaf's serial to the last one.

    Whole numbers and truth values depend on nothing: between two of them is no derivative.
    """
    first = min(leaf.serial for leaf in leaves)
    flags = bytearray(max(last - first + 1, 1))
    for leaf in leaves:
        if leaf.serial <= last:
            flags[leaf.serial - first] = 1
    for place, term in enumerate(trace.terms[first : last + 1]):
        for operand in term.operands:
            if type(operand) is Term and operand.serial >= first and flags[operand.serial - first]:
                flags[place] = term.dtype is FLOAT64 or term.dtype.kind == "f"
                break
    return first, flags


def gradients(
    seeds: Sequence[tuple[Term, Cotangent]], leaves: Sequence[Term]
) -> list[Cotangent | None]:
    """As ``gradient``, of several roots, each with its cotangent."""
    if not seeds or not leaves:
        return [None] * len(leaves)
    trace = leaves[0].trace
    last = max(root.serial for root, _ in seeds)
    first, needs = dependent(trace, leaves, last)
    sweep = _Sweep(trace, first, needs)
    for root, seed in seeds:
        if root.serial >= first and needs[root.serial - first]:
            sweep.add(root, seed)
    sweep.run({leaf.serial - first for leaf in leaves})
    return [sweep.cotangent(leaf) for leaf in leaves]


class _Sweep:
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

    def run(self, stops: set[int]) -> None:
        """Visit every term that has a cotangent, the last one first, but not those at stops."""
        trace, first, needs = self.trace, self.first, self.needs
        numbers, masks, templates = self.numbers, self.masks, self.templates
        terms = trace.terms[first : first + len(numbers)]
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
            operands, weak = term.operands, term.weak
            code = 1 if g.weak is weak else 0
            for x in operands:
                if type(x) is Term:
                    if x.dtype is not FLOAT64 or x.weak is not weak:
                        code = 0
                        break
                    at = x.serial - first
                    code = code * 8 + (1 if at >= 0 and needs[at] else 2)
                else:
                    code = code * 8 + _CODES[type(x)]
            key = (op, code, weak)
            if key not in templates:
                wanted = [self.wanted(x) for x in operands]
                template = pulling(op, Cotangent(g), term, wanted) if code else None
                if template is None or template.has_masks:
                    self.through(term, g, None)
                    continue
                templates[key] = template.function
            shares = templates[key](trace, term.shape, g, term, *operands)
            for x, share in zip(operands, shares):  # noqa: B905, it costs 0.1 us
                if share is not None:
                    at = x.serial - first
                    known = numbers[at]
                    numbers[at] = share if known is None else known + share

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
                if share.numbers.dtype is not operand.dtype:
                    share = Cotangent(of_dtype(share.numbers, operand.dtype), share.mask)
                self.add(operand, share)


_CODES = {float: 3, int: 4, bool: 5}
