"""Every elementwise row in native code against NumPy's kernel, which the interpreter runs."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import chainrule as cr
from chainrule.backends import interpreter
from chainrule.ops import elementwise_rows

pytest.importorskip("llvmlite")

from chainrule.backends.llvm import executable

SPECIAL = (0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 0.5, -2.5, 3.0, 1e-30, -1e30)
DTYPES = (np.float64, np.float32)
WHOLE = {"round": (1, 1), "polygamma": (0, 1), "expn": (0, 2)}


def operands_of(op, dtype):
    """Samples of the domain, the row's points, and all combinations of special numbers."""
    rng = np.random.default_rng(len(op.name))
    samples = [rng.uniform(low, high, 77) for low, high in op.domain]
    middle = [(low + high) / 2 for low, high in op.domain]
    points = np.array(op.points or [middle], float).T
    special = np.array(list(itertools.product(SPECIAL, repeat=op.arity))).T
    columns = [np.concatenate(parts) for parts in zip(samples, points, special, strict=True)]
    if op.name in WHOLE:  # an operand has to be a whole number
        k, number = WHOLE[op.name]
        columns[k] = np.full_like(columns[k], number)
    with np.errstate(all="ignore"):
        return [column.astype(dtype) for column in columns]


def distance(a, b, scale):
    """How far apart, in units in the last place of the larger of b and scale; 0 if both are NaN."""
    a, b = np.broadcast_arrays(np.asarray(a), np.asarray(b))
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(all="ignore"):
        size = np.abs(
            np.spacing(np.maximum(np.abs(np.where(np.isfinite(b), b, 1)), b.dtype.type(scale)))
        )
        return np.where(same, 0.0, np.abs(a.astype(float) - b.astype(float)) / size)


def programs(f, *arrays):
    """What a function gives as native code and by the interpreter, on the same Program."""
    jitted = cr.jit(f)
    program = jitted.program(*arrays)
    extents = list(dict.fromkeys(n for x in arrays for n in np.shape(x) if n != 1))
    flat = list(arrays)
    return (
        executable.Executable(program)(flat, extents),
        interpreter.compiled(program)(flat, extents),
    )


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda d: d.__name__)
@pytest.mark.parametrize("op", elementwise_rows(), ids=lambda op: op.name)
def test_row(op, dtype):
    arrays = operands_of(op, dtype)
    (ours,), (expected,) = programs(lambda *xs: op(*xs), *arrays)
    assert ours.dtype == expected.dtype
    assert ours.shape == expected.shape
    if ours.dtype == bool:
        np.testing.assert_array_equal(ours, expected)
        return
    if op.name == "gammaln":
        # SciPy says -inf at -inf, and C, which eager numbers go by as well, inf.
        ours, expected = (np.where(arrays[0] == -np.inf, 0, x) for x in (ours, expected))
    far = distance(ours, expected, op.accuracy.scale)
    worst = np.argmax(np.where(np.isnan(far), np.inf, far))
    at = tuple(x[worst] for x in arrays)
    assert far[worst] <= max(8, 2 * op.accuracy.value), (at, ours[worst], expected[worst])


SMOOTH = [op for op in elementwise_rows() if not op.predicate and op.name not in ("round",)]


@pytest.mark.parametrize("op", SMOOTH, ids=lambda op: op.name)
def test_derivatives_of_a_row(op):
    rng = np.random.default_rng(3)
    arrays = [rng.uniform(low, high, 41) for low, high in op.domain]
    wanted = tuple(i for i, partial in enumerate(op.partials) if partial is not None)
    if op.name == "polygamma":
        arrays[0][:] = 1.0
    gradient = cr.vmap(cr.value_and_grad(lambda *xs: op(*xs), argnums=wanted))
    ours, expected = programs(gradient, *arrays)
    for a, b in zip(ours, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12 * (1 + op.accuracy.scale))
