"""Bad input to eager arrays: what is wrong is named, with the operation and the shapes."""

from __future__ import annotations

import operator

import numpy as np
import pytest

import chainrule as cr
from chainrule import Value, Var
from chainrule.errors import (
    DroppedDerivativeError,
    OperandError,
    UnsupportedFunctionError,
    UnsupportedMethodError,
)

X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
AxisError = np.exceptions.AxisError
equal = np.testing.assert_array_equal


def matrix() -> Value:
    return Var(X)


# --- shapes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "name", "shapes"),
    [
        (lambda v: v + np.ones(4), "add", ["(2, 3)", "(4,)"]),
        (lambda v: np.ones((3, 2)) * v, "multiply", ["(2, 3)", "(3, 2)"]),
        (lambda v: v**v[0, :2], "power", ["(2, 3)", "(2,)"]),
        (lambda v: cr.arctan2(v, np.ones((2, 2))), "arctan2", ["(2, 3)", "(2, 2)"]),
        (lambda v: cr.where(v > 0, v, np.ones(2)), "where", ["(2, 3)", "(2,)"]),
        (lambda v: v.clip(np.zeros(2), 1.0), "clip", ["(2, 3)", "(2,)"]),
        (lambda v: v @ v, "matmul", ["(2, 3)"]),
        (lambda v: v @ np.ones(2), "matmul", ["(2, 3)", "(2,)"]),
        (lambda v: np.ones((4, 4)) @ v, "matmul", ["(4, 4)", "(2, 3)"]),
        (lambda v: v @ np.ones((5, 2, 2)), "matmul", ["(2, 3)", "(5, 2, 2)"]),
        (lambda v: np.ones((5, 3, 2)) @ cr.stack([v] * 4), "matmul", ["(5,)", "(4,)"]),
        (lambda v: v.dot(v), "dot", ["(2, 3)"]),
        (lambda v: np.vdot(v, v[0]), "vdot", ["(6,)", "(3,)"]),
        (lambda v: np.tensordot(v, v, axes=1), "tensordot", ["(2, 3)"]),
        (lambda v: np.tensordot(v, v[0], axes=2), "tensordot", ["(2, 3)", "(3,)"]),
        (lambda v: np.einsum("ij,jk->ik", v, v), "einsum", ["(2, 3)"]),
        (lambda v: np.concatenate([v, np.ones((2, 4))]), "concatenate", ["(2, 3)", "(2, 4)"]),
        (lambda v: np.concatenate([v, v[0]]), "concatenate", ["(2, 3)", "(3,)"]),
        (lambda v: np.stack([v, v[0]]), "stack", ["(2, 3)", "(3,)"]),
        (lambda v: cr.array([v, v[0]]), "array", ["(2, 3)", "(3,)"]),
        (lambda v: cr.array([v[0], 1.0]), "array", ["(3,)", "()"]),
        (lambda v: v.reshape(4, 2), "reshape", ["(2, 3)", "(4, 2)"]),
        (lambda v: v.reshape(4, -1), "reshape", ["(2, 3)", "(4, -1)"]),
        (lambda v: v.reshape(-2, -3), "reshape", ["(2, 3)", "(-2, -3)"]),
        (lambda v: v[:0].reshape(0, -1), "reshape", ["(0, 3)", "(0, -1)"]),
        (lambda v: np.broadcast_to(v, (3, 3)), "broadcast_to", ["(2, 3)", "(3, 3)"]),
        (lambda v: np.broadcast_to(v, (3,)), "broadcast_to", ["(2, 3)", "(3,)"]),
        (lambda v: np.broadcast_arrays(v, np.ones(4)), "broadcast_arrays", ["(2, 3)", "(4,)"]),
        (lambda v: np.linalg.solve(v, v), "solve", ["(2, 3)"]),
        (lambda v: np.linalg.solve(np.eye(3), v), "solve", ["(3, 3)", "(2, 3)"]),
        (lambda v: np.linalg.solve(np.eye(2), v[0, 0]), "solve", ["(2, 2)", "()"]),
        (np.linalg.cholesky, "cholesky", ["(2, 3)"]),
        (np.linalg.eigh, "eigh", ["(2, 3)"]),
        (lambda v: v.at[0].set(np.ones(2)), "at", ["(2,)", "(3,)"]),
    ],
)  # fmt: skip
def test_shapes_that_do_not_fit_are_named(f, name, shapes):
    with pytest.raises(ValueError, match=rf"^{name}\b") as caught:
        f(matrix())
    for shape in shapes:
        assert shape in str(caught.value)


