"""Many threads on one graph: each sweep is exact, or raises and has added nothing."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable

import numpy as np
import pytest
from threads import in_threads

import chainrule as cr
from chainrule import Value, Var
from chainrule.errors import ChainruleError

pytestmark = pytest.mark.usefixtures("eager_switching")

THREADS = 8


def successes(work: Callable[[], None], rounds: int) -> int:
    """Run work many times in many threads at once; how often it went through."""
    start = threading.Barrier(THREADS)
    done, wrong = [0] * THREADS, []

    def run(number: int) -> None:
        try:
            start.wait()
            for _ in range(rounds):
                try:
                    work()
                except ChainruleError:
                    continue
                done[number] += 1
        except BaseException as error:
            wrong.append(error)

    in_threads(run, THREADS)
    assert wrong == []
    assert sum(done) > 0
    return sum(done)


def test_threads_share_leaves():
    x, y = Var(2.0), Var(3.0)

    def work():
        z = x * y
        for _ in range(20):
            z = z + x * 2.0
        z.back()

    count = successes(work, 200)
    assert (x.grad, y.grad) == (43.0 * count, 2.0 * count)


def test_threads_share_a_graph():
    x = Var(2.0)
    t = x * x
    y = t * t + t
    count = successes(y.back, 300)
    assert (x.grad, t.grad, y.grad) == (36.0 * count, 9.0 * count, count)


def test_threads_share_closures(closure_op):
    x = Var(2.0)
    shared = closure_op(4.0, (x, 4.0))

    def work():
        own = closure_op(shared.val * 3, (shared, 3.0))
        (own * 2 + shared + x).back()

    count = successes(work, 200)
    assert (x.grad, shared.grad) == ((7 * 4.0 + 1) * count, 7.0 * count)


def test_a_closure_gets_the_whole_derivative_in_every_thread():
    x = Var(2.0)
    received = []

    def grad_fn(grad):
        received.append(grad)
        x.back(grad * 4.0)

    shared = Value(4.0, True, grad_fn)
    y = shared * shared + shared * 2
    count = successes(y.back, 200)
    assert received == [10.0] * count
    assert x.grad == 40.0 * count


def test_threads_record_sweeps_of_one_graph():
    x = Var(2.0)
    t = x * x
    y = t * x
    count = successes(lambda: y.back(1.0, True), 150)
    assert y.grad == count
    assert t.grad == 2.0 * count
    assert x.grad.val == 12.0 * count
    x.grad = 0


@pytest.mark.parametrize("size", [3, 300])
def test_threads_share_a_graph_of_arrays(size):
    s, x = Var(2.0), Var(np.ones(size))
    t = x * s
    y = cr.sum(t * 2.0)
    count = successes(y.back, 300)
    assert x.grad.tolist() == [4.0 * count] * size
    assert t.grad.tolist() == [2.0 * count] * size
    assert s.grad == 2.0 * size * count


def test_threads_record_sweeps_of_one_graph_of_arrays():
    x = Var(np.ones(3))
    t = x * x
    y = cr.sum(t * x)
    count = successes(lambda: y.back(1.0, True), 100)
    assert t.grad.tolist() == [count] * 3
    assert x.grad.val.tolist() == [3.0 * count] * 3
    x.grad = 0


def test_threads_fresh_graphs_in_closures():
    x = Var(3.0)

    def work():
        def grad_fn(grad):
            u = Var(3.0)
            (u * u * u).back()
            x.back(grad * u.grad)

        (Value(27.0, True, grad_fn) * 2).back()

    count = successes(work, 200)
    assert x.grad == 54.0 * count


def test_a_closure_that_starts_a_thread():
    """The other thread's sweep is its own, not part of the running one."""
    x, other = Var(2.0), Var(5.0)
    seen = []

    def grad_fn(grad):
        def sweep():
            (other * 3).back()
            seen.append(other.grad)

        thread = threading.Thread(target=sweep)
        thread.start()
        thread.join()
        x.back(grad)

    Value(1.0, True, grad_fn).back()
    assert seen == [3.0]
    assert x.grad == 1.0


def test_threads_differentiate_functions():
    outer = Var(2.0)

    def work():
        second = cr.grad(cr.grad(lambda t: cr.cos(t * outer) * outer))(0.5)
        assert second.val == pytest.approx(-8 * math.cos(1.0), rel=1e-14)
        assert cr.hessian(lambda a, b: a * a * b, (0, 1))(2.0, 3.0) == ((6.0, 4.0), (4.0, 0.0))
        assert cr.jvp(cr.grad(cr.sin), (1.0,), (1.0,))[1] == -math.sin(1.0)

    successes(work, 20)
    assert outer.grad == 0.0


def test_threads_make_and_drop_graphs():
    """Nodes made in one thread are freed in others, among closures and plain terms."""
    shared: list[Value] = [Var(1.0) for _ in range(64)]
    turn = iter(range(10**9))

    def work():
        i = next(turn) % 64
        t = shared[i].sin() * shared[-i]
        shared[i] = t + Value(1.0, True, lambda grad: t.back(grad)) * 0.5
        if i % 8 == 0:
            shared[i] = Var(float(i % 3))
        shared[i].back()

    successes(work, 300)
    assert all(isinstance(value.val, float) for value in shared)
    x = Var(3.0)
    (x * x).back()
    assert x.grad == 6.0
