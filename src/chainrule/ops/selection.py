"""The rows that choose and that round: comparisons, maximum, where, clip, floor and their like.

A row that selects hands an operand on, so its partials are constant weights, and an operand of
weight zero is left out of the graph. The conventions at kinks are the subgradient of least norm:
a tie is shared equally. Same form of rows as in ``elementwise.py``.
"""

from __future__ import annotations

import math
from typing import Any

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


def _greater_weight(out: Any, x: Any, y: Any) -> Any:
    """The share of x in maximum(x, y): a tie is halved, and NaN stays NaN."""
    return where(x > y, 1, where(x == y, 0.5, where(x < y, 0, math.nan)))


def _present_weight(out: Any, x: Any, y: Any) -> Any:
    """The share of x in fmax(x, y), which passes over a NaN."""
    return where(x > y, 1, where(x == y, 0.5, where(isnan(y), 1, 0)))


_SELECTS = {"selects": True, "kinks": "x = y, where both partials are 1/2"}

maximum: Op = binary(
    "maximum",
    (
        lambda out, x, y: _greater_weight(out, x, y),
        lambda out, x, y: _greater_weight(out, y, x),
    ),
    "The larger of x and y; NaN if either is.",
    expand=lambda x, y: where((x >= y) | isnan(x), x, y),
    **_SELECTS,
)
minimum: Op = binary(
    "minimum",
    (
        lambda out, x, y: _greater_weight(out, -x, -y),
        lambda out, x, y: _greater_weight(out, -y, -x),
    ),
    "The smaller of x and y; NaN if either is.",
    expand=lambda x, y: where((x <= y) | isnan(x), x, y),
    **_SELECTS,
)
fmax: Op = binary(
    "fmax",
    (
        lambda out, x, y: _present_weight(out, x, y),
        lambda out, x, y: _present_weight(out, y, x),
    ),
    "The larger of x and y, the other one where one is NaN.",
    native="fmax",
    **_SELECTS,
)
fmin: Op = binary(
    "fmin",
    (
        lambda out, x, y: _present_weight(out, -x, -y),
        lambda out, x, y: _present_weight(out, -y, -x),
    ),
    "The smaller of x and y, the other one where one is NaN.",
    native="fmin",
    **_SELECTS,
)
clip: Op = Op(
    "clip",
    ("x", "min", "max"),
    (
        lambda out, x, lower, upper: where(
            (lower < x) & (x < upper), 1, where(isnan(out), math.nan, 0)
        ),
        # A bound that is reached carries the derivative, so that the three sum to 1.
        lambda out, x, lower, upper: where((x <= lower) & (lower < upper), 1, 0),
        lambda out, x, lower, upper: where((x >= upper) | (lower >= upper), 1, 0),
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
where: Op = Op(
    "where",
    ("condition", "x", "y"),
    (
        zero,
        lambda out, condition, x, y: where(condition, 1, 0),
        lambda out, condition, x, y: where(condition, 0, 1),
    ),
    "x where the condition holds, y elsewhere. What is not chosen has no part in the derivative, "
    "not even as 0 times infinity.",
    kernel="numpy.where",
    native="?",
    selects=True,
    domain=((0.0, 1.0), (-4.0, 4.0), (-4.0, 4.0)),
    example=(1.0, 2.0, 3.0),
)
relu: Op = Op(
    "relu",
    ("x",),
    (lambda out, x: where(x > 0, 1, where(x <= 0, 0, math.nan)),),
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