@pytest.mark.parametrize(
    ("f", "error", "words"),
    [
        (lambda v: v.reshape(-1, -1), ValueError, r"reshape: only one .*\(-1, -1\)"),
        (lambda v: v.transpose(0), ValueError, "transpose: axes 0 .* 2 axes"),
        (lambda v: v.transpose(0, 0), ValueError, r"transpose: axes \(0, 0\)"),
        (lambda v: v.squeeze(0), ValueError, r"squeeze: axis 0 of shape \(2, 3\)"),
        (lambda v: v @ 2.0, ValueError, r"matmul: .* use \*"),
        (lambda v: np.concatenate([]), ValueError, "concatenate"),
        (lambda v: cr.concatenate([]), ValueError, "concatenate: needs at least one"),
        (lambda v: cr.stack([]), ValueError, "stack: needs at least one"),
        (lambda v: cr.stack(3.0), TypeError, "stack: takes a list"),
        (lambda v: cr.concatenate(v[0, 0]), TypeError, "concatenate: takes a list"),
        (lambda v: cr.concatenate([v[0, 0], 1.0]), ValueError, r"concatenate: .* cr\.stack"),
        (lambda v: np.einsum("ij,jk", v), ValueError, "einsum: .* 2 operands, got 1"),
        (lambda v: np.einsum("i", v), ValueError, r"einsum: 'i' .* \(2, 3\)"),
        (lambda v: np.einsum("ij->k", v), ValueError, "einsum: the result 'k'"),
        (lambda v: np.einsum("ij->ii", v), ValueError, "einsum: the result 'ii'"),
        (lambda v: np.einsum("ii", v), ValueError, "einsum: index 'i' has extents 2 and 3"),
        (lambda v: np.einsum("i1", v), ValueError, "einsum: indices are letters"),
        (lambda v: np.tensordot(v, v, axes=([0], [0, 1])), ValueError, "tensordot: .* number"),
        (lambda v: np.tensordot(v, v, axes=([0, 0], [0, 1])), ValueError, "tensordot: .* twice"),
        (lambda v: np.tensordot(v, v, axes=-1), ValueError, "tensordot: axes=-1"),
        (lambda v: np.moveaxis(v, [0, 1], [0]), ValueError, "moveaxis: .* number"),
        (lambda v: v.item(), ValueError, r"item: .* \(2, 3\)"),
    ],
)
def test_arguments_that_do_not_fit_are_named(f, error, words):
    with pytest.raises(error, match=words):
        f(matrix())


@pytest.mark.parametrize("name", ["sum", "prod", "mean", "var", "std", "max", "min", "squeeze"])
def test_axes_that_are_not_there(name):
    v = matrix()
    for f in getattr(np, name), getattr(cr, name), type(v).__dict__.get(name, getattr(cr, name)):
        for axis in 2, -3, (0, 2):
            with pytest.raises(AxisError, match=rf"{name}: axis -?\d is out of bounds .* 2"):
                f(v, axis=axis)
        with pytest.raises(ValueError, match=f"{name}: duplicate value in 'axis'"):
            f(v, axis=(0, -2))
        for axis in 0.5, "0", (0, None):
            with pytest.raises(TypeError, match=f"{name}: an axis is a plain whole number"):
                f(v, axis=axis)


