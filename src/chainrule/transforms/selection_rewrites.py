"""Rewrite rules of truth values and of where: known conditions, masks in masks."""

from __future__ import annotations

from typing import Any

from ..ops.elementwise import divide, multiply, negative
from ..ops.index import index_row
from ..ops.selection import equal, logical_not, not_equal, where
from ..ops.shape import broadcast_row, reshape_row, transpose_row
from ..program.symbol import BOOL, Term
from .rewriting import Rewriter, rewrites


def _of_type(x: Any, term: Term) -> Any:
    """x if it can stand for a term: a plain number, or a term of its dtype."""
    return x if type(x) is not Term or x.dtype == term.dtype else None


def _is_truth(x: Any) -> bool:
    """Whether x is a term of truth values."""
    return type(x) is Term and x.dtype == BOOL


@rewrites("logical_and", "logical_or", number=True)
def known_truth(rewriter: Rewriter, term: Term) -> Any:
    """t & False = False, t & True = t, t | True = True, t | False = t."""
    x, y = term.operands
    if type(x) is not Term:
        x, y = y, x
    if bool(y) == (term.op.name == "logical_or"):
        return bool(y)
    return x if _is_truth(x) else None


@rewrites("logical_and", "logical_or", same=True)
def same_truth(rewriter: Rewriter, term: Term) -> Any:
    """t & t = t."""
    x, _ = term.operands
    return x if _is_truth(x) else None


@rewrites("logical_not", of="logical_not equal not_equal")
def not_not(rewriter: Rewriter, term: Term) -> Any:
    """not not t = t, and not (x == y) is x != y, for NaN as well (but x < y is not so)."""
    (x,) = term.operands
    if x.op is logical_not:
        return x.operands[0] if _is_truth(x.operands[0]) else None
    return rewriter.elementwise(not_equal if x.op is equal else equal, x.operands, term)


@rewrites("where", number=True)
def known_condition(rewriter: Rewriter, term: Term) -> Any:
    """where(True, x, y) = x."""
    condition, x, y = term.operands
    if type(condition) is Term:
        return None
    return _of_type(x if condition else y, term)


@rewrites("where", same=True)
def same_branches(rewriter: Rewriter, term: Term) -> Any:
    """where(t, x, x) = x."""
    return _of_type(term.operands[1], term)


@rewrites("where", of="logical_not")
def negated_condition(rewriter: Rewriter, term: Term) -> Any:
    """where(not t, x, y) = where(t, y, x)."""
    condition, x, y = term.operands
    if type(condition) is not Term or condition.op is not logical_not:
        return None
    return rewriter.elementwise(where, (*condition.operands, y, x), term)


@rewrites("where", of="where multiply divide negative")
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
    return rewriter.elementwise(where, (condition, inner_x, inner_y), term)


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
            return rewriter.elementwise(x.op, operands, x)
    return x


@rewrites("not_equal", "equal", of="where reshape transpose broadcast_to index")
def mask_of_weights(rewriter: Rewriter, term: Term) -> Any:
    """where(t, 1, 0) != 0 is t, also if its elements were moved in between."""
    x, y = term.operands
    if type(x) is not Term or type(y) is Term or y != 0:
        return None
    truth = _truth(rewriter, x)
    if truth is None or term.op is not_equal:
        return truth
    return rewriter.elementwise(logical_not, (truth,), term)


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
            return rewriter.structural(x.op, (inner,), x, x.parameters, dtype=BOOL)
    return None
