"""Operations on whole arrays: every mode and order against central differences, and the edges."""

from __future__ import annotations

import itertools
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


# --- edges ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("x", "expected"),
    [
        ([0.0, 2.0, 3.0], [6.0, 0.0, 0.0]),
        ([2.0, 0.0, 3.0], [0.0, 6.0, 0.0]),
        ([0.0, 0.0, 3.0], [0.0, 0.0, 0.0]),
        ([0.0, 0.0, 0.0], [0.0, 0.0, 0.0]),
        ([5.0], [1.0]),
    ],
)
def test_a_product_with_zeros(x, expected):
    x = np.array(x)
    np.testing.assert_array_equal(cr.grad(cr.prod)(x), expected)
    others = [
        [
            0.0 if i == j else np.prod([x[k] for k in range(len(x)) if k not in (i, j)])
            for j in range(len(x))
        ]
        for i in range(len(x))
    ]
    np.testing.assert_array_equal(cr.hessian(cr.prod)(x), others)


@pytest.mark.parametrize("extremum", [cr.max, cr.min])
def test_a_tie_is_shared_equally(extremum):
    x = np.array([[1.0, 1.0, 1.0], [2.0, 2.0, 2.0], [7.0, 7.0, 7.0]])
    np.testing.assert_array_equal(
        cr.grad(lambda x: cr.sum(extremum(x, axis=1)))(x), np.full((3, 3), 1 / 3)
    )
    whole = cr.grad(extremum)(x)
    assert np.sum(whole) == pytest.approx(1.0)
    assert sorted(np.unique(whole)) == pytest.approx([0.0, 1 / 3])
    tangent = cr.jvp(lambda x: extremum(x, axis=1), (x,), (np.arange(9.0).reshape(3, 3),))[1]
    np.testing.assert_allclose(tangent, [1.0, 4.0, 7.0])


def test_logsumexp_passes_over_minus_infinity():
    x = np.array([0.0, -np.inf, np.log(3.0)])
    assert cr.logsumexp(x) == pytest.approx(np.log(4.0))
    np.testing.assert_allclose(cr.grad(cr.logsumexp)(x), [0.25, 0.0, 0.75])
    hessian = cr.hessian(cr.logsumexp)(x)
    np.testing.assert_allclose(
        hessian, [[0.1875, 0.0, -0.1875], [0.0, 0.0, 0.0], [-0.1875, 0.0, 0.1875]], atol=1e-15
    )


def test_logsumexp_of_nothing_but_minus_infinity():
    x = np.full((2, 3), -np.inf)
    x[1] = 0.0
    np.testing.assert_allclose(cr.logsumexp(x, axis=1), [-np.inf, np.log(3.0)])
    # log at 0 has no finite slope: the empty row has no derivative, and the other one is exact.
    derivative = cr.grad(lambda x: cr.logsumexp(x, axis=1)[1])(x)
    np.testing.assert_allclose(derivative, [[0.0] * 3, [1 / 3] * 3])
    assert not np.isfinite(cr.grad(lambda x: cr.logsumexp(x, axis=1)[0])(x)[0]).any()


def test_logsumexp_neither_overflows_nor_underflows():
    for shift in -1000.0, 1000.0:
        x = np.array([shift, shift])
        assert cr.logsumexp(x) == pytest.approx(shift + np.log(2.0))
        np.testing.assert_allclose(cr.grad(cr.logsumexp)(x), [0.5, 0.5])


def test_repeated_eigenvalues():
    a = np.diag([2.0, 2.0, 5.0])

    def squares(a: Any) -> Any:
        return cr.sum(cr.linalg.eigh(a)[0] ** 2)

    # The sum of squares is the trace of a @ a, whatever the eigenvalues are.
    np.testing.assert_allclose(cr.grad(squares)(a), 2 * a, atol=1e-12)
    weight = np.random.default_rng(4).normal(size=(3, 3))
    derivative = cr.grad(lambda a: cr.sum(cr.linalg.eigh(a)[1] * weight))(a)
    assert np.isnan(derivative).any()
    assert not np.isfinite(derivative[0, 1])


@pytest.mark.parametrize("x", [
    np.array(2.0), np.float64(2.0), np.arange(3.0), np.ones((2, 1)), np.arange(6.0)[::2], A.T[:1],
    np.ones((1, 0)), np.arange(3), np.array([True, False, True]), np.arange(3.0, dtype=">f8"),
], ids=repr)  # fmt: skip
def test_an_array_is_repeated_as_by_numpy(x):
    row = STRUCTURAL["broadcast_to"]
    for shape in (2, 3), (4, 2, 3), (2, 0), (3,), (), (2, 2), (1, 1, 3), (-1, 3):
        try:
            expected = np.broadcast_to(x, shape)
        except ValueError:
            with pytest.raises(ValueError, match=r"broadcast|negative|dimensions"):
                row(x, shape=shape)
            continue
        out = row(x, shape=shape)
        np.testing.assert_array_equal(out, expected)
        assert (out.shape, out.dtype) == (expected.shape, expected.dtype)
        if shape:
            assert not out.flags.writeable
            assert np.shares_memory(out, x) or not out.size or not isinstance(x, np.ndarray)


def test_the_empty_key_and_the_empty_array():
    x = np.arange(3.0)
    np.testing.assert_array_equal(cr.grad(lambda x: cr.sum(x[2:1] ** 2))(x), np.zeros(3))
    np.testing.assert_array_equal(
        cr.grad(lambda x: cr.sum(x[np.array([], int)] ** 2))(x), np.zeros(3)
    )
    np.testing.assert_array_equal(cr.grad(lambda x: cr.sum(x[x.val > 9]))(x), np.zeros(3))


