"""Formulas as trees: what a row's ``partial`` or ``expand`` gives when called on names.

``print_rows.py`` calls each formula on :class:`Expression` operands and prints the tree as C or
as Python. A subexpression that occurs twice is computed once.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

from chainrule.ops import Op, elementwise_rows

TABLE = {op.name: op for op in elementwise_rows()}


class Expression:
    """An operand's name, a constant, or an operation on expressions; equal trees are one object."""

    _dispatch_rank = 100
    _known: ClassVar[dict[tuple[Any, ...], Expression]] = {}

    op: Op | None
    arguments: tuple[Expression, ...]
    value: str | float

    def __new__(
        cls, op: Op | None, arguments: tuple[Expression, ...], value: str | float = 0.0
    ) -> Expression:
        key = (op, arguments, type(value), repr(value))
        known = cls._known.get(key)
        if known is None:
            known = cls._known[key] = super().__new__(cls)
            known.op, known.arguments, known.value = op, arguments, value
        return known

    @classmethod
    def of(cls, x: Any) -> Expression:
        return x if isinstance(x, Expression) else cls(None, (), float(x))

    def _apply_op(
        self, op: Op, operands: tuple[Any, ...], parameters: dict[str, Any]
    ) -> Expression:
        return Expression(op, tuple(map(Expression.of, operands)))


def _method(op: Op, swapped: bool = False) -> Callable[..., Expression]:
    if op.arity == 1:
        return lambda self: op(self)
    if swapped:
        return lambda self, other: op(other, self)
    return lambda self, other: op(self, other)


for _name, _op in {
    "add": TABLE["add"],
    "sub": TABLE["subtract"],
    "mul": TABLE["multiply"],
    "truediv": TABLE["divide"],
    "pow": TABLE["power"],
    "and": TABLE["logical_and"],
    "or": TABLE["logical_or"],
}.items():
    setattr(Expression, f"__{_name}__", _method(_op))
    setattr(Expression, f"__r{_name}__", _method(_op, swapped=True))
for _name, _op in {
    "lt": TABLE["less"],
    "le": TABLE["less_equal"],
    "gt": TABLE["greater"],
    "ge": TABLE["greater_equal"],
    "eq": TABLE["equal"],
    "ne": TABLE["not_equal"],
    "neg": TABLE["negative"],
    "pos": TABLE["positive"],
}.items():
    setattr(Expression, f"__{_name}__", _method(_op))
Expression.__hash__ = object.__hash__  # type: ignore[method-assign]


class Language:
    """How one programming language writes a formula."""

    #: Infix and prefix operators that mean what C's do; anything else is a call.
    infix: ClassVar[dict[str, str]]
    prefix: ClassVar[dict[str, str]]
    statement = "{name} = {value}"

    def constant(self, x: float) -> str:
        raise NotImplementedError

    def call(self, op: Op, arguments: list[str]) -> str:
        raise NotImplementedError

    def select(self, condition: str, x: str, y: str) -> str:
        raise NotImplementedError

    def statements(self, formula: Any) -> list[str]:
        """The formula as assignments; the last entry is the expression of the result."""
        root = Expression.of(formula)
        uses: Counter[int] = Counter()
        order: dict[int, Expression] = {}

        def count(node: Expression) -> None:
            uses[id(node)] += 1
            if uses[id(node)] == 1:
                for argument in node.arguments:
                    count(argument)
                order[id(node)] = node

        count(root)
        names: dict[int, str] = {}
        lines: list[str] = []
        for key, node in order.items():
            if node.op is not None and uses[key] > 1 and node.op.native not in self.prefix:
                lines.append(
                    self.statement.format(name=f"t{len(lines) + 1}", value=self.write(node, names))
                )
                names[key] = f"t{len(lines)}"
        return [*lines, self.write(root, names)]

    def write(self, node: Expression, names: dict[int, str]) -> str:
        if id(node) in names:
            return names[id(node)]
        op = node.op
        if op is None:
            return node.value if isinstance(node.value, str) else self.constant(node.value)
        arguments = [self.write(argument, names) for argument in node.arguments]
        if op.native == "?":
            return self.select(*arguments)
        if op.native in self.infix and op.arity == 2:
            return f"({arguments[0]} {self.infix[op.native]} {arguments[1]})"
        if op.native in self.prefix and op.arity == 1:
            return f"({self.prefix[op.native]}{arguments[0]})"
        return self.call(op, arguments)


_COMPARISONS = {name: name for name in ("==", "!=", "<", "<=", ">", ">=", "+", "-", "*")}


class C(Language):
    infix: ClassVar[dict[str, str]] = {**_COMPARISONS, "/": "/", "&&": "&&", "||": "||"}
    prefix: ClassVar[dict[str, str]] = {"-": "-", "!": "!"}
    statement = "double {name} = {value};"

    def constant(self, x: float) -> str:
        if math.isnan(x):
            return "NAN"
        return ("-" * (x < 0) + "INFINITY") if math.isinf(x) else repr(x)

    def call(self, op: Op, arguments: list[str]) -> str:
        return f"cr_{op.name}({', '.join(arguments)})"

    def select(self, condition: str, x: str, y: str) -> str:
        return f"({condition} ? {x} : {y})"


class Python(Language):
    # No "/": Python's raises where NumPy answers inf or nan.
    infix: ClassVar[dict[str, str]] = {**_COMPARISONS, "&&": "and", "||": "or"}
    prefix: ClassVar[dict[str, str]] = {"-": "-", "!": "not "}

    def constant(self, x: float) -> str:
        return repr(x) if math.isfinite(x) else f"math.{x}" if x > 0 or x != x else "-math.inf"

    def call(self, op: Op, arguments: list[str]) -> str:
        return f"{op.name}({', '.join(arguments)})"

    def select(self, condition: str, x: str, y: str) -> str:
        return f"({x} if {condition} else {y})"
