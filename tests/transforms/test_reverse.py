"""Reverse mode on terms: exact, once through, and its templates are the rules."""

from __future__ import annotations

import math

import numpy as np
import pytest
from programs import ops_of, run, same_numbers, traced

import chainrule as cr
from chainrule.errors import FixedOperandError
from chainrule.ops import TABLE, Cotangent, Op
from chainrule.program import Trace, opened
from chainrule.transforms import reverse
from chainrule.transforms.reverse import gradient, gradients

X = np.array([0.5, -1.0, 2.0])
#: Without those whose rule takes gammaln of a plain number: by the rule that is a float64 of
#: NumPy's, and so a literal term; a template computes a plain number.
FOLDED = {"gammainc", "gammaincc", "stdtr"}
ELEMENTWISE = [row for row in TABLE.values() if isinstance(row, Op) and row.name not in FOLDED]


def operands_of(row, dtype):
    random = np.random.default_rng(2)
    operands = [random.uniform(low, high, 6).astype(dtype) for low, high in row.domain]
    return [1 if row.partials[i] is None else x for i, x in enumerate(operands)]


def without_templates(monkeypatch):
    monkeypatch.setattr(reverse.sweep, "pulling", lambda *_: None)


@pytest.mark.parametrize("row", ELEMENTWISE, ids=lambda row: row.name)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("masked", [False, True])
def test_templates_make_the_terms_that_the_rules_make(row, dtype, masked, monkeypatch):
    operands = operands_of(row, dtype)
    if row.name == "where":
        operands[0] = operands[0] > 0.5
    arrays = [x for x in operands if isinstance(x, np.ndarray)]
    moving = [i for i, x in enumerate(arrays) if x.dtype.kind == "f"]

    def total(*given):
        rest = iter(given)
        out = row(*(next(rest) if isinstance(x, np.ndarray) else x for x in operands))
        return cr.sum(cr.where(out > 0.3, out * 2.0, 0.0) if masked else out * 2.0)

    f = lambda *given: list(cr.grad(total, argnums=tuple(moving))(*given))
    quick = traced(f, *arrays)
    without_templates(monkeypatch)
    slow = traced(f, *arrays)
    assert ops_of(quick) == ops_of(slow)
    assert str(quick) == str(slow)
    same_numbers(run(quick, *arrays), run(slow, *arrays))


@pytest.mark.parametrize("number", [2, 2.0, -1, 0.5, 0, 1, True, 3])
@pytest.mark.parametrize("name", ["power", "multiply", "divide", "add", "hypot", "maximum"])
@pytest.mark.parametrize("is_left", [False, True])
def test_templates_of_a_plain_number(name, number, is_left, monkeypatch):
    row = TABLE[name]
    f = cr.grad(lambda x: cr.sum(row(number, x) if is_left else row(x, number)))
    x = np.abs(X)
    quick = run(traced(f, x), x)
    without_templates(monkeypatch)
    same_numbers(quick, run(traced(f, x), x))


def test_templates_of_weak_numbers(monkeypatch):
    f = cr.grad(lambda s, x: cr.sum(cr.sin(s * s) * x) * s, argnums=(0, 1))
    flat = lambda s, x: list(f(s, x))
    x = X.astype(np.float32)
    quick = traced(flat, 1.5, x)
    without_templates(monkeypatch)
    slow = traced(flat, 1.5, x)
    assert str(quick) == str(slow)
    assert [t.weak for t in quick.terms] == [t.weak for t in slow.terms]


def test_every_term_is_visited_once():
    def f(x):
        for _ in range(60):
            x = x + x  # 2**60 ways through
        return x

    (result,) = run(traced(cr.grad(f), 1.0), 1.0)
    assert result == 2.0**60
    assert len(traced(cr.grad(f), 1.0)) < 200


