"""The row that makes a vector of numbers: what ``cr.array``, ``stack`` and ``block`` do with them.

A matrix of 16 numbers is one operation so; put together by ``concatenate`` it took 21, a reshape
for each number, and most of the time of a filter on small matrices.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .shape import all_batched, concatenate_row, reshape_row, shape_of
from .structural import Structural


def _vjp(g: Any, out: Any, *xs: Any) -> tuple[Any, ...]:
    if type(g) is np.ndarray:
        return tuple(g)
    from .index import index_row

    return tuple(index_row(g, key=(i,)) for i in range(len(xs)))


def _batch(batched: Any, *xs: Any) -> Any:
    columns = [reshape_row(x, shape=(*shape_of(x), 1)) for x in all_batched(batched, xs)]
    return concatenate_row(*columns, axis=1)


pack_row: Structural = Structural(
    "pack",
    ("*xs",),
    "Numbers, as the elements of a vector.",
    kernel=lambda *xs: np.array(xs),
    shape=lambda *shapes: (len(shapes),),
    vjp=_vjp,
    batch=_batch,
    linear=True,
)
