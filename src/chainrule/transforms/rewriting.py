"""The table of rewrite rules.

A rule is a function of the rewriter (``rewriter.py``) and of a term that is about to be made; it
gives what stands for the term, a term or a plain number, or None where it does not fit. Rules are
registered for a row by :func:`rewrites`, in ``arithmetic_rewrites.py``, ``selection_rewrites.py``,
``scatter_rewrites.py`` and ``structure_rewrites.py``; to add one, add a function there.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..ops import TABLE, Op, Row
from ..ops.elementwise import add, multiply
from ..ops.selection import equal, logical_and, logical_or, maximum, minimum, not_equal
from ..ops.shape import broadcast_row
from ..program.symbol import NO_PARAMETERS, Term

if TYPE_CHECKING:
    from .rewriter import Rewriter

Rule = Callable[["Rewriter", Term], Any]
Rules = tuple[Rule, ...]

COMMUTATIVE = {add, multiply, equal, not_equal, logical_and, logical_or, maximum, minimum}


class RowRules:
    """The rules of a row, by when they are worth a call."""

    def __init__(self, row: Row) -> None:
        self.always: Rules = ()
        #: Of an elementwise row: rules that need a plain number among the operands,
        self.number: Rules = ()
        #: or this one.
        self.numbers: dict[float, Rules] = {}
        #: Rules that need the last two operands to be the same.
        self.same: Rules = ()
        #: Rules that need an operand made by a certain row.
        self.of: dict[Row, Rules] = {broadcast_row: (lifted,)} if type(row) is Op else {}
        self.is_commutative = row in COMMUTATIVE

    def in_order(self) -> tuple[Any, ...]:
        """All of that as a tuple, which the rewriter takes apart for every term."""
        return self.numbers, self.number, self.always, self.same, self.of, self.is_commutative


class _Table(dict[Row, RowRules]):
    def __missing__(self, row: Row) -> RowRules:
        rules = self[row] = RowRules(row)
        return rules


RULES = _Table()
"""The rules of every row."""


def rewrites(
    *names: str, number: bool | tuple[float, ...] = False, same: bool = False, of: str = ""
) -> Callable[[Rule], Rule]:
    """Register a rule for rows, by name, and say when it is worth a call.

    ``number``: if an operand is a plain number, or one of these; ``same``: if the last two operands
    are the same; ``of``: if an operand was made by one of these rows (names with spaces between).
    """

    def register(rule: Rule) -> Rule:
        for row in map(TABLE.__getitem__, names):
            rules = RULES[row]
            if of:
                for made_by in map(TABLE.__getitem__, of.split()):
                    rules.of[made_by] = (rule, *rules.of.get(made_by, ()))
            elif isinstance(number, tuple):
                for x in number:
                    rules.numbers[x] = (*rules.numbers.get(x, ()), rule)
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
