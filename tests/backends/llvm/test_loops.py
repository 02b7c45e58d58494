"""What loops do with lengths, strides, threads and reductions: always what the interpreter does."""

from __future__ import annotations

import gc
import os
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from threads import in_threads

import chainrule as cr
from chainrule.backends import interpreter

pytest.importorskip("llvmlite")

from chainrule.backends.llvm import executable, runner, steps


def both(f, *arrays):
    """The results of native code and of the interpreter, for one Program."""
    jitted = cr.jit(f)
    program = jitted.program(*arrays)
    extents = list(dict.fromkeys(n for x in arrays for n in np.shape(x) if n != 1))
    native = executable.Executable(program)(list(arrays), extents)
    chain = executable.Executable(program).chain()
    if chain is not None:
        for a, b in zip(chain(list(arrays), tuple(extents)), native, strict=True):
            assert type(a) is type(b)
            assert np.shape(a) == np.shape(b)
            assert np.asarray(a).dtype == np.asarray(b).dtype
            np.testing.assert_array_equal(a, b, err_msg="a chain gives the same to the bit")
    return native, interpreter.compiled(program)(list(arrays), extents)


def check(f, *arrays, rtol=1e-12):
    native, expected = both(f, *arrays)
    assert len(native) == len(expected)
    for a, b in zip(native, expected, strict=True):
        assert np.shape(a) == np.shape(b)
        assert getattr(a, "dtype", type(a)) == getattr(b, "dtype", type(b))
        scale = np.max(np.abs(b), initial=1.0, where=np.isfinite(b))
        np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * scale)


def page(x, y):
    return cr.log(x * y * (x + y)) / (x - y) ** 2


def fit(p, t, y):
    return np.sum((p * np.exp(-t) + 0.5 - y) ** 2)


def layer_norm(x, g, b):
    centred = x - cr.mean(x, axis=1, keepdims=True)
    deviation = cr.sqrt(cr.var(x, axis=1, keepdims=True) + 1e-5)
    return cr.sum((centred / deviation * g + b) ** 2)


def cross_entropy(x, t):
    return -cr.sum(t * (x - cr.logsumexp(x, axis=1, keepdims=True)))


LENGTHS = [*range(34), 63, 1023, 1024, 1025, 5000]


@pytest.mark.parametrize("n", LENGTHS)
def test_lengths(n):
    rng = np.random.default_rng(n)
    x, y = rng.uniform(1, 2, n), rng.uniform(3, 4, n)
    check(cr.vmap(cr.value_and_grad(page, argnums=(0, 1))) if n else page, x, y)
    check(cr.value_and_grad(fit), 1.5, x, y)
    check(fit, np.float32(1.5), x.astype("f"), y.astype("f"), rtol=1e-4)


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (5, 5), (3, 40), (40, 3), (70, 1030)])
def test_rows_and_columns(shape):
    rng = np.random.default_rng(1)
    x, t = rng.normal(size=shape), rng.uniform(size=shape)
    check(cr.value_and_grad(layer_norm, argnums=(0, 1, 2)), x, t[0], t[0] * 2, rtol=1e-9)
    check(cr.value_and_grad(cross_entropy), x, t)
    check(cr.value_and_grad(lambda x: cr.var(x)), x)
    check(lambda x: (cr.softmax(x, axis=0), cr.softmax(x, axis=1)), x)
    check(lambda x: (cr.max(x), cr.min(x, axis=0), cr.max(x, axis=1), cr.sum(x, axis=0)), x)
    check(cr.grad(lambda x: cr.logsumexp(x)), x)


def test_three_axes():
    x = np.random.default_rng(2).normal(size=(4, 5, 6))
    check(lambda x: cr.sum(cr.exp(x) / cr.sum(cr.exp(x), axis=2, keepdims=True), axis=(0, 1)), x)
    check(lambda x: x - cr.mean(x, axis=1, keepdims=True), x)
    check(lambda x: cr.sum(cr.tanh(x) * cr.max(x, axis=(1, 2), keepdims=True), axis=0), x)


def variants(x):
    """The same numbers in memory of other layouts."""
    padded = np.zeros(x.size * 8 + 9, np.uint8)
    unaligned = padded[1 : 1 + x.nbytes].view(x.dtype).reshape(x.shape)
    unaligned[...] = x
    wide = np.zeros((*x.shape, 3), x.dtype)
    wide[..., 1] = x
    readonly = x.copy()
    readonly.flags.writeable = False
    return {
        "unaligned": unaligned,
        "reversed": np.ascontiguousarray(x[::-1])[::-1],
        "strided": wide[..., 1],
        "fortran": np.asfortranarray(x),
        "readonly": readonly,
    }


