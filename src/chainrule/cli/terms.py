"""An expression broken down into the terms t1 ... tn, computed on Values, and swept.

:func:`break_down` gives each operation a number, as the page does, and folds what is constant.
:func:`evaluate` computes the terms with chainrule's own functions and lets ``back()`` find the
derivatives. :func:`passed_on` writes down the applications of the chain rule that the sweep
consists of, from the last term to the first.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import chainrule

from ..errors import ExpressionError
from ..ops import Op
from ..ops.op import zero
from .expression import ROWS, Expression, Name, Number, Operation, signature

#: Names that have a value unless --at gives them another.
CONSTANTS = {"e": math.e, "pi": math.pi}

#: How NumPy users write these rows.
_INFIX = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "floor_divide": "//",
    "remainder": "%",
    "power": "**",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "equal": "==",
    "not_equal": "!=",
}
_PREFIX = {"negative": "-", "positive": "+"}


@dataclass(frozen=True)
class Result:
    """The result of an earlier term, by its index from 0."""

    index: int


Operand = Number | Name | Result


@dataclass(frozen=True)
class Term:
    """One operation on variables, constants and earlier terms."""

    row: Op
    operands: tuple[Operand, ...]


@dataclass(frozen=True)
class Breakdown:
    """An expression as terms; ``root`` is the last of them, or the variable that is all of it."""

    terms: tuple[Term, ...]
    root: Operand


@dataclass(frozen=True)
class ComputedTerm:
    """A term at a point.

    ``partials`` are those with respect to the operands that a derivative is passed on to, by
    operand: two places of one operand are added up. ``derivative`` is that of the whole expression
    with respect to this term, and None where the term has none: a comparison.
    """

    term: Term
    value: float
    partials: dict[Operand, float]
    derivative: float | None


@dataclass(frozen=True)
class Evaluation:
    """An expression at a point: its value, its derivatives, and how they came about."""

    breakdown: Breakdown
    value: float
    gradient: dict[str, float]
    terms: tuple[ComputedTerm, ...]


@dataclass(frozen=True)
class Share:
    """One application of the chain rule: what term ``source`` passes on to one operand."""

    source: int
    target: Operand
    derivative: float
    partial: float

    @property
    def product(self) -> float:
        return self.derivative * self.partial


# --- breaking down --------------------------------------------------------------------------------


def break_down(expression: Expression, bound: Collection[str]) -> Breakdown:
    """The terms of an expression whose variables are the names in ``bound``.

    Raises:
        ExpressionError: a name has no value, or a value has no name; there is no variable; a
            constant part is infinite; an operand that has no derivative depends on a variable.
    """
    _check_names(expression, bound)
    terms: list[Term] = []
    results: list[Operand] = []
    for step in expression.steps:
        if isinstance(step, Operation):
            operands = tuple(results[-step.row.arity :])
            del results[-step.row.arity :]
            results.append(_applied(step, operands, terms))
        elif isinstance(step, Name) and step.name not in bound:
            results.append(Number(CONSTANTS[step.name], step.name))
        else:
            results.append(step)
    if isinstance(results[0], Number):
        raise ExpressionError(
            "the expression has no variable to differentiate with respect to; write a name in it "
            "and give it a value with --at NAME=NUMBER"
        )
    return Breakdown(tuple(terms), results[0])


def _check_names(expression: Expression, bound: Collection[str]) -> None:
    used = dict.fromkeys(step.name for step in expression.steps if isinstance(step, Name))
    unknown = [name for name in used if name not in bound and name not in CONSTANTS]
    if unknown:
        if unknown[0] in ROWS:
            raise ExpressionError(
                f"{unknown[0]} is a function: write {signature(ROWS[unknown[0]])}, or give it "
                f"a value of its own with --at {unknown[0]}=NUMBER"
            )
        wanted = " ".join(f"--at {name}=NUMBER" for name in unknown[:3])
        raise ExpressionError(
            f"no value for {listed(unknown)}: add {wanted}"
            + (" and so on" if len(unknown) > 3 else "")
        )
    unused = [name for name in bound if name not in used]
    if unused:
        raise ExpressionError(
            f"--at gives a value for {listed(unused)}, which the expression does not have"
            + (f"; it has {listed([*used])}" if used else "")
        )


def listed(names: Sequence[str]) -> str:
    if len(names) > 5:
        return f"{', '.join(names[:5])} and {len(names) - 5} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _applied(step: Operation, operands: tuple[Operand, ...], terms: list[Term]) -> Operand:
    """A new term; of constants, the constant that they give."""
    row = step.row
    numbers = [operand.number for operand in operands if isinstance(operand, Number)]
    if len(numbers) == len(operands):
        number = float(_function(row)(*numbers))
        if math.isinf(number):
            raise ExpressionError(
                f"{step.source} is constant and infinite in float64; write something finite"
            )
        return Number(number, f"{number:.6g}")
    for name, partial, operand in zip(row.operands, row.partials, operands, strict=True):
        if partial is None and not isinstance(operand, Number):
            raise ExpressionError(
                f"{step.source}: {name!r} has no derivative, so it has to be a constant in "
                f"{signature(row)}"
            )
    terms.append(Term(row, operands))
    return Result(len(terms) - 1)


def _function(row: Op) -> Any:
    return getattr(chainrule, row.name)


# --- computing ------------------------------------------------------------------------------------


def results_of(breakdown: Breakdown, leaves: Mapping[str, Any]) -> list[Any]:
    """The results of all terms, by chainrule's functions, where the variables are these."""
    results: list[Any] = []
    for term in breakdown.terms:
        operands = (value_of(operand, leaves, results) for operand in term.operands)
        results.append(_function(term.row)(*operands))
    return results


