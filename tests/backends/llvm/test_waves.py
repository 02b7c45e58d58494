"""sin and cos of the same number are computed together, within the errors of each alone."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr

pytest.importorskip("llvmlite")

from chainrule.backends.llvm import describe, engine
from chainrule.backends.llvm.approximations import FORMATS, LARGEST_ERRORS

from .test_approximations import DTYPES, in_ulp, operands

both = cr.jit(lambda x: (cr.sin(x), cr.cos(x)))
needs_fma = pytest.mark.skipif(not engine.host().has_fma, reason="no fused multiply-add")


@needs_fma
@pytest.mark.parametrize("element", DTYPES)
def test_errors(element):
    x = operands("sin", element)
    for name, result in zip(("sin", "cos"), both(x), strict=True):
        assert result.dtype == x.dtype
        assert in_ulp(result, name, x) <= LARGEST_ERRORS[name][element]


@pytest.mark.parametrize("element", DTYPES)
def test_special_numbers(element):
    about = np.finfo(DTYPES[element])
    tiny, large = about.smallest_subnormal, about.max
    x = np.array(
        [
            *(0.0, -0.0, np.inf, -np.inf, np.nan, tiny, -tiny, about.tiny, large, -large, 1e10),
            *(FORMATS[element].largest_angle, -0.75, 0.75, -2.5, 2.5, -4.0, 4.0, -5.5, 5.5),
        ],
        DTYPES[element],
    )
    with np.errstate(invalid="ignore"):
        for ours, expected in zip(both(x), (np.sin(x), np.cos(x)), strict=True):
            np.testing.assert_allclose(ours, expected, rtol=4 * about.eps, atol=2 * float(tiny))
            np.testing.assert_array_equal(np.signbit(ours[:2]), np.signbit(expected[:2]))


@pytest.mark.parametrize("element", DTYPES)
def test_neighbours_do_not_matter(element):
    x = np.tile(np.array([1.5, np.inf, 0.7, 1e-310, 3.0, 1e30, 2.5], DTYPES[element]), 7)
    for k, together in enumerate(both(x)):
        alone = np.concatenate([both(x[i : i + 1])[k] for i in range(len(x))])
        np.testing.assert_array_equal(together.view(np.uint8), alone.view(np.uint8))


@needs_fma
def test_a_pair_shares_its_work():
    x = np.ones(3)
    together, sine, cosine = (
        describe.llvm_ir(cr.jit(f).program(x)).count("@llvm.fma") - 1
        for f in (lambda x: cr.sin(x) + cr.cos(x), cr.sin, cr.cos)
    )
    assert 0 < together < 0.8 * (sine + cosine)


@needs_fma
def test_only_the_same_operand_makes_a_pair():
    ir = describe.llvm_ir(cr.jit(lambda x, y: cr.sin(x) + cr.cos(y)).program(*np.ones((2, 3))))
    alone = describe.llvm_ir(cr.jit(lambda x, y: cr.sin(x) + cr.sin(y)).program(*np.ones((2, 3))))
    assert abs(ir.count("@llvm.fma") - alone.count("@llvm.fma")) <= 1


@needs_fma
def test_a_sweep_takes_the_cosine_that_the_function_left():
    """The loop of the function keeps it, and that of the sweep computes none."""

    def chain(x, y):
        for _ in range(60):
            x = x * y + 0.5
            y = cr.sin(x) * 0.9 - y / (x * x + 1.0)
        return y

    f = cr.vmap(cr.value_and_grad(chain, argnums=(0, 1)))
    x, y = np.linspace(0.5, 1.5, 37), np.linspace(0.5, 1.0, 37)
    ir = cr.jit(f).llvm_ir(x, y)
    first, second = ir.split("br label %r")[1:3]
    assert "_ZGV" in first or "@cos" in first
    assert "@llvm.fma" not in second
    value, gradient = cr.jit(f)(x, y)
    for i in (0, 17, 36):
        expected, slopes = cr.value_and_grad(chain, argnums=(0, 1))(x[i], y[i])
        np.testing.assert_allclose(value[i], expected, rtol=1e-9)
        np.testing.assert_allclose([g[i] for g in gradient], slopes, rtol=1e-9)


@needs_fma
def test_large_functions_call_them():
    def many(x):
        total = x
        for i in range(150):  # every round is another one
            total = cr.sin(total) * (x if i % 7 else total) - cr.cos(total) * [x, 0.5][i % 5 % 2]
            total = total - x if i % 3 else total * 0.25
        return total

    x = np.linspace(0, 1, 9)
    ir = cr.jit(cr.vmap(many)).llvm_ir(x)
    assert ir.count("@sincos_double") == 151
    assert "@sin_double" not in ir
    total = x
    for i in range(150):
        total = np.sin(total) * (x if i % 7 else total) - np.cos(total) * [x, 0.5][i % 5 % 2]
        total = total - x if i % 3 else total * 0.25
    np.testing.assert_allclose(cr.jit(cr.vmap(many))(x), total, rtol=1e-9)
