"""Large arrays: block by block the same as at once, bit for bit where the formula is the same."""

from __future__ import annotations

import math

import numpy as np
import pytest

import chainrule as cr
from chainrule import Var
from chainrule.ops import TABLE, Cotangent, blocks, elementwise_rows, pull
from chainrule.ops.blocks import BLOCK, blockwise, inputs_read, is_given
from chainrule.ops.rules import push
from chainrule.ops.selection import Choice, where_kernel

equal = np.testing.assert_array_equal
LARGE = 2 * BLOCK + 7
ROWS = [op for op in elementwise_rows() if not op.predicate and op.name != "polygamma"]


def ids(ops):
    return [op.name for op in ops]


def operands_of(op, size, dtype):
    generator = np.random.default_rng(3)
    domain = op.domain * (op.arity if len(op.domain) == 1 else 1)
    operands = [generator.uniform(low, high, size).astype(dtype) for low, high in domain]
    if op.name == "where":
        operands[0] = operands[0] > 0.5
    elif op.selects and op.arity > 1:  # ties, and NaN
        operands[0][::5] = operands[1][::5]
        operands[0][::7] = math.nan
        operands[1][::11] = math.nan
    return operands


def moving(op):
    return [partial is not None for partial in op.partials]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("op", ROWS, ids=ids(ROWS))
def test_a_large_array_is_pulled_like_its_pieces(op, dtype):
    operands = operands_of(op, LARGE, dtype)
    g = np.random.default_rng(4).uniform(-1, 1, LARGE).astype(dtype)
    with np.errstate(all="ignore"):
        out = op(*operands)
        whole = pull(op, Cotangent(g), out, operands, {}, moving(op))
        for start in range(0, LARGE, 1000):
            part = slice(start, start + 1000)
            pieces = [x[part] for x in operands]
            expected = pull(op, Cotangent(g[part]), out[part], pieces, {}, moving(op))
            for x, y in zip(whole, expected, strict=True):
                assert (x is None) == (y is None)
                if x is not None and y is not None:
                    # g * (1/y) may have become g / y.
                    np.testing.assert_allclose(x.numbers[part], y.numbers, rtol=4e-7)
                    assert x.numbers.dtype == y.numbers.dtype
                    assert (x.mask is None) == (y.mask is None)
                    if x.mask is not None:
                        equal(x.mask[part], y.mask)


@pytest.mark.parametrize("op", ROWS, ids=ids(ROWS))
def test_a_large_array_is_pushed_like_its_pieces(op):
    operands = operands_of(op, LARGE, np.float64)
    tangents = [np.linspace(-1, 1, LARGE) if is_moving else None for is_moving in moving(op)]
    part = slice(LARGE - 100, LARGE)
    with np.errstate(all="ignore"):
        out = op(*operands)
        whole = push(op, tangents, out, operands, {})
        pieces = [t if t is None else t[part] for t in tangents]
        expected = push(op, pieces, out[part], [x[part] for x in operands], {})
    assert (whole is None) == (expected is None)
    if expected is not None:
        np.testing.assert_allclose(whole[part], expected, rtol=1e-14)


SHAPES = {
    "columns": ((400, 300), (300,)),
    "a row each": ((400, 300), (400, 1)),
    "wide": ((2, 60_000), (60_000,)),
    "transposed": ((300, 400), (300, 400)),
}


@pytest.mark.parametrize("case", SHAPES)
def test_blocks_of_operands_that_are_repeated_or_strided(case):
    generator = np.random.default_rng(5)
    x, y = (generator.uniform(0.5, 1.5, shape) for shape in SHAPES[case])
    if case == "transposed":
        x = x.T.copy().T
    g = generator.uniform(0.5, 1.5, np.broadcast_shapes(x.shape, y.shape))
    _, pullback = cr.vjp(lambda x, y: x**y, x, y)
    dx, dy = pullback(g)
    np.testing.assert_allclose(dx, g * y * x ** (y - 1))
    share = g * x**y * np.log(x)
    axes = {"columns": 0, "a row each": 1, "wide": 0, "transposed": ()}[case]
    np.testing.assert_allclose(dy, share.sum(axes).reshape(y.shape))


def test_blocks_of_one_repeated_cotangent():
    x = np.linspace(-3, 3, LARGE)
    np.testing.assert_allclose(
        cr.grad(lambda x: cr.sum(cr.tanh(x)))(x), 1 / np.cosh(x) ** 2, rtol=1e-13
    )


