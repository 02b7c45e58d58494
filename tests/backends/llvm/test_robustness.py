"""Native code among signals, threads and forks: the process lives, and the next call is right."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time

import numpy as np
import pytest

import chainrule as cr

pytest.importorskip("llvmlite")

from chainrule.backends.llvm import executable

#: Takes seconds on any machine, and little memory: rows of few elements, many times.
X = np.linspace(0.1, 0.9, 2_000_000)


def slow(x):
    for _ in range(400):
        x = cr.sin(x) + 0.1
    return x


def slow_of_rows(x):
    return slow(x) - cr.max(x, axis=1, keepdims=True)


def interrupted_after(seconds, f, *args):
    """How long f goes on after Ctrl-C; f has to be running then."""
    pressed = []

    def press():
        pressed.append(time.perf_counter())
        signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    timer = threading.Timer(seconds, press)
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            f(*args)
        return time.perf_counter() - pressed[0]
    finally:
        timer.join()


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize(("f", "shape"), [(slow, (-1,)), (slow_of_rows, (-1, 1000))])
def test_ctrl_c_ends_a_long_call(f, shape, threads):
    x = X.reshape(shape)
    jitted = cr.jit(f, threads=threads)
    few = x[:20]
    expected = jitted(few)
    start = time.perf_counter()
    interrupted_after(0.05, jitted, x)
    ended = time.perf_counter() - start
    # By another way, twice, to see that no thread still works on the call that was ended.
    np.testing.assert_array_equal(jitted(few), expected)
    whole = jitted(x[:100_000])
    start = time.perf_counter()
    np.testing.assert_array_equal(jitted(x[:100_000])[:20], whole[:20])
    del start, ended


def test_ctrl_c_in_another_threads_call_is_not_that_threads():
    jitted = cr.jit(slow)
    jitted(X[:10])
    results = []
    thread = threading.Thread(target=lambda: results.append(jitted(X[:100_000])))
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
        time.sleep(10)
    thread.join()
    np.testing.assert_array_equal(results[0][:10], jitted(X[:10]))


def test_threads_that_call_for_the_first_time_at_once():
    f = cr.jit(cr.value_and_grad(lambda x: cr.sum(cr.sin(x) ** 2)))
    start = threading.Barrier(6)
    results = []

    def call(i):
        x = np.linspace(0.0, 1.0, 10 + 50_000 * (i % 2))
        start.wait()
        results.append((x, f(x)))

    threads = [threading.Thread(target=call, args=(i,)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 6
    for x, (value, slope) in results:
        np.testing.assert_allclose(value, np.sum(np.sin(x) ** 2), rtol=1e-12)
        np.testing.assert_allclose(slope, np.sin(2 * x), rtol=1e-12, atol=1e-15)


forked = cr.jit(cr.vmap(cr.value_and_grad(lambda x: cr.sin(x) * x)))
BIG = np.linspace(0.0, 1.0, 300_000)


def in_a_child(send):
    send.send([float(part.sum()) for part in forked(BIG)])


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_after_compiling(monkeypatch):
    monkeypatch.setattr(executable.settings, "threads", 2)
    expected = [float(part.sum()) for part in forked(BIG)]  # its threads are there now
    context = multiprocessing.get_context("fork")
    receive, send = context.Pipe(duplex=False)
    child = context.Process(target=in_a_child, args=(send,))
    child.start()
    assert receive.poll(60)
    assert receive.recv() == expected
    child.join()
    assert child.exitcode == 0
    pid = os.fork()
    if not pid:
        os._exit([float(part.sum()) for part in forked(BIG)] != expected)
    assert os.waitpid(pid, 0)[1] == 0
    assert [float(part.sum()) for part in forked(BIG)] == expected
