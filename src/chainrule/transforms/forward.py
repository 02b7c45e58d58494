"""Forward mode on terms: tangents of the leaves carried up to the results, as further terms.

The rule of a single operation is ``push`` of ``ops/rules.py``, the same as for eager arrays. A
tangent is a pair of numbers and a mask, as a cotangent is.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import NoneType
from typing import Any

from ..ops import Op
from ..ops.rules import Cotangent, push_masked
from ..ops.shape import of_dtype
from ..program.symbol import Term
from .reverse import dependent
from .templates import pushing


def pushforward(
    roots: Sequence[Term], leaves: Sequence[Term], tangents: Sequence[Cotangent]
) -> list[Cotangent | None]:
    """The tangents of roots from those of leaves; None where a root depends on none of them."""
    if not roots or not leaves:
        return [None] * len(roots)
    trace = leaves[0].traced_by
    first, needs = dependent(trace, leaves, max(root.serial for root in roots))
    wanted = _above(trace, roots, first, needs)
    reached: dict[int, Any] = {
        leaf.serial: tangent for leaf, tangent in zip(leaves, tangents, strict=True)
    }
    for term in wanted:
        if term.serial in reached:
            continue
        moving = [reached.get(x.serial) if type(x) is Term else None for x in term.operands]
        if isinstance(term.op, Op):
            tangent = _through_elementwise(term, moving)
        elif term.op.name == "part":
            tangent = None if moving[0] is None else moving[0][term.parameters["k"]]
        else:
            out = trace.results_of(term)
            tangent = push_masked(term.op, moving, out, term.operands, term.parameters)
        if tangent is None:
            continue
        if isinstance(tangent, Cotangent):
            tangent = Cotangent(of_dtype(tangent.numbers, term.dtype), tangent.mask)
        reached[term.serial] = tangent
    return [reached.get(root.serial) for root in roots]


def _through_elementwise(term: Term, moving: Sequence[Cotangent | None]) -> Cotangent | None:
    """The tangent of a term from those of its operands, by the template of its row."""
    op = term.op
    assert isinstance(op, Op)
    if not any(moving):
        return None
    parts = [part for t in moving if t is not None for part in t]
    # A tangent may be a plain array, or have batch axes besides: no template knows of these.
    is_plain = all(type(part) in (Term, NoneType) for part in parts)
    template = pushing(op, moving, term) if is_plain else None
    if template is None:
        return push_masked(op, moving, term, term.operands, term.parameters)  # type: ignore[no-any-return]
    (pushed,) = template.cotangents(term, term, *term.operands, *parts)
    return pushed


def _above(trace: Any, roots: Sequence[Term], first: int, needs: bytearray) -> list[Term]:
    """The terms between leaves and roots, operands first."""
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        term = waiting.pop()
        place = term.serial - first
        if place < 0 or term.serial in found or not needs[place]:
            continue
        found.add(term.serial)
        waiting += [x for x in term.operands if type(x) is Term]
    return [trace.terms[serial] for serial in sorted(found)]
