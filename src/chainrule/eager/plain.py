"""Numbers that remember how they were computed: the page's engine in ordinary Python.

Read this file to understand chainrule: :class:`Value` holds a number and how it came about,
:func:`call` records one operation, :func:`sweep` applies the chain rule. ``native.pyx`` is the
same thing compiled, and is used instead wherever it could be built. The kernels are printed from
the op table.
"""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..ops import Op, Row, elementwise_rows
from . import protocol
from . import sweep as sweeps
from .generated import kernels
from .generated.methods import Methods
from .operands import (
    called_back,
    fixed_operand,
    gradient_number,
    leaf_number,
    other_operands,
    plain_number,
)

GradFn = Callable[[float], Any]
Kernel = Callable[..., float]

_new = object.__new__
_EXACT = 2**53
"""Whole numbers below are floats exactly."""

_serials = itertools.count(1)
_by_serial = operator.attrgetter("_serial")

_BY_NAME = {op.name: op for op in elementwise_rows()}
#: By code: the row, its value, its partials.
_ROWS: dict[int, tuple[Op, Kernel, tuple[Kernel | None, ...]]] = {
    code: (_BY_NAME[name], value, partials)
    for code, (name, value, partials) in kernels.KERNELS.items()
}
#: The same of ops of two operands with a derivative in both, which most terms are.
_SMOOTH: dict[int, tuple[Kernel, Kernel, Kernel]] = {
    code: (value, partials[0], partials[1])
    for code, (op, value, partials) in _ROWS.items()
    if op.arity == 2 and not op.selects and partials[0] and partials[1]
}
_CODES = {row.name: code for code, (row, _, _) in _ROWS.items()}


