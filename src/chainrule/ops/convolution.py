"""convolve and correlate of vectors.

One row, the convolution, in two sizes: "full", as far as the operands overlap at all, and "valid",
where the second lies within the first. Each is the transpose of the other with one operand
reversed, so the derivatives are convolutions again.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .covered import covers
from .elementwise import add
from .index import getitem
from .shape import all_batched, array, as_operand, reshape_row, shape_of
from .structural import Shape, Structural


def _convolved(x: Any, y: Any, size: Any) -> Any:
    if x.ndim == 1:
        return np.convolve(x, y, size)
    rows = [
        np.convolve(a, b, size)
        for a, b in zip(x.reshape(-1, x.shape[-1]), y.reshape(-1, y.shape[-1]), strict=True)
    ]
    shape = _shape(x.shape, y.shape, size)
    return np.stack(rows).reshape(shape) if rows else np.zeros(shape, x.dtype)


def _shape(x: Shape, y: Shape, size: str) -> Shape:
    m, n = x[-1], y[-1]
    return (*x[:-1], m + n - 1 if size == "full" else m - n + 1)


def _reversed(x: Any) -> Any:
    return getitem(x, (..., slice(None, None, -1)))


def _vjp(g: Any, out: Any, x: Any, y: Any, size: str) -> tuple[Any, Any]:
    if size == "full":
        towards_x = convolve_row(g, _reversed(y), size="valid")
        towards_y = convolve_row(g, _reversed(x), size="valid")
    else:  # out[i] is the sum over k of x[i + n - 1 - k] y[k]
        towards_x = convolve_row(g, _reversed(y), size="full")
        towards_y = _reversed(convolve_row(x, _reversed(g), size="valid"))
    return _as_long_as(x, towards_x), _as_long_as(y, towards_y)


def _as_long_as(x: Any, g: Any) -> Any:
    """g, whose extent is that of x by another computation."""
    return g if all(type(e) is int for e in shape_of(g)) else reshape_row(g, shape=shape_of(x))


def _jvp(tangents: Any, out: Any, x: Any, y: Any, size: str) -> Any:
    parts = []
    if tangents[0] is not None:
        parts.append(convolve_row(tangents[0], y, size=size))
    if tangents[1] is not None:
        parts.append(convolve_row(x, tangents[1], size=size))
    return parts[0] if len(parts) == 1 else add(*parts)


convolve_row: Structural = Structural(
    "convolve",
    ("x", "y"),
    "Sums of products of x and y, one of them reversed, at all distances; y is no longer than x.",
    saves=("x", "y"),
    kernel=_convolved,
    shape=_shape,
    vjp=_vjp,
    jvp=_jvp,
    batch=lambda batched, x, y, size: convolve_row(*all_batched(batched, (x, y)), size=size),
)


def _vector(name: str, x: Any) -> Any:
    x = array(as_operand(x))
    if shape_of(x) == ():
        x = reshape_row(x, shape=(1,))
    if len(shape_of(x)) != 1:
        raise ValueError(f"{name}: operands are vectors, not of shape {shape_of(x)}")
    if shape_of(x)[0] == 0:
        raise ValueError(f"{name}: an operand has no elements")
    return x


def _mode(name: str, mode: Any) -> str:
    by_number = {0: "valid", 1: "same", 2: "full"}
    by_letter = {"v": "valid", "s": "same", "f": "full"}
    known = by_number.get(mode) if isinstance(mode, int) else by_letter.get(str(mode)[:1].lower())
    if known is None:
        raise ValueError(f"{name}: mode is 'full', 'same' or 'valid', not {mode!r}")
    return known


def _sized(x: Any, y: Any, mode: str) -> Any:
    """The convolution of x with a y that is no longer."""
    if mode != "same":
        return convolve_row(x, y, size=mode)
    start = (shape_of(y)[0] - 1) // 2
    return getitem(convolve_row(x, y, size="full"), slice(start, start + shape_of(x)[0]))


@covers()
def convolve(a: Any, v: Any, mode: Any = "full") -> Any:
    """The convolution of two vectors.

    ``mode`` is "full", "same" (as long as the longer one, in the middle) or "valid" (where they
    overlap completely).

    Raises:
        ValueError: an operand is no vector, or has no elements; the mode is unknown.

    >>> cr.convolve(np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0]))
    array([0., 1., 2., 3.])
    """
    x, y = _vector("convolve", a), _vector("convolve", v)
    if shape_of(y)[0] > shape_of(x)[0]:
        x, y = y, x
    return _sized(x, y, _mode("convolve", mode))


@covers()
def correlate(a: Any, v: Any, mode: Any = "valid") -> Any:
    """The cross-correlation of two vectors: the sums of products at all distances.

    ``mode`` is as for ``convolve``.

    >>> cr.correlate(np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0]))
    array([2., 3.])
    """
    x, y = _vector("correlate", a), _vector("correlate", v)
    size = _mode("correlate", mode)
    if shape_of(y)[0] > shape_of(x)[0]:
        return _reversed(_sized(y, _reversed(x), size))
    return _sized(x, _reversed(y), size)
