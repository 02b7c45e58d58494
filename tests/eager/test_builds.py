"""The two builds, side by side: the compiled one and the one in ordinary Python."""

from __future__ import annotations

import importlib.util
import json
import math

import pytest

BATCH = """
import json, random
import chainrule as cr
from chainrule.ops import public_rows

choose = random.Random(20240229)
UNARY = [cr.sin, cr.cos, cr.tanh, cr.arctan, cr.sigmoid, cr.softplus, cr.erf, cr.gelu, cr.arcsinh,
         cr.expm1, cr.cbrt, cr.silu, cr.sinc, lambda a: cr.exp(-a * a), lambda a: a.square().sqrt(),
         lambda a: cr.log1p(a * a), lambda a: cr.gammaln(a * a + 1), lambda a: (a * a + 1) ** 0.3,
         lambda a: cr.digamma(a * a + 1), lambda a: a.relu() - 0.5, lambda a: abs(a) + 1, round]
BINARY = [lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / (b * b + 1),
          cr.hypot, cr.arctan2, cr.logaddexp, cr.maximum, cr.minimum, cr.copysign,
          lambda a, b: (a * a + 0.5) ** b, lambda a, b: cr.where(a > b, a, cr.sqrt(b - a)),
          lambda a, b: a % (b * b + 1), lambda a, b: a // (b * b + 1), lambda a, b: a.clip(-1, b)]

def expression():
    steps = [(choose.choice(UNARY if choose.random() < 0.5 else BINARY), choose.random(),
              choose.random()) for _ in range(8)]
    def f(x, y):
        terms = [x, y]
        for step, i, j in steps:
            a, b = terms[int(i * len(terms))], terms[int(j * len(terms))]
            terms.append(step(a) if step in UNARY else step(a, b))
        return sum(terms[-3:]) * 1.0
    return f

def flat(x):
    return [y for part in x for y in flat(part)] if isinstance(x, tuple) else [x]

results = []
for number in range(60):
    f, point = expression(), (choose.uniform(0.2, 1.5), choose.uniform(-1.5, -0.2))
    value, gradient = cr.value_and_grad(f, (0, 1))(*point)
    results.append([f"expression {number}", flat((
        value, gradient, cr.hessian(f, (0, 1))(*point), cr.jvp(f, point, (1.0, 0.5)),
        cr.hvp(f, point, (1.0, 0.5))))])
for op in public_rows():
    if op.predicate:
        continue
    function = getattr(cr, op.name)
    point = tuple(0.4 * low + 0.6 * high for low, high in op.domain)
    moving = tuple(i for i, partial in enumerate(op.partials) if partial is not None)
    results.append([op.name, flat((*cr.value_and_grad(function, moving)(*point),
                                   cr.hessian(function, moving)(*point)))])
print(json.dumps([cr.config().native, results]))
"""


def test_the_builds_agree(run_python):
    in_plain, plain = json.loads(run_python(BATCH, CHAINRULE_NATIVE="0"))
    in_native, native = json.loads(run_python(BATCH, CHAINRULE_NATIVE="1"))
    assert not in_plain
    assert in_native == (importlib.util.find_spec("chainrule.eager.native") is not None)
    assert len(plain) == len(native) > 100
    for (name, ours), (_, theirs) in zip(plain, native, strict=True):
        finite = [abs(x) for x in ours if math.isfinite(x)]
        assert finite, name
        # Relative to the largest: second derivatives cancel.
        assert theirs == pytest.approx(ours, rel=1e-12, abs=1e-12 * max(finite), nan_ok=True), name


def test_config_says_which_build_is_running(run_python):
    program = "import chainrule as cr; print(cr.config().native, '|', cr.config().plain_reason)"
    assert run_python(program, CHAINRULE_NATIVE="0") == "False | CHAINRULE_NATIVE=0 is set\n"
    native, _, reason = run_python(program, CHAINRULE_NATIVE="1").strip().partition(" |")
    assert (native == "True") == (reason == "")


NAMES = """
import chainrule as cr
from chainrule import Value, Var
x = Var(2.0)
for v in Value, Var, cr.sin, x, x.sin, Value.back:
    print(getattr(v, "__name__", type(v).__name__), bool(v.__doc__))
print(Value.__module__, repr(x), sorted(name for name in dir(Value) if not name.startswith("_")))
"""


def test_the_builds_have_the_same_names(run_python):
    assert run_python(NAMES, CHAINRULE_NATIVE="0") == run_python(NAMES, CHAINRULE_NATIVE="1")


STALE = """
import importlib.util, os, sys, types
folder = os.path.join(os.path.dirname(importlib.util.find_spec("chainrule").origin), "eager")
other = types.ModuleType("chainrule.eager.generated")
other.__path__ = [os.path.join(folder, "generated")]
other.FINGERPRINT = "of another table"
sys.modules[other.__name__] = other
import chainrule as cr
print(cr.config().native, cr.config().plain_reason, cr.grad(cr.sin)(0.0))
"""


def test_an_extension_of_another_op_table_says_so(run_python):
    said = run_python(STALE, CHAINRULE_NATIVE="1")
    assert said.endswith(" 1.0\n")
    if importlib.util.find_spec("chainrule.eager.native") is None:
        assert said.startswith("False the native build is missing: there was no C compiler")
    else:
        assert said.startswith("False the native build cannot be loaded: ")
        assert "another op table" in said
