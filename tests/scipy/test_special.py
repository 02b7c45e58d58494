"""``cr.scipy.special``: values as SciPy's, derivatives as differences, in every mode."""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import scipy.special

import chainrule as cr
from chainrule import Value, Var
from chainrule.errors import FixedOperandError, UnsupportedFunctionError

ours = cr.scipy.special
X = np.array([0.35, 0.6, 0.75])
#: Operands where the default (all from X) does not fit.
OPERANDS = {
    "jn": (2.0, X),
    "jv": (1.5, X),
    "yv": (1.5, X),
    "iv": (1.5, X),
    "kv": (1.5, X),
    "ive": (1.5, X),
    "kve": (1.5, X),
    "expn": (2.0, X),
    "gammainc": (1.5, X),
    "gammaincc": (1.5, X),
    "stdtr": (2.5, X - 1.0),
    "betainc": (1.5, 2.5, X),
    "inv_boxcox": (X, 0.5),
    "inv_boxcox1p": (X, 0.5),
    "binom": (5.5, X),
    "huber": (np.array([0.5, 0.5, 0.7]), X),
}
FIXED = {"jn", "jv", "yv", "iv", "kv", "ive", "kve", "expn", "gammainc", "gammaincc", "betainc"}
FIXED |= {"stdtr"}
UFUNCS = (*ours.ROWS, *ours.COMPOSED)


def operands_of(name):
    if name in OPERANDS:
        return OPERANDS[name]
    return (X, X + 0.4)[: getattr(scipy.special, name).nin]


def moving(name):
    return [len(operands_of(name)) - 1] if name in FIXED else range(len(operands_of(name)))


