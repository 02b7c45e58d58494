"""Single operations on arrays, and the same by hand: what ``arrays.py`` measures besides models.

By hand is what a good NumPy programmer writes for value and cotangents, the fastest formulas that
are right: ``gradient(cotangent, *operands)`` gives the value and then a cotangent an operand. Where
these say more than the product of the cotangent and a derivative:

* ``maximum`` shares a tie equally, as NumPy's users have to as well if derivatives are to add up;
* a cotangent that is handed on as it came is copied, since it belongs to whoever gave it;
* beside ``back()`` the cotangent is copied once more, for ``.grad`` of the result;
* a choice multiplies with its mask, which is faster than ``np.where`` on random masks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from .harness import Errors, Task, Workload

Array = Any
"""An array of whichever library."""

NUMPY = SimpleNamespace(
    abs=np.abs, exp=np.exp, log=np.log, maximum=np.maximum, sin=np.sin, sqrt=np.sqrt, sum=np.sum,
    tanh=np.tanh, where=np.where,
)  # fmt: skip


@dataclass(frozen=True)
class Operation(Workload):
    """``function(maths, *operands)`` of arrays, pulled back from a cotangent.

    On 1 element the baseline is NumPy's forward call alone, else ``gradient``. ``by_back`` is
    whether chainrule is to use ``back()``; the others do as always.
    """

    function: Callable[..., Array]
    gradient: Callable[..., tuple[Array, ...]]
    shapes: Sequence[tuple[int, ...]]
    by_back: bool

    @property
    def is_small(self) -> bool:
        return all(np.prod(shape) == 1 for shape in self.shapes)

    def operands(self) -> list[Array]:
        generator = np.random.default_rng(7)
        return [generator.uniform(0.5, 1.5, shape) for shape in self.shapes]

    def cotangent(self) -> Array:
        out = np.asarray(self.function(NUMPY, *self.operands()))
        return np.random.default_rng(8).uniform(0.5, 1.5, out.shape)

    def by_hand(self) -> Callable[[], Sequence[Array]]:
        function, gradient, operands = self.function, self.gradient, self.operands()
        cotangent = self.cotangent()
        if self.is_small:
            return lambda: (function(NUMPY, *operands),)
        if not self.by_back:
            return lambda: gradient(cotangent, *operands)[1:]

        def run() -> Sequence[Array]:
            out_gradient = np.array(cotangent)
            cotangents = gradient(cotangent, *operands)[1:]
            del out_gradient
            return cotangents

        return run

    def task(self, run: Callable[[], Sequence[Array]]) -> Task:
        """``run`` gives the cotangents of the operands."""

        def errors(result: Sequence[Array]) -> Errors | None:
            expected = self.gradient(self.cotangent(), *self.operands())[1:]
            for i, (x, y) in enumerate(zip(result, expected, strict=True)):
                if np.shape(x) != np.shape(y) or not np.allclose(x, y, rtol=1e-9):
                    raise ValueError(f"wrong result: the cotangent of operand {i}")
            return None

        return Task(run, (), errors=errors)


# --- functions, and by hand ----------------------------------------------------------------------


def multiply(maths: Any, x: Array, y: Array) -> Array:
    return x * y


def multiply_by_hand(g: Array, x: Array, y: Array) -> tuple[Array, ...]:
    return x * y, g * y, g * x


def divide(maths: Any, x: Array, y: Array) -> Array:
    return x / y


def divide_by_hand(g: Array, x: Array, y: Array) -> tuple[Array, ...]:
    out, dx = x / y, g / y
    return out, dx, -out * dx


def power(maths: Any, x: Array, y: Array) -> Array:
    return x**y


def power_by_hand(g: Array, x: Array, y: Array) -> tuple[Array, ...]:
    out = x**y
    return out, g * y * x ** (y - 1), g * out * np.log(x)


def square(maths: Any, x: Array) -> Array:
    return x**2


def square_by_hand(g: Array, x: Array) -> tuple[Array, ...]:
    return x**2, 2 * g * x


def add(maths: Any, x: Array, row: Array) -> Array:
    return x + row


def add_by_hand(g: Array, x: Array, row: Array) -> tuple[Array, ...]:
    return x + row, g.copy(), g.sum(0)


def exp(maths: Any, x: Array) -> Array:
    return maths.exp(x)


def exp_by_hand(g: Array, x: Array) -> tuple[Array, ...]:
    out = np.exp(x)
    return out, g * out


def log(maths: Any, x: Array) -> Array:
    return maths.log(x)


def log_by_hand(g: Array, x: Array) -> tuple[Array, ...]:
    return np.log(x), g / x


def sin(maths: Any, x: Array) -> Array:
    return maths.sin(x)


def sin_by_hand(g: Array, x: Array) -> tuple[Array, ...]:
    return np.sin(x), g * np.cos(x)


def tanh(maths: Any, x: Array) -> Array:
    return maths.tanh(x)


def tanh_by_hand(g: Array, x: Array) -> tuple[Array, ...]:
    out = np.tanh(x)
    return out, g * (1 - out * out)


def sqrt(maths: Any, x: Array) -> Array:
    return maths.sqrt(x)


def sqrt_by_hand(g: Array, x: Array) -> tuple[Array, ...]:
    out = np.sqrt(x)
    return out, g / (2 * out)


def absolute(maths: Any, x: Array) -> Array:
    return maths.abs(x)


def absolute_by_hand(g: Array, x: Array) -> tuple[Array, ...]:
    return np.abs(x), g * np.sign(x)


def maximum(maths: Any, x: Array, y: Array) -> Array:
    return maths.maximum(x, y)


def maximum_by_hand(g: Array, x: Array, y: Array) -> tuple[Array, ...]:
    dx, tie = g * (x > y), x == y
    if tie.any():
        dx[tie] = 0.5 * g[tie]
    return np.maximum(x, y), dx, g - dx


def where(maths: Any, x: Array, y: Array) -> Array:
    return maths.where(x > 1, x, y)


def where_by_hand(g: Array, x: Array, y: Array) -> tuple[Array, ...]:
    condition = x > 1
    return np.where(condition, x, y), g * condition, g * ~condition


def total(maths: Any, x: Array) -> Array:
    return maths.sum(x)


def total_by_hand(g: Array, x: Array) -> tuple[Array, ...]:
    return np.sum(x), np.full(x.shape, g)


LINKS = 25


def chain(maths: Any, x: Array, y: Array) -> Array:
    for _ in range(LINKS):
        x = maths.sin(x * y) * 0.9 + y
    return x


def chain_by_hand(g: Array, x: Array, y: Array) -> tuple[Array, ...]:
    dx, dy = np.ones(x.shape), np.zeros(x.shape)
    for _ in range(LINKS):
        slope = np.cos(x * y) * 0.9
        dx, dy = slope * y * dx, slope * (x + y * dy) + 1
        x = np.sin(x * y) * 0.9 + y
    return x, g * dx, g * dy


#: What is computed, the same by hand, and the number of operands.
_ELEMENTWISE: tuple[tuple[str, Callable[..., Array], Callable[..., tuple[Array, ...]], int], ...]
_ELEMENTWISE = (
    ("x * y", multiply, multiply_by_hand, 2),
    ("x / y", divide, divide_by_hand, 2),
    ("x ** y", power, power_by_hand, 2),
    ("x ** 2", square, square_by_hand, 1),
    ("exp(x)", exp, exp_by_hand, 1),
    ("log(x)", log, log_by_hand, 1),
    ("sin(x)", sin, sin_by_hand, 1),
    ("tanh(x)", tanh, tanh_by_hand, 1),
    ("sqrt(x)", sqrt, sqrt_by_hand, 1),
    ("abs(x)", absolute, absolute_by_hand, 1),
    ("maximum(x, y)", maximum, maximum_by_hand, 2),
    ("where(x > 1, x, y)", where, where_by_hand, 2),
    ("sum(x)", total, total_by_hand, 1),
)


def _of_size(rows: int, columns: int, by_back: bool, table: str) -> tuple[Operation, ...]:
    size = rows * columns
    forms: list[tuple[Any, ...]] = [(*row[:3], ((size,),) * row[3]) for row in _ELEMENTWISE]
    forms.append(("x + row", add, add_by_hand, ((rows, columns), (columns,))))
    if size == 1:
        title = f"x = sin(x * y) * 0.9 + y, {LINKS} times"
        forms.append((title, chain, chain_by_hand, ((1,), (1,))))
    return tuple(
        Operation(f"{name}, {table}", name, 1, function, gradient, shapes, by_back, table=table)
        for name, function, gradient, shapes in forms
    )


_BY_HAND = "the same NumPy by hand"

OPERATIONS = tuple(
    operation
    for by_back, way in ((False, "vjp"), (True, "back()"))
    for operation in (
        *_of_size(1, 1, by_back, f"1 element, {way}: × NumPy's forward call alone"),
        *_of_size(1000, 1000, by_back, f"10⁶ elements, {way}: × {_BY_HAND}"),
    )
)


# --- chainrule ------------------------------------------------------------------------------------


def differentiated(cr: Any, operation: Operation) -> Callable[[], Sequence[Array]]:
    """The cotangents by ``vjp``, or by ``back()`` with ``.grad`` cleared before."""
    function, cotangent = operation.function, operation.cotangent()
    operands = operation.operands()
    values = [cr.Var(operand) for operand in operands]

    def pulled() -> Sequence[Array]:
        _, pullback = cr.vjp(lambda *operands: function(cr, *operands), *operands)
        cotangents: Sequence[Array] = pullback(cotangent)
        return cotangents

    def swept() -> Sequence[Array]:
        for value in values:
            value.grad = 0
        function(cr, *values).back(cotangent)
        return [value.grad for value in values]

    return swept if operation.by_back else pulled
