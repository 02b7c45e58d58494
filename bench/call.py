"""One point: the time of a call that gives value and gradient: ``python -m bench call``.

The page's function at (2, 10), beside the same function alone on plain floats with no derivative.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import peers
from .harness import Bench, Contender, Task
from .points import page
from .pointwise import Pointwise

POINT = (2.0, 10.0)

Prepared = Callable[[Pointwise], Task]


def nested(workload: Pointwise, run: Callable[[], Any]) -> Task:
    """A call whose result is the value and the derivatives, timed as it is."""
    return Task(run, (), errors=lambda result: workload.errors((result[0], *np.ravel(result[1]))))


def plain_float() -> Prepared:
    def task(workload: Pointwise) -> Task:
        function, (x1, x2) = workload.function, POINT
        return Task(lambda: (function(math, x1, x2),), [workload.references[0].high[0]])

    return task


def chainrule() -> Prepared:
    import chainrule as cr

    def task(workload: Pointwise) -> Task:
        function = functools.partial(workload.function, cr)
        compiled = cr.jit(cr.value_and_grad(function, argnums=(0, 1)))
        return nested(workload, functools.partial(compiled, *POINT))

    return task


def heyoka() -> Prepared:
    import heyoka as hy

    def task(workload: Pointwise) -> Task:
        variables = hy.make_vars("x1", "x2")
        value = workload.function(hy, *variables)
        gradient = hy.diff_tensors([value], diff_args=variables, diff_order=1).gradient
        compiled = hy.cfunc([value, *gradient], vars=variables)
        inputs, outputs = np.array(POINT), np.zeros(3)
        return workload.task(functools.partial(compiled, inputs, outputs=outputs))

    return task


def casadi() -> Prepared:
    import casadi as ca

    def task(workload: Pointwise) -> Task:
        symbols = ca.SX.sym("x1"), ca.SX.sym("x2")
        value = workload.function(ca, *symbols)
        gradient = [ca.gradient(value, symbol) for symbol in symbols]
        function = ca.Function("gradient", symbols, [value, *gradient])
        return workload.task(functools.partial(function, *POINT))

    return task


def jax() -> Prepared:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def task(workload: Pointwise) -> Task:
        maths = SimpleNamespace(log=jnp.log)
        gradient = jax.value_and_grad(functools.partial(workload.function, maths), argnums=(0, 1))
        compiled = jax.jit(gradient)
        return nested(workload, lambda: jax.block_until_ready(compiled(*POINT)))

    return task


def ddx() -> Prepared:
    import ddx

    def task(workload: Pointwise) -> Task:
        def model() -> Any:
            return workload.function(ddx, ddx.var("x1"), ddx.var("x2"))

        equation = ddx.equation(model)
        equation.compile(points=1, cache_dir="")
        point = np.array(POINT)
        return nested(workload, functools.partial(equation.jacobian, point))

    return task


BENCH = Bench(
    name="call",
    title="value and gradient at one point, by the call",
    workloads=(
        Pointwise(
            "page",
            "log(x1*x2*(x1 + x2))/(x1 - x2)**2 and its gradient at (2, 10)",
            1,
            page,
            tuple((number, number) for number in POINT),
            1,
        ),
    ),
    contenders=(
        Contender(
            "chainrule", "jit(value_and_grad(f))(2.0, 10.0)", chainrule, "chainrule", peers.NO_CACHE
        ),
        Contender("heyoka", "cfunc, outputs=", heyoka, "heyoka"),
        Contender("casadi", "SX Function of two numbers", casadi, "casadi"),
        Contender("jax", "jit(value_and_grad(f)), until ready", jax, "jax"),
        peers.TORCH,
        Contender(
            "ddx", "ddx-ad: equation.compile().jacobian()", ddx, "ddx", distribution="ddx-ad"
        ),
        Contender("float", "f alone, on plain floats with math: no gradient", plain_float),
    ),
    baseline="chainrule",
    subject="chainrule",
    unit="µs/call",
    units_a_second=1e6,
    apart=True,
)
