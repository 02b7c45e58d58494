"""Steps between loops that C does: views, moves, products and LAPACK, on planned memory."""

from __future__ import annotations

import gc
import tracemalloc

import numpy as np
import pytest
from threads import in_threads

import chainrule as cr
from chainrule.backends.llvm import acts, chain, runner

pytest.importorskip("llvmlite")

RNG = np.random.default_rng(7)
DTYPES = [np.float64, np.float32]


def tolerance(dtype):
    return 1e-11 if dtype is np.float64 else 2e-3


def positive(batch, n, dtype):
    a = RNG.normal(size=(*batch, n, n))
    return (a @ np.swapaxes(a, -1, -2) + n * np.eye(n)).astype(dtype)


def check(f, *arguments, dtype=np.float64, is_native=True):
    """The jitted function as the eager one; and whether all of its steps are C's."""
    jitted = cr.jit(f)
    with np.errstate(all="ignore"):
        expected = f(*arguments)
    for _ in range(2):
        found = jitted(*arguments)
        for a, b in zip(leaves(found), leaves(expected), strict=True):
            assert np.shape(a) == np.shape(b)
            assert np.asarray(a).dtype == np.asarray(b).dtype
            scale = np.max(np.abs(b), initial=1.0)
            bound = tolerance(dtype) * scale
            np.testing.assert_allclose(a, b, rtol=tolerance(dtype), atol=bound)
    if is_native:
        assert not numpy_calls(jitted)
    return jitted


def leaves(x):
    if isinstance(x, tuple):
        return [leaf for part in x for leaf in leaves(part)]
    return [x]


def numpy_calls(jitted):
    """The steps for which a call asks NumPy."""
    ((entry,),) = jitted._cache.values()
    run = entry.run
    run.prepare()
    known = []
    original = acts.acts_of

    def recording(term, *rest):
        found = original(term, *rest)
        if found is None:
            known.append(term.op.name)
        return found

    chain.acts_of = recording
    try:
        run.chain().layout(tuple(run.program.extents.values))
    finally:
        chain.acts_of = original
    return known


@pytest.fixture(autouse=True)
def no_small_machine(monkeypatch):
    from chainrule.backends import choice

    monkeypatch.setattr(choice, "_suits_small", lambda program: False)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("batch", [(), (1,), (3,), (2, 2)])
