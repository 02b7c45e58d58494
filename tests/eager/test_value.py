"""What a Value is: its attributes, what may be assigned, how it prints, compares and converts."""

from __future__ import annotations

import math
import operator

import numpy as np
import pytest

import chainrule as cr
from chainrule import Value, Var
from chainrule.errors import (
    ChainruleError,
    ChangedValueError,
    DroppedDerivativeError,
    NoDerivativeError,
    OperandError,
    TermError,
)


class Parameter(Value):
    """A subclass that adds nothing but room for attributes."""


class Named(Value):
    """A subclass with a constructor of its own."""

    def __init__(self, val, name):
        super().__init__(val, True)
        self.name = name


# --- making one -----------------------------------------------------------------------------------


def test_defaults_are_the_pages():
    value = Value(2.5)
    assert (value.val, value.reqgrad, value.grad_fn, value.grad) == (2.5, False, None, 0.0)
    variable = Var(2.5)
    assert (variable.val, variable.reqgrad, variable.grad_fn) == (2.5, True, None)
    assert Var(2.5, reqgrad=False).reqgrad is False
    assert Value(1.0, True).reqgrad is True
    assert Value(val=1.0, reqgrad=True, grad_fn=None).reqgrad is True


@pytest.mark.parametrize(
    "number", [3, 3.0, np.float64(3), np.float32(3), np.int64(3), np.uint8(3)], ids=repr
)
def test_every_real_number_becomes_a_float(number):
    value = Value(number)
    assert type(value.val) is float
    assert value.val == 3.0
    assert type(Var(number).val) is float


def test_ints_become_float64():
    assert Value(2**53 + 1).val == 2.0**53
    assert (Var(1) + 1).val == 2.0
    assert type((Var(1) + 1).val) is float
    assert (Var(1.0) * 10**20).val == 1e20


def test_special_numbers_are_numbers():
    assert Var(math.inf).val == math.inf
    assert math.isnan(Var(math.nan).val)
    assert math.copysign(1, Var(-0.0).val) == -1.0


@pytest.mark.parametrize(
    "wrong",
    [True, False, np.True_, "1.0", b"1", None, 1j, np.complex128(1), [1.0], (1.0,), {}, ...],
    ids=repr,
)
def test_what_is_no_real_number_is_refused(wrong):
    with pytest.raises(OperandError, match="must be a real number"):
        Value(wrong)
    with pytest.raises(TypeError, match="must be a real number"):
        Var(wrong)


def test_a_value_of_a_value_is_refused_with_the_way_out():
    with pytest.raises(OperandError, match=r"\.val"):
        Value(Var(2.0))


def test_a_grad_fn_that_cannot_be_called_is_refused():
    with pytest.raises(TypeError, match="grad_fn must be a function of the derivative, not str"):
        Value(1.0, True, "closure")


def test_grad_fn_is_kept():
    def grad_fn(grad):
        pass

    assert Value(1.0, True, grad_fn).grad_fn is grad_fn
    assert Value(1.0, grad_fn=grad_fn).grad_fn is grad_fn
    assert (Var(1.0) + 1).grad_fn is None


def test_all_kinds_are_values():
    leaf = Var(2.0)
    closure = Value(1.0, True, lambda grad: None)
    for value in leaf, leaf * 2, closure, closure * 2, Value(2.0) * 2, cr.where(True, closure, 1.0):
        assert isinstance(value, Value)


def test_no_other_attribute_can_be_set():
    """A slip in a name is an error, not a new attribute."""
    with pytest.raises(AttributeError):
        Var(1.0).data = 2.0


# --- assigning ------------------------------------------------------------------------------------


def test_val_of_a_leaf_may_be_assigned():
    p = Var(3.0)
    p.val -= 0.5
    assert p.val == 2.5
    p.val = 4
    assert type(p.val) is float
    (p * p).back()
    assert p.grad == 8.0


def test_grad_of_a_leaf_may_be_assigned():
    p = Var(3.0)
    (p * p).back()
    p.grad = 0
    assert p.grad == 0.0
    assert type(p.grad) is float
    (p * p).back()
    assert p.grad == 6.0


def test_reqgrad_of_a_leaf_may_be_assigned():
    p = Value(3.0)
    assert not (p * p).reqgrad
    p.reqgrad = True
    y = p * p
    y.back()
    assert p.grad == 6.0


def test_gradient_descent_in_the_pages_words():
    p, q = Var(-1.0), Var(2.0)
    for _ in range(200):
        p.grad = q.grad = 0
        loss = (p - 3.0) ** 2 + (q * p - 6.0) ** 2
        loss.back()
        p.val -= 0.05 * p.grad
        q.val -= 0.05 * q.grad
    assert (p.val, q.val) == pytest.approx((3.0, 2.0), abs=1e-6)


