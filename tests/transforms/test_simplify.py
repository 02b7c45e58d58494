"""Every rewrite fires, and changes no number."""

from __future__ import annotations

import math

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings
from programs import ops_of, run, same_numbers, traced

import chainrule as cr
from chainrule.ops import TABLE
from chainrule.ops.shape import astype_row, broadcast_row, concatenate_row
from chainrule.program import Program
from chainrule.transforms.simplify import simplify

X = np.array([0.3, -1.5, 2.0, 0.7])
Y = np.array([1.2, 0.4, -0.6, 3.0])
M = np.arange(6.0).reshape(2, 3) - 2.3
#: NaN, infinities, zeros and what overflows: they have to keep their meaning.
SPECIAL = np.array([0.0, math.inf, -math.inf, math.nan, 1e200, -1e-200, 1.0, -2.0])
row = TABLE.__getitem__


def both(f, *arguments, rtol=0.0, free=False, final=False):
    """The rows of f before and after; results are compared."""
    before = traced(f, *arguments, free=free)
    after = simplify(before, final=final)
    same_numbers(run(after, *arguments), run(before, *arguments), rtol)
    again = simplify(after, final=final)
    assert len(again) <= len(after)
    return ops_of(before), ops_of(after)


#: Function, arguments, and the rows that are left.
ELEMENTWISE = {
    "x + 0": (lambda x: x + 0, ["", X]),
    "0.0 + x": (lambda x: 0.0 + x, ["", X]),
    "x - 0": (lambda x: x - 0.0, ["", SPECIAL]),
    "x * 1": (lambda x: x * 1, ["", SPECIAL]),
    "1 * x": (lambda x: 1.0 * x, ["", SPECIAL]),
    "x * -1": (lambda x: x * -1, ["negative", SPECIAL]),
    "x / 1": (lambda x: x / 1, ["", SPECIAL]),
    "x / -1": (lambda x: x / -1, ["negative", SPECIAL]),
    "1 / x": (lambda x: 1 / x, ["reciprocal", SPECIAL]),
    "x ** 0": (lambda x: x**0, ["literal broadcast_to", SPECIAL]),
    "x ** 1": (lambda x: x**1.0, ["", SPECIAL]),
    "x ** 2": (lambda x: x**2, ["square", SPECIAL]),
    "x ** 3": (lambda x: x**3, ["square multiply", SPECIAL]),
    "x ** 4": (lambda x: x**4, ["square square", SPECIAL]),
    "x ** -1": (lambda x: x**-1, ["reciprocal", SPECIAL]),
    "x ** -2": (lambda x: x**-2, ["square reciprocal", SPECIAL]),
    "x ** 0.5": (lambda x: x**0.5, ["sqrt", np.abs(SPECIAL)]),
    "x ** -0.5": (lambda x: x**-0.5, ["sqrt reciprocal", np.abs(SPECIAL)]),
    "--x": (lambda x: -row("negative")(x), ["", SPECIAL]),
    "-(x * 2)": (lambda x: -(x * 2), ["multiply", SPECIAL]),
    "-(2 * x)": (lambda x: -(2 * x), ["multiply", SPECIAL]),
    "-x * 3": (lambda x: -x * 3, ["multiply", SPECIAL]),
    "3 / -x": (lambda x: 3 / -x, ["divide", SPECIAL]),
    "-x * -x": (lambda x: -x * -(x + 1), ["add multiply", SPECIAL]),
    "x * x": (lambda x: x * x, ["square", SPECIAL]),
    "x + -x": (lambda x: x + -(x * x), ["square subtract", SPECIAL]),
    "-x + y": (lambda x: -x + x * x, ["square subtract", SPECIAL]),
    "x - -y": (lambda x: x - -(x * x), ["square add", SPECIAL]),
    "abs(-x)": (lambda x: abs(-x), ["abs", SPECIAL]),
    "abs(abs(x))": (lambda x: abs(abs(x)), ["abs", SPECIAL]),
    "square(-x)": (lambda x: cr.square(-x), ["square", SPECIAL]),
    "1 / -x": (lambda x: row("reciprocal")(-x), ["reciprocal negative", SPECIAL]),
    "+x": (lambda x: +x, ["", SPECIAL]),
    "constants": (lambda x: x + cr.sin(_literal(x, 0.5)) * 2.0, ["add", X]),
    "common": (lambda x: cr.sin(x) + cr.sin(x) * cr.sin(x), ["sin square add", X]),
    "commutes": (lambda x: (x + cr.exp(x)) * (cr.exp(x) + x), ["exp add square", X]),
    "dead": (lambda x: [cr.exp(x), x][1], ["", X]),
    # A product of 0 or a difference of equals is not 0 where x is infinite or NaN.
    "x * 0": (lambda x: x * 0, ["multiply", SPECIAL]),
    "x - x": (lambda x: x - x, ["subtract", SPECIAL]),
    "x / x": (lambda x: x / x, ["divide", SPECIAL]),
}


