"""jacobian, jacfwd, jacrev, hessian: both directions give one matrix, eagerly and traced."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr

X = np.array([0.3, -1.2, 2.0])
M = np.arange(6.0).reshape(2, 3) / 3


def wide(x):
    return cr.outer(x, cr.sin(x))


def nested(p):
    return {"y": p["a"] * p["b"], "z": [cr.sum(p["b"] ** 2), p["a"] ** 2]}


@pytest.mark.parametrize("way", [lambda f: f, cr.jit], ids=["eager", "jit"])
@pytest.mark.parametrize("direction", [cr.jacobian, cr.jacfwd, cr.jacrev])
def test_directions_agree(direction, way):
    expected = np.zeros((3, 3, 3))
    for i in range(3):
        for j in range(3):
            expected[i, j, i] += np.sin(X[j])
            expected[i, j, j] += X[i] * np.cos(X[j])
    np.testing.assert_allclose(way(direction(wide))(X), expected, rtol=1e-14)
    ours = way(direction(nested))({"a": 2.0, "b": X})
    np.testing.assert_allclose(ours["y"]["a"], X)
    np.testing.assert_allclose(ours["y"]["b"], 2 * np.eye(3))
    np.testing.assert_allclose(ours["z"][0]["a"], 0.0)
    np.testing.assert_allclose(ours["z"][0]["b"], 2 * X)
    np.testing.assert_allclose(ours["z"][1]["a"], 4.0)
    np.testing.assert_allclose(ours["z"][1]["b"], np.zeros(3))


@pytest.mark.parametrize("way", [lambda f: f, cr.jit], ids=["eager", "jit"])
@pytest.mark.parametrize("direction", [cr.jacobian, cr.jacfwd, cr.jacrev])
def test_what_does_not_move_is_not_multiplied(direction, way):
    # sqrt has an infinite derivative at 0; the other elements have nothing to do with it.
    ours = way(direction(lambda x: cr.sqrt(x)))(np.array([0.0, 4.0]))
    assert ours.tolist() == [[np.inf, 0.0], [0.0, 0.25]]
    ours = way(direction(lambda x: cr.concatenate([cr.sqrt(x), x])))(np.array([0.0, 4.0]))
    assert ours.tolist() == [[np.inf, 0.0], [0.0, 0.25], [1.0, 0.0], [0.0, 1.0]]


@pytest.mark.parametrize("way", [lambda f: f, cr.jit], ids=["eager", "jit"])
def test_the_hessian_of_arrays_and_containers(way):
    f = lambda a, b: cr.sum(a * a * b) + cr.prod(b)
    (aa, ab), (ba, bb) = way(cr.hessian(f, argnums=(0, 1)))(X, X + 1)
    np.testing.assert_allclose(aa, np.diag(2 * (X + 1)))
    np.testing.assert_allclose(ab, np.diag(2 * X))
    np.testing.assert_allclose(ba, ab.T)
    y = X + 1
    expected = np.array([[0, y[2], y[1]], [y[2], 0, y[0]], [y[1], y[0], 0]])
    np.testing.assert_allclose(bb, expected, rtol=1e-13)


@pytest.mark.parametrize("derivative", [cr.jacobian, cr.jacfwd, cr.jacrev])
def test_auxiliary_data_and_names(derivative):
    f = lambda x, scale: (x * scale, {"scale": scale, "text": "as it is"})
    matrix, aux = derivative(f, has_aux=True, argnames="scale")(X, scale=2.0)
    np.testing.assert_allclose(matrix, X)
    assert aux == {"scale": 2.0, "text": "as it is"}


def test_a_matrix_argument():
    ours = cr.jacobian(lambda m: m @ X)(M)
    assert ours.shape == (2, 2, 3)
    np.testing.assert_allclose(ours, np.einsum("ij,k->ijk", np.eye(2), X))


def test_nothing_to_differentiate():
    assert cr.jacobian(lambda x: x[:0])(X).shape == (0, 3)
    assert cr.jacfwd(lambda x: cr.concatenate([x, X]))(X[:0]).shape == (3, 0)
    np.testing.assert_array_equal(cr.jacobian(lambda x: M)(X), np.zeros((2, 3, 3)))
