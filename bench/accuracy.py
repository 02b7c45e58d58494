"""How far a result is from the exact one, in ulp: units in the last place of the number itself.

The exact numbers come from mpmath. A process that is measured gets each as a pair of floats, the
number rounded and what is missing, so that half an ulp is told from a whole one without mpmath.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .harness import Errors

DIGITS = 40


@dataclass(frozen=True)
class Exact:
    """Exact numbers: ``high`` rounded to float64, ``low`` the rest of them."""

    high: Any
    low: Any

    @classmethod
    def of(cls, numbers: Sequence[Any]) -> Exact:
        """From mpmath's numbers."""
        high = [float(number) for number in numbers]
        low = [float(number - rounded) for number, rounded in zip(numbers, high, strict=True)]
        return cls(np.array(high), np.array(low))

    def largest_error(self, computed: Any, dtype: Any, scale: float) -> float:
        """The largest error in ulp of the exact numbers, of those below ``scale`` in ulp of that.

        Infinite for nan and infinity.
        """
        numbers = np.asarray(computed, np.float64)
        if numbers.shape != self.high.shape:
            raise ValueError(f"wrong result: shape {numbers.shape}, not {self.high.shape}")
        if not np.all(np.isfinite(numbers)):
            return float("inf")
        unit = np.spacing(np.maximum(abs(self.high), scale).astype(dtype)).astype(np.float64)
        return float(np.max(abs((numbers - self.high) - self.low) / unit))


def errors(
    exact: Sequence[Exact],
    computed: Sequence[Any],
    dtype: Any,
    scales: Sequence[float],
    tolerance: float,
) -> Errors:
    """The errors of a value and its derivatives, in that order.

    Raises:
        ValueError: one of them is larger than ``tolerance`` ulp, so that the result is wrong.
    """
    if len(computed) != len(exact):
        raise ValueError(f"wrong result: {len(computed)} parts, not {len(exact)}")
    value, *derivatives = (
        part.largest_error(numbers, dtype, scale)
        for part, numbers, scale in zip(exact, computed, scales, strict=True)
    )
    for name, error in (
        ("value", value),
        *((f"derivative {i}", e) for i, e in enumerate(derivatives)),
    ):
        if not error <= tolerance:
            raise ValueError(f"wrong result: the {name} is {error:.3g} ulp off")
    return Errors(value, max(derivatives))


def exact_gradient(function: Callable[..., Any], point: Sequence[Any]) -> list[Any]:
    """Value and derivatives of a function of mpmath's numbers, by differences in many digits."""
    import mpmath

    with mpmath.workdps(DIGITS):
        point = [mpmath.mpf(number) for number in point]
        directions = np.eye(len(point), dtype=int).tolist()
        slopes = [mpmath.diff(function, tuple(point), tuple(along)) for along in directions]
        return [function(*point), *slopes]