@pytest.mark.parametrize("attribute", ["val", "grad", "reqgrad"])
@pytest.mark.parametrize(
    "term",
    [Var(1.0) * 2, Value(1.0, True, lambda grad: None), Value(1.0, True, lambda grad: None) + 1],
    ids=["of a row", "of a closure", "above a closure"],
)
def test_a_term_refuses_assignment(attribute, term):
    before = term.val, term.grad, term.reqgrad
    with pytest.raises(TermError, match=rf"{attribute} cannot be assigned.*term.*Var\(v\.val\)"):
        setattr(term, attribute, 2.0)
    assert (term.val, term.grad, term.reqgrad) == before
    assert issubclass(TermError, AttributeError)


@pytest.mark.parametrize("wrong", [None, "2", 2j, [2.0], np.zeros(2)], ids=repr)
def test_a_leaf_refuses_what_is_no_number(wrong):
    p = Var(3.0)
    with pytest.raises(OperandError):
        p.val = wrong
    with pytest.raises(OperandError, match="grad must be a real number"):
        p.grad = wrong
    assert (p.val, p.grad) == (3.0, 0.0)


@pytest.mark.parametrize("attribute", ["val", "grad", "reqgrad", "grad_fn"])
def test_nothing_can_be_deleted(attribute):
    p = Var(3.0)
    with pytest.raises((AttributeError, TypeError, NotImplementedError)):
        delattr(p, attribute)
    assert (p.val, p.grad, p.reqgrad, p.grad_fn) == (3.0, 0.0, True, None)


def test_a_first_sweep_after_an_assignment_uses_the_recorded_partials():
    x = Var(3.0)
    y = x * x
    x.val = 10.0
    y.back()
    assert (x.val, x.grad) == (10.0, 6.0)


def test_a_recorded_sweep_after_an_assignment_raises():
    """It would compute the partials anew, from the new number."""
    x = Var(3.0)
    y = x * x
    x.val = 10.0
    with pytest.raises(ChangedValueError, match=r"multiply.*assigned after.*again"):
        y.back(create_graph=True)
    assert (x.grad, y.grad) == (0.0, 0.0)
    (x * x).back(create_graph=True)
    assert x.grad.val == 20.0


def test_a_pullback_after_an_assignment_is_right_or_raises():
    p = Var(3.0)
    _, pullback = cr.vjp(lambda x: x * x, p)
    p.val = 10.0
    try:
        (derivative,) = pullback(1.0)
    except ChangedValueError:
        return
    assert isinstance(derivative, Value), "the derivative of the derivative was dropped"
    derivative.back()
    assert p.grad == 2.0


@pytest.mark.parametrize("first", ["assign", "use"])
def test_an_outer_leaf_assigned_inside_is_right_or_raises(first):
    """The result hangs on p; as a float it would have lost that."""
    p = Var(3.0)

    def f(x):
        if first == "assign":
            p.val = 2.0
            return x * x * p
        y = x * x * p
        p.val = 2.0
        return y

    try:
        derivative = cr.grad(f)(5.0)
    except ChangedValueError:
        return
    assert isinstance(derivative, Value), "the derivative in p was dropped"
    derivative.back()
    assert (derivative.val, p.grad) == (20.0 if first == "assign" else 30.0, 10.0)


def test_a_differentiated_leaf_assigned_inside_is_right_or_raises():
    """Never silently 0."""

    def assigns_after_use(x, y):
        product = x * y
        x.val = 7.0
        return product

    def assigns_before_use(x, y):
        x.val = 7.0
        return x * y

    for f, expected in (assigns_after_use, (3.0, 2.0)), (assigns_before_use, (3.0, 7.0)):
        try:
            derivatives = cr.grad(f, (0, 1))(2.0, 3.0)
        except ChainruleError:
            continue
        assert derivatives == expected
        assert [type(derivative) for derivative in derivatives] == [float, float]


# --- comparing ------------------------------------------------------------------------------------

COMPARISONS = [operator.eq, operator.ne, operator.lt, operator.le, operator.gt, operator.ge]


@pytest.mark.parametrize("compare", COMPARISONS)
@pytest.mark.parametrize(
    ("x", "y"), [(1.0, 2.0), (2.0, 1.0), (2.0, 2.0), (math.nan, 1.0), (0.0, -0.0)]
)
def test_comparisons_compare_numbers_and_give_bool(compare, x, y):
    expected = compare(x, y)
    others = [Var(y), Value(y), Var(y) * 1.0, y, np.float64(y)]
    if not math.isnan(y):
        others.append(np.float32(y))
    if y == int(y):
        others.append(int(y))
    for left in Var(x), Value(x), Var(x) * 1.0, Value(x, True, lambda grad: None):
        for right in others:
            result = compare(left, right)
            assert type(result) is bool
            assert result is expected


@pytest.mark.parametrize("compare", COMPARISONS)
@pytest.mark.parametrize("number", [2.0, 2, np.float64(2), np.float32(2), np.int64(2)], ids=repr)
def test_comparisons_from_the_left(compare, number):
    for other in 1.0, 2.0, 3.0:
        result = compare(number, Var(other))
        assert result == compare(2.0, other)
        assert isinstance(result, bool | np.bool_)


