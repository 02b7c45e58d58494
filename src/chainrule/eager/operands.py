"""What may stand beside a Value: plain numbers, and clear errors for all else.

Both builds of ``Value`` come here for every operand that is neither a Value nor a float.
"""

from __future__ import annotations

import numbers
from typing import Any

import numpy as np

from ..errors import (
    FixedOperandError,
    FunctionError,
    OperandError,
    RangeError,
)
from ..ops import Op
from ..ops.shape import as_operand

#: Types whose own reflected operator cannot mean anything here.
_HOPELESS = (str, bytes, type(None), complex, list, tuple, dict, set, np.complexfloating)


def plain_number(x: Any) -> float | None:
    """The float that a plain number stands for, or None if it is not one.

    NumPy hands its own scalars on as arrays without an axis.
    """
    if isinstance(x, np.ndarray) and x.ndim == 0:
        x = x[()]
    if isinstance(x, float | int | np.bool_ | np.floating | np.integer | numbers.Real):
        try:
            return float(x)
        except OverflowError:
            raise RangeError(
                "a number is too large for a float (float64), whose largest is about 1.8e308. "
                "Scale it down, or write math.inf."
            ) from None
    return None


def described(x: Any) -> str:
    """The object as an error names it."""
    text = repr(x)
    return f"{type(x).__name__} {text if len(text) <= 40 else text[:37] + '...'}"


def leaf_number(x: Any) -> float:
    """The value of a new leaf: a real number, and no truth value."""
    number = None if isinstance(x, bool | np.bool_) else plain_number(x)
    if number is None:
        raise OperandError(
            f"Value: val must be a real number, not {described(x)}."
            + (" Take .val of a Value." if hasattr(x, "reqgrad") else " Convert it with float().")
        )
    return number


def gradient_number(x: Any) -> float:
    """A number assigned to ``.grad`` or given to ``back``."""
    number = plain_number(x)
    if number is None:
        raise OperandError(
            f"grad must be a real number, not {described(x)}; write grad = 0 to clear it."
        )
    return number


def other_operands(op: Op, operands: tuple[Any, ...], is_operator: bool) -> Any:
    """The result of an op with an operand that is neither a Value nor a number.

    Whoever outranks a Value takes over; plain arrays without a Value go to NumPy; an operator
    leaves a stranger the chance to answer (NotImplemented). Lists of numbers and Values are arrays
    for a function, as in NumPy, though not for an operator. All else is an error.
    """
    ranks = [getattr(operand, "_dispatch_rank", 0) for operand in operands]
    if max(ranks) > 1:
        return op(*operands)
    if any(isinstance(operand, np.ndarray) for operand in operands):
        # Beside a Value an array makes an array's Value; plain arrays go to NumPy.
        return op(*operands)
    if not is_operator and any(isinstance(operand, list | tuple) for operand in operands):
        arrays = tuple(as_operand(operand) for operand in operands)
        if all(getattr(x, "dtype", None) is None or x.dtype.kind in "fiub" for x in arrays):
            return op(*arrays)
    for position, operand in enumerate(operands):
        if ranks[position] or plain_number(operand) is not None:
            continue
        where = f"{op.name}: operand {op.operands[position]!r}"
        if is_operator and not isinstance(operand, _HOPELESS):
            return NotImplemented
        hint = (
            "chainrule differentiates real numbers only: split it into .real and .imag."
            if isinstance(operand, complex | np.complexfloating)
            else "Give a number or a Value; convert text with float()."
        )
        raise OperandError(f"{where} is {described(operand)}, not a real number. {hint}")
    raise AssertionError("unreachable: every operand is a number or a Value")


def called_back(grad_fn: Any) -> Any:
    """A ``grad_fn``, which has to be callable."""
    if not callable(grad_fn):
        raise FunctionError(
            f"Value: grad_fn must be a function of the derivative, not {described(grad_fn)}."
        )
    return grad_fn


def fixed_operand(op: Op, position: int) -> FixedOperandError:
    """The error for a Value where the row says that there is no derivative."""
    name = op.operands[position]
    return FixedOperandError(
        f"{op.name}: operand {name!r} has no derivative, but is a Value that needs one. "
        f"Give {name}.val, or a plain number."
    )
