"""Sweeps over arrays: recorded ones, what they keep in memory, closures, small and large arrays."""

from __future__ import annotations

import gc
import math
import weakref

import numpy as np
import pytest

import chainrule as cr
from chainrule import Value, Var
from chainrule.errors import ChangedValueError, ClosureError, DroppedDerivativeError, OperandError
from chainrule.ops import elementwise_rows

equal = np.testing.assert_array_equal
close = np.testing.assert_allclose

#: Extents on both sides of where the native build hands an array to NumPy.
SIZES = (1, 3, 500)


def ramp(size):
    return np.linspace(0.5, 2.0, size)


# --- back(create_graph=True) ----------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
def test_a_recorded_sweep_gives_values_to_any_order(size):
    x = Var(ramp(size))
    cr.sum(cr.exp(x) * x).back(create_graph=True)
    for order in range(1, 4):
        gradient = x.grad
        assert isinstance(gradient, Value)
        assert gradient.reqgrad
        close(gradient.val, (x.val + order) * np.exp(x.val), rtol=1e-13)
        x.grad = 0
        cr.sum(gradient).back(create_graph=True)
    x.grad = 0
    equal(x.grad, np.zeros(size))


def test_a_recorded_sweep_leaves_plain_gradients_to_terms():
    x = Var(ramp(3))
    t = x * x
    y = cr.sum(t * x)
    y.back(create_graph=True)
    assert type(t.grad) is np.ndarray
    equal(t.grad, x.val)
    equal(y.grad, 1.0)
    x.grad = 0


def test_a_recorded_sweep_of_a_constant_derivative_gives_a_value_without_one():
    x = Var(ramp(3))
    cr.sum(x * 2.0).back(create_graph=True)
    assert isinstance(x.grad, Value)
    assert not x.grad.reqgrad
    equal(x.grad.val, [2.0] * 3)


def test_recorded_sweeps_add_up():
    x = Var(ramp(3))
    for count in 1, 2, 3:
        cr.sum(x * x).back(create_graph=True)
        close(x.grad.val, 2 * x.val * count)
    gradient, x.grad = x.grad, 0
    cr.sum(gradient * gradient).back()
    close(x.grad, 72 * x.val)


def test_a_recorded_sweep_over_numbers_and_arrays():
    a, x = Var(3.0), Var(ramp(4))
    cr.sum(a * a * x * x).back(create_graph=True)
    first, a.grad, x.grad = a.grad, 0, 0
    assert float(first.val) == pytest.approx(2 * 3.0 * np.sum(x.val**2))
    first.back()
    assert a.grad == pytest.approx(2 * np.sum(x.val**2))
    close(x.grad, 4 * 3.0 * x.val)


def test_a_value_as_gradient():
    x, seed = Var(ramp(3)), Var(np.array([1.0, 2.0, 3.0]))
    y = x * x
    with pytest.raises(DroppedDerivativeError, match="create_graph"):
        y.back(seed)
    y.back(Value(seed.val))
    close(x.grad, 2 * x.val * seed.val)
    x.grad = 0
    y.back(seed, create_graph=True)
    gradient, x.grad, seed.grad = x.grad, 0, 0
    cr.sum(gradient).back()
    close(seed.grad, 2 * x.val)
    close(x.grad, 2 * seed.val)


def test_a_value_assigned_to_grad_has_to_fit():
    x = Var(ramp(3))
    x.grad = Value(np.ones(3))
    assert isinstance(x.grad, Value)
    with pytest.raises(OperandError, match=r"\(2,\).*\(3,\)"):
        x.grad = Value(np.ones(2))


def test_a_recorded_sweep_refuses_a_closure():
    x = Var(ramp(3))
    t = Value(x.val**2, True, lambda grad: x.back(grad * 2 * x.val))
    y = cr.sum(t * t)
    with pytest.raises(ClosureError, match="custom_vjp"):
        y.back(create_graph=True)
    equal(x.grad, np.zeros(3))
    y.back()
    close(x.grad, 4 * x.val**3)


@pytest.mark.parametrize("size", SIZES)
def test_a_closure_gets_the_whole_derivative_as_an_array(size):
    x, received = Var(ramp(size)), []

    def grad_fn(grad):
        received.append(grad)
        x.back(grad * 2 * x.val)

    t = Value(x.val**2, True, grad_fn)
    y = cr.sum(t * t + cr.sin(t) + 3.0 * t)
    y.back()
    y.back()
    whole = 2 * t.val + np.cos(t.val) + 3
    assert len(received) == 2
    for grad in received:
        close(grad, whole)
    close(x.grad, 4 * x.val * whole)
    close(t.grad, 2 * whole)


