"""``v[key]`` eagerly: values, gradients, masks, and what is added up in place."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule import Var

equal = np.testing.assert_array_equal
close = np.testing.assert_allclose

X = np.arange(1.0, 61.0).reshape(3, 4, 5)
MASK = np.array([[True, False], [True, True]])
KEYS = [
    0, -1, (1, 2), (1, 2, 3), (-1, -2, -3), slice(None), slice(1, None), slice(None, -1),
    slice(None, None, -1), slice(2, 0, -1), slice(0, 0), slice(5, 9), slice(-9, 9, 2),
    slice(3, 1), slice(1, 3, -1), slice(None, None, -7), (slice(None), 1), (..., 1), (1, ...),
    (0, ..., 1), ..., None, (None, 1), (slice(None), None, 2), (..., None), (None, ..., None),
    (1, None, slice(1, 3), None), (slice(0, 3), slice(0, 4), slice(0, 5)), (1, 2, 3, None),
    np.array([0, 2, 2]), np.array([[0, 1], [-1, 2]]), (slice(None), np.array([1, 1])),
    (np.array([0, 1, 0]), np.array([3, 0, 3])), (np.array([0, 2]), 1), [0, 0, 1],
    np.array([True, False, True]), X > 30.0, np.arange(6).reshape(3, 2)[:, 0] // 2, np.int64(1),
    np.zeros(0, int), slice(np.int64(1), None),
]  # fmt: skip


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_the_elements_and_their_gradient_are_numpys(key, dtype):
    x = X.astype(dtype)
    out = x[key]
    weights = np.cos(np.arange(out.size)).reshape(out.shape).astype(dtype)
    expected = np.zeros_like(x)
    np.add.at(expected, key, weights * 2.0 * out)
    leaf = Var(x)
    picked = leaf[key]
    equal(picked.val, out)
    assert picked.shape == out.shape
    assert picked.dtype == dtype
    value, gradient = cr.value_and_grad(lambda v: cr.sum(cr.square(v[key]) * weights))(x)
    close(value, np.sum(out**2 * weights), rtol=1e-5, atol=1e-4)
    close(gradient, expected, rtol=1e-5, atol=1e-6)
    assert gradient.dtype == dtype


@pytest.mark.parametrize("key", [3, -4, (0, 4), (0, 0, 0, 0), (..., 0, ...), 1.0, "a", True,
                                 (slice(None, 1.5),), np.array([0, 3]), np.array([0.5])],
                         ids=repr)  # fmt: skip
def test_a_key_that_numpy_refuses_raises(key):
    with pytest.raises((IndexError, TypeError)):
        Var(X)[key]


def test_what_is_not_picked_is_not_multiplied():
    x = np.array([0.0, 4.0, 9.0])
    part = [0.0, 0.25, 1 / 6]
    equal(cr.grad(lambda v: cr.sum(np.sqrt(v)[1:]))(x), part)
    equal(cr.grad(lambda v: np.sqrt(v)[1] + np.sqrt(v)[2])(x), part)
    equal(cr.grad(lambda v: cr.sum(np.sqrt(v)[np.array([1, 2])]))(x), part)
    equal(cr.grad(lambda v: cr.sum(np.sqrt(v).reshape(3, 1)[1:].T * 1.0))(x), part)
    square = np.diag([4.0, 9.0])
    diagonal = cr.grad(lambda v: cr.sum(np.diag(np.sqrt(v))))(square)
    equal(diagonal, np.diag([0.25, 1 / 6]))


@pytest.mark.parametrize("condition", [MASK, MASK.astype(float), 2.0 * MASK])
def test_what_is_picked_backwards_and_then_chosen(condition):
    f = lambda x: cr.sum(cr.where(condition, x[::-1], cr.sin(x)) ** 2) + cr.sum(x[::-1])
    x = np.array([[0.3, -0.7], [0.9, 0.2]])
    expected = 1 + 2 * np.where(MASK[::-1], x, 0) + np.where(MASK, 0, np.sin(2 * x))
    np.testing.assert_allclose(cr.grad(f)(x), expected)
    np.testing.assert_allclose(cr.jit(cr.grad(f))(x), expected)


def test_a_mask_that_is_filled_up_counts_no_more():
    x = np.array([0.0, 4.0])
    for f in (
        lambda v: np.sqrt(v)[0] + np.sqrt(v)[1],
        lambda v: cr.sum(np.sqrt(v)[:1]) + cr.sum(np.sqrt(v)[1:]),
    ):
        # As separate terms, each with a mask of its own, they are as the root of each element.
        equal(cr.grad(f)(x), [np.inf, 0.25])

    def columns(v):
        root = np.sqrt(v)
        return cr.sum(root[:, 0]) * 2.0 + cr.sum(root[:, 1]) * 0.0

    # Filled up: what is picked times 0 is a genuine 0 * inf.
    gradient = cr.grad(columns)(np.array([[1.0, 0.0], [4.0, 1.0]]))
    assert np.isnan(gradient[0, 1])
    equal(gradient[:, 0], [1.0, 0.5])
    equal(gradient[1, 1], 0.0)


def test_an_array_that_somebody_else_holds_is_not_written():
    x, g = Var(np.ones(3)), np.array([1.0, 2.0, 3.0])
    y = x * 1.0
    z = y + y[0] * 0.0 + 0.0
    z.back(g)
    equal(g, [1.0, 2.0, 3.0])
    equal(z.grad, g)
    v = Var(np.ones((2, 2)))
    w = v * 1.0
    t = w.T
    (cr.sum(t * np.array([[1.0, 2.0], [3.0, 4.0]])) + w[0, 1]).back()
    equal(t.grad, [[1.0, 2.0], [3.0, 4.0]])
    equal(v.grad, [[1.0, 4.0], [2.0, 4.0]])


@pytest.mark.parametrize("key", [1, slice(None, None, 2), (..., 1), np.array([0, 0, 2]),
                                 (np.array([0, 1, 0]), np.array([3, 0, 3]))], ids=repr)  # fmt: skip
def test_second_derivatives_go_through(key):
    x = X / 60.0

    def f(v):
        return cr.sum(np.sin(v[key]) ** 2) + cr.sum(v) * v[0, 0, 0]

    t = np.cos(X)
    step = 1e-6
    expected = (cr.grad(f)(x + step * t) - cr.grad(f)(x - step * t)) / (2 * step)
    close(cr.hvp(f, (x,), (t,)), expected, rtol=1e-6, atol=1e-7)
    close(cr.grad(lambda v: cr.sum(cr.grad(f)(v) * t))(x), expected, rtol=1e-6, atol=1e-7)
    leaf = Var(x)
    f(leaf).back(create_graph=True)
    first = leaf.grad
    leaf.grad = 0
    cr.sum(first * t).back()
    close(leaf.grad, expected, rtol=1e-6, atol=1e-7)


def test_a_loop_over_elements_costs_what_its_elements_do():
    x = np.linspace(0.0, 1.0, 300)
    value, gradient = cr.value_and_grad(lambda v: sum(v[i] * v[-1 - i] for i in range(300)))(x)
    close(value, np.sum(x * x[::-1]))
    close(gradient, 2.0 * x[::-1])
