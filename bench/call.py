"""The time of a single call: ``python -m bench call``.

Value and gradient of the page's function at (2, 10), beside the same function alone on plain
floats with no derivative; and of arrays of 10 elements an expression, and a loss with its gradient,
beside NumPy, which is given the gradient by hand. What is computed is nothing beside the call.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import peers
from .harness import Bench, Contender, MissingError, Task, Workload
from .points import page
from .pointwise import Pointwise

POINT = (2.0, 10.0)

Prepared = Callable[[Any], Task]
ELEMENTS = 10


@dataclasses.dataclass(frozen=True)
class Small(Workload):
    """A function of small arrays; where ``by_hand`` is given, its value and gradient.

    ``by_hand(*arrays)`` is NumPy's value and the derivatives in all arguments.
    """

    function: Callable[..., Any]
    arity: int
    by_hand: Callable[..., tuple[Any, ...]] | None = None

    def arrays(self) -> list[Any]:
        generator = np.random.default_rng(5)
        return [generator.uniform(0.5, 1.5, ELEMENTS) for _ in range(self.arity)]

    @property
    def argnums(self) -> tuple[int, ...]:
        return tuple(range(self.arity))

    def by_numpy(self) -> Callable[..., Any]:
        return self.by_hand or functools.partial(self.function, np)

    def task(self, run: Callable[[], Any]) -> Task:
        return Task(run, numbers_of(self.by_numpy()(*self.arrays())), numbers=numbers_of)


def numbers_of(result: Any) -> list[float]:
    """All numbers of nested results, in order."""
    if isinstance(result, tuple | list):
        return [number for part in result for number in numbers_of(part)]
    return [float(number) for number in np.ravel(np.asarray(result))]


def expression(maths: Any, x: Any, y: Any) -> Any:
    return x * x + y


def loss(maths: Any, x: Any, y: Any) -> Any:
    return maths.sum((maths.exp(-x) - y) ** 2)


def loss_by_hand(x: Any, y: Any) -> tuple[Any, ...]:
    model = np.exp(-x)
    off = model - y
    return np.sum(off * off), -2.0 * off * model, -2.0 * off


def nested(workload: Pointwise, run: Callable[[], Any]) -> Task:
    """A call whose result is the value and the derivatives, timed as it is."""
    return Task(run, (), errors=lambda result: workload.errors((result[0], *np.ravel(result[1]))))


def of_numbers(workload: Workload) -> Pointwise:
    if not isinstance(workload, Pointwise):
        raise MissingError("its functions are of numbers")
    return workload


def torch() -> Prepared:
    of_points = peers.torch()

    def task(workload: Any) -> Task:
        return of_points(of_numbers(workload))

    return task


def plain_float() -> Prepared:
    def task(workload: Any) -> Task:
        function, (x1, x2) = of_numbers(workload).function, POINT
        return Task(lambda: (function(math, x1, x2),), [workload.references[0].high[0]])

    return task


def chainrule() -> Prepared:
    import chainrule as cr

    def task(workload: Any) -> Task:
        function: Callable[..., Any] = functools.partial(workload.function, cr)
        if isinstance(workload, Small):
            if workload.by_hand is not None:
                function = cr.value_and_grad(function, argnums=workload.argnums)
            small: Small = workload
            return small.task(functools.partial(cr.jit(function), *small.arrays()))
        compiled = cr.jit(cr.value_and_grad(function, argnums=(0, 1)))
        return nested(workload, functools.partial(compiled, *POINT))

    return task


def numpy() -> Prepared:
    def task(workload: Any) -> Task:
        if not isinstance(workload, Small):
            raise MissingError("is for arrays")
        small: Small = workload
        return small.task(functools.partial(small.by_numpy(), *small.arrays()))

    return task


def heyoka() -> Prepared:
    import heyoka as hy

    def task(given: Any) -> Task:
        workload = of_numbers(given)
        variables = hy.make_vars("x1", "x2")
        value = workload.function(hy, *variables)
        gradient = hy.diff_tensors([value], diff_args=variables, diff_order=1).gradient
        compiled = hy.cfunc([value, *gradient], vars=variables)
        inputs, outputs = np.array(POINT), np.zeros(3)
        return workload.task(functools.partial(compiled, inputs, outputs=outputs))

    return task


def casadi() -> Prepared:
    import casadi as ca

    def task(given: Any) -> Task:
        workload = of_numbers(given)
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

    def task(workload: Any) -> Task:
        maths = SimpleNamespace(log=jnp.log, exp=jnp.exp, sum=jnp.sum)
        if isinstance(workload, Small):
            function = functools.partial(workload.function, maths)
            if workload.by_hand is not None:
                function = jax.value_and_grad(function, argnums=workload.argnums)
            compiled, arrays = jax.jit(function), list(map(jnp.asarray, workload.arrays()))
            return workload.task(lambda: jax.block_until_ready(compiled(*arrays)))
        gradient = jax.value_and_grad(functools.partial(workload.function, maths), argnums=(0, 1))
        compiled = jax.jit(gradient)
        return nested(workload, lambda: jax.block_until_ready(compiled(*POINT)))

    return task


def ddx() -> Prepared:
    import ddx

    def task(given: Any) -> Task:
        workload = of_numbers(given)

        def model() -> Any:
            return workload.function(ddx, ddx.var("x1"), ddx.var("x2"))

        equation = ddx.equation(model)
        equation.compile(points=1, cache_dir="")
        point = np.array(POINT)
        return nested(workload, functools.partial(equation.jacobian, point))

    return task


BENCH = Bench(
    name="call",
    title="single calls: one point, arrays of 10 elements",
    workloads=(
        Pointwise(
            "page",
            "log(x1*x2*(x1 + x2))/(x1 - x2)**2 and its gradient at (2, 10)",
            1,
            page,
            tuple((number, number) for number in POINT),
            1,
        ),
        Small("expression", f"x*x + y, arrays of {ELEMENTS} elements", 1, expression, 2),
        Small(
            "loss",
            f"sum((exp(-x) - y)**2) and its gradient, arrays of {ELEMENTS} elements",
            1,
            loss,
            2,
            loss_by_hand,
        ),
    ),
    contenders=(
        Contender(
            "chainrule", "jit(f) or jit(value_and_grad(f))", chainrule, "chainrule", peers.NO_CACHE
        ),
        Contender("heyoka", "cfunc, outputs=", heyoka, "heyoka"),
        Contender("casadi", "SX Function of two numbers", casadi, "casadi"),
        Contender("jax", "jit(f) or jit(value_and_grad(f)), until ready", jax, "jax"),
        dataclasses.replace(peers.TORCH, prepare=torch),
        Contender(
            "ddx", "ddx-ad: equation.compile().jacobian()", ddx, "ddx", distribution="ddx-ad"
        ),
        Contender("numpy", "term by term, the gradient by hand", numpy, "numpy"),
        Contender("float", "f alone, on plain floats with math: no gradient", plain_float),
    ),
    baseline="chainrule",
    subject="chainrule",
    unit="µs/call",
    units_a_second=1e6,
    apart=True,
)
