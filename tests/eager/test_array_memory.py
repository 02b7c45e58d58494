"""What a graph of arrays keeps and frees, with the collector and without."""

from __future__ import annotations

import gc
import sys
import weakref

import numpy as np

import chainrule as cr
from chainrule import Var

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
equal = np.testing.assert_array_equal
close = np.testing.assert_allclose


def test_what_no_partial_needs_is_freed():
    v = Var(np.ones(50))
    t = v + 1
    array = weakref.ref(t._array)
    y = cr.sum(t + 2)
    del t
    assert array() is None
    y.back()
    equal(v.grad, np.ones(50))


def test_what_a_partial_needs_is_kept_and_nothing_else():
    v = Var(np.ones(50))
    shifted = v * 2.0
    out = cr.exp(shifted)
    operand, result = weakref.ref(shifted._array), weakref.ref(out._array)
    y = cr.sum(out)
    del shifted, out
    assert operand() is None
    assert result() is not None
    y.back()
    close(v.grad, 2 * np.full(50, np.exp(2.0)))
    del y
    assert result() is None


def test_a_graph_is_freed_without_the_collector():
    gc.collect()
    gc.disable()
    try:
        v = Var(np.ones(5))
        t = cr.linalg.eigh(cr.outer(v, v))[1] @ v
        y = cr.sum(cr.max(t[::2]) * cr.sin(t))
        nodes = weakref.ref(t._array)
        y.back()
        del t, y
        assert nodes() is None
    finally:
        gc.enable()


def test_memory_does_not_grow():
    v, a = Var(np.arange(1.0, 4.0)), Var(2.0)

    def work():
        y = cr.sum(cr.where(v > 1, cr.exp(v * a), v[::-1]) @ v) + cr.max(v)
        y.back()
        cr.grad(lambda x: cr.sum(x * x))(v.val)
        v.grad, a.grad = 0, 0

    for _ in range(300):
        work()
    gc.collect()
    before = sys.getallocatedblocks()
    for _ in range(2_000):
        work()
    gc.collect()
    assert sys.getallocatedblocks() - before < 200


def test_a_deep_graph_is_swept_and_freed_without_recursion():
    v = Var(np.ones(2))
    t = v
    for _ in range(20_000):
        t = t + 1.0
    cr.sum(t).back()
    equal(v.grad, np.ones(2))
    del t
