"""What a Value says: printing, conversions, copies, and NumPy's functions."""

from __future__ import annotations

import copy
import math
import operator
import pickle

import numpy as np
import pytest
import scipy.special

import chainrule as cr
from chainrule import Value, Var
from chainrule.errors import (
    DroppedDerivativeError,
    OperandError,
    TermCopyError,
    UnsupportedFunctionError,
)
from chainrule.ops import foreign_names


class Parameter(Value):
    """A subclass that adds nothing but room for attributes."""


# --- printing -------------------------------------------------------------------------------------


def test_repr():
    assert repr(Value(2)) == "Value(2.0, grad=0.0)"
    x = Var(1.5)
    y = x * 2
    y.back()
    assert (repr(x), repr(y)) == ("Value(1.5, grad=2.0)", "Value(3.0, grad=1.0)")
    assert str(x) == repr(x)
    assert f"{[x]}" == "[Value(1.5, grad=2.0)]"
    assert repr(Value(1.0, True, lambda grad: None)) == "Value(1.0, grad=0.0)"


def test_repr_of_a_recorded_gradient_shows_its_number():
    x = Var(3.0)
    (x * x).back(create_graph=True)
    assert repr(x) == "Value(3.0, grad=6.0)"
    x.grad = 0


def test_format_formats_the_number():
    x = Var(2)
    assert f"{x:.3f}" == "2.000"
    assert f"{x:>8.1e}|" == " 2.0e+00|"
    assert f"{x}" == "2.0"
    assert format(x * 1.5, "g") == "3"
    with pytest.raises(ValueError, match="format"):
        format(x, "d")


# --- plain numbers out of Values ------------------------------------------------------------------


@pytest.mark.parametrize(
    "conversion", [float, int, complex, math.sin, math.sqrt, math.isnan, "%f".__mod__]
)
@pytest.mark.parametrize(
    "value",
    [Var(2.0), Var(2.0) * 2, Value(2.0, True, lambda grad: None)],
    ids=["leaf", "term", "closure"],
)
def test_a_derivative_is_never_dropped_in_silence(conversion, value):
    with pytest.raises(DroppedDerivativeError, match=r"cr\.sin.*\.val"):
        conversion(value)
    assert issubclass(DroppedDerivativeError, TypeError)


def test_math_pow_and_statistics_raise_too():
    with pytest.raises(DroppedDerivativeError):
        math.pow(2.0, Var(2.0))
    with pytest.raises(DroppedDerivativeError):
        math.fsum([Var(2.0), 1.0])


def test_a_value_that_needs_no_derivative_converts():
    value = Value(2.75)
    assert (float(value), int(value), math.sin(value)) == (2.75, 2, math.sin(2.75))
    assert float(value * 2) == 5.5
    assert complex(value) == 2.75


# --- copies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "copied",
    [
        copy.copy,
        copy.deepcopy,
        *(
            lambda x, protocol=protocol: pickle.loads(pickle.dumps(x, protocol))
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
        ),
    ],
    ids=["copy", "deepcopy", *(f"pickle {i}" for i in range(pickle.HIGHEST_PROTOCOL + 1))],
)
def test_a_leaf_is_copied_with_its_grad(copied):
    for leaf in Var(2.5), Value(2.5), Value(2.0) * 1.25, Parameter(2.5, True):
        if leaf.reqgrad:
            (leaf * 3).back()
        twin = copied(leaf)
        assert twin is not leaf
        assert type(twin) is type(leaf)
        assert (twin.val, twin.reqgrad, twin.grad) == (leaf.val, leaf.reqgrad, leaf.grad)
        twin.val = 7.0
        twin.grad = 7.0
        assert leaf.val == 2.5
        assert leaf.grad in (0.0, 3.0)


def test_a_model_is_copied():
    model = {"w": [Var(1.0), Var(2.0)], "b": Var(3.0)}
    twin = copy.deepcopy(model)
    sum(w * w for w in twin["w"]).back()
    assert [w.grad for w in twin["w"]] == [2.0, 4.0]
    assert [w.grad for w in model["w"]] == [0.0, 0.0]
    shared = Var(1.0)
    a, b = copy.deepcopy([shared, shared])
    assert a is b


