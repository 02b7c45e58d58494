"""Arrays that remember how they were computed.

An :class:`ArrayValue` is what the user holds: the array, and the node that says how it came about
(``nodes.py``). Numbers' Values and arrays mix: where either meets an array, the result is an
array's Value.

Both builds share this file; what has to be fast is in ``ArrayBase``, the build's own
(``plain_array.py``, ``arrays.pxi``). Operations are computed and recorded in ``recording.py``, the
sweeps are in ``sweep.py``, the chain rule of one operation is in ``ops/rules.py``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import DroppedDerivativeError, OperandError, masked_array, scipys_function
from ..ops import TABLE, likes, tracing
from ..ops import shape as of_shape
from ..ops.methods import ArrayMethods
from . import assigning, protocol
from .nodes import whole
from .operands import called_back

if TYPE_CHECKING:
    from .plain import Value
    from .plain_array import ArrayBase, Node, made_array, use_array_class
else:
    from . import ArrayBase, Node, Value, made_array, use_array_class

Array = np.ndarray[Any, Any]


def plain_array(x: Any) -> Array:
    """The array of a new leaf: real floating numbers; ints become float64."""
    if isinstance(x, np.ma.MaskedArray):
        raise masked_array("Value: val")
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


class ArrayValue(ArrayMethods, ArrayBase):
    """An array that remembers how it was computed: what ``Value(array)`` gives.

    It has NumPy's attributes and methods where chainrule covers them. ``.grad`` is an array of
    zeros until a sweep has added something.

    >>> x = Value(np.array([1.0, 2.0]), reqgrad=True)
    >>> (x * x).sum().back()
    >>> x.grad
    array([2., 4.])
    """

    __slots__ = ("__weakref__",)

    def __init__(self, val: Any, reqgrad: bool = False, grad_fn: Any = None) -> None:
        numbers = plain_array(val).copy()
        node = None
        if reqgrad:
            node = Node(numbers.shape, numbers.dtype)
            if grad_fn is not None:
                node.grad_fn = called_back(grad_fn)
        ArrayBase.__init__(self, numbers, node)

    @staticmethod
    def _leaf(numbers: Any) -> Any:
        """A leaf for a function under ``grad``: on the caller's own array, not a copy."""
        own = plain_array(numbers)
        return made_array(own, Node(own.shape, own.dtype))

    def copy(self, order: str = "C") -> Any:
        """The array with elements of its own: row-major, so that a reshape looks at them."""
        out = likes.copy(self, order)
        if order == "C":
            out._array = np.asarray(out._array, order="C")
        return out

    # --- what a number's Value has too ----------------------------------------------------------

    @property
    def val(self) -> Any:
        """The array. That of a leaf may be assigned, and is given as a copy; else it is read-only.

        What was computed keeps the array, so nobody else may change it.
        """
        if not isinstance(self._array, np.ndarray):
            return self._array
        if self._node is not None and self._node.is_leaf:
            return self._array.copy()
        view = self._array.view()
        view.flags.writeable = False
        return view

    @val.setter
    def val(self, val: Any) -> None:
        self._only_of_a_leaf("val")
        numbers = plain_array(val).astype(self.dtype)
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
        if self._node is None:
            return
        if type(grad) in (int, float) and grad == 0:
            grad = None  # as at first: a sweep stores its sum, and adds to nothing
        elif not isinstance(grad, Value):
            grad = whole(np.asarray(grad, self.dtype), self._node)
        elif of_shape.shape_of(grad) != self.shape:
            raise OperandError(
                f"grad: a Value of shape {of_shape.shape_of(grad)} for one of shape {self.shape}."
            )
        self._node._grad = grad

    def _only_of_a_leaf(self, attribute: str) -> None:
        if tracing.count:
            protocol.refuse_side_effect(self, f".{attribute} = ...")
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
            node = Node(self.shape, self.dtype) if reqgrad else None
            ArrayBase.__init__(self, self._array, node)

    @property
    def grad_fn(self) -> Any:
        """The closure that it was made with, or None."""
        return None if self._node is None else self._node.grad_fn

    def back(self, grad: Any = 1, create_graph: bool = False) -> None:
        """Add the derivative of this Value to ``.grad`` of every Value that it depends on.

        Args:
            grad: the derivative to start from: a number, an array that broadcasts to the shape, or
                a Value of such. A Value of more than one element needs it spelt out.
            create_graph: record the sweep, so that ``.grad`` of a leaf is a Value which can be
                differentiated in its turn.

        Raises:
            ResultError: this Value has more than one element, and ``grad`` is a number.
            NoDerivativeError: this Value needs no derivative.
            ClosureError: ``create_graph`` met a term that a closure ``grad_fn`` made.
            ChangedValueError: the sweep met a leaf whose ``.val`` was assigned since.

        >>> x = Value(np.array([1.0, 3.0]), reqgrad=True)
        >>> (x * x).back(np.array([1.0, 10.0]))
        >>> x.grad
        array([ 2., 60.])
        """
        ArrayBase.back(self, grad, create_graph)

    def _is_strided(self) -> bool:
        aliases = self._aliases
        return bool(aliases and aliases.sources) and assigning.is_strided(self)

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
        return _compared("equal", self, other)

    def __ne__(self, other: Any) -> Any:
        return _compared("not_equal", self, other)

    def __lt__(self, other: Any) -> Any:
        return _compared("less", self, other)

    def __le__(self, other: Any) -> Any:
        return _compared("less_equal", self, other)

    def __gt__(self, other: Any) -> Any:
        return _compared("greater", self, other)

    def __ge__(self, other: Any) -> Any:
        return _compared("greater_equal", self, other)

    __hash__ = object.__hash__

    def __setitem__(self, key: Any, value: Any) -> None:
        assigning.assign(self, key, value)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        if self.reqgrad:
            raise DroppedDerivativeError(
                "an array's Value that needs a derivative cannot become a plain NumPy array, which "
                "would drop the derivative. Use chainrule's functions, cr.array for a list of "
                "Values, an array made with cr.zeros to be filled, or take .val."
                + scipys_function()
            )
        return np.array(self._array, dtype)


ArrayValue.__module__ = "chainrule"


def restored(numbers: Array, reqgrad: bool, grad: Any) -> ArrayValue:
    """A leaf from what pickle keeps of one."""
    value = ArrayValue(numbers, reqgrad)
    if grad is not None:
        value.grad = grad
    return value


def _compared(name: str, x: ArrayValue, other: Any) -> Any:
    if getattr(other, "_dispatch_rank", 0) > x._dispatch_rank:
        return TABLE[name](x, other)
    return getattr(np, name)(x._array, getattr(other, "val", other))


for _name, _operator in assigning.augmented().items():
    setattr(ArrayValue, _name, _operator)
for _name in ("shape", "dtype", "ndim", "T", "__getitem__", "__matmul__", "__rmatmul__"):
    if _name in vars(ArrayBase):  # the compiled build has a shorter way to the same
        setattr(ArrayValue, _name, vars(ArrayBase)[_name])
use_array_class(ArrayValue)
