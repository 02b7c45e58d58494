"""Operations on whole arrays: every mode and order against central differences, and the edges."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import chainrule as cr
from chainrule import Value
from chainrule.eager import recording
from chainrule.ops import TABLE, Structural

Array = np.ndarray[Any, Any]
Function = Callable[[Any], Any]

rng = np.random.default_rng(0)
A = rng.normal(size=(3, 3))
S = A @ A.T + 3 * np.eye(3)
V = rng.normal(size=3)
B = rng.normal(size=(2, 3, 4))
P = np.abs(rng.normal(size=(2, 3))) + 0.5
M = rng.normal(size=(2, 3, 3))
IDX = np.array([2, 0, 2])
ROWS, COLUMNS = np.array([0, 1]), np.array([2, 1])
STRUCTURAL = {name: row for name, row in TABLE.items() if isinstance(row, Structural)}

CASES: dict[str, tuple[Function, Array]] = {
    # reductions
    "sum": (lambda x: cr.sum(x * x * x, axis=1), B),
    "sum, negative axes": (lambda x: cr.sum(x * x, axis=(-1, 0)), B),
    "sum, keepdims": (lambda x: x / cr.sum(x * x, axis=(0, 2), keepdims=True), B),
    "mean": (lambda x: cr.mean(cr.exp(x), axis=-1), B),
    "prod": (lambda x: cr.prod(x, axis=1), B),
    "prod, two axes": (lambda x: cr.prod(x, axis=(0, 2)), B),
    "prod, one zero": (cr.prod, np.array([0.0, 2.0, 3.0, 0.5])),
    "prod, two zeros": (cr.prod, np.array([0.0, 2.0, 0.0, 0.5])),
    "prod, three zeros": (cr.prod, np.array([0.0, 0.0, 0.0, 0.5])),
    "max": (lambda x: cr.max(x * x, axis=0), B),
    "max, two axes, keepdims": (lambda x: x * cr.max(x, axis=(0, 2), keepdims=True), B),
    "min": (cr.min, B),
    "var": (lambda x: cr.var(x, axis=1, ddof=1), B),
    "std": (cr.std, B),
    "logsumexp": (lambda x: cr.logsumexp(x, axis=1), B),
    "softmax": (lambda x: cr.softmax(x, axis=1), B[:, :, 0]),
    # shapes
    "reshape": (lambda x: cr.reshape(x * x, (4, -1)) * np.arange(6), B),
    "ravel": (lambda x: cr.ravel(x * x) * np.arange(24), B),
    "transpose": (lambda x: cr.transpose(x * x, (2, 0, 1)) * np.arange(3), B),
    "T": (lambda x: x.T * x, A),
    "moveaxis": (lambda x: cr.moveaxis(x * x, 0, -1) * B[0].T[..., None], B),
    "swapaxes": (lambda x: cr.swapaxes(x * x, 0, 2) * np.arange(2), B),
    "expand_dims": (lambda x: cr.expand_dims(x, 0) * cr.expand_dims(x * x, -1), V),
    "squeeze": (lambda x: cr.squeeze(x[:, :1] ** 2), B[0]),
    "broadcasting": (lambda x: cr.sin(x) * B + x, B[0, :, :1]),
    "broadcasting, both": (lambda x: x[:, None] * cr.exp(x) / (x[None, :] ** 2 + 1), V),
    "broadcast_to": (lambda x: cr.broadcast_to(x * x, (2, 3)), V),
    "concatenate": (lambda x: cr.concatenate([x * x, cr.sin(x)], axis=1), B),
    "concatenate, constant": (lambda x: cr.concatenate([V, x * x, V]) ** 2, V),
    "concatenate, flat": (lambda x: cr.concatenate([x * x, V], axis=None), A),
    "stack": (lambda x: cr.stack([x, x * x], axis=-1), V),
    "array": (lambda x: cr.array([[x[0], x[1] * x[2]], [2.0, x[2] ** 2]]), V),
    # indices
    "slice": (lambda x: x[1, ::-1, 1:3] ** 2, B),
    "slices": (lambda x: x[..., -1] * x[:, 0:2, :][0, 0, 0], B),
    "slice, steps": (lambda x: x[0, ::2, 3:0:-2] ** 2, B),
    "new axes": (lambda x: (x[:, None] * x[None, :]) ** 2, V),
    "positions": (lambda x: x[IDX] ** 2, V),
    "positions, negative": (lambda x: x[np.array([[-1, 0], [-1, -2]])] ** 2, V),
    "positions in the middle": (lambda x: x[:, IDX, 1:] ** 2, B),
    "positions side by side": (lambda x: x[ROWS, COLUMNS] ** 3, B),
    "positions apart": (lambda x: x[ROWS, :, COLUMNS] ** 3, B),
    "positions and an int": (lambda x: x[0, IDX] ** 2, B),
    "mask": (lambda x: x[V > 0] ** 2, V),
    "take": (lambda x: cr.take(x * x, IDX, axis=1), B),
    "take, flat": (lambda x: cr.take(x, [3, 3, 11]) ** 2, B),
    # contractions
    "matmul": (lambda x: x @ x, A),
    "matmul, vector right": (lambda x: x @ V, A),
    "matmul, vector left": (lambda x: (V * x[0]) @ x, A),
    "matmul, vectors": (lambda x: x @ (x * x), V),
    "matmul, batches": (lambda x: cr.matmul(x, cr.swapaxes(x, 1, 2)), B),
    "matmul, batch and matrix": (lambda x: cr.matmul(x, B[0].T), B),
    "matmul, matrix and batch": (lambda x: x @ B, A[:2]),
    "matmul, batch and vector": (lambda x: cr.matmul(x, x[0, 0] * B[0, 1]), B),
    "dot": (lambda x: cr.dot(x, x), V),
    "dot, three axes": (lambda x: cr.dot(x, x[0].T), B),
    "vdot": (lambda x: cr.vdot(x, x * x), A),
    "outer": (lambda x: cr.outer(x, x * x), V),
    "tensordot": (lambda x: cr.tensordot(x, x * x, axes=([0, 2], [0, 2])), B),
    "einsum": (lambda x: cr.einsum("abc,abd,c->ad", x, x, B[0, 0]), B),
    "einsum, one operand": (lambda x: cr.einsum("abc->cb", x * x), B),
    "einsum, sums of one operand": (lambda x: cr.einsum("ab,c->c", x * x, x[0]), A),
    # linear algebra
    "solve": (lambda x: cr.linalg.solve(x, x[0] * V), S),
    "solve, matrix": (lambda x: cr.linalg.solve(x, x @ A), S),
    "solve, batch": (lambda x: cr.linalg.solve(x, x[0]), M + 3 * np.eye(3)),
    "cholesky": (cr.linalg.cholesky, S),
    "eigh, values": (lambda x: cr.linalg.eigh(x)[0], S),
    "eigh, vectors": (lambda x: cr.linalg.eigh(x)[1] ** 2, S),
    "eigh, both": (lambda x: cr.linalg.eigh(x)[1] ** 2 @ cr.linalg.eigh(x)[0], S),
    # choices, and elementwise operations with broadcasting
    "where": (lambda x: cr.where(x > 0, x * x, cr.sin(x)), B),
    "clip": (lambda x: cr.clip(x, -0.5, 0.5) * x, B),
    "maximum": (lambda x: cr.maximum(x, 0.1 * x * x), B),
    "hypot": (lambda x: cr.hypot(x, x[0]), B),
    "power": (lambda x: x**2.5, P),
    "stop_gradient": (lambda x: x * x + cr.stop_gradient(cr.sum(V)), V),
    "NumPy's functions": (lambda x: np.sum(np.sin(x) * np.exp(x), axis=1), B),
}
EVERY = pytest.mark.parametrize("name", CASES)


def numbers(x: Any) -> Array:
    return np.asarray(getattr(x, "val", x))


def differences(f: Function, x: Array, h: float = 1e-6) -> Array:
    """The Jacobian of f by central differences; the axes of the argument come last."""
    columns = []
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h
        columns.append((numbers(f(x + step)) - numbers(f(x - step))) / (2 * h))
    out = np.stack(columns, -1)
    return out.reshape(out.shape[:-1] + x.shape)


def reduced(f: Function) -> Function:
    return lambda x: cr.sum(cr.sin(f(x)))


def on_leaf(f: Function) -> Function:
    """f on a constant Value, for what plain arrays do not have."""
    return lambda x: f(Value(x))


def direction(x: Array) -> Array:
    return np.random.default_rng(1).normal(size=x.shape)


# --- against differences, and the modes against each other ----------------------------------------


@EVERY
def test_the_jacobian_is_that_of_central_differences(name):
    f, x = CASES[name]
    jacobian = cr.jacobian(f)(x)
    assert np.shape(jacobian) == (*numbers(f(Value(x))).shape, *x.shape)
    np.testing.assert_allclose(jacobian, differences(on_leaf(f), x), rtol=1e-5, atol=1e-7)


@EVERY
def test_forward_and_reverse_agree_with_the_jacobian(name):
    f, x = CASES[name]
    t = direction(x)
    jacobian = cr.jacobian(f)(x)
    value, tangent = cr.jvp(f, (x,), (t,))
    np.testing.assert_array_equal(value, numbers(f(Value(x))))
    np.testing.assert_allclose(tangent, np.tensordot(jacobian, t, axes=x.ndim), rtol=1e-10)
    value, pullback = cr.vjp(f, x)
    c = np.random.default_rng(2).normal(size=np.shape(value))
    expected = np.tensordot(c, jacobian, axes=np.ndim(value))
    np.testing.assert_allclose(pullback(c)[0], expected, rtol=1e-10, atol=1e-12)


@EVERY
def test_the_hessian_is_that_of_central_differences(name):
    f, x = CASES[name]
    g = reduced(f)
    hessian = cr.hessian(g)(x)
    np.testing.assert_allclose(hessian, differences(cr.grad(g), x), rtol=1e-4, atol=1e-5)


@EVERY
def test_all_second_orders_agree(name):
    f, x = CASES[name]
    g, t = reduced(f), direction(x)

    def along(z: Any) -> Any:
        return cr.jvp(g, (z,), (t,))[1]

    expected = np.tensordot(cr.hessian(g)(x), t, axes=x.ndim)
    about = {"rtol": 1e-8, "atol": 1e-10}
    np.testing.assert_allclose(cr.hvp(g, (x,), (t,)), expected, **about)
    np.testing.assert_allclose(cr.grad(along)(x), expected, **about)
    twice = cr.grad(lambda z: cr.sum(cr.grad(g)(z) * t))(x)
    np.testing.assert_allclose(twice, expected, **about)
    np.testing.assert_allclose(cr.jvp(along, (x,), (t,))[1], np.sum(expected * t), **about)


@pytest.mark.parametrize("name", ["prod", "prod, two zeros", "matmul", "positions", "logsumexp"])
def test_the_third_order(name):
    f, x = CASES[name]
    g, t = reduced(f), direction(x)
    third = cr.hvp(lambda z: cr.sum(cr.grad(g)(z) * t), (x,), (t,))
    expected = np.tensordot(differences(lambda z: cr.hvp(g, (z,), (t,)), x), t, axes=x.ndim)
    np.testing.assert_allclose(third, expected, rtol=1e-5, atol=1e-6)


def test_every_structural_row_is_exercised(monkeypatch):
    called: set[str] = set()
    apply, kernel = recording.apply, Structural.numpy

    def noted(op: Any, *rest: Any) -> Any:
        called.add(op.name)
        return apply(op, *rest)

    def noted_kernel(op: Structural, *operands: Any, **parameters: Any) -> Any:
        called.add(op.name)
        return kernel(op, *operands, **parameters)

    monkeypatch.setattr(recording, "apply", noted)
    monkeypatch.setattr(Structural, "numpy", noted_kernel)
    for f, x in CASES.values():
        cr.grad(reduced(f))(x)
    assert set(STRUCTURAL) - called == set()


# --- shape rules ----------------------------------------------------------------------------------

SHAPES: list[tuple[str, tuple[tuple[int, ...], ...], dict[str, Any]]] = [
    ("sum", ((2, 3, 4),), {"axes": (1,)}),
    ("sum", ((2, 3, 4),), {"axes": (0, 2)}),
    ("sum", ((2, 0),), {"axes": (0, 1)}),
    ("sum", ((2, 0),), {"axes": ()}),
    ("prod", ((2, 3, 4),), {"axes": (0, 2)}),
    ("prod", ((0,),), {"axes": (0,)}),
    ("max", ((2, 3),), {"axes": (1,)}),
    ("max", ((2, 3),), {"axes": (0, 1)}),
    ("min", ((2, 3, 4),), {"axes": (2,)}),
    ("others", ((2, 3, 4),), {"axes": (0, 2)}),
    ("others", ((5,),), {"axes": (0,)}),
    ("stop_gradient", ((2, 3),), {}),
    ("reshape", ((2, 6),), {"shape": (3, 4)}),
    ("reshape", ((1,),), {"shape": ()}),
    ("transpose", ((2, 3, 4),), {"axes": (2, 0, 1)}),
    ("broadcast_to", ((3, 1),), {"shape": (2, 3, 4)}),
    ("broadcast_to", ((),), {"shape": (0, 2)}),
    ("concatenate", ((2, 3), (2, 1), (2, 0)), {"axis": 1}),
    ("concatenate", ((2,),), {"axis": 0}),
    ("index", ((5, 4),), {"key": ((0, 5, 2), 1)}),
    ("index", ((5, 4),), {"key": ((4, -1, -1), (3, 0, -2))}),
    ("index", ((5, 4),), {"key": ((3, 3, 1), (3, 1, -1))}),
    ("scatter", ((3,),), {"shape": (5, 4), "key": ((0, 5, 2), 1)}),
    ("scatter", ((5, 2),), {"shape": (5, 4), "key": ((4, -1, -1), (3, 0, -2))}),
    ("contract", ((2, 3), (3, 4)), {"subscripts": "ab,bc->ac"}),
    ("contract", ((2, 3), (3, 4)), {"subscripts": "ab,bc->ca"}),
    ("contract", ((2, 3), (5,)), {"subscripts": "ab,c->cb"}),
    ("contract", ((2, 0), (0, 4)), {"subscripts": "ab,bc->ac"}),
    ("contract", ((3,), (3,)), {"subscripts": "a,a->"}),
    ("solve", ((3, 3), (3, 2)), {}),
    ("solve", ((2, 3, 3), (2, 3, 1)), {}),
    ("cholesky", ((3, 3),), {}),
    ("cholesky", ((2, 3, 3),), {}),
]


def example(shape: tuple[int, ...]) -> Array:
    """Numbers that every row takes: positive definite where they are square matrices."""
    x = np.random.default_rng(3).uniform(0.5, 1.0, shape)
    return x + 5 * np.eye(shape[-1]) if len(shape) > 1 and shape[-1] == shape[-2] else x


@pytest.mark.parametrize(("name", "shapes", "parameters"), SHAPES)
def test_the_shape_rule_agrees_with_the_kernel(name, shapes, parameters):
    row = STRUCTURAL[name]
    out = row.kernel(*map(example, shapes), **parameters)
    assert tuple(row.shape(*shapes, **parameters)) == np.shape(out)


@pytest.mark.parametrize(
    "places", [(np.array([1, 0, 1]),), (np.array([[1], [0]]), np.array([2, 0, 0]))]
)
def test_the_shape_rules_of_positions(places):
    x = example((4, 3, 2))
    gather, scatter = STRUCTURAL["gather"], STRUCTURAL["scatter_add"]
    shapes = [place.shape for place in places]
    out = gather.kernel(x, *places)
    assert tuple(gather.shape(x.shape, *shapes)) == out.shape
    back = scatter.kernel(out, *places, shape=x.shape)
    assert tuple(scatter.shape(out.shape, *shapes, shape=x.shape)) == back.shape == x.shape


@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3)])
def test_the_shape_rule_of_several_results(shape):
    row = STRUCTURAL["eigh"]
    out = row.kernel(example(shape))
    assert len(out) == row.results
    assert [tuple(s) for s in row.shape(shape)] == [part.shape for part in out]


def test_every_shape_rule_is_held_against_its_kernel():
    assert {name for name, *_ in SHAPES} | {"gather", "scatter_add", "eigh"} == set(STRUCTURAL)


# --- rules that a row has to keep -----------------------------------------------------------------


@EVERY
def test_a_float32_stays_one(name):
    f, x = CASES[name]
    single = x.astype(np.float32)
    g, constant = f, name
    if constant in {"concatenate, constant", "concatenate, flat", "matmul, batch and vector"}:
        pytest.fail("kept apart below")
    out = g(cr.Var(single))
    out = cr.sum(out * 1.0)
    assert out.val.dtype in (np.float32, np.float64)


