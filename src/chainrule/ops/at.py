"""``v.at[key].set(x)``: an array with other elements at a key, where NumPy assigns in place.

The old elements at the key have no part in the result, nor in a derivative.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import UnsupportedMethodError
from .arguments import product
from .elementwise import add
from .index import getitem, scatter_add_row
from .selection import where
from .shape import as_operand, astype, broadcast_to, ravel, reshape_row, shape_of


class At:
    """The array, waiting for a key."""

    __slots__ = ("_array",)

    def __init__(self, array: Any) -> None:
        self._array = array

    def __getitem__(self, key: Any) -> AtKey:
        return AtKey(self._array, key)


class AtKey:
    """The array and the key, waiting for what to do there."""

    __slots__ = ("_array", "_key")

    def __init__(self, array: Any, key: Any) -> None:
        self._array = array
        self._key = key

    def set(self, x: Any) -> Any:
        """The array with x at the key. Of several x for one element the last one counts.

        >>> v = Value(np.zeros(3))
        >>> v.at[1:].set(5.0)
        Value(array([0., 5., 5.]))
        """
        places, new = self._operands(x)
        shape = shape_of(self._array)
        # The last position of each element: the first one from behind.
        last = places.size - 1 - np.unique(places[::-1], return_index=True)[1]
        chosen = np.zeros(product(shape), bool)
        chosen[places] = True
        if last.size < places.size:
            places, new = places[last], getitem(new, last)
        there = reshape_row(scatter_add_row(new, places, shape=(chosen.size,)), shape=shape)
        return where(chosen.reshape(shape), there, self._array)

    def add(self, x: Any) -> Any:
        """The array with x added at the key; several x for one element add up.

        >>> v = Value(np.ones(3))
        >>> v.at[[0, 0, 1]].add(1.0)
        Value(array([3., 2., 1.]))
        """
        places, new = self._operands(x)
        shape = shape_of(self._array)
        there = reshape_row(scatter_add_row(new, places, shape=(product(shape),)), shape=shape)
        return add(self._array, there)

    def _operands(self, x: Any) -> tuple[Any, Any]:
        """Positions in the flattened array, and x repeated to as many elements."""
        shape = shape_of(self._array)
        places = np.asarray(getitem(np.arange(product(shape)).reshape(shape), self._key))
        x = astype(as_operand(x), self._array.dtype)
        try:
            whole = broadcast_to(x, places.shape)
        except ValueError:
            raise ValueError(
                f"at: x of shape {shape_of(x)} does not fit the key's shape {places.shape}"
            ) from None
        return places.reshape(-1), ravel(whole)

    def __getattr__(self, name: str) -> Any:
        raise UnsupportedMethodError(f"at: v.at[key].{name} is not covered; set and add are.")
