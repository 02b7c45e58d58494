"""grad_fn: operations added by closures, the page's own way."""

from __future__ import annotations

import gc
import math
import signal
import weakref

import pytest

import chainrule as cr
from chainrule import Value, Var
from chainrule.errors import ClosureError, OperandError

# --- what a closure is called with ----------------------------------------------------------------


def test_a_closure_is_called_once_with_the_whole_derivative():
    """A diamond: four uses of one term, two of them by closures."""
    x = Var(3.0)
    received = []

    def squared(a):
        def grad_fn(grad):
            received.append(grad)
            a.back(grad * 2 * a.val)

        return Value(a.val**2, True, grad_fn)

    t = squared(x)
    y = squared(t) + t * 5 + squared(t) * t
    y.back()
    whole = 2 * 9 + 5 + 2 * 9 * 9 + 81
    assert received == [9.0, 1.0, whole]
    assert t.grad == whole
    assert x.grad == whole * 6


def test_a_closure_gets_a_float():
    received = []

    def term():
        return Value(1.0, True, received.append)

    term().back()
    term().back(2)
    term().back(Value(3))
    (term() * 4).back()
    (term() * 0).back()
    term().back(grad=5)
    assert received == [1.0, 2.0, 3.0, 4.0, 0.0, 5.0]
    assert {type(grad) for grad in received} == {float}


def test_a_closure_that_is_not_reached_is_not_called():
    called = []
    term = Value(1.0, True, called.append)
    x = Var(2.0)
    (x * x).back()
    cr.where(x > 0, x, term).back()
    cr.maximum(x, term).back()
    (x * Value(2.0, False, called.append)).back()
    assert called == []


def test_several_calls_add_up(closure_op):
    x = Var(3.0)
    t = closure_op(9.0, (x, 6.0))
    y = t * 2
    y.back()
    y.back()
    t.back()
    assert (x.grad, t.grad) == (30.0, 5.0)


def test_a_closure_may_call_an_operand_more_than_once():
    x = Var(3.0)

    def grad_fn(grad):
        x.back(grad * x.val)
        x.back(grad * x.val)

    (Value(9.0, True, grad_fn) + x).back()
    assert x.grad == 7.0


def test_a_closure_may_say_nothing():
    x = Var(3.0)
    y = Value(5.0, True, lambda grad: None) * x
    y.back()
    assert x.grad == 5.0


def test_an_operand_that_needs_no_derivative_is_passed_over():
    x, constant = Var(3.0), Value(2.0)
    y = Value(6.0, True, lambda grad: (x.back(grad * 2), constant.back(grad * 3)))
    y.back()
    assert (x.grad, constant.grad) == (2.0, 0.0)


def test_a_closure_may_pass_on_a_value():
    """The page writes grad * other; of the product, only the number counts in a plain sweep."""
    x, other = Var(3.0), Var(4.0)
    y = Value(12.0, True, lambda grad: x.back(grad * other))
    y.back()
    assert (x.grad, other.grad) == (4.0, 0.0)
    assert type(x.grad) is float


def test_a_closure_that_passes_on_no_number(closure_op):
    x = Var(3.0)
    y = Value(1.0, True, lambda grad: x.back("a"))
    with pytest.raises(OperandError, match="grad must be a real number"):
        y.back()
    assert (x.grad, y.grad) == (0.0, 0.0)
    closure_op(9.0, (x, 6.0)).back()
    assert x.grad == 6.0


def test_a_closure_among_rows(closure_op):
    x, y = Var(2.0), Var(0.5)
    t = x * y
    u = closure_op(math.exp(t.val), (t, math.exp(t.val)))
    (u.sin() * x + t / u).back()
    expected = cr.grad(lambda x, y: cr.sin(cr.exp(x * y)) * x + x * y / cr.exp(x * y), (0, 1))
    assert (x.grad, y.grad) == pytest.approx(expected(2.0, 0.5), rel=1e-14)


def test_an_operand_assigned_since(closure_op):
    x = Var(3.0)
    y = closure_op(6.0, (x, 2.0)) * x
    x.val = 100.0
    y.back()
    assert x.grad == 2.0 * 3.0 + 6.0


@pytest.mark.parametrize("count", [10_000, 50_000])
def test_many_chained_closures(closure_op, count):
    x = Var(1.0)
    y = x
    for _ in range(count):
        y = closure_op(y.val, (y, 1.0))
    y.back()
    assert x.grad == 1.0
    del x, y
    gc.collect()


def test_2_to_the_60_paths_through_closures(closure_op):
    x = Var(1.0)
    y = x
    for _ in range(60):
        y = closure_op(y.val * 2, (y, 1.0), (y, 1.0))
    y.back()
    assert x.grad == 2.0**60


# --- back() from inside a closure -----------------------------------------------------------------


