"""A Value that holds an array: what it is, what it keeps, how it mixes with numbers."""

from __future__ import annotations

import gc
import pickle
import weakref

import numpy as np
import pytest

import chainrule as cr
from chainrule import Value, Var
from chainrule.errors import (
    ChangedValueError,
    DroppedDerivativeError,
    NoDerivativeError,
    OperandError,
    ResultError,
    TermCopyError,
    TermError,
    UnsupportedFunctionError,
)


def test_dtypes():
    assert Value(np.arange(3)).dtype == np.float64
    assert Value(np.ones(3, np.float32)).dtype == np.float32
    for refused in (np.array([True]), np.array(["a"]), np.array([None]), np.array([1j])):
        with pytest.raises(OperandError, match="dtype"):
            Value(refused)


def test_attributes_are_ndarrays():
    x = Var(np.arange(6.0).reshape(2, 3))
    assert (x.shape, x.ndim, x.size, len(x), x.T.shape) == ((2, 3), 2, 6, 2, (3, 2))
    assert isinstance(x, Value)
    assert [row.shape for row in x] == [(3,), (3,)]
    assert x.reshape(3, 2).shape == x.reshape((3, 2)).shape == (3, 2)
    assert x.transpose(1, 0).shape == x.transpose().shape == (3, 2)
    assert x.sum(0).val.tolist() == [3.0, 5.0, 7.0]
    assert float(Value(np.ones(1)).sum()) == 1.0
    assert repr(Value(np.ones(2))) == "Value(array([1., 1.]))"
    assert (x > 2).tolist() == [[False, False, False], [True, True, True]]


def test_a_leaf_is_a_copy():
    array = np.ones(2)
    x = Var(array)
    array[0] = 5.0
    assert x.val.tolist() == [1.0, 1.0]


def test_gradients_add_up_and_start_at_zero():
    x = Var(np.array([1.0, 2.0]))
    assert x.grad.tolist() == [0.0, 0.0]
    y = x * x
    z = y.sum()
    z.back()
    z.back()
    assert (x.grad.tolist(), y.grad.tolist(), z.grad) == ([4.0, 8.0], [2.0, 2.0], 2.0)
    x.grad = 0
    assert x.grad.tolist() == [0.0, 0.0]


def test_gradients_do_not_share_memory():
    x, y = Var(np.ones(2)), Var(np.ones(2))
    (x + y).sum().back()
    x.grad[0] = 7.0
    assert y.grad.tolist() == [1.0, 1.0]
    first, second = cr.grad(lambda a, b: cr.sum((a + b) * 2.0), (0, 1))(np.ones(2), np.ones(2))
    first[0] = 7.0
    assert second.tolist() == [2.0, 2.0]
    given = np.ones(2)
    (pulled,) = cr.vjp(lambda a: a + 1.0, np.ones(2))[1](given)
    pulled[0] = 7.0
    assert given.tolist() == [1.0, 1.0]


def test_numbers_and_arrays_mix():
    a, x = Var(3.0), Var(np.array([1.0, 2.0]))
    (a * x + np.array([[1.0], [2.0]])).sum().back()
    assert a.grad == 6.0
    assert type(a.grad) is float
    assert x.grad.tolist() == [6.0, 6.0]
    stacked = cr.array([a, 2 * a, 5.0])
    assert stacked.val.tolist() == [3.0, 6.0, 5.0]
    assert cr.grad(lambda a: cr.sum(cr.array([a, a * a])))(3.0) == 7.0


def test_numpys_functions_give_values():
    x = Var(np.eye(2) + 1.0)
    for value in (
        np.sin(x),
        np.ones(2) * x,
        np.float64(2.0) * x,
        np.sum(x, axis=0),
        np.matmul(x, np.ones(2)),
        np.ones((2, 2)) @ x,
        np.concatenate([x, np.zeros((1, 2))]),
        np.linalg.solve(x, np.ones(2)),
        np.where(x.val > 1, x, 0.0),
    ):
        assert isinstance(value, Value)
        assert value.reqgrad
    with pytest.raises(UnsupportedFunctionError, match=r"numpy\.median"):
        np.median(x)
    with pytest.raises(DroppedDerivativeError, match=r"cr\.array"):
        np.asarray(x)


def test_assignment():
    p = Var(np.array([1.0, 2.0]))
    (p * p).sum().back()
    p.val -= 0.5 * p.grad
    assert p.val.tolist() == [0.0, 0.0]
    with pytest.raises(OperandError, match=r"cr\.where"):
        p[0] = 1.0
    y = p + 1.0
    with pytest.raises(TermError):
        y.val = np.zeros(2)
    with pytest.raises(ValueError, match="read-only"):
        y.val[0] = 3.0
    with pytest.raises(OperandError, match="shape"):
        p.val = np.zeros(3)


def test_a_sweep_that_would_read_an_assigned_array_raises():
    p = Var(np.array([1.0, 2.0]))
    reads, does_not = (p * p).sum(), (p + 1.0).sum()
    p.val = np.zeros(2)
    with pytest.raises(ChangedValueError, match="multiply"):
        reads.back()
    does_not.back()
    assert p.grad.tolist() == [1.0, 1.0]


