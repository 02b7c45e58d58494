"""What happens when a row is called, in both builds."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import chainrule as cr
from chainrule.ops import TABLE
from chainrule.ops.calling import Calls, PlainCalls, quietly

ONE = pytest.mark.parametrize("call", [Calls.__call__, PlainCalls.__call__])


class Ranked:
    """An operand that says what it was asked."""

    def __init__(self, rank):
        self._dispatch_rank = rank

    def _apply_op(self, op, operands, parameters):
        return self, op, operands, parameters


@ONE
def test_the_operand_of_highest_rank_decides(call):
    low, high, row = Ranked(5), Ranked(6), TABLE["add"]
    assert call(row, low, high) == (high, row, (low, high), {})
    assert call(row, high, low) == (high, row, (high, low), {})
    assert call(row, np.ones(2), low)[0] is low


@ONE
def test_an_extent_among_the_parameters_decides_where_no_operand_does(call):
    extent, row = Ranked(3), TABLE["reshape"]
    x = np.ones(4)
    assert call(row, x, shape=(2, extent)) == (extent, row, (x,), {"shape": (2, extent)})
    assert call(row, x, shape=(2, (1, extent)))[0] is extent
    assert call(row, x, shape=(2, 2)).shape == (2, 2)


@ONE
def test_plain_numbers_go_to_numpy_in_silence(call):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert call(TABLE["divide"], 1.0, 0.0) == np.inf
        assert call(TABLE["divide"], 1, 0) == np.inf
        assert np.isnan(call(TABLE["log"], np.array([-1.0]))[0])
        assert call(TABLE["sum"], np.array([1e308, 1e308]), axes=(0,)) == np.inf
        assert call(TABLE["solve"], np.eye(1) * 1e-320, np.ones((1, 1)))[0, 0] == np.inf


@ONE
def test_results_without_axes_are_numbers_and_numbers_stay_weak(call):
    assert type(call(TABLE["sum"], np.ones(3), axes=(0,))) is np.float64
    assert type(call(TABLE["reshape"], np.ones((1, 1)), shape=())) is np.float64
    assert type(call(TABLE["reshape"], np.float32(2.0), shape=())) is np.float32
    assert call(TABLE["multiply"], np.ones(2, np.float32), 2.0).dtype == np.float32
    assert call(TABLE["multiply"], np.ones(2, np.float32), np.float64(2.0)).dtype == np.float64


def test_errors_pass_through_and_leave_nothing_behind():
    def broken():
        raise KeyError("no")

    with pytest.raises(KeyError):
        quietly(broken)
    with np.errstate(all="raise"), pytest.raises(FloatingPointError):
        np.log(np.zeros(1))
    assert quietly(np.log, np.zeros(1))[0] == -np.inf
    assert quietly(lambda: quietly(np.log, 0.0)) == -np.inf


def test_a_closure_in_a_sweep_may_ask_numpy_to_raise():
    seen = []

    def grad_fn(grad):
        with np.errstate(all="raise"):
            seen.append(cr.log(np.zeros(2)))  # rows are silent
            with pytest.raises(FloatingPointError):
                np.log(np.zeros(2))
        x.back(grad)

    x = cr.Var(np.ones((2, 2)))
    y = cr.Value(x.val, True, grad_fn)
    cr.sum(y.T @ y).back()
    np.testing.assert_array_equal(seen[0], [-np.inf, -np.inf])
    np.testing.assert_allclose(x.grad, 4.0 * np.ones((2, 2)))
