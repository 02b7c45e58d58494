"""Arrays to be filled element by element: ``cr.zeros`` and its kin.

NumPy's own ``np.zeros(n)`` cannot hold a Value. These give an array that can: eagerly a Value,
while a function is traced a Symbol, either of which takes ``out[i] = v``. Of a type that has no
derivative (whole numbers, truth values) they are NumPy's arrays.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import OperandError
from . import tracing
from .arguments import extents_of, row_major
from .covered import covers
from .elementwise import positive
from .shape import as_operand, astype, broadcast_to, shape_of

#: Makes the Value of an array that was made here; given by ``eager``.
_eager: list[Callable[[Any], Any]] = []


def use_eager(made: Callable[[Any], Any]) -> None:
    """Say how an array becomes a Value that may be assigned to."""
    _eager[:] = [made]


@covers()
def zeros(shape: Any, dtype: Any = float, order: str = "C", *, device: Any = None) -> Any:
    """Zeros, to be filled element by element: ``out = cr.zeros(n)``, ``out[i] = v``.

    Args:
        shape: an extent, or a tuple of them; of a traced function they may be ``x.shape[0]``.
        dtype: float64 or float32; of another type the result is NumPy's own array.
        order: only "C".
        device: NumPy's, without effect.

    Raises:
        UnsupportedFunctionError: ``order`` is not "C".
        OperandError: extents that are not known yet, of a type that has no derivative.

    >>> def powers(x):
    ...     out = cr.zeros(4)
    ...     out[0] = 1.0
    ...     for i in range(1, 4):
    ...         out[i] = x * out[i - 1]
    ...     return out
    >>> powers(2.0)
    Value(array([1., 2., 4., 8.]))
    >>> cr.grad(lambda x: cr.sum(powers(x)))(2.0)
    17.0
    """
    return full(shape, 0.0, dtype, order)


@covers()
def ones(shape: Any, dtype: Any = float, order: str = "C", *, device: Any = None) -> Any:
    """Ones, to be changed element by element; arguments and errors are those of ``cr.zeros``.

    >>> out = cr.ones(3)
    >>> out[1] = 5.0
    >>> out
    Value(array([1., 5., 1.]))
    """
    return full(shape, 1.0, dtype, order)


@covers()
def empty(shape: Any, dtype: Any = float, order: str = "C", *, device: Any = None) -> Any:
    """An array to be filled; zeros until then. Arguments and errors are those of ``cr.zeros``.

    >>> cr.empty((2, 3)).shape
    (2, 3)
    """
    return full(shape, 0.0, dtype, order)


@covers()
def full(
    shape: Any, fill_value: Any, dtype: Any = None, order: str = "C", *, device: Any = None
) -> Any:
    """An array full of one number, which may be a Value; errors are those of ``cr.zeros``.

    >>> cr.full(2, 3.0)
    Value(array([3., 3.]))
    >>> cr.grad(lambda x: cr.sum(cr.full(2, x)))(3.0)
    2.0
    """
    row_major("full", order)
    extents = extents_of("full", shape)
    wanted = np.dtype(float if dtype is None else dtype)
    if hasattr(fill_value, "_apply_op"):
        return astype(positive(broadcast_to(fill_value, extents)), wanted)
    if wanted not in (np.float64, np.float32):
        if not all(isinstance(extent, int) for extent in extents):
            raise OperandError(
                f"an array of dtype {wanted} and of shape {extents}: while a function is traced "
                "arrays of free extents are float64 or float32."
            )
        return np.full(extents, fill_value, wanted)
    trace = tracing.current()
    if trace is None:
        return _eager[0](np.full(extents, fill_value, wanted))
    if np.ndim(fill_value):
        return astype(positive(broadcast_to(trace.operand(None, fill_value), extents)), wanted)
    return trace.full(extents, fill_value, wanted)


@covers()
def full_like(
    a: Any,
    fill_value: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Any:
    """An array of a's shape and type, full of one number, to be changed element by element.

    >>> cr.full_like(Value(np.ones(2)), 7.0)
    Value(array([7., 7.]))
    """
    a = as_operand(a)
    if dtype is None:
        dtype = getattr(a, "dtype", np.float64)
    extents = shape_of(a) if shape is None else shape
    return full(extents, fill_value, dtype, "C" if order in ("K", "A") else order)


@covers()
def zeros_like(
    a: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Any:
    """Zeros in a's shape and type, to be filled element by element.

    >>> cr.zeros_like(Value(np.ones(2)))
    Value(array([0., 0.]))
    """
    return full_like(a, 0.0, dtype, order, subok, shape)


@covers()
def ones_like(
    a: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Any:
    """Ones in a's shape and type, to be changed element by element.

    >>> cr.ones_like(Value(np.zeros(2)))
    Value(array([1., 1.]))
    """
    return full_like(a, 1.0, dtype, order, subok, shape)


@covers()
def empty_like(
    prototype: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Any:
    """An array of a's shape and type, to be filled; zeros until then.

    >>> cr.empty_like(Value(np.ones(2))).shape
    (2,)
    """
    return full_like(prototype, 0.0, dtype, order, subok, shape)
