"""Operations on whole arrays: every mode and order against central differences, and the edges."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from covered_samples import COVERED_CASES
from samples import CASES, IDX, A, B, P, S, V

import chainrule as cr
from chainrule import Value
from chainrule.ops import TABLE, Structural
from chainrule.ops.sparse import Constant

Array = np.ndarray[Any, Any]
Function = Callable[[Any], Any]

STRUCTURAL = {name: row for name, row in TABLE.items() if isinstance(row, Structural)}
#: Rows that only the terms of a traced function are made of.
TRACED = {"fill", "length", "literal", "extent", "input", "part", "custom", "call"}
#: Rows that eager arrays do in place: eager/assigning.py calls NumPy for them.
IN_PLACE = {"assign", "put", "scatter"}

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
    np.testing.assert_allclose(
        tangent, np.tensordot(jacobian, t, axes=x.ndim), rtol=1e-10, atol=1e-12
    )
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

    def noting(name: str, kernel: Callable[..., Any]) -> Callable[..., Any]:
        def noted(*operands: Any, **parameters: Any) -> Any:
            called.add(name)
            return kernel(*operands, **parameters)

        return noted

    for name, row in STRUCTURAL.items():
        monkeypatch.setitem(vars(row), "kernel", noting(name, row.kernel))
    for f, x in (CASES | COVERED_CASES).values():
        cr.grad(reduced(f))(x)
    assert set(STRUCTURAL) - called - TRACED - IN_PLACE == set()


# --- shape rules ----------------------------------------------------------------------------------

SHAPES: list[tuple[str, tuple[tuple[int, ...], ...], dict[str, Any]]] = [
    ("fill", ((2, 3),), {"value": 1.5}),
    ("positions", (), {"extent": 4}),
    ("length", (), {"extent": 4}),
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
    ("assign", ((5, 4), (3,)), {"key": ((0, 5, 2), 1)}),
    ("clear", ((5, 4),), {"key": ((0, 5, 2), 1)}),
    ("betainc", ((2, 3), (2, 3), (2, 3)), {}),
    ("solve_triangular", ((3, 3), (3, 2)), {"lower": True, "is_unit": False}),
    ("sparse_matmul", ((4, 2),), {"matrix": Constant(scipy.sparse.eye_array(3, 4))}),
    ("positions", (), {"extent": 3}),
    ("contract", ((2, 3), (3, 4)), {"subscripts": "ab,bc->ac"}),
    ("contract", ((2, 3), (3, 4)), {"subscripts": "ab,bc->ca"}),
    ("contract", ((2, 3), (5,)), {"subscripts": "ab,c->cb"}),
    ("contract", ((2, 0), (0, 4)), {"subscripts": "ab,bc->ac"}),
    ("contract", ((3,), (3,)), {"subscripts": "a,a->"}),
    ("cross", ((2, 3), (3,)), {}),
    ("cross", ((2, 1, 3), (0, 3)), {}),
    ("solve", ((3, 3), (3, 2)), {}),
    ("solve", ((2, 3, 3), (2, 3, 1)), {}),
    ("triangle", ((2, 3, 3),), {"diagonal": 0.5}),
    ("pack", ((), ()), {}),
    ("cholesky", ((3, 3),), {}),
    ("cholesky", ((2, 3, 3),), {}),
    ("cumsum", ((2, 3),), {"axis": 1, "back": True}),
    ("cumprod", ((2, 0),), {"axis": 1}),
    ("recurrence", ((2, 3), (2, 3)), {"axis": 0, "back": False}),
    ("argmax", ((2, 3, 4),), {"axis": 1}),
    ("argmin", ((3,),), {"axis": 0}),
    ("argsort", ((2, 0),), {"axis": 0, "stable": True}),
    ("order_statistic", ((2, 3),), {"axes": (1,), "k": 2}),
    ("searchsorted", ((4,), (2, 3)), {"side": "left"}),
    ("searchsorted", ((2, 4), (2, 3)), {"side": "right"}),
    ("limited", ((2, 3),), {"shift": -1, "limit": 4}),
    ("convolve", ((5,), (3,)), {"size": "full"}),
    ("convolve", ((2, 5), (2, 3)), {"size": "valid"}),
    ("convolve", ((0, 5), (0, 3)), {"size": "valid"}),
    ("inv", ((2, 3, 3),), {"strict": True}),
    ("det", ((2, 3, 3),), {}),
    ("cofactors", ((0, 3, 3),), {}),
    ("pinv", ((2, 3, 4),), {"rcond": None}),
    ("completion", ((2, 4, 3),), {"of": "qr"}),
    ("completion", ((2, 4, 3),), {"of": "svd, left"}),
    ("completion", ((2, 3, 4),), {"of": "svd, right"}),
]
#: Rows with several results.
SEVERAL = [
    ("eigh", (2, 3, 3)),
    ("slogdet", (2, 3, 3)),
    ("svd", (2, 4, 3)),
    ("svd", (3, 4)),
    ("qr", (2, 4, 3)),
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


@pytest.mark.parametrize(("name", "shape"), SEVERAL)
def test_the_shape_rules_of_several_results(name, shape):
    row = STRUCTURAL[name]
    results = row.kernel(example(shape))
    assert [tuple(s) for s in row.shape(shape)] == [np.shape(x) for x in results]
    assert len(results) == row.results


def test_the_shape_rules_of_an_order():
    x = example((2, 3))
    order = STRUCTURAL["argsort"].kernel(x, axis=1, stable=False)
    runs = STRUCTURAL["runs"].kernel(x, order, axis=1)
    permuted = STRUCTURAL["permute"].kernel(x, order, runs, axis=1, back=False)
    assert runs.shape == permuted.shape == STRUCTURAL["runs"].shape((2, 3), (2, 3), axis=1)
    assert STRUCTURAL["permute"].shape((2, 3), (2, 3), (2, 3), axis=1, back=False) == (2, 3)


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


def test_the_shape_rules_of_positions_that_are_written():
    x, y, places = example((4, 3)), example((2,)), np.array([7, 2])
    for name, operands, parameters in (
        ("put", (x, y, places), {}),
        ("clear_at", (x, places), {}),
        ("counts", (places,), {"size": 12}),
    ):
        row = STRUCTURAL[name]
        out = row.kernel(*operands, **parameters)
        assert row.shape(*map(np.shape, operands), **parameters) == out.shape


@pytest.mark.parametrize("shape", [(3, 3), (2, 3, 3)])
def test_the_shape_rule_of_several_results(shape):
    row = STRUCTURAL["eigh"]
    out = row.kernel(example(shape))
    assert len(out) == row.results
    assert [tuple(s) for s in row.shape(shape)] == [part.shape for part in out]


def test_every_shape_rule_is_held_against_its_kernel():
    others = {"gather", "scatter_add", "astype", "runs", "permute", "put", "clear_at", "counts"}
    others |= {name for name, _ in SEVERAL}
    assert {name for name, *_ in SHAPES} | others == set(STRUCTURAL) - TRACED | {"fill", "length"}


# --- float32 --------------------------------------------------------------------------------------

SINGLE: dict[str, tuple[Function, Array]] = {
    "sum": (lambda x: cr.sum(x * 2.0, axis=1), B),
    "mean": (lambda x: cr.mean(x, axis=1), B),
    "prod": (lambda x: cr.prod(x, axis=1), B),
    "max": (lambda x: cr.max(x, axis=1), B),
    "var": (lambda x: cr.var(x, axis=1, ddof=1), B),
    "std": (cr.std, B),
    "logsumexp": (lambda x: cr.logsumexp(x, axis=1), B),
    "softmax": (cr.softmax, B),
    "reshape": (lambda x: cr.reshape(x, (4, -1)) ** 2, B),
    "transpose": (lambda x: cr.transpose(x) ** 2, B),
    "broadcast_to": (lambda x: cr.broadcast_to(x, (2, 3)) * 3, V),
    "concatenate": (lambda x: cr.concatenate([x, x * x]), B),
    "stack": (lambda x: cr.stack([x, x * x]), B),
    "slice": (lambda x: x[:, 1] * 0.5, B),
    "positions": (lambda x: x[:, IDX] / 3, B),
    "matmul": (lambda x: x @ x, A),
    "outer": (lambda x: cr.outer(x, x), V),
    "einsum": (lambda x: cr.einsum("abc,abd->cd", x, x), B),
    "solve": (lambda x: cr.linalg.solve(x, x[0]), S),
    "cholesky": (cr.linalg.cholesky, S),
    "eigh": (lambda x: cr.linalg.eigh(x)[0], S),
    "eigh, vectors": (lambda x: cr.linalg.eigh(x)[1] ** 2, S),
    "where": (lambda x: cr.where(x > 0, x * x, 0.0), B),
    "clip": (lambda x: cr.clip(x, -0.5, 0.5), B),
    "power": (lambda x: x**2.5 + 1, P),
}


@pytest.mark.parametrize("name", SINGLE)
def test_float32_stays_float32(name):
    f, double = SINGLE[name]
    x = double.astype(np.float32)
    out = f(cr.Var(x))
    assert out.dtype == np.float32
    leaf = cr.Var(x)
    cr.sum(f(leaf)).back()
    assert leaf.grad.dtype == np.float32
    derivative = cr.grad(lambda z: cr.sum(f(z)))(x)
    assert derivative.dtype == np.float32
    np.testing.assert_allclose(
        derivative, cr.grad(lambda z: cr.sum(f(z)))(double), rtol=2e-4, atol=2e-5
    )
    value, tangent = cr.jvp(f, (x,), (np.ones_like(x),))
    assert value.dtype == tangent.dtype == np.float32
    assert cr.hvp(lambda z: cr.sum(f(z)), (x,), (np.ones_like(x),)).dtype == np.float32