def test_a_long_chain_does_not_recurse():
    def f(x):
        for _ in range(20_000):
            x = cr.sin(x) + 0.5
        return x

    program = traced(cr.grad(f), 0.3)
    x, slope = 0.3, 1.0
    for _ in range(20_000):
        x, slope = math.sin(x) + 0.5, slope * math.cos(x)
    assert run(program, 0.3)[0] == pytest.approx(slope, rel=1e-9, abs=1e-300)


def test_what_is_not_selected_is_not_multiplied():
    f = lambda x: cr.sum(cr.where(x > 0, cr.sqrt(x), 0.0) + cr.maximum(cr.log(x), -5.0))
    x = np.array([-1.0, 0.0, 4.0])
    (found,) = run(traced(cr.grad(f), x), x)
    np.testing.assert_array_equal(found, cr.grad(f)(x))
    assert found[1] == 0.0
    g = cr.grad(lambda x: cr.sum(cr.grad(f)(x)))
    np.testing.assert_array_equal(run(traced(g, x), x)[0], g(x))


def test_masks_of_two_uses_are_joined():
    def f(x):
        root = cr.sqrt(x)
        return cr.sum(cr.where(x > 1, root, 0.0) + cr.where(x > 3, root, 0.0))

    x = np.array([0.0, 2.0, 4.0])
    (found,) = run(traced(cr.grad(f), x), x)
    np.testing.assert_array_equal(found, [0.0, 0.5 / math.sqrt(2.0), 0.5])


def test_what_does_not_depend_has_none():
    trace = Trace()
    with opened(trace):
        x, y = (trace.input((), np.dtype(np.float64)) for _ in range(2))
        z = cr.sin(x)
        one = trace.filled(1.0, z)
        assert gradient(z, [y], Cotangent(one)) == [None]
        assert gradients([], [x]) == [None]
        assert gradients([(z, Cotangent(one))], []) == []
        assert gradient(x, [z], Cotangent(one)) == [None]
        (itself,) = gradient(x, [x], Cotangent(one))
        assert itself.numbers is one


def test_several_roots_add_up():
    trace = Trace()
    with opened(trace):
        x = trace.input((), np.dtype(np.float64))
        y = x * x
        one = Cotangent(trace.filled(1.0, y))
        (total,) = gradients([(y, one), (y * 3.0, one), (x, one)], [x])
    from chainrule.program import program_of

    assert run(program_of("f", [x], [total.numbers]), 5.0) == [41.0]


def test_several_results_of_one_term():
    m = np.array([[2.0, 0.3], [0.3, 1.0]])
    f = cr.grad(lambda m: cr.sum(cr.linalg.eigh(m)[0] ** 2))
    np.testing.assert_allclose(run(traced(f, m), m)[0], 2 * m, rtol=1e-14)
    g = cr.grad(lambda m: cr.linalg.eigh(m)[1][0, 0])
    np.testing.assert_allclose(run(traced(g, m), m)[0], g(m), rtol=1e-12, atol=1e-15)


def test_an_operand_without_a_derivative():
    with pytest.raises(FixedOperandError, match="polygamma: operand 'n' has no derivative"):
        traced(cr.grad(lambda n: TABLE["polygamma"](n, 2.0)), 1.0)


def test_dtypes_come_back():
    f = lambda x, y: list(cr.grad(lambda x, y: cr.sum(x * y), argnums=(0, 1))(x, y))
    x, y = X.astype(np.float32), X
    a, b = run(traced(f, x, y), x, y)
    assert (a.dtype, b.dtype) == (np.float32, np.float64)


@pytest.mark.parametrize("shape", [(), (0,), (1,), (1, 3), (2, 1)])
@pytest.mark.parametrize("free", [False, True])
def test_shapes(shape, free):
    x = np.full(shape, 0.5)
    y = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    if shape == (0,):
        y = y[:, :0]
    f = cr.grad(lambda x, y: cr.sum(cr.sin(x) * y), argnums=0)
    (found,) = run(traced(f, x, y, free=free), x, y)
    np.testing.assert_allclose(found, f(x, y), rtol=1e-14)
    assert np.shape(found) == shape