class Value(Methods):
    """A number that remembers how it was computed.

    Args:
        val: the number; an int becomes a float (float64).
        reqgrad: whether derivatives with respect to it are wanted.
        grad_fn: makes it the result of an operation of your own. ``grad_fn(grad)`` is called once
            in a sweep with the whole derivative of the result, and passes it on with
            ``operand.back(grad * partial)``.

    Raises:
        OperandError: val is not a real number.

    >>> x = Value(2.0, reqgrad=True)
    >>> y = x * x + 1
    >>> y.back()
    >>> y.val, x.grad
    (5.0, 4.0)
    """

    __slots__ = (
        "_closure",
        "_code",
        "_grad",
        "_left",
        "_left_partial",
        "_reqgrad",
        "_right",
        "_right_partial",
        "_serial",
        "_val",
    )
    _dispatch_rank = 1

    _val: float
    _reqgrad: bool
    _code: int
    _closure: GradFn  # of a term with the code of a closure, and of no other
    _grad: Any
    _serial: int
    # Operands that need a derivative, each with its partial. In the place of one that does not,
    # the partial is the operand's own number, which partials of a recorded sweep read. In a leaf,
    # _left_partial is the serial number of the last assignment to .val.
    _left: Value | None
    _right: Value | None
    _left_partial: float
    _right_partial: float

    def __new__(cls, *arguments: Any, **options: Any) -> Value:
        val = arguments[0] if arguments else options.get("val")
        if cls is Value and isinstance(val, np.ndarray) and val.ndim:
            return protocol.new_array(*arguments, **options)
        return _new(cls)

    def __init__(self, val: Any, reqgrad: bool = False, grad_fn: GradFn | None = None) -> None:
        self._val = val if type(val) is float else leaf_number(val)
        self._reqgrad = bool(reqgrad)
        self._code = kernels.LEAF if grad_fn is None else kernels.CLOSURE
        if grad_fn is not None:
            self._closure = called_back(grad_fn)
        self._grad = 0.0
        self._serial = next(_serials)
        self._left = self._right = None
        self._left_partial = self._right_partial = 0.0

    @property
    def val(self) -> float:
        """The number. That of a leaf may be assigned; that of a term may not."""
        return self._val

    @val.setter
    def val(self, val: Any) -> None:
        self._only_a_leaf("val")
        self._val = leaf_number(val)
        self._left_partial = next(_serials)

    @property
    def grad(self) -> Any:
        """What sweeps have added up here: 0.0 at first. That of a leaf may be assigned."""
        return self._grad

    @grad.setter
    def grad(self, grad: Any) -> None:
        self._only_a_leaf("grad")
        self._grad = grad if isinstance(grad, Value) else gradient_number(grad)

    @property
    def reqgrad(self) -> bool:
        """Whether derivatives with respect to it are wanted. That of a leaf may be assigned."""
        return self._reqgrad

    @reqgrad.setter
    def reqgrad(self, reqgrad: bool) -> None:
        self._only_a_leaf("reqgrad")
        self._reqgrad = bool(reqgrad)

    def _only_a_leaf(self, attribute: str) -> None:
        if self._code != kernels.LEAF:
            raise protocol.assigned_term(attribute)

    @property
    def grad_fn(self) -> GradFn | None:
        """The closure that it was made with, or None."""
        return self._closure if self._code == kernels.CLOSURE else None

    def back(self, grad: Any = 1, create_graph: bool = False) -> None:
        """Add the derivative of this Value to ``.grad`` of every Value that it depends on.

        Args:
            grad: the derivative to start from, a number, or a Value.
            create_graph: record the sweep, so that ``.grad`` of a leaf is a Value which can be
                differentiated in its turn.

        Raises:
            NoDerivativeError: this Value needs no derivative.
            ClosureError: ``create_graph`` met a term that a closure ``grad_fn`` made.
            ChangedValueError: ``create_graph`` met a leaf whose ``.val`` was assigned since.

        >>> x = Value(3.0, reqgrad=True)
        >>> (x * x).back()
        >>> x.grad
        6.0
        """
        if sweeps.active and sweeps.absorbed(self, grad):
            return
        if not self._reqgrad:
            raise protocol.nothing_to_sweep()
        if not create_graph and not isinstance(grad, Value):
            adjoints = sweep(self, gradient_number(grad))
            if adjoints is not None:
                add_gradients(adjoints)
                return
        sweeps.back(self, grad, create_graph, add_gradients)

    def __pow__(self, other: Any, modulus: Any = None) -> Value:
        if modulus is not None:
            raise protocol.modular_power()
        return self._operator(kernels.POWER, self, other)

    def __rpow__(self, other: Any, modulus: Any = None) -> Value:
        if modulus is not None:
            return NotImplemented  # Python says so
        return self._operator(kernels.POWER, other, self)

    def __divmod__(self, other: Any) -> tuple[Value, Value]:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> tuple[Value, Value]:
        return other // self, other % self

    def __xor__(self, other: Any) -> Value:
        raise protocol.no_xor()

    __rxor__ = __xor__

    def __round__(self, ndigits: int | None = None) -> Value:
        return call(kernels.ROUND, (self, 0 if ndigits is None else ndigits))

    def __eq__(self, other: Any) -> bool:
        return compare(kernels.EQUAL, self, other)

    def __ne__(self, other: Any) -> bool:
        return compare(kernels.NOT_EQUAL, self, other)

    def __lt__(self, other: Any) -> bool:
        return compare(kernels.LESS, self, other)

    def __le__(self, other: Any) -> bool:
        return compare(kernels.LESS_EQUAL, self, other)

    def __gt__(self, other: Any) -> bool:
        return compare(kernels.GREATER, self, other)

    def __ge__(self, other: Any) -> bool:
        return compare(kernels.GREATER_EQUAL, self, other)

    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        return self._val != 0.0

    def __float__(self) -> float:
        if self._reqgrad:
            raise protocol.dropped_derivative("float")
        return self._val

    def __int__(self) -> int:
        if self._reqgrad:
            raise protocol.dropped_derivative("int")
        return int(self._val)

    def __repr__(self) -> str:
        return protocol.representation(self)

    def __format__(self, spec: str) -> str:
        return format(self._val, spec)

    def __reduce__(self) -> tuple[Any, ...]:
        return protocol.reduced(self)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return protocol.as_array(self, dtype)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return protocol.array_ufunc(ufunc, method, inputs, options)

    def __array_function__(self, function: Any, types: Any, arguments: Any, options: Any) -> Any:
        return protocol.array_function(function, arguments, options)

    # What the sweeps in Python need to know (sweep.py).

    @property
    def _op(self) -> Op | None:
        """The row of the operation; None for a leaf and for a term that a closure made."""
        row = _ROWS.get(self._code)
        return row[0] if row else None

    @property
    def _assigned(self) -> float:
        """The serial number of the last assignment to .val; 0 if there was none."""
        return self._left_partial if self._code == kernels.LEAF else 0

    @staticmethod
    def _constant(number: float) -> Value:
        return Value(number)

    def _apply_op(self, op: Row, operands: Sequence[Any], parameters: dict[str, Any]) -> Any:
        if op.name in _CODES and not any(isinstance(x, np.ndarray) for x in operands):
            return call(_CODES[op.name], tuple(operands))
        return protocol.on_arrays(op, operands, parameters)

    @staticmethod
    def _call(code: int, operands: tuple[Any, ...]) -> Any:
        return call(code, operands)

    @staticmethod
    def _operator(code: int, left: Any, right: Any) -> Any:
        return binary(code, left, right)

    def _links(self) -> list[tuple[Value, float]]:
        """The operands that need a derivative, each with the recorded partial."""
        links = []
        if self._left is not None:
            links.append((self._left, self._left_partial))
        if self._right is not None:
            links.append((self._right, self._right_partial))
        return links

    def _arguments(self) -> tuple[Any, ...]:
        """The operands in order, a number for one that needs no derivative."""
        left = self._left_partial if self._left is None else self._left
        if _ROWS[self._code][0].arity == 1:
            return (left,)
        return left, self._right_partial if self._right is None else self._right


