"""Dimensions: what stands for ``x.shape[0]`` while a function is traced.

A :class:`Dimension` is a polynomial in the extents of the arguments, with the number that it had
when the function was traced. Arithmetic keeps it free: ``mean``, ``reshape(-1)`` and ``x[1:]``
make a Program for every length. Where a number is needed (``range(n)``, ``np.zeros(n)``) or a
question has to be answered (``n > 2``), the answer of this trace is taken and a *guard* is noted:
the Program is only run where the answer is the same, and the function is traced again elsewhere.

Two extents that were equal are one, and an extent of 1 is the number 1; the cache of ``jit`` looks
at both, so neither needs a guard. Start reading at :class:`Dimension`.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..ops.elementwise import add, divide, multiply, power, subtract
from ..ops.numpy_names import apply_ufunc

Monomial = tuple[int, ...]
"""Numbers of atoms, sorted, repeated for powers; ``()`` is the constant."""


class Quotient(NamedTuple):
    """An atom that is no extent: a whole quotient or a remainder, rounded as Python rounds."""

    function: Callable[[int, int], int]
    dividend: Any
    divisor: Any


class Guard(NamedTuple):
    """A question about dimensions that was answered while tracing; True was the answer."""

    relation: Callable[[int, int], bool]
    left: Any
    right: Any

    def holds(self, values: Sequence[int]) -> bool:
        """Whether the answer is the same for other extents."""
        return self.relation(evaluated(self.left, values), evaluated(self.right, values))

    def __str__(self) -> str:
        return f"{self.left} {_SIGNS[self.relation]} {self.right}"


_SIGNS: dict[Callable[[Any, Any], Any], str] = {
    operator.eq: "==",
    operator.ne: "!=",
    operator.lt: "<",
    operator.le: "<=",
    operator.gt: ">",
    operator.ge: ">=",
}
_OPPOSITE = {
    operator.eq: operator.ne,
    operator.ne: operator.eq,
    operator.lt: operator.ge,
    operator.ge: operator.lt,
    operator.gt: operator.le,
    operator.le: operator.gt,
}


#: Questions about a difference from 0 that its sign answers.
_BY_SIGN = {1: {operator.ge: True, operator.lt: False}, -1: {operator.le: True, operator.gt: False}}


class Extents:
    """The extents of one trace, every Dimension made of them, and the guards noted so far."""

    def __init__(self, trace: Any = None) -> None:
        self.trace = trace
        #: The number that each extent had while tracing, and its name in print.
        self.values: list[int] = []
        self.atoms: list[int | Quotient] = []
        self.guards: dict[Guard, None] = {}
        self._interned: dict[frozenset[tuple[Monomial, int]], Dimension] = {}
        self._of_value: dict[int, Dimension] = {}
        self._of_atom: dict[int | Quotient, int] = {}

    def extent(self, value: int) -> int | Dimension:
        """What stands for an extent of an argument; equal ones are the same."""
        if value == 1:
            return 1
        known = self._of_value.get(value)
        if known is None:
            self.values.append(value)
            known = self._of_value[value] = self._atom(len(self.values) - 1)
        return known

    def symbols(self) -> list[Dimension]:
        """The extents themselves, in the order of ``values``."""
        return [self._atom(i) for i in range(len(self.values))]

    def _atom(self, atom: int | Quotient) -> Dimension:
        number = self._of_atom.get(atom)
        if number is None:
            number = self._of_atom[atom] = len(self.atoms)
            self.atoms.append(atom)
        dimension = self.polynomial({(number,): 1})
        assert isinstance(dimension, Dimension)
        return dimension

    def polynomial(self, coefficients: dict[Monomial, int]) -> int | Dimension:
        """The Dimension with these coefficients; an int where it is constant."""
        kept = {m: c for m, c in coefficients.items() if c}
        if not kept:
            return 0
        if len(kept) == 1 and () in kept:
            return kept[()]
        key = frozenset(kept.items())
        known = self._interned.get(key)
        if known is None:
            known = self._interned[key] = Dimension(self, kept)
        return known

    def quotient(self, function: Any, dividend: Any, divisor: Any) -> int | Dimension:
        return self._atom(Quotient(function, dividend, divisor))

    def note(self, relation: Any, left: Any, right: Any) -> bool:
        """Answer a question about dimensions for this trace, and guard the answer."""
        answer = bool(relation(traced_value(left), traced_value(right)))
        if self.trace is not None and not self.trace.is_open:
            return answer
        if isinstance(left, Dimension) and type(right) is int:
            # n - 1 >= 0 is n >= 1, and one guard with it.
            constant = left._coefficients.get((), 0)
            left, right = left - constant, right - constant
        self.guards[Guard(relation if answer else _OPPOSITE[relation], left, right)] = None
        return answer


def _number(value: Any) -> int | None:
    """A whole number, or None."""
    if type(value) is int:
        return value
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        return None
    return operator.index(value)


class Dimension:
    """A polynomial in extents: an integer to compute with, known only when the Program runs."""

    __slots__ = ("_coefficients", "_scope", "value")
    _dispatch_rank = 3
    #: The number that it had while the function was traced.
    value: int

    def __init__(self, scope: Extents, coefficients: dict[Monomial, int]) -> None:
        self._scope = scope
        self._coefficients = coefficients
        self.value = self.evaluate(scope.values)

    def evaluate(self, values: Sequence[int]) -> int:
        """The number that it is for other extents."""
        total = 0
        for monomial, coefficient in self._coefficients.items():
            for atom in monomial:
                coefficient *= _atom_value(self._scope.atoms[atom], values)
            total += coefficient
        return total

    # --- arithmetic that stays free ---------------------------------------------------------------

    def _with(self, other: Any) -> dict[Monomial, int] | None:
        """The coefficients of an operand that is a whole number too."""
        if isinstance(other, Dimension):
            return other._coefficients
        number = _number(other)
        return None if number is None else {(): number}

    def __add__(self, other: Any) -> Any:
        theirs = self._with(other)
        if theirs is None:
            return add(self, other)
        total = dict(self._coefficients)
        for monomial, coefficient in theirs.items():
            total[monomial] = total.get(monomial, 0) + coefficient
        return self._scope.polynomial(total)

    __radd__ = __add__

    def __neg__(self) -> Any:
        return self._scope.polynomial({m: -c for m, c in self._coefficients.items()})

    def __pos__(self) -> Any:
        return self

    def __sub__(self, other: Any) -> Any:
        return subtract(self, other) if self._with(other) is None else self + (-other)

    def __rsub__(self, other: Any) -> Any:
        return subtract(other, self) if self._with(other) is None else (-self) + other

    def __mul__(self, other: Any) -> Any:
        theirs = self._with(other)
        if theirs is None:
            return multiply(self, other)
        total: dict[Monomial, int] = {}
        for m, c in self._coefficients.items():
            for n, d in theirs.items():
                monomial = tuple(sorted(m + n))
                total[monomial] = total.get(monomial, 0) + c * d
        return self._scope.polynomial(total)

    def __rmul__(self, other: Any) -> Any:
        return multiply(other, self) if self._with(other) is None else self * other

    def __pow__(self, other: Any) -> Any:
        number = _number(other) if not isinstance(other, Dimension) else None
        if number is None or number < 0:
            return power(self, other)
        result: Any = 1
        for _ in range(number):
            result = self * result
        return result

    def __rpow__(self, other: Any) -> Any:
        return power(other, self)

    def __truediv__(self, other: Any) -> Any:
        # np.arange divides by its step before it asks for a number.
        return self if type(other) is int and other == 1 else divide(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return divide(other, self)

    def __floordiv__(self, other: Any) -> Any:
        return self._divided(operator.floordiv, self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return self._divided(operator.floordiv, other, self)

    def __mod__(self, other: Any) -> Any:
        return self._divided(operator.mod, self, other)

    def __rmod__(self, other: Any) -> Any:
        return self._divided(operator.mod, other, self)

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def _divided(self, function: Any, dividend: Any, divisor: Any) -> Any:
        if self._with(dividend) is None or self._with(divisor) is None:
            return NotImplemented
        if traced_value(divisor) == 0:
            raise ZeroDivisionError(f"{dividend} divided by {divisor}, which is 0")
        exact = self._exact(dividend, divisor)
        if exact is not None:
            return exact if function is operator.floordiv else 0
        return self._scope.quotient(function, dividend, divisor)

    def _exact(self, dividend: Any, divisor: Any) -> Any:
        """The quotient where it is a polynomial, found term by term; else None."""
        rest = dict(self._with(dividend) or {})
        by = self._with(divisor) or {}
        if len(by) != 1:
            # The extents are not 0 where this is asked (reshape, mean), or a guard says so.
            return 1 if rest == by else None
        ((factor, count),) = by.items()
        quotient: dict[Monomial, int] = {}
        for monomial, coefficient in rest.items():
            left = list(monomial)
            for atom in factor:
                if atom not in left:
                    return None
                left.remove(atom)
            if coefficient % count:
                return None
            quotient[tuple(left)] = coefficient // count
        return self._scope.polynomial(quotient)

    # --- what bakes the number in, under a guard --------------------------------------------------

    def __index__(self) -> int:
        self._scope.note(operator.eq, self, self.value)
        return self.value

    __int__ = __index__

    def __float__(self) -> float:
        return float(self.__index__())

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.asarray(self.__index__(), dtype)

    def __bool__(self) -> bool:
        return self._scope.note(operator.ne, self, 0)

    def _compared(self, relation: Any, other: Any) -> Any:
        if self._with(other) is None:
            return NotImplemented
        difference = self - other
        if isinstance(difference, int):
            return relation(difference, 0)
        if relation in (operator.eq, operator.ne) and self._differ_by_key(other):
            return relation is operator.ne
        sign = difference._sign()
        if sign and relation in _BY_SIGN[sign]:
            return _BY_SIGN[sign][relation]
        return self._scope.note(relation, self, other)

    def _differ_by_key(self, other: Any) -> bool:
        """Whether two extents are known to differ: equal ones would be one, and 1 would be 1."""
        if not self._is_extent():
            return False
        return other._is_extent() if isinstance(other, Dimension) else bool(other == 1)

    def _sign(self) -> int:
        """1 where it cannot be negative, -1 where it cannot be positive, whatever the extents."""
        if not all(type(self._scope.atoms[a]) is int for m in self._coefficients for a in m):
            return 0
        signs = {coefficient > 0 for coefficient in self._coefficients.values()}
        return 0 if len(signs) > 1 else 1 if signs == {True} else -1

    def _is_extent(self) -> bool:
        ((monomial, coefficient), *more) = self._coefficients.items()
        return (
            not more
            and coefficient == 1
            and len(monomial) == 1
            and isinstance(self._scope.atoms[monomial[0]], int)
        )

    def __eq__(self, other: Any) -> Any:
        return True if self is other else self._compared(operator.eq, other)

    def __ne__(self, other: Any) -> Any:
        return False if self is other else self._compared(operator.ne, other)

    def __lt__(self, other: Any) -> Any:
        return self._compared(operator.lt, other)

    def __le__(self, other: Any) -> Any:
        return self._compared(operator.le, other)

    def __gt__(self, other: Any) -> Any:
        return self._compared(operator.gt, other)

    def __ge__(self, other: Any) -> Any:
        return self._compared(operator.ge, other)

    __hash__ = object.__hash__

    # --- as an operand ----------------------------------------------------------------------------

    def _apply_op(self, op: Any, operands: Any, parameters: dict[str, Any]) -> Any:
        return self._scope.trace.apply(op, operands, parameters)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return apply_ufunc(ufunc, method, inputs, options)

    # --- print ------------------------------------------------------------------------------------

    def __str__(self) -> str:
        parts = []
        for monomial, coefficient in sorted(
            self._coefficients.items(), key=lambda item: (-len(item[0]), item[0])
        ):
            factors = [_atom_name(self._scope.atoms[atom]) for atom in monomial]
            if abs(coefficient) != 1 or not factors:
                factors.insert(0, str(abs(coefficient)))
            sign = "-" if coefficient < 0 else "+"
            parts.append(f"{sign} {'*'.join(factors)}")
        text = " ".join(parts)
        return text[2:] if text.startswith("+") else text.replace("- ", "-", 1)

    __repr__ = __str__


_LETTERS = "nmkpqrstuvw"


def spelled(x: Any) -> str:
    """An extent as text that is the same in every process for the same polynomial in extents."""
    if type(x) is not Dimension:
        return str(x)
    parts = []
    for monomial, coefficient in x._coefficients.items():
        atoms = sorted(_spelled_atom(x._scope.atoms[atom]) for atom in monomial)
        parts.append("*".join([str(coefficient), *atoms]))
    return f"({'+'.join(sorted(parts))})"


def _spelled_atom(atom: int | Quotient) -> str:
    if isinstance(atom, int):
        return f"n{atom}"
    return f"({spelled(atom.dividend)} {atom.function.__name__} {spelled(atom.divisor)})"


def _atom_name(atom: int | Quotient) -> str:
    if isinstance(atom, int):
        return _LETTERS[atom] if atom < len(_LETTERS) else f"n{atom}"
    sign = "//" if atom.function is operator.floordiv else "%"
    parts = [
        f"({x})" if isinstance(x, Dimension) and " " in str(x) else str(x)
        for x in (atom.dividend, atom.divisor)
    ]
    return f"({parts[0]}{sign}{parts[1]})"


def _atom_value(atom: int | Quotient, values: Sequence[int]) -> int:
    if isinstance(atom, int):
        return values[atom]
    return atom.function(evaluated(atom.dividend, values), evaluated(atom.divisor, values))


def evaluated(x: Any, values: Sequence[int]) -> Any:
    """A parameter of a term with the extents put in: Dimensions in nested tuples become ints."""
    if type(x) is Dimension:
        return x.evaluate(values)
    if type(x) is tuple:
        return tuple(evaluated(part, values) for part in x)
    return x


def is_free(x: Any) -> bool:
    """Whether a parameter holds a Dimension."""
    return type(x) is Dimension or (type(x) is tuple and any(map(is_free, x)))


def traced_value(x: Any) -> Any:
    """The number that a dimension had while the function was traced."""
    return x.value if isinstance(x, Dimension) else x


def traced_values(x: Any) -> Any:
    """The same of what holds dimensions: a shape, a key, parameters by name."""
    if isinstance(x, tuple):
        return tuple(map(traced_values, x))
    if isinstance(x, dict):
        return {name: traced_values(value) for name, value in x.items()}
    return traced_value(x)
