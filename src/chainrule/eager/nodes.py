"""How an array came about: what a node keeps, and the chain rule of one node.

A node (``plain_array.py``, or ``arrays.pxi`` compiled) is a leaf, an operation, a closure, or one
part of an operation with several results. It keeps

* ``nodes``, one an operand: what the operand comes from (an array's node, or a number's Value),
  None for a constant;
* ``numbers``, one an operand: the plain numbers, where a partial reads them. In the place of an
  array that no partial reads is something with its shape and dtype: its node, or a :class:`Stub`;
* ``reads``, which of the operands those are, a bit each;
* ``out``, the result, where a partial reads it;
* ``passed_on``, whether the handle that it had stands for another node now (``assigning.py``), so
  that nobody can ask for its ``.grad``.

So an array nobody needs is freed with its last handle. Here is what the sweeps of both builds ask
of a node; the rules of the operation itself are in ``ops/rules.py``.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..ops import Cotangent, Row, Structural, pull, saved
from ..ops.rules import push_masked
from ..ops.shape import of_dtype
from . import protocol

if TYPE_CHECKING:
    from .plain import Value
    from .plain_array import Node


class Stub:
    """In the place of a constant array that no partial reads: its shape."""

    __slots__ = ("dtype", "shape")

    def __init__(self, shape: tuple[int, ...], dtype: Any) -> None:
        self.shape, self.dtype = shape, dtype


def names_read(op: Row, wanted: Sequence[bool]) -> set[str]:
    """Which numbers the partials of the wanted operands read: "out", or names of operands."""
    if isinstance(op, Structural) and op.operands[0].startswith("*"):
        return set(op.saves)
    rules = saved(op)
    return {name for i, is_wanted in enumerate(wanted) if is_wanted for name in rules[i]}


#: The bit of the result among those of the operands that ``reads_of`` gives.
OUT = 1 << 30


@functools.cache
def reads_of(op: Row, wanted: tuple[bool, ...]) -> int:
    """Which numbers the partials of the wanted operands read: a bit an operand, and ``OUT``."""
    names = names_read(op, wanted)
    reads = OUT if "out" in names else 0
    for i in range(len(wanted)):
        if op.operands[min(i, len(op.operands) - 1)].lstrip("*") in names:
            reads |= 1 << i
    return reads


def is_array_node(x: Any) -> bool:
    """Whether it is an array's node, and not a number's Value."""
    return hasattr(x, "numbers")


def _read(node: Node, recorded: bool) -> tuple[Any, Sequence[Any]]:
    """The result and the operands as the rules take them: arrays, or Values if recorded."""
    if not recorded:
        return node.out, node.numbers
    from . import made_array

    operands = [
        numbers
        if operand is None
        else operand
        if not is_array_node(operand)
        else made_array(numbers, operand)
        if node.reads >> i & 1
        else numbers
        for i, (numbers, operand) in enumerate(zip(node.numbers, node.nodes, strict=True))
    ]
    if node.out is None:
        return None, operands
    if node.parts:
        pairs = zip(node.out, node.parts, strict=True)
        return tuple(made_array(numbers, part) for numbers, part in pairs), operands
    return made_array(node.out, node), operands


def _check_unchanged(node: Node) -> None:
    """Raise where an array or number that a partial reads was assigned since."""
    for i, operand in enumerate(node.nodes):
        if operand is not None and node.reads >> i & 1 and operand._assigned > node._serial:
            assert node.op is not None
            raise protocol.changed_value(node.op.name)


def pulled(node: Node, adjoint: Any, recorded: bool) -> list[tuple[Any, Any]]:
    """What a node passes to each of its operands: (operand's node, cotangent)."""
    if node.part >= 0:
        parent = node.nodes[0]
        parts: list[Any] = [None] * len(parent.parts)
        parts[node.part] = adjoint
        return [(parent, parts)]
    if node.op is None:
        if node.grad_fn is not None:
            raise protocol.undifferentiable_closure()
        return []
    _check_unchanged(node)
    out, operands = _read(node, recorded)
    wanted = [operand is not None for operand in node.nodes]
    shares = pull(node.op, adjoint, out, operands, node.parameters, wanted)
    passed: list[tuple[Any, Any]] = []
    for operand, share in zip(node.nodes, shares, strict=True):
        if operand is None or share is None:
            continue
        if is_array_node(operand):
            numbers = of_dtype(share.numbers, operand.dtype)
            passed.append(
                (operand, share if numbers is share.numbers else Cotangent(numbers, share.mask))
            )
        elif share.mask is None or bool(getattr(share.mask, "val", share.mask)):
            passed.append((operand, number_of(share.numbers)))
    return passed


def pushed(node: Node, reached: dict[Any, Any], recorded: bool) -> Any:
    """The tangent of a node from those of its operands, a pair with its mask; None for zero."""
    if node.part >= 0:
        whole = reached.get(node.nodes[0])
        return None if whole is None else whole[node.part]
    tangents = [None if operand is None else reached.get(operand) for operand in node.nodes]
    if node.op is None or all(tangent is None for tangent in tangents):
        return None
    _check_unchanged(node)
    out, operands = _read(node, recorded)
    if out is None:
        out = Stub(node.shape, node.dtype)
    pairs = [t if t is None or isinstance(t, Cotangent) else Cotangent(t) for t in tangents]
    tangent = push_masked(node.op, pairs, out, operands, node.parameters)
    if tangent is None or node.parts:
        return tangent
    return Cotangent(of_dtype(tangent.numbers, node.dtype), tangent.mask)


def number_of(x: Any) -> float | Value:
    """An array without axes as a number: a float, or the Value that it is."""
    return x if hasattr(x, "reqgrad") else float(x)


def whole(numbers: Any, node: Node) -> np.ndarray[Any, Any]:
    """Numbers as an array of their own, in the shape and dtype of a node."""
    if np.size(numbers) == 1:
        return np.full(node.shape, np.reshape(numbers, ()), node.dtype)
    if type(numbers) is np.ndarray and numbers.size and not any(numbers.strides):
        # One number, repeated: to fill takes 50 us less than to copy, of 2 ms at 10**6 elements.
        return np.full(node.shape, numbers[(0,) * numbers.ndim], node.dtype)
    return np.array(np.broadcast_to(numbers, node.shape), node.dtype)