@pytest.mark.parametrize("n", [1, 2, 7, 70])
def test_matrices(n, batch, dtype):
    a = positive(batch, n, dtype)
    b = RNG.normal(size=(*batch, n, 3)).astype(dtype)
    v = RNG.normal(size=n).astype(dtype)

    def likelihood(a, b, v):
        factor = np.linalg.cholesky(a)
        z = np.linalg.solve(factor, b)
        x = np.linalg.solve(a, b)
        y = np.linalg.solve(np.swapaxes(a, -1, -2), v + np.zeros(x.shape[:-1], a.dtype)[..., None])
        return np.sum(z * z) + np.sum(x) + np.sum(y) + np.sum(np.log(factor[..., 0, 0]))

    check(cr.value_and_grad(likelihood, argnums=(0, 1)), a, b, v, dtype=dtype, is_native=False)
    check(lambda a, b: (np.linalg.solve(a, b), np.linalg.cholesky(a)), a, b, dtype=dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("is_lower", [True, False])
@pytest.mark.parametrize("is_unit", [True, False])
@pytest.mark.parametrize("trans", [0, 1])
@pytest.mark.parametrize("shape", [(5, 5), (5, 1), (70, 8)])
def test_triangles(dtype, is_lower, is_unit, trans, shape):
    n, m = shape
    a = (RNG.normal(size=(n, n)) / n + 2.0 * np.eye(n)).astype(dtype)
    b = RNG.normal(size=(n, m)).astype(dtype)

    def f(a, b):
        return cr.scipy.linalg.solve_triangular(
            a, b, lower=is_lower, unit_diagonal=is_unit, trans=trans
        )

    check(f, a, b, dtype=dtype)
    check(lambda a, b: f(a.T, b), a, b, dtype=dtype)
    check(lambda a, b: f(a, b[::-1]), a, b, dtype=dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "subscripts",
    [
        *("ab,bc->ac", "ab,cb->ac", "ba,bc->ac", "ba,cb->ac", "ab,bc->ca", "ab,b->a", "a,ab->b"),
        *("ba,b->a", "a,a->", "a,b->ab", "nab,nbc->nac", "nab,ncb->nac", "nab,bc->nac", ",a->a"),
        *("nab,nab->n", "abc,cd->abd", "ab,ab->ab"),
    ],
)
def test_products(subscripts, dtype):
    extents = {"a": 4, "b": 5, "c": 3, "d": 2, "n": 6}
    left, right = subscripts.split("->")[0].split(",")
    x = np.asarray(RNG.normal(size=[extents[k] for k in left]), dtype)
    y = np.asarray(RNG.normal(size=[extents[k] for k in right]), dtype)
    s = positive((), 3, dtype)

    def f(x, y, s):  # with the factor of s, which asks for LAPACK
        return np.einsum(subscripts, 2.0 * x, y), np.linalg.cholesky(s)

    check(f, x, y, s, dtype=dtype, is_native=False)
    check(
        f, x.T.copy().T if x.ndim else x, y[::-1] if y.ndim else y, s, dtype=dtype, is_native=False
    )


def test_a_product_over_nothing_is_zero():
    s = np.eye(2)
    check(lambda x, y, s: (x @ y, np.linalg.cholesky(s)), np.ones((3, 0)), np.ones((0, 4)), s)
    check(lambda x, y, s: (x @ y, np.linalg.cholesky(s)), np.ones((0, 3)), np.ones((3, 4)), s)
    check(lambda x, y, s: (x @ y, np.linalg.cholesky(s)), np.ones((3, 0)), np.ones(0), s)


@pytest.mark.parametrize("dtype", DTYPES)
def test_moves(dtype):
    x = RNG.normal(size=(6, 4)).astype(dtype)

    def f(x):
        y = 2.0 * x
        return (
            y.T,
            y[::-1, 1:3],
            np.reshape(y.T, (-1,)),
            np.reshape(y, (2, 3, 4)).transpose(2, 0, 1)[1],
            np.concatenate([y[:2], x, y[::2]], axis=0),
            np.concatenate([y, x], axis=1),
            np.exp(y.T) + x.T,
            y[2, 3],
            y[3],
            np.diag(y[:4]),
            np.broadcast_to(y[0], (3, 4)),
        )

    check(f, x, dtype=dtype, is_native=False)
    check(f, np.asfortranarray(x), dtype=dtype, is_native=False)
    check(lambda x: (f(x)[:7], f(x)[8]), x, dtype=dtype)

    def scalar(x):
        parts = f(x)
        return sum(np.sum(part * part) for part in parts)

    check(cr.grad(scalar), x, dtype=dtype, is_native=False)


def test_what_is_not_definite_or_singular_raises_as_numpy_does():
    a = np.eye(3)
    factor, solve = cr.jit(np.linalg.cholesky), cr.jit(lambda a, b: np.linalg.solve(a, b))
    triangular = cr.jit(lambda a, b: cr.scipy.linalg.solve_triangular(a, b, lower=True))
    b = np.ones((3, 2))
    factor(a), solve(a, b), triangular(a, b)
    wrong = np.diag([1.0, 0.0, 1.0])
    for _ in range(2):
        with pytest.raises(np.linalg.LinAlgError, match="not positive definite"):
            factor(-a)
        with pytest.raises(np.linalg.LinAlgError, match="Singular"):
            solve(wrong, b)
        with pytest.raises(np.linalg.LinAlgError, match="Singular"):
            triangular(wrong, b)
    assert np.array_equal(factor(4.0 * a), 2.0 * a), "and the next call is well"


def test_buffers_are_reused():
    """A call with out= makes no array, whatever NumPy would have made on the way."""

    def f(a, b):
        return np.sum(np.linalg.solve(a, b) ** 2) + np.sum(np.linalg.cholesky(a) ** 2)

    step = cr.jit(cr.value_and_grad(f))
    a, b = positive((), 150, np.float64), RNG.normal(size=(150, 150))
    _, gradient = step(a, b)
    step(a, b, out=(None, gradient))
    gc.collect()
    tracemalloc.start()
    pooled = runner.pooled()
    try:
        for _ in range(3):
            step(a, b, out=(None, gradient))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 50_000
    assert runner.pooled() == pooled


def test_lengths_and_threads():
    f = cr.jit(cr.value_and_grad(lambda a, b: np.sum(np.linalg.solve(a, b))))
    inputs = [(positive((), n, np.float64), RNG.normal(size=(n, 2))) for n in (3, 20, 3, 33)]
    expected = [f(*x) for x in inputs]
    wrong = []

    def work(k):
        for _ in range(30):
            value, gradient = f(*inputs[k])
            if value != expected[k][0] or not np.array_equal(gradient, expected[k][1]):
                wrong.append(k)

    in_threads(work)
    assert not wrong


def test_results_are_nobody_elses():
    f = cr.jit(lambda a: (a.T, np.linalg.cholesky(a), np.linalg.cholesky(a).T, a[0], a))
    a = positive((), 5, np.float64)
    first = f(a)
    kept = [x.copy() for x in first]
    f(2.0 * a)
    for k, x in enumerate(first):
        assert np.array_equal(x, kept[k])
        assert not any(np.shares_memory(x, y) for y in (*first[:k], a))
        assert x.flags.writeable
        assert x.flags.c_contiguous


def test_out_of_what_lapack_computes():
    f = cr.jit(lambda a: (np.linalg.cholesky(a), 2.0 * a, a[1:]))
    a = positive((), 6, np.float64)
    expected = f(a)
    outs = np.empty((6, 6)), np.empty((6, 6), order="F"), np.empty((5, 6))
    results = f(a, out=outs)
    for result, out, right in zip(results, outs, expected, strict=True):
        assert result is out
        np.testing.assert_array_equal(out, right)
    results = f(a, out=(a, None, None))
    assert results[0] is a
    for result, right in zip(results, expected, strict=True):
        np.testing.assert_array_equal(result, right)


def test_strided_arguments_that_are_read_as_views_and_by_numpy():
    f = cr.jit(lambda x: (2.0 * x[1:].T, np.sort(x, axis=0), x[::2, 0]))
    wide = RNG.normal(size=(6, 8))
    for x in (wide[:, ::2], wide[::-1, :4], wide.T[:6, :4], wide):
        expected = [part.copy() for part in f.f(x)]
        for found in (f(x), f(x)):
            for a, b in zip(found, expected, strict=True):
                np.testing.assert_array_equal(a, b)
        given = x.copy(order="K")
        found = f(given, out=(None, given, None))
        assert found[1] is given
        for a, b in zip(found, expected, strict=True):
            np.testing.assert_array_equal(a, b)
