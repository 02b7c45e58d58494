"""Methods of NumPy's ufuncs: ``np.add.reduce``, ``np.multiply.outer``, ``np.add.accumulate``.

``reduce`` and ``accumulate`` are the functions that mean the same, with axis 0 by default;
``outer`` is the row on operands that broadcast against each other. What has no such function
raises, with what to write instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import UnsupportedFunctionError
from . import comparing, cumulative, missing, reduce
from .shape import as_operand, reshape_row, shape_of

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

INSTEAD = {
    "at": "x = x.at[i].add(y), since an array is not changed in place",
    "reduceat": "cr.stack([cr.sum(x[i:j]) for i, j in ...])",
    "accumulate": "cr.cumsum or cr.cumprod, or a loop over the elements and cr.stack",
    "reduce": "a loop over the elements",
}


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
    if method == "outer":
        x, y = map(as_operand, inputs)
        aligned = reshape_row(x, shape=(*shape_of(x), *(1,) * len(shape_of(y))))
        return row(aligned, y, **given)
    raise UnsupportedFunctionError(
        f"numpy.{name}.{method} is not covered by chainrule. Write "
        f"{INSTEAD.get(method, f'cr.{name} on whole operands')}."
    )


def _known(options: dict[str, Any]) -> dict[str, Any]:
    """Options that say something: NumPy hands on some that are at their defaults."""
    return {k: v for k, v in options.items() if v is not None or k == "axis"}
