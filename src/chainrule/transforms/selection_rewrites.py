"""Rewrite rules of truth values and of where: known conditions, masks in masks."""

from __future__ import annotations

from typing import Any

from ..ops.elementwise import divide, multiply, negative
from ..ops.index import index_row
from ..ops.selection import equal, logical_not, not_equal, where
from ..ops.shape import broadcast_row, reshape_row, transpose_row
from ..program.symbol import BOOL, Term
from .rewriting import Rewriter, rewrites


def _is_truth(x: Any) -> bool:
    """Whether x is a term of truth values."""
    return type(x) is Term and x.dtype == BOOL


@rewrites("logical_and", "logical_or", with_number=True)
def known_truth(rewriter: Rewriter, term: Term) -> Any:
    """t & False = False, t & True = t, t | True = True, t | False = t."""
    x, y = term.operands
    if type(x) is not Term:
        x, y = y, x
    if bool(y) == (term.op.name == "logical_or"):
        return bool(y)
    return x if _is_truth(x) else None


@rewrites("logical_and", "logical_or")
def same_truth(rewriter: Rewriter, term: Term) -> Any:
    """t & t = t."""
    x, y = term.operands
    return x if x is y and _is_truth(x) else None


@rewrites("logical_not")
def not_not(rewriter: Rewriter, term: Term) -> Any:
    """not not t = t, and not (x == y) is x != y, for NaN as well (but x < y is not so)."""
    (x,) = term.operands
    if x.op is logical_not:
        return x.operands[0] if _is_truth(x.operands[0]) else None
    if x.op is equal or x.op is not_equal:
        return rewriter.apply(not_equal if x.op is equal else equal, x.operands, term)
    return None


@rewrites("where", with_number=True)
def known_condition(rewriter: Rewriter, term: Term) -> Any:
    """where(True, x, y) = x."""
    condition, x, y = term.operands
    if type(condition) is Term:
        return None
    chosen = x if condition else y
    return chosen if type(chosen) is not Term or chosen.dtype == term.dtype else None


@rewrites("where")
def same_branches(rewriter: Rewriter, term: Term) -> Any:
    """where(t, x, x) = x; where(not t, x, y) = where(t, y, x)."""
    condition, x, y = term.operands
    if x is y and type(x) is Term:
        return x
    if type(condition) is Term and condition.op is logical_not:
        return rewriter.apply(where, (*condition.operands, y, x), term)
    return None


@rewrites("where")
def mask_in_mask(rewriter: Rewriter, term: Term) -> Any:
    """where(t, where(t, x, y), z) = where(t, x, z), also through a product with the inner one.

    Under a mask that is there already, what the inner one put in its place is never seen.
    """
    condition, x, y = term.operands
    if type(condition) is not Term:
        return None
    inner_x, inner_y = (_under(rewriter, condition, z, i) for i, z in ((1, x), (2, y)))
    if inner_x is x and inner_y is y:
        return None
    return rewriter.apply(where, (condition, inner_x, inner_y), term)


def _under(rewriter: Rewriter, condition: Term, x: Any, branch: int) -> Any:
    """What x is where the condition holds (branch 1) or does not (branch 2)."""
    if type(x) is not Term:
        return x
    if x.op is where:
        return x.operands[branch] if x.operands[0] is condition else x
    if x.op is multiply or x.op is divide or x.op is negative:
        operands = tuple(
            y.operands[branch]
            if type(y) is Term and y.op is where and y.operands[0] is condition
            else y
            for y in x.operands
        )
        if any(a is not b for a, b in zip(operands, x.operands, strict=True)):
            return rewriter.apply(x.op, operands, x)
    return x


@rewrites("not_equal", "equal", with_number=True)
def mask_of_weights(rewriter: Rewriter, term: Term) -> Any:
    """where(t, 1, 0) != 0 is t, also if its elements were moved in between."""
    x, y = term.operands
    if type(x) is not Term or y != 0:
        return None
    truth = _truth(rewriter, x)
    if truth is None or term.op is not_equal:
        return truth
    return rewriter.apply(logical_not, (truth,), term)


def _truth(rewriter: Rewriter, x: Term) -> Any:
    """Where the elements of x are not 0, if it is made of a condition."""
    if x.op is where:
        condition, chosen, other = x.operands
        if type(condition) is not Term or type(chosen) is Term or type(other) is Term:
            return None
        if chosen != 0 and other == 0 and condition.dtype == BOOL:
            return condition
    elif x.op in (reshape_row, transpose_row, broadcast_row, index_row):
        (source,) = x.operands
        inner = _truth(rewriter, source)
        if inner is not None:
            return rewriter.apply(x.op, (inner,), x, x.parameters, dtype=BOOL)
    return None
