"""vmap: one example becomes a batch, in any nesting with the other transforms."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest

import chainrule as cr
from chainrule.errors import ArgumentError, ConcreteNumberError, OperandError

RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(5, 3))
Y = RANDOM.normal(size=(4, 3))
W = RANDOM.normal(size=3)


def score(x, w):
    return cr.sum(cr.sin(x) * w) ** 2 + cr.max(x)


def close(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)


def test_a_batch_is_a_loop():
    close(cr.vmap(score, (0, None))(X, W), [score(x, W) for x in X])


def test_axes_in_and_out():
    outer = cr.vmap(lambda x, y: cr.outer(x, y), in_axes=(1, 0), out_axes=-1)
    expected = np.stack([np.outer(x, y) for x, y in zip(X.T, Y[:3], strict=True)], axis=-1)
    close(outer(X, Y[:3]), expected)
    middle = cr.vmap(lambda x, y: cr.outer(x, y), in_axes=(-1, 0), out_axes=1)
    close(middle(X, Y[:3]), np.moveaxis(expected, -1, 1))


def test_nested_in_both_orders():
    pairs = cr.vmap(lambda x: cr.vmap(lambda y: cr.dot(x, y))(Y))(X)
    close(pairs, X @ Y.T)
    pairs = cr.vmap(lambda x: cr.vmap(lambda y: x * y, out_axes=1)(Y), out_axes=2)(X)
    close(pairs, np.einsum("ia,ja->aji", X, Y))


def test_containers_of_arguments_and_results():
    class Model(NamedTuple):
        weights: np.ndarray
        bias: float

    f = lambda model, x: {"y": cr.dot(model.weights, x["x"]) + model.bias, "x": (x["x"], 1.0)}
    out = cr.vmap(f, in_axes=(None, {"x": 0}))(Model(W, 2.0), {"x": X})
    close(out["y"], X @ W + 2)
    close(out["x"][0], X)
    close(out["x"][1], np.ones(5))
    models = Model(np.stack([W, 2 * W]), np.array([1.0, 2.0]))
    close(cr.vmap(f, in_axes=(0, None))(models, {"x": W})["y"], [W @ W + 1, 2 * W @ W + 2])


def test_keyword_arguments_are_batched_along_their_first_axis():
    close(cr.vmap(lambda x, y: x + y, in_axes=1)(X, y=X.T), 2 * X.T)


def test_a_result_that_is_the_same_for_all():
    shared, own = cr.vmap(lambda x, w: (w * 2.0, x), in_axes=(0, None), out_axes=(None, 0))(X, W)
    close(shared, 2 * W)
    close(own, X)


def test_results_that_do_not_depend_on_the_example_are_repeated():
    close(cr.vmap(lambda x: (7.0, W))(X)[0], np.full(5, 7.0))
    close(cr.vmap(lambda x: (7.0, W))(X)[1], np.tile(W, (5, 1)))


def test_truth_values_and_whole_numbers_are_batched_too():
    positive = cr.vmap(lambda x: x > 0)(X[:, 0])
    assert positive.dtype == bool
    assert positive.tolist() == (X[:, 0] > 0).tolist()
    picked = cr.vmap(lambda x, i: x[i])(X, np.array([0, 2, 1, -1, 0]))
    close(picked, X[np.arange(5), [0, 2, 1, 2, 0]])


def test_derivatives_inside():
    slopes = cr.vmap(cr.grad(score, argnums=(0, 1)), (0, None))(X, W)
    for i, x in enumerate(X):
        for ours, own in zip(slopes, cr.grad(score, argnums=(0, 1))(x, W), strict=True):
            close(ours[i], own)
    curvature = cr.vmap(cr.hessian(score, argnums=1), (0, None))(X, W)
    close(curvature, [cr.hessian(score, argnums=1)(x, W) for x in X])
    values, tangents = cr.vmap(lambda x: cr.jvp(lambda z: score(z, W), (x,), (W,)))(X)
    close(tangents, [cr.jvp(lambda z: score(z, W), (x,), (W,))[1] for x in X])
    close(values, [score(x, W) for x in X])


def test_a_closed_over_argument_has_a_derivative_for_each_example():
    per_example = cr.vmap(lambda x: cr.grad(lambda w: score(x, w))(W))(X)
    close(per_example, [cr.grad(lambda w, x=x: score(x, w))(W) for x in X])


def test_derivatives_outside():
    total = lambda w: cr.sum(cr.vmap(score, (0, None))(X, w))
    close(cr.grad(total)(W), sum(cr.grad(score, argnums=1)(x, W) for x in X))
    close(cr.hessian(total)(W), sum(cr.hessian(score, argnums=1)(x, W) for x in X))
    close(cr.jvp(total, (W,), (W,))[1], W @ cr.grad(total)(W))


def test_a_pullback_under_vmap():
    _, pullback = cr.vjp(lambda x: cr.vmap(lambda z: z * cr.sum(z))(x), X)
    (slow,) = zip(*[pullback(np.full((5, 3), k)) for k in (1.0, 2.0)], strict=True)
    both = cr.jit(
        lambda x, seeds: cr.vmap(
            lambda seed: cr.vjp(lambda x: cr.vmap(lambda z: z * cr.sum(z))(x), x)[1](seed)[0]
        )(seeds)
    )(X, np.stack([np.full((5, 3), k) for k in (1.0, 2.0)]))
    close(both, slow)


def test_values_are_differentiated_through():
    w = cr.Var(W)
    cr.sum(cr.vmap(score, (0, None))(X, w)).back()
    close(w.grad, sum(cr.grad(score, argnums=1)(x, W) for x in X))


def test_no_examples_and_one():
    assert cr.vmap(score, (0, None))(X[:0], W).shape == (0,)
    close(cr.vmap(score, (0, None))(X[:1], W), [score(X[0], W)])


@pytest.mark.parametrize(
    ("in_axes", "args", "message"),
    [
        ((0,), (X, W), "in_axes has 1 entries"),
        ((0, 1), (X, W), r"argument\[1\] has shape \(3,\)"),
        (0, (X, Y), r"argument\[0\] has 5 examples, but argument\[1\] has 4"),
        ((None, None), (X, W), "no argument has an axis of examples"),
        ((0, {"a": 0}), (X, W), "in_axes"),
        ((0.5, None), (X, W), "whole number"),
        (0, (X, 2.0), r"argument\[1\] has shape \(\)"),
    ],
)
def test_axes_that_do_not_fit(in_axes, args, message):
    with pytest.raises(ArgumentError, match=message):
        cr.vmap(lambda x, w: cr.sum(x) + cr.sum(w), in_axes)(*args)


def test_out_axes_that_do_not_fit():
    with pytest.raises(ArgumentError, match="out_axes is None"):
        cr.vmap(lambda x: x, out_axes=None)(X)
    with pytest.raises(np.exceptions.AxisError):
        cr.vmap(lambda x: x, out_axes=3)(X)
    with pytest.raises(ArgumentError, match="out_axes"):
        cr.vmap(lambda x: x, out_axes=(0, 0))(X)


def test_what_cannot_be_batched():
    with pytest.raises(ConcreteNumberError, match=r"cr\.where"):
        cr.vmap(lambda x: x if x > 0 else -x)(W)
    with pytest.raises(OperandError, match="no axis of examples"):
        cr.vmap(lambda x, name: x)(X, "name")
