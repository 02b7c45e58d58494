"""The interpreter: what it hands out, and that it does what a Program says."""

from __future__ import annotations

import numpy as np
import pytest
from programs import run, traced

import chainrule as cr
from chainrule import Var
from chainrule.backends.interpreter import compiled, run_on_values

X = np.array([0.5, -1.0, 2.0])


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x,
        lambda x: x[::-1],
        lambda x: cr.reshape(x, (3, 1)),
        lambda x: cr.stop_gradient(x),
        lambda x: cr.broadcast_to(cr.sum(x), (3,)),
        lambda x: cr.broadcast_to(x, (2, 3)),
    ],
)
def test_results_are_nobody_elses(f):
    x = X.copy()
    (result,) = run(traced(f, x), x)
    assert not np.shares_memory(result, x)
    result[...] = 7.0  # writeable, every element its own
    np.testing.assert_array_equal(x, X)
    np.testing.assert_array_equal(run(traced(f, x), x)[0], np.asarray(f(x)))


def test_a_hidden_array_is_not_handed_out():
    held = X.copy()
    (result,) = run(traced(lambda x: x.traced_by.operand(None, held), 1.0), 1.0)
    assert not np.shares_memory(result, held)


def test_scalars_are_python_numbers_where_they_are_weak():
    results = run(traced(lambda s, x: [s * 2, s > 1, x[0], cr.sum(x) > 0, 4.0], 1.5, X), 1.5, X)
    assert results == [3.0, True, 0.5, True, 4.0]
    assert [type(x) for x in results] == [float, bool, np.float64, np.bool_, float]


def test_free_extents_are_put_in():
    program = traced(lambda x: [cr.mean(x), cr.reshape(x, (-1, 1)), x[1:]], X, free=True)
    for n in (2, 3, 7):
        x = np.arange(1.0, n + 1)
        mean, column, rest = run(program, x, extents=[n])
        assert mean == pytest.approx(np.mean(x), rel=1e-15)
        assert column.shape == (n, 1)
        np.testing.assert_array_equal(rest, x[1:])


def test_several_results_of_one_term():
    m = np.array([[2.0, 1.0], [1.0, 3.0]])
    program = traced(lambda m: list(cr.linalg.eigh(m)), m)
    w, v = run(program, m)
    np.testing.assert_allclose(v @ np.diag(w) @ v.T, m, rtol=1e-14)


def test_nothing_is_kept_longer_than_needed():
    import tracemalloc

    def f(x):
        for _ in range(50):
            x = cr.sin(x)
        return x

    x = np.ones(100_000)
    go = compiled(traced(f, x))
    tracemalloc.start()
    go([x])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * x.nbytes


def test_out_of_domain_gives_no_warning():
    program = traced(lambda x: [cr.log(x), 1 / (x - x), cr.exp(x * 1e4)], X)
    results = run(program, X)
    assert np.isnan(results[0][1])
    assert np.isinf(results[2][0])


def test_on_values_it_records():
    x = Var(0.5)
    program = traced(lambda x: cr.sin(x) * x, 0.5)
    (result,) = run_on_values(program, [x])
    result.back()
    assert x.grad == pytest.approx(np.cos(0.5) * 0.5 + np.sin(0.5), rel=1e-15)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_it_agrees_with_numpy(dtype):
    x = X.astype(dtype)
    f = lambda m, x: m.tanh(x * 2.5) + m.sqrt(m.abs(x)) / 3
    (result,) = run(traced(lambda x: f(cr, x), x), x)
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, f(np, x))