def value_of(operand: Operand, leaves: Mapping[str, Any], results: Sequence[Any]) -> Any:
    """What stands for an operand, among variables and results."""
    match operand:
        case Number(number):
            return number
        case Name(name):
            return leaves[name]
        case Result(index):
            return results[index]


def evaluate(breakdown: Breakdown, point: Mapping[str, float]) -> Evaluation:
    """The expression and its derivatives at a point, by one recording and one sweep."""
    leaves = {name: chainrule.Var(number) for name, number in point.items()}
    results = results_of(breakdown, leaves)
    root = value_of(breakdown.root, leaves, results)
    if _carries_derivative(root):
        root.back()
    computed = tuple(
        _computed(term, result, [value_of(x, leaves, results) for x in term.operands])
        for term, result in zip(breakdown.terms, results, strict=True)
    )
    gradient = {name: leaf.grad for name, leaf in leaves.items()}
    return Evaluation(breakdown, _number(root), gradient, computed)


def _carries_derivative(x: Any) -> bool:
    """False for constants and for truth values, which chainrule computes as plain numbers."""
    return isinstance(x, chainrule.Value) and x.reqgrad


def _number(x: Any) -> float:
    return float(x.val if isinstance(x, chainrule.Value) else x)


def _computed(term: Term, result: Any, operands: Sequence[Any]) -> ComputedTerm:
    if not _carries_derivative(result):
        return ComputedTerm(term, _number(result), {}, None)
    positions = [
        position
        for position, operand in enumerate(operands)
        if _carries_derivative(operand) and term.row.partials[position] is not zero
    ]
    partials: dict[Operand, float] = {}
    if positions:
        numbers = [_number(operand) for operand in operands]
        for position, partial in zip(
            positions, chainrule.grad(_function(term.row), positions)(*numbers), strict=True
        ):
            if partial == 0.0 and term.row.selects:
                continue  # what is not selected is not multiplied
            operand = term.operands[position]
            partials[operand] = partials.get(operand, 0.0) + partial
    return ComputedTerm(term, _number(result), partials, result.grad)


def passed_on(evaluation: Evaluation) -> list[Share]:
    """The sweep: what each term that the expression depends on passes on, from tn down."""
    reached = {evaluation.breakdown.root}
    shares: list[Share] = []
    for index in reversed(range(len(evaluation.terms))):
        term = evaluation.terms[index]
        if Result(index) in reached and term.derivative is not None:
            for operand, partial in term.partials.items():
                shares.append(Share(index, operand, term.derivative, partial))
                reached.add(operand)
    return shares


# --- names ----------------------------------------------------------------------------------------


class Notation:
    """What an expression's result and terms are called: y and t1 ... tn, unless those are taken."""

    def __init__(self, variables: Iterable[str], count: int) -> None:
        taken = set(variables)
        self.result = next(name for name in chain("yfzw", _underscored("y")) if name not in taken)
        self.prefix = next(
            prefix
            for prefix in chain("tuvw", _underscored("t"))
            if not any(f"{prefix}{i + 1}" in taken for i in range(count))
        )

    def name(self, operand: Operand) -> str:
        """How an operand is written."""
        match operand:
            case Number(text=text):
                return text
            case Name(name):
                return name
            case Result(index):
                return f"{self.prefix}{index + 1}"

    def form(self, term: Term) -> str:
        """A term as the page writes it: one operation on names and constants."""
        names = [self.name(operand) for operand in term.operands]
        if term.row.name in _INFIX:
            return f"{names[0]} {_INFIX[term.row.name]} {names[1]}"
        if term.row.name in _PREFIX:
            return _PREFIX[term.row.name] + names[0]
        return f"{term.row.name}({', '.join(names)})"


def _underscored(name: str) -> Iterable[str]:
    while True:
        name += "_"
        yield name
