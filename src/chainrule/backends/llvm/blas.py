"""The memory that NumPy's BLAS copies operands into, mapped before the first product.

OpenBLAS packs parts of both operands into a buffer of its own, and its kernels prefetch beyond
what they have packed. Pages of it that were never written are not there yet, and a prefetch of
such a page is dropped after a walk through the page tables, every time: on a Zen of the first
generation a float32 product of 512 x 784 and 784 x 256 takes 17.6 ms instead
of 5.8, one of 32 x 784 and 784 x 256 0.97 ms instead of 0.38, until some wide product happens to
fill the gap. :func:`warm` is that product: about 1 ms, once in a process.
"""

from __future__ import annotations

import functools

import numpy as np

#: Rows, summed, columns: the smallest with which all of the packed left operand is written (its
#: size depends on the last two; BLAS sees the transposed product) and enough of the right one. In
#: float64, whose buffer encloses that of float32.
_SHAPE = (16, 256, 1024)


@functools.cache
def warm() -> None:
    """Multiply two matrices so large that the buffer is mapped; later calls do nothing."""
    rows, summed, columns = _SHAPE
    np.matmul(np.zeros((rows, summed)), np.zeros((summed, columns)))