def test_comparisons_with_strangers():
    x = Var(1.0)
    assert (x == "1.0") is False
    assert (x != "1.0") is True
    assert (x == None) is False  # noqa: E711
    assert (x != None) is True  # noqa: E711
    assert x not in ["a", None]
    for stranger in "a", None, 1j, [1.0]:
        for compare in operator.lt, operator.le, operator.gt, operator.ge:
            with pytest.raises(TypeError):
                compare(x, stranger)
            with pytest.raises(TypeError):
                compare(stranger, x)


def test_comparison_with_an_array_is_by_element():
    assert (Var(1.0) == np.ones(2)).tolist() == [True, True]
    assert (np.zeros(2) < Var(1.0)).tolist() == [True, True]


def test_hash_is_by_identity():
    x, y = Var(1.0), Var(1.0)
    assert x == y
    assert len({x, y, x}) == 2
    assert {x: "x", y: "y"}[x] == "x"
    before = hash(x)
    x.val = 5.0
    x.grad = 2.0
    assert hash(x) == before
    terms = [x * i for i in range(1000)]
    assert len({hash(term) for term in terms}) == 1000


def test_truth():
    assert bool(Var(1.0)) is True
    assert bool(Var(0.0)) is False
    assert bool(Var(-0.0) * 1) is False
    assert bool(Var(math.nan)) is True
    assert (Var(0.0) or 7) == 7


# --- what a number is not -------------------------------------------------------------------------


@pytest.mark.parametrize("value", [Value(2.0), Var(2.0), Var(2.0) * 2], ids=repr)
def test_a_number_has_no_items(value):
    with pytest.raises(TypeError, match="not iterable"):
        iter(value)
    with pytest.raises(TypeError, match="len"):
        len(value)
    with pytest.raises(TypeError):
        value[0]
    with pytest.raises(TypeError):
        _ = 2.0 in value
    with pytest.raises(TypeError):
        _, _ = value
    with pytest.raises(TypeError):
        list(value)


def test_a_value_is_no_index():
    with pytest.raises(TypeError):
        [1, 2, 3][Var(1.0)]
    with pytest.raises(TypeError):
        range(Value(2.0))


# --- subclasses -----------------------------------------------------------------------------------


def test_a_subclass_takes_part():
    p = Parameter(2.0, True)
    p.label = "weight"
    q = Var(3.0)
    y = (p * q).sin() + q / p + p**2 + 2 ** (p - 1) + max(p, 1.0)
    y.back()
    expected = 3 * math.cos(6) - 3 / 4 + 4 + 2 * math.log(2) + 1
    assert p.grad == pytest.approx(expected, rel=1e-14)
    assert q.grad == pytest.approx(2 * math.cos(6) + 0.5, rel=1e-14)
    assert p.label == "weight"
    assert isinstance(y, Value)
    assert repr(p).startswith("Value(2.0")


def test_a_subclass_takes_part_in_every_way_to_differentiate():
    p = Parameter(2.0, True)
    slope = cr.grad(lambda x: x * x * p)(3.0)
    slope.back()
    assert (slope.val, p.grad) == (12.0, 6.0)
    y = p**3
    p.grad = 0
    y.back(create_graph=True)
    second = p.grad
    p.grad = 0
    second.back()
    assert (second.val, p.grad) == (12.0, 12.0)
    assert cr.jvp(lambda x: x * p, (3.0,), (1.0,))[1].val == 2.0


def test_a_subclass_with_a_constructor_of_its_own():
    p = Named(2.0, "weight")
    y = p * p + 1
    y.back()
    assert (p.name, p.reqgrad, p.grad, y.val) == ("weight", True, 4.0, 5.0)


def test_a_subclass_may_be_a_closure_term():
    x = Var(3.0)
    y = Parameter(6.0, True, lambda grad: x.back(grad * 2))
    y.label = "twice"
    (y * y).back()
    assert (x.grad, y.grad, y.label) == (24.0, 12.0, "twice")


def test_a_long_graph_above_a_subclass():
    p = Parameter(1.0, True)
    y = p
    for _ in range(100_000):
        y = y + 0.5
    y.back()
    assert p.grad == 1.0
    del y


# --- errors of back -------------------------------------------------------------------------------


def test_back_of_what_needs_no_derivative_raises():
    for value in Value(2.0), Value(2.0) * 3 + 1:
        with pytest.raises(NoDerivativeError, match=r"needs no derivative.*Var"):
            value.back()
    assert issubclass(NoDerivativeError, RuntimeError)


@pytest.mark.parametrize("wrong", ["1", None, 1j, [1.0], np.ones(2)], ids=repr)
def test_back_refuses_a_grad_that_is_no_number(wrong):
    x = Var(2.0)
    y = x * x
    with pytest.raises(OperandError, match="grad must be a real number"):
        y.back(wrong)
    assert (x.grad, y.grad) == (0.0, 0.0)


def test_back_refuses_a_value_whose_derivative_it_would_drop():
    x = Var(2.0)
    with pytest.raises(DroppedDerivativeError, match="create_graph=True"):
        (x * x).back(Var(3.0))
    (x * x).back(Value(3.0))
    assert x.grad == 12.0
