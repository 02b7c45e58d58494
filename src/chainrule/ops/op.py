"""What an operation is: one row, from which everything else follows.

An :class:`Op` holds all that chainrule knows of one operation: how NumPy computes it, how a C
compiler computes it, and one partial derivative for each operand, written once in chainrule's
own operations. Reverse mode, forward mode, every higher order, the C and the plain-Python code
of eager numbers (printed by ``tools/print_rows.py``) and the tests all come from the row.

Start reading at :class:`Op`; the rows themselves are in ``elementwise.py`` and ``special.py``.
To add an operation, add a row there (``docs/adding-an-operation.md`` walks through one).
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from .calling import Calls

Partial = Callable[..., Any]
"""``partial(out, *operands)``: the derivative of the result with respect to one operand."""


@dataclass(frozen=True)
class Accuracy:
    """Largest error in ulp (float64) that a row promises at its sample points.

    ``value``, ``first`` and ``second`` are those of the value and of the first and second
    derivatives. An error is counted in units in the last place of the larger of the true
    result and ``scale``: near a root of a derivative, where terms cancel, relative error has
    no bound, and ``scale`` is the size of what cancels.
    """

    value: float = 1.0
    first: float = 2.0
    second: float = 4.0
    scale: float = 0.0


class Row(Calls):
    """A row of the table: an operation by name, that can be called (``calling.py``)."""

    name: str
    operands: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<chainrule op {self.name}({', '.join(self.operands)})>"


@dataclass(frozen=True, eq=False, repr=False)
class Op(Row):
    """One elementwise operation: the value and one partial an operand."""

    name: str
    #: Names of the operands, as in the public function's signature.
    operands: tuple[str, ...]
    #: One entry an operand. ``zero`` is a derivative that vanishes wherever it exists;
    #: ``None`` says that there is none, and an operand that needs one is an error.
    partials: tuple[Partial | None, ...]
    #: What it computes, in a sentence or two: the head of the public docstring.
    doc: str
    #: Dotted name of the NumPy or SciPy function with the same meaning, imported on first use.
    #: Empty when there is none; then ``expand`` is the meaning.
    kernel: str = ""
    #: Name of the function of C's <math.h> that computes it, or an infix operator of C.
    native: str = ""
    #: The value in chainrule's other operations, where C has no function for it.
    expand: Callable[..., Any] | None = None
    #: True for maximum, where and their like: each result is one of the operands, so a partial
    #: is a constant weight, and an operand of weight zero is left out of the graph: what is not
    #: selected is not multiplied.
    selects: bool = False
    #: True for comparisons and the like, whose results are truth values.
    predicate: bool = False
    #: Defaults of trailing operands.
    defaults: tuple[float, ...] = ()
    aliases: tuple[str, ...] = ()
    #: Further names of NumPy and SciPy functions that mean this operation.
    foreign: tuple[str, ...] = ()
    #: Interval a operand that tests sample.
    domain: tuple[tuple[float, float], ...] = ((-4.0, 4.0),)
    #: Points that tests take besides: tails, boundaries, the neighbourhood of singularities.
    points: tuple[tuple[float, ...], ...] = ()
    #: Points where the derivative jumps, as predicates of the operands (documentation).
    kinks: str = ""
    accuracy: Accuracy = field(default_factory=Accuracy)
    #: Operands of the example in the public docstring.
    example: tuple[float, ...] = (0.5,)
    #: False for helpers that only partials use.
    public: bool = True

    def __post_init__(self) -> None:
        if len(self.partials) != len(self.operands):
            raise ValueError(f"{self.name}: one partial an operand, please")
        if not (self.native or self.expand or self.kernel):
            raise ValueError(f"{self.name}: nothing says how to compute it")
        if self.name in TABLE:
            raise ValueError(f"{self.name}: there is a row of that name already")
        TABLE[self.name] = self

    @property
    def arity(self) -> int:
        return len(self.operands)

    @property
    def names(self) -> tuple[str, ...]:
        """The row's own name and its aliases."""
        return (self.name, *self.aliases)

    @property
    def methods(self) -> tuple[str, ...]:
        """Names of the methods that call it with the object as first operand."""
        # where's and polygamma's first operand is no array to be differentiated.
        return () if self.predicate or self.name in ("where", "polygamma") else self.names

    @cached_property
    def numpy(self) -> Callable[..., Any]:
        """The operation on plain numbers and NumPy arrays."""
        if self.kernel:
            module, _, attribute = self.kernel.rpartition(".")
            function = getattr(importlib.import_module(module), attribute)
            if module == "scipy.special" and None in self.partials:
                return _keeping_float32(function)
            return function  # type: ignore[no-any-return]
        assert self.expand is not None
        return self.expand


def _keeping_float32(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of SciPy that makes float64 of float32 beside a plain number; NumPy does not."""

    def kernel(*operands: Any) -> Any:
        out = function(*operands)
        types = [x.dtype for x in operands if isinstance(x, np.ndarray | np.generic)]
        if types and out.dtype == np.float64 and all(x == np.float32 for x in types):
            return out.astype(np.float32)
        return out

    return kernel


TABLE: dict[str, Row] = {}
"""Every row by its name, in the order in which the rows are written."""


def elementwise_rows() -> tuple[Op, ...]:
    """The elementwise rows, in the order in which they are written."""
    return tuple(op for op in TABLE.values() if isinstance(op, Op))


def zero(out: Any, *operands: Any) -> float:
    """The partial of an operation that is constant wherever it has a derivative."""
    return 0.0


def one(out: Any, *operands: Any) -> float:
    """The partial of an operation that hands an operand on."""
    return 1.0


def unary(name: str, partial: Any, doc: str, **row: Any) -> Op:
    """A row of one operand that NumPy has under the same name."""
    row.setdefault("kernel", f"numpy.{name}")
    return Op(name, ("x",), (partial,), doc, **row)


def binary(name: str, partials: tuple[Any, Any], doc: str, **row: Any) -> Op:
    """A row of two operands that NumPy has under the same name."""
    row.setdefault("kernel", f"numpy.{name}")
    row.setdefault("domain", ((-4.0, 4.0), (-4.0, 4.0)))
    row.setdefault("example", (0.5, 2.0))
    return Op(name, ("x", "y"), partials, doc, **row)


def public_rows() -> tuple[Op, ...]:
    """The elementwise rows that users call by name."""
    return tuple(op for op in elementwise_rows() if op.public)


def foreign_names() -> dict[str, Op]:
    """NumPy's and SciPy's function names, each with the row that it means."""
    names: dict[str, Op] = {}
    for op in elementwise_rows():
        for name in (*op.names, *op.foreign):
            names[name] = op
    return names