@pytest.mark.parametrize("copying", [copy.copy, copy.deepcopy, pickle.dumps])
@pytest.mark.parametrize(
    "term",
    [Var(1.0) * 2, Value(1.0, True, lambda grad: None), Value(1.0, True, lambda grad: None) + 1],
    ids=["of a row", "of a closure", "above a closure"],
)
def test_a_term_is_not_copied(copying, term):
    with pytest.raises(TermCopyError, match=r"term.*\.val"):
        copying(term)
    with pytest.raises(TypeError, match="term"):
        copy.deepcopy({"model": [term]})


# --- NumPy ----------------------------------------------------------------------------------------

UFUNCS = {
    name: op
    for name, op in foreign_names().items()
    if isinstance(getattr(np, name, None), np.ufunc) and not op.predicate
}


@pytest.mark.parametrize("name", UFUNCS)
def test_numpys_ufuncs_give_values(name):
    op, ufunc = UFUNCS[name], getattr(np, name)
    ours = getattr(cr, op.name)
    point = tuple(0.4 * low + 0.6 * high for low, high in op.domain)
    leaves = [Var(x) for x in point]
    y = ufunc(*leaves)
    assert isinstance(y, Value)
    assert y.val == pytest.approx(float(ufunc(*point)), rel=1e-14)
    y.back()
    assert tuple(leaf.grad for leaf in leaves) == cr.grad(ours, tuple(range(op.arity)))(*point)
    if op.arity == 2:
        # A plain number, Python's or NumPy's, on either side.
        for number in float, np.float64:
            assert ufunc(leaves[0], number(point[1])).val == y.val
            assert ufunc(number(point[0]), leaves[1]).val == y.val


def test_all_of_numpys_names_are_tested():
    assert {"sin", "absolute", "true_divide", "float_power", "logaddexp2", "degrees"} <= set(UFUNCS)
    assert len(UFUNCS) > 55


def test_ufuncs_that_give_truth_values():
    x, y = Var(1.0), Var(2.0)
    for result, expected in [
        (np.less(x, y), True),
        (np.greater(x, y), False),
        (np.equal(x, 1.0), True),
        (np.not_equal(x, y), True),
        (np.less_equal(x, y), True),
        (np.greater_equal(x, y), False),
        (np.isnan(x), False),
        (np.isfinite(x), True),
        (np.isinf(x * math.inf), True),
        (np.logical_and(x, 0.0), False),
        (np.logical_or(x, 0.0), True),
        (np.logical_not(x), False),
    ]:
        assert type(result) is bool
        assert result is expected


