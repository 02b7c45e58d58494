"""What may stand beside a Value: plain numbers, and clear errors for all else."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import chainrule as cr
from chainrule import Value, Var
from chainrule.errors import ChainruleError, FixedOperandError, OperandError


@pytest.mark.parametrize(
    "number", [3, 3.0, np.float64(3), np.float32(3), np.int32(3), Fraction(6, 2)], ids=repr
)
def test_real_numbers_take_part(number):
    x = Var(2.0)
    for y, expected in [
        (x * number, 3.0),
        (number * x, 3.0),
        (x + number, 1.0),
        (number - x, -1.0),
        (cr.hypot(x, number), 2 / 13**0.5),
    ]:
        x.grad = 0
        y.back()
        assert type(y.val) is float
        assert x.grad == pytest.approx(expected, rel=1e-15)


STRANGERS = ["2", b"2", None, 2j, np.complex128(2), [2.0], (2.0,), {2.0}, {"a": 2.0}]


@pytest.mark.parametrize("stranger", STRANGERS, ids=repr)
def test_an_operator_names_op_operand_and_what_it_got(stranger):
    x = Var(2.0)
    for attempt, where in [
        (lambda: x + stranger, "add: operand 'y'"),
        (lambda: stranger + x, "add: operand 'x'"),
        (lambda: x - stranger, "subtract: operand 'y'"),
        (lambda: x * stranger, "multiply: operand 'y'"),
        (lambda: stranger / x, "divide: operand 'x'"),
        (lambda: x**stranger, "power: operand 'y'"),
        (lambda: stranger**x, "power: operand 'x'"),
    ]:
        with pytest.raises(OperandError, match=f"{where} is {type(stranger).__name__} "):
            attempt()
    assert issubclass(OperandError, TypeError)


@pytest.mark.parametrize("stranger", STRANGERS[:5], ids=repr)
def test_a_function_names_op_operand_and_what_it_got(stranger):
    for attempt, where in [
        (lambda: cr.sin(stranger), "sin: operand 'x'"),
        (lambda: cr.arctan2(Var(2.0), stranger), "arctan2: operand 'x'"),
        (lambda: cr.maximum(stranger, Var(2.0)), "maximum: operand 'x'"),
        (lambda: cr.clip(Var(2.0), 0.0, stranger), "clip: operand 'max'"),
        (lambda: cr.where(True, Var(2.0), stranger), "where: operand 'y'"),
        (lambda: Var(2.0).hypot(stranger), "hypot: operand 'y'"),
    ]:
        if stranger is None and "clip" in where:
            continue  # no bound
        with pytest.raises(OperandError, match=f"{where} is {type(stranger).__name__} "):
            attempt()


def test_complex_numbers_are_told_the_way_out():
    with pytest.raises(OperandError, match=r"\.real and \.imag"):
        Var(2.0) * 1j
    with pytest.raises(OperandError, match=r"\.real and \.imag"):
        cr.exp(1j)


def test_a_long_operand_is_shortened():
    with pytest.raises(OperandError) as caught:
        Var(2.0) * ("a" * 10_000)
    assert len(str(caught.value)) < 300


def test_a_decimal_is_no_real_number():
    """It has arithmetic of its own that does not mix with floats."""
    with pytest.raises(TypeError):
        Var(2.0) * Decimal(2)
    with pytest.raises(OperandError, match="Decimal"):
        Value(Decimal(2))


def test_a_number_too_large_for_a_float_raises():
    huge = 10**400
    for attempt in (
        lambda: Value(huge),
        lambda: Var(1.0) * huge,
        lambda: cr.hypot(huge, Var(1.0)),
        lambda: Var(1.0).back(huge),
    ):
        with pytest.raises((OverflowError, OperandError)):
            attempt()


def test_a_stranger_with_operators_of_its_own_answers():
    class Unit:
        def __rmul__(self, other):
            return "unit", other

        def __radd__(self, other):
            return NotImplemented

        def __gt__(self, other):
            return "greater"

    x, unit = Var(2.0), Unit()
    assert x * unit == ("unit", x)
    assert (x * 1.0) * unit == ("unit", x)
    assert (x < unit) == "greater"
    with pytest.raises(TypeError, match="unsupported operand"):
        x + unit
    with pytest.raises(OperandError, match="hypot"):
        cr.hypot(x, unit)


def test_an_operand_without_a_derivative():
    x = Var(2.0)
    with pytest.raises(FixedOperandError, match=r"polygamma.*'n'.*n\.val"):
        cr.polygamma(x, 2.0)
    with pytest.raises(FixedOperandError, match=r"round.*'decimals'.*decimals\.val"):
        cr.round(2.0, x)
    with pytest.raises(TypeError, match="decimals"):
        round(x, Var(1.0))
    assert cr.polygamma(Value(1.0), x).reqgrad
    assert cr.round(x, Value(1.0)).val == 2.0


def test_functions_of_plain_numbers_give_floats():
    for result in (
        cr.sin(1.0),
        cr.sin(1),
        cr.sin(np.float64(1)),
        cr.hypot(3, 4),
        cr.where(True, 1, 2),
        cr.clip(5, 0, 1),
        cr.round(2.5),
        cr.polygamma(1, 2),
        cr.abs(-1),
    ):
        assert type(result) is float
    assert type(cr.less(1, 2)) is bool


def test_functions_of_values_that_need_no_derivative_give_such_values():
    y = cr.sin(Value(1.0)) * 2 + cr.hypot(Value(3.0), 4)
    assert isinstance(y, Value)
    assert not y.reqgrad
    assert y.grad_fn is None


def test_functions_of_plain_arrays_are_numpys():
    assert cr.sin(np.zeros(3)).tolist() == [0.0, 0.0, 0.0]
    assert cr.maximum(np.zeros(3), 1.0).tolist() == [1.0, 1.0, 1.0]


def test_the_number_of_operands_is_checked():
    for attempt in (
        lambda: cr.sin(),
        lambda: cr.sin(Var(1.0), 2.0),
        lambda: cr.hypot(Var(1.0)),
        lambda: Var(1.0).sin(2.0),
    ):
        with pytest.raises(TypeError):
            attempt()


def test_an_error_leaves_the_operands_as_they_were():
    x = Var(2.0)
    y = x * x
    for attempt in (lambda: y + "a", lambda: cr.hypot(y, None), lambda: np.fft.fft(y)):
        with pytest.raises(ChainruleError):
            attempt()
    y.back()
    assert (x.grad, y.grad) == (4.0, 1.0)