def _literal(x, number):
    return x.traced_by.filled(number, x)


@pytest.mark.parametrize("name", ELEMENTWISE)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_elementwise_rewrites(name, dtype):
    f, (left, x) = ELEMENTWISE[name]
    eps = float(np.finfo(dtype).eps)
    is_power = "**" in name
    with np.errstate(over="ignore"):
        x = x.astype(dtype)
    _, after = both(f, x, rtol=4 * eps if is_power else 0.0)
    assert after == left.split()


def test_a_square_root_of_minus_infinity_is_nan():
    (program,) = [simplify(traced(lambda x: x**0.5, X))]
    assert math.isnan(run(program, np.array([-math.inf]))[0][0])


def test_quotients_share_a_reciprocal():
    _, after = both(lambda x, y: [x / y, 1 / y, 3 / y], X, Y, rtol=4e-16)
    assert sorted(after) == ["multiply", "multiply", "reciprocal"]
    _, after = both(lambda x, y: [x / y, 3 / y], X, Y)
    assert after == ["divide", "divide"]  # without one nothing is gained in accuracy's stead


def test_a_reciprocal_of_an_argument_is_shared_too():
    _, after = both(lambda x, y: x / y + cr.sin(1 / y), X, Y, rtol=4e-16)
    assert "divide" not in after


def test_the_partial_of_a_constant_power_is_one_power():
    f = cr.grad(lambda x: cr.sum(x**2.5))
    _, after = both(f, np.abs(X))
    assert "where" not in after
    assert "equal" not in after
    assert after.count("power") == 1
    g = cr.grad(lambda x: cr.sum(x**2))
    _, after = both(g, X)
    assert after == ["multiply"]


SELECTION = {
    "t & False": (lambda t, x: cr.where(t & False, x, -x), "negative"),
    "t & True": (lambda t, x: cr.where(t & True, x, -x), "greater negative where"),
    "t | True": (lambda t, x: cr.where(t | True, x, -x), ""),
    "t | False": (lambda t, x: cr.where(t | False, x, -x), "greater negative where"),
    "t & t": (lambda t, x: cr.where(t & t, x, -x), "greater negative where"),
    "not not t": (lambda t, x: cr.where(~~t, x, -x), "greater negative where"),
    "not t": (lambda t, x: cr.where(~t, x, -x), "greater negative where"),
    "not x == y": (lambda t, x: cr.where(~(x == 2.0), x, -x), "not_equal negative where"),
    "not x < y": (lambda t, x: ~(x < 2.0), "less logical_not"),
    "same branches": (lambda t, x: cr.where(t, x * x, x * x), "square"),
    "same numbers": (lambda t, x: cr.where(t, 2.0, 2.0), "literal broadcast_to"),
    "nested": (lambda t, x: cr.where(t, cr.where(t, x, 0.0), -x), "greater negative where"),
    "nested below": (lambda t, x: cr.where(t, x, cr.where(t, 0.0, -x)), "greater negative where"),
    "through a product": (
        lambda t, x: cr.where(t, cr.where(t, x, 0.0) * 3.0, 0.0),
        "greater multiply where",
    ),
    "mask of weights": (lambda t, x: cr.where(t, 1.0, 0.0) != 0.0, "greater"),
    "no mask of weights": (lambda t, x: cr.where(t, 1.0, 0.0) == 0.0, "greater logical_not"),
    "moved mask": (
        lambda t, x: cr.reshape(cr.where(t, 1.0, 0.0), (2, -1))[0] != 0.0,
        "greater reshape index",
    ),
}


