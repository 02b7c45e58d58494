"""Functions of one array that call every row, each with a point: what the registry test runs.

``CASES`` are those of the rows, ``covered_samples.py`` adds those of the functions that are written
with rows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.sparse

import chainrule as cr
from chainrule.ops import TABLE

Array = np.ndarray[Any, Any]
Function = Callable[[Any], Any]

rng = np.random.default_rng(0)
A = rng.normal(size=(3, 3))
S = A @ A.T + 3 * np.eye(3)
V = rng.normal(size=3)
B = rng.normal(size=(2, 3, 4))
P = np.abs(rng.normal(size=(2, 3))) + 0.5
M = rng.normal(size=(2, 3, 3))
IDX = np.array([2, 0, 2])
ROWS, COLUMNS = np.array([0, 1]), np.array([2, 1])


def with_written(v: Any, key: Any, x: Any) -> Any:
    """The array, after an assignment."""
    v[key] = x
    return v


CASES: dict[str, tuple[Function, Array]] = {
    # reductions
    "sum": (lambda x: cr.sum(x * x * x, axis=1), B),
    "sum, negative axes": (lambda x: cr.sum(x * x, axis=(-1, 0)), B),
    "sum, keepdims": (lambda x: x / cr.sum(x * x, axis=(0, 2), keepdims=True), B),
    "mean": (lambda x: cr.mean(cr.exp(x), axis=-1), B),
    "prod": (lambda x: cr.prod(x, axis=1), B),
    "prod, two axes": (lambda x: cr.prod(x, axis=(0, 2)), B),
    "prod, one zero": (cr.prod, np.array([0.0, 2.0, 3.0, 0.5])),
    "prod, two zeros": (cr.prod, np.array([0.0, 2.0, 0.0, 0.5])),
    "prod, three zeros": (cr.prod, np.array([0.0, 0.0, 0.0, 0.5])),
    "max": (lambda x: cr.max(x * x, axis=0), B),
    "max, two axes, keepdims": (lambda x: x * cr.max(x, axis=(0, 2), keepdims=True), B),
    "min": (cr.min, B),
    "var": (lambda x: cr.var(x, axis=1, ddof=1), B),
    "std": (cr.std, B),
    "logsumexp": (lambda x: cr.logsumexp(x, axis=1), B),
    "softmax": (lambda x: cr.softmax(x, axis=1), B[:, :, 0]),
    # shapes
    "reshape": (lambda x: cr.reshape(x * x, (4, -1)) * np.arange(6), B),
    "ravel": (lambda x: cr.ravel(x * x) * np.arange(24), B),
    "transpose": (lambda x: cr.transpose(x * x, (2, 0, 1)) * np.arange(3), B),
    "T": (lambda x: x.T * x, A),
    "moveaxis": (lambda x: cr.moveaxis(x * x, 0, -1) * B[0][..., None], B),
    "swapaxes": (lambda x: cr.swapaxes(x * x, 0, 2) * np.arange(2), B),
    "expand_dims": (lambda x: cr.expand_dims(x, 0) * cr.expand_dims(x * x, -1), V),
    "squeeze": (lambda x: cr.squeeze(x[:, :1] ** 2), B[0]),
    "broadcasting": (lambda x: cr.sin(x) * B + x, B[0, :, :1]),
    "broadcasting, both": (lambda x: x[:, None] * cr.exp(x) / (x[None, :] ** 2 + 1), V),
    "broadcast_to": (lambda x: cr.broadcast_to(x * x, (2, 3)), V),
    "concatenate": (lambda x: cr.concatenate([x * x, cr.sin(x)], axis=1), B),
    "concatenate, constant": (lambda x: cr.concatenate([V, x * x, V]) ** 2, V),
    "concatenate, flat": (lambda x: cr.concatenate([x * x, V], axis=None), A),
    "stack": (lambda x: cr.stack([x, x * x], axis=-1), V),
    "array": (lambda x: cr.array([[x[0], x[1] * x[2]], [2.0, x[2] ** 2]]), V),
    # indices
    "slice": (lambda x: x[1, ::-1, 1:3] ** 2, B),
    "slices": (lambda x: x[..., -1] * x[:, 0:2, :][0, 0, 0], B),
    "slice, steps": (lambda x: x[0, ::2, 3:0:-2] ** 2, B),
    "new axes": (lambda x: (x[:, None] * x[None, :]) ** 2, V),
    "positions": (lambda x: x[IDX] ** 2, V),
    "positions, negative": (lambda x: x[np.array([[-1, 0], [-1, -2]])] ** 2, V),
    "positions in the middle": (lambda x: x[:, IDX, 1:] ** 2, B),
    "positions side by side": (lambda x: x[ROWS, COLUMNS] ** 3, B),
    "positions apart": (lambda x: x[ROWS, :, COLUMNS] ** 3, B),
    "positions and an int": (lambda x: x[0, IDX] ** 2, B),
    "mask": (lambda x: x[V > 0] ** 2, V),
    "take": (lambda x: cr.take(x * x, IDX, axis=1), B),
    "take, flat": (lambda x: cr.take(x, [3, 3, 11]) ** 2, B),
    # assignments
    "assignment": (lambda x: with_written(x * x, (1, slice(None), 0), cr.sin(x[0, 0, 0])), B),
    "assignment, positions": (lambda x: with_written(x * x, [2, 0, 2], cr.sin(x[:3])), V),
    "cleared": (lambda x: TABLE["clear"](x * x, key=((0, 2, 1),)), V),
    "cleared at positions": (lambda x: TABLE["clear_at"](x * x, IDX), V),
    # what SciPy computes
    "solve_triangular": (
        lambda x: TABLE["solve_triangular"](x, x @ A, lower=True, is_unit=False),
        S,
    ),
    "sparse": (lambda x: cr.matmul(scipy.sparse.csr_array(np.round(A)), x * x), A),
    "betainc": (lambda x: cr.scipy.special.betainc(1.5, 2.5, cr.sigmoid(x)), B),
    # contractions
    "matmul": (lambda x: x @ x, A),
    "matmul, vector right": (lambda x: x @ V, A),
    "matmul, vector left": (lambda x: (V * x[0]) @ x, A),
    "matmul, vectors": (lambda x: x @ (x * x), V),
    "matmul, batches": (lambda x: cr.matmul(x, cr.swapaxes(x, 1, 2)), B),
    "matmul, batch and matrix": (lambda x: cr.matmul(x, B[0].T), B),
    "matmul, matrix and batch": (lambda x: x @ B, A[:2]),
    "matmul, batch and vector": (lambda x: cr.matmul(x, x[0, 0] * B[0, 1]), B),
    "dot": (lambda x: cr.dot(x, x), V),
    "dot, three axes": (lambda x: cr.dot(x, x[0].T), B),
    "vdot": (lambda x: cr.vdot(x, x * x), A),
    "outer": (lambda x: cr.outer(x, x * x), V),
    "tensordot": (lambda x: cr.tensordot(x, x * x, axes=([0, 2], [0, 2])), B),
    "einsum": (lambda x: cr.einsum("abc,abd,c->ad", x, x, B[0, 0]), B),
    "einsum, one operand": (lambda x: cr.einsum("abc->cb", x * x), B),
    "einsum, sums of one operand": (lambda x: cr.einsum("ab,c->c", x * x, x[0]), A),
    # linear algebra
    "solve": (lambda x: cr.linalg.solve(x, x[0] * V), S),
    "solve, matrix": (lambda x: cr.linalg.solve(x, x @ A), S),
    "solve, batch": (lambda x: cr.linalg.solve(x, x[0]), M + 3 * np.eye(3)),
    "cholesky": (cr.linalg.cholesky, S),
    "cholesky of several": (lambda x: cr.linalg.cholesky(cr.stack([x, 2 * x])), S),
    "eigh, values": (lambda x: cr.linalg.eigh(x)[0], S),
    "eigh, vectors": (lambda x: cr.linalg.eigh(x)[1] ** 2, S),
    "eigh, both": (lambda x: cr.linalg.eigh(x)[1] ** 2 @ cr.linalg.eigh(x)[0], S),
    # choices, and elementwise operations with broadcasting
    "where": (lambda x: cr.where(x > 0, x * x, cr.sin(x)), B),
    "clip": (lambda x: cr.clip(x, -0.5, 0.5) * x, B),
    "maximum": (lambda x: cr.maximum(x, 0.1 * x * x), B),
    "hypot": (lambda x: cr.hypot(x, x[0]), B),
    "power": (lambda x: x**2.5, P),
    "stop_gradient": (lambda x: x * x + cr.stop_gradient(cr.sum(V)), V),
    "NumPy's functions": (lambda x: np.sum(np.sin(x) * np.exp(x), axis=1), B),
}
