"""What NumPy makes a view of follows an assignment, and what it copies does not.

Each expression is made of an array that is assigned afterwards; NumPy, on a plain array, says what
is then seen in it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import chainrule as cr

SHAPES = {"vector": (4,), "matrix": (3, 4), "cube": (2, 3, 2), "row": (1, 4), "one": (1,)}
VIEWS = """
    v.T, v.mT, v[1:], v[::-1], v[None], v[...], v[:], v[0], v[..., 0], v[0, ...], v[None, 0],
    v[(0,) * v.ndim], v[(0,) * v.ndim + (...,)], v[np.int64(0)], v.reshape(-1), v.reshape(v.shape),
    v.reshape(-1, 1), v.ravel(), np.ravel(v), v[::2].reshape(-1), v[::-1].reshape(-1), v.T.T,
    v[::2].ravel(), v[::-1].ravel(), v.T.ravel(), v.T.ravel("F"), v[1:].ravel(), v[:1].ravel(),
    v[:, :1].ravel(), v[:, :1].reshape(-1), v[::-1][::-1].ravel(), v.ravel("F"), v.T.reshape(-1),
    np.squeeze(v), v.squeeze(), np.expand_dims(v, 0), np.atleast_1d(v), np.atleast_2d(v),
    np.atleast_3d(v), np.flip(v), np.flipud(v), np.fliplr(v), np.rot90(v), np.rot90(v, 4),
    np.moveaxis(v, 0, -1), np.rollaxis(v, 0), np.swapaxes(v, 0, -1), np.matrix_transpose(v),
    np.split(v, [1])[0], np.array_split(v, 2)[0], np.hsplit(v, 1)[0], np.unstack(v)[0],
    np.broadcast_to(v, v.shape), np.broadcast_arrays(v, v)[0], np.real(v), v.conj(),
    np.meshgrid(v, v, copy=False)[0], np.meshgrid(v, copy=False, sparse=True)[0],
    np.polyint(v.ravel(), 0), np.nan_to_num(v, copy=False), v.astype(float, copy=False),
    np.polyder(v.ravel(), 0), np.diff(v, 0),
    np.linalg.matrix_power(v[:1, :1], 1), np.apply_over_axes(lambda a, i: a, v, [0])
"""
COPIES = """
    v.copy(), np.copy(v), +v, v * 1.0, v.flatten(), v.astype(float), np.conj(v),
    v[[0]], v[np.array(0)], v[np.array(0), None], v[v > -9.0], v.take(0, axis=0), np.take(v, 0, -1),
    np.take(v, [0], 0), np.compress([True], v[:1], 0), np.delete(v, 0, 0), np.insert(v, 0, 1.0, 0),
    np.repeat(v, 1), np.repeat(v, 1, 0), np.repeat(v, 3, 0), np.repeat(v, 3), np.tile(v, 1),
    np.tile(v, (1, 1)), np.tile(v, 3), np.tile(v, (3, 1)), np.resize(v, v.shape), np.resize(v, 1),
    np.resize(v, 5), np.roll(v, 0), np.roll(v, 0, 0), np.roll(v, 1), np.pad(v, 0), np.block(v),
    np.block([v]), np.concatenate([v]), np.stack([v])[0], np.append(v, []), np.meshgrid(v)[0],
    np.meshgrid(v, v)[1], np.meshgrid(v, v, sparse=True)[0], np.nan_to_num(v), np.where(True, v, v),
    np.clip(v, -9.0, 9.0), np.sum(v[None], 0), np.max(v[None], 0), np.prod(v[None], 0),
    np.sum(v, ()), np.cumsum(v[None], 0), np.sort(v[None], 0), np.dot(v, 1.0),
    np.kron([1.0], v), np.outer([1.0], v), np.add(v, 0.0), np.maximum(v, -9.0), np.tril(v, 9)
"""


def split(listed: str) -> list[str]:
    """The expressions of a list: its commas outside of brackets part them."""
    found, depth, start = [], 0, 0
    for i, c in enumerate(listed):
        depth += (c in "([{") - (c in ")]}")
        if c == "," and depth == 0:
            found.append(listed[start:i].strip())
            start = i + 1
    return [*found, listed[start:].strip()]


def after(expression: str, x: Any) -> Any:
    """What an expression of v is, once v was assigned."""
    v = x * 1.0
    made = eval(expression, {"np": np, "v": v})
    v[...] = 7.25
    return made * 1.0  # what it is now


WAYS: dict[str, Any] = {
    "eager": lambda f, x: f(cr.Var(x)).val,
    "jit": lambda f, x: cr.jit(f)(x),
    "vmap": lambda f, x: cr.vmap(f)(np.stack([x, x]))[1],
}


@pytest.mark.parametrize("expression", split(VIEWS) + split(COPIES))
def test_a_view_follows_an_assignment_and_a_copy_does_not(expression):
    tried = 0
    for shape in SHAPES.values():
        x = np.linspace(0.5, 1.5, int(np.prod(shape))).reshape(shape)
        try:
            expected = after(expression, x)
        except (ValueError, IndexError):
            continue  # it has too few axes
        tried += 1
        for name, way in WAYS.items():
            if name != "eager" and "v >" in expression:
                continue  # how many hold is not known while a function is traced
            found = way(lambda z: after(expression, z), x)
            np.testing.assert_array_equal(found, expected, f"{expression}, {name}, {shape}")
    assert tried


def test_a_list_of_what_numpy_copies():
    """The truth is NumPy's, so hold the list against it."""
    for expression in split(COPIES):
        for shape in SHAPES.values():
            v = np.linspace(0.5, 1.5, int(np.prod(shape))).reshape(shape)
            try:
                made = eval(expression, {"np": np, "v": v})
            except (ValueError, IndexError):
                continue
            assert not np.shares_memory(made, v), expression


def test_nan_to_num_in_place_is_an_assignment():
    def f(x):
        v = np.log(x)
        np.nan_to_num(v, copy=False, nan=5.0, neginf=3.0)
        return np.sum(v * v)

    x = np.array([0.0, 1.0, np.e])
    with np.errstate(divide="ignore"):
        assert f(x.copy()) == 10.0
    np.testing.assert_allclose(cr.grad(f)(x), [0.0, 0.0, 2 / np.e])
    np.testing.assert_allclose(cr.jit(cr.grad(f))(x), [0.0, 0.0, 2 / np.e])
    with pytest.raises(cr.errors.OperandError, match="v is a leaf"):
        cr.nan_to_num(cr.Var(x), copy=False)