@pytest.mark.parametrize(
    ("f", "name"),
    [
        (lambda v: v.swapaxes(0, 2), "swapaxes"),
        (lambda v: np.moveaxis(v, 2, 0), "moveaxis: source"),
        (lambda v: np.moveaxis(v, 0, 2), "moveaxis: destination"),
        (lambda v: np.expand_dims(v, 3), "expand_dims"),
        (lambda v: np.stack([v, v], axis=3), "stack"),
        (lambda v: np.concatenate([v, v], axis=2), "concatenate"),
        (lambda v: v.take([0], axis=2), "take"),
        (lambda v: v.transpose(0, 2), "transpose"),
        (lambda v: np.tensordot(v, v, axes=([2], [0])), "tensordot"),
    ],
)
def test_other_axes_that_are_not_there(f, name):
    with pytest.raises(AxisError, match=f"^{name}: axis"):
        f(matrix())


# --- elements -------------------------------------------------------------------------------------


def test_ints_that_need_a_derivative_become_float64():
    gradient = cr.grad(lambda x: cr.sum(x * x))(np.array([1, 2, 3]))
    assert gradient.dtype == np.float64
    equal(gradient, [2.0, 4.0, 6.0])
    assert Var(np.array([1, 2])).dtype == np.float64


@pytest.mark.parametrize("dtype", [bool, complex, object, "U3"])
def test_arrays_of_other_elements_have_no_derivative(dtype):
    bad = np.ones(2).astype(dtype)
    for f in (Value, Var, cr.grad(cr.sum)):
        with pytest.raises(OperandError, match="float64"):
            f(bad)
    if dtype is bool:
        equal((Var(np.ones(2)) * bad).val, [1.0, 1.0])
        return
    with pytest.raises(OperandError, match=f"multiply.*{bad.dtype}"):
        Var(np.ones(2)) * bad
    with pytest.raises(OperandError, match="multiply"):
        bad * Var(np.ones(2))


def test_other_types_have_no_derivative():
    v = matrix()
    for dtype in int, bool, complex, np.float16:
        for f in (
            lambda dtype=dtype: v.astype(dtype),
            lambda dtype=dtype: v.sum(dtype=dtype),
            lambda dtype=dtype: np.mean(v, 0, dtype),
        ):
            with pytest.raises(OperandError, match=r"astype: .* float64 and float32 .*\.val"):
                f()
    half = v.astype(np.float32)
    assert half.dtype == np.float32
    (half.sum(dtype=np.float64) * 2.0).back()
    equal(v.grad, np.full((2, 3), 2.0))


@pytest.mark.parametrize("make", [np.array, np.asarray, np.float64, np.ascontiguousarray])
def test_a_plain_array_of_values_raises(make):
    for values in matrix(), [Var(1.0), Var(2.0)], [matrix(), matrix()]:
        with pytest.raises(DroppedDerivativeError, match=r"cr\.array"):
            make(values)
    equal(cr.array([matrix(), matrix()]).val, [X, X])


def test_plain_numbers_out_of_an_array():
    v = matrix()
    for f in (
        lambda: v.item(0),
        lambda: v[0, 0].item(),
        lambda: v.item(1, 2),
        lambda: float(v[0, 0]),
    ):
        with pytest.raises(DroppedDerivativeError):
            f()
    constant = Value(X)
    assert (constant.item(1, 2), constant.item(-1), constant[0, 0].item()) == (6.0, 6.0, 1.0)
    assert type(constant.item(0)) is float
    with pytest.raises(IndexError, match="out of bounds"):
        constant.item(6)


# --- arrays of no elements ------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0), (0, 0)])
def test_arrays_of_no_elements(shape):
    empty = np.zeros(shape)
    for f in (
        cr.sum, cr.prod, cr.ravel, cr.transpose, cr.exp, lambda x: x * x, lambda x: x[..., :0],
        lambda x: cr.sum(x, axis=0), lambda x: cr.outer(x, x), lambda x: cr.vdot(x, x),
        lambda x: cr.concatenate([x, x]), lambda x: cr.stack([x, x]), lambda x: x @ x.T,
        lambda x: cr.tensordot(x, x, axes=len(shape)), lambda x: x.reshape(shape[::-1]),
        lambda x: cr.softmax(x, axis=()), lambda x: x.clip(0, 1),
    ):  # fmt: skip
        v = Var(empty)
        out = f(v)
        equal(out.val, f(empty))
        out.back(np.ones(out.shape))
        assert v.grad.shape == shape
    for name, identity in ("sum", 0.0), ("prod", 1.0):
        assert getattr(Var(empty), name)().val == identity
    assert np.isnan(cr.mean(Var(empty)).val)
    for name in "max", "min":
        with pytest.raises(ValueError, match=rf"{name}: .*\({shape[0]}.*zero-size"):
            getattr(Var(empty), name)()


