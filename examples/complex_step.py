"""The gradient by complex step, which the examples are checked against.

``f(x + ih).imag / h`` for a tiny h is the derivative of f to nearly all digits, since nothing
is subtracted: Squire and Trapp, "Using complex variables to estimate derivatives of real
functions" (1998). It takes an evaluation of f for each number in x.
"""

from unittest import mock

import numpy as np

STEP = 1e-30


def complex_step(f, *unknowns):
    """The derivatives of the number ``f(*unknowns)``: for each array of unknowns, one of its shape.

    ``f`` is called on complex arrays, and must compute nothing that is not analytic.
    """
    moved = [np.array(x, complex) for x in unknowns]
    derivatives = [np.empty(x.shape) for x in moved]
    with mock.patch("numpy.linalg.cholesky", analytic_cholesky):
        for x, slopes in zip(moved, derivatives, strict=True):
            for place in np.ndindex(x.shape):
                x[place] += 1j * STEP
                slopes[place] = f(*moved).imag / STEP
                x[place] = x[place].real
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
    """The largest difference of two lists of arrays, relative to the largest element."""
    ours, theirs = (np.concatenate([np.ravel(x) for x in parts]) for parts in (gradient, expected))
    return np.max(np.abs(ours - theirs)) / np.max(np.abs(theirs))
