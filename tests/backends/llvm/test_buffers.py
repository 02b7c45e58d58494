"""Memory between steps and calls: reused, bounded, given back; results are nobody else's."""

from __future__ import annotations

import gc
import threading
import tracemalloc
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from threads import in_threads

import chainrule as cr

pytest.importorskip("llvmlite")

from chainrule.backends import choice
from chainrule.backends.llvm import executable, runner
from chainrule.backends.llvm.buffers import Buffer, offsets


def network(p, x):
    for w in p:
        x = cr.tanh(x @ w)
    return cr.sum(x * x)


def weights(n):
    rng = np.random.default_rng(1)
    return [rng.normal(size=(n, n)) / n for _ in range(3)], rng.normal(size=(n, n))


def executable_of(jitted):
    ((entry,),) = jitted._cache.values()
    return entry.run


@given(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6), st.integers(0, 300)), max_size=25))
def test_values_that_live_at_once_have_places_of_their_own(spans):
    planned = [Buffer(i, first, first + length) for i, (first, length, _) in enumerate(spans)]
    sizes = [size for *_, size in spans]
    starts, total = offsets(planned, sizes)
    for i, a in enumerate(planned):
        assert starts[i] + sizes[i] <= total
        for k, b in enumerate(planned[:i]):
            if sizes[i] and sizes[k] and a.first <= b.last and b.first <= a.last:
                assert starts[i] >= starts[k] + sizes[k] or starts[k] >= starts[i] + sizes[i]


def test_a_chain_takes_the_room_of_two():
    chain = [Buffer(i, i, i + 1) for i in range(50)]
    assert offsets(chain, [64] * 50)[1] == 2 * 64


def test_steps_find_their_buffers_again():
    step = cr.jit(cr.value_and_grad(network))
    p, x = weights(120)
    first = step(p, x)
    gc.collect()
    tracemalloc.start()
    try:
        for _ in range(3):
            result = step(p, x, out=(None, first[1]))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert result[1][0] is first[1][0]
    assert peak < x.nbytes, "no array is made in a call that has out="


def test_a_result_is_not_written_again():
    step = cr.jit(cr.value_and_grad(network))
    p, x = weights(100)
    _, gradient = step(p, x)
    kept = [g.copy() for g in gradient]
    step(p, 2.0 * x)
    step([3.0 * w for w in p], x)
    assert all(np.array_equal(a, b) for a, b in zip(gradient, kept, strict=True))
    views = cr.jit(lambda x: (cr.transpose(x @ x), (x @ x)[1:], cr.reshape(x + 1.0, (-1,))))
    first = views(x)
    copies = [r.copy() for r in first]
    views(x + 5.0)
    assert all(np.array_equal(a, b) for a, b in zip(first, copies, strict=True))


def test_two_threads_have_buffers_of_their_own():
    step = cr.jit(cr.value_and_grad(network))
    inputs = [weights(n) for n in (60, 60)]
    inputs[1] = ([2.0 * w for w in inputs[1][0]], inputs[1][1] + 1.0)
    expected = [step(p, x) for p, x in inputs]
    wrong = []
    barrier = threading.Barrier(4)

    def work(k):
        p, x = inputs[k % 2]
        barrier.wait()
        for _ in range(40):
            value, gradient = step(p, x)
            right, derivatives = expected[k % 2]
            pairs = zip([value, *gradient], [right, *derivatives], strict=True)
            if not all(np.allclose(a, b, rtol=1e-12, atol=1e-14) for a, b in pairs):
                wrong.append(k)

    in_threads(work)
    assert not wrong


def test_layouts_of_many_lengths_are_bounded(monkeypatch):
    monkeypatch.setattr(choice, "_suits_small", lambda program: False)
    step = cr.jit(cr.value_and_grad(network))
    step(*weights(2))
    run = executable_of(step)
    p, x = weights(2)
    for n in range(2, 60):
        p, x = weights(n)
        run([*p, x], (n,))
        assert len(run.layouts) <= executable.LAYOUTS
    assert (59,) in run.layouts


def test_code_goes_with_the_function():
    step = cr.jit(cr.value_and_grad(network))
    step(*weights(50))
    run = weakref.ref(executable_of(step))
    step.clear_cache()
    gc.collect()
    assert run() is None


def test_the_memory_of_a_call_is_found_again():
    step = cr.jit(lambda x: cr.sum(cr.exp(x @ x) @ x))
    x = np.full((150, 150), 0.01)
    step(x)
    gc.collect()
    runner.release_pool()
    for _ in range(3):
        step(x)
        assert runner.pooled() < 4 * x.nbytes, "two values at a time, and nothing is left behind"


def test_the_pool_lets_go_of_what_is_not_asked_for():
    limit = runner.pool_limit()
    f = cr.jit(lambda x: x + 1.0)
    gc.collect()
    runner.release_pool()
    try:
        runner.pool_limit(4_000_000)
        for n in range(20_000, 200_000, 4_000):
            f(np.zeros(n))
            assert runner.pooled() <= 4_000_000
        newest = runner.pooled()
        assert newest > 0
        at = f(np.zeros(196_000)).ctypes.data
        assert f(np.zeros(196_000)).ctypes.data == at, "the newest is still there"
        runner.pool_limit(0)
        assert runner.pooled() == 0
    finally:
        runner.pool_limit(limit)


def test_memory_that_runs_out():
    f = cr.jit(lambda x, y: cr.exp(x[:, None] + y) * 2.0)
    small = np.linspace(0, 1, 300)
    expected = f(small, small)
    huge = np.broadcast_to(np.zeros(1), (1 << 24,))
    for _ in range(2):
        with pytest.raises(MemoryError):
            f(huge, huge)
    assert np.array_equal(f(small, small), expected)
    step = cr.jit(lambda x, y: cr.sum(cr.exp(x[:, None] + y) @ y))
    with pytest.raises(MemoryError):
        step(huge, huge)
    assert np.isfinite(step(small, small))
    with pytest.raises(MemoryError):
        runner.Memory(1 << 62)
    assert np.array_equal(f(small, small), expected)


def test_out_takes_the_step_itself_where_it_may():
    """What is computed aside leaves memory in the pool."""
    n = 200
    x, y = np.ones((n, n)), np.full((n, n), 2.0)

    def aside(f, inputs, outs):
        inputs = [np.array(a) if a.flags.owndata else a for a in inputs]
        f(*inputs, out=outs)
        gc.collect()
        runner.release_pool()
        f(*inputs, out=outs)
        return runner.pooled() // inputs[0].nbytes

    f = cr.jit(lambda x, y: (x + y, x @ y))
    assert aside(f, [x, y], (np.empty((n, n)), np.empty((n, n)))) == 0
    z = x.copy()
    v = z.view()
    assert aside(f, [v, y], (v, np.empty((n, n)))) == 1, "x is read by the product afterwards"
    g = cr.jit(lambda x, y: x * 2.0 + y)
    assert aside(g, [v, y], v) == 0
    assert aside(g, [v, v], v) == 0
    assert aside(g, [v, y], z.T) == 1
    a, b = z.ravel()[:-n].reshape(-1, n), z.ravel()[n:].reshape(-1, n)
    assert aside(g, [a, y[1:]], b) == 1
