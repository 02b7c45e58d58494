"""Rewrite rules of what moves, sums and casts elements: one move instead of two, or none."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ops.elementwise import divide, multiply, negative
from ..ops.index import index_row, scatter_row
from ..ops.linalg.solving import cholesky_row
from ..ops.reduce import constant_row, sum_row
from ..ops.selection import where
from ..ops.shape import (
    astype_row,
    broadcast_row,
    reshape_row,
    transpose_row,
)
from ..ops.triangular import triangular_row
from ..program.symbol import Term
from .rewriter import Rewriter
from .rewriting import rewrites, same_extent, same_shape


@rewrites("reshape", "broadcast_to")
def shape_of_shape(rewriter: Rewriter, term: Term) -> Any:
    """reshape(reshape(x)) = reshape(x), and x where it has the shape; so for broadcast_to."""
    (x,) = term.operands
    if same_shape(x.shape, term.shape):
        return x
    if x.op is term.op:
        return rewriter.structural(term.op, x.operands, term, term.parameters)
    return None


@rewrites("transpose")
def transpose_of_transpose(rewriter: Rewriter, term: Term) -> Any:
    """transpose(transpose(x)) = transpose(x), and x itself where the axes are in order."""
    (x,) = term.operands
    axes = term.parameters["axes"]
    if axes == tuple(range(len(axes))):
        return x
    if x.op is transpose_row:
        (source,) = x.operands
        combined = tuple(x.parameters["axes"][axis] for axis in axes)
        return rewriter.structural(transpose_row, (source,), term, {"axes": combined})
    return None


@rewrites("astype")
def cast_of_cast(rewriter: Rewriter, term: Term) -> Any:
    """astype(astype(x)) = astype(x) where the inner one loses nothing; x where it has the dtype."""
    (x,) = term.operands
    if x.dtype == term.dtype:
        return x
    if x.op is astype_row and np.can_cast(x.operands[0].dtype, x.dtype, "safe"):
        return rewriter.structural(astype_row, x.operands, term, term.parameters)
    return None


@rewrites("astype", of="where")
def cast_of_weights(rewriter: Rewriter, term: Term) -> Any:
    """astype(where(t, 1, 0)) is where(t, 1, 0) of that dtype, also of one in another."""
    (x,) = term.operands
    return _weights(rewriter, x, term) if term.dtype.kind == "f" else None


def _weights(rewriter: Rewriter, x: Any, like: Term) -> Any:
    """Numbers chosen by conditions, as terms of the type of another; None if x is no such term."""
    if type(x) is not Term:
        return x
    if x.op is not where or type(x.operands[0]) is not Term:
        return None
    condition, first, second = x.operands
    chosen = _weights(rewriter, first, like)
    other = _weights(rewriter, second, like)
    if chosen is None or other is None:
        return None
    return rewriter.elementwise(where, (condition, chosen, other), like)


@rewrites("stop_gradient")
def final_constant(rewriter: Rewriter, term: Term) -> Any:
    """stop_gradient(x) = x where no derivative is taken any more; twice is once."""
    (x,) = term.operands
    return x if rewriter.is_final or x.op is constant_row else None


@rewrites("extent")
def known_extent(rewriter: Rewriter, term: Term) -> Any:
    """An extent that is the same for every length is a number."""
    extent = term.parameters["extent"]
    return float(extent) if type(extent) is int else None


@rewrites("solve")
def solve_with_a_factor(rewriter: Rewriter, term: Term) -> Any:
    """solve(a, b) of a factor of cholesky's, or its transpose, which is triangular already."""
    a, b = term.operands
    factor, rank = a, len(a.shape)
    if a.op is transpose_row and a.parameters["axes"] == (*range(rank - 2), rank - 1, rank - 2):
        (factor,) = a.operands
    if factor.op is not cholesky_row:
        return None
    parameters = {"lower": factor is a, "is_unit": False}
    return rewriter.structural(triangular_row, (a, b), term, parameters)


# --- reductions -----------------------------------------------------------------------------------


@rewrites("sum", "prod", "max", "min")
def reduce_nothing(rewriter: Rewriter, term: Term) -> Any:
    """A reduction over axes of extent 1, or over none, is a reshape."""
    (x,) = term.operands
    if x.dtype != term.dtype or not all(_is_one(x.shape[a]) for a in term.parameters["axes"]):
        return None
    return rewriter.structural(reshape_row, (x,), term, {"shape": term.shape})


def _is_one(extent: Any) -> bool:
    return type(extent) is int and extent == 1


@rewrites("sum")
def sum_of_scaled(rewriter: Rewriter, term: Term) -> Any:
    """sum(s * v) = s * sum(v) where s is the same along the axes; so are sum(v / s) and sum(-v).

    Of a product of products every such factor is taken out: of a derivative it is often the
    innermost, and each is a multiplication an element.
    """
    (x,) = term.operands
    if x.dtype != term.dtype or x.dtype.kind != "f":
        return None
    scales: list[tuple[Any, Any]] = []
    core = _unscaled(rewriter, x, term, scales, depth=0)
    if not scales:
        return None
    result = rewriter.structural(sum_row, (core,), term, term.parameters)
    for op, scale in scales:
        operands = (result,) if op is negative else (result, scale)
        result = rewriter.elementwise(op, operands, term)
    return result


#: Products of products are looked through so far.
DEEPEST = 4


