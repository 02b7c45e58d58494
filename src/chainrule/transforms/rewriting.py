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


class RowRules:
    """The rules of a row, by when they are worth a call."""

    __slots__ = ("always", "is_commutative", "number", "of", "same")

    def __init__(self, row: Row) -> None:
        self.always: tuple[Rule, ...] = ()
        #: Of an elementwise row: rules that need a plain number among the operands.
        self.number: tuple[Rule, ...] = ()
        #: Rules that need the last two operands to be the same.
        self.same: tuple[Rule, ...] = ()
        #: Rules that need an operand made by a certain row.
        self.of: dict[Row, tuple[Rule, ...]] = {broadcast_row: (lifted,)} if type(row) is Op else {}
        self.is_commutative = row in COMMUTATIVE


class _Table(dict[Row, RowRules]):
    def __missing__(self, row: Row) -> RowRules:
        rules = self[row] = RowRules(row)
        return rules


RULES = _Table()
"""The rules of every row."""

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
            rules = RULES[row]
            if of:
                for made_by in map(TABLE.__getitem__, of.split()):
                    rules.of[made_by] = (rule, *rules.of.get(made_by, ()))
            else:
                kind = "number" if number else "same" if same else "always"
                setattr(rules, kind, (*getattr(rules, kind), rule))
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

    def elementwise(self, op: Row, operands: tuple[Any, ...], like: Term) -> Any:
        """What stands for an elementwise operation, of the type of another term."""
        # Nearly all terms come this way, so that the common cases are written out.
        rules = RULES[op]
        count = len(operands)
        x, y = operands[0], operands[-1]
        has_number = False
        key: tuple[Any, ...]
        if count == 2:
            if type(x) is Term and type(y) is Term:
                key = (op, y, x) if rules.is_commutative and y.serial < x.serial else (op, x, y)
            elif type(x) is Term:
                has_number = True
                key = (op, x, y if type(y) is float and y != 0 else number_key(y))
            elif type(y) is Term:
                has_number = True
                key = (op, y, number_key(x)) if rules.is_commutative else (op, number_key(x), y)
            else:
                return self.folded(op, operands, like.dtype)
        elif count == 1 and type(x) is Term:
            key = (op, x)
        else:
            numbers = [z for z in operands if type(z) is not Term]
            if len(numbers) == count:
                return self.folded(op, operands, like.dtype)
            has_number = bool(numbers)
            if op is where and type(x) is Term and len(numbers) == 2:
                operands = self._typed_branches(operands, like)
            key = (op, *(z if type(z) is Term else number_key(z) for z in operands))
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
        if has_number and rules.number:
            result = _first(rules.number, self, term)
        if rules.always and result is None:
            result = _first(rules.always, self, term)
        if rules.same and result is None and y is operands[-2]:
            result = _first(rules.same, self, term)
        if result is None:
            of = rules.of
            if type(y) is Term and y.op in of:
                result = _first(of[y.op], self, term)
            if result is None and type(x) is Term and x.op in of:
                result = _first(of[x.op], self, term)
            if result is None and count == 3:
                middle = operands[1]
                if type(middle) is Term and middle.op in of:
                    result = _first(of[middle.op], self, term)
            if result is None:
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
            result = _first(RULES[op].always, self, term)
            of = RULES[op].of
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
        operands: tuple[Any, ...]
        parameters: dict[str, Any]
        if known is None:
            op, operands, parameters = literal_row, (), {"value": value}
            if shape:
                literal = self.filled(number, like, (), dtype)
                op, operands, parameters = broadcast_row, (literal,), {"shape": shape}
            known = self.known[key] = self.append(
                Term(None, -1, op, operands, parameters, shape, dtype, like.weak, like.region)
            )
        return known

    def folded(self, op: Row, numbers: Sequence[Any], dtype: Any) -> Any:
        """An elementwise operation on plain numbers, as a plain number."""
        with np.errstate(all="ignore"):
            return _PYTHON[dtype.kind](dtype.type(op.numpy(*numbers)))  # type: ignore[attr-defined]

    def _typed_branches(self, operands: tuple[Any, ...], like: Term) -> tuple[Any, ...]:
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
    small = Term(None, -1, term.op, (), NO_PARAMETERS, shape, term.dtype, term.weak, term.region)
    inner = rewriter.elementwise(term.op, tuple(sources), small)
    if type(inner) is not Term:
        return inner
    return rewriter.structural(broadcast_row, (inner,), term, {"shape": term.shape})
