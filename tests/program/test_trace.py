"""Tracing: types of terms, broadcasting, hidden inputs, and what a Symbol refuses."""

from __future__ import annotations

import operator

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from programs import ops_of, run, same_numbers, traced

import chainrule as cr
from chainrule import Var
from chainrule.errors import (
    ConcreteNumberError,
    DroppedDerivativeError,
    LeakedSymbolError,
    OperandError,
    UncoveredRuleError,
)
from chainrule.ops import TABLE, Op, tracing
from chainrule.ops.structural import Structural
from chainrule.program import Trace, opened
from chainrule.program.symbol import COMPARISONS, OPERATORS

X = np.array([0.5, -1.0, 2.0])
X32 = X.astype(np.float32)
M = np.arange(6.0).reshape(2, 3)
OPERATOR_FUNCTIONS = [
    *(getattr(operator, name) for name in OPERATORS if name not in ("and", "or")),
    *(getattr(operator, name) for name in COMPARISONS),
]


def type_of(f, *arguments):
    """The dtype and the weakness of the result."""
    (result,) = traced(f, *arguments).results
    return result.dtype, result.weak


# --- types ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("f", OPERATOR_FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize(
    "x",
    [1.5, 2, X, X32, M, np.array([1, 2, 3]), np.array([True, False, True])],
    ids=["float", "int", "x", "x32", "m", "ints", "bools"],
)
@pytest.mark.parametrize(
    "y",
    [0.5, 3, True, X, X32, np.array([3, 2, 1]), np.float32(2.0)],
    ids=["float", "int", "bool", "y", "y32", "ints", "f32"],
)
def test_operators_have_the_types_of_numpy(f, x, y):
    if f is operator.sub and all(np.asarray(z).dtype == bool for z in (x, y)):
        return  # NumPy refuses it
    with np.errstate(all="ignore"):
        whole_power = f is operator.pow and all(np.asarray(z).dtype.kind in "ib" for z in (x, y))
        wanted = np.asarray(f(np.asarray(x, np.float64) if whole_power else x, y))
        if type(x) in (int, float) and type(y) in (int, float, bool) and f is operator.pow:
            wanted = wanted.astype(np.float64)
    for program, arguments in [
        (traced(f, x, y), (x, y)),
        (traced(lambda x: f(x, y), x), (x,)),
        (traced(lambda y: f(x, y), y), (y,)),
    ]:
        (result,) = run(program, *arguments)
        assert np.asarray(result).dtype == wanted.dtype
        assert np.shape(result) == wanted.shape
        np.testing.assert_allclose(result, wanted, rtol=1e-6)


def test_plain_numbers_are_weak():
    f64, f32 = np.dtype(np.float64), np.dtype(np.float32)
    assert type_of(lambda s: s * 2 + 1, 1.5) == (f64, True)
    assert type_of(lambda s, x: s * x, 1.5, X32) == (f32, False)
    assert type_of(lambda s, x: (s * 2) * x, 1.5, X32) == (f32, False)
    assert type_of(lambda s, x: s * x, np.float64(1.5), X32) == (f64, False)
    assert type_of(lambda s, x: s * x, 2, X32) == (f32, False)
    assert type_of(lambda s: cr.sin(s), 2) == (f64, True)
    assert type_of(lambda s: s > 1, 1.5) == (np.dtype(bool), True)


def test_broadcasting_is_a_term():
    program = traced(lambda m, x: m * x, M, X)
    assert ops_of(program) == ["broadcast_to", "multiply"]
    assert ops_of(traced(lambda m: m * 2.0, M)) == ["multiply"]
    program = traced(lambda x, y: x + y, X[:, None], X)
    assert ops_of(program) == ["broadcast_to", "broadcast_to", "add"]
    np.testing.assert_array_equal(run(program, X[:, None], X)[0], X[:, None] + X)


def test_casts_are_terms():
    assert ops_of(traced(lambda x, y: x + y, X32, X)) == ["astype", "add"]
    assert ops_of(traced(lambda x, y: x + y, X, np.arange(3))) == ["astype", "add"]
    assert ops_of(traced(lambda x: cr.where(x, 1.0, 2.0), np.arange(3))) == ["where"]


def test_shapes_that_do_not_match():
    with pytest.raises(
        ValueError, match=r"add: operands of shapes \(3,\), \(2,\) do not broadcast"
    ):
        traced(lambda x: x + x[:2], X)
    with pytest.raises(ValueError, match="matmul: operands of shapes"):
        traced(lambda m: m @ m, M)


