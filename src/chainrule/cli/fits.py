"""Nonlinear least squares with exact derivatives: SciPy's solver, then Newton's method.

SciPy's ``least_squares`` compares sums of squares, which stop telling two points apart when the
parameters agree to about half the digits of float64. Two steps of Newton's method with the exact
gradient and Hessian of the sum of squares find the rest.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np
from scipy.optimize import least_squares

import chainrule as cr

from .nist import CERTIFIED_DIGITS, DataSet, Model

NEWTON_STEPS = 2


@dataclass(frozen=True)
class Fit:
    """What a fit found from one starting point, and what it took; times in seconds."""

    start: tuple[float, ...]
    #: Where ``least_squares`` stopped, and where the steps of Newton's method led from there.
    solver_parameters: tuple[float, ...]
    parameters: tuple[float, ...]
    sum_of_squares: float
    evaluations: int
    jacobians: int
    #: The median time of one Jacobian.
    jacobian_seconds: float
    solver_seconds: float
    newton_seconds: float


def residuals(model: Model, data: DataSet, parameters: Sequence[Any]) -> list[Any]:
    """How far the model is from each observation."""
    return [model(parameters, x) - y for x, y in zip(data.x, data.y, strict=True)]


def fit(model: Model, data: DataSet, start: Sequence[float]) -> Fit:
    """Fit a model to a set of data from a starting point."""

    def residuals_at(parameters: Any) -> list[Any]:
        return residuals(model, data, parameters)

    def sum_of_squares(parameters: Any) -> Any:
        return sum(residual**2 for residual in residuals_at(parameters))

    evaluation = _Timed(residuals_at)
    jacobian = _Timed(cr.jacobian(residuals_at))
    epsilon = float(np.finfo(float).eps)
    begin = perf_counter()
    solution = least_squares(
        lambda parameters: evaluation(parameters.tolist()),
        start,
        lambda parameters: np.array(jacobian(parameters.tolist())),
        method="lm",
        x_scale="jac",
        ftol=epsilon,
        xtol=epsilon,
        gtol=epsilon,
    )
    solved = perf_counter()
    parameters = solution.x
    for _ in range(NEWTON_STEPS):
        parameters = parameters + _newton_step(sum_of_squares, parameters.tolist())
    end = perf_counter()
    return Fit(
        start=tuple(start),
        solver_parameters=tuple(solution.x.tolist()),
        parameters=tuple(parameters.tolist()),
        sum_of_squares=sum_of_squares(parameters.tolist()),
        evaluations=len(evaluation.seconds),
        jacobians=len(jacobian.seconds),
        jacobian_seconds=median(jacobian.seconds),
        solver_seconds=solved - begin,
        newton_seconds=end - solved,
    )


def _newton_step(f: Callable[[Any], Any], parameters: list[float]) -> Any:
    """The step to where the gradient of f vanishes, as far as its second derivatives tell."""
    gradient = np.array(cr.grad(f)(parameters))
    hessian = np.array(cr.hessian(f)(parameters))
    # Parameters differ by many orders of magnitude; in these units the diagonal is 1.
    scale = 1 / np.sqrt(np.abs(np.diag(hessian)))
    return -scale * np.linalg.solve(hessian * np.outer(scale, scale), gradient * scale)


class _Timed:
    """A function that remembers how many seconds each of its calls took."""

    def __init__(self, f: Callable[[Any], Any]) -> None:
        self.f = f
        self.seconds: list[float] = []

    def __call__(self, argument: Any) -> Any:
        begin = perf_counter()
        result = self.f(argument)
        self.seconds.append(perf_counter() - begin)
        return result


def agreeing_digits(computed: float, certified: float) -> float:
    """NIST's log relative error: how many significant digits agree, at most those certified."""
    error = abs(computed - certified) / abs(certified)
    if error == 0.0:
        return float(CERTIFIED_DIGITS)
    if not math.isfinite(error):
        return 0.0
    return min(max(-math.log10(error), 0.0), float(CERTIFIED_DIGITS))