# --- indices --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (2, "index 2 is out of bounds for axis 0 of extent 2"),
        (-3, "index -3 is out of bounds for axis 0"),
        ((0, 3), "index 3 is out of bounds for axis 1 of extent 3"),
        ((0, 0, 0), r"too many indices: 3 .* \(2, 3\)"),
        ((..., 0, 0, 0), "too many indices"),
        ((..., ...), "only one Ellipsis"),
        (1.0, r"only ints, .* not float 1\.0"),
        ("a", "only ints, .* not str 'a'"),
        (True, "cr.where"),
        (np.array(True), "cr.where"),
        ([0, 2], "index 2 is out of bounds .* 2"),
        (np.array([-3]), "index -3 is out of bounds"),
        (np.array([0.0]), "integers, not float64"),
        (np.array([True]), r"mask of shape \(1,\) .* \(2,\)"),
        (np.ones((2, 2), bool), r"mask of shape \(2, 2\) .* \(2, 3\)"),
        ((0, [True, False]), r"mask of shape \(2,\) .* \(3,\), from axis 1"),
        (Var(1.0), "only ints, .* not Value"),
        (Var(np.array([0.0])), "integers, not float64"),
    ],
)
def test_indices_that_do_not_fit(key, words):
    with pytest.raises(IndexError, match=words):
        matrix()[key]


def test_slices_that_do_not_fit():
    v = matrix()
    with pytest.raises(TypeError, match=r"slice are ints, not 1\.0"):
        v[1.0:]
    with pytest.raises(TypeError):
        v[::0.5]
    with pytest.raises(ValueError, match="step cannot be zero"):
        v[::0]
    assert v[7:].shape == (0, 3)
    assert v[None, ..., None].shape == (1, 2, 3, 1)


@pytest.mark.parametrize("bad", [5, [0, 5], -4, np.array([[3]])])
def test_take_out_of_bounds(bad):
    v = matrix()
    for take in np.take, cr.take:
        with pytest.raises(IndexError, match=r"out of bounds .*3"):
            take(v, bad, axis=1)


def test_assignment_by_index():
    v = matrix()
    for key in 0, (0, 1), slice(None), v.val > 2:
        with pytest.raises(OperandError, match=r"v is a leaf.*\.at\[key\]\.set.*cr\.where"):
            v[key] = 1.0
    with pytest.raises(OperandError, match="v is a leaf"):
        v[0] += 1.0
    equal(v.val, X)
    array = np.zeros((2, 3))
    with pytest.raises(UnsupportedFunctionError, match=r"add: out= .* a = a \+ v"):
        array += v
    with pytest.raises(DroppedDerivativeError, match=r"cr\.zeros"):
        array[0] = v[0]
    equal(array, np.zeros((2, 3)))


def test_an_array_without_axes_is_no_sequence():
    total = cr.sum(matrix())
    for f in len, iter, list:
        with pytest.raises(TypeError, match="without axes"):
            f(total)
    with pytest.raises(IndexError, match="too many indices"):
        total[0]