KEYS: list[Any] = [
    0, -1, slice(None, None, -1), slice(1, 9), slice(-9, -1), slice(5, 1), (slice(None), 1),
    (Ellipsis, -2), (0, Ellipsis, 1), None, (None, 0, None), (slice(None), None, 2),
    [0, 1, 0], (slice(None), [0, 2]), ([0, 1], [2, 1]), ([0, 1], slice(None), [3, 1]),
    (0, slice(None), [3, 1]), (slice(None), 1, [3, 1]), (slice(None), None, [2, 0]),
    (None, [0, 1], slice(1, 3)), ([[0], [1]], [0, 2]), (slice(None), [[0, 1], [2, 2]]),
    np.arange(24).reshape(2, 3, 4) % 3 == 0, (1, np.array([True, False, True])),
    (slice(None, None, -1), slice(None), [True, False, False, True]), (np.int64(1), -1),
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_a_key_picks_what_numpy_picks(key):
    picked = cr.Var(B)[key]
    np.testing.assert_array_equal(picked.val, B[key])
    leaf = cr.Var(B)
    weight = np.random.default_rng(5).normal(size=np.shape(B[key]))
    cr.sum(leaf[key] * weight).back()
    expected = np.zeros_like(B)
    np.add.at(expected, key, weight)
    np.testing.assert_allclose(leaf.grad, expected)


SUBSCRIPTS = [
    "".join(out) for size in range(4) for out in itertools.permutations("abc", size)
]  # fmt: skip


@pytest.mark.parametrize("out", SUBSCRIPTS)
def test_every_contraction_of_two_matrices(out):
    x, y = A[:2], B[0]
    expression = f"ab,bc->{out}"
    weight = np.random.default_rng(6).normal(size=np.shape(np.einsum(expression, x, y)))
    np.testing.assert_allclose(cr.einsum(expression, x, y), np.einsum(expression, x, y))

    def f(x: Any, y: Any) -> Any:
        return cr.sum(cr.einsum(expression, x, y) * weight)

    dx, dy = cr.grad(f, argnums=(0, 1))(x, y)
    expected = (
        np.einsum(f"{out},bc->ab", weight, y)
        if "a" in out
        else np.einsum(f"{out},bc,a->ab", weight, y, np.ones(2))
    )
    np.testing.assert_allclose(dx, expected)
    c_is_out = "c" in out
    np.testing.assert_allclose(
        dy,
        np.einsum(f"{out},ab->bc", weight, x)
        if c_is_out
        else np.einsum(f"{out},ab,c->bc", weight, x, np.ones(4)),
    )


BAD: list[tuple[type[Exception], str, Function]] = [
    (ValueError, "reshape", lambda x: cr.reshape(x, (5, 5))),
    (ValueError, "reshape", lambda x: cr.reshape(x, (-1, -1))),
    (ValueError, "reshape", lambda x: cr.reshape(x, (5, -1))),
    (ValueError, "transpose", lambda x: cr.transpose(x, (0, 1))),
    (ValueError, "transpose", lambda x: cr.transpose(x, (0, 0, 1))),
    (ValueError, "squeeze", lambda x: cr.squeeze(x, 1)),
    (ValueError, "broadcast_to", lambda x: cr.broadcast_to(x, (2, 3, 5))),
    (ValueError, "concatenate", lambda x: cr.concatenate([x, x[0]])),
    (ValueError, "concatenate", lambda x: cr.concatenate([])),
    (ValueError, "stack", lambda x: cr.stack([x, x[0]])),
    (ValueError, "axis", lambda x: cr.sum(x, axis=3)),
    (ValueError, "sum", lambda x: cr.sum(x, axis=(0, 0))),
    (ValueError, "matmul|contract", lambda x: x @ x),
    (ValueError, "matmul", lambda x: cr.matmul(x, 2.0)),
    (ValueError, "tensordot", lambda x: cr.tensordot(x, x, axes=([0], [1, 2]))),
    (ValueError, "einsum", lambda x: cr.einsum("ab->a", x)),
    (ValueError, "einsum: index 'a' has extents 2 and 3", lambda x: cr.einsum("aab->a", x)),
    (ValueError, "einsum", lambda x: cr.einsum("...abcd->a", x)),
    (ValueError, "einsum", lambda x: cr.einsum("..a->a", x)),
    (ValueError, "einsum", lambda x: cr.einsum("abc,ab->a", x)),
    (ValueError, "einsum", lambda x: cr.einsum("abc->d", x)),
    (ValueError, "solve", lambda x: cr.linalg.solve(x, x)),
    (ValueError, "cholesky", cr.linalg.cholesky),
    (ValueError, "eigh", cr.linalg.eigh),
    (IndexError, "out of bounds", lambda x: x[2]),
    (IndexError, "out of bounds", lambda x: x[[0, 2]]),
    (IndexError, "too many", lambda x: x[0, 0, 0, 0]),
    (IndexError, "Ellipsis", lambda x: x[..., ...]),
    (IndexError, "integer", lambda x: x[np.array([0.5])]),
]


@pytest.mark.parametrize("i", range(len(BAD)))
def test_what_does_not_fit_is_named(i):
    error, words, f = BAD[i]
    with pytest.raises(error, match=words):
        f(cr.Var(B))
