"""The rows that choose and that round: comparisons, maximum, where, clip, floor and their like.

A row that selects hands an operand on, so its partials are constant weights, each a
:class:`Choice`, and an operand of weight zero is left out of the graph. The conventions at kinks
are the subgradient of least norm: a tie is shared equally. Same form of rows as in
``elementwise.py``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .op import Op, binary, unary, zero

# --- truth values -----------------------------------------------------------------------------


def _predicate(name: str, operands: tuple[str, ...], doc: str, **row: Any) -> Op:
    return Op(
        name,
        operands,
        (zero,) * len(operands),
        doc,
        kernel=f"numpy.{name}",
        predicate=True,
        domain=((-4.0, 4.0),) * len(operands),
        example=(0.5, 2.0)[: len(operands)],
        **row,
    )


_XY = ("x", "y")
equal: Op = _predicate("equal", _XY, "Whether x equals y.", native="==")
not_equal: Op = _predicate("not_equal", _XY, "Whether x differs from y.", native="!=")
less: Op = _predicate("less", _XY, "Whether x is less than y.", native="<")
less_equal: Op = _predicate("less_equal", _XY, "Whether x is at most y.", native="<=")
greater: Op = _predicate("greater", _XY, "Whether x is greater than y.", native=">")
greater_equal: Op = _predicate("greater_equal", _XY, "Whether x is at least y.", native=">=")
logical_and: Op = _predicate("logical_and", _XY, "Whether both x and y are nonzero.", native="&&")
logical_or: Op = _predicate("logical_or", _XY, "Whether x or y is nonzero.", native="||")
logical_not: Op = _predicate("logical_not", ("x",), "Whether x is zero.", native="!")
isnan: Op = _predicate("isnan", ("x",), "Whether x is NaN.", native="isnan")
isinf: Op = _predicate("isinf", ("x",), "Whether x is infinite.", native="isinf")
isfinite: Op = _predicate(
    "isfinite", ("x",), "Whether x is neither infinite nor NaN.", native="isfinite"
)

# --- selection and rounding -------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """The partial of a row that selects: the weight of an operand, 1 where it is chosen, else 0.

    ``chosen(out, *operands)`` is where that is. Where ``uneven`` holds as well, for a tie or NaN,
    g times the weight is ``weighted(g, out, *operands)`` instead of g: there are few such
    elements, so arrays are looked at before anything is multiplied, and float32 stays float32.
    Called like any partial it gives the weight.
    """

    chosen: Callable[..., Any]
    uneven: Callable[..., Any] | None = None
    weighted: Callable[..., Any] | None = None

    def __call__(self, out: Any, *operands: Any) -> Any:
        weight: Any = 1
        if self.uneven is not None and self.weighted is not None:
            uneven = self.uneven(out, *operands)
            weight = where(uneven, self.weighted(1, out, *operands), 1)
        return where(self.chosen(out, *operands), weight, 0)


def _halves(beaten: Op) -> tuple[Choice, Choice]:
    """The parts of two operands, of which one ``beaten(x, y)`` has none; NaN stays NaN."""

    def part(i: int) -> Choice:
        return Choice(
            lambda out, *pair: logical_not(beaten(pair[i], pair[1 - i])),
            lambda out, *pair: logical_not(beaten(pair[1 - i], pair[i])),
            lambda g, out, *pair: where(pair[0] == pair[1], 0.5 * g, math.nan),
        )

    return part(0), part(1)


def _present_halves(beaten: Op) -> tuple[Choice, Choice]:
    """As ``_halves``, but an operand has the whole part where the other one is NaN."""

    def part(i: int) -> Choice:
        return Choice(
            lambda out, *pair: (
                beaten(pair[1 - i], pair[i]) | (pair[0] == pair[1]) | isnan(pair[1 - i])
            ),
            lambda out, *pair: pair[0] == pair[1],
            lambda g, out, *pair: 0.5 * g,
        )

    return part(0), part(1)


_SELECTS = {"selects": True, "kinks": "x = y, where both partials are 1/2"}

maximum: Op = binary(
    "maximum",
    _halves(less),
    "The larger of x and y; NaN if either is.",
    expand=lambda x, y: where((x >= y) | isnan(x), x, y),
    **_SELECTS,
)
minimum: Op = binary(
    "minimum",
    _halves(greater),
    "The smaller of x and y; NaN if either is.",
    expand=lambda x, y: where((x <= y) | isnan(x), x, y),
    **_SELECTS,
)
fmax: Op = binary(
    "fmax",
    _present_halves(less),
    "The larger of x and y, the other one where one is NaN.",
    native="fmax",
    **_SELECTS,
)
fmin: Op = binary(
    "fmin",
    _present_halves(greater),
    "The smaller of x and y, the other one where one is NaN.",
    native="fmin",
    **_SELECTS,
)
clip: Op = Op(
    "clip",
    ("x", "min", "max"),
    (
        Choice(
            lambda out, x, lower, upper: ((lower < x) & (x < upper)) | isnan(out),
            lambda out, x, lower, upper: isnan(out),
            lambda g, out, x, lower, upper: math.nan,
        ),
        # A bound that is reached carries the derivative, so that the three sum to 1.
        Choice(lambda out, x, lower, upper: (x <= lower) & (lower < upper)),
        Choice(lambda out, x, lower, upper: (x >= upper) | (lower >= upper)),
    ),
    "x limited to the interval from min to max.",
    kernel="numpy.clip",
    expand=lambda x, lower, upper: minimum(maximum(x, lower), upper),
    selects=True,
    defaults=(-math.inf, math.inf),
    domain=((-4.0, 4.0), (-3.0, -1.0), (1.0, 3.0)),
    kinks="x at a bound, where the derivative in x is 0",
    example=(0.5, 0.0, 1.0),
)


def where_kernel(condition: Any, x: Any, y: Any, out: Any = None) -> Any:
    """``np.where``, into ``out`` if given, without its branches where one side is 0.

    On a mask of 10**6 random bits those take 6.2 ms, masking the bits of the numbers 1.8 (1.2 if
    the branches can be foreseen). A product with the mask would do the same, but for inf and NaN.
    """
    if type(condition) is np.ndarray and condition.dtype == bool and condition.size > _FEW:
        if _is_plain_zero(y) and _can_be_masked(x, condition):
            return _masked(x, condition, out)
        if _is_plain_zero(x) and _can_be_masked(y, condition):
            return _masked(y, ~condition, out)
    chosen = np.where(condition, x, y)
    if out is None:
        return chosen
    out[...] = chosen
    return out


#: Elements below which one call is better than three.
_FEW = 2048


def _is_plain_zero(x: Any) -> bool:
    return type(x) in (float, int) and x == 0 and math.copysign(1.0, x) > 0


def _can_be_masked(x: Any, mask: Any) -> bool:
    return type(x) is np.ndarray and x.dtype in (np.float64, np.float32) and x.shape == mask.shape


def _masked(x: Any, mask: Any, out: Any) -> Any:
    """x where the mask is True, else 0: all of the bits, or none."""
    bits = x.view(f"i{x.itemsize}")
    kept = (-mask.view(np.int8)).astype(bits.dtype)
    np.bitwise_and(bits, kept, out=kept if out is None else out.view(bits.dtype))
    return kept.view(x.dtype) if out is None else out


where: Op = Op(
    "where",
    ("condition", "x", "y"),
    (
        zero,
        Choice(lambda out, condition, x, y: condition),
        Choice(lambda out, condition, x, y: logical_not(condition)),
    ),
    "x where the condition holds, y elsewhere. What is not chosen has no part in the derivative, "
    "not even as 0 times infinity.",
    kernel="chainrule.ops.selection.where_kernel",
    native="?",
    selects=True,
    domain=((0.0, 1.0), (-4.0, 4.0), (-4.0, 4.0)),
    example=(1.0, 2.0, 3.0),
)
relu: Op = Op(
    "relu",
    ("x",),
    (
        Choice(
            lambda out, x: logical_not(x <= 0), lambda out, x: isnan(x), lambda g, out, x: math.nan
        ),
    ),
    "x where x is positive, 0 elsewhere.",
    expand=lambda x: where(x <= 0, 0, x),
    selects=True,
    kinks="x = 0, where the derivative is 0",
)


def _rounding(name: str, doc: str, **row: Any) -> Op:
    return unary(
        name,
        zero,
        f"{doc} Its derivative is 0.",
        native=name,
        kinks="where it jumps",
        example=(-1.7,),
        **row,
    )


floor: Op = _rounding("floor", "Largest integer not greater than x.")
ceil: Op = _rounding("ceil", "Smallest integer not less than x.")
trunc: Op = _rounding("trunc", "x without its fractional part.", foreign=("fix",))
rint: Op = _rounding("rint", "Integer nearest to x, the even one of two.")
round_: Op = Op(
    "round",
    ("x", "decimals"),
    (zero, None),
    "x rounded to the given number of decimals, a tie to the even digit. Its derivative is 0.",
    expand=lambda x, decimals: where(
        decimals == 0,
        rint(x),
        where(
            decimals > 0,
            rint(x * 10.0**decimals) / 10.0**decimals,
            rint(x / 10.0**-decimals) * 10.0**-decimals,
        ),
    ),
    defaults=(0.0,),
    foreign=("around",),
    domain=((-4.0, 4.0), (1.0, 1.0)),
    points=((2.5, 0.0), (1234.5, -2.0)),
    kinks="where it jumps",
    example=(2.567, 1.0),
)
