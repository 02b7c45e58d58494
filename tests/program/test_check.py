"""The verifier finds what is wrong; and every test of Programs runs it (see conftest.py)."""

from __future__ import annotations

import numpy as np
import pytest
from programs import traced

import chainrule as cr
from chainrule.errors import ProgramError
from chainrule.ops import TABLE
from chainrule.program import Extents, Program, Term
from chainrule.program.check import check
from chainrule.program.symbol import NO_PARAMETERS
from chainrule.program.trace import input_row

FLOAT64, FLOAT32, INT64, BOOL = map(np.dtype, (np.float64, np.float32, np.int64, bool))
row = TABLE.__getitem__


def term(op, *operands, serial=9, shape=(3,), dtype=FLOAT64, weak=False, **parameters):
    return Term(None, serial, row(op), operands, parameters, shape, dtype, weak, 0)


def argument(serial, shape=(3,), dtype=FLOAT64):
    return Term(None, serial, input_row, (), NO_PARAMETERS, shape, dtype, False, 0)


X, Y = argument(0), argument(1)
X32, T, M = argument(2, dtype=FLOAT32), argument(3, dtype=BOOL), argument(4, (2, 3))


def program(*terms, results=None, inputs=(X, Y, X32, T, M), **rest):
    return ("f", inputs, terms, terms[-1:] if results is None else results), rest


GOOD = {
    "elementwise": program(term("add", X, Y)),
    "numbers": program(term("multiply", X, 2.0)),
    "where": program(term("where", T, X, Y)),
    "predicate": program(term("less", X, Y, dtype=BOOL)),
    "sum": program(term("sum", M, axes=(0,))),
    "stop_gradient": program(term("stop_gradient", X)),
}
LATE = term("sin", X, serial=10)
BAD = {
    "comes later": program(term("add", X, LATE), LATE),
    "or never": program(term("add", X, argument(99))),
    "neither a term nor a plain number": program(term("add", X, "text")),
    r"has the shape \(2, 3\)": program(term("add", X, M)),
    r"operands are of float64 and float32": program(term("add", X, X32)),
    r"NumPy makes float64": program(term("add", X, Y, dtype=FLOAT32)),
    "a truth value is a bool": program(term("less", X, Y)),
    "it has 1 operands, not 2": program(term("add", X)),
    "numbers alone have no shape": program(term("add", 1.0, 2.0)),
    r"its row says that the shape is \(3,\)": program(term("sum", M, axes=(0,), shape=(2,))),
    "its row says that the dtype is int64": program(
        term("sum", T, axes=(0,), shape=(), dtype=BOOL)
    ),
    "two terms have the serial 9": program(term("sin", X), term("cos", X)),
    "a result, .*, is neither": program(term("sin", X), results=(LATE,)),
    "a result is 'text'": program(term("sin", X), results=("text",)),
    "is a term of sin": program(term("cos", X), inputs=(X, term("sin", X, serial=1))),
    "more hidden inputs than inputs": program(term("sin", X), inputs=(X,), hidden=(1.0, 2.0)),
    "an input is among the terms": program(X, inputs=()),
}  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_it_passes(name):
    arguments, rest = GOOD[name]
    check(Program(*arguments, **rest))


@pytest.mark.parametrize("message", BAD)
def test_it_fails(message):
    arguments, rest = BAD[message]
    with pytest.raises(ProgramError, match=message):
        check(Program(*arguments, **rest))


def test_a_parameter_that_is_wrong():
    wrong = term("reshape", X, shape=(3,))
    wrong.parameters = {"shape": (2, 1)}
    with pytest.raises(ProgramError, match=r"t1 = reshape\(\.\.\.\) of float64\[3\]"):
        check(Program("f", (X,), (wrong,), (wrong,)))


def test_the_dtype_of_a_structural_term():
    wrong = term("stop_gradient", X, dtype=FLOAT32)
    with pytest.raises(ProgramError, match="its row says that the dtype is float64"):
        check(Program("f", (X,), (wrong,), (wrong,)))


def test_extents_of_another_program():
    own, other = Extents(), Extents()
    n, k = own.extent(3), other.extent(3)
    x = argument(0, (n,))
    check(Program("f", (x,), (), (x,), (), own))
    with pytest.raises(ProgramError, match="the extent n of another Program"):
        check(Program("f", (x,), (), (x,), (), other))
    assert k > 2
    good = traced(lambda x: x * 2, np.ones(3), free=True)
    object.__setattr__(good.extents, "guards", dict(other.guards))
    with pytest.raises(ProgramError, match="guard n > 2 has the extent n of another Program"):
        check(good)


def test_parts_are_those_of_the_whole():
    good = traced(lambda m: list(cr.linalg.eigh(m)), np.eye(2))
    check(good)
    good.terms[-1].shape = (2,)
    with pytest.raises(ProgramError, match=r"result 1 has the shape \(2, 2\)"):
        check(good)
