"""An operation on arrays' Values: computed by NumPy, and recorded for the sweeps.

:func:`apply` is what every op comes to that meets an array's Value, or a number's Value beside an
array.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import OperandError, ResultError, masked_array, user_line
from ..ops import Cotangent, Op, Row, Structural
from ..ops.assign import VIEWS
from ..ops.calling import quietly
from ..ops.shape import array as stacked
from ..ops.shape import broadcast_to, shape_of
from .operands import described

if TYPE_CHECKING:
    from .plain import Value
    from .plain_array import ArrayBase, Node, made_array, note_view, recorded_node
else:
    from . import ArrayBase, Node, Value, made_array, note_view, recorded_node


def _numbers(op: Row, x: Any) -> Any:
    """The plain numbers of an operand."""
    if isinstance(x, ArrayBase):
        return x._array
    if isinstance(x, Value):
        return x.val
    if isinstance(x, np.ndarray | np.generic):
        if isinstance(x, np.ma.MaskedArray):
            raise masked_array(f"{op.name}: an operand")
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
        if isinstance(op, Structural):
            whole = [x if hasattr(x, "shape") else np.asarray(x, float) for x in numbers]
            if op.moves:
                out = op.kernel(*whole, **parameters)
            elif op.results:
                out = quietly(op.kernel, *whole, **parameters)
            else:  # the user's own functions, which may look at the context
                with np.errstate(all="ignore"):
                    out = op.kernel(*whole, **parameters)
        else:
            out = quietly(op.numpy, *numbers, **parameters)  # type: ignore[attr-defined]
    except ValueError as error:
        shapes = ", ".join(str(np.shape(x)) for x in numbers)
        kind = np.linalg.LinAlgError if isinstance(error, np.linalg.LinAlgError) else ValueError
        raise kind(f"{op.name}: operands of shapes {shapes}: {error}{user_line()}") from None
    if op.predicate if isinstance(op, Op) else not op.differentiable:  # type: ignore[attr-defined]
        return out
    nodes = tuple([node_of_operand(x) for x in operands])
    if op.name == "stop_gradient" or all(node is None for node in nodes):
        if isinstance(out, tuple):
            return tuple(made_array(part, None) for part in out)
        return _with_source(made_array(out, None), op, operands[0], parameters)
    if isinstance(out, tuple):
        return record_parts(op, numbers, nodes, parameters, out)
    dtype = getattr(out, "dtype", np.float64)
    node = recorded_node(op, numbers, nodes, parameters, out, np.shape(out), dtype)
    return _with_source(made_array(out, node), op, operands[0], parameters)


def _with_source(value: Any, op: Row, source: Any, parameters: dict[str, Any]) -> Any:
    """The result, which knows what it is a view of."""
    if op in VIEWS and isinstance(source, ArrayBase):
        note_view(source, value, op, parameters)
    return value


def node_of_operand(x: Any) -> Any:
    """The node of an array's Value, a number's Value that needs a derivative, or None."""
    if isinstance(x, ArrayBase):
        return x._node
    return x if isinstance(x, Value) and x.reqgrad else None


def record_parts(
    op: Row,
    numbers: Sequence[Any],
    nodes: tuple[Any, ...],
    parameters: dict[str, Any],
    out: tuple[Any, ...],
) -> tuple[Any, ...]:
    """The results of an op that has several, as Values; their node is that of the op."""
    whole = recorded_node(op, numbers, nodes, parameters, out, (), None)
    parts = []
    for k, part in enumerate(out):
        node = Node(np.shape(part), part.dtype, None, (None,), (whole,))
        node.part = k
        parts.append(node)
    whole.parts = tuple(parts)
    return tuple(made_array(part, node) for part, node in zip(out, parts, strict=True))


def seed_of(value: Any, grad: Any) -> Cotangent:
    """The cotangent to start from, in the shape of the value."""
    if value.size != 1 and shape_of(grad) == ():
        raise ResultError(
            f"back(): a Value of shape {value.shape} has a derivative for every element. Reduce it "
            "to one number first, or give grad= an array of that shape."
        )
    if isinstance(grad, Value) and grad.reqgrad:
        return Cotangent(broadcast_to(grad, value.shape))
    numbers = np.asarray(getattr(grad, "val", grad), value.dtype)
    is_whole = numbers.shape == value.shape
    return Cotangent(numbers if is_whole else np.broadcast_to(numbers, value.shape))
