"""Operations on whole arrays at zeros, ties, infinities and keys, and what does not fit."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from samples import A, B, Function

import chainrule as cr
from chainrule.errors import OperandError
from chainrule.ops import TABLE


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
    row = TABLE["broadcast_to"]
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


@pytest.mark.parametrize("of", [np.int64, np.int8, np.float32])
def test_shapes_and_orders_of_numpys_numbers(of):
    x = np.arange(1.0, 7.0)
    expected = x / np.sqrt(x @ x)
    np.testing.assert_allclose(cr.grad(lambda x: np.linalg.norm(x, of(2)))(x), expected)
    if of is not np.float32:
        assert np.reshape(cr.Var(x), np.array([2, 3], of)).shape == (2, 3)
        assert np.broadcast_to(cr.Var(x), (of(2), of(6))).shape == (2, 6)


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


NO_OPERANDS: list[Any] = [
    None, object(), "text", b"text", {"a": 1.0}, {1.0}, (x for x in [1.0]), np.array(["text"]),
    np.array([None, 1.0]), np.datetime64("2020"), scipy.sparse.csr_array(np.eye(2)),
]  # fmt: skip


@pytest.mark.parametrize("x", NO_OPERANDS, ids=lambda x: type(x).__name__)
def test_what_is_no_array_is_no_operand(x):
    """Not even where nothing is differentiated, and NumPy would make an array of objects of it."""
    for f in (
        cr.sum, cr.mean, cr.sort, cr.cumsum, cr.ravel, cr.transpose, cr.argmax, cr.median, cr.diff,
        cr.logsumexp, cr.linalg.norm, lambda x: cr.reshape(x, (1,)), lambda x: cr.sum([x, x]),
    ):  # fmt: skip
        with pytest.raises(OperandError, match=r"an operand is .* real number"):
            f(x)


def test_what_numpy_makes_an_array_of_is_one():
    class Held:
        def __array__(self, dtype=None, copy=None):
            return np.array([1.0, 2.0], dtype)

    assert cr.sum(Held()) == 3.0
    np.testing.assert_array_equal(cr.cumsum(Held()), [1.0, 3.0])
