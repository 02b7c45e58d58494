"""The gradient by complex step, which the examples are checked against.

``f(x + ih).imag / h`` for a tiny h is the derivative of f to nearly all digits, since nothing
is subtracted: Squire and Trapp, "Using complex variables to estimate derivatives of real
functions" (1998). It takes an evaluation of f for each number in x.
"""

from unittest import mock

import numpy as np

STEP = 1e-30


def complex_step(f, x):
    """The derivatives of the number f(x) with respect to each element of the array x."""
    x = np.asarray(x, float)
    derivatives = np.empty(x.shape)
    with mock.patch("numpy.linalg.cholesky", analytic_cholesky):
        for place in np.ndindex(x.shape):
            moved = x.astype(complex)
            moved[place] += 1j * STEP
            derivatives[place] = f(moved).imag / STEP
    return derivatives


def analytic_cholesky(a):
    """The lower triangular L with ``L @ L.T = a`` for a symmetric complex a.

    NumPy's is for Hermitian matrices: it takes complex conjugates, so it is not analytic.
    """
    lower = np.zeros_like(a)
    for j in range(len(a)):
        lower[j, j] = np.sqrt(a[j, j] - lower[j, :j] @ lower[j, :j])
        lower[j + 1 :, j] = (a[j + 1 :, j] - lower[j + 1 :, :j] @ lower[j, :j]) / lower[j, j]
    return lower


def largest_difference(gradient, expected):
    """The largest difference of two gradients, relative to the largest element."""
    return np.max(np.abs(np.subtract(gradient, expected))) / np.max(np.abs(expected))
