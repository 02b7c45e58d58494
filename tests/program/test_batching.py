"""Every row under vmap, held against a loop over the examples."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse

import chainrule as cr
from chainrule.ops import TABLE, Op, Structural
from chainrule.ops.sparse import Constant

RANDOM = np.random.default_rng(0)


def array(*shape):
    return RANDOM.normal(size=shape)


def spd(*shape):
    """Positive definite matrices."""
    m = array(*shape)
    return m @ np.swapaxes(m, -1, -2) + 3 * np.eye(shape[-1])


def positive(*shape):
    return RANDOM.uniform(0.1, 0.9, shape)


def places(*shape):
    return RANDOM.integers(0, 3, shape)


def orders(*shape):
    """Permutations along the last axis."""
    return np.argsort(array(*shape), axis=-1)


#: For every structural row with a batching rule: a call of it on one example, and the arguments
#: with a batch of 4 in front. Each is run with every choice of batched arguments.
STRUCTURAL = {
    "sum": (lambda x: TABLE["sum"](x, axes=(0,)), [array(4, 3, 2)]),
    "max": (lambda x: TABLE["max"](x, axes=(0, 1)), [array(4, 3, 2)]),
    "min": (lambda x: TABLE["min"](x, axes=(1,)), [array(4, 3, 2)]),
    "prod": (lambda x: TABLE["prod"](x, axes=(0,)), [array(4, 3, 2)]),
    "others": (lambda x: TABLE["others"](x, axes=(0,)), [array(4, 3, 2)]),
    "stop_gradient": (cr.stop_gradient, [array(4, 3)]),
    "reshape": (lambda x: cr.reshape(x, (3, 2)), [array(4, 2, 3)]),
    "transpose": (lambda x: cr.transpose(x, (2, 0, 1)), [array(4, 2, 3, 5)]),
    "broadcast_to": (lambda x: cr.broadcast_to(x, (5, 2, 3)), [array(4, 2, 1)]),
    "concatenate": (lambda x, y: cr.concatenate([x, y], axis=1), [array(4, 2, 3), array(4, 2, 1)]),
    "astype": (lambda x: TABLE["astype"](x, dtype=np.dtype(np.float32)), [array(4, 3)]),
    "fill": (lambda x: TABLE["fill"](x, value=2.5), [array(4, 3)]),
    "index": (lambda x: x[1:, ::-1][0], [array(4, 3, 2)]),
    "scatter": (
        lambda g: TABLE["scatter"](g, shape=(5, 2), key=((1, 4, 1), 1)),
        [array(4, 3)],
    ),
    "gather": (TABLE["gather"], [array(4, 3, 3, 2), places(4, 5), places(4, 1)]),
    "scatter_add": (
        lambda g, i: TABLE["scatter_add"](g, i, shape=(3, 2)),
        [array(4, 5, 2), places(4, 5)],
    ),
    "assign": (
        lambda x, y: TABLE["assign"](x, y, key=((0, 5, 2), 1)),
        [array(4, 5, 2), array(4, 3)],
    ),
    "clear": (lambda x: TABLE["clear"](x, key=((0, 5, 2), 1)), [array(4, 5, 2)]),
    "put": (TABLE["put"], [array(4, 3, 2), array(4, 5), places(4, 5)]),
    "clear_at": (TABLE["clear_at"], [array(4, 3, 2), places(4, 5)]),
    "counts": (lambda i: TABLE["counts"](i, size=6), [places(4, 5)]),
    "betainc": (TABLE["betainc"], [positive(4, 3), positive(4, 3), positive(4, 3)]),
    "solve_triangular": (
        lambda a, b: TABLE["solve_triangular"](a, b, lower=True, is_unit=False),
        [spd(4, 3, 3), array(4, 3, 2)],
    ),
    "sparse_matmul": (
        lambda x: TABLE["sparse_matmul"](x, matrix=Constant(scipy.sparse.eye_array(3, 5, k=1))),
        [array(4, 5, 2)],
    ),
    "contract": (lambda x, y: cr.einsum("ij,jk->ki", x, y), [array(4, 2, 3), array(4, 3, 5)]),
    "solve": (TABLE["solve"], [spd(4, 3, 3), array(4, 3, 2)]),
    "cholesky": (cr.linalg.cholesky, [spd(4, 3, 3)]),
    "triangle": (lambda x: TABLE["triangle"](x, diagonal=0.5), [array(4, 3, 3)]),
    "pack": (lambda *xs: cr.stack([*xs, 2.0]), [array(4), array(4)]),
    "eigh": (cr.linalg.eigh, [spd(4, 3, 3)]),
    "cumsum": (lambda x: TABLE["cumsum"](x, axis=1, back=True), [array(4, 2, 3)]),
    "cumprod": (lambda x: TABLE["cumprod"](x, axis=0), [array(4, 2, 3)]),
    "recurrence": (
        lambda a, b: TABLE["recurrence"](a, b, axis=1, back=True),
        [array(4, 2, 3), array(4, 2, 3)],
    ),
    "argmax": (lambda x: TABLE["argmax"](x, axis=1), [array(4, 2, 3)]),
    "argmin": (lambda x: TABLE["argmin"](x, axis=0), [array(4, 2, 3)]),
    "argsort": (lambda x: TABLE["argsort"](x, axis=1, stable=True), [array(4, 2, 3)]),
    "order_statistic": (
        lambda x: TABLE["order_statistic"](x, axes=(0,), k=1),
        [array(4, 3, 2)],
    ),
    "runs": (lambda x, i: TABLE["runs"](x, i, axis=0), [places(4, 5), orders(4, 5)]),
    "permute": (
        lambda x, i, r: TABLE["permute"](x, i, r, axis=0, back=True),
        [array(4, 5), orders(4, 5), np.minimum(np.tile(np.arange(5), (4, 1)), 3)],
    ),
    "searchsorted": (
        lambda a, v: TABLE["searchsorted"](a, v, side="left"),
        [np.sort(array(4, 5)), array(4, 2, 3)[:, 0]],
    ),
    "limited": (lambda p: TABLE["limited"](p, shift=-1, limit=1), [places(4, 5)]),
    "convolve": (lambda x, y: TABLE["convolve"](x, y, size="full"), [array(4, 5), array(4, 3)]),
    "inv": (lambda a: TABLE["inv"](a, strict=True), [spd(4, 3, 3)]),
    "det": (TABLE["det"], [array(4, 3, 3)]),
    "cofactors": (TABLE["cofactors"], [array(4, 3, 3)]),
    "slogdet": (TABLE["slogdet"], [array(4, 3, 3)]),
    "svd": (TABLE["svd"], [array(4, 3, 2)]),
    "qr": (TABLE["qr"], [array(4, 3, 2)]),
    "completion": (lambda a: TABLE["completion"](a, of="qr"), [array(4, 3, 2)]),
    "pinv": (lambda a: TABLE["pinv"](a, rcond=None), [array(4, 3, 2)]),
}  # fmt: skip


def test_every_row_with_a_batching_rule_is_here():
    with_rule = {
        name for name, row in TABLE.items() if isinstance(row, Structural) and row.batch is not None
    }
    assert set(STRUCTURAL) == with_rule


def choices(count):
    """Which arguments are batched: every choice but none."""
    return [[bool(i >> k & 1) for k in range(count)] for i in range(1, 2**count)]


def close(found, wanted):
    if isinstance(found, tuple):
        for x, y in zip(found, wanted, strict=True):
            close(x, y)
        return
    assert np.shape(found) == np.shape(wanted)
    assert np.asarray(found).dtype == np.asarray(wanted).dtype
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


def looped(f, arguments, batched, count=4):
    results = [
        f(*(x[i] if b else x for x, b in zip(arguments, batched, strict=True)))
        for i in range(count)
    ]
    if isinstance(results[0], tuple):
        return tuple(np.stack(parts) for parts in zip(*results, strict=True))
    return np.stack(results)


@pytest.mark.parametrize("name", STRUCTURAL)
def test_structural_rows(name):
    f, arguments = STRUCTURAL[name]
    for batched in choices(len(arguments)):
        given = [x if b else x[0] for x, b in zip(arguments, batched, strict=True)]
        found = cr.vmap(f, in_axes=tuple(0 if b else None for b in batched))(*given)
        close(found, looped(f, given, batched))


@pytest.mark.parametrize("name", STRUCTURAL)
def test_structural_rows_under_two_vmaps(name):
    f, arguments = STRUCTURAL[name]
    for outer in (0, 1):
        # A second batch of 2, in front of the first or behind it.
        twice = [np.stack([x, x[::-1]], axis=outer) for x in arguments]
        nested = cr.vmap(cr.vmap(f, in_axes=0), in_axes=outer)
        wanted = [looped(f, [np.take(x, k, outer) for x in twice], [True] * len(twice))
                  for k in range(2)]  # fmt: skip
        found = nested(*twice)
        if isinstance(found, tuple):
            close(found, tuple(np.stack(parts) for parts in zip(*wanted, strict=True)))
        else:
            close(found, np.stack(wanted))


ELEMENTWISE = [row for row in TABLE.values() if isinstance(row, Op)]


@pytest.mark.parametrize("row", ELEMENTWISE, ids=lambda row: row.name)
def test_elementwise_rows(row):
    operands = [
        RANDOM.uniform(low, high, (4, 3)) if low < high else low for low, high in row.domain
    ]
    arrays = [x for x in operands if isinstance(x, np.ndarray)]

    def f(*given):
        rest = iter(given)
        return row(*(next(rest) if isinstance(x, np.ndarray) else x for x in operands))

    for batched in choices(len(arrays)):
        given = [x if b else x[0] for x, b in zip(arrays, batched, strict=True)]
        found = cr.vmap(f, in_axes=tuple(0 if b else None for b in batched))(*given)
        np.testing.assert_array_equal(found, looped(f, given, batched))


def test_examples_of_different_rank_are_aligned():
    f = lambda x, y: x + y
    x, y = array(4), array(4, 2, 3)
    close(cr.vmap(f)(x, y), looped(f, [x, y], [True, True]))
    close(cr.vmap(f, in_axes=(0, None))(x, y), looped(f, [x, y], [True, False]))
    close(cr.vmap(f, in_axes=(None, 0))(x[:3], y), looped(f, [x[:3], y], [False, True]))


def test_nested_vmaps_of_separate_arguments():
    f = lambda x, y: cr.sum(cr.sin(x) * y)
    x, y = array(4, 3), array(5, 3)
    found = cr.vmap(cr.vmap(f, in_axes=(None, 0)), in_axes=(0, None))(x, y)
    np.testing.assert_allclose(found, np.sin(x) @ y.T, rtol=1e-13)
    found = cr.vmap(cr.vmap(f, in_axes=(0, None)), in_axes=(None, 0))(x, y)
    np.testing.assert_allclose(found, (np.sin(x) @ y.T).T, rtol=1e-13)


@pytest.mark.parametrize("count", [0, 1])
def test_no_examples_and_one(count):
    f = cr.vmap(cr.value_and_grad(lambda x: cr.sum(x * x) / 2))
    x = array(4, 3)[:count]
    value, gradient = f(x)
    np.testing.assert_allclose(value, np.sum(x * x, axis=1) / 2)
    np.testing.assert_array_equal(gradient, x)


def test_gradients_of_batches_are_batches_of_gradients():
    def f(w, x):
        return cr.sum(cr.tanh(cr.where(x > 0, w @ x, x * cr.sum(w))))

    w, x = array(3, 3), array(4, 3)
    found = cr.vmap(cr.grad(f, argnums=(0, 1)), in_axes=(None, 0))(w, x)
    close(found, looped(cr.grad(f, argnums=(0, 1)), [w, x], [False, True]))
    outer = cr.grad(lambda w, x: cr.sum(cr.vmap(f, in_axes=(None, 0))(w, x)))(w, x)
    np.testing.assert_allclose(outer, found[0].sum(axis=0), rtol=1e-12)