def test_back_on_any_older_value_adds_to_the_running_sweep():
    """Not only on operands of rows: on closures and terms that are still to be visited."""
    x = Var(3.0)
    t = x * x
    received = []
    inner = Value(5.0, True, lambda grad: (received.append(grad), t.back(grad * 10)))
    outer = Value(7.0, True, lambda grad: (inner.back(grad * 2), t.back(grad), x.back()))
    (outer + inner).back()
    assert received == [3.0]
    assert t.grad == 3.0 * 10 + 1
    assert x.grad == t.grad * 6 + 1


def test_a_fresh_graph_inside_a_closure_has_a_sweep_of_its_own():
    x = Var(3.0)
    seen = []

    def grad_fn(grad):
        u = Var(x.val)
        cube = u * u * u
        cube.back()
        seen.append((u.grad, cube.grad))
        x.back(grad * u.grad)

    y = Value(27.0, True, grad_fn)
    (y * 2 + x).back()
    assert seen == [(27.0, 1.0)]
    assert x.grad == 2 * 27.0 + 1


def test_a_fresh_leaf_inside_a_closure_has_a_sweep_of_its_own():
    """The identity is a function too: a graph of one leaf."""
    x = Var(3.0)
    seen = []

    def grad_fn(grad):
        u = Var(x.val)
        u.back()
        seen.append(u.grad)
        x.back(grad * u.grad)

    Value(3.0, True, grad_fn).back()
    assert seen == [1.0]
    assert x.grad == 1.0


def test_fresh_graphs_inside_fresh_graphs():
    """Each level computes its partial with a closure op whose partial is computed likewise."""

    def power(x, n):
        if n == 0:
            return x * 1.0

        def grad_fn(grad):
            u = Var(x.val)
            (power(u, n - 1) * u).back()
            x.back(grad * u.grad)

        return Value(x.val ** (n + 1), True, grad_fn)

    x = Var(1.5)
    y = power(x, 4) * 2 + x
    y.back()
    assert x.grad == pytest.approx(2 * 5 * 1.5**4 + 1, rel=1e-14)


def test_a_fresh_graph_with_a_recorded_sweep():
    x = Var(3.0)

    def grad_fn(grad):
        u = Var(x.val)
        (u * u * u).back(create_graph=True)
        slope = u.grad
        u.grad = 0
        x.back(grad * slope.val)

    (Value(27.0, True, grad_fn) * 2).back()
    assert x.grad == 54.0


def test_a_fresh_graph_above_older_values_is_swept_into_them():
    x = Var(3.0)
    t = x * x

    def grad_fn(grad):
        (t * grad + x).back()

    y = Value(9.0, True, grad_fn) * 2 + t
    y.back()
    assert x.grad == 2 * 6 + 1 + 6
    assert t.grad == 2 + 1


def test_grad_inside_a_closure():
    x = Var(3.0)
    y = Value(27.0, True, lambda grad: x.back(grad * cr.grad(lambda u: u**3)(x.val)))
    (y * 2).back()
    assert x.grad == 54.0


def test_back_inside_a_function_inside_grad(closure_op):
    """A sweep inside of a function that is itself differentiated touches nobody outside."""
    outer = Var(5.0)

    def f(x):
        u = Var(2.0)
        closure_op(u.val**2, (u, 4.0)).back()
        return x * u.grad + closure_op(x.val * 3, (x, 3.0))

    assert cr.grad(f)(1.0) == 7.0
    assert outer.grad == 0.0


# --- when a closure raises ------------------------------------------------------------------------


class BrokenError(Exception):
    pass


def interrupt():
    signal.raise_signal(signal.SIGINT)


def fail():
    raise BrokenError


@pytest.mark.parametrize("stop", [fail, interrupt])
def test_a_closure_that_raises_leaves_nothing_behind(stop, closure_op):
    x = Var(3.0)
    stops = [stop]

    def grad_fn(grad):
        x.back(grad * 2)
        if stops:
            stops.pop()()
        x.back(grad * 3)

    t = Value(1.0, True, grad_fn)
    above = closure_op(1.0, (t, 1.0))
    y = above * 2 + x
    with pytest.raises((BrokenError, KeyboardInterrupt)):
        y.back()
    assert [value.grad for value in (x, t, above, y)] == [0.0] * 4

    # A sweep of another graph starts at once, and is not taken for part of the stopped one.
    z = Var(2.0)
    (z * z).back()
    z.back()
    assert z.grad == 5.0
    # The same graph, again.
    y.back()
    assert [value.grad for value in (x, t, above, y)] == [11.0, 2.0, 2.0, 1.0]


@pytest.mark.parametrize("stop", [fail, interrupt])
def test_a_fresh_graph_that_raises_and_is_caught_does_not_end_the_outer_sweep(stop):
    x = Var(3.0)

    def broken(grad):
        stop()

    def grad_fn(grad):
        u = Var(1.0)
        with pytest.raises((BrokenError, KeyboardInterrupt)):
            (Value(1.0, True, broken) * u).back()
        assert u.grad == 0.0
        x.back(grad * 2)

    (Value(6.0, True, grad_fn) + x).back()
    assert x.grad == 3.0


