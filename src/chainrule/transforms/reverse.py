"""Reverse mode on terms: the chain rule from a result back to the leaves, as further terms.

It is the page's equations (4) and (5): every term is visited once, after all that use it, which
come later in the trace; it hands to each operand its cotangent times the partial. The rule of a
single operation is ``ops/rules.py``, the same as for eager arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..ops import Cotangent, Op, pull
from ..ops.rules import plus
from ..ops.shape import of_dtype
from ..program.symbol import Term


def gradient(root: Term, leaves: Sequence[Term], seed: Cotangent) -> list[Cotangent | None]:
    """The cotangents of leaves from that of root; None for a leaf that root does not depend on.

    Leaves are terms of one trace, older than all that the function made of them.
    """
    return gradients([(root, seed)], leaves)


def dependent(trace: Any, leaves: Sequence[Term], last: int) -> tuple[int, bytearray]:
    """Which terms depend on leaves, as flags, from the first leaf's serial to the last one."""
    first = min(leaf.serial for leaf in leaves)
    flags = bytearray(max(last - first + 1, 1))
    for leaf in leaves:
        if leaf.serial <= last:
            flags[leaf.serial - first] = 1
    for place, term in enumerate(trace.terms[first : last + 1]):
        for operand in term.operands:
            if type(operand) is Term and operand.serial >= first and flags[operand.serial - first]:
                flags[place] = 1
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
    terms = trace.terms
    found: dict[int, Any] = {}
    for root, seed in seeds:
        if root.serial >= first and needs[root.serial - first]:
            known = found.get(root.serial)
            found[root.serial] = seed if known is None else plus(known, seed)
    stops = {leaf.serial for leaf in leaves}
    for serial in range(last, first - 1, -1):
        cotangent = found.get(serial)
        if cotangent is None or serial in stops:
            continue
        del found[serial]
        term = terms[serial]
        if term.op.name == "part":
            (whole,) = term.operands
            parts = found.setdefault(whole.serial, [None] * len(whole.shape))
            parts[term.parameters["k"]] = cotangent
            continue
        operands = term.operands
        wanted = [
            type(x) is Term and x.serial >= first and needs[x.serial - first] == 1
            for x in operands
        ]  # fmt: skip
        out = term if isinstance(term.op, Op) else trace.out_of(term)
        shares = pull(term.op, cotangent, out, operands, term.parameters, wanted)
        for operand, share in zip(operands, shares, strict=True):
            if share is None:
                continue
            if share.numbers.dtype is not operand.dtype:
                share = Cotangent(of_dtype(share.numbers, operand.dtype), share.mask)
            known = found.get(operand.serial)
            found[operand.serial] = share if known is None else plus(known, share)
    return [found.get(leaf.serial) for leaf in leaves]
