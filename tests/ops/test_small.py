"""Kernels of small arrays: what NumPy computes, and None for what NumPy has to see."""

from __future__ import annotations

import numpy as np
import pytest

from chainrule.ops import TABLE, small
from chainrule.ops.calling import Calls, PlainCalls

close = np.testing.assert_allclose
GENERATOR = np.random.default_rng(11)

compiled = pytest.mark.skipif(Calls is PlainCalls, reason="rows are not compiled")
pytestmark = compiled


def numbers(*shape):
    return GENERATOR.uniform(-2.0, 2.0, shape)


@pytest.mark.parametrize(
    ("subscripts", "x", "y"),
    [
        ("ab,bc->ac", (3, 4), (4, 2)),
        ("ab,cb->ca", (3, 4), (2, 4)),
        ("ab,b->a", (3, 4), (4,)),
        ("a,a->", (5,), (5,)),
        ("a,b->ba", (2,), (3,)),
        ("ab,b->b", (3, 2), (2,)),
        ("ab,c->c", (3, 2), (4,)),
        ("xab,xbc->xac", (2, 3, 4), (2, 4, 2)),
        ("ab,bc->ac", (0, 4), (4, 2)),
        ("ab,bc->ac", (3, 0), (0, 2)),
        (",a->a", (), (3,)),
    ],
)
def test_products(subscripts, x, y):
    x, y = numbers(*x), numbers(*y)
    out = small.contracted(x, y, subscripts)
    close(out, np.einsum(subscripts, x, y), rtol=1e-13, atol=1e-15)
    assert isinstance(out, np.ndarray | np.float64)


def test_products_read_operands_as_they_are_in_memory():
    x, y = numbers(6, 8)[::2, ::-2], numbers(5, 4).T
    close(small.contracted(x, y, "ab,bc->ac"), x @ y, rtol=1e-13)
    repeated = np.broadcast_to(np.float64(2.0), (4, 3))
    close(small.contracted(x, repeated, "ab,bc->ac"), x @ repeated, rtol=1e-13)


@pytest.mark.parametrize(
    ("x", "y", "subscripts"),
    [
        (np.ones((3, 4)), np.ones((3, 2)), "ab,bc->ac"),  # extents differ
        (np.ones((40, 40)), np.ones((40, 40)), "ab,bc->ac"),  # large
        (np.ones((2, 2), np.float32), np.ones((2, 2)), "ab,bc->ac"),
        (np.ones((2, 2), int), np.ones((2, 2)), "ab,bc->ac"),
        (np.ones((2, 2)), 2.0, "ab,->ab"),
        (np.ones(2), np.ones(2), "ab,b->a"),
        (np.ones(2), np.ones(2), "a,b->abc"),
        (np.ones((1,) * 5), np.ones((1,) * 5), "abcde,fghij->aj"),
    ],
)
def test_other_products_are_left_to_numpy(x, y, subscripts):
    assert small.contracted(x, y, subscripts) is None


@pytest.mark.parametrize("n", [1, 2, 3, 7, 16])
def test_systems_and_inverses(n):
    a, b = numbers(n, n) + np.diag(np.where(np.arange(n) % 2, 3.0, 0.0)), numbers(n, 3)
    close(small.solved(a, b), np.linalg.solve(a, b), rtol=1e-9)
    close(small.solved(a.T, b[:, :1]), np.linalg.solve(a.T, b[:, :1]), rtol=1e-9)
    inverse, determinant, condition = small.inverted(a)
    close(inverse, np.linalg.inv(a), rtol=1e-9, atol=1e-12)
    close(determinant, np.linalg.det(a), rtol=1e-9)
    close(condition, np.linalg.cond(a, np.inf), rtol=1e-9)


def test_pivots_are_taken():
    a = np.array([[0.0, 1.0], [1e-20, 1.0]])
    close(small.solved(a, np.array([[1.0], [2.0]])), [[1e20], [1.0]])
    swapped = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert small.inverted(swapped)[1] == -1.0
    close(small.solved(swapped, np.array([[3.0], [4.0]])), [[4.0], [3.0]])


@pytest.mark.parametrize("a", [np.zeros((2, 2)), np.ones((3, 3)), np.full((2, 2), np.nan),
                               np.diag([np.inf, 1.0]), np.ones((2, 3)), np.eye(2)[None],
                               np.eye(2, dtype=np.float32)])  # fmt: skip
def test_what_has_no_inverse_is_left_to_numpy(a):
    assert small.inverted(a) is None
    assert small.solved(a, np.ones((a.shape[-1], 1))) is None


@pytest.mark.parametrize("n", [1, 5, 40, 64])
@pytest.mark.parametrize("lower", [True, False])
def test_triangles(n, lower):
    a = numbers(n, n) / n + 2.0 * np.eye(n)
    triangle = np.tril(a) if lower else np.triu(a)
    b = numbers(n, 5)
    expected = np.linalg.solve(triangle, b)
    close(small.triangle_solved(a, b, lower), expected, rtol=1e-10)
    close(small.triangle_solved(a.T, b, not lower), np.linalg.solve(triangle.T, b), rtol=1e-10)
    close(small.solved(triangle, b), expected, rtol=1e-10)
    close(small.lower_triangle(a, 0.5), np.tril(a) - 0.5 * np.diag(np.diag(a)))