@given(
    st.lists(st.sampled_from([0, 1, 2, 3]), max_size=3),
    st.lists(st.sampled_from([0, 1, 2, 3]), max_size=3),
    st.booleans(),
)
def test_any_two_shapes_broadcast_as_in_numpy(a, b, free):
    x, y = np.ones(a), np.full(b, 2.0)
    try:
        wanted = x + y
    except ValueError:
        with pytest.raises(ValueError, match="do not broadcast"):
            traced(operator.add, x, y, free=free)
        return
    program = traced(operator.add, x, y, free=free)
    same_numbers(run(program, x, y), [wanted[()]])
    assert len(program) <= 3


@pytest.mark.parametrize("row", [row for row in TABLE.values() if isinstance(row, Op)],
                         ids=lambda row: row.name)  # fmt: skip
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_every_elementwise_row_agrees_with_its_kernel(row, dtype):
    random = np.random.default_rng(1)
    operands = [random.uniform(low, high, 5).astype(dtype) for low, high in row.domain]
    if row.name in ("polygamma", "round"):
        operands[row.operands.index("n" if row.name == "polygamma" else "decimals")] = 1
    arrays = [x for x in operands if isinstance(x, np.ndarray)]

    def f(*given):
        rest = iter(given)
        return row(*(next(rest) if isinstance(x, np.ndarray) else x for x in operands))

    (result,) = run(traced(f, *arrays), *arrays)
    wanted = row(*operands)
    assert result.dtype == wanted.dtype
    np.testing.assert_array_equal(result, wanted)


# --- the quick ways -------------------------------------------------------------------------------


@pytest.mark.parametrize("f", OPERATOR_FUNCTIONS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("x", [X, X32, 1.5, 2, M], ids=["x", "x32", "float", "int", "m"])
def test_the_quick_way_of_operators_makes_the_same_terms(f, x):
    row = TABLE[{**OPERATORS, **COMPARISONS}[f.__name__.strip("_")]]

    def general(a, b):
        return a.traced_by.apply(row, (a, b), {})

    for second in (lambda x: x, lambda x: 2.5, lambda x: 3):
        quick = traced(lambda x: f(x, second(x)), x)  # noqa: B023
        slow = traced(lambda x: general(x, second(x)), x)  # noqa: B023
        assert str(quick) == str(slow)
        assert [t.weak for t in quick.terms] == [t.weak for t in slow.terms]
    batch = np.stack([X, X + 1])
    with np.errstate(all="ignore"):
        wanted = f(batch, batch)
    np.testing.assert_array_equal(cr.vmap(lambda x: f(x, x))(batch), wanted)


# --- hidden inputs --------------------------------------------------------------------------------


def test_arrays_from_outside_are_inputs_by_identity():
    held = np.array([1.0, 2.0, 3.0])
    program = traced(lambda x: x * held + held, X)
    assert len(program.hidden) == 1
    assert program.hidden[0] is held
    held[:] = 10.0  # a change is seen
    np.testing.assert_array_equal(run(program, X)[0], X * 10 + 10)


def test_values_from_outside_are_inputs():
    v = Var(3.0)
    program = traced(lambda x: x * v + v, X)
    assert program.hidden == (v,)
    assert str(program).startswith("f(x1: float64[3], c1: number)")


def test_numbers_from_outside_are_part_of_the_program():
    program = traced(lambda x: x * np.float32(2.0) + np.float64(1.0), X32)
    assert not program.hidden
    np.testing.assert_array_equal(run(program, X32)[0], X32 * 2.0 + np.float64(1.0))


def test_lists_of_symbols_become_arrays():
    program = traced(lambda s, x: cr.sum(x * cr.array([s, 1.0, s * s])), 2.0, X)
    assert run(program, 2.0, X) == [pytest.approx(0.5 * 2 - 1.0 + 2.0 * 4)]


@pytest.mark.parametrize("x", ["text", None, object(), 1j, np.array(["a"]), np.array([1j])])
def test_what_is_no_number(x):
    with pytest.raises((OperandError, TypeError)):
        traced(lambda s: TABLE["add"](s, x), 1.0)


def test_an_operand_that_is_no_number_is_named():
    with pytest.raises(OperandError, match=r"multiply: an operand is 'text'.*not a real number"):
        traced(lambda s: TABLE["multiply"](s, "text"), 1.0)
    with pytest.raises(OperandError, match="add: an operand is an array of dtype complex128"):
        traced(lambda s: TABLE["add"](s, np.array([1j])), 1.0)


# --- what a Symbol refuses ------------------------------------------------------------------------


def test_if_names_the_line():
    def f(x):
        if x > 0:
            return x
        return -x

    with pytest.raises(ConcreteNumberError) as caught:
        traced(f, 1.0)
    assert "if x > 0:" in str(caught.value)
    assert "test_trace.py, line" in str(caught.value)
    assert "cr.where" in str(caught.value)


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (float, "float().*cr.sin for math.sin"),
        (int, "int().*cr.floor"),
        (operator.index, "a whole number of.*static_argnums"),
        (lambda x: [1, 2, 3][x], "a whole number of.*cr.take"),
        (lambda x: range(x), "a whole number of"),
        (lambda x: x.back(), "back().*cr.grad"),
        (lambda x: not x, "the truth of.*cr.where"),
        (lambda x: 1 if x else 2, "the truth of"),
    ],
)
def test_a_symbol_has_no_number(f, message):
    with pytest.raises(ConcreteNumberError, match=message):
        traced(f, 1.0)


