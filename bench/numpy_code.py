"""NumPy code, unchanged: the models of ``examples/``, eager and jitted: ``python -m bench numpy``.

Value and gradient of five functions that import NumPy and nothing else. chainrule runs them as they
are, eagerly and under ``jit``. autograd runs them with its own copy of NumPy in place of NumPy, and
JAX too where it can; what has to be written anew for JAX or PyTorch is in ``rewritten_jax.py`` and
``rewritten_torch.py``. The baseline is the function alone, with no derivative. Results are checked
against the complex step before anything is timed.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from .arrays import flat
from .harness import THREADS, Bench, Contender, MissingError, Task, Workload


@dataclass(frozen=True)
class Example(Workload):
    """A function of a module in ``examples/``, and what it is called with."""

    module: str
    function: str
    #: ``arguments(module)``, made by NumPy; it is differentiated in the first ``count`` of them.
    arguments: Callable[[Any], Sequence[Any]]
    count: int
    expected: list[float] = field(default_factory=list)

    def load(self) -> ModuleType:
        return importlib.import_module(f"examples.{self.module}")

    def of(self, module: Any) -> tuple[Callable[..., Any], list[Any], list[Any]]:
        """The function, the arguments in which it is differentiated, and its data."""
        arguments = list(self.arguments(self.load()))
        function = getattr(module, self.function)
        return function, arguments[: self.count], arguments[self.count :]

    def prepare(self) -> None:
        """The value, and the gradient by complex step."""
        from examples.complex_step import complex_step

        function, unknowns, data = self.of(self.load())
        derivatives = complex_step(lambda *x: function(*x, *data), *unknowns)
        self.expected[:] = [function(*unknowns, *data), *flat(derivatives)]

    def task(self, run: Callable[[], Sequence[Any]], note: str = "") -> Task:
        largest = max(map(abs, self.expected[1:]))
        return Task(
            run, self.expected, 1e-7, absolute=1e-9 * largest, numbers=_value_first, note=note
        )


def _value_first(result: Sequence[Any]) -> list[float]:
    """The value, then all elements of all derivatives."""
    value, derivatives = result
    return [float(value), *flat(derivatives)]


def _assumptions(module: Any) -> Sequence[Any]:
    numbers: list[float] = module.TODAY.tolist()
    return numbers


def _drive(module: Any) -> Sequence[Any]:
    return module.GUESS, *module.drive()


def _experiment(module: Any) -> Sequence[Any]:
    layers, start, readings = module.experiment()
    return layers, start, readings


def _measurements(module: Any) -> Sequence[Any]:
    return module.GUESS, *module.measurements()


def _pictures(module: Any) -> Sequence[Any]:
    cameras, points, *data = module.pictures()
    return cameras, points, *data


WORKLOADS = (
    Example(
        "life", "life table: premium of an insurance, 75 years in a loop over numbers", 1,
        "life_table", "premium", _assumptions, 4,
    ),
    Example(
        "kalman", "extended Kalman filter, 100 steps of 4 states and 3 measurements", 1,
        "kalman_filter", "negative_log_likelihood",
        _drive, 1,
    ),
    Example(
        "heat", "heat equation, 40 cells, 200 steps with slices and assignment", 1,
        "heat_equation", "misfit", _experiment, 2,
    ),
    Example(
        "process", "Gaussian process, 60 measurements, 6 hyperparameters", 1,
        "gaussian_process", "negative_log_likelihood",
        _measurements, 1,
    ),
    Example(
        "bundle", "bundle adjustment, 6 cameras, 40 points, 187 sightings", 1,
        "bundle_adjustment", "cost", _pictures, 2,
    ),
)  # fmt: skip

# --- contenders ---------------------------------------------------------------------------------

Prepared = Callable[[Example], Task]


def alone() -> Prepared:
    def task(workload: Example) -> Task:
        function, unknowns, data = workload.of(workload.load())
        return Task(lambda: (function(*unknowns, *data),), workload.expected[:1], 1e-7)

    return task


def chainrule(jitted: bool = False) -> Prepared:
    import chainrule as cr

    if not cr.config().native:
        raise MissingError(f"no native build ({cr.config().plain_reason})")

    def task(workload: Example) -> Task:
        function, unknowns, data = workload.of(workload.load())
        gradient = cr.value_and_grad(function, argnums=tuple(range(workload.count)))
        if jitted:
            gradient = cr.jit(gradient)
        return workload.task(lambda: gradient(*unknowns, *data))

    return task


def chainrule_jitted() -> Prepared:
    return chainrule(jitted=True)


def hips_autograd() -> Prepared:
    import autograd
    import autograd.numpy as anp

    def block(rows: Any) -> Any:
        return anp.array(rows)

    anp.block = block  # autograd's own takes plain arrays alone

    def task(workload: Example) -> Task:
        module = workload.load()
        function, unknowns, data = workload.of(module)
        setattr(module, "np", anp)  # noqa: B010
        gradient = autograd.value_and_grad(function, argnum=list(range(workload.count)))
        return workload.task(lambda: gradient(*unknowns, *data))

    return task


def pytorch() -> Prepared:
    import torch

    from . import rewritten_torch

    torch.set_num_threads(THREADS)

    def task(workload: Example) -> Task:
        _, unknowns, data = workload.of(workload.load())
        function = getattr(rewritten_torch, workload.module)
        leaves = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in unknowns]
        tensors = [torch.tensor(x) for x in data]

        def run() -> Sequence[Any]:
            value = function(*leaves, *tensors)
            return value.detach(), torch.autograd.grad(value, leaves)

        return workload.task(run)

    return task


def jax_jitted() -> Prepared:
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    from . import rewritten_jax

    def task(workload: Example) -> Task:
        module = workload.load()
        _, unknowns, data = workload.of(module)
        setattr(module, "np", jnp)  # noqa: B010, a module has no such name for the checker
        function = getattr(rewritten_jax, workload.module, None)
        note = ""
        if function is None:
            function = getattr(module, workload.function)
        else:
            note = f"{workload.name} written anew"
        unknowns, data = jax.tree.map(jnp.asarray, (unknowns, data))
        gradient = jax.jit(jax.value_and_grad(function, argnums=tuple(range(workload.count))))

        def run() -> Sequence[Any]:
            result: Sequence[Any] = jax.block_until_ready(gradient(*unknowns, *data))
            return result

        return workload.task(run, note)

    return task


CONTENDERS = (
    Contender("numpy", "the function alone, with no derivative", alone, "numpy"),
    Contender("chainrule", "value_and_grad(f), eager", chainrule, "chainrule"),
    Contender("chainrule-jit", "jit(value_and_grad(f))", chainrule_jitted, "chainrule"),
    Contender("autograd", "HIPS autograd, value_and_grad(f)", hips_autograd, "autograd"),
    Contender("torch", "PyTorch eager, autograd.grad(), all written anew", pytorch, "torch"),
    Contender("jax", "jit(value_and_grad(f)), until ready", jax_jitted, "jax"),
)

BENCH = Bench(
    name="numpy",
    title="NumPy code, unchanged: value and gradient",
    workloads=WORKLOADS,
    contenders=CONTENDERS,
    baseline="numpy",
    subject="chainrule",
    unit="µs/call",
    units_a_second=1e6,
)