def test_a_closure_of_an_array_under_grad_and_outside_of_it():
    inner = np.array([1.0, 2.0])

    def squared(x):
        return Value(x.val**2, True, lambda grad: x.back(grad * 2 * x.val))

    close(cr.grad(lambda x: cr.sum(squared(x) * x))(inner), 3 * inner**2)
    outer = Var(inner)
    with pytest.raises(ClosureError):
        cr.grad(lambda x: cr.sum(squared(outer) * x))(inner)
    equal(outer.grad, np.zeros(2))


# --- assignment -----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("create_graph", [False, True])
def test_only_what_is_read_may_not_be_assigned(size, create_graph):
    a, p, q = Var(2.0), Var(ramp(size)), Var(ramp(size))
    read, unread = cr.sum(p * q), cr.sum(p + a + q * 2.0)
    p.val, a.val = np.zeros(size), 7.0
    unread.back(1.0, create_graph)
    equal(getattr(p.grad, "val", p.grad), np.ones(size))
    assert float(getattr(a.grad, "val", a.grad)) == size
    with pytest.raises(ChangedValueError, match="multiply"):
        read.back(1.0, create_graph)


def test_a_recorded_sweep_over_numbers_reads_what_its_partials_read():
    x, c = Var(3.0), 5.0
    y, z = x * c, x * x
    x.val = 4.0
    y.back(create_graph=True)
    assert x.grad.val == 5.0
    with pytest.raises(ChangedValueError):
        z.back(create_graph=True)


# --- memory ---------------------------------------------------------------------------------------


def owner(value):
    """The array that a Value holds, or the one of which its ``val`` is a view."""
    array = value.val
    return array if array.base is None else array.base


@pytest.mark.parametrize("size", SIZES)
def test_a_graph_is_freed_as_the_sweep_passes(size):
    saved, seen, kept = [], [], []

    def f(x):
        def grad_fn(grad):
            seen.append([ref() is None for ref in saved])
            x.back(grad)

        y = Value(x.val, True, grad_fn)
        for i in range(20):
            y = cr.sin(y * y)
            saved.append(weakref.ref(owner(y)))
            if i == 9:
                kept.append(y)
        return cr.sum(y)

    def check(differentiate):
        saved.clear(), seen.clear(), kept.clear()
        differentiate(f)(ramp(size))
        # What is held from outside stays, with what it was computed from.
        assert seen == [[False] * 10 + [True] * 10]
        kept[0].back(np.ones(size))

    gc.disable()  # nothing waits for the collector
    try:
        check(cr.grad)
        check(cr.value_and_grad)
    finally:
        gc.enable()


def test_auxiliary_results_and_pullbacks_keep_the_graph():
    x = ramp(4)
    value, pullback = cr.vjp(lambda x: x * cr.sin(x), x)
    expected = np.sin(x) + x * np.cos(x)
    for _ in range(2):
        close(pullback(np.ones(4))[0], expected)
    v = Var(x)
    y = cr.sum(v * cr.sin(v))
    y.back()
    y.back()
    close(v.grad, 2 * expected)
    held = []

    def f(x):
        held.append(cr.sin(x))
        return cr.sum(x * held[0]), held[0] * x

    (value, aux), derivative = cr.value_and_grad(f, has_aux=True)(x)
    close(aux, x * np.sin(x))
    close(derivative, expected)
    assert value == pytest.approx(np.sum(aux))
    held[0].back(np.ones(4))


@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_kept_that_no_partial_reads(size):
    x = Var(ramp(size))
    t = x + 1.0
    u = t * 3.0
    v = cr.exp(u)
    w = cr.sum(-v - u)
    unread, read = [weakref.ref(owner(value)) for value in (t, u)], weakref.ref(owner(v))
    del t, u, v
    assert [ref() for ref in unread] == [None, None]
    assert read() is not None  # exp's partial is its result
    w.back()
    close(x.grad, -3 * np.exp(3 * x.val + 3) - 3)


