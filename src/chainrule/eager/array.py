"""Arrays that remember how they were computed.

An :class:`ArrayValue` is what the user holds: the array, and the :class:`Node` that says how it
came about. A node keeps the numbers that its cotangents are computed from (``ops.saved``) and no
others, so that an array nobody needs is freed with its last handle. Numbers' Values and arrays
mix: where either meets an array, the result is an array's Value.

Both builds share this file. Operations are computed and recorded in ``recording.py``, the sweeps
are in ``sweep.py``, the chain rule of one operation is in ``ops/rules.py``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import DroppedDerivativeError, OperandError
from ..ops import Row, pull, push
from ..ops import shape as of_shape
from ..ops.methods import ArrayMethods
from . import protocol
from .operands import called_back

if TYPE_CHECKING:
    from .plain import Value
else:
    from . import Value

Array = np.ndarray[Any, Any]


class Stub:
    """In the place of an array that no partial reads: its shape."""

    __slots__ = ("dtype", "shape")

    def __init__(self, shape: tuple[int, ...], dtype: Any) -> None:
        self.shape, self.dtype = shape, dtype


class Entry:
    """An operand of a node: the numbers if they are read, and the node that they come from."""

    __slots__ = ("node", "numbers")

    def __init__(self, numbers: Any, node: Node | None) -> None:
        self.numbers, self.node = numbers, node


class Node:
    """How an array came about: a leaf, an operation on entries, a closure, or one part of several.

    ``out`` is the result, where a partial reads it.
    """

    __slots__ = (
        "_assigned",
        "_grad",
        "_serial",
        "dtype",
        "entries",
        "grad_fn",
        "op",
        "out",
        "parameters",
        "part",
        "parts",
        "shape",
    )
    reqgrad = True

    def __init__(self, serial: int, shape: tuple[int, ...], dtype: Any) -> None:
        self._serial = serial
        self._assigned: float = 0
        self.shape, self.dtype = shape, dtype
        self.op: Row | None = None
        self.entries: Sequence[Any] = ()
        self.parameters: dict[str, Any] = {}
        self._grad: Any = None
        self.grad_fn: Any = None
        self.out: Any = None
        self.part = -1
        self.parts: tuple[Node, ...] = ()

    @property
    def is_leaf(self) -> bool:
        return self.op is None and self.grad_fn is None and self.part < 0

    def _links(self) -> list[tuple[Any, None]]:
        """What it was computed from and needs a derivative."""
        return [(node, None) for node in map(node_of, self.entries) if node is not None]

    def _read(self, recorded: bool) -> tuple[Any, list[Any]]:
        """The result and the operands as the rules take them: arrays, or Values if recorded."""
        operands = []
        for entry in self.entries:
            if not isinstance(entry, Entry):
                number = entry if recorded or not isinstance(entry, Value) else entry.val
                operands.append(number)
            elif recorded and entry.node is not None and not isinstance(entry.numbers, Stub):
                operands.append(ArrayValue._made(entry.numbers, entry.node))
            else:
                operands.append(entry.numbers)
        if not recorded or self.out is None:
            return self.out, operands
        if self.parts:
            pairs = zip(self.out, self.parts, strict=True)
            return tuple(ArrayValue._made(numbers, node) for numbers, node in pairs), operands
        return ArrayValue._made(self.out, self), operands

    def pulled(self, adjoint: Any, recorded: bool) -> Iterator[tuple[Any, Any]]:
        """What this node passes to each of its operands."""
        if self.part >= 0:
            parent = self.entries[0].node
            parts: list[Any] = [None] * len(parent.parts)
            parts[self.part] = adjoint
            yield parent, parts
            return
        if self.op is None:
            return
        self._check_unchanged()
        out, operands = self._read(recorded)
        nodes = [node_of(entry) for entry in self.entries]
        wanted = [node is not None for node in nodes]
        for node, share in zip(
            nodes, pull(self.op, adjoint, out, operands, self.parameters, wanted), strict=True
        ):
            if node is None or share is None:
                continue
            if isinstance(node, Node):
                yield node, share._replace(numbers=of_shape.of_dtype(share.numbers, node.dtype))
            elif share.mask is None or bool(getattr(share.mask, "val", share.mask)):
                yield node, number_of(share.numbers)

    def pushed(self, reached: dict[Any, Any], recorded: bool) -> Any:
        """The tangent of this node from those of its operands; None for zero."""
        if self.part >= 0:
            whole = reached.get(self.entries[0].node)
            return None if whole is None else whole[self.part]
        nodes = [node_of(entry) for entry in self.entries]
        tangents = [None if node is None else reached.get(node) for node in nodes]
        if self.op is None or all(tangent is None for tangent in tangents):
            return None
        self._check_unchanged()
        out, operands = self._read(recorded)
        if out is None:
            out = Stub(self.shape, self.dtype)
        tangent = push(self.op, tangents, out, operands, self.parameters)
        return tangent if self.parts else of_shape.of_dtype(tangent, self.dtype)

    def _check_unchanged(self) -> None:
        for entry in self.entries:
            node = node_of(entry)
            unread = isinstance(entry, Entry) and isinstance(entry.numbers, Stub)
            if node is not None and not unread and node._assigned > self._serial:
                assert self.op is not None
                raise protocol.changed_value(self.op.name)


def node_of(x: Any) -> Any:
    """What a sweep knows an operand by: an array's node, a number's Value, None for a constant."""
    if isinstance(x, Entry):
        return x.node
    return x if isinstance(x, Value) and x.reqgrad else None


def number_of(x: Any) -> Any:
    """An array without axes as a number: a float, or the Value that it is."""
    return x if isinstance(x, Value) else float(x)


def plain_array(x: Any) -> Array:
    """The array of a new leaf: real floating numbers; ints become float64."""
    numbers = np.asarray(x)
    if not numbers.dtype.isnative:
        numbers = numbers.astype(numbers.dtype.newbyteorder("="))
    if numbers.dtype.kind in "iu":
        numbers = numbers.astype(np.float64)
    if numbers.dtype not in (np.float32, np.float64):
        raise OperandError(
            f"Value: an array of dtype {numbers.dtype} has no derivative; convert it to float64 "
            "or float32 with .astype(float)."
        )
    return numbers


class ArrayValue(ArrayMethods, Value):
    """An array that remembers how it was computed: what ``Value(array)`` gives.

    It has NumPy's attributes and methods where chainrule covers them. ``.grad`` is an array of
    zeros until a sweep has added something.

    >>> x = Value(np.array([1.0, 2.0]), reqgrad=True)
    >>> (x * x).sum().back()
    >>> x.grad
    array([2., 4.])
    """

    __slots__ = ("_array", "_node")
    _dispatch_rank = 2

    _array: Any
    _node: Node | None

    def __new__(cls, *arguments: Any, **options: Any) -> ArrayValue:
        made: Any = Value.__new__(cls, 0.0)
        return made  # type: ignore[no-any-return]

    def __init__(self, val: Any, reqgrad: bool = False, grad_fn: Any = None) -> None:
        Value.__init__(self, 0.0, reqgrad)
        self._mark_array()
        self._array = plain_array(val).copy()
        self._node = None
        if reqgrad:
            self._node = Node(self._serial, self._array.shape, self._array.dtype)
            if grad_fn is not None:
                self._node.grad_fn = called_back(grad_fn)

    @classmethod
    def _leaf(cls, numbers: Any) -> ArrayValue:
        """A leaf for a function under ``grad``: on the caller's own array, not a copy."""
        leaf = cls._made(plain_array(numbers), None)
        leaf.reqgrad = True
        return leaf

    @classmethod
    def _made(cls, numbers: Any, node: Node | None) -> ArrayValue:
        """A handle on an array that was computed."""
        value: Any = Value.__new__(cls, 0.0)
        Value.__init__(value, 0.0, node is not None)
        value._mark_array()
        value._array = numbers
        value._node = node
        return value  # type: ignore[no-any-return]

    # --- what a number's Value has too ----------------------------------------------------------

    @property
    def val(self) -> Any:
        """The array. That of a leaf may be assigned; that of a term is read-only."""
        if self._node is None or self._node.is_leaf or not isinstance(self._array, np.ndarray):
            return self._array
        view = self._array.view()
        view.flags.writeable = False
        return view

    @val.setter
    def val(self, val: Any) -> None:
        self._only_of_a_leaf("val")
        numbers = plain_array(val).astype(self.dtype, copy=False)
        if numbers.shape != self.shape:
            raise OperandError(
                f"val: an array of shape {numbers.shape} for a Value of shape {self.shape}."
            )
        self._array = numbers
        if self._node is not None:
            self._node._assigned = Value(0.0)._serial

    @property
    def grad(self) -> Any:
        """What sweeps have added up here: zeros at first. That of a leaf may be assigned."""
        grad = None if self._node is None else self._node._grad
        return np.zeros(self.shape, self.dtype) if grad is None else grad

    @grad.setter
    def grad(self, grad: Any) -> None:
        self._only_of_a_leaf("grad")
        if self._node is not None:
            whole = np.broadcast_to(np.asarray(grad, self.dtype), self.shape)
            self._node._grad = whole.copy()

    def _only_of_a_leaf(self, attribute: str) -> None:
        if self._node is not None and not self._node.is_leaf:
            raise protocol.assigned_term(attribute)

    @property
    def reqgrad(self) -> bool:
        """Whether derivatives with respect to it are wanted. That of a leaf may be assigned."""
        return self._node is not None

    @reqgrad.setter
    def reqgrad(self, reqgrad: bool) -> None:
        self._only_of_a_leaf("reqgrad")
        if reqgrad != (self._node is not None):
            self._node = Node(self._serial, self.shape, self.dtype) if reqgrad else None

    @property
    def grad_fn(self) -> Any:
        """The closure that it was made with, or None."""
        return None if self._node is None else self._node.grad_fn

    def back(self, grad: Any = 1, create_graph: bool = False) -> None:
        """Add the derivative of this Value to ``.grad`` of every Value that it depends on.

        Args:
            grad: the derivative to start from, a number or an array that broadcasts to the shape.
                A Value of more than one element needs it spelt out.
            create_graph: not for arrays yet.
        """
        from . import sweep

        sweep.back_from_array(self, grad, create_graph)

    def __repr__(self) -> str:
        return f"Value({self._array!r})"

    def __format__(self, spec: str) -> str:
        return format(self._array[()] if self.shape == () else self._array, spec)

    def __reduce__(self) -> tuple[Any, ...]:
        if self._node is not None and not self._node.is_leaf:
            raise protocol.copied_term()
        return restored, (
            self._array,
            self.reqgrad,
            None if self._node is None else self._node._grad,
        )

    # --- NumPy's attributes ---------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """Its extents."""
        return self._array.shape  # type: ignore[no-any-return]

    @property
    def dtype(self) -> Any:
        """The type of its elements: float64 or float32."""
        return self._array.dtype

    def __bool__(self) -> bool:
        return bool(self._array)

    def __float__(self) -> float:
        if self.reqgrad:
            raise protocol.dropped_derivative("float")
        return float(self._array)

    def __int__(self) -> int:
        if self.reqgrad:
            raise protocol.dropped_derivative("int")
        return int(self._array)

    def __eq__(self, other: Any) -> Any:
        return _compared(np.equal, self, other)

    def __ne__(self, other: Any) -> Any:
        return _compared(np.not_equal, self, other)

    def __lt__(self, other: Any) -> Any:
        return _compared(np.less, self, other)

    def __le__(self, other: Any) -> Any:
        return _compared(np.less_equal, self, other)

    def __gt__(self, other: Any) -> Any:
        return _compared(np.greater, self, other)

    def __ge__(self, other: Any) -> Any:
        return _compared(np.greater_equal, self, other)

    __hash__ = object.__hash__

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        if self.reqgrad:
            raise DroppedDerivativeError(
                "an array's Value that needs a derivative cannot become a plain NumPy array, which "
                "would drop the derivative. Use chainrule's functions, cr.array for a list of "
                "Values, or take .val."
            )
        return np.array(self._array, dtype)

    def _apply_op(self, op: Row, operands: Sequence[Any], parameters: dict[str, Any]) -> Any:
        return protocol.on_arrays(op, operands, parameters)


ArrayValue.__module__ = "chainrule"


def restored(numbers: Array, reqgrad: bool, grad: Any) -> ArrayValue:
    """A leaf from what pickle keeps of one."""
    value = ArrayValue(numbers, reqgrad)
    if grad is not None:
        value.grad = grad
    return value


def _compared(comparison: Any, x: ArrayValue, other: Any) -> Any:
    return comparison(x._array, getattr(other, "val", other))
