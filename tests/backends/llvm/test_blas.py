"""The buffer of NumPy's BLAS is mapped once, by the first function that multiplies matrices."""

from __future__ import annotations

import numpy as np
import pytest

import chainrule as cr

pytest.importorskip("llvmlite")

from chainrule.backends.llvm import blas


def misses() -> int:
    return blas.warm.cache_info().misses


def test_only_a_function_that_multiplies_matrices_warms_the_buffer() -> None:
    blas.warm.cache_clear()
    cr.jit(lambda x: cr.sum(x * x))(np.ones((3, 3)))
    assert misses() == 0
    product = cr.jit(lambda x, y: x @ y)
    assert product(np.ones((2, 3)), np.full((3, 4), 2.0)).tolist() == [[6.0] * 4] * 2
    assert misses() == 1


def test_the_buffer_is_warmed_once() -> None:
    blas.warm.cache_clear()
    for _ in range(2):
        cr.jit(lambda x: x @ x)(np.eye(2))
    assert misses() == 1
