"""``v.at[key].set(x)`` and ``.add(x)``: NumPy's assignment, as an array of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule import Value, Var

X = np.arange(12.0).reshape(3, 4)
KEYS: list[Any] = [
    0,
    -1,
    (1, 2),
    slice(None),
    slice(0, 2),
    (slice(None), 1),
    (slice(None, None, -2), slice(1, 3)),
    ...,
    (..., 0),
    [0, 2],
    np.array([[0, 1], [2, 2]]),
    ([0, 2], [1, 3]),
    X > 5,
    (slice(None), np.array([True, False, True, False])),
    (None, 1),
    slice(3, 3),
]
EVERY = pytest.mark.parametrize("key", KEYS, ids=str)


def fitting(key: Any) -> np.ndarray[Any, Any]:
    return np.random.default_rng(3).normal(size=X[key].shape)


@EVERY
def test_set_is_assignment(key):
    x = fitting(key)
    for new in x, 5.0:
        expected = X.copy()
        expected[key] = new
        out = Var(X).at[key].set(new)
        assert isinstance(out, Value)
        np.testing.assert_array_equal(out.val, expected)


@EVERY
def test_add_is_numpys_add_at(key):
    x = fitting(key)
    for new in x, 5.0:
        expected = X.copy()
        np.add.at(expected, key, new)
        np.testing.assert_allclose(Var(X).at[key].add(new).val, expected)


@EVERY
def test_derivatives(key):
    weight = np.cos(X)
    new = fitting(key)
    for name in "set", "add":

        def f(v, x, name=name):
            return cr.sum(getattr((v * v).at[key], name)(x * x) * weight)

        cr.check_derivatives(lambda t, f=f: f(X + 0.5 * t, new * t), 1.3)
        mine, yours = cr.grad(f, argnums=(0, 1))(X, new)
        if name == "set":
            kept = np.ones(X.shape)
            kept[key] = 0.0
            np.testing.assert_allclose(mine, 2 * X * weight * kept)
        else:
            np.testing.assert_allclose(mine, 2 * X * weight)
            np.testing.assert_allclose(yours, 2 * new * weight[key])


def test_the_last_of_several_for_one_element_counts():
    x = Var(np.array([1.0, 2.0, 3.0]))
    out = Var(np.zeros(3)).at[[0, 1, 0]].set(x)
    np.testing.assert_array_equal(out.val, [3.0, 2.0, 0.0])
    out.sum().back()
    np.testing.assert_array_equal(x.grad, [0.0, 1.0, 1.0])


def test_what_was_there_before_is_not_multiplied():
    f = lambda x: cr.sum(cr.sqrt(x).at[x.val == 0].set(1.0))
    np.testing.assert_array_equal(cr.grad(f)(np.array([0.0, 4.0])), [0.0, 0.25])


def test_the_type_is_the_arrays():
    single = Var(X.astype(np.float32))
    assert single.at[0].set(1.0).dtype == np.float32
    assert single.at[0].add(np.ones(4)).dtype == np.float32


def test_a_number_into_an_array():
    a = Var(2.0)
    out = Value(np.zeros(3)).at[1:].set(a)
    out.sum().back()
    assert a.grad == 2.0


def test_keys_and_arrays_that_do_not_fit():
    v = Var(X)
    with pytest.raises(IndexError, match="out of bounds"):
        v.at[3].set(0.0)
    with pytest.raises(ValueError, match=r"at: .*\(3,\).*\(4,\)"):
        v.at[0].add(np.ones(3))