def _unscaled(
    rewriter: Rewriter, x: Any, total: Term, scales: list[tuple[Any, Any]], depth: int
) -> Any:
    """x without the factors that are the same along the axes of a sum; these go to ``scales``.

    A factor that a product is multiplied with later may keep it from overflowing, so that only
    plain numbers are taken out from below, and of float64 what is no number.
    """
    if type(x) is not Term or x.dtype != total.dtype or depth > DEEPEST:
        return x
    if x.op is negative:
        scales.append((negative, None))
        return _unscaled(rewriter, x.operands[0], total, scales, depth + 1)
    if x.op is not multiply and x.op is not divide:
        return x
    v, s = x.operands
    scale = _along(rewriter, s, total, x)
    if scale is None and x.op is multiply:
        v, s = s, v
        scale = _along(rewriter, s, total, x)
    if scale is not None and type(v) is Term and (depth == 0 or _is_tame(scale)):
        scales.append((x.op, scale))
        return _unscaled(rewriter, v, total, scales, depth + 1)
    v, s = x.operands
    found = len(scales)
    v = _unscaled(rewriter, v, total, scales, depth + 1)
    if x.op is multiply:
        s = _unscaled(rewriter, s, total, scales, depth + 1)
    return x if len(scales) == found else rewriter.elementwise(x.op, (v, s), x)


def _is_tame(scale: Any) -> bool:
    """Whether a product may do without a factor until it is summed."""
    if type(scale) is Term:
        return bool(scale.dtype == np.float64)
    return bool(2.0**-32 <= abs(scale) <= 2.0**32)


def _along(rewriter: Rewriter, s: Any, total: Term, summed: Term) -> Any:
    """s in the shape of a sum, if it is the same along all axes that are summed; else None."""
    if type(s) is not Term:
        return s
    if s.op is not broadcast_row:
        return None
    (source,) = s.operands
    axes = total.parameters["axes"]
    before = len(summed.shape) - len(source.shape)
    if not all(axis < before or _is_one(source.shape[axis - before]) for axis in axes):
        return None
    kept = tuple(e for axis, e in enumerate(source.shape, before) if axis not in axes)
    aligned = rewriter.structural(reshape_row, (source,), total, {"shape": kept}, kept)
    return rewriter.structural(broadcast_row, (aligned,), total, {"shape": total.shape})


# --- indices --------------------------------------------------------------------------------------


def _is_full(key: tuple[Any, ...], shape: tuple[Any, ...]) -> bool:
    return all(
        type(entry) is tuple
        and same_extent(entry[0], 0)
        and same_extent(entry[1], extent)
        and entry[2] == 1
        for entry, extent in zip(key, shape, strict=True)
    )


def _is_whole(key: tuple[Any, ...], shape: tuple[Any, ...]) -> bool:
    """Whether the key takes every element in order: as a full one, or the only one of an axis."""
    return all(
        type(entry) is not tuple or _is_full((entry,), (extent,))
        if _is_one(extent)
        else _is_full((entry,), (extent,))
        for entry, extent in zip(key, shape, strict=True)
    )


@rewrites("index")
def index_of_whole(rewriter: Rewriter, term: Term) -> Any:
    """x[:] = x, x[:, 0] of one column is a reshape; what was scattered at a key is what it was.

    An index of an index is one.
    """
    (x,) = term.operands
    key = term.parameters["key"]
    if _is_full(key, x.shape):
        return x
    if x.op is scatter_row and x.parameters["key"] == key:
        return x.operands[0]
    if x.op is index_row:
        combined = _combined(x.parameters["key"], key)
        return combined and rewriter.structural(index_row, x.operands, term, {"key": combined})
    if _is_whole(key, x.shape):
        return rewriter.structural(reshape_row, (x,), term, {"shape": term.shape})
    return None


def _combined(first: tuple[Any, ...], second: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """One key for two, if the first has whole numbers or slices of step 1."""
    rest = iter(second)
    combined: list[Any] = []
    for entry in first:
        if type(entry) is not tuple:
            combined.append(entry)
            continue
        start, _, step = entry
        inner = next(rest)
        if step != 1:
            return None
        if type(inner) is tuple:
            if inner[2] < 0:
                return None
            combined.append((start + inner[0], start + inner[1], inner[2]))
        else:
            combined.append(start + inner)
    return tuple(combined)


@rewrites("scatter")
def scatter_whole(rewriter: Rewriter, term: Term) -> Any:
    """A scatter to every place is what it was made of, maybe in another shape."""
    (x,) = term.operands
    if _is_full(term.parameters["key"], term.shape):
        return x
    if _is_whole(term.parameters["key"], term.shape):
        return rewriter.structural(reshape_row, (x,), term, {"shape": term.shape})
    return None


@rewrites("concatenate")
def concatenate_pieces(rewriter: Rewriter, term: Term) -> Any:
    """One array alone is itself, and the pieces of an array in their order are the array."""
    xs = term.operands
    if len(xs) == 1:
        return xs[0] if xs[0].dtype == term.dtype else None
    axis = term.parameters["axis"]
    source = None
    at: Any = 0
    for x in xs:
        if x.op is not index_row or (source is not None and x.operands[0] is not source):
            return None
        (source,) = x.operands
        key = x.parameters["key"]
        if any(type(entry) is not tuple for entry in key):
            return None
        start, stop, step = key[axis]
        others = _is_full(
            key[:axis] + key[axis + 1 :], source.shape[:axis] + source.shape[axis + 1 :]
        )
        if not others or step != 1 or not same_extent(start, at):
            return None
        at = stop
    assert source is not None
    return source if same_extent(at, source.shape[axis]) and source.dtype == term.dtype else None
