"""Gradients of functions of numbers, one point at a time: ``python -m bench eager``.

The same Python function goes through every contender: it is called on the contender's numbers and
with the contender's sin, exp and log, then swept backward, and what it recorded is freed. The
baseline is that function on plain floats with ``math``: no derivative at all. References are
derivatives written by hand.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from . import long_chain
from .harness import Bench, Contender, MissingError, Task, Workload

# --- workloads ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Function(Workload):
    """A function of numbers, ``function(maths, *point)``, with its value and gradient by hand."""

    function: Callable[..., Any]
    point: tuple[float, ...]
    reference: Callable[..., tuple[float, tuple[float, ...]]]

    def task(self, run: Callable[[], Sequence[float]]) -> Task:
        return Task(run, self.reference(*self.point)[1])


CHAIN_ROUNDS = 2_000


def chain(maths: Any, x: Any, y: Any) -> Any:
    sin = maths.sin
    for _ in range(CHAIN_ROUNDS):
        x = x * y + 0.5
        y = sin(x) * 0.9 - y / (x * x + 1)
    return y


def chain_reference(x: float, y: float) -> tuple[float, tuple[float, float]]:
    dx, dy = (1.0, 0.0), (0.0, 1.0)
    for _ in range(CHAIN_ROUNDS):
        dx = dx[0] * y + x * dy[0], dx[1] * y + x * dy[1]
        x = x * y + 0.5
        bottom = x * x + 1
        along_x = math.cos(x) * 0.9 + y * 2 * x / bottom**2
        dy = along_x * dx[0] - dy[0] / bottom, along_x * dx[1] - dy[1] / bottom
        y = math.sin(x) * 0.9 - y / bottom
    return y, dy


def page(maths: Any, x1: Any, x2: Any) -> Any:
    return maths.log(x1 * x2 * (x1 + x2)) / (x1 - x2) ** 2


def page_reference(x1: float, x2: float) -> tuple[float, tuple[float, float]]:
    top, gap, total = math.log(x1 * x2 * (x1 + x2)), x1 - x2, x1 + x2
    slope = 2 * top / gap**3
    return top / gap**2, (
        (1 / x1 + 1 / total) / gap**2 - slope,
        (1 / x2 + 1 / total) / gap**2 + slope,
    )


FEATURES = (0.5, -1.2, 3.0, 0.7, -0.4, 1.9, -2.2, 0.1)


def logistic(maths: Any, *weights: Any) -> Any:
    margin = 0.25
    for weight, feature in zip(weights, FEATURES, strict=True):
        margin = weight * feature + margin
    return maths.log(maths.exp(-margin) + 1)


def logistic_reference(*weights: float) -> tuple[float, tuple[float, ...]]:
    margin = 0.25 + math.fsum(w * x for w, x in zip(weights, FEATURES, strict=True))
    slope = -1 / (1 + math.exp(margin))
    return math.log1p(math.exp(-margin)), tuple(slope * feature for feature in FEATURES)


COEFFICIENTS = (0.3, -1.1, 0.8, 2.5, -0.6, 0.9, -1.7, 0.2, 1.3, -0.5, 0.4)


def polynomial(maths: Any, x: Any) -> Any:
    total = x * COEFFICIENTS[-1] + COEFFICIENTS[-2]
    for coefficient in COEFFICIENTS[-3::-1]:
        total = total * x + coefficient
    return total


def polynomial_reference(x: float) -> tuple[float, tuple[float]]:
    terms = list(enumerate(COEFFICIENTS))
    return math.fsum(c * x**i for i, c in terms), (
        math.fsum(i * c * x ** (i - 1) for i, c in terms[1:]),
    )


WORKLOADS = (
    Function(
        "chain",
        "chain: x = x*y + 0.5; y = sin(x)*0.9 - y/(x*x + 1), 2,000 times",
        8 * CHAIN_ROUNDS,
        chain,
        (1.1, 0.7),
        chain_reference,
    ),
    Function(
        "page", "log(x1*x2*(x1 + x2))/(x1 - x2)**2 at (2, 10)", 7, page, (2.0, 10.0), page_reference
    ),
    Function(
        "logistic",
        "logistic loss of 8 weights",
        2 * len(FEATURES) + 4,
        logistic,
        (0.2, -0.1, 0.4, 0.3, -0.5, 0.1, 0.6, -0.3),
        logistic_reference,
    ),
    Function(
        "polynomial",
        "polynomial of degree 10, by Horner's rule",
        2 * (len(COEFFICIENTS) - 1),
        polynomial,
        (0.9,),
        polynomial_reference,
    ),
)


# --- contenders ---------------------------------------------------------------------------------


def plain_float() -> Callable[[Function], Task]:
    def task(workload: Function) -> Task:
        function, point = workload.function, workload.point
        return Task(lambda: (function(math, *point),), workload.reference(*point)[:1])

    return task


def chainrule_back() -> Callable[[Function], Task]:
    import chainrule as cr

    def task(workload: Function) -> Task:
        function = workload.function

        def run() -> list[float]:
            point = [cr.Var(number) for number in workload.point]
            function(cr, *point).back()
            return [number.grad for number in point]

        return workload.task(run)

    return task


def chainrule_native() -> Callable[[Function], Task]:
    _need_native()
    return chainrule_back()


def chainrule_function() -> Callable[[Function], Task]:
    _need_native()
    import chainrule as cr

    def task(workload: Function) -> Task:
        function = functools.partial(workload.function, cr)
        gradient = cr.value_and_grad(function, argnums=tuple(range(len(workload.point))))

        def run() -> tuple[float, ...]:
            derivatives: tuple[float, ...] = gradient(*workload.point)[1]
            return derivatives

        return workload.task(run)

    return task


def _need_native() -> None:
    import chainrule as cr

    if not cr.config().native:
        raise MissingError(f"no native build ({cr.config().plain_reason})")


def xad() -> Callable[[Function], Task]:
    import xad.adj_1st as adjoint  # ``from xad import`` gives a module of the same name, but raw
    import xad.math as xad_math

    tape = adjoint.Tape()  # one for all: a new one for each gradient costs 40 µs
    tape.activate()

    def task(workload: Function) -> Task:
        function = workload.function

        def run() -> list[float]:
            tape.clearAll()  # frees the last recording; newRecording() alone lets the tape grow
            point = [adjoint.Real(number) for number in workload.point]
            tape.registerInputs(point)
            tape.newRecording()
            result = function(xad_math, *point)
            tape.registerOutput(result)
            result.derivative = 1.0
            tape.computeAdjoints()
            return [number.derivative for number in point]

        return workload.task(run)

    return task


def micrograd() -> Callable[[Function], Task]:
    from micrograd.engine import Value

    def operation(
        function: Callable[[float], float], derivative: Callable[[float], float]
    ) -> Callable[[Any], Any]:
        def apply(operand: Any) -> Any:
            result = Value(function(operand.data), (operand,), function.__name__)

            def backward() -> None:
                operand.grad += derivative(operand.data) * result.grad

            result._backward = backward
            return result

        return apply

    maths = SimpleNamespace(
        sin=operation(math.sin, math.cos),
        exp=operation(math.exp, math.exp),
        log=operation(math.log, lambda number: 1 / number),
    )

    def task(workload: Function) -> Task:
        function = workload.function

        def run() -> list[float]:
            point = [Value(number) for number in workload.point]
            function(maths, *point).backward()
            return [number.grad for number in point]

        return workload.task(run)

    return task


def pytorch() -> Callable[[Function], Task]:
    import torch

    def task(workload: Function) -> Task:
        function = workload.function

        def run() -> list[float]:
            point = [
                torch.tensor(number, dtype=torch.float64, requires_grad=True)
                for number in workload.point
            ]
            gradient = torch.autograd.grad(function(torch, *point), point)
            return [number.item() for number in gradient]

        return workload.task(run)

    return task


def hips_autograd() -> Callable[[Function], Task]:
    import autograd
    import autograd.numpy as autograd_numpy

    def task(workload: Function) -> Task:
        function = functools.partial(workload.function, autograd_numpy)
        gradient = autograd.grad(function, tuple(range(len(workload.point))))
        return workload.task(lambda: gradient(*workload.point))

    return task


def mygrad() -> Callable[[Function], Task]:
    import mygrad as mg

    mg.turn_memory_guarding_off()

    def task(workload: Function) -> Task:
        function = workload.function

        def run() -> list[float]:
            point = [mg.tensor(number) for number in workload.point]
            function(mg, *point).backward()
            return [number.grad.item() for number in point]

        return workload.task(run)

    return task


def casadi() -> Callable[[Function], Task]:
    import casadi as ca

    def task(workload: Function) -> Task:
        function = workload.function

        def run() -> list[float]:
            point = [ca.SX.sym("x") for _ in workload.point]
            operands = ca.vertcat(*point)
            gradient = ca.gradient(function(ca, *point), operands)
            compiled = ca.Function("gradient", [operands], [gradient])
            derivatives: list[float] = compiled(workload.point).full().ravel().tolist()
            return derivatives

        return workload.task(run)

    return task


NATIVE = {"CHAINRULE_NATIVE": "1"}

CONTENDERS = (
    Contender("float", "the function alone, on plain floats with math", plain_float),
    Contender(
        "chainrule", "Var(...), back() in the native build", chainrule_native, "chainrule", NATIVE
    ),
    Contender(
        "chainrule-function",
        "value_and_grad(f) in the native build",
        chainrule_function,
        "chainrule",
        NATIVE,
    ),
    Contender(
        "chainrule-plain",
        "Var(...), back() in the plain-Python build",
        chainrule_back,
        "chainrule",
        {"CHAINRULE_NATIVE": "0"},
    ),
    Contender("xad", "one Tape, cleared for each gradient", xad, "xad"),
    Contender(
        "micrograd",
        "sin, exp, log added as closures; it recurses, so the recursion limit is raised",
        micrograd,
        "micrograd",
        recurses=True,
    ),
    Contender("torch", "float64 scalar tensors, autograd.grad()", pytorch, "torch"),
    Contender("autograd", "HIPS autograd, grad(f)", hips_autograd, "autograd"),
    Contender("mygrad", "tensor(...), backward(), memory guarding off", mygrad, "mygrad"),
    Contender(
        "casadi",
        "builds an SX graph and its gradient, then runs it once (MX is slower)",
        casadi,
        "casadi",
    ),
)


BENCH = Bench(
    name="eager",
    title="gradients of functions of numbers, one point at a time",
    workloads=WORKLOADS,
    contenders=CONTENDERS,
    baseline="float",
    subject="chainrule",
    epilogue=long_chain.lines,
)