@pytest.mark.parametrize("name", UFUNCS)
def test_ufuncs(name):
    theirs, mine, operands = getattr(scipy.special, name), getattr(ours, name), operands_of(name)
    expected = theirs(*operands)
    np.testing.assert_allclose(mine(*operands), expected, rtol=1e-12)
    for i in moving(name):
        x = np.broadcast_to(operands[i], X.shape).copy()

        def at(f, z, i=i):
            return f(*operands[:i], z, *operands[i + 1 :])

        h = 1e-6
        slope = (at(theirs, x + h) - at(theirs, x - h)) / (2 * h)
        for f in theirs, mine:  # SciPy's own ufunc takes our objects
            total = lambda z, f=f: np.sum(at(f, z))
            np.testing.assert_allclose(cr.grad(total)(x), slope, rtol=2e-7, atol=1e-8)
            np.testing.assert_allclose(cr.jit(cr.grad(total))(x), slope, rtol=2e-7, atol=1e-8)
        value = at(theirs, Var(x))
        assert isinstance(value, Value)
        np.testing.assert_allclose(value.val, expected, rtol=1e-12)
        each = cr.vmap(cr.grad(lambda z: at(mine, z)))
        if all(np.ndim(other) == 0 for k, other in enumerate(operands) if k != i):
            np.testing.assert_allclose(each(x), slope, rtol=2e-7, atol=1e-8)
        second = cr.grad(lambda z: np.sum(cr.grad(lambda y: np.sum(at(mine, y)))(z)))
        moved = [cr.grad(lambda y: np.sum(at(mine, y)))(x + s) for s in (h, -h)]
        np.testing.assert_allclose(second(x), (moved[0] - moved[1]) / (2 * h), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", sorted(FIXED))
def test_what_has_no_derivative_raises_by_name(name):
    operands = operands_of(name)
    with pytest.raises(FixedOperandError, match=rf"(jv|{name}): operand '(v|n|a|b|df)'"):
        cr.grad(lambda v: np.sum(getattr(ours, name)(v, *operands[1:])))(operands[0])
    with pytest.raises(FixedOperandError):
        cr.jit(cr.grad(lambda v: np.sum(getattr(ours, name)(v, *operands[1:]))))(operands[0])


@pytest.mark.parametrize("name", UFUNCS)
def test_names_and_docstrings(name):
    f = getattr(ours, name)
    assert inspect.getdoc(f)
    assert f.__name__ == name
    with pytest.raises(TypeError):
        f()


def test_ufuncs_that_are_not_covered_raise_by_name():
    for f in scipy.special.airy, scipy.special.owens_t, scipy.special.hyp2f1:
        with pytest.raises(UnsupportedFunctionError, match=rf"scipy\.special\.{f.__name__}"):
            f(*[Var(0.5)] * f.nin)


A = np.array([[0.3, -1.2, 0.7], [2.0, 0.1, -0.4]])


@pytest.mark.parametrize("axis", [None, 0, 1, (0, 1)])
@pytest.mark.parametrize("keepdims", [False, True])
def test_logsumexp(axis, keepdims):
    b = np.array([[1.0, 2.0, 0.0], [0.5, 0.0, 3.0]])
    for weights in None, b:
        expected = scipy.special.logsumexp(A, axis, weights, keepdims)
        f = lambda a, w=weights: ours.logsumexp(a, axis, w, keepdims)
        np.testing.assert_allclose(f(A), expected)
        np.testing.assert_allclose(f(Var(A)).val, expected)
        cr.check_derivatives(lambda a, f=f: np.sum(np.sin(f(a))), A)
    signed = ours.logsumexp(A, axis, b - 1.0, keepdims, return_sign=True)
    for mine, theirs in zip(
        signed, scipy.special.logsumexp(A, axis, b - 1.0, keepdims, return_sign=True), strict=True
    ):
        np.testing.assert_allclose(mine, theirs)


def test_logsumexp_of_nothing_but_minus_infinity():
    x = np.full(3, -np.inf)
    assert ours.logsumexp(x) == -np.inf
    assert ours.logsumexp(np.array([-np.inf, 0.0])) == 0.0
    assert cr.grad(ours.logsumexp)(np.array([-np.inf, 0.0])).tolist() == [0.0, 1.0]


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_softmax(axis):
    for name in "softmax", "log_softmax":
        f, theirs = getattr(ours, name), getattr(scipy.special, name)
        np.testing.assert_allclose(f(A, axis), theirs(A, axis))
        cr.check_derivatives(lambda a, f=f: np.sum(np.sin(f(a, axis))), A)


def test_the_rest():
    np.testing.assert_allclose(ours.polygamma(2, X), scipy.special.polygamma(2, X))
    np.testing.assert_allclose(ours.multigammaln(3.5, 3), scipy.special.multigammaln(3.5, 3))
    np.testing.assert_allclose(ours.factorial(X), scipy.special.factorial(X))
    cr.check_derivatives(lambda a: ours.multigammaln(a, 3), 3.5)
    cr.check_derivatives(lambda x: np.sum(ours.polygamma(1, x)), X)
    with pytest.raises(FixedOperandError):
        cr.grad(lambda n: ours.polygamma(n, 1.5))(1.0)


def test_conventions_at_ends():
    assert cr.grad(ours.xlogy, argnums=(0, 1))(0.0, 2.0) == (np.log(2.0), 0.0)
    assert cr.grad(lambda y: ours.xlogy(0.0, y))(0.0) == 0.0
    assert ours.entr(0.0) == 0.0
    assert cr.grad(ours.entr)(0.0) == np.inf
    assert cr.grad(ours.rel_entr, argnums=1)(0.0, 1.0) == 0.0
    assert cr.grad(ours.exprel)(0.0) == 0.5
    assert np.isnan(cr.grad(lambda x: ours.gammainc(2.0, x))(-1.0))
    assert np.isnan(cr.grad(lambda x: ours.betainc(2.0, 2.0, x))(1.5))


def test_functions_that_are_no_ufuncs_name_ours():
    for name in "logsumexp", "softmax":
        with pytest.raises(Exception, match=rf"cr\.scipy\.special\.{name}") as raised:
            getattr(scipy.special, name)(Var(A))
        assert isinstance(raised.value, TypeError)