def test_numpys_scalars_take_part():
    x = Var(7.0)
    for y, expected in [
        (np.float64(2) * x, (14.0, 2.0)),
        (x * np.float64(2), (14.0, 2.0)),
        (np.float32(2) + x, (9.0, 1.0)),
        (np.int64(2) - x, (-5.0, -1.0)),
        (x / np.int8(2), (3.5, 0.5)),
        (np.float64(2) ** x, (128.0, 128 * math.log(2))),
        (np.float64(1.5) % x, (1.5, 0.0)),
        (np.float64(15) // x, (2.0, 0.0)),
    ]:
        assert isinstance(y, Value)
        x.grad = 0
        y.back()
        assert (y.val, x.grad) == pytest.approx(expected)


def test_numpys_divmod():
    quotient, rest = np.divmod(Var(7.5), 2)
    assert (quotient.val, rest.val) == (3.0, 1.5)


def test_numpys_selections():
    x = Var(1.5)
    for y, expected in [
        (np.clip(x, 0, 1), (1.0, 0.0)),
        (np.clip(x, 0, None), (1.5, 1.0)),
        (np.clip(x, a_min=0, a_max=2), (1.5, 1.0)),
        (np.where(x > 1, x * 2, 0.0), (3.0, 2.0)),
        (np.where(x > 2, 0.0, x * 3), (4.5, 3.0)),
        (np.round(x), (2.0, 0.0)),
        (np.round(x / 10, 1), (0.2, 0.0)),
        (np.around(x / 10, decimals=1), (0.2, 0.0)),
        (np.sinc(x), (math.sin(1.5 * math.pi) / (1.5 * math.pi), 0.1414710605261292)),
        (np.fix(x), (1.0, 0.0)),
    ]:
        x.grad = 0
        y.back()
        assert (y.val, x.grad) == pytest.approx(expected, abs=1e-15)


def test_scipys_ufuncs():
    x = Var(0.5)
    for y, name in [
        (scipy.special.erf(x), "erf"),
        (scipy.special.expit(x), "sigmoid"),
        (scipy.special.psi(x), "digamma"),
        (scipy.special.gammaln(x), "gammaln"),
        (scipy.special.erfinv(x), "erfinv"),
    ]:
        x.grad = 0
        y.back()
        assert (y.val, x.grad) == cr.value_and_grad(getattr(cr, name))(0.5)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda x: np.setdiff1d(x, 1.0), r"numpy\.setdiff1d"),
        (lambda x: np.lcm.reduce(x), r"numpy\.lcm"),
        (lambda x: np.frexp(x), r"numpy\.frexp"),
        (lambda x: np.nextafter(x, 2.0), r"numpy\.nextafter"),
        (lambda x: scipy.special.airy(x), r"scipy\.special\.airy"),
    ],
)
def test_what_is_not_covered_raises_with_its_name(call, name):
    with pytest.raises(UnsupportedFunctionError, match=name):
        call(Var(2.0))
    assert issubclass(UnsupportedFunctionError, TypeError)


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda x: np.divide.reduceat(x, [0]), r"numpy\.divide\.reduceat .*cr\.stack"),
        (lambda x: np.hypot.at(x, 0, 1.0), r"numpy\.hypot\.at .*\.at\[i\]\.set"),
        (lambda x: np.subtract.reduce(x), r"numpy\.subtract\.reduce "),
        (lambda x: np.maximum.accumulate(x), r"numpy\.maximum\.accumulate .*loop"),
        (lambda x: np.add.reduce(x, out=np.zeros(1)), r"numpy\.add\.reduce: .*out="),
        (lambda x: np.sin(x, out=np.zeros(1)), "sin.*out="),
        (lambda x: np.sin(x, where=False), "sin.*where="),
    ],
)
def test_ufunc_methods_and_options_raise(call, what):
    with pytest.raises(UnsupportedFunctionError, match=what):
        call(Var(2.0))


def test_a_number_is_no_array_to_write_into():
    with pytest.raises(TypeError, match=r"numpy\.add\.at: .*number"):
        np.add.at(Var(2.0), 0, 1.0)
    with pytest.raises(ValueError, match=r"add\.reduceat: axis 0"):
        np.add.reduceat(Var(2.0), [0])


def test_a_value_in_an_array_raises():
    """An array of Values would have dtype object, or drop the derivative."""
    x = Var(2.0)
    for attempt in lambda: np.array(x), lambda: np.array([x, x]), lambda: np.asarray([1.0, x]):
        with pytest.raises(DroppedDerivativeError, match=r"cr\.array"):
            attempt()
    for attempt in (
        lambda: np.sum([x, x]),
        lambda: np.float64(x),
    ):
        with pytest.raises((DroppedDerivativeError, OperandError)):
            attempt()
    array = np.zeros(3)
    with pytest.raises((DroppedDerivativeError, ValueError, TypeError)):
        array[0] = x
    assert not array.any()


def test_lists_are_arrays_for_a_function():
    x = Var(2.0)
    for y in np.add([1.0, 3.0], x), cr.add([1.0, 3.0], x), cr.add([1, x + 1], [x, x]):
        assert y.val.tolist() == [3.0, 5.0]
    y.sum().back()
    assert x.grad == 3.0
    assert cr.maximum([1, 5], 3.0).tolist() == [3.0, 5.0]
    for bad in ["a"], [None], [1j]:
        with pytest.raises(OperandError, match="add"):
            cr.add(bad, x)
    with pytest.raises(OperandError, match="add"):
        operator.add(x, [1.0])


def test_a_value_that_needs_no_derivative_becomes_an_array():
    array = np.array([Value(2.0), 3.0])
    assert array.dtype == np.float64
    assert array.tolist() == [2.0, 3.0]
    assert np.asarray(Value(2.0), np.float32).dtype == np.float32


def test_an_array_as_operand_makes_an_arrays_value():
    x, array = Var(2.0), np.ones((2, 3))
    for value in (array * x, x * array, np.arctan2(x, array), cr.hypot(array, x)):
        assert isinstance(value, Value)
        assert value.shape == (2, 3)
    (array * x).sum().back()
    assert x.grad == 6.0
    with pytest.raises(UnsupportedFunctionError):
        array += x
    assert (array == 1.0).all()