def test_a_closure_that_raises_under_grad():
    def f(x):
        return Value(1.0, True, lambda grad: fail()) * x

    with pytest.raises(BrokenError):
        cr.grad(f)(2.0)
    assert cr.grad(lambda x: x * x)(2.0) == 4.0
    x = Var(2.0)
    x.back()
    assert x.grad == 1.0


def test_errors_do_not_pile_up(closure_op):
    for _ in range(1000):
        with pytest.raises(BrokenError):
            closure_op(1.0, (Value(1.0, True, lambda grad: fail()), 1.0)).back()
    x = Var(2.0)
    closure_op(4.0, (x, 4.0)).back()
    assert x.grad == 4.0


# --- what a closure cannot do ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "differentiate",
    [
        lambda f: f(Var(3.0)).back(create_graph=True),
        lambda f: cr.grad(cr.grad(f))(3.0),
        lambda f: cr.hessian(f)(3.0),
        lambda f: cr.hvp(f, (3.0,), (1.0,)),
        lambda f: cr.jvp(f, (3.0,), (1.0,)),
        lambda f: cr.jvp(cr.grad(f), (3.0,), (1.0,)),
        lambda f: cr.grad(lambda x: cr.jvp(f, (x,), (1.0,))[1])(3.0),
        lambda f: cr.vjp(f, 3.0)[1](Var(1.0)),
    ],
    ids=["create_graph", "grad grad", "hessian", "hvp", "jvp", "jvp grad", "grad jvp", "cotangent"],
)
def test_a_closure_has_no_second_derivative_and_no_forward_mode(differentiate, closure_op):
    def f(x):
        return closure_op(x.val**2, (x, 2 * x.val)) * x

    with pytest.raises(ClosureError, match=r"closure grad_fn.*cr\.custom_vjp"):
        differentiate(f)
    assert issubclass(ClosureError, RuntimeError)
    # And nothing is left behind.
    assert cr.grad(f)(3.0) == 27.0
    x = Var(3.0)
    f(x).back()
    assert x.grad == 27.0


def test_first_derivatives_go_through(closure_op):
    def f(x, y=1.0):
        return closure_op(x.val**2, (x, 2 * x.val)) * x * y

    assert cr.grad(f)(3.0) == 27.0
    assert cr.value_and_grad(f)(3.0) == (27.0, 27.0)
    assert cr.vjp(f, 3.0)[1](2.0) == (54.0,)
    assert cr.jacobian(lambda x: [f(x), x])(3.0) == [27.0, 1.0]
    assert cr.grad(f, (0, 1))(3.0, 2.0) == (54.0, 27.0)


def test_a_closure_beside_what_is_differentiated_twice(closure_op):
    """It is no obstacle where only its number is wanted."""
    constant = closure_op(2.0, (Var(1.0), 1.0)).val
    assert cr.grad(cr.grad(lambda x: x**3 * constant))(2.0) == 24.0


def test_grad_touches_nobodys_grad(closure_op):
    terms = []

    def f(x):
        terms.extend([x, x * x])
        terms.append(closure_op(terms[1].val, (terms[1], 1.0)))
        return terms[-1] * 2

    assert cr.grad(f)(3.0) == 12.0
    assert [term.grad for term in terms] == [0.0, 0.0, 0.0]


# --- collection -----------------------------------------------------------------------------------


class Witness:
    """Something whose collection can be seen."""


@pytest.mark.parametrize("swept", [True, False])
@pytest.mark.parametrize("terms_above", [0, 1, 1000])
def test_a_closure_that_mentions_its_own_result_is_collected(swept, terms_above):
    witness = Witness()
    alive = weakref.ref(witness)

    def graph(witness):
        x = Var(0.5)

        def grad_fn(grad):
            assert witness
            x.back(grad * result.val)

        result = Value(math.exp(x.val), True, grad_fn)
        y = result
        for _ in range(terms_above):
            y = y * 1.0
        if swept:
            y.back()
            assert x.grad == math.exp(0.5)

    graph(witness)
    del witness
    gc.collect()
    assert alive() is None


def test_a_closure_that_mentions_what_is_computed_from_it_is_collected():
    witness = Witness()
    alive = weakref.ref(witness)

    def graph(witness):
        x = Var(0.5)
        later = []

        def grad_fn(grad):
            assert witness
            x.back(grad * len(later))

        result = Value(1.0, True, grad_fn)
        later.append(cr.where(True, cr.maximum((result * x).sin(), -2.0), x) ** x)
        later[0].back()

    graph(witness)
    del witness
    gc.collect()
    assert alive() is None


def test_closures_without_a_cycle_go_at_once(closure_op):
    """By reference counts alone: nothing waits for the collector."""
    witness = Witness()
    alive = weakref.ref(witness)

    def graph(witness):
        x = Var(0.5)
        y = Value(1.0, True, lambda grad: (witness, x.back(grad)))
        ((y * x).sin() + closure_op(1.0, (y, 2.0))).back()

    gc.disable()
    try:
        graph(witness)
        del witness
        assert alive() is None
    finally:
        gc.enable()
