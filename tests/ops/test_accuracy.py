"""Every smooth row against mpmath: value, first and second derivatives, within its stated ulp."""

from __future__ import annotations

import itertools
import random

import pytest
from references import FUNCTIONS, truth, ulps

import chainrule as cr
from chainrule import Value
from chainrule.ops import Op, elementwise_rows

SAMPLES = 16
SMOOTH = [
    op for op in elementwise_rows() if not (op.selects or op.predicate) and op.name in FUNCTIONS
]


def points(op: Op):
    """Seeded samples of the row's domain, then its special points."""
    generator = random.Random(op.name)
    for _ in range(SAMPLES):
        yield tuple(generator.uniform(*interval) for interval in op.domain)
    yield from op.points


def on_values(op: Op):
    """The op, also for rows without a public function, on numbers and Values alike."""
    return lambda *operands: op(*[x if isinstance(x, Value) else Value(x) for x in operands])


def differentiable(op: Op) -> list[int]:
    return [i for i, partial in enumerate(op.partials) if partial is not None]


def check(op: Op, point, wrt, got, bound: float) -> None:
    error = ulps(got.val if isinstance(got, Value) else got, truth(op.name, point, wrt),
                 op.accuracy.scale)  # fmt: skip
    assert error <= bound, f"{op.name}{point} wrt {wrt}: {got!r} is off by {error} ulp"


def test_every_smooth_row_has_a_reference():
    piecewise_constant = {"floor_divide", "sign", "floor", "ceil", "trunc", "rint", "round"}
    without = {op.name for op in elementwise_rows() if not (op.selects or op.predicate)} - set(
        FUNCTIONS
    )
    assert without == piecewise_constant


@pytest.mark.parametrize("op", SMOOTH, ids=lambda op: op.name)
def test_value(op):
    for point in points(op):
        check(op, point, (), on_values(op)(*point), op.accuracy.value)


@pytest.mark.parametrize("op", SMOOTH, ids=lambda op: op.name)
def test_first_derivatives_backward_and_forward(op):
    f = on_values(op)
    for point in points(op):
        for i in differentiable(op):
            reverse = cr.grad(f, i)(*point)
            check(op, point, (i,), reverse, op.accuracy.first)
            moving = lambda x, i=i, point=point: f(*point[:i], x, *point[i + 1 :])
            value, tangent = cr.jvp(moving, (point[i],), (1.0,))
            assert tangent == reverse
            assert value == f(*point).val


@pytest.mark.parametrize("op", SMOOTH, ids=lambda op: op.name)
def test_second_derivatives_in_both_nestings(op):
    f = on_values(op)
    for point in points(op):
        for i, j in itertools.combinations_with_replacement(differentiable(op), 2):
            check(op, point, (i, j), cr.grad(cr.grad(f, i), j)(*point), op.accuracy.second)
            first = cr.grad(f, i)
            moving = lambda x, j=j, first=first, point=point: first(*point[:j], x, *point[j + 1 :])
            forward_over_reverse = cr.jvp(moving, (point[j],), (1.0,))[1]
            check(op, point, (i, j), forward_over_reverse, op.accuracy.second)
