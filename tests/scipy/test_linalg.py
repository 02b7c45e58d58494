"""``cr.scipy.linalg`` and sparse products."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import scipy.sparse

import chainrule as cr
from chainrule import Value, Var
from chainrule.errors import OperandError

ours = cr.scipy.linalg
RANDOM = np.random.default_rng(5)
M = RANDOM.normal(size=(3, 3))
S = M @ M.T + 3 * np.eye(3)
B = RANDOM.normal(size=(3, 2))
V = RANDOM.normal(size=3)


@pytest.mark.parametrize("lower", [False, True])
@pytest.mark.parametrize("trans", [0, 1, "N", "T"])
@pytest.mark.parametrize("unit", [False, True])
@pytest.mark.parametrize("b", [V, B], ids=["vector", "columns"])
def test_solve_triangular(lower, trans, unit, b):
    a = M + 3 * np.eye(3)
    f = lambda a, b: ours.solve_triangular(a, b, trans, lower, unit)
    expected = scipy.linalg.solve_triangular(a, b, trans, lower, unit)
    np.testing.assert_allclose(f(a, b), expected)
    np.testing.assert_allclose(cr.jit(f)(a, b), expected)
    cr.check_derivatives(lambda a, b: np.sum(np.sin(f(a, b))), a, b, order=1)
    batch = np.stack([a, a.T, a + 1.0])
    np.testing.assert_allclose(
        cr.vmap(f, in_axes=(0, None))(batch, b), np.stack([f(x, b) for x in batch])
    )
    np.testing.assert_allclose(
        cr.vmap(f, in_axes=(None, 0))(a, np.stack([b, 2 * b])), np.stack([f(a, b), f(a, 2 * b)])
    )


@pytest.mark.parametrize(
    ("lower", "trans", "unit", "b"),
    [(False, 0, False, V), (True, 1, False, V), (True, "N", True, B), (False, "T", False, B)],
)
def test_second_derivatives_of_solve_triangular(lower, trans, unit, b):
    a = M + 3 * np.eye(3)
    f = lambda a, b: np.sum(np.sin(ours.solve_triangular(a, b, trans, lower, unit)))
    cr.check_derivatives(f, a, b)


@pytest.mark.parametrize("lower", [False, True])
def test_cholesky_and_its_solve(lower):
    np.testing.assert_allclose(ours.cholesky(S, lower), scipy.linalg.cholesky(S, lower))
    for b in V, B:
        f = lambda a, b=b: ours.cho_solve(ours.cho_factor(a, lower), b)
        np.testing.assert_allclose(f(S), np.linalg.solve(S, b))
        cr.check_derivatives(lambda a, f=f: np.sum(np.sin(f(0.5 * (a + a.T)))), S)
    c = scipy.linalg.cho_factor(S, lower)[0]  # with garbage in the other triangle
    np.testing.assert_allclose(ours.cho_solve((c, lower), V), np.linalg.solve(S, V))


def test_solve_and_what_numpy_has_too():
    for how in None, "gen", "sym", "pos":
        np.testing.assert_allclose(ours.solve(S, B, assume_a=how), np.linalg.solve(S, B))
    np.testing.assert_allclose(ours.solve(M, V, transposed=True), np.linalg.solve(M.T, V))
    np.testing.assert_allclose(ours.inv(M), np.linalg.inv(M))
    np.testing.assert_allclose(ours.det(M), np.linalg.det(M))
    cr.check_derivatives(lambda a: np.sum(ours.inv(a)) * ours.det(a), M)


def test_bad_input():
    with pytest.raises(ValueError, match="solve_triangular"):
        ours.solve_triangular(np.ones((2, 3)), np.ones(2))
    with pytest.raises(ValueError, match="solve_triangular"):
        ours.solve_triangular(np.eye(2), np.ones(3))
    with pytest.raises(ValueError, match="trans"):
        ours.solve_triangular(np.eye(2), np.ones(2), trans=3)
    with pytest.raises(np.linalg.LinAlgError):
        ours.solve_triangular(np.zeros((2, 2)), np.ones(2))
    for f in scipy.linalg.solve_triangular, scipy.linalg.cho_factor:
        with pytest.raises(TypeError, match=rf"cr\.scipy\.linalg\.{f.__name__}"):
            f(*[Var(S), V][: 1 + (f is scipy.linalg.solve_triangular)])


DENSE = np.array([[0.0, 2.0, 0.0], [1.0, 0.0, -3.0]])


@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
@pytest.mark.parametrize("kind", ["array", "matrix"])
def test_sparse_products(form, kind):
    a = getattr(scipy.sparse, f"{form}_{kind}")(DENSE)
    for x in V, B:
        f = lambda x: cr.matmul(a, x)
        np.testing.assert_allclose(f(x), DENSE @ x)
        out = f(Var(x))
        assert isinstance(out, Value)
        np.testing.assert_allclose(out.val, DENSE @ x)
        np.testing.assert_allclose(cr.jit(f)(x), DENSE @ x)
        np.testing.assert_allclose(cr.jacobian(f)(x), cr.jacobian(lambda x: DENSE @ x)(x))
        np.testing.assert_allclose(
            cr.jit(cr.grad(lambda x, f=f: np.sum(f(x) ** 3)))(x),
            cr.grad(lambda x: np.sum((DENSE @ x) ** 3))(x),
        )
        cr.check_derivatives(lambda x, f=f: np.sum(f(x) ** 3), x)
        batch = np.stack([x, x + 1.0])
        np.testing.assert_allclose(cr.vmap(f)(batch), np.stack([DENSE @ y for y in batch]))
    left = lambda x: cr.matmul(x, a)
    np.testing.assert_allclose(left(DENSE[:, 0]), DENSE[:, 0] @ DENSE)
    np.testing.assert_allclose(left(np.ones((3, 2))), np.ones((3, 2)) @ DENSE)
    cr.check_derivatives(lambda x: np.sum(left(x) ** 2), np.array([1.0, 2.0]))


def test_sparse_products_that_do_not_fit():
    a = scipy.sparse.csr_array(DENSE)
    with pytest.raises(ValueError, match=r"sparse matrix of shape \(2, 3\).*\(2,\)"):
        cr.matmul(a, Var(np.ones(2)))
    with pytest.raises(OperandError, match="two sparse"):
        cr.matmul(a, a.T)
    with pytest.raises(OperandError, match="complex"):
        cr.matmul(scipy.sparse.csr_array(DENSE * 1j), np.ones(3))
    with pytest.raises(TypeError, match=r"cr\.matmul"):
        a @ Var(V)
