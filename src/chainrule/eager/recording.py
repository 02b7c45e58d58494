"""An operation on arrays' Values: computed by NumPy, and recorded for the sweeps.

:func:`apply` is what every op comes to that meets an array's Value, or a number's Value beside an
array.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import OperandError, ResultError
from ..ops import Cotangent, Op, Row, Structural, saved
from ..ops.shape import array as stacked
from .array import ArrayValue, Entry, Node, Stub
from .operands import described

if TYPE_CHECKING:
    from .plain import Value
else:
    from . import Value


def _numbers(op: Row, x: Any) -> Any:
    """The plain numbers of an operand."""
    if isinstance(x, ArrayValue):
        return x._array
    if isinstance(x, Value):
        return x.val
    if isinstance(x, np.ndarray | np.generic):
        if x.dtype.kind not in "fiub":
            raise OperandError(
                f"{op.name}: an operand is an array of dtype {x.dtype}, not of real numbers."
            )
        return x
    if isinstance(x, float | int):
        return x
    raise OperandError(f"{op.name}: an operand is {described(x)}, not a real number or an array.")


def apply(op: Row, operands: Sequence[Any], parameters: dict[str, Any]) -> Any:
    """An op on operands of which one at least is a Value: compute, and record what is needed."""
    operands = [stacked(x) if isinstance(x, list | tuple) else x for x in operands]
    numbers = [_numbers(op, x) for x in operands]
    try:
        with np.errstate(all="ignore"):
            if isinstance(op, Structural):
                whole = [x if hasattr(x, "shape") else np.asarray(x, float) for x in numbers]
                out = op.kernel(*whole, **parameters)
            else:
                out = op.numpy(*numbers, **parameters)  # type: ignore[attr-defined]
    except ValueError as error:
        shapes = ", ".join(str(np.shape(x)) for x in numbers)
        raise ValueError(f"{op.name}: operands of shapes {shapes}: {error}") from None
    if isinstance(op, Op) and op.predicate:
        return out
    needs = [node_of_operand(x) is not None for x in operands]
    if op.name == "stop_gradient" or not any(needs):
        return _parts(out, None) if isinstance(out, tuple) else ArrayValue._made(out, None)
    return record(op, operands, numbers, needs, parameters, out)


def node_of_operand(x: Any) -> Any:
    """The node of an array's Value, a number's Value that needs a derivative, or None."""
    if isinstance(x, ArrayValue):
        return x._node
    return x if isinstance(x, Value) and x.reqgrad else None


def _parts(out: tuple[Any, ...], nodes: Sequence[Node] | None) -> tuple[Any, ...]:
    return tuple(
        ArrayValue._made(numbers, None if nodes is None else nodes[k])
        for k, numbers in enumerate(out)
    )


def record(
    op: Row,
    operands: Sequence[Any],
    numbers: Sequence[Any],
    needs: Sequence[bool],
    parameters: dict[str, Any],
    out: Any,
) -> Any:
    """The result as a Value, with a node that keeps what its cotangents are computed from."""
    read: set[str] = set()
    for i, names in enumerate(saved(op)):
        if i < len(needs) and needs[i]:
            read.update(names)
    if isinstance(op, Structural) and op.operands[0].startswith("*") and any(needs):
        read.update(op.saves)
    entries: list[Any] = []
    for i, x in enumerate(operands):
        name = op.operands[min(i, len(op.operands) - 1)].lstrip("*")
        node = node_of_operand(x)
        if isinstance(node, Value):
            entries.append(node)
        elif name in read:
            entries.append(Entry(numbers[i], node))
        else:
            dtype = getattr(numbers[i], "dtype", np.float64)
            entries.append(Entry(Stub(np.shape(numbers[i]), dtype), node))
    if isinstance(out, tuple):
        whole = Node(_next_serial(), (), None)
        nodes = []
        for k, part in enumerate(out):
            node = Node(_next_serial(), np.shape(part), part.dtype)
            node.part, node.entries = k, (Entry(None, whole),)
            nodes.append(node)
        whole.parts = tuple(nodes)
        whole.op, whole.entries, whole.parameters = op, entries, parameters
        whole.out = out if "out" in read else None
        return _parts(out, nodes)
    result = ArrayValue._made(out, None)
    node = Node(result._serial, np.shape(out), getattr(out, "dtype", np.float64))
    node.op, node.entries, node.parameters = op, entries, parameters
    node.out = out if "out" in read else None
    result._node = node
    return result


def _next_serial() -> int:
    return Value(0.0)._serial


def seed_of(value: ArrayValue, grad: Any) -> Cotangent:
    """The cotangent to start from, in the shape of the value."""
    seed = grad if isinstance(grad, Value) else np.asarray(grad, value.dtype)
    if value.size != 1 and np.shape(seed) == () and not isinstance(grad, Value):
        raise ResultError(
            f"back(): a Value of shape {value.shape} has a derivative for every element. Reduce it "
            "to one number first, or give grad= an array of that shape."
        )
    if not isinstance(seed, Value):
        seed = np.broadcast_to(seed, value.shape)
    return Cotangent(seed)
