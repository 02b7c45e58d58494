"""``v[key] = x`` and ``v += x`` on an array's Value: a handle that moves on to another term.

What was recorded never changes. The handle gets the array with x in it, and a node (``assign`` or
``put`` of ``ops/assign.py``) that says how it came from the old one. The array is written in place
where nobody but the handle holds it: no node that saved it, no view, no ``.val`` handed out.

Other handles that look at the same elements are views, as ``w = v[1:3]``, ``v.T`` and
``v.reshape(2, 3)``. In NumPy they share memory, so a view follows when the array is assigned.
``w[key] = x`` raises while the array, or another view of it, is alive. ``w += x`` writes into the
array as well, because it is half of ``v[1:3] += x``, which Python ends with ``v[1:3] = w``.
:class:`Aliases` knows who looks at whom.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ChangedValueError, OperandError
from ..ops import TABLE, tracing
from ..ops.assign import (
    Target,
    are_apart,
    are_side_by_side,
    assign_row,
    fitted,
    is_itself,
    put_row,
    target_of,
    written,
    written_through,
)
from ..ops.create import use_eager
from ..ops.index import as_slices, index_row
from ..ops.shape import as_operand, of_dtype, shape_of
from . import protocol

if TYPE_CHECKING:
    from .plain import Value
    from .plain_array import Aliases, ArrayBase, made_array, recorded_node
else:
    from . import Aliases, ArrayBase, Value, made_array, recorded_node


def aliases_of(v: Any) -> Aliases:
    known: Aliases | None = v._aliases
    if known is None:
        known = v._aliases = Aliases()
    return known


def fixed(v: Any) -> Any:
    """The handle, not to be assigned: an argument that the caller has too."""
    aliases_of(v).fixed = True
    return v


def assignable(numbers: Any) -> Any:
    """The Value of a new array, to be filled."""
    v = made_array(numbers, None)
    aliases_of(v).is_assigned = True
    return v


use_eager(assignable)


# --- whether ------------------------------------------------------------------------------------


def _is_argument(v: Any) -> bool:
    return (v._node is not None and v._node.is_leaf) or (
        v._aliases is not None and v._aliases.fixed
    )


def _refuse(v: Any, what: str) -> None:
    """Raise where NumPy would write into what is not the handle's own."""
    _refuse_argument(v, what)
    if v._aliases is not None and v._aliases.sources:
        _refuse_view(v, what)


def _refuse_argument(v: Any, what: str) -> None:
    if tracing.count:
        protocol.refuse_side_effect(v, what)
    if _is_argument(v):
        raise OperandError(
            f"{what}: v is a leaf, a Var or an argument of a function that is differentiated, and "
            "keeps its elements. Assign to a copy, v = v.copy(); or make another array with "
            "v.at[key].set(x) or cr.where(condition, x, v)."
        )


def _refuse_view(v: Any, what: str) -> None:
    for ref, above, steps in v._aliases.sources:
        others = [view for view, _ in above.live_views() if view is not v]
        mine = [view for view, _ in v._aliases.live_views()]
        if ref() is not None or any(all(x is not y for y in mine) for x in others):
            raise OperandError(
                f"{what}: v is a view of another array (by {steps[-1][0].name}), into which NumPy "
                "would write too. Assign to that array itself, as in a[1:3] = x; or to a copy, "
                "v = v.copy()."
            )


def check_current(value: Any, current: int) -> None:
    """Raise if a closure passes a derivative to a handle that has moved on since."""
    aliases = getattr(value, "_aliases", None)
    if aliases is not None and aliases.born and aliases.born < current:
        raise ChangedValueError(
            "back(): a closure grad_fn passes its derivative on to an array that was assigned "
            "(v[key] = x, or v += x) after the closure's term was made. Let the closure keep "
            "v.copy()."
        )


def is_strided(v: Any) -> bool:
    """Whether a view has its elements apart in NumPy's memory, so that its ravel copies them."""
    if not v._aliases.apart:
        return not v._array.flags.c_contiguous
    _, root, steps = v._aliases.sources[-1]
    return not are_side_by_side(root.shape, steps)


# --- assigning ----------------------------------------------------------------------------------


