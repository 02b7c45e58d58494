"""Piecewise linear interpolation: ``interp``, with derivatives in x, xp and fp.

At a node the function has a kink. The slope taken there is the smaller of the two in size, 0 where
they differ in sign: the subgradient of least norm. The function is constant beyond the last nodes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .covered import covers
from .elementwise import add, divide, multiply, subtract
from .index import getitem
from .op import TABLE
from .ordering import argsort, searchsorted_row
from .selection import equal, greater, greater_equal, isnan, less, less_equal, where
from .shape import as_operand, concatenate, floating, shape_of
from .structural import Structural, no_jvp, no_vjp

limited_row: Structural = Structural(
    "limited",
    ("places",),
    "Positions moved, and kept from 0 to a limit.",
    kernel=lambda places, shift, limit: np.clip(places + shift, 0, limit),
    shape=lambda places, shift, limit: places,
    vjp=no_vjp,
    jvp=no_jvp,
    batch=lambda batched, places, shift, limit: limited_row(places, shift=shift, limit=limit),
    differentiable=False,
)


@covers(kinks="at a node the smaller of the two slopes, 0 where they differ in sign")
def interp(
    x: Any, xp: Any, fp: Any, left: Any = None, right: Any = None, period: Any = None
) -> Any:
    """The piecewise linear function through points (xp, fp), at x.

    ``xp`` ascends; it is not checked, as in NumPy. Beyond the last points it is ``left`` and
    ``right``, by default the first and the last of fp. With ``period`` the points are repeated.

    Raises:
        ValueError: xp and fp are no vectors, differ in length, or are empty; the period is 0.

    >>> xp, fp = np.array([0.0, 1.0, 3.0]), np.array([0.0, 2.0, 4.0])
    >>> cr.interp(0.5, xp, fp), cr.grad(cr.interp)(0.5, xp, fp)
    (np.float64(1.0), 2.0)
    """
    x, nodes, values = as_operand(x), floating(xp), floating(fp)
    if len(shape_of(nodes)) != 1 or shape_of(nodes) != shape_of(values):
        raise ValueError(
            f"interp: xp and fp are vectors of one length, not of shapes {shape_of(nodes)} and "
            f"{shape_of(values)}"
        )
    if shape_of(nodes)[0] == 0:
        raise ValueError("interp: there are no points to go through")
    if period is not None:
        if not hasattr(period, "_apply_op") and period == 0:
            raise ValueError("interp: the period must not be 0")
        x, nodes, values = _periodic(x, nodes, values, TABLE["abs"](period))
        left = right = None
    if shape_of(nodes)[0] == 1:
        inside = add(getitem(values, 0), multiply(x, 0.0))
    else:
        inside = _inside(x, nodes, values, left is None, right is None)
    first, last = getitem(nodes, 0), getitem(nodes, -1)
    low = getitem(values, 0) if left is None else left
    high = getitem(values, -1) if right is None else right
    out = where(less(x, first), low, where(greater(x, last), high, inside))
    return where(isnan(x), x, out)


def _periodic(x: Any, nodes: Any, values: Any, period: Any) -> tuple[Any, Any, Any]:
    """Everything in one period, and one point more on either side."""
    x, nodes = TABLE["remainder"](x, period), TABLE["remainder"](nodes, period)
    order = argsort(nodes)
    nodes, values = getitem(nodes, order), getitem(values, order)
    around = [
        subtract(getitem(nodes, slice(-1, None)), period),
        nodes,
        add(getitem(nodes, slice(None, 1)), period),
    ]
    ends = [getitem(values, slice(-1, None)), values, getitem(values, slice(None, 1))]
    return x, concatenate(around), concatenate(ends)


def _inside(x: Any, nodes: Any, values: Any, flat_left: bool, flat_right: bool) -> Any:
    """The function between the first and the last node, and at them."""
    slopes = divide(
        subtract(getitem(values, slice(1, None)), getitem(values, slice(None, -1))),
        subtract(getitem(nodes, slice(1, None)), getitem(nodes, slice(None, -1))),
    )
    count = shape_of(slopes)[0]
    place = searchsorted_row(nodes, x, side="right")
    node = limited_row(place, shift=-1, limit=count)  # at x, or before it
    distance = subtract(x, getitem(nodes, node))
    after = getitem(slopes, limited_row(node, shift=0, limit=count - 1))
    before = getitem(slopes, limited_row(node, shift=-1, limit=count - 1))
    # Beyond the ends the slope is 0; at a jump it is that of the piece inside.
    after, before = (
        where(greater_equal(x, getitem(nodes, -1)), 0.0 if flat_right else before, after),
        where(less_equal(x, getitem(nodes, 0)), 0.0 if flat_left else after, before),
    )
    return add(getitem(values, node), multiply(_slope(distance, before, after), distance))


def _slope(distance: Any, before: Any, after: Any) -> Any:
    """The slope at a distance behind a node: at the node itself that of least size."""
    smaller = where(less_equal(TABLE["abs"](before), TABLE["abs"](after)), before, after)
    opposite = less_equal(multiply(TABLE["sign"](before), TABLE["sign"](after)), 0.0)
    kink = where(opposite, 0.0, smaller)
    return where(equal(distance, 0.0), kink, after)