@pytest.mark.parametrize("name", SELECTION)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_selections(name, dtype):
    f, left = SELECTION[name]
    with np.errstate(over="ignore"):
        x = SPECIAL.astype(dtype)
    _, after = both(lambda x: f(x > 0.5, x), x)
    assert after == left.split()


STRUCTURE = {
    "reshape of reshape": (lambda m: cr.reshape(cr.reshape(m, (6,)), (3, 2)), "reshape"),
    "reshape back": (lambda m: cr.reshape(cr.reshape(m, (6,)), (2, 3)), ""),
    "transpose back": (lambda m: m.T.T, ""),
    "transposes": (
        lambda m: cr.transpose(cr.transpose(cr.reshape(m, (1, 2, 3)), (1, 2, 0)), (1, 2, 0)),
        "reshape transpose",
    ),
    "broadcast of broadcast": (
        lambda m: cr.broadcast_to(cr.broadcast_to(m, (1, 2, 3)), (4, 2, 3)),
        "broadcast_to",
    ),
    "broadcast to itself": (lambda m: broadcast_row(m, shape=(2, 3)), ""),
    "cast to itself": (lambda m: astype_row(m, dtype=np.dtype(np.float64)), ""),
    "cast there and back": (
        lambda m: astype_row(astype_row(m > 0, dtype=np.dtype(np.int64)), dtype=np.dtype(bool)),
        "greater",
    ),
    "casts": (
        lambda m: astype_row(
            astype_row(m > 0, dtype=np.dtype(np.int64)), dtype=np.dtype(np.float64)
        ),
        "greater astype",
    ),
    "cast that loses": (
        lambda m: astype_row(astype_row(m, dtype=np.dtype(np.int64)), dtype=np.dtype(np.float64)),
        "astype astype",
    ),
    "cast of weights": (
        lambda m: astype_row(cr.where(m > 0, 1.0, cr.where(m < 0, 0.5, 0.0)), dtype=np.dtype("f")),
        "greater less literal broadcast_to where where",
    ),
    "index of the only column": (lambda m: m[:, :1][:, 0] * 2.0, "index multiply"),
    "index that is a reshape": (lambda m: cr.sum(m, axis=1, keepdims=True)[:, 0], "sum"),
    "scatter to the only column": (
        lambda m: TABLE["scatter"](cr.sum(m, axis=1), shape=(2, 1), key=((0, 2, 1), 0)),
        "sum reshape",
    ),
    "scatters last": (
        lambda m: (
            (TABLE["scatter_add"](m[0], np.array([0, 0, 5]), shape=(6,)) + m.reshape(6)) + 1.0
        ),
        "index scatter_add reshape add add",
    ),
    "index of all": (lambda m: TABLE["index"](m, key=((0, 2, 1), (0, 3, 1))), ""),
    "index of index": (lambda m: m[1:, :][0, ::2], "index"),
    "index of a scatter": (
        lambda m: TABLE["index"](
            TABLE["scatter"](m, shape=(4, 3), key=((1, 3, 1), (0, 3, 1))),
            key=((1, 3, 1), (0, 3, 1)),
        ),
        "",
    ),
    "scatter of all": (lambda m: TABLE["scatter"](m, shape=(2, 3), key=((0, 2, 1), (0, 3, 1))), ""),
    "concatenate one": (lambda m: concatenate_row(m, axis=0), ""),
    "concatenate pieces": (lambda m: cr.concatenate([m[:, :1], m[:, 1:]], axis=1), ""),
    "pieces out of order": (
        lambda m: cr.concatenate([m[:, 1:], m[:, :1]], axis=1),
        "index index concatenate",
    ),
    "sum over one": (lambda m: cr.sum(cr.reshape(m, (2, 1, 3)), axis=1), ""),
    "max over one": (lambda m: cr.max(cr.reshape(m, (2, 1, 3)), axis=1), ""),
    "literal's broadcast": (
        lambda m: m * broadcast_row(m.traced_by.filled(2.0, cr.sum(m)), shape=(2, 3)),
        "multiply",
    ),
    "lifted": (
        lambda m: cr.exp(cr.broadcast_to(m[0], (4, 3)) * 2.0),
        "index multiply exp broadcast_to",
    ),
    "lifted two": (
        lambda m: cr.broadcast_to(m[0], (4, 3)) + cr.broadcast_to(m[1], (4, 3)),
        "index index add broadcast_to",
    ),
}