Value.__module__ = "chainrule"  # where users find it, in both builds


def Var(val: Any, reqgrad: bool = True) -> Value:  # noqa: N802, the page's own name
    """A Value that wants a derivative: ``Value(val, reqgrad=True)``.

    >>> a, b = Var(69), Var(420)
    >>> c = a * b
    >>> c.back()
    >>> a.grad, b.grad
    (420.0, 69.0)
    """
    return Value(val, reqgrad)


def compare(code: int, x: Value, other: Any) -> bool:
    """A comparison of numbers; NotImplemented beside a stranger."""
    y = other._val if isinstance(other, Value) else plain_number(other)
    return NotImplemented if y is None else bool(_ROWS[code][1](x._val, y))


def binary(code: int, left: Any, right: Any) -> Any:
    """What ``call`` does, for an operator on Values and plain numbers: 1.7 times as fast."""
    if code not in _SMOOTH:
        return call(code, (left, right), True)
    value, left_partial, right_partial = _SMOOTH[code]
    if type(left) is Value:
        x, a = left._val, left if left._reqgrad else None
    elif type(left) is float:
        x, a = left, None
    elif type(left) is int and -_EXACT < left < _EXACT:
        x, a = float(left), None
    else:
        return call(code, (left, right), True)
    if type(right) is Value:
        y, b = right._val, right if right._reqgrad else None
    elif type(right) is float:
        y, b = right, None
    elif type(right) is int and -_EXACT < right < _EXACT:
        y, b = float(right), None
    else:
        return call(code, (left, right), True)
    out = value(x, y)
    node = _new(Value)
    node._val = out
    node._grad = 0.0
    node._serial = next(_serials)
    node._left, node._right = a, b
    if a is None and b is None:
        node._reqgrad = False
        node._code = kernels.LEAF
        node._left_partial = 0.0
        return node
    node._reqgrad = True
    node._code = code
    node._left_partial = x if a is None else left_partial(out, x, y)
    node._right_partial = y if b is None else right_partial(out, x, y)
    return node