@pytest.mark.parametrize("shape", [(1,), (3,), (37,), (2050,), (6, 5), (5, 5), (3, 1100)])
@pytest.mark.parametrize("layout", ["unaligned", "reversed", "strided", "fortran", "readonly"])
def test_layouts(shape, layout):
    x = np.random.default_rng(5).uniform(1, 2, shape)

    def f(x):
        return cr.sum(cr.exp(x) * x), cr.sin(x), x / cr.max(x, axis=-1, keepdims=True)

    jitted = cr.jit(f)
    expected = jitted(x)
    given = jitted(variants(x)[layout])
    for a, b in zip(given, expected, strict=True):
        assert np.array_equal(a, b), "the layout is no reason for another bit"
    repeated = np.broadcast_to(x[..., :1], x.shape)
    check(f, repeated)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_an_element_is_the_same_wherever_it_stands(dtype):
    rng = np.random.default_rng(6)
    x = rng.uniform(0.1, 3, 2500).astype(dtype)
    g = cr.jit(lambda x: cr.erf(x) * cr.log(x) + cr.sin(x) ** x / cr.tanh(x))
    whole = g(x)
    for i in (0, 1, 5, 1023, 1024, 2499):
        assert g(x[i : i + 1])[0] == whole[i]
        assert g(x[i : i + 7])[0] == whole[i]
        assert g(x[: i + 1])[-1] == whole[i]


def test_sums_do_not_depend_on_threads(monkeypatch):
    rng = np.random.default_rng(7)
    x, t = rng.normal(size=(3000, 130)), rng.uniform(size=(3000, 130))
    step = cr.jit(cr.value_and_grad(cross_entropy))
    norm = cr.jit(cr.value_and_grad(layer_norm, argnums=(0, 1, 2)))
    flat = cr.jit(lambda x: cr.sum(cr.exp(x)))
    results = []
    for threads in (1, 2, 3, 8):
        monkeypatch.setattr(executable.settings, "threads", threads)
        value, gradient = step(x, t)
        loss, gradients = norm(x, t[0], t[1])
        results.append([value, gradient, loss, *gradients, flat(x)])
    for others in results[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(results[0], others, strict=True))


def test_infinities_and_nan_keep_their_meaning():
    x = np.array([0.0, -1.0, np.inf, -np.inf, np.nan, 4.0])
    check(cr.vmap(cr.value_and_grad(lambda x: cr.where(x > 0, cr.sqrt(x), 0.0))), x)
    check(cr.vmap(cr.value_and_grad(lambda x: cr.sqrt(x) ** 2)), x)
    check(lambda x: (x * 0, x - x, cr.maximum(x, 1.0), cr.minimum(x, x[::-1])), x)
    check(lambda x: (cr.max(x), cr.min(x), cr.sum(x), cr.max(x[:4])), x)
    check(lambda x: (x > 0) & (x < 3) | cr.isnan(x), x)