@pytest.mark.parametrize("name", STRUCTURE)
def test_structure(name):
    f, left = STRUCTURE[name]
    _, after = both(f, M)
    assert after == left.split()


@pytest.mark.parametrize(
    ("f", "left"),
    [
        (lambda m, s: cr.sum(m * 2.0), "sum multiply"),
        (lambda m, s: cr.sum(2.0 * m, axis=0), "sum multiply"),
        (lambda m, s: cr.sum(-m, axis=1), "sum negative"),
        (lambda m, s: cr.sum(m * s), "sum multiply"),
        (lambda m, s: cr.sum(m / s, axis=0), "sum broadcast_to divide"),
        (lambda m, s: cr.sum(s / m), "broadcast_to divide sum"),
        (lambda m, s: cr.sum(m * m[0], axis=0), "sum index multiply"),
        (lambda m, s: cr.sum(m * m[0], axis=1), "index broadcast_to multiply sum"),
        (lambda m, s: cr.sum(cr.sin(m) * (-2.0 * m)), "sin multiply sum multiply"),
        (lambda m, s: cr.sum((s * m) * cr.sin(m)), "sin multiply sum multiply"),
        (lambda m, s: cr.sum(cr.sin(m) / (m * s)), "sin broadcast_to multiply divide sum"),
        (lambda m, s: cr.sum(m * (3.0 * (s * cr.sin(m)))), "sin multiply sum multiply multiply"),
        (lambda m, s: cr.sum((-m / s) * cr.sin(m)), "sin multiply sum divide negative"),
    ],
)
def test_what_is_the_same_along_the_axes_is_taken_out_of_a_sum(f, left):
    _, after = both(f, M, 0.7, rtol=1e-14, free=True)
    assert sorted(after) == sorted(left.split())


def test_what_may_overflow_without_a_factor_keeps_it():
    huge = np.full(3, 1e30, np.float32)
    s = huge[0]
    both(lambda x, s: cr.sum((x / s) * (x / (s * 2))), huge, s, rtol=1e-6)
    assert np.isfinite(cr.jit(lambda x, s: cr.sum((x / s) * (x / (s * 2))))(huge, s))


def test_stop_gradient_stays_until_the_last():
    f = lambda x: x * cr.stop_gradient(cr.stop_gradient(x))
    assert both(f, X)[1] == ["stop_gradient", "multiply"]
    assert both(f, X, final=True)[1] == ["square"]


def test_what_is_recomputed_is_not_merged_with_what_it_recomputes():
    def f(x):
        first = cr.sin(x) * 2.0
        x.traced_by.region = 1
        second = cr.sin(x) * 2.0 + cr.sin(x)
        x.traced_by.region = 0
        return first * second

    _, after = both(f, X)
    assert after.count("sin") == 2


def test_a_result_keeps_its_type():
    program = simplify(traced(lambda x: [x * 0 + 1.0 if False else x**0, x, 2.5], 3.0))
    results = run(program, 3.0)
    assert results == [1.0, 3.0, 2.5]
    assert [type(x) for x in results] == [float, float, float]
    (x32,) = run(simplify(traced(lambda x: x**0, np.float32(2.0) * np.ones(2, np.float32))),
                 np.ones(2, np.float32))  # fmt: skip
    assert x32.dtype == np.float32