def call(code: int, operands: tuple[Any, ...], is_operator: bool = False) -> Any:
    """Any op on any operands: compute the value, and record what a derivative needs."""
    op, value, partials = _ROWS[code]
    numbers = []
    needs = any_value = False
    for operand in operands:
        if isinstance(operand, Value):
            if operand._dispatch_rank > 1:
                return op(*operands)
            any_value = True
            needs = needs or operand._reqgrad
            numbers.append(operand._val)
        elif type(operand) is float:
            numbers.append(operand)
        else:
            number = plain_number(operand)
            if number is None:
                return other_operands(op, operands, is_operator)
            numbers.append(number)
    out = value(*numbers)
    if op.predicate:
        return bool(out)
    if not any_value:
        return out
    # Not Value(out): its checks would double the time of an operation.
    node = _new(Value)
    node._val = out
    node._reqgrad = needs
    node._code = code if needs else kernels.LEAF
    node._grad = 0.0
    node._serial = next(_serials)
    node._left = node._right = None
    node._left_partial = node._right_partial = 0.0
    if not needs:
        return node
    links = []
    for i, operand in enumerate(operands):
        link = operand if isinstance(operand, Value) and operand._reqgrad else None
        weight = numbers[i]
        if link is not None:
            if op.partials[i] is None:
                raise fixed_operand(op, i)
            partial = partials[i]
            if partial is None:
                link = None
            else:
                weight = partial(out, *numbers)
                if op.selects and weight == 0.0:
                    link = None
        links.append((link, weight))
    if len(links) == 3:
        # where and clip hand on one operand; it moves into the place of the first.
        links = [chosen for chosen in links if chosen[0] is not None] or [(None, 0.0)]
    node._left, node._left_partial = links[0]
    if len(links) == 2:
        node._right, node._right_partial = links[1]
    return node


def sweep(root: Value, seed: float, oldest: int = 0, newest: int = 0) -> dict[Value, float] | None:
    """The derivative of root with respect to every Value that it depends on.

    Equations (4) and (5) of the page: the derivative in a term is the sum over all terms that use
    it. So each term is visited once, after all that use it, which were made after it: by
    descending serial number.

    ``oldest`` and ``newest`` are the serials of the leaves of a function under ``grad``. None
    where the sweep of ``sweep.py`` has to take over: a closure, a Value for a gradient, a term
    that hangs on something older than the leaves.
    """
    if root._serial < oldest:
        return None
    adjoints = {root: 0.0}
    found = [root]
    for node in found:  # grows while it is walked
        if node._code == kernels.CLOSURE or type(node._grad) is not float:
            return None
        if node._serial <= newest and node._code != kernels.LEAF:
            return None
        for operand in node._left, node._right:
            if operand is not None and operand not in adjoints:
                if operand._serial < oldest:
                    return None
                adjoints[operand] = 0.0
                found.append(operand)
    found.sort(key=_by_serial, reverse=True)
    adjoints[root] = seed
    for node in found:
        left, right = node._left, node._right
        if left is not None:
            adjoints[left] += adjoints[node] * node._left_partial
        if right is not None:
            adjoints[right] += adjoints[node] * node._right_partial
    return adjoints


def add_gradients(adjoints: dict[Any, Any]) -> None:
    """Add into ``.grad``, for every Value and array's node or, when interrupted, for none.

    No lock: one held while Ctrl-C strikes would stay held. The interpreter changes threads only
    at calls and at the ends of loops, so none comes between ``is before`` and the assignment.
    """
    added: list[tuple[Any, Any, Any]] = []
    try:
        for value, adjoint in adjoints.items():
            while True:
                before = value._grad
                total = adjoint if before is None else before + adjoint
                added.append((value, before, total))
                if value._grad is before:
                    value._grad = total
                    break
    except BaseException:
        for value, before, total in added:
            if value._grad is total:
                value._grad = before
        raise


def gradient(root: Value, leaves: list[Value], seed: float) -> list[float] | None:
    """The derivatives of root with respect to leaves, made one after the other, as floats.

    None where the sweep in Python has to take over; nobody's ``.grad`` is touched.
    """
    if root._dispatch_rank > 1 or any(leaf._dispatch_rank > 1 for leaf in leaves):
        return None
    adjoints = sweep(root, seed, leaves[0]._serial, leaves[-1]._serial)
    return None if adjoints is None else [adjoints.get(leaf, 0.0) for leaf in leaves]
