"""Simplification: a Program that computes the same with fewer and cheaper terms.

One pass over the terms, operands first. Each is made anew on what its operands became
(``rewriter.py``): a rule of the table may give something better, and what was made before of the
same operands is taken again. Then what no result needs is dropped. The table of rules is in
``arithmetic_rewrites.py``, ``selection_rewrites.py``, ``structure_rewrites.py`` and
``scatter_rewrites.py``. Results are the same to the bit, but for products in the place of powers
and quotients, which are within an ulp or two, and for sums of which a factor was taken out.
"""

from __future__ import annotations

from ..program import Program, fastest
from . import arithmetic_rewrites, scatter_rewrites, selection_rewrites, structure_rewrites
from . import rewriter as plain

#: The modules that fill the table of rules.
TABLES = (arithmetic_rewrites, scatter_rewrites, selection_rewrites, structure_rewrites)

rewriter = fastest(plain)


def simplify(program: Program, final: bool = False) -> Program:
    """A Program with the same results and fewer, cheaper terms.

    Args:
        program: any Program; it stays as it is.
        final: no derivative will be taken of the result, so that ``stop_gradient`` is dropped.

    Returns:
        A Program with the same inputs, hidden inputs, extents and guards. Its terms are new and
        numbered from 0, and do not keep the trace that the old ones came from.
    """
    inputs = rewriter.new_inputs(program)
    making = rewriter.Rewriter(len(inputs), final)
    results = making.rewrite(program, inputs)
    return Program(
        program.name,
        inputs,
        making.live(scatter_rewrites.join(making), results),
        results,
        program.hidden,
        program.extents,
        program.names,
    )