def test_two_constants_of_a_choice_keep_float32():
    f = lambda x: cr.where(x > 0, _literal(x, 1.0), _literal(x, 0.0)) + x
    both(f, X.astype(np.float32))
    both(lambda x: cr.where(x > 0, _literal(x, 1.0), _literal(x, 0.0)), X.astype(np.float32))


def test_minus_zero_and_nan_are_constants_of_their_own():
    f = lambda x: [1 / (x * 0.0 + _literal(x, -0.0)), x + _literal(x, math.nan), 1 / (x * -0.0)]
    both(f, np.array([1.0, 2.0]))


# --- sums of scatters -----------------------------------------------------------------------------


def rosenbrock(p, n):
    return sum(100.0 * (p[i + 1] - p[i] ** 2) ** 2 + (1 - p[i]) ** 2 for i in range(n - 1))


@pytest.mark.parametrize("n", [2, 3, 20])
def test_elements_picked_one_by_one_are_concatenated(n):
    p = np.linspace(0.5, 1.5, n)
    _, after = both(cr.grad(lambda p: rosenbrock(p, n)), p, rtol=1e-13)
    assert "scatter" not in after
    assert after.count("concatenate") == 1


def test_rows_and_slices_are_concatenated():
    f = lambda m: cr.sum(cr.sin(m[0])) + cr.sum(cr.exp(m[1:]))
    _, after = both(cr.grad(f), M)
    assert "scatter" not in after
    f = lambda m: cr.sum(cr.sin(m[:, 0])) + cr.sum(cr.exp(m[:, 1:]))
    _, after = both(cr.grad(f), M, free=True)
    assert "scatter" not in after


def test_all_elements_of_a_matrix_are_concatenated():
    f = lambda m: m[0, 0] * m[1, 1] - m[0, 1] * m[1, 0]
    _, after = both(cr.grad(f), M[:, :2])
    assert "scatter" not in after


def test_pieces_that_overlap_stay_a_sum():
    f = lambda p: cr.sum(cr.sin(p[1:])) + cr.sum(cr.exp(p[:-1]))
    _, after = both(cr.grad(f), X)
    assert after.count("scatter") == 2


def test_a_row_and_a_slice_of_one_row_add_up():
    """Pieces of one place, of which one has an axis more."""
    row, slice_, rest = (
        lambda m: cr.sum(cr.sin(m[0])),
        lambda m: cr.sum(cr.exp(m[:1])),
        lambda m: cr.sum(m[1:] ** 2),
    )
    for one, other in (row, slice_), (slice_, row):
        f = lambda m, one=one, other=other: one(m) + other(m) + rest(m)
        _, after = both(cr.grad(f), M)
        assert "scatter" not in after


def test_a_gap_is_filled_with_zeros():
    f = lambda p: cr.sin(p[0]) * p[2]
    _, after = both(cr.grad(f), X)
    assert "scatter" not in after
    assert after.count("concatenate") == 1


def test_the_same_element_twice_is_one_piece():
    f = lambda p: cr.sin(p[0]) * p[1] + cr.exp(p[0])
    _, after = both(cr.grad(f), X[:2])
    assert after.count("concatenate") == 1


def test_a_free_length_stays_free():
    f = cr.grad(lambda p: cr.sum(cr.sin(p[0])) + cr.sum(cr.exp(p[1:])))
    program = simplify(traced(f, X, free=True))
    assert "scatter" not in ops_of(program)
    for n in (2, 5):
        p = np.linspace(0.1, 1.0, n)
        (gradient,) = run(program, p, extents=[n])
        np.testing.assert_allclose(gradient, [math.cos(p[0]), *np.exp(p[1:])], rtol=1e-15)


# --- at large -------------------------------------------------------------------------------------


def test_a_program_is_left_alone():
    program = traced(lambda x: x * 1 + cr.sin(x) + cr.sin(x), X)
    text = str(program)
    simplify(program)
    assert str(program) == text


def test_it_lets_the_trace_go():
    program = simplify(traced(lambda x: cr.sin(x) + 1.0, X))
    assert all(term.traced_by is None for term in (*program.inputs, *program.terms))
    assert [term.serial for term in (*program.inputs, *program.terms)] == [0, 1, 2]


