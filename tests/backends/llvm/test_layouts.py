"""Arrays of 0 to 33 elements in any layout: elementwise, summed and contracted as NumPy does."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr
from chainrule.backends import interpreter

pytest.importorskip("llvmlite")

LAYOUTS = ["plain", "unaligned", "reversed", "strided", "fortran", "swapped", "repeated"]


def laid_out(x, layout):
    """The same numbers in memory of another layout; repeated, those of the first line."""
    if layout == "unaligned":
        room = np.zeros(x.nbytes + 3, np.uint8)[3:].view(x.dtype).reshape(x.shape)
        room[...] = x
        return room
    if layout == "reversed":
        return np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1]
    if layout == "strided":
        wide = np.zeros((x.shape[0], 2 * x.shape[1], 2), x.dtype)
        wide[:, ::2, 1] = x
        return wide[:, ::2, 1]
    if layout == "fortran":
        return np.asfortranarray(x)
    if layout == "swapped":
        return x.astype(x.dtype.newbyteorder())
    if layout == "repeated":
        return np.broadcast_to(x[:1], x.shape)
    return x


def everything(x, y):
    return (
        cr.exp(x) * y - 0.5,
        cr.where(x > y, x, 0.0),
        cr.sum(x * y),
        cr.sum(x * y, axis=0),
        cr.sum(cr.sin(x), axis=1),
        cr.mean(x, axis=1, keepdims=True) * y,
        x @ y.T,
        x.T @ y,
        cr.einsum("ij,ij->i", x, y),
        cr.einsum("ij,kj->ki", x, y),
        cr.concatenate([x, y], axis=1),
        x[::-1] + y,
    )


def extrema(x, y):
    return cr.max(x), cr.min(x * y, axis=0), cr.max(x, axis=1), cr.softmax(x, axis=1)


def scalar(x, y):
    return cr.sum(cr.tanh(x @ y.T)) + cr.sum(cr.logsumexp(x + y, axis=1))


JITTED = {f: cr.jit(f) for f in (everything, extrema, cr.grad(scalar, argnums=(0, 1)))}


def check(f, x, y):
    program = JITTED[f].program(x, y)
    extents = list(dict.fromkeys(n for n in x.shape if n != 1))
    native = [np.asarray(x, x.dtype.newbyteorder("=")), np.asarray(y, y.dtype.newbyteorder("="))]
    expected = interpreter.compiled(program)(native, extents)
    leaves = JITTED[f](x, y)
    tolerance = 2e-5 if x.dtype.itemsize == 4 else 1e-13
    for k, (a, b) in enumerate(zip(leaves, expected, strict=True)):
        assert np.shape(a) == np.shape(b), k
        assert a.dtype == b.dtype, k
        scale = np.max(np.abs(b), initial=1.0)
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance * scale, err_msg=str(k))


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout_of_0_to_33_elements(layout, dtype):
    rng = np.random.default_rng(3)
    for n in range(34):
        for shape in {(1, n), (n, 1), (2, n // 2), (n // 3, 3)}:
            x, y = (rng.uniform(-1, 1, shape).astype(dtype) for _ in range(2))
            x, y = laid_out(x, layout), laid_out(y, "plain" if n % 2 else layout)
            check(everything, x, y)
            if n and 0 not in shape:
                check(extrema, x, y)
                for f in JITTED:
                    if f not in (everything, extrema):
                        check(f, x, y)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_rows_of_a_few_elements(layout):
    rng = np.random.default_rng(4)
    for shape in ((300, 1), (300, 3), (129, 10), (40, 31), (1025, 2)):
        x, y = (laid_out(rng.normal(size=shape), layout) for _ in range(2))
        check(everything, x, y)
        check(extrema, x, y)


def of_rows(x, y):
    """Numbers that several loops of a row make, among them truths and what is kept of a row."""
    powers = cr.exp(x - cr.max(x, axis=1, keepdims=True))
    odds = powers / cr.sum(powers, axis=1, keepdims=True)
    largest = cr.where(x > cr.mean(x, axis=1, keepdims=True), odds, y)
    return odds, cr.sum(odds * y, axis=1), cr.min(largest, axis=1), cr.max(-odds, axis=1), largest


@pytest.mark.parametrize("layout", LAYOUTS[:5])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_row_is_the_same_alone_and_among_others(dtype, layout):
    rng = np.random.default_rng(7)
    function = cr.jit(of_rows)
    for length in (*range(2, 36), 1023, 1025, 1041):
        x, y = (rng.normal(size=(5, length)).astype(dtype) for _ in range(2))
        x[1] = np.nan  # beside the first row, where vectors reach beyond its end
        x[3] = np.inf
        together = function(laid_out(x, layout), laid_out(y, layout))
        for i in (0, 2, 4):
            alone = function(x[i : i + 1].copy(), y[i : i + 1].copy())
            for one, all_of_them in zip(alone, together, strict=True):
                np.testing.assert_array_equal(one[0], all_of_them[i])
        assert np.isnan(together[0][1]).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_extrema_of_few_numbers(dtype):
    function = cr.jit(lambda x: (cr.max(x, axis=1), cr.min(x, axis=1)))
    for length in range(1, 36):
        for x in (-np.inf, np.inf, np.nan, -0.0):
            rows = np.full((2, length), x, dtype)
            for result in function(rows):
                np.testing.assert_array_equal(result, rows[:, 0])
            rows[1, -1] = 3
            highest, lowest = function(rows)
            np.testing.assert_array_equal(highest, np.max(rows, axis=1))
            np.testing.assert_array_equal(lowest, np.min(rows, axis=1))
