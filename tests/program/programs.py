"""A function as a Program, and the Program's results: what the tests of Programs share."""

from __future__ import annotations

import numpy as np

from chainrule.backends.interpreter import compiled
from chainrule.program import Program, Trace, opened, program_of


def traced(f, *arguments, free=False, name="f"):
    """The Program of f for arguments of such shapes and dtypes; plain numbers are weak."""
    trace = Trace()
    with opened(trace):
        inputs = []
        for x in arguments:
            shape = np.shape(x)
            if free:
                shape = tuple(map(trace.extents.extent, shape))
            weak = type(x) in (int, float)
            inputs.append(trace.input(shape, np.asarray(x).dtype, weak))
        result = f(*inputs)
        results = [trace.operand(None, x) for x in _listed(result)]
    hidden = [held for held, _ in trace.hidden.values()]
    return program_of(
        name,
        [*inputs, *(term for _, term in trace.hidden.values())],
        results,
        hidden,
        trace.extents,
    )


def _listed(result):
    return list(result) if isinstance(result, tuple | list) else [result]


def run(program: Program, *arguments, extents=None):
    """The results of a Program, a list."""
    values = program.extents.values if extents is None else extents
    return compiled(program)([*arguments, *program.hidden], values)


def ops_of(program: Program) -> list[str]:
    """The rows of the terms, in order."""
    return [term.op.name for term in program.terms]


def same_numbers(a, b, rtol=0.0):
    """Assert that results are the same: to the bit, or within rtol."""
    assert len(a) == len(b)
    for x, y in zip(a, b, strict=True):
        assert type(x) is type(y)
        assert np.shape(x) == np.shape(y)
        assert np.asarray(x).dtype == np.asarray(y).dtype
        np.testing.assert_allclose(x, y, rtol=rtol, atol=rtol, equal_nan=True)
