"""Methods of NumPy's ufuncs: ``np.add.reduce``, ``np.multiply.outer``, ``np.add.accumulate``.

``reduce`` and ``accumulate`` are the functions that mean the same, with axis 0 by default;
``outer`` is the row on operands that broadcast against each other, ``at`` an assignment. What has
no such function raises, with what to write instead.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import UnsupportedFunctionError
from . import comparing, cumulative, missing, reduce
from .arguments import normal_axis
from .op import TABLE
from .placing import assignable
from .selection import where
from .shape import array, as_operand, astype, moveaxis, reshape_row, shape_of, stack

REDUCE: dict[str, Any] = {
    "add": reduce.sum,
    "multiply": reduce.prod,
    "maximum": reduce.max,
    "minimum": reduce.min,
    "fmax": missing.nanmax,
    "fmin": missing.nanmin,
    "logaddexp": reduce.logsumexp,
    "logical_and": comparing.all,
    "logical_or": comparing.any,
}
ACCUMULATE: dict[str, Any] = {"add": cumulative.cumsum, "multiply": cumulative.cumprod}

#: Methods of ``v.at[key]`` that mean the same as ``.at`` of a ufunc.
AT: dict[str, str] = {
    "add": "add",
    "subtract": "add",
    "multiply": "multiply",
    "divide": "divide",
    "true_divide": "divide",
    "power": "power",
    "maximum": "max",
    "minimum": "min",
}

INSTEAD = {
    "at": "x = x.at[i].set(y)",
    "reduceat": "cr.stack([... for i, j in ...]) of slices x[i:j]",
    "accumulate": "cr.cumsum or cr.cumprod, or a loop over the elements and cr.stack",
    "reduce": "a loop over the elements",
}


def call(name: str, row: Any, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    """What a call of a ufunc with arguments gives: ``dtype=``, and ``out=`` with ``where=``.

    ``out`` is an array that takes an assignment, as one made with ``cr.zeros`` or
    ``np.zeros_like(v)`` does; where ``where`` does not hold it stays as it is.

    Raises:
        UnsupportedFunctionError: ``out`` is a plain array; ``where`` without ``out``; another
            argument that is not covered.
    """
    given = {k: v for k, v in options.items() if k not in ("order", "subok", "casting")}
    out, mask, dtype = (
        given.pop(k, d) for k, d in (("out", None), ("where", True), ("dtype", None))
    )
    for argument in given:
        raise UnsupportedFunctionError(
            f"{name}: NumPy's argument {argument}= is not supported. Call cr.{name} on the "
            "operands alone."
        )
    if dtype is not None:
        operands = [as_operand(x) for x in inputs]
        is_number = not any(map(shape_of, operands))  # then none of them says the type otherwise
        inputs = [astype(array(x), dtype) if is_number or shape_of(x) else x for x in operands]
    if out is None and mask is not True:
        raise UnsupportedFunctionError(
            f"{name}: without out=, NumPy's argument where= leaves elements without a value. Give "
            "out=np.zeros_like(v), or choose with cr.where(condition, x, y)."
        )
    result = row(*inputs)
    if out is None:
        return result
    targets = out if isinstance(out, tuple) else (out,)
    for target in targets:
        if target is not None and not hasattr(target, "_apply_op"):
            raise UnsupportedFunctionError(
                f"{name}: out= is a plain array, which cannot hold Values. Give one made with "
                f"cr.zeros or np.zeros_like(v); or write c = cr.{name}(...), and a = a + v for "
                "a += v."
            )
    results = result if isinstance(result, tuple) else (result,)
    written = []
    for target, x in zip(targets, results, strict=True):
        if target is not None:
            target[...] = x if mask is True else where(as_operand(mask), x, target)
        written.append(x if target is None else target)
    return tuple(written) if isinstance(result, tuple) else written[0]


def apply(name: str, method: str, row: Any, inputs: Sequence[Any], options: dict[str, Any]) -> Any:
    """What a method of a ufunc gives.

    Raises:
        UnsupportedFunctionError: there is no function that means the same.
    """
    for argument in ("out", "order"):
        if options.get(argument) is not None:
            raise UnsupportedFunctionError(
                f"numpy.{name}.{method}: the argument {argument}= is not supported. Take the "
                "result that is returned."
            )
    given = {k: v for k, v in options.items() if k not in ("out", "order")}
    if method == "reduce" and name in REDUCE:
        given = {"axis": 0} | given
        return REDUCE[name](*inputs, **_known(given))
    if method == "accumulate" and name in ACCUMULATE:
        return ACCUMULATE[name](*inputs, **_known({"axis": 0} | given))
    if method == "at" and name in AT:
        return _at(name, *inputs)
    if method == "reduceat" and name in REDUCE:
        return _reduced_at(name, *inputs, **_known(given))
    if method == "outer":
        x, y = map(as_operand, inputs)
        aligned = reshape_row(x, shape=(*shape_of(x), *(1,) * len(shape_of(y))))
        return row(aligned, y, **given)
    raise UnsupportedFunctionError(
        f"numpy.{name}.{method} is not covered by chainrule. Write "
        f"{INSTEAD.get(method, f'cr.{name} on whole operands')}."
    )


def _at(name: str, a: Any, indices: Any, b: Any) -> None:
    v = assignable(f"numpy.{name}.at", a)
    y = as_operand(b)
    v[...] = getattr(v.at[indices], AT[name])(TABLE["negative"](y) if name == "subtract" else y)


def _reduced_at(name: str, a: Any, indices: Any, axis: int = 0, dtype: Any = None) -> Any:
    x = astype(array(as_operand(a)), dtype)
    place = normal_axis(axis, len(shape_of(x)), f"{name}.reduceat")
    x = moveaxis(x, place, 0)
    count = operator.index(shape_of(x)[0])
    starts = [operator.index(i) for i in np.asarray(indices).reshape(-1).tolist()]
    if any(not 0 <= i < count for i in starts):
        raise IndexError(f"{name}.reduceat: indices are from 0 to {count - 1}, not {indices!r:.40}")
    pieces = []
    for i, j in zip(starts, [*starts[1:], count], strict=True):
        pieces.append(REDUCE[name](x[i:j], axis=0) if i < j else x[i])
    if not pieces:
        return moveaxis(x[:0], 0, place)
    return moveaxis(stack(pieces), 0, place)


def _known(options: dict[str, Any]) -> dict[str, Any]:
    """Options that say something: NumPy hands on some that are at their defaults."""
    return {k: v for k, v in options.items() if v is not None or k == "axis"}