def test_long_graphs_of_arrays_are_swept_and_freed_without_recursion():
    x = Var(np.ones(2))
    y = x
    for _ in range(30_000):
        y = y * 1.0
    cr.sum(y).back()
    equal(x.grad, [1.0, 1.0])
    del y
    assert cr.grad(lambda x: cr.sum(nested(x, 30_000)))(np.ones(2)).tolist() == [1.0, 1.0]


def nested(x, count):
    for _ in range(count):
        x = -x
    return x


def test_gradients_are_nobody_elses_arrays():
    x, y = Var(ramp(3)), Var(ramp(3))
    seed = np.ones(3)
    t = x + y
    z = t + 1.0
    z.back(seed)
    arrays = [seed, x.grad, y.grad, t.grad, z.grad]
    for i, array in enumerate(arrays):
        assert not any(np.shares_memory(array, other) for other in arrays[:i])
    before = x.grad
    z.back(seed)
    equal(before, np.ones(3))
    equal(x.grad, [2.0] * 3)


def test_what_is_saved_is_not_added_to():
    """In place is only added to what the sweep itself made."""
    for size in SIZES:
        x, w = ramp(size), ramp(size)[::-1].copy()
        mine = w.copy()

        def f(x):
            return cr.sum(x * w) + cr.sum(x * w) + cr.sum(w * x * x) + cr.sum(x)  # noqa: B023

        close(cr.grad(f)(x), 2 * w + 2 * w * x + 1)
        equal(w, mine)
        v = Var(x)
        y = f(v)
        for count in 1, 2, 3:
            y.back()
            close(v.grad, count * (2 * w + 2 * w * x + 1))


# --- small arrays by kernels, large ones by NumPy -------------------------------------------------

SPECIAL = np.array([-np.inf, -2.5, -1.0, -0.0, 0.0, 0.25, 1.0, 3.0, np.inf, np.nan])
LARGE = 50  # repeats; 500 elements


def both_ways(f, *operands, seed):
    """Value and derivatives of a small array, and of one that repeats it."""
    for repeats in (1, LARGE):
        values = [Var(np.tile(x, repeats)) for x in operands]
        out = f(*values)
        out.back(np.tile(seed, repeats))
        yield [np.asarray(array)[: len(seed)] for array in (out.val, *(v.grad for v in values))]


@pytest.mark.parametrize("op", [op for op in elementwise_rows() if not op.predicate], ids=str)
def test_small_and_large_arrays_agree(op):
    if None in op.partials:
        return
    pairs = np.array(np.meshgrid(*[SPECIAL] * min(op.arity, 2))).reshape(min(op.arity, 2), -1)
    for start in range(0, pairs.shape[1], 10):
        operands = list(pairs[:, start : start + 10])
        if op.name == "where":
            operands = [SPECIAL, *operands]
        elif op.arity == 3:
            operands = [*operands, SPECIAL[::-1].copy()]
        seed = np.linspace(-1.0, 2.0, 10)
        small, large = both_ways(op, *operands, seed=seed)
        for ours, numpys in zip(small, large, strict=True):
            close(ours, numpys, rtol=1e-13, atol=1e-16)  # sinc: NumPy's zero is 4e-17


GUARDED = {
    "maximum": lambda x: cr.maximum(cr.log(x), -5.0),
    "clip": lambda x: cr.clip(1 / x, -5.0, 5.0),
    "relu": lambda x: cr.relu(cr.sqrt(x)),
    "fmin": lambda x: cr.fmin(cr.sqrt(x), 0.25) * cr.maximum(x, 0.5),
    "shared": lambda x: (lambda r: cr.maximum(r, 1.0) + cr.minimum(r, 2.0))(cr.sqrt(x)),
    "where": lambda x: cr.where(x > 0, cr.sqrt(x), 0.0),
    "where of a float": lambda x: cr.where(Value(np.sign(x.val) + 1), cr.sqrt(x), 0.0),
    "number": lambda x: cr.maximum(x * 0.0 + 1.0, x) * cr.sin(x),
}


@pytest.mark.parametrize("name", GUARDED)
def test_small_and_large_arrays_agree_on_what_is_not_selected(name):
    f = GUARDED[name]
    x = np.array([-4.0, -1.0, 0.0, 0.04, 0.5, 2.0, 9.0, np.nan])
    small, large = both_ways(f, x, seed=np.ones(8))
    for ours, numpys in zip(small, large, strict=True):
        close(ours, numpys, rtol=1e-13)


