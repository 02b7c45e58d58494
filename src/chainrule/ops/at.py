"""``v.at[key].set(x)``: an array with other elements at a key, where NumPy assigns in place.

The old elements at the key have no part in the result, nor in a derivative.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import UnsupportedMethodError
from .arguments import product
from .assign import Target, fitted, target_of, written
from .elementwise import add, divide, multiply, power
from .index import gather_row, getitem, index_row, scatter_add_row, scatter_row
from .selection import maximum, minimum
from .shape import as_operand, copied, ravel, reshape_row, shape_of


class At:
    """The array, waiting for a key."""

    __slots__ = ("_array",)

    def __init__(self, array: Any) -> None:
        self._array = array

    def __getitem__(self, key: Any) -> AtKey:
        return AtKey(self._array, key)


class AtKey:
    """The array and the key, waiting for what to do there.

    Several x for one element count one after the other, in the order of the key.
    """

    __slots__ = ("_array", "_key")

    def __init__(self, array: Any, key: Any) -> None:
        self._array = array
        self._key = key

    def get(self) -> Any:
        """The elements at the key, as ``v[key]``.

        >>> Value(np.arange(3.0)).at[1:].get()
        Value(array([1., 2.]))
        """
        return copied(getitem(self._array, self._key))

    def set(self, x: Any) -> Any:
        """The array with x at the key. Of several x for one element the last one counts.

        >>> v = Value(np.zeros(3))
        >>> v.at[1:].set(5.0)
        Value(array([0., 5., 5.]))
        """
        target, y = self._operands(x)
        return written(self._array, y, target)

    def add(self, x: Any) -> Any:
        """The array with x added at the key; several x for one element add up.

        >>> v = Value(np.ones(3))
        >>> v.at[[0, 0, 1]].add(1.0)
        Value(array([3., 2., 1.]))
        """
        target, y = self._operands(x)
        if target.mask is not None:
            return written(self._array, add(self._array, y), target)
        shape = shape_of(self._array)
        if target.key is not None:
            return add(self._array, scatter_row(y, shape=shape, key=target.key))
        there = scatter_add_row(y, target.places, shape=(product(shape),))
        return add(self._array, reshape_row(there, shape=shape))

    def multiply(self, x: Any) -> Any:
        """The array with the elements at the key times x.

        >>> Value(np.ones(3)).at[[0, 0, 1]].multiply(2.0)
        Value(array([4., 2., 1.]))
        """
        return self._combined(multiply, x, "multiply")

    def divide(self, x: Any) -> Any:
        """The array with the elements at the key divided by x.

        >>> Value(np.ones(3)).at[0].divide(2.0)
        Value(array([0.5, 1. , 1. ]))
        """
        return self._combined(divide, x, "divide")

    def power(self, x: Any) -> Any:
        """The array with the elements at the key to the power of x.

        >>> Value(np.array([3.0, 3.0])).at[0].power(2.0)
        Value(array([9., 3.]))
        """
        return self._combined(power, x, "power")

    def max(self, x: Any) -> Any:
        """The array with the larger of the elements at the key and x.

        >>> Value(np.arange(3.0)).at[:].max(1.0)
        Value(array([1., 1., 2.]))
        """
        return self._combined(maximum, x, "max")

    def min(self, x: Any) -> Any:
        """The array with the smaller of the elements at the key and x.

        >>> Value(np.arange(3.0)).at[:].min(1.0)
        Value(array([0., 1., 1.]))
        """
        return self._combined(minimum, x, "min")

    def _operands(self, x: Any) -> tuple[Target, Any]:
        """Where, and x repeated to as many elements, in the dtype of the array."""
        target = target_of(shape_of(self._array), self._key, not shape_of(as_operand(x)))
        return target, fitted(x, target, self._array.dtype, "at")

    def _combined(self, row: Callable[..., Any], x: Any, name: str) -> Any:
        target, y = self._operands(x)
        v = self._array
        if target.mask is not None:
            return written(v, row(v, y), target)
        if target.key is not None:
            return written(v, row(index_row(v, key=target.key), y), target)
        if not isinstance(target.places, np.ndarray):  # plain ones are known for one shape
            counted = tuple(operator.index(extent) for extent in shape_of(v))
            target = target_of(counted, self._key, False)
        if not isinstance(target.places, np.ndarray):
            raise UnsupportedMethodError(
                f"at: v.at[key].{name} needs positions that are known while the function is "
                "traced: two of them may be the same. Close over the positions, or name them in "
                "static_argnums."
            )
        for places in _one_each(target.places):
            chosen = target.places[places]
            old = gather_row(ravel(v), chosen)
            v = written(v, row(old, gather_row(y, places)), Target((), places=chosen))
        return v

    def __getattr__(self, name: str) -> Any:
        raise UnsupportedMethodError(
            f"at: v.at[key].{name} is not covered; get, set, add, multiply, divide, power, max and "
            "min are."
        )


def _one_each(places: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
    """Rounds in each of which no position comes twice: the first of each, the second, ..."""
    rounds = []
    rest = np.arange(places.size)
    while rest.size:
        first = np.sort(np.unique(places[rest], return_index=True)[1])
        rounds.append(rest[first])
        rest = np.delete(rest, first)
    return rounds
