"""Native code among signals, threads and forks: the process lives, and the next call is right."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from threads import in_threads

import chainrule as cr

pytest.importorskip("llvmlite")

from chainrule.backends.llvm import executable

#: With `slow` some ten seconds of work for one thread.
X = np.linspace(0.1, 0.9, 8_000_000)
SHARE = 200


def slow(x):
    for _ in range(400):
        x = cr.sin(x) + 0.1
    return x


def slow_of_rows(x):
    return slow(x) - cr.max(x, axis=1, keepdims=True)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize(("f", "shape"), [(slow, (-1,)), (slow_of_rows, (-1, 1000))])
def test_ctrl_c_ends_a_long_call(f, shape, threads):
    x = X.reshape(shape)
    jitted = cr.jit(f, threads=threads)
    few = x[: len(x) // SHARE]
    expected = jitted(few)
    start = time.thread_time()
    jitted(few)
    whole = (time.thread_time() - start) * SHARE / threads
    main = threading.main_thread().ident
    timer = threading.Timer(0.05, lambda: signal.pthread_kill(main, signal.SIGINT))
    timer.start()
    start = time.thread_time()
    with pytest.raises(KeyboardInterrupt):
        jitted(x)
    # Also without a look at signals there is a KeyboardInterrupt, when all has been computed.
    assert time.thread_time() - start < whole / 4
    timer.join()
    np.testing.assert_array_equal(jitted(few), expected)


def press_and_wait():
    signal.raise_signal(signal.SIGINT)
    time.sleep(10)


def test_ctrl_c_does_not_end_the_call_of_another_thread():
    jitted = cr.jit(slow)
    jitted(X[:10])
    results = []
    thread = threading.Thread(target=lambda: results.append(jitted(X[:100_000])))
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        press_and_wait()
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

    in_threads(call, 6)
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


OUT_OF_MEMORY = """
import resource
import numpy as np
import chainrule as cr

x = np.ones(4_000_000)
f = cr.jit(lambda x: cr.exp(x) * 2.0)
expected = f(x)[0]
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 100_000_000,) * 2)
kept = []
for g in (
    f,
    cr.jit(cr.grad(lambda x: cr.sum(cr.exp(x) ** 2))),
    cr.jit(lambda x: x[:, None] + x),
    cr.jit(lambda x: cr.sort(cr.concatenate([x] * 9))),
    cr.grad(lambda x: cr.sum(cr.sin(cr.exp(cr.cos(x)) * x))),
):
    try:
        for _ in range(9):
            kept.append(g(x))
        print("enough")
    except MemoryError as error:
        print("MemoryError" if str(error) else "without a word")
    kept.clear()
    assert f(x)[0] == expected
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="no limit of memory here")
def test_memory_that_runs_out_is_an_error_and_the_next_call_works():
    child = subprocess.run(
        [sys.executable, "-c", OUT_OF_MEMORY], capture_output=True, text=True, check=False
    )
    assert child.returncode == 0, child.stderr
    assert child.stdout.split() == ["MemoryError"] * 5, child.stdout
