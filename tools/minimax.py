"""The polynomials of ``backends/llvm/approximations.py``: ``python tools/minimax.py`` prints them.

Each is the one of least largest relative error in what it is part of, by Remez's exchange, with
mpmath's numbers, rounded to the type in which it is evaluated.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import mpmath as mp
import numpy as np

mp.mp.dps = 60


def minimax(
    wanted: Callable[[Any], Any], weight: Callable[[Any], Any], low: Any, high: Any, degree: int
) -> tuple[list[Any], Any]:
    """Coefficients, lowest first, that make ``weight * (polynomial - wanted)`` small; how small."""
    count = degree + 2
    middle, half = (low + high) / 2, (high - low) / 2
    nodes = [middle - half * mp.cos(mp.pi * i / (count - 1)) for i in range(count)]
    grid = [middle - half * mp.cos(mp.pi * i / 1500) for i in range(1501)]
    grid = [x for x in grid if weight(x) > mp.mpf(10) ** -30]
    targets = [(x, wanted(x), weight(x)) for x in grid]
    nodes = [min((abs(x - node), x) for x in grid)[1] for node in nodes]
    for _ in range(12):
        rows = [[x**k for k in range(degree + 1)] + [(-1) ** i / weight(x)]
                for i, x in enumerate(nodes)]  # fmt: skip
        solution = mp.lu_solve(mp.matrix(rows), mp.matrix([wanted(x) for x in nodes]))
        coefficients = list(solution[: degree + 1])
        errors = [w * (mp.polyval(coefficients[::-1], x) - y) for x, y, w in targets]
        # The largest error of each stretch of one sign is the next node.
        peaks: list[int] = []
        for i, error in enumerate(errors):
            if peaks and (errors[peaks[-1]] > 0) == (error > 0):
                if abs(error) > abs(errors[peaks[-1]]):
                    peaks[-1] = i
            else:
                peaks.append(i)
        while len(peaks) > count:
            peaks.pop(0 if abs(errors[peaks[0]]) < abs(errors[peaks[-1]]) else -1)
        if len(peaks) < count:
            break
        nodes = [grid[i] for i in peaks]
        largest = max(map(abs, errors))
        if largest < abs(solution[degree + 1]) * 1.001:
            break
    return coefficients, max(map(abs, errors))


def sine(z: Any) -> Any:
    """(sin(r) - r) / r**3 at z = r*r."""
    r = mp.sqrt(z)
    return (mp.sin(r) - r) / r**3 if z > mp.mpf(10) ** -12 else -mp.mpf(1) / 6 + z / 120


def sine_weight(z: Any) -> Any:
    r = mp.sqrt(z)
    return r**3 / mp.sin(r) if z else mp.mpf(0)


def exponential(r: Any) -> Any:
    """(exp(r) - 1 - r) / r**2."""
    return (mp.exp(r) - 1 - r) / r**2 if abs(r) > mp.mpf(10) ** -15 else mp.mpf(1) / 2 + r / 6


def logarithm(z: Any) -> Any:
    """(log((1 + s) / (1 - s)) - 2*s) / s**3 at z = s*s."""
    s = mp.sqrt(z)
    if z < mp.mpf(10) ** -12:
        return mp.mpf(2) / 3 + z * 2 / 5
    return (2 * mp.atanh(s) - 2 * s) / s**3


def logarithm_weight(z: Any) -> Any:
    s = mp.sqrt(z)
    return s**3 / (2 * mp.atanh(s)) if z else mp.mpf(0)


HALF_LOG2 = mp.log(2) / 2 * mp.mpf("1.0001")
#: Name, function, weight, interval, degree for float64, degree for float32.
POLYNOMIALS = (
    ("SINE", sine, sine_weight, mp.mpf(0), (mp.pi / 2 * mp.mpf("1.0001")) ** 2, 7, 3),
    ("EXPONENTIAL", exponential, lambda r: r * r / mp.exp(r), -HALF_LOG2, HALF_LOG2, 9, 4),
    ("LOGARITHM", logarithm, logarithm_weight, mp.mpf(0),
     ((mp.sqrt(2) - 1) / (mp.sqrt(2) + 1) * mp.mpf("1.0001")) ** 2, 6, 2),
)  # fmt: skip


def main() -> None:
    for name, wanted, weight, low, high, *degrees in POLYNOMIALS:
        for kind, degree in zip((np.float64, np.float32), degrees, strict=True):
            coefficients, error = minimax(wanted, weight, low, high, degree)
            digits = ", ".join(repr(float(np.asarray(float(x), kind))) for x in coefficients)
            print(f"{name} {kind.__name__}, error 2**{float(mp.log(error, 2)):.1f}: ({digits})")


if __name__ == "__main__":
    main()
