"""Rows so short that lanes go across them: the same to the bit as along each of them."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr

pytest.importorskip("llvmlite")

from chainrule.backends.llvm import lower

ROWS = [2, 3, 7, 8, 9, 17, 130]


def computed(x, w, bias, number):
    """Values and derivatives a row; bias varies along rows, number not at all."""
    y = (x + bias) * number
    p = cr.softmax(y, axis=1)
    length = cr.sqrt(cr.sum(y * y, axis=1))
    chosen = cr.where(x > 0.0, w, 0.0)
    return (
        p,
        length,
        cr.max(x, axis=1),
        cr.min(y - w, axis=1, keepdims=True) * w,
        cr.sum(chosen, axis=1) / length,
        p * (w - cr.sum(p * w, axis=1, keepdims=True)),
        x > cr.mean(x, axis=1, keepdims=True),
    )


def data(rows, length, dtype):
    rng = np.random.default_rng(rows * 100 + length)
    x, w = rng.normal(size=(2, rows, length)).astype(dtype)
    x[:, 0] *= rng.integers(0, 2, rows)  # zeros of both signs, and ties
    return x, w, rng.normal(size=length).astype(dtype), dtype(0.7)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("length", [2, 3, 4, 7, 8, 9, 10, 15, 16, 17, 31, 32, 33])
def test_a_row_is_the_same_along_and_across(length, dtype, monkeypatch):
    across = cr.jit(computed)
    found = {rows: across(*data(rows, length, dtype)) for rows in ROWS}
    monkeypatch.setenv("CHAINRULE_CACHE", "0")
    monkeypatch.setattr(lower, "ACROSS", 0)
    along = cr.jit(computed)
    for rows in ROWS:
        x, w, bias, number = data(rows, length, dtype)
        assert "_across" not in along.llvm_ir(x, w, bias, number)
        for k, (a, b) in enumerate(zip(found[rows], along(x, w, bias, number), strict=True)):
            assert a.tobytes() == b.tobytes(), (rows, k)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_a_row_is_the_same_wherever_it_stands(dtype):
    f = cr.jit(computed)
    for length in (3, 10, 15):
        x, w, bias, number = data(43, length, dtype)
        results = f(x, w, bias, number)
        for first, count in ((0, 2), (5, 3), (30, 13), (1, 41)):
            rows = slice(first, first + count)
            some = f(x[rows], w[rows], bias, number)
            for k, (whole, part) in enumerate(zip(results, some, strict=True)):
                assert whole[rows].tobytes() == part.tobytes(), (length, first, k)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_as_numpy_computes_them(dtype):
    f = cr.jit(computed)
    for length in (2, 5, 10, 15):
        x, w, bias, number = data(50, length, dtype)
        tolerance = 1e-13 if dtype is np.float64 else 1e-5
        for a, b in zip(f(x, w, bias, number), computed(x, w, bias, number), strict=True):
            np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_layouts_and_threads_change_nothing(dtype):
    f, one, two = cr.jit(computed), cr.jit(computed, threads=1), cr.jit(computed, threads=2)
    rows = 40_000
    x, w, bias, number = data(rows, 10, dtype)
    expected = [r.tobytes() for r in one(x, w, bias, number)]
    assert [r.tobytes() for r in two(x, w, bias, number)] == expected
    wide = np.zeros((rows, 20), dtype)
    wide[:, ::2] = x
    unaligned = np.zeros(w.nbytes + 1, np.uint8)[1:].view(dtype).reshape(w.shape)
    unaligned[...] = w
    backwards = np.ascontiguousarray(bias[::-1])[::-1]
    assert [r.tobytes() for r in f(wide[:, ::2], unaligned, backwards, number)] == expected
    turned = np.asfortranarray(x)
    assert [r.tobytes() for r in f(turned, w, bias, number)] == expected


def test_nan_infinity_and_minus_zero():
    f = cr.jit(lambda x: (cr.max(x, axis=1), cr.min(x, axis=1), cr.sum(x, axis=1)))
    x = np.zeros((20, 5))
    x[0, 2], x[1, 0], x[2, 4], x[3], x[4] = np.nan, np.inf, -np.inf, -0.0, -np.inf
    for a, b in zip(f(x), (x.max(axis=1), x.min(axis=1), x.sum(axis=1)), strict=True):
        np.testing.assert_array_equal(a, b)


def test_in_place():
    f = cr.jit(lambda x: x / cr.sum(x, axis=1, keepdims=True))
    x = np.random.default_rng(0).uniform(size=(37, 5))
    expected = f(x)
    assert f(x, out=x) is x
    assert np.array_equal(x, expected)


def test_which_rows_are_short():
    f = cr.jit(lambda x: cr.softmax(x, axis=1))
    assert "_across" in f.llvm_ir(np.ones((100, 3)))
    assert "_across" not in cr.jit(lambda x: cr.softmax(x, axis=1)).llvm_ir(np.ones((100, 1000)))
    columns = cr.jit(lambda x: (cr.softmax(x, axis=1), cr.sum(x, axis=0)))
    assert "_across" not in columns.llvm_ir(np.ones((100, 3)))
    # Another length of the same function goes along its rows.
    x = np.random.default_rng(0).normal(size=(5, 200))
    f(np.ones((100, 3)))
    np.testing.assert_allclose(f(x), cr.softmax(x, axis=1), rtol=1e-13)
