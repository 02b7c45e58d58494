"""Values that hold an array: what they take, what they are, and what a sweep does with them."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import chainrule as cr
from chainrule import Value, Var
from chainrule.errors import (
    ChangedValueError,
    DroppedDerivativeError,
    FunctionError,
    NoDerivativeError,
    OperandError,
    ResultError,
    TermCopyError,
    TermError,
    UnsupportedFunctionError,
)

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
equal = np.testing.assert_array_equal
close = np.testing.assert_allclose

# --- what it takes, what it is --------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["int8", "int64", "uint16", "float64", ">f8"])
def test_real_numbers_become_float64(dtype):
    v = Value(np.array([1, 2, 3], dtype))
    assert v.dtype == np.float64
    assert v.dtype.isnative
    equal(v.val, [1.0, 2.0, 3.0])


def test_float32_is_kept():
    v = Var(X.astype(np.float32))
    assert v.dtype == np.float32
    assert (v * 2.0 + 1).dtype == np.float32
    assert v.grad.dtype == np.float32
    (v * v).sum().back()
    assert v.grad.dtype == np.float32
    equal(v.grad, 2 * X)


def test_float32_and_float64_make_float64_and_each_gets_its_own_back():
    v, w = Var(X.astype(np.float32)), Var(X)
    out = v * w
    assert out.dtype == np.float64
    cr.sum(out).back()
    assert (v.grad.dtype, w.grad.dtype) == (np.float32, np.float64)


@pytest.mark.parametrize(
    "bad",
    [
        np.array([True, False]),
        np.array([1.0, None]),
        np.array(["1.0"]),
        np.array([1j]),
        np.array([1.0], np.float16),
        np.array(["2020-01-01"], "datetime64[D]"),
    ],
    ids=lambda x: str(x.dtype),
)
def test_other_arrays_raise(bad):
    for make in Value, Var:
        with pytest.raises(OperandError):
            make(bad)


@pytest.mark.parametrize("bad", [np.array([None, 1.0]), np.array(["a", "b"]), np.array([1j, 2])])
def test_other_arrays_as_operands_raise(bad):
    with pytest.raises(OperandError, match="multiply"):
        Var(np.ones(2)) * bad


def test_the_array_is_copied():
    mine = np.ones(3)
    v = Var(mine)
    mine[0] = 7.0
    equal(v.val, np.ones(3))


def test_it_is_a_value():
    v = Var(X)
    assert isinstance(v, Value)
    assert isinstance(v * 2, Value)
    assert (v.reqgrad, Value(X).reqgrad, (Value(X) * 2).reqgrad) == (True, False, False)
    assert len({v, Var(X), v}) == 2


def test_repr_and_format():
    assert repr(Var(np.array([1.0, 2.0]))) == "Value(array([1., 2.]))"
    assert repr(Value(np.zeros(2, np.float32))) == "Value(array([0., 0.], dtype=float32))"
    assert f"{cr.sum(Var(X)):.2f}" == "21.00"


def test_attributes():
    v = Var(X)
    assert (v.shape, v.ndim, v.size, v.dtype, len(v)) == ((2, 3), 2, 6, np.float64, 2)
    assert v.T.shape == (3, 2)
    equal(v.T.val, X.T)
    total = cr.sum(v)
    assert (total.shape, total.ndim, total.size) == ((), 0, 1)
    with pytest.raises(TypeError):
        len(total)
    with pytest.raises(TypeError):
        iter(total).__next__()


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("sum", (0,)), ("mean", (1,)), ("prod", ()), ("max", (0,)), ("min", ()), ("var", ()),
        ("std", ()), ("reshape", ((3, 2),)), ("transpose", ()), ("ravel", ()), ("dot", (X.T,)),
        ("take", ([0, 2], 1)), ("squeeze", ()), ("swapaxes", (0, 1)), ("clip", (2.0, 5.0)),
        ("copy", ()),
    ],
)  # fmt: skip
def test_methods_are_numpys(name, arguments):
    v = Var(X)
    out = getattr(v, name)(*arguments)
    assert isinstance(out, Value)
    close(out.val, getattr(X, name)(*arguments))


def test_rows_come_by_iteration_and_by_index():
    v = Var(X)
    rows = list(v)
    assert [row.shape for row in rows] == [(3,), (3,)]
    first, second = v
    (cr.sum(first) * 2 + second[1] * 5 + cr.sum(rows[0]) + cr.sum(v[-1, ::2])).back()
    equal(v.grad, [[3.0, 3.0, 3.0], [1.0, 5.0, 1.0]])


def test_comparisons_give_arrays_of_truth_values():
    v = Var(X)
    for outcome, expected in (
        (v > 2, X > 2), (v >= 2, X >= 2), (v < X.T[0, 0], X < 1), (v <= v, X <= X),
        (v == X, X == X), (v != 2, X != 2), (v <= 3.0, X <= 3),
    ):  # fmt: skip
        assert isinstance(outcome, np.ndarray)
        equal(outcome, expected)
    with pytest.raises(ValueError, match="ambiguous"):
        bool(v)
    assert bool(Var(np.ones(1)))


def test_assignment_by_index_raises():
    v = Var(X)
    with pytest.raises(OperandError, match=r"cr\.where"):
        v[0] = 1.0
    equal(v.val, X)


# --- .grad ----------------------------------------------------------------------------------------


def test_grad_is_zeros_at_first_and_adds_up():
    v = Var(X)
    equal(v.grad, np.zeros((2, 3)))
    t = v * v
    y = cr.sum(t) * 2.0
    for calls in 1, 2, 3:
        y.back()
        equal(v.grad, 4 * X * calls)
        equal(t.grad, np.full((2, 3), 2.0 * calls))
        equal(y.grad, calls)
    v.grad = 0
    equal(v.grad, np.zeros((2, 3)))
    y.back()
    equal(v.grad, 4 * X)


def test_a_term_used_often_is_counted_once_a_use():
    v = Var(np.array([1.0, 2.0]))
    t = v
    for _ in range(30):
        t = t + t
    cr.sum(t).back()
    equal(v.grad, [2.0**30] * 2)


def test_back_of_an_array_needs_a_gradient():
    v = Var(X)
    with pytest.raises(ResultError, match=r"\(2, 3\)"):
        (v * v).back()
    (v * v).back(np.ones((2, 3)))
    (v * v).back(grad=np.array([1.0, 0.0, 2.0]))
    equal(v.grad, 2 * X + 2 * X * [1.0, 0.0, 2.0])
    Var(np.ones(1)).back()
    with pytest.raises(NoDerivativeError):
        Value(X).sum().back()


@pytest.mark.parametrize("grad", [np.ones((3, 3)), np.ones((1, 2, 3)), "one", None])
def test_a_gradient_that_does_not_fit_raises(grad):
    v = Var(X)
    with pytest.raises((ValueError, TypeError)):
        (v * v).back(grad)
    equal(v.grad, np.zeros((2, 3)))


def test_gradients_of_two_leaves_are_not_one_array():
    v, w = Var(np.ones(3)), Var(np.ones(3))
    cr.sum(v + w).back()
    v.grad[0] = 9.0
    equal(w.grad, np.ones(3))
    seed = np.ones(3)
    u = Var(np.ones(3))
    u.back(seed)
    seed[0] = 5.0
    equal(u.grad, np.ones(3))


def test_numbers_and_arrays_mix():
    a, v = Var(3.0), Var(X)
    t = a * a
    cr.sum(t * v + a).back()
    assert isinstance(a.grad, float)
    assert a.grad == 6.0 * 21.0 + 6.0
    assert t.grad == 21.0
    equal(v.grad, np.full((2, 3), 9.0))
    b = Var(2.0)
    cr.sum(b * X).back()
    assert b.grad == 21.0
    c = Var(2.0)
    y = cr.sum(X * c) * c + c
    y.back()
    assert c.grad == 2 * 2.0 * 21.0 + 1


@pytest.mark.parametrize(
    "shape", [(3,), (1, 3), (2, 1), (1, 1), (2, 3), (1,), (4, 2, 3), (4, 1, 1)]
)
def test_broadcasting_is_undone(shape):
    v, w = Var(X), Var(np.full(shape, 2.0))
    out = v * w
    assert out.shape == np.broadcast_shapes((2, 3), shape)
    cr.sum(out).back()
    assert (v.grad.shape, w.grad.shape) == ((2, 3), shape)
    assert cr.sum(v.grad).item() == 2.0 * out.size
    close(np.sum(w.grad), 21.0 * out.size / 6)
    equal(v.grad, np.full((2, 3), 2.0 * out.size / 6))


def test_every_operator():
    x, w = np.array([0.5, 1.5]), np.array([2.0, 3.0])
    cases = [
        (lambda v: v + w, [1, 1]), (lambda v: w + v, [1, 1]), (lambda v: v - w, [1, 1]),
        (lambda v: w - v, [-1, -1]), (lambda v: v * w, w), (lambda v: w * v, w),
        (lambda v: v / w, 1 / w), (lambda v: w / v, -w / x**2), (lambda v: v**w, w * x ** (w - 1)),
        (lambda v: w**v, w**x * np.log(w)), (lambda v: -v, [-1, -1]), (lambda v: +v, [1, 1]),
        (lambda v: abs(-v), [1, 1]), (lambda v: v @ w, w), (lambda v: w @ v, w),
        (lambda v: np.float64(2) * v, [2, 2]), (lambda v: [1.0, 2.0] @ v, [1, 2]),
    ]  # fmt: skip
    for f, expected in cases:
        v = Var(x)
        out = f(v)
        assert isinstance(out, Value)
        close(out.val, f(x) if not isinstance(f(x), list) else x)
        cr.sum(out).back()
        close(v.grad, expected)


# --- .val -----------------------------------------------------------------------------------------


def test_the_val_of_a_term_is_read_only():
    v = Var(X)
    t = v * v
    with pytest.raises(ValueError, match="read-only"):
        t.val[0, 0] = 9.0
    with pytest.raises(TermError):
        t.val = X
    with pytest.raises(TermError):
        t.grad = 0


def test_the_val_of_a_leaf_may_be_assigned():
    p = Var(X)
    cr.sum(p * p).back()
    p.val -= 0.25 * p.grad
    close(p.val, 0.5 * X)
    p.grad = 0
    cr.sum(p * p).back()
    close(p.grad, X)
    with pytest.raises(OperandError, match=r"\(3,\)"):
        p.val = np.ones(3)
    with pytest.raises(OperandError):
        p.val = np.ones((2, 3), bool)


def test_a_sweep_that_would_read_an_assigned_value_raises():
    p = Var(X)
    y = cr.sum(p * p)
    p.val = p.val + 1.0
    with pytest.raises(ChangedValueError, match="multiply"):
        y.back()
    equal(p.grad, np.zeros((2, 3)))
    cr.sum(p * p).back()
    equal(p.grad, 2 * (X + 1))


def test_a_sweep_after_assignment_in_place_raises():
    p = Var(X)
    y = cr.sum(p * p)
    p.val -= 1.0
    with pytest.raises(ChangedValueError):
        y.back()


def test_what_no_partial_reads_may_be_assigned():
    p = Var(X)
    y = cr.sum((p + 1) * 3.0 - p)
    p.val = p.val * 100.0
    y.back()
    equal(p.grad, np.full((2, 3), 2.0))


def test_an_assigned_number_beside_an_array():
    a, p = Var(2.0), Var(X)
    y = cr.sum(a * p)
    a.val = 5.0
    with pytest.raises(ChangedValueError):
        y.back()
    equal(p.grad, np.zeros((2, 3)))
    assert a.grad == 0.0


# --- NumPy ----------------------------------------------------------------------------------------


def test_conversion_to_a_plain_array_raises():
    v = Var(X)
    for convert in (
        np.asarray,
        np.array,
        lambda v: np.array([v[0], v[1]]),
        lambda v: np.array([v]),
    ):
        with pytest.raises(DroppedDerivativeError, match=r"cr\.array"):
            convert(v)
    with pytest.raises(DroppedDerivativeError):
        float(cr.sum(v))
    with pytest.raises(DroppedDerivativeError):
        int(cr.sum(v))
    equal(np.asarray(Value(X)), X)
    assert float(cr.sum(Value(X))) == 21.0


@pytest.mark.parametrize(
    "f",
    [
        np.sum, np.sin, np.mean, np.max, np.min, np.prod, np.var, np.std, np.ravel, np.transpose,
        np.exp, np.squeeze,
        lambda v: np.sum(v, axis=0), lambda v: np.max(v, axis=1, keepdims=True),
        lambda v: np.matmul(v, v), lambda v: np.concatenate([v, v]), lambda v: np.stack([v, v]),
        lambda v: np.linalg.solve(v, v[0]), lambda v: np.where(v.val > 2, v, 0.0)
        if isinstance(v, Value) else np.where(v > 2, v, 0.0),
        lambda v: np.clip(v, 1.5, 2.5), lambda v: np.maximum(v, 2.0), lambda v: np.dot(v, v),
        lambda v: np.outer(v, v), lambda v: np.tensordot(v, v, axes=1),
        lambda v: np.einsum("ij,jk->ik", v, v), lambda v: np.reshape(v, (4,)),
        lambda v: np.take(v, np.array([0, 1]), axis=1), lambda v: np.expand_dims(v, 0),
        lambda v: np.moveaxis(v, 0, 1), lambda v: np.swapaxes(v, 0, 1),
        lambda v: np.broadcast_to(v, (3, 2, 2)), lambda v: np.vdot(v, v),
        lambda v: np.linalg.cholesky(v), lambda v: np.linalg.eigh(v)[0],
        lambda v: np.multiply(np.ones((2, 2)), v),
    ],
)  # fmt: skip
def test_numpys_functions_give_values(f):
    x = np.array([[4.0, 1.0], [1.0, 3.0]])
    out = f(Var(x))
    assert isinstance(out, Value)
    assert out.reqgrad
    close(out.val, f(x))


def test_an_array_on_the_left_gives_a_value():
    v = Var(np.arange(3.0))
    for out in np.ones(3) * v, np.ones(3) + v, np.ones((2, 3)) @ v, np.float64(2.0) * v:
        assert isinstance(out, Value)
        assert out.reqgrad
    a = Var(2.0)
    out = np.arange(3.0) * a
    assert isinstance(out, Value)
    assert out.shape == (3,)


def test_numpys_functions_that_are_not_covered_raise():
    v = Var(X)
    for f in (np.fft.fft, np.histogram, np.frexp, lambda v: np.hypot.at(v, 0, 1.0)):
        with pytest.raises(UnsupportedFunctionError):
            f(v)


def test_array_puts_values_together():
    a, v = Var(2.0), Var(np.array([1.0, 3.0]))
    out = cr.array([[a, a * a], v, [5.0, v[0]]])
    assert out.shape == (3, 2)
    cr.sum(out * out).back()
    assert a.grad == 2 * 2.0 + 4 * 2.0**3
    equal(v.grad, [4.0, 6.0])


# --- closures -------------------------------------------------------------------------------------


def test_a_closure_gets_the_whole_derivative():
    v = Var(X)
    given = []

    def pass_on(grad):
        given.append(grad)
        v.back(grad * 2 * v.val)

    squared = Value(v.val**2, True, pass_on)
    t = cr.sum(squared * 3.0) + squared[0, 0]
    t.back()
    assert len(given) == 1
    expected = np.full((2, 3), 3.0)
    expected[0, 0] = 4.0
    equal(given[0], expected)
    equal(v.grad, expected * 2 * X)
    equal(squared.grad, expected)


def test_a_closure_with_operands_of_both_kinds():
    a, v = Var(2.0), Var(X)
    product = Value(2.0 * X, True, lambda grad: (a.back(np.sum(grad * X)), v.back(grad * 2.0)))
    cr.sum(product * product).back()
    assert a.grad == np.sum(4.0 * X * X)
    equal(v.grad, 8.0 * X)


def test_a_closure_has_to_be_callable():
    with pytest.raises(FunctionError):
        Value(X, True, 3.0)


# --- pickle ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "copied", [lambda v: pickle.loads(pickle.dumps(v)), copy.copy, copy.deepcopy]
)
def test_a_leaf_is_pickled_and_copied_and_a_term_is_not(copied):
    v = Var(X.astype(np.float32))
    cr.sum(v * v).back()
    twin = copied(v)
    assert twin.reqgrad
    assert twin.dtype == np.float32
    equal(twin.val, v.val)
    equal(twin.grad, v.grad)
    twin.val = twin.val + 1.0
    cr.sum(twin).back()
    equal(v.val, X)
    equal(v.grad, 2 * X)
    assert not copied(Value(X)).reqgrad
    with pytest.raises(TermCopyError):
        copied(v * v)


def test_the_array_of_a_leaf_is_given_as_a_copy():
    x = Var(np.array([1.0, 2.0]))
    y = cr.sum(x * x)
    x.val[0] = 5.0
    y.back()
    assert x.grad.tolist() == [2.0, 4.0]
    own = np.array([7.0, 8.0])
    x.val = own
    own[0] = 0.0
    assert x.val.tolist() == [7.0, 8.0]
    x.val -= 1.0
    assert x.val.tolist() == [6.0, 7.0]