def test_hidden_inputs_names_and_guards_stay():
    held = np.array([1.0, 2.0, 3.0, 4.0])
    program = traced(lambda x: x * held if x.shape[0] > 2 else x, X, free=True)
    after = simplify(program)
    assert after.hidden == program.hidden
    assert after.guards == program.guards
    assert [str(guard) for guard in after.guards] == ["n > 2", "n == 4"]


UNARY = ["sin", "exp", "negative", "square", "abs", "tanh", "relu", "sqrt", "reciprocal"]
BINARY = ["add", "subtract", "multiply", "divide", "maximum", "power", "hypot"]
NUMBERS = st.sampled_from([0.0, 1.0, -1.0, 2.0, 0.5, 3.0, -2.0, 1, 0, 2])


@st.composite
def programs(draw):
    """A function of a vector and a scalar, as a list of steps on a growing list of results."""
    steps = []
    for count in range(2, draw(st.integers(3, 14))):
        kind = draw(st.sampled_from(["unary", "binary", "number", "where", "sum", "index"]))
        a, b, c = (draw(st.integers(0, count - 1)) for _ in range(3))
        if kind == "unary":
            steps.append((draw(st.sampled_from(UNARY)), a))
        elif kind == "binary":
            steps.append((draw(st.sampled_from(BINARY)), a, b))
        elif kind == "number":
            name, number = draw(st.sampled_from(BINARY)), draw(NUMBERS)
            steps.append(("number", name, a, number, draw(st.booleans())))
        elif kind == "where":
            steps.append(("where", a, b, c))
        elif kind == "sum":
            steps.append(("sum", a))
        else:
            steps.append(("index", a, draw(st.integers(0, 2))))
    return steps


def interpreted(steps):
    def f(x, s):
        found = [x, s]
        for name, *rest in steps:
            if name == "number":
                op, place, number, is_left = rest
                a, b = (number, found[place]) if is_left else (found[place], number)
                found.append(row(op)(a, b))
            elif name == "where":
                a, b, c = (found[place] for place in rest)
                found.append(cr.where(a > b, b, c))
            elif name == "sum":
                found.append(cr.sum(found[rest[0]]))
            elif name == "index":
                v = found[rest[0]]
                found.append(v[rest[1]] if v.shape else v)
            else:
                found.append(row(name)(*(found[place] for place in rest)))
        return cr.sum(found[-1]) + cr.sum(found[-2])

    return f


@settings(max_examples=150)
@given(programs(), st.sampled_from([np.float64, np.float32]))
def test_random_programs_agree(steps, dtype):
    f = cr.value_and_grad(interpreted(steps), argnums=(0, 1))

    def flat(x, s):
        value, gradient = f(x, s)
        return [value, *gradient]

    x = np.array([0.7, -1.3, 2.1], dtype)
    before = traced(flat, x, 1.5)
    after = simplify(before)
    assert isinstance(after, Program)
    old, new = (run(program, x, 1.5) for program in (before, after))
    eps = float(np.finfo(dtype).eps)
    for a, b in zip(old, new, strict=True):
        assert np.asarray(a).dtype == np.asarray(b).dtype
        # What overflows or cancels may do so earlier where a factor was taken out of a sum.
        ok = np.isfinite(a) & (np.abs(a) < 1e6) & (np.abs(a) > 1e-6)
        np.testing.assert_allclose(
            np.asarray(b)[ok], np.asarray(a)[ok], rtol=1e4 * eps, atol=1e2 * eps
        )


def test_a_factor_of_cholesky_is_not_factored_again():
    a = np.random.default_rng(1).normal(size=(4, 4))
    a, b = a @ a.T + np.eye(4), np.arange(4.0)

    def solved(a, b):
        factor = cr.linalg.cholesky(a)
        return cr.linalg.solve(factor.T, cr.linalg.solve(factor, b))

    program = simplify(traced(solved, a, b))
    assert ops_of(program).count("solve_triangular") == 2
    assert "solve" not in ops_of(program)
    np.testing.assert_allclose(run(program, a, b)[0], np.linalg.solve(a, b), rtol=1e-12)