@pytest.mark.parametrize("repeats", [1, LARGE])
def test_numbers_and_arrays_without_axes_beside_arrays(repeats):
    x = np.tile([0.5, 4.0, 2.0], repeats)
    a, s, v = Var(3.0), cr.sum(Var(np.array([2.0]))), Var(x)
    y = cr.maximum(v * s, a) + cr.exp(s) * a / v
    cr.sum(y).back()
    chosen = 2 * x > 3.0
    close(v.grad, np.where(chosen, 2.0, 0.0) + np.where(2 * x == 3, 1, 0) - 3 * math.e**2 / x**2)
    close(s.grad, np.sum(np.where(chosen, x, 0.0)) + 3 * math.e**2 * np.sum(1 / x))
    assert a.grad == pytest.approx(np.sum(~chosen) + math.e**2 * np.sum(1 / x))
    # Where all of the array is chosen, a has no part in it, not even as 0 times infinity.
    b = Var(0.0)
    cr.sum(cr.maximum(Value(x), cr.log(b))).back()
    assert b.grad == 0.0


@pytest.mark.parametrize(
    "x",
    [
        np.ones((2, 3), order="F") * 2.0, np.arange(1.0, 13.0)[::3], np.empty((0, 2)),
        np.float32([1, 2]), np.array(3.0), np.ones((4, 1)) * 2, np.broadcast_to(2.0, (3, 2)),
    ],
    ids=["Fortran", "strided", "empty", "float32", "no axes", "broadcasts", "repeated"],
)  # fmt: skip
def test_arrays_of_other_layouts(x):
    w = np.full(3, 2.0, x.dtype) if x.shape == (4, 1) else np.full(x.shape, 2.0, x.dtype)
    u, v = Var(x) if x.ndim else cr.sum(Var(x[None])), Var(w) if w.ndim else cr.sum(Var(w[None]))
    t = u * v + cr.sin(u)
    assert t.dtype == x.dtype
    close(t.val, x * w + np.sin(x))
    cr.sum(t).back()
    repeats = np.broadcast_to(1.0, np.broadcast_shapes(x.shape, w.shape)).size
    close(u.grad, np.full(x.shape, repeats / max(x.size, 1)) * (2.0 + np.cos(x)), rtol=1e-6)
    assert (u.grad.dtype, v.grad.dtype) == (x.dtype, x.dtype)
    close(np.sum(v.grad), np.sum(np.broadcast_to(x, np.broadcast_shapes(x.shape, w.shape))))


@pytest.mark.parametrize("size", SIZES)
def test_nothing_warns(size):
    x = np.zeros(size)
    for f in (
        cr.log,
        np.log,
        lambda v: 1.0 / v,
        lambda v: v / v,
        cr.sqrt,
        lambda v: cr.exp(v + 1e4),
    ):
        v = Var(x)
        out = f(v)
        out.back(np.ones(size))
        out.back(np.ones(size))  # adds inf to inf, or nan
        assert not np.isfinite(np.asarray(out.val)).all() or not np.isfinite(v.grad).all()
    assert np.geterr()["divide"] == "warn"


# --- objects of a higher rank ---------------------------------------------------------------------


class Higher:
    """Like a Symbol: whatever it meets goes to it."""

    __array_ufunc__ = None

    def __init__(self, rank=3):
        self._dispatch_rank = rank
        self.seen = []

    def _apply_op(self, op, operands, parameters):
        self.seen.append((op.name, operands))
        return self


@pytest.mark.parametrize("v", [Var(2.0), Var(np.ones(2)), Var(np.ones(100))], ids=["0", "2", "100"])
def test_an_operand_of_a_higher_rank_takes_over(v):
    higher = Higher()
    for f in (
        lambda: v * higher, lambda: v + higher, lambda: cr.hypot(v, higher),
        lambda: cr.maximum(higher, v), lambda: cr.where(higher, v, v), lambda: v.clip(0.0, higher),
    ):  # fmt: skip
        assert f() is higher
    assert [name for name, _ in higher.seen] == [
        "multiply", "add", "hypot", "maximum", "where", "clip",
    ]  # fmt: skip
    assert all(any(x is v for x in operands) for _, operands in higher.seen)


def test_comparing_an_array_with_an_operand_of_a_higher_rank():
    v, higher = Var(np.ones(2)), Higher()
    for f in (lambda: v < higher, lambda: v == higher, lambda: v >= higher):
        assert f() is higher
    assert [name for name, _ in higher.seen] == ["less", "equal", "greater_equal"]
