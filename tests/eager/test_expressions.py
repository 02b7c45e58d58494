"""Random expressions: every way to differentiate says the same, and so does an independent one.

An expression is a straight-line program: each step applies an operation to earlier terms, so terms
are shared at random. Guards such as ``where(a < 1e6, b, sqrt(a - 1e6))`` hold a branch that is NaN
and is never taken.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import chainrule as cr
from chainrule import Value, Var

FAR = 1e6

#: Each takes a library and two operands.
OPERATIONS: dict[str, Callable[[Any, Any, Any], Any]] = {
    "add": lambda lib, a, b: a + b,
    "subtract": lambda lib, a, b: a - b,
    "multiply": lambda lib, a, b: a * b * 0.1,
    "divide": lambda lib, a, b: a / (b * b + 1),
    "reflected": lambda lib, a, b: 2 - 1 / (a * a + 1),
    "negative": lambda lib, a, b: -a,
    "sin": lambda lib, a, b: lib.sin(a),
    "cos": lambda lib, a, b: lib.cos(a),
    "tanh": lambda lib, a, b: lib.tanh(a),
    "arctan": lambda lib, a, b: lib.arctan(a),
    "exp": lambda lib, a, b: lib.exp(-a * a),
    "sqrt": lambda lib, a, b: lib.sqrt(a * a + 1),
    "log": lambda lib, a, b: lib.log(a * a + 1),
    "square": lambda lib, a, b: lib.square(lib.sin(a)),
    "constant power": lambda lib, a, b: (a * a + 1) ** 0.3,
    "power": lambda lib, a, b: (lib.tanh(a) + 1.5) ** lib.sin(b),
    "hypot": lambda lib, a, b: lib.hypot(a, b * b + 1),
    "sigmoid": lambda lib, a, b: lib.sigmoid(a),
    "where": lambda lib, a, b: lib.where(lib.less(a, FAR), b, lib.sqrt(a - FAR)),
    "where not": lambda lib, a, b: lib.where(lib.less(FAR, a), lib.log(a - FAR) * b, a * 0.5),
    "fmax": lambda lib, a, b: lib.fmax(a, lib.log(a - FAR)),
    "maximum": lambda lib, a, b: lib.maximum(a, b - FAR),
    "clip": lambda lib, a, b: lib.clip(a, b - FAR, FAR),
}

#: The same on complex numbers, for the complex step. The guards go by construction.
COMPLEX = SimpleNamespace(
    sin=np.sin,
    cos=np.cos,
    tanh=np.tanh,
    arctan=np.arctan,
    exp=np.exp,
    sqrt=np.sqrt,
    log=np.log,
    square=np.square,
    hypot=lambda a, b: np.sqrt(a * a + b * b),
    sigmoid=lambda a: 1 / (1 + np.exp(-a)),
    where=lambda condition, a, b: a if condition else b,
    less=lambda a, b: np.real(a) < np.real(b),
    fmax=lambda a, b: a,
    maximum=lambda a, b: a,
    clip=lambda a, low, high: a,
)

INPUTS = 2
Steps = list[tuple[str, int, int]]

steps = st.lists(
    st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(0, 30), st.integers(0, 30)),
    min_size=1,
    max_size=10,
)
points = st.tuples(*[st.floats(-2, 2, allow_subnormal=False)] * INPUTS)


def terms_of(program: Steps, inputs: Any, lib: Any = cr, apply: Any = None) -> list[Any]:
    """All terms of a program. ``apply`` may compute a step in a way of its own."""
    terms = list(inputs)
    for name, i, j in program:
        a, b = terms[i % len(terms)], terms[j % len(terms)]
        operation = OPERATIONS[name]
        terms.append(operation(lib, a, b) if apply is None else apply(operation, a, b))
    return terms


def as_function(program: Steps) -> Callable[..., Any]:
    return lambda *inputs: terms_of(program, inputs)[-1]


def by_hand(program: Steps, point: tuple[float, ...]) -> tuple[list[float], list[float]]:
    """The derivative of the last term in each input, and the sum of its parts without their signs.

    Each step's partials are taken alone, and the chain rule is applied here. The sum is what
    rounding is measured by.
    """
    derivatives = np.eye(INPUTS).tolist()
    sizes = np.eye(INPUTS).tolist()
    values = list(point)
    for name, i, j in program:
        i, j = i % len(values), j % len(values)
        value, (p, q) = cr.value_and_grad(
            lambda a, b, name=name: OPERATIONS[name](cr, a, b), (0, 1)
        )(values[i], values[j])
        values.append(value)
        derivatives.append(
            [p * d + q * e for d, e in zip(derivatives[i], derivatives[j], strict=True)]
        )
        sizes.append([abs(p) * d + abs(q) * e for d, e in zip(sizes[i], sizes[j], strict=True)])
    assume(max(map(abs, values)) < 1e3)
    return derivatives[-1], [1 + size for size in sizes[-1]]


def assert_close(got: Any, expected: Any, sizes: list[float], tolerance: float) -> None:
    for x, y, size in zip(got, expected, sizes, strict=True):
        assert abs(x - y) <= tolerance * size, (got, expected)


@settings(max_examples=500)
@given(steps, points)
def test_every_way_to_the_first_derivative(program, point):
    f = as_function(program)
    expected, sizes = by_hand(program, point)
    leaves = [Var(x) for x in point]
    root = f(*leaves)
    root.back()
    ways = [
        [leaf.grad for leaf in leaves],
        cr.grad(f, (0, 1))(*point),
        cr.vjp(f, *point)[1](1.0),
        cr.jacobian(f, (0, 1))(*point),
        [cr.grad(f, i)(*point) for i in range(INPUTS)],
        [cr.jvp(f, point, direction)[1] for direction in [(1.0, 0.0), (0.0, 1.0)]],
    ]
    for leaf in leaves:
        leaf.grad = 0
    f(*leaves).back(create_graph=True)
    ways.append([getattr(leaf.grad, "val", leaf.grad) for leaf in leaves])
    for way in ways:
        assert_close(way, expected, sizes, 1e-13)
    for leaf in leaves:
        leaf.grad = 0


@settings(max_examples=500)
@given(steps, points)
def test_first_derivative_against_the_complex_step(program, point):
    _, sizes = by_hand(program, point)
    step = 1e-30
    expected = []
    for i in range(INPUTS):
        moved = [np.complex128(x, step if i == j else 0.0) for j, x in enumerate(point)]
        expected.append(float(np.imag(terms_of(program, moved, COMPLEX)[-1])) / step)
    assert_close(cr.grad(as_function(program), (0, 1))(*point), expected, sizes, 1e-11)


@settings(max_examples=200, derandomize=True)
@given(steps, points)
def test_second_derivatives_against_forward_mode_and_differences(program, point):
    """Finite differences estimate their own error, which is no bound: hence the fixed examples."""
    by_hand(program, point)  # leaves out what is too large
    report = cr.check_derivatives(as_function(program), *point, order=2)
    assert len(report.comparisons) == 5


@settings(max_examples=200)
@given(steps, points)
def test_hessians_are_symmetric_and_agree_with_products(program, point):
    f = as_function(program)
    _, sizes = by_hand(program, point)
    scale = max(sizes) ** 2
    (xx, xy), (yx, yy) = cr.hessian(f, (0, 1))(*point)
    assert abs(xy - yx) <= 1e-11 * scale
    for u, v in [(1.0, 0.0), (0.5, -2.0)]:
        products = cr.hvp(f, point, (u, v))
        assert abs(products[0] - (xx * u + xy * v)) <= 1e-11 * scale
        assert abs(products[1] - (yx * u + yy * v)) <= 1e-11 * scale


@settings(max_examples=300)
@given(steps, points, st.lists(st.booleans(), min_size=10, max_size=10))
def test_closures_among_rows(program, point, by_closure):
    """A term made by a closure, with the row's own partials, changes nothing."""
    turn = iter(by_closure)

    def apply(operation, a, b):
        if not next(turn):
            return operation(cr, a, b)
        value, partials = cr.value_and_grad(lambda a, b: operation(cr, a, b), (0, 1))(a.val, b.val)

        def grad_fn(grad):
            for operand, partial in zip((a, b), partials, strict=True):
                operand.back(grad * partial)

        return Value(value, True, grad_fn)

    expected, sizes = by_hand(program, point)
    leaves = [Var(x) for x in point]
    terms = terms_of(program, leaves, apply=apply)
    terms[-1].back()
    assert_close([leaf.grad for leaf in leaves], expected, sizes, 1e-13)
    # Terms that the last one does not depend on are not reached; all others exactly once.
    again = [Var(x) for x in point]
    plain = terms_of(program, again)
    plain[-1].back()
    for ours, theirs in zip(terms, plain, strict=True):
        assert ours.grad == pytest.approx(theirs.grad, rel=1e-9, abs=1e-9 * max(sizes))


@settings(max_examples=200)
@given(steps, points, st.floats(-3, 3), st.floats(-3, 3))
def test_sweeps_are_linear_in_what_they_start_from(program, point, u, v):
    f = as_function(program)
    _, sizes = by_hand(program, point)
    _, pullback = cr.vjp(f, *point)
    both = [u * x + v * x for x in pullback(1.0)]
    assert_close(pullback(u + v), both, sizes, 1e-13)
    leaves = [Var(x) for x in point]
    root = f(*leaves)
    assume(root.reqgrad)
    root.back(u)
    root.back(grad=v)
    assert_close([leaf.grad for leaf in leaves], both, sizes, 1e-13)


@settings(max_examples=200)
@given(steps, points)
def test_values_are_those_of_plain_numbers(program, point):
    """Recording changes no bit of a value."""
    plain = terms_of(program, point)
    recorded = terms_of(program, [Var(x) for x in point])
    unrecorded = terms_of(program, [Value(x) for x in point])
    for x, y, z in zip(plain, recorded, unrecorded, strict=True):
        assert x == y.val == z.val or math.isnan(x)
