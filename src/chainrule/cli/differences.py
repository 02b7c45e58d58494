"""The page's opening, measured: the definition of a derivative as a way to compute one.

``(f(a + h, b, c) - f(a, b, c)) / h`` needs one evaluation of f for each parameter, and is wrong
twice: h is not zero, and the difference has lost the digits in which its two terms agree. Here is
what that costs on a real function, the sum of squared residuals of the Gauss1 set with its 8
parameters, beside chainrule's gradient. What is right is known from the same definition in
60-digit decimal arithmetic, where h can be 1e-20.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from statistics import median
from time import perf_counter
from typing import Any

import chainrule as cr

from .nist import DataSet, gauss1

#: The step that the page takes.
PAGE_STEP = 1e-4
STEPS = tuple(float(f"1e-{k}") for k in range(1, 13))

# What textbooks advise, for each parameter relative to its size: steps at which the error of the
# difference and the error of rounding are about as large.
FORWARD_SCALE = math.ulp(1.0) ** (1 / 2)
CENTRAL_SCALE = math.ulp(1.0) ** (1 / 3)

REFERENCE_DIGITS = 60
REFERENCE_STEP = Decimal("1e-20")
_REPETITIONS = 15

Function = Callable[[Sequence[Any]], Any]


@dataclass(frozen=True)
class Method:
    """A way to compute the gradient: what it takes, in seconds, and how wrong it is.

    Errors are the largest over the parameters, relative to the exact derivative.
    """

    evaluations: int
    seconds: float
    #: By the step that is added to every parameter; nothing for chainrule, which takes none.
    errors: dict[float, float]
    #: With steps in proportion to the parameters; for chainrule the only one.
    scaled_error: float

    @property
    def least_error(self) -> float:
        """The error with the best of all steps."""
        return min([self.scaled_error, *self.errors.values()])


@dataclass(frozen=True)
class Comparison:
    """Finite differences and chainrule on one gradient, and the time of one evaluation."""

    evaluation_seconds: float
    forward: Method
    central: Method
    exact: Method


def sum_of_squares(
    data: DataSet, parameters: Sequence[Any], exp: Callable[[Any], Any], number: type = float
) -> Any:
    """The sum of squared residuals of Gauss1, in numbers of the kind that ``exp`` takes."""
    total = number(0)
    for x, y in zip(data.x, data.y, strict=True):
        total = total + (gauss1(parameters, number(x), exp) - number(y)) ** 2
    return total


def forward_differences(f: Function, parameters: Sequence[Any], steps: Sequence[Any]) -> list[Any]:
    """The page's way: one evaluation, and one more for each parameter."""
    at_point = f(parameters)
    return [(f(_moved(parameters, i, h)) - at_point) / h for i, h in enumerate(steps)]


def central_differences(f: Function, parameters: Sequence[Any], steps: Sequence[Any]) -> list[Any]:
    """Two evaluations for each parameter; the error falls with the square of the step."""
    return [
        (f(_moved(parameters, i, h)) - f(_moved(parameters, i, -h))) / (2 * h)
        for i, h in enumerate(steps)
    ]


def _moved(parameters: Sequence[Any], index: int, h: Any) -> list[Any]:
    moved = list(parameters)
    moved[index] = moved[index] + h  # not in place: it may be an array
    return moved


def reference_gradient(data: DataSet, parameters: Sequence[float]) -> list[Decimal]:
    """The gradient to more than 30 digits."""
    with localcontext(prec=REFERENCE_DIGITS):
        return central_differences(
            lambda point: sum_of_squares(data, point, Decimal.exp, Decimal),
            [Decimal(parameter) for parameter in parameters],
            [REFERENCE_STEP] * len(parameters),
        )


def compare(data: DataSet, parameters: list[float]) -> Comparison:
    """Finite differences and chainrule on the gradient of Gauss1's sum of squares at a point."""
    reference = reference_gradient(data, parameters)

    def f(point: Sequence[float]) -> Any:
        return sum_of_squares(data, point, math.exp)

    exact = cr.value_and_grad(lambda point: sum_of_squares(data, point, cr.exp))

    def error(gradient: Sequence[float]) -> float:
        return max(
            float(abs((Decimal(computed) - right) / right))
            for computed, right in zip(gradient, reference, strict=True)
        )

    def measured(
        differences: Callable[[Function, Sequence[Any], Sequence[Any]], list[Any]],
        evaluations: int,
        scale: float,
    ) -> Method:
        return Method(
            evaluations,
            _seconds(lambda: differences(f, parameters, [PAGE_STEP] * count)),
            {h: error(differences(f, parameters, [h] * count)) for h in STEPS},
            error(differences(f, parameters, [scale * abs(x) for x in parameters])),
        )

    count = len(parameters)
    return Comparison(
        evaluation_seconds=_seconds(lambda: f(parameters)),
        forward=measured(forward_differences, count + 1, FORWARD_SCALE),
        central=measured(central_differences, 2 * count, CENTRAL_SCALE),
        exact=Method(1, _seconds(lambda: exact(parameters)), {}, error(exact(parameters)[1])),
    )


def _seconds(run: Callable[[], Any]) -> float:
    """The median time of a few runs."""
    times = []
    for _ in range(_REPETITIONS):
        begin = perf_counter()
        run()
        times.append(perf_counter() - begin)
    return median(times)