def test_types_that_meet():
    x = np.arange(12.0).reshape(3, 4)
    check(lambda x, i, b: cr.where(b, x * i, x), x, np.arange(4), x > 5)
    check(lambda x, y: x * y + 1, x.astype("f"), x)
    check(lambda x, n, m: x * n + m, x.astype("f"), 3, 2.5)
    check(lambda x, n: (x // n, x % n, i_plus(n)), x, 3)
    check(lambda x, b: cr.sum(cr.where(b, 1.0, x), axis=0), x, True)
    check(lambda b: cr.sum(b), x > 4)


def i_plus(n):
    return n + 1


def test_the_largest_of_none_is_an_error():
    with pytest.raises(ValueError, match="zero-size array"):
        cr.jit(lambda x: cr.max(x * 2.0))(np.zeros(0))
    with pytest.raises(ValueError, match="zero-size array"):
        cr.jit(lambda x: cr.max(x * 2.0, axis=1))(np.zeros((3, 0)))
    assert cr.jit(lambda x: cr.sum(x * 2.0))(np.zeros(0)) == 0.0
    assert cr.jit(lambda x: cr.max(x * 2.0, axis=1))(np.zeros((0, 3))).shape == (0,)
    assert np.array_equal(cr.jit(lambda x: cr.sum(x * 2.0, axis=1))(np.zeros((3, 0))), np.zeros(3))


def test_results_are_nobody_elses():
    f = cr.jit(lambda x: (x + 1.0, x, cr.reshape(x + 1.0, (-1,))))
    x = np.zeros((200, 100))
    first, same, flat = f(x)
    assert not np.shares_memory(first, flat)
    assert not np.shares_memory(same, x)
    first[:] = 7.0
    assert flat[0] == 1.0
    assert f(x)[0][0, 0] == 1.0


def test_memory_of_dead_results_is_used_again():
    f = cr.jit(lambda x: x + 1.0)
    x = np.zeros(100_000)
    gc.collect()
    runner.release_pool()
    at = f(x).ctypes.data
    assert runner.pooled() == x.nbytes
    result = f(x)
    assert result.ctypes.data == at
    view = result[10:20]
    del result
    gc.collect()
    assert runner.pooled() == 0, "a view keeps the memory"
    assert f(x).ctypes.data != at
    assert view[0] == 1.0
    del view
    runner.release_pool()
    assert runner.pooled() == 0


def test_stores_past_the_cache(monkeypatch):
    x = np.random.default_rng(8).normal(size=(301, 1111))
    f = cr.jit(lambda x: (cr.exp(x) - 1.0, x / cr.sum(x * x, axis=1, keepdims=True), x > 0))
    expected = f(x)
    monkeypatch.setattr(steps, "CACHED", 0)
    assert all(np.array_equal(a, b) for a, b in zip(expected, f(x), strict=True))
    assert all(np.array_equal(a[5:], b) for a, b in zip(expected, f(x[5:]), strict=True))


def test_threads_call_for_the_first_time_at_once():
    x = np.linspace(1, 2, 200_000)
    f = cr.jit(lambda x: cr.exp(cr.sin(x)) * x)
    expected = np.exp(np.sin(x)) * x
    wrong = []
    barrier = threading.Barrier(6)

    def work():
        barrier.wait()
        for _ in range(5):
            if not np.allclose(f(x), expected, rtol=1e-14):
                wrong.append(1)

    in_threads(lambda _: work(), 6)
    assert not wrong


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_fork_has_threads_of_its_own(monkeypatch):
    monkeypatch.setattr(executable.settings, "threads", 2)
    x = np.linspace(1, 2, 300_000)
    f = cr.jit(lambda x: cr.sum(cr.exp(cr.sin(x)) * x))
    expected = f(x)
    child = os.fork()
    if child == 0:
        os._exit(0 if f(x) == expected else 1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert f(x) == expected


UNARY = (cr.exp, cr.tanh, cr.sin, cr.square, cr.negative, cr.sigmoid, cr.abs, cr.relu)
BINARY = (cr.add, cr.subtract, cr.multiply, cr.maximum, cr.hypot, cr.arctan2)


@given(data=st.data())
def test_random_programs(data):
    draw = data.draw
    n, m = draw(st.sampled_from([(1, 1), (3, 3), (4, 9), (9, 4), (1, 5), (20, 2)]))
    rng = np.random.default_rng(draw(st.integers(0, 99)))
    inputs = [rng.normal(size=s) for s in ((n, m), (n, 1), (m,), (), (n, m))]
    if draw(st.booleans()):
        inputs[0] = np.asfortranarray(inputs[0])
    steps = draw(
        st.lists(
            st.tuples(st.integers(0, 21), st.integers(0, 99), st.integers(0, 99)),
            min_size=1,
            max_size=14,
        )
    )

    def f(*xs):
        known = list(xs)
        for kind, i, j in steps:
            x, y = known[i % len(known)], known[j % len(known)]
            rank = len(x.shape)
            if kind < 8:
                new = UNARY[kind](x)
            elif kind < 14:
                new = BINARY[kind - 8](x, y)
            elif kind == 14:
                new = cr.where(x > y, x, 0.5)
            elif kind < 17:
                new = (cr.sum, cr.max)[kind - 15](x, axis=-1, keepdims=True) if rank else x
            elif kind < 19:
                new = (cr.sum, cr.mean)[kind - 17](x, axis=0) if rank else x
            elif kind == 19:
                new = cr.mean(x)
            elif kind == 20:
                new = cr.transpose(x) if n == m else x[::-1] if rank else x
            else:
                new = cr.prod(x, axis=-1, keepdims=True) if rank else x
            known.append(0.5 * new)
        return tuple(known[len(xs) :])

    check(f, *inputs, rtol=1e-9)
    check(
        cr.grad(lambda *xs: cr.sum(cr.tanh(f(*xs)[-1])), argnums=(0, 1, 2, 4)), *inputs, rtol=1e-8
    )
