"""Symbols: what a function computes with while it is traced.

A :class:`Term` is one operation of the Program to be, ``t7 = t4 / t6``. It has a shape and a dtype
but no numbers, and NumPy's attributes, methods and functions make further terms of it. A
:class:`Batched` is a term seen by a function under ``vmap``: one example, whose batch axes, one a
``vmap``, stand in front of its own and are hidden. What a term does is in ``trace.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import (
    ConcreteNumberError,
    DroppedDerivativeError,
    OperandError,
    scipys_function,
    user_line,
)
from ..ops import TABLE, Op, Row, public_rows
from ..ops.methods import ArrayMethods
from ..ops.numpy_names import apply_function, apply_ufunc

FLOAT64 = np.dtype(np.float64)
BOOL = np.dtype(bool)
#: The parameters of a row that has none: one object for all terms, which nobody changes.
NO_PARAMETERS: dict[str, Any] = {}

OPERATORS = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "floordiv": "floor_divide",
    "mod": "remainder",
    "pow": "power",
    "and": "logical_and",
    "or": "logical_or",
}
#: Operators that write into an array, and their signs.
AUGMENTED = {
    **{"add": "+=", "sub": "-=", "mul": "*=", "truediv": "/="},
    **{"floordiv": "//=", "mod": "%=", "pow": "**="},
}
COMPARISONS = {
    "eq": "equal",
    "ne": "not_equal",
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
}
UNARY = {
    **{"neg": "negative", "pos": "positive", "abs": "abs", "invert": "logical_not"},
    **{"floor": "floor", "ceil": "ceil", "trunc": "trunc"},
}


def _no_number(symbol: Symbol, conversion: str, hint: str) -> ConcreteNumberError:
    return ConcreteNumberError(
        f"{conversion} of {symbol!r}{user_line()}: while a function is traced its arguments stand "
        f"for any numbers, so there is none to look at. {hint}"
    )


class Symbol(ArrayMethods):
    """Stands for an array or a number in a function that is being traced."""

    __slots__ = ()
    _dispatch_rank = 3

    shape: tuple[Any, ...]
    dtype: Any
    weak: bool
    traced_by: Any

    def _apply_op(self, op: Row, operands: Sequence[Any], parameters: dict[str, Any]) -> Any:
        return self.traced_by.apply(op, operands, parameters)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return apply_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        return apply_function(function, arguments, options)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        raise DroppedDerivativeError(
            f"{self!r}{user_line()} cannot become a NumPy array: while a function is traced there "
            "are no numbers to put into it. Use chainrule's functions, cr.array for a list of "
            "numbers and Symbols, and cr.zeros for an array that is filled." + scipys_function()
        )

    def __getattr__(self, name: str) -> Any:
        if name in ("val", "grad", "reqgrad", "grad_fn"):
            raise AttributeError(
                f"{self!r} has no .{name}: while a function is traced there is no number to read. "
                "Compute with it as it is, or give the function a derivative with cr.custom_jvp.",
                name=name,
            )
        return super().__getattr__(name)

    def __bool__(self) -> bool:
        raise _no_number(
            self,
            "the truth",
            "Choose with cr.where(condition, x, y) instead of if; a loop needs a number of rounds "
            "that does not depend on them; or make the argument static (static_argnums).",
        )

    def __float__(self) -> float:
        raise _no_number(
            self,
            "float()",
            "Use chainrule's functions (cr.sin for math.sin) on it as it is, and an array made "
            "with cr.zeros to put it into.",
        )

    def __int__(self) -> int:
        raise _no_number(
            self, "int()", "Use cr.floor or cr.trunc, or make the argument static (static_argnums)."
        )

    def __index__(self) -> int:
        raise _no_number(
            self,
            "a whole number",
            "Index with an array of integers (cr.take, x[i]), or make the argument static "
            "(static_argnums).",
        )

    def __setitem__(self, key: Any, value: Any) -> None:
        from .assigning import assign

        assign(self, key, value)

    def _is_strided(self) -> bool:
        from .assigning import is_strided

        return is_strided(self)

    def __round__(self, ndigits: int | None = None) -> Any:
        return self.round(0 if ndigits is None else ndigits)

    def __divmod__(self, other: Any) -> tuple[Any, Any]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Any, Any]:
        return other // self, other % self

    def __xor__(self, other: Any) -> Any:
        raise OperandError("^ is no operation on a Symbol. A power is written x ** y.")

    __rxor__ = __xor__

    def back(self, grad: Any = 1, create_graph: bool = False) -> None:
        """Not while tracing: raises ConcreteNumberError."""
        raise _no_number(
            self, "back()", "In a function that is traced, differentiate with cr.grad."
        )

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"Symbol({self.type_text()})"

    def type_text(self) -> str:
        """dtype and shape as they are printed: ``float64[n, 3]``."""
        extents = ", ".join(map(str, self.shape))
        return f"{self.dtype}[{extents}]" if self.shape else f"{self.dtype}"


class Term(Symbol):
    """One operation of a traced function: row, operands (terms and plain numbers), parameters."""

    __slots__ = (
        "dtype",
        "op",
        "operands",
        "parameters",
        "region",
        "serial",
        "shape",
        "traced_by",
        "weak",
    )

    def __init__(
        self,
        trace: Any,
        serial: int,
        op: Row,
        operands: tuple[Any, ...],
        parameters: dict[str, Any],
        shape: tuple[Any, ...],
        dtype: Any,
        weak: bool,
        region: int,
    ) -> None:
        # ``native.pyx`` does the same in C, and knows the slots by name from ``term.h``.
        self.traced_by = trace
        #: Its place in the trace; operands have smaller ones.
        self.serial = serial
        self.op = op
        self.operands = operands
        self.parameters = parameters
        self.shape = shape
        self.dtype = dtype
        #: Of a plain Python number, which takes the dtype of what it meets.
        self.weak = weak
        #: What recomputes (checkpoint) must not be merged with what it recomputes: 0, or a number.
        self.region = region


class Batched(Symbol):
    """One example of a term under vmap. ``levels`` are its batch axes, that of the newest first."""

    __slots__ = ("_views", "levels", "source", "term")

    def __init__(self, term: Term, levels: tuple[int, ...]) -> None:
        self.term = term
        self.levels = levels
        #: Of a view (``x[1:]``) what it is one of, and how it is made, for ``assigning.py``.
        self.source: tuple[Batched, Any] | None = None
        self._views: list[Batched] | None = None

    @property
    def views(self) -> Sequence[Batched]:
        """Its views."""
        return self._views or ()

    def note_view(self, view: Batched, step: Any) -> None:
        """Note that an operation, with its parameters, made a view of it."""
        view.source = self, step
        if self._views is None:
            self._views = []
        self._views.append(view)

    @property
    def traced_by(self) -> Any:
        return self.term.traced_by

    @property
    def shape(self) -> tuple[Any, ...]:  # type: ignore[override]
        """The extents of one example."""
        return self.term.shape[len(self.levels) :]

    @property
    def dtype(self) -> Any:
        """The type of the elements."""
        return self.term.dtype

    @property
    def weak(self) -> bool:  # type: ignore[override]
        return self.term.weak


def _binary(row: Op) -> Any:
    result = BOOL if row.predicate else FLOAT64
    # Python's & and | are truth values', to which float64 has to be brought first.
    at_once = not row.name.startswith("logical")

    def operator(self: Any, other: Any) -> Any:
        # What nearly all terms are made by: where types are equal already, nothing of the general
        # way is needed. A term takes 1.3 us instead of 3.
        kind = type(other)
        if type(self) is Term:
            trace = self.traced_by
            if (
                self.dtype is FLOAT64
                and at_once
                and (
                    kind is float
                    or kind is int
                    or (
                        kind is Term
                        and other.shape is self.shape
                        and other.dtype is FLOAT64
                        and other.weak is self.weak
                        and other.traced_by is trace
                    )
                )
                and trace.is_open
            ):
                terms = trace.terms
                term = Term(
                    trace,
                    len(terms),
                    row,
                    (self, other),
                    NO_PARAMETERS,
                    self.shape,
                    result,
                    self.weak,
                    trace.region,
                )
                terms.append(term)
                return term
        elif type(self) is Batched:
            if kind is float or kind is int:
                return Batched(operator(self.term, other), self.levels)
            if (
                kind is Batched
                and other.levels == self.levels
                and other.term.shape is self.term.shape
            ):
                return Batched(operator(self.term, other.term), self.levels)
        return self.traced_by.binary(row, self, other)

    return operator


def _augmented(row: Op, name: str) -> Any:
    sign = AUGMENTED[name]

    def operator(self: Any, other: Any) -> Any:
        if not self.shape:
            return NotImplemented  # a number: Python writes v = v + x
        from .assigning import in_place

        return in_place(self, sign, other, row)

    return operator


def _reflected(row: Op) -> Any:
    def operator(self: Any, other: Any) -> Any:
        return self.traced_by.binary(row, other, self)

    return operator


def _unary(row: Row) -> Any:
    def operator(self: Any) -> Any:
        return self.traced_by.apply(row, (self,), {})

    return operator


def _method(row: Op) -> Any:
    def method(self: Any, *operands: Any) -> Any:
        return row(self, *operands)

    return method


def _elementwise(name: str) -> Op:
    row = TABLE[name]
    assert isinstance(row, Op)
    return row


def _add_operators() -> None:
    for name, row in {**OPERATORS, **COMPARISONS}.items():
        setattr(Symbol, f"__{name}__", _binary(_elementwise(row)))
    for name, row in OPERATORS.items():
        setattr(Symbol, f"__r{name}__", _reflected(_elementwise(row)))
    for name in AUGMENTED:
        setattr(Symbol, f"__i{name}__", _augmented(_elementwise(OPERATORS[name]), name))
    for name, row in UNARY.items():
        setattr(Symbol, f"__{name}__", _unary(TABLE[row]))
    for method_row in public_rows():
        for name in method_row.methods:
            if not hasattr(Symbol, name):
                setattr(Symbol, name, _method(method_row))


_add_operators()
