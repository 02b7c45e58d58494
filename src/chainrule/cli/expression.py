"""What the user typed, read and checked: an expression, and the point to take it at.

:func:`read` turns text into the steps that compute it, operands before operations. Python's own
parser makes the tree; every node of it has to be a number, a name, or something that the op table
knows, else it is an :class:`~chainrule.errors.ExpressionError`. Nothing is ever evaluated as
Python, and nothing at all is computed here.
"""

from __future__ import annotations

import ast
import difflib
import keyword
import math
import sys
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NoReturn

from ..errors import ExpressionError
from ..ops import Op, public_rows

#: Bytes of UTF-8; no expression that a person writes comes near it.
MAX_LENGTH = 10_000

ROWS: dict[str, Op] = {name: row for row in public_rows() for name in row.names}
"""What an expression may call: every public row, by its name and its aliases."""

_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
    ast.FloorDiv: "floor_divide",
    ast.Mod: "remainder",
    ast.Pow: "power",
    ast.USub: "negative",
    ast.UAdd: "positive",
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
}

_VOCABULARY = (
    "it is made of numbers, names, + - * / // % **, comparisons and the functions that "
    "'chainrule gradient --help' lists"
)
_LOGIC = "write logical_and(x, y), logical_or(x, y) or logical_not(x)"

#: What people try, with what it is called and what to do instead.
_REFUSED: dict[type[ast.AST], tuple[str, str]] = {
    ast.Attribute: ("attribute access", "write a function by its bare name: log(x), not np.log(x)"),
    ast.Lambda: ("a lambda", _VOCABULARY),
    ast.ListComp: ("a comprehension", _VOCABULARY),
    ast.SetComp: ("a comprehension", _VOCABULARY),
    ast.DictComp: ("a comprehension", _VOCABULARY),
    ast.GeneratorExp: ("a comprehension", _VOCABULARY),
    ast.NamedExpr: ("an assignment", "give a name its value with --at"),
    ast.IfExp: ("a conditional", "write where(condition, x, y)"),
    ast.BoolOp: ("'and' or 'or'", _LOGIC),
    ast.Not: ("'not'", _LOGIC),
    ast.BitAnd: ("'&'", _LOGIC),
    ast.BitOr: ("'|'", _LOGIC),
    ast.Invert: ("'~'", _LOGIC),
    ast.BitXor: ("'^'", "a power is written x ** y"),
    ast.Subscript: ("indexing", "give each number a name of its own"),
    ast.JoinedStr: ("a string", _VOCABULARY),
}


@dataclass(frozen=True)
class Number:
    """A constant, and how to print it."""

    number: float
    text: str


@dataclass(frozen=True)
class Name:
    """A variable, or a constant such as pi, if nothing is bound to that name."""

    name: str


@dataclass(frozen=True)
class Operation:
    """A row of the op table, applied to the results of the steps before it."""

    row: Op
    #: The part of the expression that it stands for, as an error names it.
    source: str


Step = Number | Name | Operation


@dataclass(frozen=True)
class Expression:
    """An expression as steps, operands before operations (postfix)."""

    text: str
    steps: tuple[Step, ...]


def shortened(text: str, length: int = 40) -> str:
    """The text as an error quotes it: on one line, and not for ever."""
    return repr(text if len(text) <= length else text[: length - 3] + "...")


# --- the point ------------------------------------------------------------------------------------


def read_point(assignments: Sequence[str]) -> dict[str, float]:
    """The values of the variables from ``NAME=NUMBER`` assignments, in their order.

    Raises:
        ExpressionError: an assignment is malformed, or a name is given twice.
    """
    point: dict[str, float] = {}
    for assignment in assignments:
        name, _, text = assignment.partition("=")
        # As Python's parser does with the names of the expression.
        name = unicodedata.normalize("NFKC", name.strip())
        if not name.isidentifier() or keyword.iskeyword(name) or not text:
            raise ExpressionError(
                f"--at {shortened(assignment)} does not name a value: write --at NAME=NUMBER, as "
                "in --at x1=2"
            )
        if name in point:
            raise ExpressionError(f"--at gives {name} twice; give each name one value")
        point[name] = _number_at(name, text)
    return point


