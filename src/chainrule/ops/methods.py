"""ndarray's attributes and methods, for whatever stands for an array.

:class:`ArrayMethods` is a mixin. What uses it has ``shape`` and ``dtype``, and takes part in
dispatch (``_apply_op``, ``_dispatch_rank``); everything here goes through the functions of ``ops``
and is no second implementation of one. What is covered and is a method of ndarray's too is added
from the list in ``covered.py``. A method of ndarray's that is not here raises, with its name and
with what to write instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from . import contract, index, likes, numpy_names, ordering, placing, rearranging
from . import shape as of_shape
from .arguments import product, row_major
from .at import At
from .covered import COVERED
from .shape import as_operand, shape_of


class ArrayMethods:
    """What an array says and does, in NumPy's names."""

    __slots__ = ()

    if TYPE_CHECKING:

        @property
        def shape(self) -> Any:
            """The extents."""

        @property
        def dtype(self) -> Any:
            """The type of the elements."""

    # --- attributes ---------------------------------------------------------------------------

    @property
    def ndim(self) -> int:
        """The number of its axes."""
        return len(self.shape)

    @property
    def size(self) -> Any:
        """The number of its elements."""
        return product(self.shape)

    @property
    def T(self) -> Any:  # noqa: N802, NumPy's name
        """The array with its axes reversed."""
        return of_shape.transpose(self)

    @property
    def mT(self) -> Any:  # noqa: N802, NumPy's name
        """The array with its last two axes exchanged."""
        return of_shape.swapaxes(self, -1, -2)

    @property
    def real(self) -> Any:
        """The array itself, since all numbers here are real."""
        return self

    @property
    def imag(self) -> Any:
        """Zeros, since all numbers here are real."""
        return likes.imag(self)

    @property
    def at(self) -> At:
        """``v.at[key].set(x)`` and ``v.at[key].add(x)``: v with other elements at a key."""
        return At(self)

    # --- methods that NumPy gives arguments of their own ----------------------------------------

    def reshape(self, *extents: Any, order: str = "C", copy: Any = None) -> Any:
        """The same elements in another shape, given as one tuple or as several ints."""
        return of_shape.reshape(self, extents[0] if len(extents) == 1 else extents, order)

    def flatten(self, order: str = "C") -> Any:
        """The elements in one axis, row-major or column-major (``order="F"``): a copy."""
        return of_shape.copied(of_shape.ravel(self, order))

    def transpose(self, *axes: Any) -> Any:
        """The axes in another order, given as one tuple or as several ints; reversed without."""
        if not axes:
            return of_shape.transpose(self)
        return of_shape.transpose(self, axes[0] if len(axes) == 1 else axes)

    def compress(self, condition: Any, axis: Any = None, out: None = None) -> Any:
        """The slices along an axis where a plain condition holds."""
        return rearranging.compress(condition, self, axis, out)

    def clip(self, min: Any = None, max: Any = None, out: None = None) -> Any:
        """The elements limited to the interval from min to max."""
        return likes.clip_array(self, min, max, out)

    def astype(
        self,
        dtype: Any,
        order: str = "K",
        casting: str = "unsafe",
        subok: bool = True,
        copy: bool = True,
    ) -> Any:
        """The elements as float64 or float32: a copy, or with ``copy=False`` where they are not."""
        row_major("astype", "C" if order in ("K", "A") else order)
        out = of_shape.astype(self, dtype)
        return of_shape.copied(out) if copy and out is self else out

    def conj(self) -> Any:
        """The array itself, since all numbers here are real; ``np.conj`` copies."""
        return self

    conjugate = conj

    def item(self, *key: Any) -> float:
        """One element as a plain number.

        Raises:
            DroppedDerivativeError: the element needs a derivative; index instead.
        """
        if not key:
            if self.size != 1:
                raise ValueError(f"item: an array of shape {self.shape} is more than one number")
            return float(of_shape.reshape(self, ()))
        place = key[0] if len(key) == 1 else key
        return float(index.getitem(self if isinstance(place, tuple) else self.flatten(), place))

    # --- methods that write into the array ------------------------------------------------------

    def sort(self, axis: int = -1, kind: Any = None, order: None = None, **stable: Any) -> None:
        """Put the elements in ascending order along an axis, in place."""
        self[...] = ordering.sort(self, axis, kind, order, **stable)

    def partition(
        self, kth: Any, axis: int = -1, kind: str = "introselect", order: None = None
    ) -> None:
        """Put the kth element in its place in order, in place."""
        self[...] = ordering.partition(self, kth, axis, kind, order)

    def fill(self, value: Any) -> None:
        """Make all elements one number."""
        if shape_of(as_operand(value)):
            raise ValueError(f"fill: takes one number, not an array of shape {shape_of(value)}")
        self[...] = value

    def put(self, indices: Any, values: Any, mode: str = "raise") -> None:
        """Write values at positions in the flattened array; too few are repeated."""
        placing.put(self, indices, values, mode)

    # --- Python's protocols ---------------------------------------------------------------------

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len() of an array without axes, which is one number")
        return int(self.shape[0])

    def __iter__(self) -> Iterator[Any]:
        if not self.shape:
            raise TypeError("iteration over an array without axes, which is one number")
        return (self[i] for i in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        return index.getitem(self, key)

    def __matmul__(self, other: Any) -> Any:
        return contract.matmul(self, other) if _is_operand(other) else NotImplemented

    def __rmatmul__(self, other: Any) -> Any:
        return contract.matmul(other, self) if _is_operand(other) else NotImplemented

    def __getattr__(self, name: str) -> Any:
        # Only what is not found anywhere comes here.
        if hasattr(np.ndarray, name) and not name.startswith("_"):
            raise numpy_names.no_method(name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}", name=name)


#: ndarray's own changes the array in place, and its function does not.
IN_PLACE = ("resize",)


def _add_methods() -> None:
    """The covered functions of an array that ndarray has as methods."""
    for entry in COVERED.values():
        for name in entry.names:
            is_method = "." not in name and name not in IN_PLACE and hasattr(np.ndarray, name)
            if is_method and callable(getattr(np.ndarray, name)) and name not in vars(ArrayMethods):
                setattr(ArrayMethods, name, entry.function)


_add_methods()


def _is_operand(x: Any) -> bool:
    """Whether x is an array, a list or a number, and not a stranger with an operator of its own."""
    return (
        hasattr(x, "shape") or hasattr(x, "_apply_op") or isinstance(x, list | tuple | float | int)
    )
