"""The rows without an array among their operands: a literal, an extent, positions.

What depends on extents is an operation too, so that a traced function serves every length: the
positions 0 to n - 1, the identity matrix of n rows, the number n itself.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .selection import equal
from .shape import expand_dims
from .structural import Structural


def _nothing(*operands: Any, **parameters: Any) -> tuple[()]:
    return ()


literal_row: Structural = Structural(
    "literal",
    (),
    "A scalar with a dtype.",
    kernel=lambda value: value,
    shape=lambda value: (),
    dtype=lambda value: value.dtype,
    vjp=_nothing,
    linear=True,
)
extent_row: Structural = Structural(
    "extent",
    (),
    "The number of elements along an axis, as a floating number.",
    kernel=lambda extent: float(extent),
    shape=lambda extent: (),
    dtype=lambda extent: np.dtype(np.float64),
    vjp=_nothing,
    linear=True,
)
length_row: Structural = Structural(
    "length",
    (),
    "The number of elements along an axis, as a whole number, to count positions with.",
    kernel=lambda extent: np.int64(extent),
    shape=lambda extent: (),
    dtype=lambda extent: np.dtype(np.int64),
    vjp=_nothing,
    linear=True,
)
positions_row: Structural = Structural(
    "positions",
    (),
    "0, 1, 2, ... along an axis.",
    kernel=lambda extent: np.arange(extent),
    shape=lambda extent: (extent,),
    dtype=lambda extent: np.dtype(np.int64),
    vjp=_nothing,
    linear=True,
)


def identity_mask(extent: Any) -> Any:
    """The diagonal of a square matrix, as truth values."""
    places = positions_row(extent=extent)
    return equal(expand_dims(places, 1), expand_dims(places, 0))
