"""The table itself: each row whole, named once, and what is printed from it up to date."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import chainrule as cr
from chainrule.ops import TABLE, Accuracy, Op, elementwise_rows, foreign_names, public_rows

ROOT = Path(__file__).parent.parent.parent


def test_what_is_printed_from_the_rows_is_up_to_date():
    check = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "print_rows.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stdout + check.stderr


def test_every_name_means_one_row():
    names = [name for op in elementwise_rows() for name in (*op.names, *op.foreign)]
    assert len(names) == len(set(names))
    assert foreign_names()["expit"] is TABLE["sigmoid"]
    assert foreign_names()["true_divide"] is TABLE["divide"]


def test_a_row_is_refused_that_is_not_whole():
    with pytest.raises(ValueError, match="one partial an operand"):
        Op("broken", ("x", "y"), (None,), "No.", native="sin")
    with pytest.raises(ValueError, match="how to compute"):
        Op("broken", ("x",), (None,), "No.")
    with pytest.raises(ValueError, match="already"):
        Op("sin", ("x",), (None,), "No.", native="sin")
    assert "broken" not in TABLE


@pytest.mark.parametrize("op", elementwise_rows(), ids=lambda op: op.name)
def test_row_is_documented_and_sampled(op):
    assert op.doc.endswith(".")
    assert repr(op).startswith(f"<chainrule op {op.name}(")
    assert len(op.domain) == op.arity
    assert all(low <= high for low, high in op.domain)
    assert all(len(point) == op.arity for point in op.points)
    assert len(op.example) == op.arity
    assert isinstance(op.accuracy, Accuracy)
    assert len(op.defaults) < op.arity or op.arity == 0


@pytest.mark.parametrize("op", public_rows(), ids=lambda op: op.name)
def test_public_function_method_and_aliases(op):
    for name in op.names:
        function = getattr(cr, name)
        expected = getattr(cr, op.name)(*op.example)
        assert function(*op.example) == expected
        if not op.predicate and op.name not in ("where", "polygamma"):
            method = getattr(cr.Value(op.example[0]), name)
            assert method(*op.example[1:]).val == expected


@pytest.mark.parametrize(
    "op", [op for op in public_rows() if not op.predicate], ids=lambda op: op.name
)
def test_numpys_function_of_that_name_takes_a_value(op):
    function = getattr(np, op.name, None)
    if function is None:
        assert not op.kernel.startswith("numpy.")
        return
    operands = [cr.Value(x) for x in op.example]
    if op.name == "round":
        operands[1] = int(op.example[1])
    assert function(*operands).val == getattr(cr, op.name)(*op.example)


@pytest.mark.parametrize("op", public_rows(), ids=lambda op: op.name)
def test_rows_on_plain_arrays_are_numpys(op):
    arrays = [np.array([x, x]) for x in op.example]
    if op.name in ("round", "polygamma"):  # the whole number is no array
        fixed = op.partials.index(None)
        arrays[fixed] = int(op.example[fixed])
    got = op(*arrays)
    assert np.allclose(got, [getattr(cr, op.name)(*op.example)] * 2, rtol=1e-14)


def test_predicates_give_bools_without_derivative():
    x = cr.Var(2.0)
    for op in public_rows():
        if op.predicate:
            result = getattr(cr, op.name)(*[x, 1.0][: op.arity])
            assert type(result) is bool
