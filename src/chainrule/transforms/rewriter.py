"""The rewriter: makes the terms of a Program anew, each by way of the table of rewrite rules.

What is the same number everywhere is a plain number here, whatever its shape, until something needs
an array of it. What was made before of the same operands is not made again. The rules are
registered in ``rewriting.py``.

Nearly all the time of ``simplify`` goes here, so that this file is compiled as it is where that is
possible; ``native_rewriter.pxd`` says of what types things are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ops import Op, Row
from ..ops.creation import literal_row
from ..ops.elementwise import divide, positive, reciprocal
from ..ops.index import gather_row, index_row
from ..ops.reduce import constant_row
from ..ops.selection import where
from ..ops.shape import astype_row, broadcast_row, reshape_row, transpose_row
from ..program.program import Program
from ..program.symbol import FLOAT64, NO_PARAMETERS, Term
from ..program.trace import input_row
from .rewriting import RULES

_PYTHON: dict[str, type] = {"f": float, "i": int, "u": int, "b": bool}
#: Dtypes that NumPy gives to Python's numbers.
_PLAIN = (FLOAT64, np.dtype(np.int64), np.dtype(bool))
#: What these make of one number everywhere is that number everywhere.
MOVES = {reshape_row, transpose_row, broadcast_row, index_row, gather_row, constant_row}


class Rewriter:
    """The new terms, and what is known of them."""

    def __init__(self, first: int, is_final: bool) -> None:
        #: Serials of inputs are below.
        self.first = first
        self.is_final = is_final
        self.terms: list[Term] = []
        self.known: dict[Any, Any] = {}
        #: The rules of the rows that were met.
        self.rules: dict[Row, tuple[Any, ...]] = {}
        #: Sums of scatters that are not whole yet, by the term of the sum.
        self.pieces: dict[Term, Any] = {}

    # --- what rules call --------------------------------------------------------------------------

    def elementwise(self, op: Row, operands: tuple[Any, ...], like: Term) -> Any:
        """What stands for an elementwise operation, of the type of another term."""
        # Nearly all terms come this way, so that the common cases are written out.
        rules = self.rules.get(op)
        if rules is None:
            rules = self.rules[op] = RULES[op].in_order()
        numbers, number, always, same, of, is_commutative = rules
        count = len(operands)
        x, y = operands[0], operands[-1]
        given: Any = None
        key: Any
        if count == 2:
            if type(x) is Term and type(y) is Term:
                key = (op, y, x) if is_commutative and _is_older(y, x) else (op, x, y)
            elif type(x) is Term:
                given = y
                key = (op, x, number_key(y))
            elif type(y) is Term:
                given = x
                key = (op, y, number_key(x)) if is_commutative else (op, number_key(x), y)
            else:
                return self.folded(op, operands, like.dtype)
        elif count == 1 and type(x) is Term:
            key = (op, x)
        else:
            given_numbers = [z for z in operands if type(z) is not Term]
            if len(given_numbers) == count:
                return self.folded(op, operands, like.dtype)
            if given_numbers:
                given = given_numbers[-1]
            if op is where and type(x) is Term and len(given_numbers) == 2:
                operands = self._typed_branches(operands, like)
            key = (op, *[z if type(z) is Term else number_key(z) for z in operands])
        region = like.region
        if region:
            key = (*key, region)
        result = self.known.get(key)
        if result is not None:
            return result
        term = Term(
            None,
            self.first + len(self.terms),
            op,
            operands,
            NO_PARAMETERS,
            like.shape,
            like.dtype,
            like.weak,
            region,
        )
        if given is not None:
            if numbers and given in numbers:
                result = _first(numbers[given], self, term)
            if number and result is None:
                result = _first(number, self, term)
        if always and result is None:
            result = _first(always, self, term)
        if same and result is None and y is operands[-2]:
            result = _first(same, self, term)
        if result is None:
            result = self._of_operand(of, y, term)
            if result is None and count > 1:
                result = self._of_operand(of, x, term)
            if result is None and count == 3:
                result = self._of_operand(of, operands[1], term)
            if result is None:
                result = self.append(term)
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
        key: Any
        try:
            key = (op, operands, tuple(parameters.items()), like.region)
            result = self.known.get(key)
        except TypeError:  # a parameter that cannot be hashed, so nothing is known to be equal
            key, result = object(), None
        if result is None:
            rules = RULES[op]
            result = _first(rules.always, self, term)
            for x in operands if rules.of else ():
                if result is None:
                    result = self._of_operand(rules.of, x, term)
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

    def _of_operand(self, of: dict[Row, Any], x: Any, term: Term) -> Any:
        """What the rules make of a term that need an operand made by a certain row."""
        if type(x) is not Term:
            return None
        operand: Term = x
        rules = of.get(operand.op)
        return None if rules is None else _first(rules, self, term)

    # --- all terms of a Program -------------------------------------------------------------------

    def rewrite(self, program: Program, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        """Make the terms of a Program on new inputs; gives what stands for its results."""
        last = max([x.serial for x in (*program.inputs, *program.terms)], default=-1)
        #: What stands for each old term, by its serial: a term, or a plain number.
        new: list[Any] = [None] * (last + 1)
        inverted = bytearray(last + 1)
        _find_inverted(program.terms, inverted)
        old: Term
        for old, x in zip(program.inputs, inputs, strict=True):
            new[old.serial] = x
            if inverted[old.serial]:
                self.elementwise(reciprocal, (x,), old)
        for old in program.terms:
            if type(old.op) is Op:
                result = self._elementwise(old, new)
            else:
                result = self._structural(old, new)
            serial = old.serial
            new[serial] = result
            if inverted[serial] and type(result) is Term:
                self.elementwise(reciprocal, (result,), old)
        return tuple([self._result(x, new) for x in program.results])

    def live(self, terms: list[Any], results: tuple[Any, ...]) -> tuple[Any, ...]:
        """The terms that results need, numbered anew."""
        needed = bytearray(self.first + len(terms))
        term: Term
        for x in results:
            if type(x) is Term:
                term = x
                needed[term.serial] = 1
        operand: Term
        for term in reversed(terms):
            if needed[term.serial]:
                for x in term.operands:
                    if type(x) is Term:
                        operand = x
                        needed[operand.serial] = 1
        found = []
        serial = self.first
        for term in terms:
            if needed[term.serial]:
                term.serial = serial
                serial += 1
                found.append(term)
        return tuple(found)

    def _elementwise(self, old: Term, new: list[Any]) -> Any:
        given: tuple[Any, ...] = old.operands
        operands: tuple[Any, ...]
        if len(given) == 2:
            operands = (_now(new, given[0]), _now(new, given[1]))
            if type(operands[0]) is Term or type(operands[1]) is Term:
                return self.elementwise(old.op, operands, old)
        else:
            operands = tuple([_now(new, x) for x in given])
            for x in operands:
                if type(x) is Term:
                    return self.elementwise(old.op, operands, old)
        # Numbers alone, in the dtype that they stand for.
        typed = [
            x.dtype.type(number) if type(x) is Term else number
            for x, number in zip(given, operands, strict=True)
        ]
        return self.folded(old.op, typed, old.dtype)

    def _structural(self, old: Term, new: list[Any]) -> Any:
        op, given = old.op, old.operands
        if op is literal_row:
            return old.parameters["value"].item()
        if given:
            number = _now(new, given[0])
            if type(number) is not Term:
                if op is astype_row:
                    return old.dtype.type(number).item()
                if op in MOVES:
                    return number
        operands = tuple([self.whole(_now(new, x), x) if type(x) is Term else x for x in given])
        return self.structural(op, operands, old, old.parameters)

    def _result(self, old: Any, new: list[Any]) -> Any:
        """What is handed out in the place of an old result: of its type."""
        if type(old) is not Term:
            return old
        x = self.whole(_now(new, old), old)
        if x.weak is not old.weak:
            x = self.append(
                Term(None, -1, positive, (x,), NO_PARAMETERS, old.shape, old.dtype, old.weak, 0)
            )
        return x


def new_inputs(program: Program) -> tuple[Term, ...]:
    """Terms that stand for the inputs of a Program, numbered from 0."""
    return tuple(
        [
            Term(None, i, input_row, (), NO_PARAMETERS, x.shape, x.dtype, x.weak, 0)
            for i, x in enumerate(program.inputs)
        ]
    )


def number_key(x: Any) -> Any:
    """What tells plain numbers apart: 0.0 from -0.0, 1 from 1.0 and True."""
    return x if type(x) is float and x != 0 else (type(x), repr(x))


def _first(rules: tuple[Any, ...], rewriter: Rewriter, term: Term) -> Any:
    """What the first rule that fits gives."""
    for rule in rules:
        result = rule(rewriter, term)
        if result is not None:
            return result
    return None


def _now(new: list[Any], x: Any) -> Any:
    """What stands for an old operand."""
    if type(x) is not Term:
        return x
    term: Term = x
    return new[term.serial]


def _is_older(x: Term, y: Term) -> bool:
    return x.serial < y.serial


def _find_inverted(terms: tuple[Any, ...], found: bytearray) -> None:
    """Flag by serial the terms of which there is a reciprocal somewhere.

    It is made first, and serves them all.
    """
    term: Term
    divisor: Term
    for term in terms:
        op = term.op
        if op is reciprocal or op is divide:
            operands = term.operands
            x = operands[-1]
            if op is divide and (type(operands[0]) is Term or operands[0] != 1):
                continue
            if type(x) is Term and not term.region:
                divisor = x
                if divisor.dtype == term.dtype:
                    found[divisor.serial] = 1