def assign(v: Any, key: Any, x: Any) -> None:
    """``v[key] = x``.

    Raises:
        OperandError: v is a leaf, or a view of something alive; x is no real number or array.
        SideEffectError: v is from outside of a function that is being traced.
        IndexError: the key is none of v's.
        ValueError: x does not fit what the key picks.
    """
    _refuse(v, "v[key] = x")
    x = as_operand(x)
    if getattr(x, "_dispatch_rank", 0) > v._dispatch_rank:
        raise OperandError(
            "v[key] = x: x is a Symbol of a function that is traced, and v a Value. Make v with "
            "cr.zeros, or compute it from the arguments."
        )
    spelt = v._spelt(key)
    if spelt is not None:
        target = Target(spelt[1], key=spelt[0])
    else:
        target = target_of(v.shape, key, not shape_of(x))
    if isinstance(x, ArrayBase) and x._aliases is not None:
        for ref, _, steps in x._aliases.sources:
            if ref() is v and is_itself(target, steps, shape_of(x)):
                return
    y = fitted(x, target, v.dtype)
    if target.mask is not None:
        made = written(v, y, target)
        out, node = made._array, made._node
    else:
        out, node = _written(v, y, target)
    _move_on(v, out, node, target)


def _written(v: Any, y: Any, target: Target) -> tuple[Any, Any]:
    """The array with y at a target, and its node."""
    from .recording import node_of_operand

    own_node, node = v._node, node_of_operand(y)
    numbers = getattr(y, "_array", None)
    if numbers is None:
        numbers = y.val if isinstance(y, Value) else y
    out = v._array if _is_alone(v) else np.array(v._array, order="C")
    if target.places is not None:
        out.reshape(-1)[target.places] = numbers
        op, operands, parameters = put_row, [out, numbers, target.places], {}
    else:
        out[as_slices(target.key or ())] = numbers
        op, operands, parameters = assign_row, [out, numbers], {"key": target.key}
    if own_node is None and node is None:
        return out, None
    links = (own_node, node, None)[: len(operands)]
    return out, recorded_node(op, operands, links, parameters, out, out.shape, out.dtype)


def _references(v: Any) -> int:
    return sys.getrefcount(v._array)


def _is_alone(v: Any) -> bool:
    """Whether nobody but the handle holds the array, so that it may be written in place."""
    numbers = v._array
    if type(numbers) is not np.ndarray or not numbers.flags.carray or not numbers.flags.owndata:
        return False
    del numbers
    return _references(v) <= _alone()


@functools.cache
def _alone() -> int:
    """The references to the array of a handle that nobody else holds."""
    return _references(made_array(np.zeros(1), None))


def _move_on(v: Any, numbers: Any, node: Any, target: Target | None) -> None:
    """Let the handle stand for another term, and its views look at that."""
    aliases = aliases_of(v)
    if not aliases.born:
        aliases.born = v._serial
    aliases.is_assigned = True
    v._become(numbers, node)
    for view, steps in aliases.live_views() if aliases.views else ():
        if target is not None and are_apart(target.key, steps[0]):
            continue
        seen = v
        for op, parameters in steps:
            seen = op(seen, **parameters)
        view._become(seen._array, seen._node)
        own = aliases_of(view)
        own.born = own.born or view._serial
        own.apart = aliases_of(seen).apart


def _replace(v: Any, out: Any, what: str) -> None:
    """Let a handle stand for a result; what it is a view of, too."""
    _refuse_argument(v, what)
    for ref, _, steps in () if v._aliases is None else v._aliases.sources:
        source = ref()
        if source is None:
            continue
        ((op, parameters), *rest) = steps
        if op is index_row and not rest:
            _refuse_argument(source, what)
            if source._aliases is None or not source._aliases.sources:
                target = Target(v.shape, key=parameters["key"])
                _move_on(source, *_written(source, out, target), target)
                return
        _replace(source, written_through(source, steps, out), what)
        return
    if v._aliases is not None and v._aliases.sources:
        _refuse_view(v, what)
    _move_on(v, out._array, out._node, None)


def in_place(op: Any, symbol: str) -> Callable[[Any, Any], Any]:
    """The operator ``v += x``: the handle stays, and moves on to the sum."""
    what = f"v {symbol} x"

    def operator(v: Any, x: Any) -> Any:
        if v.shape == () or _is_argument(v) or getattr(x, "_dispatch_rank", 0) > v._dispatch_rank:
            return NotImplemented  # Python writes v = v + x for it
        out = op(v, x)
        if out is NotImplemented:
            return out
        if shape_of(out) != v.shape:
            raise ValueError(
                f"{what}: the result has shape {shape_of(out)}, and v has {v.shape}. Write "
                f"v = v {symbol[:-1]} x."
            )
        _replace(v, of_dtype(out, v.dtype), what)
        return v

    return operator


def augmented() -> dict[str, Callable[[Any, Any], Any]]:
    """The operators by name."""
    symbols = {
        "iadd": ("add", "+="),
        "isub": ("subtract", "-="),
        "imul": ("multiply", "*="),
        "itruediv": ("divide", "/="),
        "ifloordiv": ("floor_divide", "//="),
        "imod": ("remainder", "%="),
        "ipow": ("power", "**="),
    }
    return {f"__{name}__": in_place(TABLE[row], symbol) for name, (row, symbol) in symbols.items()}
