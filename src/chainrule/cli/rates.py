"""The page's second question, measured: the gradient of one function at millions of points.

Four ways to have it, from the same two arrays: finite differences, forward and central, and the
derivatives written out by hand, all with NumPy, and chainrule's ``jit`` of ``vmap`` of the function
as it stands. What is right is known, at some of the points, from central differences in 60-digit
decimal arithmetic.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

import chainrule as cr

from ..backends import choice, interpreter
from .differences import (
    CENTRAL_SCALE,
    FORWARD_SCALE,
    REFERENCE_DIGITS,
    REFERENCE_STEP,
    central_differences,
    forward_differences,
)

#: Unless the command says otherwise.
POINTS = 10_000_000
#: Where the gradient is taken: x1 and x2 far enough apart for every way to work.
RANGES = ((1.0, 2.0), (3.0, 4.0))
#: Points at which the right gradient is worked out.
CHECKED = 1_000
REPETITIONS = 3


@dataclass(frozen=True)
class Way:
    """One way to the gradient: seconds for all points, and its largest relative error."""

    name: str
    seconds: float
    error: float


@dataclass(frozen=True)
class Rates:
    """All ways at so many points: finite differences, by hand, and chainrule as the last."""

    count: int
    ways: tuple[Way, ...]
    #: Seconds from the Python function to native code, before the first point.
    preparing: float
    #: Whether chainrule ran native code, and not the interpreter.
    is_native: bool

    @property
    def chainrule(self) -> Way:
        return self.ways[-1]

    @property
    def by_hand(self) -> Way:
        return self.ways[-2]


def page(point: Sequence[Any], log: Callable[[Any], Any]) -> Any:
    """The function of the page, in numbers of the kind that ``log`` takes."""
    x1, x2 = point
    return log(x1 * x2 * (x1 + x2)) / (x1 - x2) ** 2


def gradient_by_hand(point: Sequence[Any]) -> list[Any]:
    """What one writes down who has no such library, common parts computed once."""
    x1, x2 = point
    total, difference = x1 + x2, x1 - x2
    square = difference * difference
    steep = 2 * np.log(x1 * x2 * total) / (square * difference)
    shared = 1 / total
    return [(1 / x1 + shared) / square - steep, (1 / x2 + shared) / square + steep]


def measure(count: int, report: Callable[[str], None] = lambda name: None) -> Rates:
    """Time every way at so many points; ``report`` is told which one is at work."""
    random = np.random.default_rng(2)
    point = [random.uniform(low, high, count) for low, high in RANGES]
    checked = slice(None, None, max(1, count // CHECKED))
    right = _right([x[checked] for x in point])

    def numpys(point: Sequence[Any]) -> Any:
        return page(point, np.log)

    gradient = cr.jit(cr.vmap(cr.grad(lambda x1, x2: page((x1, x2), cr.log), argnums=(0, 1))))
    begin = perf_counter()
    gradient(*(x[:2] for x in point))
    preparing = perf_counter() - begin

    def way(name: str, run: Callable[[], Sequence[Any]]) -> Way:
        report(name)
        found = [np.asarray(x)[checked].copy() for x in run()]
        seconds = [_seconds(run) for _ in range(REPETITIONS)]
        error = max(
            float(np.max(np.abs(ours / exact - 1)))
            for ours, exact in zip(found, right, strict=True)
        )
        return Way(name, median(seconds), error)

    ways = (
        way(
            "forward differences",
            lambda: forward_differences(numpys, point, [FORWARD_SCALE * x for x in point]),
        ),
        way(
            "central differences",
            lambda: central_differences(numpys, point, [CENTRAL_SCALE * x for x in point]),
        ),
        way("derivatives by hand", lambda: gradient_by_hand(point)),
        way("chainrule", lambda: gradient(*point)),
    )
    return Rates(count, ways, preparing, choice.backend() is not interpreter.compiled)


def _seconds(run: Callable[[], Any]) -> float:
    begin = perf_counter()
    run()
    return perf_counter() - begin


def _right(point: Sequence[Any]) -> list[Any]:
    """The gradient at some points, to all digits of a float."""
    with localcontext(prec=REFERENCE_DIGITS):
        columns = [
            central_differences(
                lambda numbers: page(numbers, Decimal.ln),
                [Decimal(float(x)) for x in numbers],
                [REFERENCE_STEP] * len(numbers),
            )
            for numbers in zip(*point, strict=True)
        ]
    return [np.array([float(x) for x in column]) for column in zip(*columns, strict=True)]
