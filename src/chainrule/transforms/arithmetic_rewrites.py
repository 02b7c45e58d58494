"""Rewrite rules of arithmetic: identities, powers, signs, reciprocals.

NaN and infinity keep their meaning: x*0 is not 0, x - x is not 0. That -0.0 + 0.0 is 0.0 is the
one thing that is ignored.
"""

from __future__ import annotations

from typing import Any

from ..ops.elementwise import (
    add,
    multiply,
    negative,
    reciprocal,
    sqrt,
    square,
    subtract,
)
from ..program.symbol import Term
from .rewriting import Rewriter, rewrites


def _is(x: Any, number: float) -> bool:
    return type(x) is not Term and x == number


def _unchanged(x: Any, term: Term) -> Any:
    """x in the place of a term, if that is of the same dtype."""
    return x if type(x) is Term and x.dtype == term.dtype else None


@rewrites("add", number=True)
def add_zero(rewriter: Rewriter, term: Term) -> Any:
    """x + 0 = x."""
    x, y = term.operands
    if _is(y, 0):
        return _unchanged(x, term)
    return _unchanged(y, term) if _is(x, 0) else None


@rewrites("subtract", number=True)
def subtract_zero(rewriter: Rewriter, term: Term) -> Any:
    """x - 0 = x."""
    x, y = term.operands
    return _unchanged(x, term) if _is(y, 0) else None


@rewrites("multiply", number=True)
def multiply_one(rewriter: Rewriter, term: Term) -> Any:
    """x * 1 = x, and x * -1 = -x."""
    x, y = term.operands
    if type(x) is not Term:
        x, y = y, x
    if _unchanged(x, term) is None:
        return None
    if y == 1:
        return x
    return rewriter.elementwise(negative, (x,), term) if y == -1 else None


@rewrites("divide", number=True)
def divide_one(rewriter: Rewriter, term: Term) -> Any:
    """x / 1 = x, x / -1 = -x, and 1 / x is a reciprocal."""
    x, y = term.operands
    if _is(x, 1) and y.dtype == term.dtype:
        return rewriter.elementwise(reciprocal, (y,), term)
    if type(y) is Term or _unchanged(x, term) is None:
        return None
    if y == 1:
        return x
    return rewriter.elementwise(negative, (x,), term) if y == -1 else None


@rewrites("power", number=True)
def small_power(rewriter: Rewriter, term: Term) -> Any:
    """x**n for small whole and half n, by products and roots.

    They differ from ``pow`` by an ulp or two, and at -inf: ``(-inf)**0.5`` is NaN, the square root,
    where C's ``pow`` says inf.
    """
    x, n = term.operands
    if type(n) is Term or x.dtype != term.dtype:
        return None
    if n == 0:
        return 1.0
    if n == 1:
        return x

    def of(op: Any, *operands: Any) -> Any:
        return rewriter.elementwise(op, operands, term)

    if n in (2, 3, 4):
        squared = of(square, x)
        return squared if n == 2 else of(multiply, squared, x) if n == 3 else of(square, squared)
    if n == 0.5:
        return of(sqrt, x)
    if n == -0.5:
        return of(reciprocal, of(sqrt, x))
    if n == -1:
        return of(reciprocal, x)
    return of(reciprocal, of(square, x)) if n == -2 else None


@rewrites("multiply", same=True)
def multiply_itself(rewriter: Rewriter, term: Term) -> Any:
    """x * x is a square."""
    x, _ = term.operands
    return rewriter.elementwise(square, (x,), term)


@rewrites("multiply", "divide", of="negative")
def sign_of_product(rewriter: Rewriter, term: Term) -> Any:
    """(-x) * (-y) = x * y, and (-x) * 2 = x * -2."""
    x, y = term.operands
    if _is_op(x, negative):
        if _is_op(y, negative):
            return rewriter.elementwise(term.op, (x.operands[0], y.operands[0]), term)
        if type(y) is not Term:
            return rewriter.elementwise(term.op, (x.operands[0], -y), term)
    elif type(x) is not Term:
        return rewriter.elementwise(term.op, (-x, y.operands[0]), term)
    return None


def _is_op(x: Any, op: Any) -> bool:
    return type(x) is Term and x.op is op


@rewrites("add", of="negative")
def add_negative(rewriter: Rewriter, term: Term) -> Any:
    """x + (-y) = x - y."""
    x, y = term.operands
    if _is_op(y, negative):
        return rewriter.elementwise(subtract, (x, y.operands[0]), term)
    return rewriter.elementwise(subtract, (y, x.operands[0]), term)


@rewrites("subtract", of="negative")
def subtract_negative(rewriter: Rewriter, term: Term) -> Any:
    """x - (-y) = x + y."""
    x, y = term.operands
    return rewriter.elementwise(add, (x, y.operands[0]), term) if _is_op(y, negative) else None


@rewrites("negative", of="negative multiply")
def negative_negative(rewriter: Rewriter, term: Term) -> Any:
    """-(-x) = x, and -(x * 2) = x * -2."""
    (x,) = term.operands
    if x.op is negative:
        return x.operands[0]
    y, number = x.operands
    if type(number) is not Term:
        return rewriter.elementwise(multiply, (y, -number), term)
    if type(y) is not Term:
        return rewriter.elementwise(multiply, (-y, number), term)
    return None


@rewrites("abs", "square", of="negative abs")
def even_function(rewriter: Rewriter, term: Term) -> Any:
    """abs(-x) = abs(x), abs(abs(x)) = abs(x), and the same of squares."""
    (x,) = term.operands
    return rewriter.elementwise(term.op, x.operands, term)


@rewrites("reciprocal", of="negative")
def reciprocal_of_negative(rewriter: Rewriter, term: Term) -> Any:
    """1 / (-x) = -(1 / x), so that one reciprocal serves both signs."""
    (x,) = term.operands
    return rewriter.elementwise(
        negative, (rewriter.elementwise(reciprocal, x.operands, term),), term
    )


@rewrites("divide")
def shared_reciprocal(rewriter: Rewriter, term: Term) -> Any:
    """x / y = x * (1 / y) where 1 / y is a term already: 1.5 ulp at most instead of 0.5.

    Where y is subnormal, 1 / y is infinite, and the quotient infinite or NaN.
    """
    x, y = term.operands
    if type(y) is not Term:
        return None
    shared = rewriter.known.get((reciprocal, y, term.region) if term.region else (reciprocal, y))
    return None if shared is None else rewriter.elementwise(multiply, (x, shared), term)


@rewrites("positive")
def identity(rewriter: Rewriter, term: Term) -> Any:
    """+x = x."""
    return term.operands[0]
