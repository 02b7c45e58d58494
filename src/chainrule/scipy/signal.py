"""``scipy.signal``: convolution and correlation of vectors."""

from __future__ import annotations

from typing import Any

from ..errors import UnsupportedFunctionError
from ..ops import convolution
from ..ops.shape import as_operand, shape_of
from .absent import nearest_in


def convolve(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """The convolution of two vectors.

    Args:
        in1: a vector.
        in2: a vector.
        mode: "full"; "same", of the length of in1; or "valid", where they overlap completely.
        method: how SciPy is to compute it; without effect.

    Raises:
        UnsupportedFunctionError: an operand has other than one axis.
        ValueError: an unknown mode.

    >>> convolve([1.0, 2.0, 3.0], [0.0, 1.0])
    array([0., 1., 2., 3.])
    """
    x, y = as_operand(in1), as_operand(in2)
    if len(shape_of(x)) != 1 or len(shape_of(y)) != 1:
        raise UnsupportedFunctionError(
            f"convolve: arrays of shapes {shape_of(x)} and {shape_of(y)}; only vectors are covered."
        )
    if mode == "same":
        whole = convolution.convolve(x, y, "full")
        start = (shape_of(y)[0] - 1) // 2
        return whole[start : start + shape_of(x)[0]]
    if mode not in ("full", "valid"):
        raise ValueError(f"convolve: mode is 'full', 'same' or 'valid', not {mode!r}")
    return convolution.convolve(x, y, mode)


def correlate(in1: Any, in2: Any, mode: str = "full", method: str = "auto") -> Any:
    """The cross-correlation of two vectors: the convolution with in2 reversed.

    >>> correlate([1.0, 2.0, 3.0], [0.0, 1.0])
    array([1., 2., 3., 0.])
    """
    return convolve(in1, as_operand(in2)[::-1], mode, method)


__all__ = ["convolve", "correlate"]

__getattr__ = nearest_in("cr.scipy.signal", __all__)
