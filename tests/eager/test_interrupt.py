"""Ctrl-C at any place of a sweep: nothing pending stays behind, and no gradient is half added."""

from __future__ import annotations

import gc
import inspect
import sys
from collections.abc import Callable

import numpy as np
import pytest

import chainrule as cr
from chainrule import Value, Var


class Interruption:
    """Raise KeyboardInterrupt at one of the places where Python looks for signals.

    Those are the beginning of a function, the return from one written in C, and the jump back in
    a loop. ``places`` counts them; the one with the number ``at`` raises.
    """

    def __init__(self, at: int) -> None:
        self.at, self.places = at, 0
        self.lines: dict[object, int] = {}

    def reached(self) -> None:
        self.places += 1
        if self.places == self.at:
            raise KeyboardInterrupt

    def trace(self, frame, event, arg):
        if frame.f_code.co_flags & inspect.CO_GENERATOR:
            return None  # where it is closed by the collector, Python drops every exception
        if event == "call":
            self.reached()
        elif event == "line":
            before = self.lines.get(frame, -1)
            self.lines[frame] = frame.f_lineno
            if frame.f_lineno <= before:
                self.reached()
        return self.trace

    def profile(self, frame, event, arg):
        if event == "c_return" and arg not in (sys.settrace, sys.setprofile):
            self.reached()

    def run(self, action: Callable[[], None]) -> bool:
        """Whether the action was interrupted."""
        gc.disable()  # an exception in one of the collector's callbacks goes to nobody
        try:
            sys.setprofile(self.profile)
            sys.settrace(self.trace)
            action()
        except KeyboardInterrupt:
            return True
        finally:
            sys.settrace(None)
            sys.setprofile(None)
            gc.enable()
        return False


def of_rows(closure_op):
    x, y = Var(2.0), Var(3.0)
    t = x * y
    return [x, y, t, t * t + x]


def of_closures(closure_op):
    x, y = Var(2.0), Var(3.0)
    t = closure_op(6.0, (x, 3.0), (y, 2.0))
    return [x, y, t, closure_op(36.0, (t, 6.0), (t, 6.0)) + x]


def of_fresh_graphs(closure_op):
    x, y = Var(2.0), Var(3.0)

    def grad_fn(grad):
        u = Var(1.0)
        closure_op(1.0, (u, 2.0)).back()
        x.back(grad * 1.5 * u.grad)
        y.back(grad * u.grad)

    t = Value(6.0, True, grad_fn)
    return [x, y, t, t * t + x]


def of_arrays(closure_op):
    x, y = Var(np.array([2.0])), Var(3.0)
    t = x * y
    return [x, y, t, cr.sum(t * t + x)]


def of_small_arrays(closure_op):
    x, y = Var(np.array([2.0])), Var(3.0)
    t = x * y
    return [x, y, t, t * t + x]


GRAPHS = [of_rows, of_closures, of_fresh_graphs, of_arrays, of_small_arrays]
FULL = [37.0, 24.0, 12.0, 1.0]


def number(grad):
    return float(np.sum(grad.val if isinstance(grad, Value) else grad))


def interruptions(make_graph, closure_op, create_graph=False):
    """For every place of a sweep: the graph, and what an interruption there left of .grad."""
    for at in range(1, 10_000):
        values = make_graph(closure_op)
        if not Interruption(at).run(lambda: values[-1].back(1.0, create_graph)):  # noqa: B023
            assert [number(value.grad) for value in values] == FULL
            return
        yield values, [number(value.grad) for value in values]
    raise AssertionError("the sweep never came to its end")


@pytest.mark.parametrize("make_graph", GRAPHS)
def test_nothing_pending_stays_behind(make_graph, closure_op, native):
    places = 0
    for values, before in interruptions(make_graph, closure_op):
        places += 1
        x = Var(2.0)
        (x * x + x).back()
        x.back()
        assert x.grad == 6.0, "a sweep was taken for part of the interrupted one"
        values[-1].back()
        after = [number(value.grad) - left for value, left in zip(values, before, strict=True)]
        assert after == FULL
    assert places > 10 or (native and make_graph in (of_rows, of_small_arrays))


@pytest.mark.parametrize("make_graph", [of_rows, of_arrays])
def test_nothing_pending_stays_behind_of_a_recorded_sweep(make_graph, closure_op):
    for values, _ in interruptions(make_graph, closure_op, create_graph=True):
        x = Var(2.0)
        (x * x + x).back()
        assert x.grad == 5.0
        for leaf in values[:2]:
            leaf.grad = 0
        values[-1].back()
        assert [number(leaf.grad) for leaf in values[:2]] == FULL[:2]


@pytest.mark.parametrize(
    ("make_graph", "create_graph"),
    [*((graph, False) for graph in GRAPHS), (of_rows, True), (of_arrays, True)],
)
def test_a_sweep_adds_all_or_nothing(make_graph, create_graph, closure_op):
    halves = [
        left
        for _, left in interruptions(make_graph, closure_op, create_graph)
        if left not in (FULL, [0.0] * 4)
    ]
    assert halves == []
