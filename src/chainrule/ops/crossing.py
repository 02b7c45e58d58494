"""The cross product, under NumPy's name, and the row of vectors with three elements.

Written with elements it is 25 operations, each of which takes longer eagerly than the products of
hundreds of vectors. A Program has them nonetheless, since there they cost nothing: they share a
loop with what is around them.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .arguments import broadcast_shapes, normal_axis
from .covered import covers
from .elementwise import multiply, subtract
from .index import getitem
from .rules import Cotangent, plus, times, unbroadcast
from .selection import logical_or
from .shape import array, as_operand, broadcast_row, moveaxis, shape_of, stack
from .small import crossed
from .structural import Shape, Structural


def _kernel(x: Any, y: Any) -> Any:
    out = crossed(x, y)
    return np.cross(x, y) if out is None else out


def _shape(x: Shape, y: Shape) -> Shape:
    return broadcast_shapes("cross", x, y)


def _vjp(g: Any, out: Any, x: Any, y: Any) -> tuple[Any, Any]:
    to_x, to_y = _pull(Cotangent(g), out, (x, y), {}, (True, True))
    return to_x.numbers, to_y.numbers  # type: ignore[union-attr]


def _pull(
    cotangent: Cotangent, out: Any, operands: Any, parameters: dict[str, Any], wanted: Any
) -> list[Cotangent | None]:
    x, y = operands
    return [
        unbroadcast(_from_left(y, cotangent), shape_of(x)) if wanted[0] else None,
        unbroadcast(_from_right(cotangent, x), shape_of(y)) if wanted[1] else None,
    ]


def _jvp(tangents: Any, out: Any, x: Any, y: Any) -> Any:
    return _push([t if t is None else Cotangent(t) for t in tangents], out, (x, y), {}).numbers


def _push(tangents: Any, out: Any, operands: Any, parameters: dict[str, Any]) -> Cotangent:
    (dx, dy), (x, y) = tangents, operands
    if dx is None:
        return _from_left(x, dy)
    moved = _from_right(dx, y)
    return moved if dy is None else plus(moved, _from_left(x, dy))


def _from_left(x: Any, g: Cotangent) -> Cotangent:
    """x times g, without the products with what g's mask leaves out."""
    if g.mask is None:
        return Cotangent(cross_row(x, g.numbers))
    ahead, behind, mask = _masked(x, g)
    return Cotangent(ahead - behind, mask)


def _from_right(g: Cotangent, x: Any) -> Cotangent:
    """g times x, without the products with what g's mask leaves out."""
    if g.mask is None:
        return Cotangent(cross_row(g.numbers, x))
    ahead, behind, mask = _masked(x, g)
    return Cotangent(behind - ahead, mask)


def _masked(x: Any, g: Cotangent) -> tuple[Any, Any, Any]:
    """The products of x[i+1] and g[i+2], those of x[i+2] and g[i+1], and where either counts."""
    (x1, x2), (g1, g2), (m1, m2) = (_turned(z) for z in (x, *g))
    ahead, behind = times(g2, x1, m2), times(g1, x2, m1)
    return ahead, behind, broadcast_row(logical_or(m1, m2), shape=shape_of(ahead))


def _turned(x: Any) -> tuple[Any, Any]:
    """The elements i + 1, and i + 2, in the place of each element i of the last axis."""
    return getitem(x, (..., [1, 2, 0])), getitem(x, (..., [2, 0, 1]))


def _by_elements(x: Any, y: Any) -> Any:
    """The cross product of vectors of 2 or 3 elements on the last axis."""
    sizes = [shape_of(z)[-1] for z in (x, y)]

    def minor(i: int, j: int) -> Any:
        products = [
            multiply(getitem(x, (..., m)), getitem(y, (..., n)))
            for m, n in ((i, j), (j, i))
            if m < sizes[0] and n < sizes[1]
        ]
        first = i < sizes[0] and j < sizes[1]
        if len(products) == 2:
            return subtract(*products)
        return products[0] if first else -products[0]

    if sizes == [2, 2]:
        return minor(0, 1)
    return stack([minor(1, 2), minor(2, 0), minor(0, 1)], -1)


cross_row: Structural = Structural(
    "cross",
    ("x", "y"),
    "The cross product of vectors of three elements on the last axis; the other axes broadcast.",
    saves=("x", "y"),
    kernel=_kernel,
    shape=_shape,
    vjp=_vjp,
    pull=_pull,
    jvp=_jvp,
    push=_push,
    expand=_by_elements,
)


# --- functions ------------------------------------------------------------------------------------


@covers()
def cross(
    a: Any, b: Any, axisa: int = -1, axisb: int = -1, axisc: int = -1, axis: Any = None
) -> Any:
    """The cross product of vectors of 3 (or 2) elements along an axis; the other axes broadcast.

    Raises:
        ValueError: vectors are not of 2 or 3 elements.

    >>> cr.cross(np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]))
    array([0., 0., 1.])
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    x, y = array(as_operand(a)), array(as_operand(b))
    if axisa != -1 or not shape_of(x):
        x = moveaxis(x, normal_axis(axisa, len(shape_of(x)), "cross"), -1)
    if axisb != -1 or not shape_of(y):
        y = moveaxis(y, normal_axis(axisb, len(shape_of(y)), "cross"), -1)
    sizes = [shape_of(z)[-1] for z in (x, y)]
    if not all(size in (2, 3) for size in sizes):
        raise ValueError(f"cross: vectors have 2 or 3 elements, not {sizes[0]} and {sizes[1]}")
    broadcast_shapes("cross", shape_of(x)[:-1], shape_of(y)[:-1])
    out = cross_row(x, y) if sizes == [3, 3] else _by_elements(x, y)
    if sizes == [2, 2] or axisc == -1:
        return out
    return moveaxis(out, -1, normal_axis(axisc, len(shape_of(out)), "cross"))


@covers("linalg.cross")
def _linalg_cross(x1: Any, x2: Any, /, *, axis: int = -1) -> Any:
    """The cross product of vectors of 3 elements along an axis.

    >>> cr.linalg.cross(np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0, 0.0]))
    array([0., 0., 1.])
    """
    x, y = array(as_operand(x1)), array(as_operand(x2))
    for z in x, y:
        if shape_of(z)[normal_axis(axis, len(shape_of(z)), "linalg.cross")] != 3:
            raise ValueError(
                f"linalg.cross: vectors have 3 elements; shapes {shape_of(x)} and {shape_of(y)}"
            )
    return cross(x, y, axis=axis)