# --- what is not covered --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("f", "words"),
    [
        (lambda v: np.sum(v, out=X), "sum: the argument out="),
        (lambda v: np.sum(v, 0, None, X), "sum: the argument out="),
        (lambda v: v.sum(0, None, X), "sum: the argument out="),
        (lambda v: np.min(v, 0, X), "min: the argument out="),
        (lambda v: np.mean(v, out=X), "mean: the argument out="),
        (lambda v: np.var(v, out=X), "var: the argument out="),
        (lambda v: np.std(v, 0, None, X), "std: the argument out="),
        (lambda v: np.sort(v, order="f"), "sort: the argument order="),
        (lambda v: v.reshape(6, order="A"), "reshape: the argument order="),
        (lambda v: np.concatenate([v, v], out=X), "concatenate: the argument out="),
        (lambda v: np.stack([v, v], dtype=np.float32), "stack: the argument dtype="),
        (lambda v: np.einsum("ij->ji", v, out=X), "einsum: the argument out="),
        (lambda v: np.dot(v, v.T, out=X), "dot: the argument out="),
        (lambda v: np.outer(v, v, out=X), "outer: the argument out="),
        (lambda v: v.clip(0, 1, X), "clip: the argument out="),
        (lambda v: v.round(1, X), "round: the argument out="),
        (lambda v: np.sin(v, out=X), r"sin: out= .* cr\.sin"),
        (lambda v: np.add(v, v, where=X > 2), r"add: .* where= .* cr\.where"),
        (lambda v: np.maximum.accumulate(v), r"maximum\.accumulate"),
        (np.linalg.eig, r"numpy\.linalg\.eig .* cr\.linalg\.eigh"),
        (np.trim_zeros, r"numpy\.trim_zeros .* a slice"),
        (np.bitwise_count, r"numpy\.bitwise_count .* whole numbers"),
        (np.fft.fft, r"numpy\.fft\.fft is not covered"),
        (np.common_type, r"numpy\.common_type .*the nearest is cr\.\w+"),
    ],
)
def test_what_is_not_covered_is_named(f, words):
    with pytest.raises(UnsupportedFunctionError, match=words):
        f(matrix())


def test_the_default_of_where_is_taken():
    equal(np.sum(matrix(), axis=0, where=True).val, X.sum(0))


def test_methods_that_are_not_covered_are_named():
    v = matrix()
    for name, words in (
        ("byteswap", r"\.byteswap is not covered .*Write x\.val\.byteswap; or"),
        ("tolist", r"\.tolist .* list\(x\)"),
    ):
        with pytest.raises(UnsupportedMethodError, match=words):
            getattr(v, name)
        assert not hasattr(v, name)
    with pytest.raises(AttributeError, match=r"ArrayValue.*'nonsense'") as caught:
        v.nonsense  # noqa: B018, that is the test
    assert not isinstance(caught.value, UnsupportedMethodError)
    with pytest.raises(UnsupportedMethodError, match=r"\.at\[key\]\.apply is not .* add"):
        v.at[0].apply(np.sin)


def test_every_name_of_ndarrays_works_or_raises_by_name():
    v = matrix()
    for name in dir(np.ndarray):
        if name.startswith("_"):
            continue
        try:
            getattr(v, name)
        except UnsupportedMethodError as error:
            assert f".{name} " in str(error), name  # noqa: PT017, either outcome is right


def test_an_operator_with_a_stranger():
    for other in "text", None, {}:
        with pytest.raises(TypeError):
            operator.add(matrix(), other)
        with pytest.raises(TypeError):
            operator.matmul(matrix(), other)


def test_a_mask_of_an_array_is_not_dropped():
    masked = np.ma.array([1.0, 2.0], mask=[False, True])
    double = lambda x: x * 2.0
    for call in (
        lambda: Var(masked),
        lambda: cr.grad(lambda x: cr.sum(x))(masked),
        lambda: Var(np.ones(2)) * masked,
        lambda: cr.jit(double)(masked),
        lambda: cr.jit(lambda x: x * masked)(np.ones(2)),
    ):
        with pytest.raises(OperandError, match=r"masked array.*filled.*cr\.where"):
            call()


@pytest.mark.parametrize("dtype", [np.float16, np.longdouble])
def test_other_floating_types_have_no_derivative_traced_either(dtype):
    if np.dtype(dtype).itemsize == 8:
        pytest.skip("long double is double here")
    with pytest.raises(OperandError, match=r"dtype float\d+ has no derivative; convert"):
        cr.jit(cr.grad(lambda x: cr.sum(x)))(np.ones(2, dtype))
