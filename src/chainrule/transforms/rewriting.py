"""The rewriter: makes the terms of a Program anew, each by way of the table of rewrite rules.

A rule is a function of the rewriter and of a term that is about to be made; it gives what stands
for the term, a term or a plain number, or None where it does not fit. Rules are registered for a
row by :func:`rewrites`, in ``arithmetic_rewrites.py``, ``selection_rewrites.py`` and
``structure_rewrites.py``; to add one, add a function there.

What is the same number everywhere is a plain number here, whatever its shape, until something needs
an array of it. What was made before of the same operands is not made again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..ops import TABLE, Op, Row
from ..ops.creation import literal_row
from ..ops.elementwise import add, multiply
from ..ops.selection import equal, logical_and, logical_or, maximum, minimum, not_equal, where
from ..ops.shape import broadcast_row
from ..program.symbol import FLOAT64, NO_PARAMETERS, Term

Rule = Callable[["Rewriter", Term], Any]

RULES: dict[Row, tuple[Rule, ...]] = {}
"""Rules of a row, for a term whatever its operands are."""

NUMBER_RULES: dict[Row, tuple[Rule, ...]] = {}
"""Rules of an elementwise row that need a plain number among the operands."""

COMMUTATIVE = {add, multiply, equal, not_equal, logical_and, logical_or, maximum, minimum}
_PYTHON: dict[str, type] = {"f": float, "i": int, "u": int, "b": bool}
#: Dtypes that NumPy gives to Python's numbers.
_PLAIN = (FLOAT64, np.dtype(np.int64), np.dtype(bool))


def rewrites(*names: str, with_number: bool = False) -> Callable[[Rule], Rule]:
    """Register a rule for rows, by name; ``with_number`` if it needs a plain number operand."""

    def register(rule: Rule) -> Rule:
        table = NUMBER_RULES if with_number else RULES
        for name in names:
            table[TABLE[name]] = (*table.get(TABLE[name], ()), rule)
        return rule

    return register


def same_extent(a: Any, b: Any) -> bool:
    """Whether two extents are equal for every length; asking ``a == b`` would note a guard."""
    return a is b or (type(a) is int and type(b) is int and a == b)


def same_shape(a: Sequence[Any], b: Sequence[Any]) -> bool:
    """Whether two shapes are equal for every length."""
    return a is b or (len(a) == len(b) and all(map(same_extent, a, b)))


class Rewriter:
    """The new terms, and what is known of them."""

    def __init__(self, first: int, is_final: bool) -> None:
        #: Serials of inputs are below.
        self.first = first
        self.is_final = is_final
        self.terms: list[Term] = []
        self.known: dict[Any, Any] = {}
        #: Sums of scatters that are not whole yet, by the term of the sum.
        self.pieces: dict[Term, Any] = {}

    # --- what rules call --------------------------------------------------------------------------

    def apply(
        self,
        op: Row,
        operands: tuple[Any, ...],
        like: Term,
        parameters: dict[str, Any] = NO_PARAMETERS,
        shape: tuple[Any, ...] | None = None,
        dtype: Any = None,
    ) -> Any:
        """What stands for an operation: of the type of another term where nothing else is said."""
        shape = like.shape if shape is None else shape
        dtype = like.dtype if dtype is None else dtype
        if type(op) is Op:
            count = sum(type(x) is not Term for x in operands)
            if count == len(operands):
                return self.folded(op, operands, dtype)
            if op is where and count == 2 and type(operands[0]) is Term:
                operands = self._typed_branches(operands, shape, dtype, like)
            return self.made(
                _key(op, operands, like.region),
                Term(None, -1, op, operands, parameters, shape, dtype, like.weak, like.region),
                count > 0,
            )
        try:
            key: Any = (op, operands, tuple(parameters.items()), like.region)
            hash(key)
        except TypeError:
            key = object()
        return self.made(
            key, Term(None, -1, op, operands, parameters, shape, dtype, like.weak, like.region)
        )

    def made(self, key: Any, term: Term, has_number: bool = False) -> Any:
        """What stands for a term: known already, given by a rule, or the term itself."""
        known = self.known.get(key)
        if known is not None:
            return known
        result = None
        if has_number:
            for rule in NUMBER_RULES.get(term.op, ()):
                result = rule(self, term)
                if result is not None:
                    break
        if result is None:
            for rule in RULES.get(term.op, ()):
                result = rule(self, term)
                if result is not None:
                    break
            else:
                result = lifted(self, term) if type(term.op) is Op else None
        if result is None:
            term.serial = self.first + len(self.terms)
            self.terms.append(term)
            result = term
        self.known[key] = result
        return result

    def whole(self, x: Any, like: Term) -> Term:
        """A term for what may be a plain number, of the shape and dtype of another term."""
        return x if type(x) is Term else self.filled(x, like, like.shape, like.dtype)

    def filled(self, number: Any, like: Term, shape: tuple[Any, ...], dtype: Any) -> Term:
        """A term of one number everywhere."""
        value = dtype.type(number)
        # 0.0 and -0.0 are equal, but not the same; NaN is not equal to itself.
        key = (literal_row, dtype.char, repr(value), like.weak, like.region)
        literal = self.made(
            key,
            Term(None, -1, literal_row, (), {"value": value}, (), dtype, like.weak, like.region),
        )
        if not shape:
            return literal  # type: ignore[no-any-return]
        # Not by way of the rules, which would give the number.
        key = (broadcast_row, literal, shape, like.region)
        known = self.known.get(key)
        if known is None:
            known = self.known[key] = Term(
                None,
                self.first + len(self.terms),
                broadcast_row,
                (literal,),
                {"shape": shape},
                shape,
                dtype,
                like.weak,
                like.region,
            )
            self.terms.append(known)
        return known  # type: ignore[no-any-return]

    def folded(self, op: Op, numbers: Sequence[Any], dtype: Any) -> Any:
        """An elementwise operation on plain numbers, as a plain number."""
        with np.errstate(all="ignore"):
            return _PYTHON[dtype.kind](dtype.type(op.numpy(*numbers)))

    def _typed_branches(
        self, operands: tuple[Any, ...], shape: tuple[Any, ...], dtype: Any, like: Term
    ) -> tuple[Any, ...]:
        """Numbers for where to choose from: their type is the result's, as nothing else says it."""
        condition, x, y = operands
        kind = _PYTHON[dtype.kind]
        x, y = kind(x), kind(y)
        return (condition, x if dtype in _PLAIN else self.filled(x, like, shape, dtype), y)


