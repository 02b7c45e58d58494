"""Which terms share a loop, and what is printed of it."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr

pytest.importorskip("llvmlite")

from chainrule.backends import interpreter
from chainrule.backends.llvm import describe, engine, executable
from chainrule.backends.llvm.lower import lowered
from chainrule.backends.llvm.passes import Call, Nest, planned

X = np.linspace(1.0, 2.0, 12)
M = X.reshape(3, 4)


def plan_of(f, *args):
    return planned(cr.jit(f).program(*args)).steps


def data_loops(steps):
    """The nests that run over data, not over one number."""
    return [step for step in steps if type(step) is Nest and step.key]


def fit(p, t, y):
    return np.sum((p["a"] * np.exp(-p["b"] * t) + p["c"] - y) ** 2)


def layer_norm(x, g, b):
    centred = x - cr.mean(x, axis=1, keepdims=True)
    return cr.sum((centred / cr.sqrt(cr.var(x, axis=1, keepdims=True) + 1e-5) * g + b) ** 2)


def test_fit_and_gradient_are_one_pass_of_four_sums():
    p = {"a": 1.0, "b": 2.0, "c": 3.0}
    (loop,) = data_loops(plan_of(cr.value_and_grad(fit), p, X, X))
    assert [r.gives for r in loop.reductions] == ["number"] * 4
    assert not loop.stored, "no temporaries"


def test_rows_are_one_nest():
    for f, args in (
        (cr.value_and_grad(layer_norm, argnums=(0, 1, 2)), (M, M[0], M[0])),
        (cr.value_and_grad(lambda x: cr.sum(cr.logsumexp(x, axis=1))), (M,)),
    ):
        (loop,) = [s for s in data_loops(plan_of(f, *args)) if len(s.key) == 2]
        assert loop.split == 1


def test_variance_and_gradient_are_three_passes_without_a_temporary():
    loops = data_loops(plan_of(cr.value_and_grad(cr.var), X))
    assert len(loops) == 3
    assert [len(loop.stored) for loop in loops] == [0, 0, 1]


def test_what_is_no_loop_is_called_between():
    steps = plan_of(lambda x: cr.sum(cr.exp(x @ x.T) * 2.0), M)
    names = [step.term.op.name if type(step) is Call else "loop" for step in steps]
    assert names == ["transpose", "contract", "loop", "loop"]
    assert len(data_loops(steps)) == 1


PASSES = """\
1. loop over one number, 1 term
   reads p['b']
   writes t1
2. loop over n, 12 terms
   reads t, y
   reads once t1, p['a'], p['c']
"""


def test_passes_are_printed():
    p = {"a": 1.0, "b": 2.0, "c": 3.0}
    program = cr.jit(cr.value_and_grad(fit)).program(p, X, X)
    text = describe.passes(program)
    assert text.startswith(PASSES), text
    assert text.count("= sum of all") == 4
    softmax = describe.passes(cr.jit(lambda x: cr.softmax(x) @ x.T).program(M))
    assert "rows of m" in softmax
    assert "= max of each row" in softmax
    assert "by NumPy" in softmax


def test_ir_and_assembly_are_there_to_read():
    program = cr.jit(cr.vmap(lambda x: cr.exp(x) * 2.0)).program(X)
    assert "define void @nest0_loop0" in describe.llvm_ir(program)
    assert "nest0_loop0:" in describe.assembly(program)


def test_large_programs():
    def chain(x, y):
        for _ in range(300):
            x = x * y + 0.5
            y = cr.sin(x) * 0.9 - y / (x * x + 1)
        return x + y

    program = cr.jit(cr.vmap(cr.value_and_grad(chain, argnums=(0, 1)))).program(X, X)
    assert len(program) > engine.LARGE
    ours = executable.Executable(program)([X, X], [12])
    for a, b in zip(ours, interpreter.compiled(program)([X, X], [12]), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)


def test_functions_of_c_are_found_by_vector_width():
    host = engine.host()
    symbol, lanes = host.function("exp", "double", 8, 1)
    assert 1 <= lanes <= 8
    assert symbol == "exp" or symbol.startswith("_ZGV")
    assert host.function("tgamma", "double", 8, 1) == ("tgamma", 1)
    with pytest.raises(NotImplementedError, match="no nonsense"):
        host.function("nonsense", "double", 8, 1)


def test_functions_that_take_more_stack_than_a_thread_has():
    def many(x):
        terms = [cr.sin(x + i) for i in range(18_000)]
        total = 0.0
        for term in reversed(terms):
            total = total * 0.5 + term
        return total

    (step,) = data_loops(plan_of(cr.vmap(many), X))
    assert lowered(step, 0, engine.host()).stack > 1 << 20
    result = cr.jit(cr.vmap(many))(X)
    expected = 0.0
    for i in range(17_999, -1, -1):
        expected = expected * 0.5 + np.sin(X + i)
    np.testing.assert_allclose(result, expected, rtol=1e-12)


def picked(x, labels):
    rows = np.arange(len(labels))
    return cr.sum(cr.logsumexp(x, axis=1) - x[rows, labels])


def test_what_is_scattered_is_added_in_place():
    x = np.random.default_rng(1).normal(size=(5, 4))
    labels = np.array([0, 3, 1, 1, 2])
    step = cr.jit(cr.value_and_grad(lambda x: picked(x, labels)))
    assert step.passes(x).count("in place") == 1
    value, gradient = step(x)
    right = cr.value_and_grad(lambda x: picked(x, labels))(x)
    assert np.allclose(value, right[0], rtol=1e-14)
    assert np.allclose(gradient, right[1], rtol=1e-13, atol=1e-15)
    given = x.copy()
    step(given, out=(None, given))
    assert np.array_equal(given, gradient)


def test_a_scatter_or_a_sum_that_others_read_is_not_touched():
    x = np.random.default_rng(2).normal(size=(5, 4))
    rows, labels = np.array([0, 1, 1]), np.array([0, 3, 3])

    def base(x):
        return cr.exp(x) * 2.0

    def f(x):
        there = cr.vjp(lambda x: x[rows, labels], x)[1](np.ones(3))[0]
        stored = base(x)
        return stored + there, stored

    g = cr.jit(f)
    assert "in place" not in g.passes(x)
    total, stored = g(x)
    expected = np.zeros((5, 4))
    np.add.at(expected, (rows, labels), 1.0)
    assert np.allclose(stored, base(x), rtol=1e-14)
    assert np.allclose(total, base(x) + expected, rtol=1e-14)


def test_float32_stays_float32():
    x = np.linspace(-1, 1, 12, dtype="f").reshape(3, 4)
    for f in (
        lambda x: cr.sum(cr.maximum(x, 0.0) ** 2),
        lambda x: cr.sum(cr.max(x, axis=1)),
        lambda x: cr.sum(cr.max(x, axis=1, keepdims=True)[:, 0] * 2.0),
    ):
        program = cr.jit(cr.value_and_grad(f)).program(x)
        assert "float64[" not in str(program)
        assert "scatter" not in str(program)
        assert cr.jit(cr.grad(f))(x).dtype == np.float32
