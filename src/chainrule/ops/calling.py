"""What happens when a row is called: :class:`Calls`, which every row is.

A call dispatches on its operands: an operand that takes part in differentiation (a ``Value``, an
array's Value, a Symbol) has a method ``_apply_op(op, operands, parameters)`` and a rank
``_dispatch_rank``, and the operand of highest rank decides. Anything else goes to NumPy.

Every rule is made of such calls, so ``native.pyx`` has the same compiled: of a transposed 4 x 4
matrix a call took 3.5 us, of which NumPy has 0.3. ``CHAINRULE_NATIVE=0`` in the environment takes
this one.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

import numpy as np

from . import quiet


class PlainCalls:
    """What can be called like a row."""

    def __call__(self, *operands: Any, **parameters: Any) -> Any:
        owner = None
        rank = 0
        for operand in operands:
            kind = type(operand)
            if kind is np.ndarray or kind is np.float64:
                continue
            candidate = getattr(operand, "_dispatch_rank", 0)
            if candidate > rank:
                owner, rank = operand, candidate
        if owner is None and parameters:
            owner = _free_extent(tuple(parameters.values()))
        if owner is not None:
            return owner._apply_op(self, operands, parameters)
        return _computed(self, operands, parameters)


def _computed(row: Any, operands: tuple[Any, ...], parameters: dict[str, Any]) -> Any:
    """The operation on plain numbers and NumPy arrays, without a warning."""
    is_moved = getattr(row, "moves", False) and len(operands) == 1
    if is_moved and isinstance(operands[0], np.ndarray | np.generic):
        # There is nothing to warn of.
        out = row.kernel(np.asarray(operands[0]), **parameters)
    else:
        if not any(isinstance(x, np.ndarray) for x in operands):
            # Python's own floats raise where NumPy answers inf or nan. Beside an array they do
            # not, and leave its dtype alone, which a float64 would not.
            operands = tuple([np.float64(x) if type(x) in (int, float) else x for x in operands])
        out = quiet.quietly(row.numpy, *operands, **parameters)
    return out[()] if type(out) is np.ndarray and not out.ndim else out


def _free_extent(parameters: tuple[Any, ...]) -> Any:
    """An extent among the parameters that is no number yet: of a function that is traced."""
    for parameter in parameters:
        kind = type(parameter)
        if kind is int:
            continue
        if kind is tuple:
            found = _free_extent(parameter)
            if found is not None:
                return found
        elif hasattr(parameter, "_apply_op"):
            return parameter
    return None


if TYPE_CHECKING:
    Calls = PlainCalls
    quietly = quiet.quietly
else:
    Calls, quietly = PlainCalls, quiet.quietly
    if os.environ.get("CHAINRULE_NATIVE", "1") != "0":
        with contextlib.suppress(ImportError):  # it could not be built here
            from .native import Calls, quietly

__all__ = ["Calls", "quietly"]