def test_only_what_a_partial_reads_is_kept():
    def intermediate(f):
        x = Var(np.ones(1000))
        middle = f(x)
        kept = weakref.ref(middle._array)
        out = (middle + 1.0).sum()
        del middle
        gc.collect()
        alive = kept() is not None
        out.back()
        assert x.grad.shape == (1000,)
        return alive

    assert not intermediate(lambda x: x + 2.0)
    assert not intermediate(cr.sin)
    assert intermediate(cr.exp)


def test_a_long_chain():
    x = Var(np.ones(2))
    y = x
    for _ in range(20_000):
        y = y + x
    y.sum().back()
    assert x.grad.tolist() == [20_001.0] * 2


@pytest.mark.parametrize(
    ("f", "x", "gradient"),
    [
        (lambda x: cr.sum(cr.where(x > 0, cr.sqrt(x), 0.0)), [-1.0, 4.0], [0.0, 0.25]),
        (lambda x: cr.sqrt(x)[1], [0.0, 4.0], [0.0, 0.25]),
        (lambda x: cr.max(cr.where(x > 0, cr.sqrt(x), 0.0)), [-1.0, 4.0], [0.0, 0.25]),
        (lambda x: cr.sum(cr.clip(1 / x, -1.0, 1.0)), [0.0, 4.0], [0.0, -0.0625]),
        (lambda x: cr.sum(cr.sqrt(x)[np.array([1, 1])]), [0.0, 4.0], [0.0, 0.5]),
    ],
)
def test_what_is_not_selected_is_not_multiplied(f, x, gradient):
    x = np.array(x)
    assert cr.grad(f)(x).tolist() == gradient
    basis = np.eye(2)
    assert [float(cr.jvp(f, (x,), (e,))[1]) for e in basis] == gradient
    assert np.isfinite(cr.hessian(f)(x)).all()
    assert all(np.isfinite(cr.hvp(f, (x,), (e,))).all() for e in basis)


def test_a_genuine_zero_times_infinity_is_nan():
    assert np.isnan(cr.grad(lambda x: cr.sum(cr.sqrt(x) ** 2))(np.zeros(1))).all()


def test_a_closure_gets_the_whole_derivative():
    x = Var(np.array([1.0, 2.0]))
    seen = []

    def grad_fn(grad):
        seen.append(grad.tolist())
        x.back(grad * 2 * x.val)

    y = Value(x.val**2, True, grad_fn)
    (y * 3.0 + y).sum().back()
    assert seen == [[4.0, 4.0]]
    assert x.grad.tolist() == [8.0, 16.0]


def test_functions_of_containers():
    t = np.array([0.0, 1.0])

    def loss(p):
        return cr.sum((p["a"] * cr.exp(-p["b"] * t)) ** 2)

    value, gradient = cr.value_and_grad(loss)({"a": 2.0, "b": np.array([1.0, 1.0])})
    assert value == pytest.approx(4 + 4 * np.exp(-2))
    assert gradient["a"] == pytest.approx(4 * (1 + np.exp(-2)))
    np.testing.assert_allclose(gradient["b"], [0.0, -8 * np.exp(-2)])
    hessian = cr.hessian(loss)({"a": 2.0, "b": np.array([1.0, 1.0])})
    assert hessian["b"]["b"].shape == (2, 2)
    np.testing.assert_allclose(hessian["a"]["b"], hessian["b"]["a"])


def test_an_outer_value_makes_a_value():
    w = Var(np.ones(2))
    gradient = cr.grad(lambda x: cr.sum(x * x * w))(np.ones(2))
    assert isinstance(gradient, Value)
    assert w.grad.tolist() == [0.0, 0.0]
    gradient.sum().back()
    assert w.grad.tolist() == [2.0, 2.0]


def test_bad_input():
    with pytest.raises(ResultError, match=r"shape \(3,\).*jacobian"):
        cr.grad(lambda x: x * x)(np.ones(3))
    with pytest.raises(ResultError, match=r"shape \(2,\)"):
        Var(np.ones(2)).back()
    with pytest.raises(NoDerivativeError):
        Value(np.ones(2)).sum().back()
    with pytest.raises(ValueError, match=r"multiply.*\(2,\), \(3,\)"):
        Var(np.ones(2)) * np.ones(3)
    with pytest.raises(ValueError, match=r"contract.*\(2, 6\), \(6, 2\).*extents"):
        cr.tensordot(Var(np.ones((2, 6))), np.ones((6, 2)), axes=2)
    with pytest.raises(ValueError, match="square"):
        cr.linalg.solve(Var(np.ones((2, 3))), np.ones(2))
    with pytest.raises(IndexError, match="out of bounds"):
        Var(np.ones(2))[2]
    with pytest.raises(OperandError, match="str"):
        Var(np.ones(2)) + "a"
    with pytest.raises(UnsupportedFunctionError, match="create_graph"):
        Var(np.ones(2)).sum().back(create_graph=True)


def test_arrays_of_no_elements():
    x = Var(np.ones((0, 3)))
    total = cr.sum(x * 2.0)
    assert total.val == 0.0
    total.back()
    assert x.grad.shape == (0, 3)
    assert cr.grad(cr.sum)(np.ones(0)).shape == (0,)


def test_pickling():
    x = Var(np.array([1.0, 2.0]))
    (x * x).sum().back()
    again = pickle.loads(pickle.dumps(x))
    assert (again.val.tolist(), again.grad.tolist(), again.reqgrad) == (
        [1.0, 2.0],
        [2.0, 4.0],
        True,
    )
    with pytest.raises(TermCopyError):
        pickle.dumps(x * 2.0)
