"""The text of a Program, and a plan as plain data: the same for the same Program, and only then."""

from __future__ import annotations

import json

import numpy as np
import pytest

import chainrule as cr
from chainrule.ops import TABLE
from chainrule.ops.op import Op

pytest.importorskip("llvmlite")

from chainrule.backends.llvm import engine, identity, plain
from chainrule.backends.llvm.executable import Executable
from chainrule.backends.llvm.lower import lowered
from chainrule.backends.llvm.passes import FULL, Nest, planned
from chainrule.backends.llvm.prepared import Prepared

X = np.linspace(0.5, 2.0, 12)
M = X.reshape(3, 4)


def digest_of(f, *args):
    found = identity.identity_of(cr.jit(f).program(*args))
    return found and found.digest


def test_it_is_that_of_what_is_computed():
    def f(x, y):
        return cr.sum(cr.exp(x) * y + 0.1)

    def g(first, second):
        unused = first * 3.0  # noqa: F841  has a serial number, and is no term of the Program
        return cr.sum(cr.exp(first) * second + 0.1)

    assert digest_of(f, X, X + 1) == digest_of(g, X, X + 1)
    assert digest_of(f, X, X + 1) == digest_of(f, X[:5], X[:5]), "the length stays free"


DIFFERENT = {
    "operation": (lambda x: cr.exp(x), lambda x: cr.expm1(x)),
    "the last bit": (lambda x: x * 0.1, lambda x: x * np.nextafter(0.1, 1.0)),
    "sign of zero": (lambda x: x + 0.0, lambda x: x - -0.0 * x),
    "zero and minus zero": (lambda x: cr.maximum(x, 0.0), lambda x: cr.maximum(x, -0.0)),
    "nan and inf": (lambda x: x * np.nan, lambda x: x * np.inf),
    "order of operands": (lambda x: x / (x + 1), lambda x: (x + 1) / x),
    "axes": (lambda x: cr.sum(x, axis=0), lambda x: cr.sum(x, axis=1)),
    "key of an index": (lambda x: x[1:], lambda x: x[:-1]),
    "step of an index": (lambda x: x[::2], lambda x: x[::-2]),
    "order of results": (lambda x: (x + 1, x * 2), lambda x: (x * 2, x + 1)),
    "results": (lambda x: x + 1, lambda x: (x + 1, x + 1)),
    "a result that is a number": (lambda x: (x, 1.0), lambda x: (x, 2.0)),
    "dtype": (lambda x: x.astype("f4"), lambda x: x.astype("f8") * 1.5),
    "an extent": (lambda x: x * x.shape[0], lambda x: x * x.shape[1]),
    "a polynomial": (lambda x: x * (x.shape[0] + 1), lambda x: x * (2 * x.shape[0])),
    "a quotient": (lambda x: x * (x.shape[0] // 2), lambda x: x * (x.shape[0] % 2)),
}


@pytest.mark.parametrize("case", DIFFERENT)
def test_another_program_has_another_text(case):
    a, b = (digest_of(f, M) for f in DIFFERENT[case])
    assert a is not None
    assert b is not None
    assert a != b


def test_other_arguments_have_another_text():
    texts = [
        digest_of(lambda x, y: x * y, x, y)
        for x, y in [
            (X, X),
            (X, X[:1]),
            (X, 2.0),
            (X, 2),
            (X, np.float64(2)),
            (X, X.astype("f4")),
            (M, M[:1]),
            (M, M[:, :1]),
            (M, M[0]),
            (M, M),
            (np.ones((3, 3)), np.ones((3, 3))),
        ]
    ]
    assert len({*texts}) == len(texts)


def test_the_users_functions_have_no_text():
    rows = dict(TABLE)
    try:
        row = Op("tripled", ("x",), (lambda out, x: 3.0,), "3 x.", expand=lambda x: x + x + x)
        assert digest_of(lambda x: row(x) * 2, X) is None
    finally:
        TABLE.clear()
        TABLE.update(rows)
    program = cr.jit(lambda x: x * 2).program(X)
    program.terms[0].parameters = {"function": print}
    assert identity.identity_of(program) is None


def test_sources_that_cannot_be_read(monkeypatch, tmp_path):
    digest = identity.sources()
    assert len(digest) == 64
    for file in "a/b/c.py", "a/ops/d.py":
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("x = 1\n")
    monkeypatch.setattr(identity, "__file__", str(tmp_path / "a" / "backends" / "llvm" / "i.py"))
    assert identity.sources.__wrapped__() is None
    monkeypatch.setattr(identity, "__file__", str(tmp_path / "a" / "x" / "b" / "i.py"))
    (tmp_path / "a" / "x" / "b").mkdir(parents=True)
    source = tmp_path / "a" / "x" / "b" / "i.py"
    source.write_text("y = 1\n")
    first = identity.sources.__wrapped__()
    source.write_text("y = 2\n")
    assert first != identity.sources.__wrapped__() != digest


# --- plain data -----------------------------------------------------------------------------------

PROGRAMS = {
    "elementwise": (lambda x: cr.exp(x) * x + 1, (M,)),
    "several results": (lambda x: (cr.sum(x), x * 2, 3.0, x), (X,)),
    "softmax": (lambda x: cr.exp(x - cr.max(x, axis=1, keepdims=True)), (M,)),
    "rows and columns": (lambda x, b: (cr.sum(x * b, axis=0), cr.sum(x, axis=1)), (M, X[:4])),
    "calls between": (lambda x: cr.sum(cr.exp(cr.matmul(x, x.T))) * x[0], (M,)),
    "extents": (lambda x: cr.mean(x) * x[1:] + x.shape[0] // 2, (X,)),
    "truths": (lambda x: (x > 1, cr.where(x > 1, x, 0.0)), (X,)),
    "float32": (lambda x: cr.sum(cr.sin(x)) + x, (X.astype("f4"),)),
    "numbers": (lambda a, b: (a * b, cr.log(a)), (2.0, 3.0)),
    "gradient": (cr.grad(lambda x: cr.sum(cr.tanh(x) ** 2)), (X,)),
    "layer norm": (
        lambda x: (
            (x - cr.mean(x, axis=1, keepdims=True))
            / cr.sqrt(cr.var(x, axis=1, keepdims=True) + 1e-5)
        ),
        (M,),
    ),
}


@pytest.mark.parametrize("case", PROGRAMS)
def test_from_plain_data_the_same_is_computed(case, monkeypatch):
    """By the Program of a second trace, with what was made for that of the first."""
    f, args = PROGRAMS[case]
    first, second = (cr.jit(f).program(*args) for _ in range(2))
    plan = planned(first)
    nests = [step for step in plan.steps if type(step) is Nest]
    parts = [lowered(nest, i, engine.host()) for i, nest in enumerate(nests)]
    data = json.loads(json.dumps(plain.packed(plan, parts, identity.identity_of(first))))
    assert len(json.dumps(data)) < 20_000
    there = identity.identity_of(second)
    plan, parts = plain.unpacked(data, there)
    assert not {t.serial for part in parts for t in [p.term for p in part.places]} - {
        t.serial for t in there.terms
    }
    extents = second.extents.values
    expected = Executable(first)(list(args), extents)
    code = made_code(first)
    monkeypatch.setattr(
        "chainrule.backends.llvm.executable.prepared",
        lambda program, reason: Prepared(plan, parts, code),
    )
    for ours, theirs in zip(Executable(second)(list(args), extents), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def made_code(program):
    from chainrule.backends.llvm.prepared import prepared

    return prepared(program).code


def test_ways_are_the_same_objects():
    """They are compared by identity."""
    program = cr.jit(lambda x: x * 2.0 + 1.0).program(X)
    there = identity.identity_of(program)
    plan = planned(program)
    data = plain.packed(plan, [lowered(plan.steps[0], 0, engine.host())], there)
    plan, _ = plain.unpacked(json.loads(json.dumps(data)), there)
    members = plan.steps[0].members.values()
    assert all(m.kind is FULL for m in members)
    assert all(x[1] is FULL for m in members for x in m.reads)


def test_what_is_no_plain_data():
    program = cr.jit(lambda x: x + 1).program(X)
    plan = planned(program)
    plan.before = [print]
    with pytest.raises(TypeError, match="builtin_function_or_method is no plain data"):
        plain.packed(plan, [], identity.identity_of(program))


def test_of_a_large_nest_only_its_edges_are_kept():
    def chain(x):
        for _ in range(200):
            x = cr.sin(x) * 0.5 + x
        return x

    program = cr.jit(chain).program(X)
    plan = planned(program)
    (nest,) = plan.steps
    assert len(nest.members) == 600
    reduced = plain._reduced(nest)
    assert len(reduced.members) == 2
    assert len(nest.members) == 600, "the plan itself is left as it is"