def _number_at(name: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        raise ExpressionError(
            f"--at {name}: {shortened(text)} is not a number; write one such as 2, -0.5 or 1e-3"
        ) from None
    if math.isinf(number) and "inf" not in text.lower():
        raise ExpressionError(f"--at {name}: {shortened(text)} is too large for float64")
    return number


# --- the expression -------------------------------------------------------------------------------


def decode(data: bytes) -> str:
    """The text that standard input holds.

    Raises:
        ExpressionError: it is not UTF-8, or too long.
    """
    if len(data) > MAX_LENGTH:
        raise _too_long()
    try:
        return data.decode("utf-8-sig")  # some shells put a byte order mark before what they pipe
    except UnicodeDecodeError as error:
        raise ExpressionError(
            f"the expression is not UTF-8 text: byte {data[error.start]:#04x} at position "
            f"{error.start + 1}"
        ) from None


def read(text: str) -> Expression:
    """An expression, read and checked.

    Raises:
        ExpressionError: it is empty, too long or too deep, is not well formed, or holds something
            that the op table does not know.
    """
    try:
        length = len(text.encode())
    except UnicodeEncodeError:
        raise ExpressionError("the expression is not UTF-8 text") from None
    if length > MAX_LENGTH:
        raise _too_long()
    text = " ".join(text.split())
    if not text:
        raise ExpressionError("the expression is empty; write one such as 'x1 * sin(x2)'")
    if "\0" in text:
        raise ExpressionError("the expression holds a null byte; it has to be plain text")
    return Expression(text, tuple(_steps(_parsed(text), text)))


def _too_long() -> ExpressionError:
    return ExpressionError(
        f"the expression is longer than {MAX_LENGTH} bytes; write longer functions in Python and "
        "use chainrule.grad"
    )


@contextmanager
def _deep_trees() -> Iterator[None]:
    """Let Python's parser return a chain such as x+x+x+... that is as long as an expression can be.

    The parser has its own limit against a stack overflow, and the tree is only walked in a loop.
    """
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(max(limit, MAX_LENGTH // 2))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def _parsed(text: str) -> ast.expr:
    try:
        with _deep_trees(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the parser, about what is refused anyway
            return ast.parse(text, mode="eval").body
    except (MemoryError, RecursionError):
        raise ExpressionError(
            "the expression is nested too deeply; write it with fewer parentheses or signs"
        ) from None
    except SyntaxError as error:
        if "integer string conversion" in error.msg:
            raise ExpressionError("the expression holds a number that is too large") from None
        rest = text[error.offset - 1 :] if error.offset else ""
        place = f"at {shortened(rest, 20)}" if rest else "at its end"
        raise ExpressionError(f"the expression is not well formed {place}: {error.msg}") from None


def _steps(root: ast.expr, text: str) -> list[Step]:
    """The tree as steps. A loop, because a chain of 5,000 sums is 5,000 levels deep."""
    encoded = text.encode()

    def source(node: ast.expr) -> str:
        # Columns of the tree count bytes.
        return shortened(encoded[node.col_offset : node.end_col_offset].decode())

    steps: list[Step] = []
    waiting: list[ast.expr | Step] = [root]
    while waiting:
        item = waiting.pop()
        if not isinstance(item, ast.expr):
            steps.append(item)
        elif isinstance(item, ast.Name):
            steps.append(Name(item.id))
        elif isinstance(item, ast.Constant):
            steps.append(_number(item, source(item)))
        else:
            row, operands = _operation(item, source(item))
            waiting.append(Operation(row, source(item)))
            waiting += reversed(operands)
    return steps


def _refuse(node: ast.AST, source: str) -> NoReturn:
    what, way_out = _REFUSED.get(type(node), ("this", _VOCABULARY))
    raise ExpressionError(f"an expression cannot hold {what}: {source}; {way_out}")


def _number(node: ast.Constant, source: str) -> Number:
    value = node.value
    if isinstance(value, str | bytes):
        raise ExpressionError(f"an expression cannot hold a string: {source}; {_VOCABULARY}")
    if isinstance(value, complex):
        raise ExpressionError(f"{source} is a complex number; an expression is of real numbers")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExpressionError(f"{source} is not a number; {_VOCABULARY}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if math.isinf(number):
        raise ExpressionError(f"the number {source} is too large for float64")
    return Number(number, f"{number:.6g}")


def _operation(node: ast.expr, source: str) -> tuple[Op, Sequence[ast.expr | Number]]:
    """The row that an inner node of the tree stands for, and its operands."""
    match node:
        case ast.BinOp(left, operator, right):
            return _row_of(operator, source), [left, right]
        case ast.UnaryOp(operator, operand):
            return _row_of(operator, source), [operand]
        case ast.Compare(left, [operator], [right]):
            return _row_of(operator, source), [left, right]
        case ast.Compare():
            raise ExpressionError(
                f"{source} compares more than two numbers; write logical_and(x < y, y < z)"
            )
        case ast.Call(ast.Name(name), arguments, keywords):
            return _call(name, arguments, keywords, source)
        case ast.Call(function) if type(function) in _REFUSED:
            _refuse(function, source)
        case ast.Call():
            raise ExpressionError(
                f"{source} calls something that is not a function; only the functions that "
                "'chainrule gradient --help' lists can be called, by name"
            )
    _refuse(node, source)


def _row_of(operator: ast.AST, source: str) -> Op:
    name = _OPERATORS.get(type(operator))
    if name is None:
        _refuse(operator, source)
    return ROWS[name]


def _call(
    name: str, arguments: list[ast.expr], keywords: list[ast.keyword], source: str
) -> tuple[Op, Sequence[ast.expr | Number]]:
    """A call of a row by name; operands that have a default may be left out, or given by name."""
    row = ROWS.get(name)
    if row is None:
        close = difflib.get_close_matches(name, ROWS, n=1)
        hint = f"did you mean {close[0]}? " if close else ""
        raise ExpressionError(
            f"unknown function {shortened(name)}: {hint}'chainrule gradient --help' lists the "
            "functions"
        )
    required = row.arity - len(row.defaults)
    defaults = dict(zip(row.operands[required:], row.defaults, strict=True))
    if any(isinstance(argument, ast.Starred) for argument in arguments) or any(
        argument.arg is None for argument in keywords
    ):
        raise ExpressionError(f"{source} unpacks arguments; write {signature(row)}")
    given: dict[str, ast.expr] = dict(zip(row.operands, arguments, strict=False))
    for argument in keywords:
        if argument.arg not in defaults or argument.arg in given:
            raise ExpressionError(
                f"{source}: {shortened(f'{argument.arg}=')} does not fit; write {signature(row)}"
            )
        given[argument.arg] = argument.value
    if len(arguments) > row.arity or any(name not in given for name in row.operands[:required]):
        count = f"{required} to {row.arity}" if defaults else str(required)
        raise ExpressionError(
            f"{name} takes {count} argument{'s' * (row.arity > 1)}, not "
            f"{len(arguments) + len(keywords)}; write {signature(row)}"
        )
    return row, [
        given.get(operand) or Number(defaults[operand], f"{defaults[operand]:g}")
        for operand in row.operands
    ]


def signature(row: Op) -> str:
    """How a row is called: ``clip(x, min=-inf, max=inf)``."""
    required = row.arity - len(row.defaults)
    optional = zip(row.operands[required:], row.defaults, strict=True)
    parts = [*row.operands[:required], *(f"{name}={default:g}" for name, default in optional)]
    return f"{row.name}({', '.join(parts)})"
