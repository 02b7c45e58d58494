"""Forward mode on terms: the same derivatives the other way, and its templates are the rules."""

from __future__ import annotations

import numpy as np
import pytest
from programs import run, same_numbers, traced

import chainrule as cr
from chainrule.ops import TABLE, Cotangent, Op
from chainrule.program import Trace, opened
from chainrule.transforms import forward
from chainrule.transforms.forward import pushforward

X = np.array([0.5, -1.0, 2.0])
#: Without those whose rule takes gammaln of a plain number: by the rule that is a float64 of
#: NumPy's, and so a literal term; a template computes a plain number.
FOLDED = {"gammainc", "gammaincc", "stdtr"}
ELEMENTWISE = [row for row in TABLE.values() if isinstance(row, Op) and row.name not in FOLDED]
#: Operands without a derivative.
FIXED = {row.name: row.partials.index(None) for row in ELEMENTWISE if None in row.partials}
FIXED["where"] = 0


def without_templates(monkeypatch):
    monkeypatch.setattr(forward, "pushing", lambda *_: None)


@pytest.mark.parametrize("row", ELEMENTWISE, ids=lambda row: row.name)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_templates_make_the_terms_that_the_rules_make(row, dtype, monkeypatch):
    random = np.random.default_rng(3)
    arrays = [random.uniform(low, high, 6).astype(dtype) for low, high in row.domain]
    place = FIXED.get(row.name)
    fixed = [] if place is None else [arrays.pop(place)]

    def f(*given):
        operands = list(given)
        if place is not None:
            operands.insert(place, fixed[0] > 0.5 if row.name == "where" else 1)
        return row(*operands)

    tangents = tuple(np.ones_like(x) for x in arrays)
    pushed = lambda *given: list(cr.jvp(f, given, tangents))
    quick = traced(pushed, *arrays)
    without_templates(monkeypatch)
    slow = traced(pushed, *arrays)
    assert str(quick) == str(slow)
    same_numbers(run(quick, *arrays), run(slow, *arrays))


def test_masked_tangents(monkeypatch):
    # The columns of a Jacobian are one-hots; 0 times the infinite partial of another element is 0.
    f = cr.jacfwd(lambda x: cr.sqrt(x) * cr.sum(x))
    x = np.array([0.0, 1.0, 4.0])
    (quick,) = run(traced(f, x), x)
    without_templates(monkeypatch)
    (slow,) = run(traced(f, x), x)
    np.testing.assert_array_equal(quick, slow)
    assert np.isfinite(quick[1:]).all()
    assert quick[0, 1] == 0.0


def test_forward_agrees_with_reverse():
    def f(x, s):
        return cr.sum(cr.tanh(x[::-1] * s) + cr.where(x > 0, x**s, cr.exp(x)) / cr.sum(x * x))

    x, s = X, 1.3
    random = np.random.default_rng(4)
    tx, ts = random.normal(size=3), 0.7
    flat = lambda x, s: list(cr.grad(f, argnums=(0, 1))(x, s))
    gx, gs = run(traced(flat, x, s), x, s)
    _, tangent = run(traced(lambda x, s: list(cr.jvp(f, (x, s), (tx, ts))), x, s), x, s)
    assert tangent == pytest.approx(gx @ tx + gs * ts, rel=1e-13)


def test_what_does_not_depend_has_none():
    trace = Trace()
    with opened(trace):
        x, y = (trace.input((), np.dtype(np.float64)) for _ in range(2))
        one = Cotangent(trace.filled(1.0, x))
        assert pushforward([cr.sin(y)], [x], [one]) == [None]
        assert pushforward([], [x], [one]) == []
        assert pushforward([y], [], []) == [None]
        (itself,) = pushforward([x], [x], [one])
        assert itself.numbers is one.numbers


def test_several_results_of_one_term():
    m = np.array([[2.0, 0.3], [0.3, 1.0]])
    f = lambda m: list(cr.jvp(lambda m: cr.linalg.eigh(m), (m,), (np.eye(2),))[1])
    w, v = run(traced(f, m), m)
    np.testing.assert_allclose(w, [1.0, 1.0], rtol=1e-14)
    np.testing.assert_allclose(v, np.zeros((2, 2)), atol=1e-14)


def test_second_order_in_all_ways():
    f = lambda x: cr.sum(cr.sin(x) * x * cr.sum(x**2))
    ways = [cr.hessian(f), cr.jacfwd(cr.grad(f)), cr.jacrev(cr.grad(f)), cr.jacfwd(cr.jacfwd(f))]
    first, *rest = (run(traced(way, X), X)[0] for way in ways)
    for other in rest:
        np.testing.assert_allclose(other, first, rtol=1e-12, atol=1e-12)
