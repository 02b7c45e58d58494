"""``grad`` and its kin of functions of arrays and of containers of arrays."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule import Var
from chainrule.errors import (
    ArgumentError,
    OperandError,
    ResultError,
)

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
equal = np.testing.assert_array_equal
close = np.testing.assert_allclose

MODEL = {"w": np.array([[1.0, 2.0], [3.0, 4.0]]), "b": np.array([0.5, -0.5]), "scale": 3.0}
INPUT = np.array([1.0, -2.0])


def model(p, x):
    return p["scale"] * cr.sum((p["w"] @ x + p["b"]) ** 2)


def test_gradients_have_the_structure_of_the_arguments():
    r = MODEL["w"] @ INPUT + MODEL["b"]
    value, (d, dx) = cr.value_and_grad(model, argnums=(0, 1))(MODEL, INPUT)
    assert value == pytest.approx(3.0 * np.sum(r**2))
    close(d["w"], 6.0 * np.outer(r, INPUT))
    close(d["b"], 6.0 * r)
    assert d["scale"] == pytest.approx(np.sum(r**2))
    assert isinstance(d["scale"], float)
    close(dx, 6.0 * r @ MODEL["w"])
    assert all(type(x) is np.ndarray for x in (d["w"], d["b"], dx))
    assert isinstance(value, float)
    close(cr.grad(model, argnums=1)(MODEL, INPUT), dx)


def test_forward_reverse_and_second_order_over_containers():
    t = {"w": np.ones((2, 2)), "b": np.array([1.0, 2.0]), "scale": 0.5}
    d = cr.grad(model)(MODEL, INPUT)
    along = sum(np.sum(d[k] * t[k]) for k in t)
    _, tangent = cr.jvp(lambda p: model(p, INPUT), (MODEL,), (t,))
    assert tangent == pytest.approx(along)
    _, pullback = cr.vjp(lambda p: model(p, INPUT), MODEL)
    (back,) = pullback(2.0)
    for key in t:
        close(back[key], 2.0 * d[key])
    hessian = cr.hessian(model)(MODEL, INPUT)
    assert hessian["w"]["b"].shape == (2, 2, 2)
    assert np.shape(hessian["scale"]["w"]) == (2, 2)
    hvp = cr.hvp(lambda p: model(p, INPUT), (MODEL,), (t,))
    for k in t:
        total = sum(
            np.tensordot(hessian[k][other], t[other], axes=np.ndim(t[other])) for other in t
        )
        close(hvp[k], total)
        for other in t:
            rows, columns = np.ndim(t[k]), np.ndim(t[other])
            order = [*range(columns, columns + rows), *range(columns)]
            close(hessian[k][other], np.transpose(hessian[other][k], order))


def test_a_result_with_axes_raises_in_grad():
    for derivative in cr.grad, cr.value_and_grad:
        with pytest.raises(ResultError, match=r"\(2, 3\)"):
            derivative(lambda x: x * x)(X)
    with pytest.raises(ResultError, match=r"\(1,\)"):
        cr.grad(lambda x: x[:1])(INPUT)


def test_jacobians_of_containers():
    jacobian = cr.jacobian(lambda x, a: {"y": x * a, "s": cr.sum(x)}, argnums=(0, 1))(INPUT, 3.0)
    close(jacobian["y"][0], 3 * np.eye(2))
    close(jacobian["y"][1], INPUT)
    close(jacobian["s"][0], np.ones(2))
    assert jacobian["s"][1] == 0.0


def test_a_result_that_does_not_depend_on_the_array():
    equal(cr.grad(lambda x: 3.0)(X), np.zeros((2, 3)))
    equal(cr.grad(lambda x, y: cr.sum(y))(X, INPUT), np.zeros((2, 3)))
    _, tangent = cr.jvp(lambda x: INPUT, (X,), (X,))
    equal(tangent, np.zeros(2))


def test_ints_become_floats_and_others_raise():
    derivative = cr.grad(lambda x: cr.sum(x * x))(np.array([1, 2]))
    assert derivative.dtype == np.float64
    equal(derivative, [2.0, 4.0])
    for bad in np.array([True]), np.array([None]), np.array(["a"]), np.array([1j]):
        with pytest.raises(OperandError):
            cr.grad(lambda x: cr.sum(x * x))(bad)


def test_tangents_that_do_not_fit_raise():
    with pytest.raises(ArgumentError, match=r"\(3,\)"):
        cr.jvp(lambda x: x, (X,), (np.ones(3),))
    _, pullback = cr.vjp(lambda x: x * 2, X)
    with pytest.raises(ArgumentError, match=r"\(3,\)"):
        pullback(np.ones(3))


@pytest.mark.parametrize(
    ("f", "name", "shapes"),
    [
        (lambda x: x + np.ones(4), "add", ["(2, 3)", "(4,)"]),
        (lambda x: np.ones((3, 2)) * x, "multiply", ["(2, 3)", "(3, 2)"]),
        (lambda x: cr.where(x > 0, x, np.ones(2)), "where", ["(2, 3)", "(2,)"]),
        (lambda x: x @ x, "contract|matmul", ["(2, 3)"]),
        (lambda x: x @ np.ones(2), "contract|matmul", ["(2, 3)", "(2,)"]),
        (lambda x: cr.concatenate([x, np.ones((2, 4))]), "concatenate", ["(2, 3)", "(2, 4)"]),
    ],
)
def test_shapes_that_do_not_fit_are_named(f, name, shapes):
    with pytest.raises(ValueError, match=name) as caught:
        f(Var(X))
    for shape in shapes:
        assert shape in str(caught.value)


def test_arrays_of_no_elements():
    for shape in (0,), (0, 3), (2, 0):
        v = Var(np.zeros(shape))
        y = cr.sum(cr.sin(v) * v)
        assert y.val == 0.0
        y.back()
        equal(v.grad, np.zeros(shape))
        assert cr.grad(lambda x: cr.sum(x * x))(np.zeros(shape)).shape == shape
    assert cr.jacobian(lambda x: x * x)(np.zeros(0)).shape == (0, 0)
    assert cr.jacobian(lambda x: x[:0])(np.ones(3)).shape == (0, 3)
    assert cr.hessian(lambda x: cr.sum(x**3))(np.zeros(0)).shape == (0, 0)
    with pytest.raises(ValueError, match="zero-size"):
        cr.max(Var(np.zeros(0)))


def test_nobodys_grad_is_touched():
    outer, number = Var(INPUT), Var(2.0)
    leaves = []

    def f(x):
        leaves.append(x)
        return cr.sum(x * outer * number)

    d = cr.grad(f)(INPUT)
    equal(d.val, 2 * INPUT)
    equal(outer.grad, np.zeros(2))
    assert number.grad == 0.0
    equal(leaves[0].grad, np.zeros(2))
    cr.sum(d * d).back()
    equal(outer.grad, 8 * INPUT)
    assert number.grad == 4.0 * np.sum(INPUT**2)


def test_nested_derivatives_are_not_confused():
    # d/dx [x * d/dy sum(x * y)] with respect to arrays: the inner gradient is x.
    derivative = cr.grad(lambda x: cr.sum(x * cr.grad(lambda y: cr.sum(x * y))(INPUT)))(INPUT)
    close(derivative, 2 * INPUT)
    derivative = cr.grad(lambda x: cr.sum(x * cr.jvp(lambda y: x * y, (INPUT,), (INPUT,))[1]))
    close(derivative(INPUT), 2 * INPUT**2)


def test_stop_gradient():
    close(cr.grad(lambda x: cr.sum(x * cr.stop_gradient(x)))(INPUT), INPUT)


@pytest.mark.parametrize("function", [cr.log1p, lambda x: 1 / (1 + x), lambda x: cr.sqrt(1 + x)])
def test_a_number_that_came_from_an_array_is_divided_by_as_numpys(function):
    """In every mode: Python's own float, at 0, would raise in the rule."""
    f = lambda x: function(-np.sum(x * np.ones(1)))
    assert np.isinf(cr.grad(f)(1.0))
    assert np.isinf(cr.jvp(f, (1.0,), (1.0,))[1])
    assert not np.isfinite(cr.grad(cr.grad(f))(1.0))
