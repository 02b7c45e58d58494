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

ALWAYS: dict[Row, tuple[Rule, ...]] = {}
"""Rules of a row, for a term whatever its operands are."""

NUMBER: dict[Row, tuple[Rule, ...]] = {}
"""Rules of an elementwise row that need a plain number among the operands."""

SAME: dict[Row, tuple[Rule, ...]] = {}
"""Rules of an elementwise row whose last two operands are the same."""

OF: dict[Row, dict[Row, tuple[Rule, ...]]] = {}
"""Rules of a row that need an operand made by a certain row."""

COMMUTATIVE = {add, multiply, equal, not_equal, logical_and, logical_or, maximum, minimum}
_PYTHON: dict[str, type] = {"f": float, "i": int, "u": int, "b": bool}
#: Dtypes that NumPy gives to Python's numbers.
_PLAIN = (FLOAT64, np.dtype(np.int64), np.dtype(bool))


def rewrites(
    *names: str, number: bool = False, same: bool = False, of: str = ""
) -> Callable[[Rule], Rule]:
    """Register a rule for rows, by name, and say when it is worth a call.

    ``number``: if an operand is a plain number; ``same``: if the last two operands are the same;
    ``of``: if an operand was made by one of these rows (names with spaces between).
    """

    def register(rule: Rule) -> Rule:
        for row in map(TABLE.__getitem__, names):
            if of:
                table = OF.setdefault(row, {**_LIFTED} if type(row) is Op else {})
                for made_by in map(TABLE.__getitem__, of.split()):
                    table[made_by] = (rule, *table.get(made_by, ()))
            else:
                rules = NUMBER if number else SAME if same else ALWAYS
                rules[row] = (*rules.get(row, ()), rule)
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

    def elementwise(self, op: Op, operands: tuple[Any, ...], like: Term) -> Any:
        """What stands for an elementwise operation, of the type of another term."""
        # Nearly all terms come this way, so the common cases are written out.
        has_number = False
        key: tuple[Any, ...]
        if len(operands) == 2:
            x, y = operands
            if type(x) is Term and type(y) is Term:
                if op in COMMUTATIVE and y.serial < x.serial:
                    key = (op, y, x)
                else:
                    key = (op, x, y)
            else:
                has_number = True
                if type(x) is Term:
                    key = (op, x, y if type(y) is float and y != 0 else number_key(y))
                elif type(y) is not Term:
                    return self.folded(op, operands, like.dtype)
                elif op in COMMUTATIVE:
                    key = (op, y, number_key(x))
                else:
                    key = (op, number_key(x), y)
        elif len(operands) == 1 and type(operands[0]) is Term:
            key = (op, operands[0])
        else:
            numbers = [x for x in operands if type(x) is not Term]
            if len(numbers) == len(operands):
                return self.folded(op, operands, like.dtype)
            has_number = bool(numbers)
            if op is where and type(operands[0]) is Term and len(numbers) == 2:
                operands = self._typed_branches(operands, like)
            key = (op, *(x if type(x) is Term else number_key(x) for x in operands))
        region = like.region
        if region:
            key = (*key, region)
        result = self.known.get(key)
        if result is not None:
            return result
        terms = self.terms
        term = Term(
            None,
            self.first + len(terms),
            op,
            operands,
            NO_PARAMETERS,
            like.shape,
            like.dtype,
            like.weak,
            region,
        )
        if has_number and op in NUMBER:
            result = _first(NUMBER[op], self, term)
        if result is None and op in ALWAYS:
            result = _first(ALWAYS[op], self, term)
        if result is None and operands[-1] is operands[-2 % len(operands)] and op in SAME:
            result = _first(SAME[op], self, term)
        if result is None:
            of = OF.get(op, _LIFTED)
            for x in operands:
                if type(x) is Term and x.op in of:
                    result = _first(of[x.op], self, term)
                    if result is not None:
                        break
            else:
                term.serial = self.first + len(terms)
                terms.append(term)
                result = term
        self.known[key] = result
        return result

    def structural(
        self,
        op: Row,
        operands: tuple[Any, ...],
        like: Term,
        parameters: dict[str, Any] = NO_PARAMETERS,
        shape: tuple[Any, ...] | None = None,
        dtype: Any = None,
    ) -> Any:
        """What stands for any operation: of the type of another term where nothing else is said."""
        term = Term(
            None,
            -1,
            op,
            operands,
            parameters,
            like.shape if shape is None else shape,
            like.dtype if dtype is None else dtype,
            like.weak,
            like.region,
        )
        try:
            key: Any = (op, operands, tuple(parameters.items()), like.region)
            result = self.known.get(key)
        except TypeError:  # a parameter that cannot be hashed, so nothing is known to be equal
            key, result = object(), None
        if result is None:
            result = _first(ALWAYS.get(op, ()), self, term)
            of = OF.get(op, {})
            for x in operands if of else ():
                if result is None and x.op in of:
                    result = _first(of[x.op], self, term)
            if result is None:
                result = self.append(term)
            self.known[key] = result
        return result

    def append(self, term: Term) -> Term:
        """Take a term as it is."""
        term.serial = self.first + len(self.terms)
        self.terms.append(term)
        return term

    def whole(self, x: Any, like: Term) -> Term:
        """A term for what may be a plain number, of the shape and dtype of another term."""
        return x if type(x) is Term else self.filled(x, like, like.shape, like.dtype)

    def filled(self, number: Any, like: Term, shape: tuple[Any, ...], dtype: Any) -> Term:
        """A term of one number everywhere."""
        value = dtype.type(number)
        # 0.0 and -0.0 are equal, but not the same; NaN is not equal to itself.
        key = (literal_row, dtype.char, repr(value), shape, like.weak, like.region)
        known: Term | None = self.known.get(key)
        if known is None:
            parameters = {"value": value}
            if shape:
                operands = (self.filled(number, like, (), dtype),)
                op, parameters = broadcast_row, {"shape": shape}
            else:
                operands, op = (), literal_row
            known = self.known[key] = self.append(
                Term(None, -1, op, operands, parameters, shape, dtype, like.weak, like.region)
            )
        return known

    def folded(self, op: Op, numbers: Sequence[Any], dtype: Any) -> Any:
        """An elementwise operation on plain numbers, as a plain number."""
        with np.errstate(all="ignore"):
            return _PYTHON[dtype.kind](dtype.type(op.numpy(*numbers)))

    def _typed_branches(
        self, operands: tuple[Any, ...], like: Term
    ) -> tuple[Any, ...]:
        """Numbers for where to choose from: their type is the result's, as nothing else says it."""
        condition, x, y = operands
        dtype = like.dtype
        kind = _PYTHON[dtype.kind]
        x, y = kind(x), kind(y)
        return (condition, x if dtype in _PLAIN else self.filled(x, like, like.shape, dtype), y)


def _first(rules: tuple[Rule, ...], rewriter: Rewriter, term: Term) -> Any:
    """What the first rule that fits gives."""
    for rule in rules:
        result = rule(rewriter, term)
        if result is not None:
            return result
    return None


def number_key(x: Any) -> Any:
    """What tells plain numbers apart: 0.0 from -0.0, 1 from 1.0 and True."""
    return x if type(x) is float and x != 0 else (type(x), repr(x))


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
    small = Term(
        None, -1, term.op, (), NO_PARAMETERS, shape, term.dtype, term.weak, term.region
    )
    inner = rewriter.elementwise(term.op, tuple(sources), small)
    if type(inner) is not Term:
        return inner
    return rewriter.structural(broadcast_row, (inner,), term, {"shape": term.shape})


#: What the rules of any elementwise row have in common.
_LIFTED: dict[Row, tuple[Rule, ...]] = {broadcast_row: (lifted,)}