def test_what_is_not_selected_is_not_multiplied_in_a_large_array():
    x = np.linspace(-1, 1, LARGE)
    gradient = cr.grad(lambda x: cr.sum(cr.where(x > 0, cr.sqrt(x), 0.0)))(x)
    equal(gradient[x <= 0], 0.0)
    np.testing.assert_allclose(gradient[x > 0], 0.5 / np.sqrt(x[x > 0]))
    _, pullback = cr.vjp(cr.maximum, x, np.zeros(LARGE))
    dx, dy = pullback(np.full(LARGE, math.inf))
    equal(dx, np.where(x >= 0, math.inf, 0))
    equal(dy, np.where(x <= 0, math.inf, 0))


def test_a_power_with_a_plain_exponent_is_as_with_an_array_of_it():
    x = np.linspace(-2, 2, LARGE)
    for exponent in (0.0, 1.0, 2.0, 3.0, -1.0):
        _, pullback = cr.vjp(lambda x, y=exponent: x**y, x)
        _, other = cr.vjp(lambda x, y=exponent: x ** np.full(LARGE, y), x)
        found, expected = pullback(np.ones(LARGE))[0], other(np.ones(LARGE))[0]
        np.testing.assert_allclose(found, expected, rtol=1e-15)


def test_gradients_of_a_large_sweep_are_arrays_of_their_own():
    x, y = Var(np.ones(LARGE)), Var(np.ones(LARGE))
    g = np.ones(LARGE)
    z = x + y
    z.back(g)
    arrays = [x.grad, y.grad, z.grad, g]
    for i, array in enumerate(arrays):
        assert array.flags.writeable
        assert not any(np.shares_memory(array, other) for other in arrays[:i])


def test_a_formula_is_called_once_and_its_numbers_are_part_of_the_plan():
    calls = []

    def formula(x, y):
        calls.append(y)
        return x * y + y

    x = np.linspace(0, 1, 5 * BLOCK)
    blocks._plan.cache_clear()
    for y in (2.0, 2.0, 3.0):
        equal(blockwise(formula, x, y), x * y + y)
    assert calls == [2.0, 3.0]


def test_a_formula_that_repeats_itself_computes_once():
    def twice(x):
        return cr.exp(x) * cr.exp(x)

    plan = blocks.Plan(twice, (...,))
    assert [kernel for _, kernel, *_ in plan.steps] == [np.exp, np.multiply]


def test_a_product_with_an_inverse_is_a_quotient():
    for partial in (lambda y: 1 / y, lambda y: TABLE["reciprocal"](y)):
        plan = blocks.Plan(lambda x, y, partial=partial: x * partial(y), (..., ...))
        assert [kernel for _, kernel, *_ in plan.steps] == [np.divide]


def test_what_a_formula_reads():
    def formula(out, x, y):
        return cr.where(x > 0, 1.0, 0.0) + 0 * out

    assert inputs_read(formula, 3) == {0, 1}
    assert not is_given(formula, 3)
    assert is_given(lambda out, x: out, 2)
    assert is_given(lambda out, x: -1.0, 2)


# --- where, and choices ---------------------------------------------------------------------------

SPECIAL = [0.0, -0.0, 1.0, -2.5, math.inf, -math.inf, math.nan, 5e-324]


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("zero", [0, 0.0, -0.0])
def test_where_with_zero_is_numpys(dtype, zero):
    x = np.resize(np.array(SPECIAL, dtype), 5003)
    mask = np.random.default_rng(6).random(x.size) < 0.5
    for arguments in ((mask, x, zero), (mask, zero, x), (mask[::2], x[::2], zero)):
        expected, found = np.where(*arguments), where_kernel(*arguments)
        equal(found, expected)
        equal(np.signbit(found), np.signbit(expected))
        assert found.dtype == expected.dtype
        out = np.empty_like(expected)
        assert where_kernel(*arguments, out) is out
        equal(out, expected)


SELECTING = [op for op in ROWS if op.selects]


@pytest.mark.parametrize("op", SELECTING, ids=ids(SELECTING))
def test_a_choice_has_weight_one_where_it_is_chosen_and_not_uneven(op):
    grids = np.meshgrid(*[np.array(SPECIAL)] * op.arity)
    operands = [grid.ravel() for grid in grids]
    if op.name == "where":
        operands[0] = operands[0] > 0
    with np.errstate(all="ignore"):
        out = op(*operands)
        choices = [partial for partial in op.partials if isinstance(partial, Choice)]
        assert choices
        for choice in choices:
            weight, chosen = choice(out, *operands), choice.chosen(out, *operands)
            equal(weight != 0, chosen)
            if choice.uneven is not None:
                chosen = chosen & ~choice.uneven(out, *operands)
            equal(weight[chosen], 1)


def test_every_selecting_row_has_choices_and_no_other_has():
    for op in ROWS:
        assert op.selects == any(isinstance(partial, Choice) for partial in op.partials)
