"""Which terms results depend on.

It is asked of every trace, so that this file is compiled as it is where that is possible;
``native_needed.pxd`` says of what types things are.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .symbol import Term


def needed(results: Iterable[Any], inputs: Iterable[Term] = ()) -> tuple[Term, ...]:
    """The terms that results depend on, operands first, without inputs."""
    waiting: list[Any] = [x for x in results if type(x) is Term]
    last = max([x.serial for x in waiting], default=-1)
    #: By serial; operands have smaller ones than what is made of them.
    found: list[Any] = [None] * (last + 1)
    seen = bytearray(last + 1)
    term: Term
    operand: Term
    for term in inputs:
        if term.serial <= last:
            seen[term.serial] = 1
    while waiting:
        term = waiting.pop()
        if seen[term.serial]:
            continue
        seen[term.serial] = 1
        found[term.serial] = term
        for x in term.operands:
            if type(x) is Term:
                operand = x
                if not seen[operand.serial]:
                    waiting.append(operand)
    return tuple([x for x in found if x is not None])
