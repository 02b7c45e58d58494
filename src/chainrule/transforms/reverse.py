"""Reverse mode on terms: the chain rule from a result back to the leaves, as further terms.

It is the page's equations (4) and (5): every term is visited once, after all that use it, which
come later in the trace; it hands to each operand its cotangent times the partial (``sweep.py``).
The rule of a single operation is ``ops/rules.py``, the same as for eager arrays.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..ops import Cotangent
from ..program import Term, Trace, fastest
from . import sweep as plain

sweep = fastest(plain)


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
    sweep.find_dependent(trace.terms[first : last + 1], first, flags)
    return first, flags


def gradients(
    seeds: Sequence[tuple[Term, Cotangent]], leaves: Sequence[Term]
) -> list[Cotangent | None]:
    """As ``gradient``, of several roots, each with its cotangent."""
    if not seeds or not leaves:
        return [None] * len(leaves)
    trace = leaves[0].traced_by
    last = max(root.serial for root, _ in seeds)
    first, needs = dependent(trace, leaves, last)
    running = sweep.Sweep(trace, first, needs)
    for root, seed in seeds:
        if root.serial >= first and needs[root.serial - first]:
            running.add(root, seed)
    running.run({leaf.serial - first for leaf in leaves})
    return [running.cotangent(leaf) for leaf in leaves]