def test_a_symbol_becomes_no_numpy_array():
    with pytest.raises(DroppedDerivativeError, match=r"cannot become a NumPy array.*cr\.array"):
        traced(lambda x: np.asarray(x), X)


def test_a_symbol_that_was_kept():
    kept = []

    def f(x):
        kept.append(x)
        return x * 2

    traced(f, X)
    (x,) = kept
    for use in (lambda: x + 1, lambda: x * x, lambda: -x, lambda: cr.sin(x), lambda: cr.sum(x),
                lambda: 1 + x, lambda: x + X):  # fmt: skip
        with pytest.raises(LeakedSymbolError, match="kept after the function that was traced"):
            use()


def test_a_symbol_of_another_trace():
    one, other = Trace(), Trace()
    with opened(one):
        x = one.input((), np.dtype(np.float64))
        with opened(other):
            y = other.input((), np.dtype(np.float64))
            for use in (lambda: y + x, lambda: y * x, lambda: x - y, lambda: TABLE["hypot"](y, x)):
                with pytest.raises(LeakedSymbolError, match="another function that was traced"):
                    use()


def test_a_batched_symbol_that_was_kept():
    kept = []
    cr.vmap(lambda x: kept.append(x) or x * 2)(X)
    with pytest.raises(LeakedSymbolError):
        kept[0] + 1


def test_a_row_without_a_batching_rule():
    row = Structural("no_batch", ("x",), "A test.", kernel=np.array, shape=lambda x: x,
                     vjp=lambda g, out, x: (g,), linear=True)  # fmt: skip
    try:
        with pytest.raises(UncoveredRuleError, match=r"no_batch.*no rule for vmap"):
            cr.vmap(lambda x: row(x))(X)
    finally:
        del TABLE["no_batch"]


def test_an_error_leaves_no_trace_open():
    with pytest.raises(ConcreteNumberError):
        traced(lambda x: 2 * x if x else x, 1.0)
    assert tracing.current() is None
    assert tracing.count == 0


def test_strangers_decide_about_a_symbol():
    class Stranger:
        def __radd__(self, other):
            return "radd"

        def __eq__(self, other):
            return "eq"

        __hash__ = None

    seen = []

    def f(x):
        seen.append(x + Stranger())
        seen.append(x == Stranger())
        return x

    traced(f, 1.0)
    assert seen == ["radd", "eq"]
    with pytest.raises(TypeError, match="unsupported operand"):
        traced(lambda x: x + "text", 1.0)


def test_symbols_print_their_type():
    seen = []
    traced(lambda s, x: seen.extend([repr(s), repr(x), repr(x > 0)]) or s, 1.5, X, free=True)
    assert seen == ["Symbol(float64)", "Symbol(float64[n])", "Symbol(bool[n])"]


def test_regions_are_kept():
    def f(x):
        x.traced_by.region = 3
        return x * x

    assert [term.region for term in traced(f, X).terms] == [3]


def test_the_trace_of_a_matrix_has_its_name():
    x = np.arange(9.0).reshape(3, 3)
    assert cr.jit(lambda x: x.trace())(x) == 12.0
    assert cr.vmap(lambda x: x.trace())(x[None]).tolist() == [12.0]