def test_other_triangles_are_left_to_numpy():
    b = np.ones((3, 1))
    assert small.triangle_solved(np.diag([1.0, 0.0, 1.0]), b, True) is None
    assert small.triangle_solved(np.eye(3), np.full((3, 1), np.nan), True) is None
    assert small.triangle_solved(np.eye(65), np.ones((65, 1)), True) is None
    assert small.triangle_solved(np.eye(3), np.ones((2, 1)), True) is None
    assert small.solved(numbers(20, 20), np.ones((20, 1))) is None
    with pytest.raises(np.linalg.LinAlgError):
        TABLE["solve"](np.diag(np.arange(20.0)), np.ones((20, 1)))


def test_symmetry():
    a = numbers(4, 4)
    assert small.is_symmetric(a + a.T) is True
    assert small.is_symmetric(a) is False
    assert small.is_symmetric(np.full((2, 2), np.nan)) is False
    assert small.is_symmetric(np.ones((2, 3))) is False


@pytest.mark.parametrize("axes", [(0,), (1,), (2,), (0, 2), (0, 1, 2), ()])
def test_sums(axes):
    for x in (numbers(3, 4, 5), numbers(5, 4, 3).T, numbers(3, 8, 5)[:, ::2], numbers(3, 0, 5)):
        out = small.totalled(x, axes)
        close(out, np.add.reduce(x, axis=axes), rtol=1e-13, atol=1e-14)
    assert np.signbit(small.totalled(np.array([-0.0, -0.0]), (0,)))
    assert small.totalled(numbers(50, 50), axes) is None
    assert small.totalled(np.ones((2, 2, 2), np.float32), axes) is None
    assert small.totalled(numbers(2), (1,)) is None


@pytest.mark.parametrize(
    ("own", "wanted"), [((), (2, 3)), ((3,), (2, 3)), ((2, 1), (2, 3)), ((1, 1), (4, 0, 3)),
                        ((2, 3), (2, 3))],
)  # fmt: skip
def test_repetitions(own, wanted):
    for dtype in (np.float64, np.float32, np.int64, bool):
        x = np.ones(own, dtype)
        out = small.repeated(x, wanted)
        np.testing.assert_array_equal(out, np.broadcast_to(x, wanted))
        assert out.dtype == x.dtype
        assert out.strides == np.broadcast_to(x, wanted).strides
        assert not out.flags.writeable
    del x
    np.testing.assert_array_equal(out, np.ones(wanted, bool))


def test_other_repetitions_are_left_to_numpy():
    assert small.repeated(np.ones(3), (2, 2)) is None
    assert small.repeated(np.ones((2, 2)), (2,)) is None
    with pytest.raises(ValueError, match="broadcast"):
        TABLE["broadcast_to"](np.ones(3), shape=(2, 2))


@pytest.mark.parametrize(
    ("x", "y"), [((3,), (3,)), ((4, 3), (3,)), ((2, 1, 3), (4, 3)), ((2, 4, 3), (1, 1, 3)),
                 ((0, 3), (3,))]
)  # fmt: skip
def test_cross_products(x, y):
    x, y = numbers(*x), numbers(*y)
    close(small.crossed(x, y), np.cross(x, y), rtol=1e-13, atol=1e-15)
    x = np.asfortranarray(x)[..., ::-1]
    close(small.crossed(x, y), np.cross(x, y), rtol=1e-13, atol=1e-15)


def test_other_cross_products_are_left_to_numpy():
    x = numbers(4, 3)
    for other in (numbers(5, 3), numbers(4, 2), np.ones((4, 3), np.float32), np.float64(1.0)):
        assert small.crossed(x, other) is None
        assert small.crossed(other, x) is None


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 8, 13, 60, 128])
def test_the_cotangent_through_a_cholesky_factor(n):
    b = numbers(n, n)
    factor = np.linalg.cholesky(b @ b.T + n * np.eye(n))
    g = numbers(n, n)
    inner = np.tril(factor.T @ g)
    np.fill_diagonal(inner, 0.5 * np.diag(inner))
    towards = np.linalg.solve(factor.T, np.linalg.solve(factor.T, inner.T).T)
    expected = 0.5 * (towards + towards.T)
    close(small.factor_pulled(factor, g), expected, rtol=1e-9, atol=1e-12)
    close(small.factor_pulled(factor, np.asfortranarray(g)), expected, rtol=1e-9, atol=1e-12)


def test_other_factors_are_left_to_the_formula():
    one = np.eye(3)
    assert small.factor_pulled(np.eye(129), np.eye(129)) is None
    assert small.factor_pulled(one, np.eye(2)) is None
    assert small.factor_pulled(one, np.eye(3, dtype=np.float32)) is None
    assert small.factor_pulled(np.stack([one, one]), np.stack([one, one])) is None
