"""exp, log, sin and cos of native code: within the errors that they state, and everywhere right."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import chainrule as cr

pytest.importorskip("llvmlite")

from chainrule.backends.llvm.approximations import FORMATS, FUNCTIONS, LARGEST_ERRORS

DTYPES = {"double": np.float64, "float": np.float32}
RANGES = {
    "exp": {"double": [(-700, 700), (-1, 1)], "float": [(-86, 86), (-1, 1)]},
    "log": {"double": [(1e-300, 1e-290), (0.5, 2), (2, 1e300)], "float": [(0.5, 2), (2, 1e38)]},
    "sin": {"double": [(-4, 4), (-1e3, 1e3), (0, 1e9)], "float": [(-4, 4), (0, 8e3)]},
    "cos": {"double": [(-4, 4), (-1e3, 1e3), (0, 1e9)], "float": [(-4, 4), (0, 8e3)]},
}
CASES = [(name, element) for name in sorted(FUNCTIONS) for element in DTYPES]


def operands(name, element):
    rng = np.random.default_rng(7)
    parts = [rng.uniform(low, high, 400) for low, high in RANGES[name][element]]
    if name in ("sin", "cos"):  # where they are nearly 0, all of pi matters
        parts.append(rng.integers(1, 1 << (18 if element == "double" else 11), 200) * (np.pi / 2))
    return np.concatenate(parts).astype(DTYPES[element])


def in_ulp(ours, name, x):
    """The largest error of a function, in units in the last place of the exact number."""
    with mpmath.workprec(200):
        exact = [getattr(mpmath, name)(mpmath.mpf(float(a))) for a in x]
        sizes = np.spacing(np.abs(np.array([float(e) for e in exact], x.dtype))).astype(float)
        return max(
            abs(float((mpmath.mpf(float(y)) - e) / mpmath.mpf(size)))
            for y, e, size in zip(ours, exact, sizes.tolist(), strict=True)
        )


@pytest.mark.parametrize(("name", "element"), CASES)
def test_errors(name, element):
    x = operands(name, element)
    assert in_ulp(cr.jit(getattr(cr, name))(x), name, x) <= LARGEST_ERRORS[name][element]


@pytest.mark.parametrize(("name", "element"), CASES)
def test_special_numbers(name, element):
    dtype = DTYPES[element]
    about = np.finfo(dtype)
    tiny, large = about.smallest_subnormal, about.max
    x = np.array(
        [
            *(0.0, -0.0, np.inf, -np.inf, np.nan, -1.0, tiny, -tiny, about.tiny, large, -large),
            *(7 * tiny, 1000.0, -1000.0, 709.5, -745.1, -708.4, 88.7, -103.9, -87.3, 1e10, 2.0**31),
            *(FORMATS[element].largest_exponent, FORMATS[element].largest_angle),
        ],
        dtype,
    )
    ours = cr.jit(getattr(cr, name))(x)
    with np.errstate(all="ignore"):
        expected = getattr(np, name)(x)
    np.testing.assert_array_equal(np.isnan(ours), np.isnan(expected))
    np.testing.assert_array_equal(np.isinf(ours), np.isinf(expected))
    known = np.isfinite(expected)
    np.testing.assert_allclose(
        ours[known], expected[known], rtol=4 * about.eps, atol=2 * float(tiny)
    )
    np.testing.assert_array_equal(np.signbit(ours[:2]), np.signbit(expected[:2]))


@pytest.mark.parametrize(("name", "element"), CASES)
def test_neighbours_do_not_matter(name, element):
    """A rare number takes C's function; those beside it come out as they do alone."""
    x = np.tile(np.array([1.5, np.inf, 0.7, 1e-310, 3.0, 1e30, 2.5], DTYPES[element]), 7)
    f = cr.jit(getattr(cr, name))
    together = f(x)
    alone = np.concatenate([f(x[i : i + 1]) for i in range(len(x))])
    np.testing.assert_array_equal(together.view(np.uint8), alone.view(np.uint8))


def test_large_functions_call_them():
    from chainrule.backends.llvm import describe

    def many(x):
        total = x
        for i in range(150):  # every round is another one
            total = cr.sin(total) * (x if i % 7 else total) + cr.exp(-x) * [x, total][i % 5 % 2]
            total = total - x if i % 3 else total * 0.25
        return total

    x = np.linspace(0, 1, 9)
    program = cr.jit(cr.vmap(many)).program(x)
    assert "call <8 x double> @sin_double8" in describe.llvm_ir(program).replace("16", "8")
    result, total = cr.jit(cr.vmap(many))(x), x
    for i in range(150):
        total = np.sin(total) * (x if i % 7 else total) + np.exp(-x) * [x, total][i % 5 % 2]
        total = total - x if i % 3 else total * 0.25
    np.testing.assert_allclose(result, total, rtol=1e-9)
