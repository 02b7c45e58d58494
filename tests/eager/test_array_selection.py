"""Elements that are not selected have no part in a derivative, not even as 0 times infinity."""

from __future__ import annotations

import math

import numpy as np
import pytest

import chainrule as cr
from chainrule import Var

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
equal = np.testing.assert_array_equal
close = np.testing.assert_allclose

ROOT = np.array([0.0, 4.0])
GUARDED = {
    "where": (lambda x: cr.sum(cr.where(x > 0, cr.sqrt(x), 0.0))),
    "index": (lambda x: cr.sqrt(x)[1]),
    "slice": (lambda x: cr.sum(cr.sqrt(x)[1:])),
    "positions": (lambda x: cr.sum(cr.sqrt(x)[np.array([1])])),
    "mask": (lambda x: cr.sum(cr.sqrt(x)[np.array([False, True])])),
    "maximum of where": (lambda x: cr.max(cr.where(x > 0, cr.sqrt(x), -1.0))),
    "max": (lambda x: cr.max(cr.sqrt(x))),
    "maximum": (lambda x: cr.sum(cr.maximum(cr.sqrt(x), 1.0)) - 1.0),
    "clip": (lambda x: cr.sum(cr.clip(cr.sqrt(x), 1.0, 3.0)) - 1.0),
    "through shapes": (
        lambda x: cr.sum(cr.transpose(cr.reshape(cr.sqrt(x), (2, 1)))[0, 1:])
    ),
    "through sum": (lambda x: cr.sum(cr.sqrt(x)[:, None] * np.ones(3), axis=1)[1] / 3),
    "concatenate": (lambda x: cr.concatenate([cr.sqrt(x), x])[1]),
    "row": (lambda x: cr.stack([cr.sqrt(x), x], axis=1)[1, 0]),
}  # fmt: skip


@pytest.mark.parametrize("name", GUARDED)
def test_what_is_not_selected_is_not_multiplied(name):
    f = GUARDED[name]
    v = Var(ROOT)
    y = f(v)
    close(y.val, 2.0)
    y.back()
    close(v.grad, [0.0, 0.25])
    close(cr.grad(f)(ROOT), [0.0, 0.25])
    for i, expected in enumerate([0.0, 0.25]):
        close(cr.jvp(f, (ROOT,), (np.eye(2)[i],))[1], expected)


@pytest.mark.parametrize("name", GUARDED)
def test_what_is_not_selected_is_not_multiplied_at_the_second_order(name):
    f = GUARDED[name]
    expected = [[0.0, 0.0], [0.0, -1 / 32]]
    close(cr.hessian(f)(ROOT), expected)
    close(cr.jacobian(cr.grad(f))(ROOT), expected)
    t = np.array([1.0, 2.0])
    close(cr.hvp(f, (ROOT,), (t,)), [0.0, -1 / 16])
    close(cr.grad(lambda x: cr.jvp(f, (x,), (t,))[1])(ROOT), [0.0, -1 / 16])
    close(cr.jvp(lambda x: cr.jvp(f, (x,), (t,))[1], (ROOT,), (t,))[1], -1 / 8)


def test_the_branch_that_is_nan():
    x = np.array([-1.0, 4.0])

    def f(x):
        return cr.sum(cr.where(x > 0, cr.sqrt(x), x * x))

    close(cr.grad(f)(x), [-2.0, 0.25])
    close(cr.hessian(f)(x), [[2.0, 0.0], [0.0, -1 / 32]])
    close(cr.jvp(f, (x,), (np.ones(2),))[1], -1.75)


def test_a_genuine_zero_times_infinity_is_nan():
    def f(x):
        return cr.sum(cr.sqrt(x) ** 2)

    v = Var(ROOT)
    f(v).back()
    for derivative in v.grad, cr.grad(f)(ROOT):
        assert math.isnan(derivative[0])
        close(derivative[1], 1.0)
    assert math.isnan(cr.jvp(f, (ROOT,), (np.ones(2),))[1])


CROSSES = {
    "where": lambda a, b, mask: cr.where(mask, np.cross(a, b)[..., 0], 0),
    "where of all": lambda a, b, mask: cr.where(mask[:, None], np.cross(a, b), 0),
    "index": lambda a, b, mask: np.cross(a, b)[mask],
    "plane": lambda a, b, mask: cr.where(mask, np.cross(a[:, :2], b[:, :2]), 0),
    "axis": lambda a, b, mask: cr.where(mask, np.cross(a.T, b.T, axis=0)[1], 0),
    "norm": lambda a, b, mask: cr.where(mask, np.linalg.norm(np.cross(a, b), axis=-1), 0),
}


@pytest.mark.parametrize("bad", [math.inf, math.nan])
@pytest.mark.parametrize("name", CROSSES)
def test_cross_products_that_are_not_picked(name, bad):
    """Infinite and nan vectors that a mask leaves out give 0, in both modes and at second order."""
    mask = np.array([True, False, False])
    a = np.array([[1.0, 2.0, 3.0], [bad, 1.0, 2.0], [4.0, 5.0, 6.0]])
    b = np.array([[2.0, 1.0, 0.5], [1.0, 1.0, 1.0], [0.0, bad, 1.0]])
    f = lambda a, b: np.sum(CROSSES[name](a, b, mask) ** 2)
    tangents = np.ones((3, 3)), np.full((3, 3), 0.5)
    clean = np.where(mask[:, None], a, 1.0), np.where(mask[:, None], b, 2.0)
    expected = cr.grad(f, argnums=(0, 1))(*clean)
    for found in cr.grad(f, argnums=(0, 1))(a, b), cr.jit(cr.grad(f, argnums=(0, 1)))(a, b):
        for got, want in zip(found, expected, strict=True):
            close(got, want)
            equal(got[1:], 0.0)
    push = lambda *x: cr.jvp(f, x, tangents)[1]
    close(push(a, b), push(*clean))
    close(cr.jit(push)(a, b), push(*clean))
    curved = cr.hvp(f, clean, tangents)
    for got, want in zip(cr.hvp(f, (a, b), tangents), curved, strict=True):
        close(got, want)
