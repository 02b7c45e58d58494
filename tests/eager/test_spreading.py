"""Operands that broadcast, by kernels and by NumPy, and the cotangents of rows that only move."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule import Value, Var
from chainrule.errors import ChangedValueError
from chainrule.ops import elementwise_rows

equal = np.testing.assert_array_equal
close = np.testing.assert_allclose

# --- operands that broadcast ----------------------------------------------------------------------

#: On both sides of where the native build hands arrays to NumPy, which is at 128 elements.
BROADCAST = (
    ((1, 1), (1,)), ((2, 3), (3,)), ((3,), (2, 3)), ((2, 1), (1, 3)), ((2, 1, 4), (3, 1)),
    ((2, 3), ()), ((0, 3), (3,)), ((1,), (0,)), ((1,) * 9, (2,)), ((16, 8), (8,)), ((43, 3), (3,)),
)  # fmt: skip


def repeated_to(shape, x):
    return np.broadcast_to(x, shape).copy()


def sum_over_repeats(g, shape):
    fresh = g.ndim - len(shape)
    axes = tuple(i for i in range(g.ndim) if i < fresh or shape[i - fresh] == 1)
    return np.sum(g, axis=axes).reshape(shape)


def var(x):
    return Var(x) if x.ndim else cr.sum(Var(x[None]))


@pytest.mark.parametrize("shapes", BROADCAST, ids=str)
@pytest.mark.parametrize(
    "op", [op for op in elementwise_rows() if op.arity > 1 and not op.predicate], ids=str
)
def test_what_broadcasts_is_as_if_repeated(op, shapes):
    if None in op.partials:
        return
    generator = np.random.default_rng(3)
    operands = [
        np.round(generator.uniform(low, high, shape), 1)
        for shape, (low, high) in zip((*shapes, shapes[0]), op.domain, strict=False)
    ]
    whole = np.broadcast_shapes(*shapes)
    seed = generator.uniform(-1.0, 2.0, whole)
    values, full = [var(x) for x in operands], [var(repeated_to(whole, x)) for x in operands]
    if op.name == "where":
        values[0], full[0] = operands[0] > 0, repeated_to(whole, operands[0] > 0)
    out, expected = op(*values), op(*full)
    equal(out.shape, whole)
    close(out.val, expected.val, rtol=1e-13)
    out.back(seed)
    expected.back(seed)
    for v, w in zip(values, full, strict=True):
        if isinstance(v, Value):
            equal(v.grad.shape, v.shape)
            close(v.grad, sum_over_repeats(w.grad, v.shape), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("rows", [2, 50])
def test_what_is_not_selected_has_no_part_in_a_row(rows):
    x = np.tile([[-1.0, 4.0, 0.0]], (rows, 1))
    v, row = Var(x), Var(np.array([1.0, 2.0, 0.0]))
    cr.sum(cr.where(x > 0, cr.sqrt(v) * cr.log(row), 0.0)).back()
    close(row.grad, [0.0, rows * 1.0, 0.0])  # 1/0 is not multiplied
    close(v.grad, np.where(x > 0, np.log(2.0) / 4, 0.0))


@pytest.mark.parametrize("rows", [2, 50])
def test_a_row_repeated_in_higher_orders_and_forward(rows):
    x, row = np.full((rows, 3), 2.0), np.array([1.0, 2.0, 3.0])

    def f(row):
        return cr.sum(x * row**3)

    close(cr.grad(f)(row), 6 * rows * row**2)
    close(cr.hvp(f, (row,), (np.ones(3),)), 12 * rows * row)
    close(cr.jvp(f, (row,), (np.ones(3),))[1], np.sum(6 * rows * row**2))


@pytest.mark.parametrize("rows", [2, 50])
def test_rows_of_other_types_and_layouts(rows):
    x = np.ones((3, rows)).T
    single, strided, scalar = np.float32([1, 2, 3]), np.arange(6.0)[::2], np.float32(2.0)
    v = Var(x)
    for row in single, strided:
        w = Var(row)
        out = v * w
        assert out.dtype == np.float64
        close(out.val, x * row)
        cr.sum(out).back()
        close(w.grad, [rows] * 3)
        assert w.grad.dtype == row.dtype
    out = v * scalar * Var(single)[1] ** 2
    assert out.dtype == np.float64
    close(out.val, x * 8.0)


def test_a_row_assigned_since_is_named():
    v, row = Var(np.ones((2, 3))), Var(np.ones(3))
    out = v * row
    row.val = np.zeros(3)
    with pytest.raises(ChangedValueError):
        out.back(np.ones((2, 3)))


@pytest.mark.parametrize("rows", [2, 50])
def test_what_does_not_broadcast_is_named(rows):
    with pytest.raises(ValueError, match=rf"add: operands of shapes \({rows}, 3\), \(2,\)"):
        Var(np.ones((rows, 3))) + np.ones(2)


# --- linear rows, whose cotangents may be views ---------------------------------------------------


@pytest.mark.parametrize("shape", [(1,), (1, 1), (2, 3), (1, 3), (500,), (0, 2)])
@pytest.mark.parametrize("axis", [None, 0, -1])
def test_the_cotangents_of_a_sum_are_ones_own(shape, axis):
    v = Var(np.ones(shape))
    out = cr.sum(v, axis)
    seed = np.arange(1.0, 1 + out.size).reshape(out.shape)
    expected = np.broadcast_to(seed if axis != -1 else seed[..., None], shape)
    out.back(seed)
    equal(v.grad, expected)
    assert v.grad.flags.writeable
    assert not np.shares_memory(v.grad, seed)
    assert not np.shares_memory(v.grad, out.grad)
    equal(cr.vjp(lambda x: cr.sum(x, axis), v.val)[1](seed)[0], expected)
    u = Var(np.ones(shape))
    w = u.reshape((-1, 1))
    (cr.sum(w) + cr.sum(w.T)).back()
    equal(u.grad, np.full(shape, 2.0))
    equal(w.grad, np.full(w.shape, 2.0))


@pytest.mark.parametrize("size", [1, 3, 500])
def test_a_linear_row_keeps_the_type_of_its_operand(size):
    v = Var(np.linspace(0.5, 2.0, size).astype(np.float32))
    cr.sum(cr.cumsum(v.reshape((size, 1))).astype(np.float64) * np.ones(size)).back()
    assert v.grad.dtype == np.float32
    equal(v.grad, np.arange(size, 0, -1))
