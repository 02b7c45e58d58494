"""Programs: what they keep, and how they print."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from programs import ops_of, traced

import chainrule as cr
from chainrule.ops import TABLE, Op
from chainrule.program import Program, Trace, opened, program_of
from chainrule.program.needed import needed
from chainrule.program.program import SIGNS

X = np.array([0.5, -1.0, 2.0])


def test_it_prints_as_the_page_does():
    program = traced(lambda x1, x2: cr.log(x1 * x2 * (x1 + x2)) / (x1 - x2) ** 2, 2.0, 10.0)
    assert str(program) == "\n".join(
        [
            "f(x1: number, x2: number)",
            "  t1 = x1 * x2  number",
            "  t2 = x1 + x2  number",
            "  t3 = t1 * t2  number",
            "  t4 = log(t3)  number",
            "  t5 = x1 - x2  number",
            "  t6 = t5 ** 2  number",
            "  t7 = t4 / t6  number",
            "  return t7",
        ]
    )


def test_parameters_extents_and_guards_print():
    def f(x, m):
        if x.shape[0] > 2:
            return cr.sum(m * x, axis=1) + m[1:, 0][0], -x, x > 0
        return x

    program = traced(f, X, np.ones((4, 3)), free=True)
    assert str(program).splitlines()[:-1] == [
        "f(x1: float64[n], x2: float64[m, n])",
        "  t1 = broadcast_to(x1, shape=(m, n))  float64[m, n]",
        "  t2 = x2 * t1                         float64[m, n]",
        "  t3 = sum(t2, axes=(1,))              float64[m]",
        "  t4 = x2[1:, 0]                       float64[m - 1]",
        "  t5 = t4[0]                           float64",
        "  t6 = broadcast_to(t5, shape=(m,))    float64[m]",
        "  t7 = t3 + t6                         float64[m]",
        "  t8 = -x1                             float64[n]",
        "  t9 = x1 > 0                          bool[n]",
        "  return t7, t8, t9",
    ]
    assert "n > 2" in str(program).splitlines()[-1]


def test_keys_print_as_they_are_written():
    f = lambda x: [x[1:], x[:2], x[::-1], x[1:3], x[::2], x[2:0:-1], x[-1]]
    lines = str(traced(f, X)).splitlines()[1:-1]
    keys = [line.split("[")[1].split("]")[0] for line in lines]
    assert keys == ["1:", ":2", "::-1", "1:", "::2", ":0:-1", "2"]


def test_hidden_inputs_names_and_several_results_print():
    held = np.ones((2, 2))
    program = traced(lambda x: list(cr.linalg.eigh(held + x)), 1.0)
    lines = str(program).splitlines()
    assert lines[0] == "f(x1: number, c1: float64[2, 2])"
    assert [line.split("  ")[1] for line in lines[3:6]] == [
        "t3 = eigh(t2)",
        "t4 = t3[0]",
        "t5 = t3[1]",
    ]
    named = Program(
        "loss", program.inputs, program.terms, program.results, program.hidden, names=("rate",)
    )
    assert str(named).startswith("loss(rate: number, c1: float64[2, 2])")


def test_literals_and_plain_results_print():
    program = traced(lambda x: [x + x.traced_by.filled(0.5, x), 2.0], 1.0)
    assert "t1 = 0.5" in str(program)
    assert str(program).endswith("return t2, 2")
    assert repr(program) == "<Program f of 2 terms>"
    assert len(program) == 2


def test_every_sign_is_of_a_row():
    assert all(isinstance(TABLE[name], Op) for name in SIGNS)


def test_only_what_results_need_is_kept():
    program = traced(lambda x: (cr.exp(x), cr.sin(x))[1], X)
    assert ops_of(program) == ["sin"]


def test_an_input_that_is_not_used_stays():
    program = traced(lambda x, y: x, X, X)
    assert len(program.inputs) == 2
    assert len(program) == 0


def test_operands_come_first_also_of_many():
    def f(x):
        for _ in range(20_000):
            x = x * 0.5 + 1.0
        return x

    program = traced(f, 1.0)
    assert len(program) == 40_000
    serials = [term.serial for term in program.terms]
    assert serials == sorted(serials)


def test_it_is_frozen():
    program = traced(lambda x: x + 1, 1.0)
    with pytest.raises(FrozenInstanceError):
        program.name = "g"


def test_static_and_free():
    assert traced(lambda x: x + 1, X).is_static
    assert not traced(lambda x: x + 1, X, free=True).is_static


def test_program_of_part_of_a_trace():
    trace = Trace()
    with opened(trace):
        x = trace.input((), np.dtype(np.float64))
        y = cr.sin(x)
        z = cr.exp(y)
        exponential = program_of("f", [x], [z])
    assert ops_of(exponential) == ["sin", "exp"]
    assert needed([z], [y]) == (z,)