def number_key(x: Any) -> Any:
    """What tells plain numbers apart: 0.0 from -0.0, 1 from 1.0 and True."""
    return x if type(x) is float and x != 0 else (type(x), repr(x))


def _key(op: Op, operands: tuple[Any, ...], region: int) -> Any:
    parts = [x if type(x) is Term else number_key(x) for x in operands]
    if op in COMMUTATIVE and _order(operands[1]) < _order(operands[0]):
        parts.reverse()
    return (op, *parts, region) if region else (op, *parts)


def _order(x: Any) -> int:
    """Terms by age, and numbers behind them."""
    return x.serial if type(x) is Term else 1 << 62


def lifted(rewriter: Rewriter, term: Term) -> Any:
    """An operation on what was repeated is repeated after it: f(broadcast(x)) = broadcast(f(x))."""
    sources = []
    shape = None
    for x in term.operands:
        if type(x) is Term:
            if x.op is not broadcast_row:
                return None
            (x,) = x.operands
            if shape is None:
                shape = x.shape
            elif not same_shape(shape, x.shape):
                return None
        sources.append(x)
    assert shape is not None
    inner = rewriter.apply(term.op, tuple(sources), term, shape=shape)
    if type(inner) is not Term:
        return inner
    return rewriter.apply(broadcast_row, (inner,), term, {"shape": term.shape})
