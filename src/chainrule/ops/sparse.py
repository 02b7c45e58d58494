"""The row of a sparse matrix times an array: the matrix is a constant, of SciPy's.

>>> import scipy.sparse
>>> a = scipy.sparse.csr_array(np.array([[0.0, 2.0], [3.0, 0.0]]))
>>> cr.grad(lambda x: cr.sum(cr.matmul(a, x)))(np.ones(2))
array([3., 2.])
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from ..errors import OperandError
from .shape import reshape_row, shape_of, swapaxes, transpose
from .structural import Shape, Structural


class Constant:
    """A sparse matrix, compared by identity, as a parameter has to be."""

    def __init__(self, matrix: Any) -> None:
        self.matrix = matrix

    @cached_property
    def transposed(self) -> Constant:
        """Its transpose, which shares the numbers."""
        other = Constant(self.matrix.T)
        other.__dict__["transposed"] = self
        return other

    def __repr__(self) -> str:
        rows, columns = self.matrix.shape
        return f"<{rows}x{columns} sparse>"


def _shape(x: Shape, matrix: Constant) -> Shape:
    rows, columns = matrix.matrix.shape
    if len(x) not in (1, 2) or x[0] != columns:
        raise ValueError(
            f"matmul: a sparse matrix of shape {(rows, columns)} and an array of shape {x} do not "
            "fit"
        )
    return (rows, *x[1:])


def _product(x: Any, matrix: Constant) -> Any:
    _shape(x.shape, matrix)
    return np.asarray(matrix.matrix @ x)


def _batched(batched: Any, x: Any, matrix: Constant) -> Any:
    shape = shape_of(x)
    rows = matrix.matrix.shape[0]
    if len(shape) == 2:
        return transpose(sparse_row(transpose(x), matrix=matrix))
    extent, columns, width = shape
    flat = reshape_row(swapaxes(x, 0, 1), shape=(columns, extent * width))
    product = sparse_row(flat, matrix=matrix)
    return swapaxes(reshape_row(product, shape=(rows, extent, width)), 0, 1)


sparse_row: Structural = Structural(
    "sparse_matmul",
    ("x",),
    "A sparse matrix, which is a constant, times x.",
    kernel=_product,
    shape=_shape,
    dtype=lambda x, matrix: np.result_type(x, matrix.matrix.dtype),
    vjp=lambda g, out, x, matrix: (sparse_row(g, matrix=matrix.transposed),),
    # Not ``linear``: a mask that went the way of the numbers could cancel on it.
    jvp=lambda tangents, out, x, matrix: sparse_row(tangents[0], matrix=matrix),
    batch=_batched,
)


def is_sparse(x: Any) -> bool:
    """Whether x is a matrix of scipy.sparse."""
    return type(x).__module__.startswith("scipy.sparse") and hasattr(x, "tocsr")


def sparse_matmul(a: Any, b: Any) -> Any:
    """``a @ b``, where one of them is a sparse matrix.

    Raises:
        OperandError: both are sparse, or a sparse one is not of real numbers.
    """
    if is_sparse(a) and is_sparse(b):
        raise OperandError("matmul: two sparse matrices; multiply them with SciPy's a @ b first.")
    matrix, x = (a, b) if is_sparse(a) else (b, a)
    if matrix.dtype.kind not in "fiub":
        raise OperandError(f"matmul: a sparse matrix of dtype {matrix.dtype}, not of real numbers.")
    if matrix is a:
        return sparse_row(x, matrix=Constant(matrix))
    product = sparse_row(transpose(x), matrix=Constant(matrix).transposed)
    return transpose(product)
