"""Numbers summed over large arrays, and their gradients: ``python -m bench reduce``.

A fit, a softmax, a layer norm, a variance, from plain NumPy source (``reductions.py``), and a step
of training (``training.py``). Fresh results and results into arrays that are there already
(``-out``) stand apart.
"""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from . import c_loops, peers, reductions, training
from .harness import THREADS, Bench, Contender, MissingError, Task
from .pointwise import aligned
from .reductions import EPSILON, Reduction
from .training import Training

Prepared = Callable[[Reduction | Training], Task]


def chainrule(out: bool = False) -> Prepared:
    import chainrule as cr

    def task(workload: Reduction | Training) -> Task:
        if isinstance(workload, Training):
            return training.chainrule(workload, out)
        parameters, data = workload.inputs()
        loss, compiled_for, integers = workload.loss, _floating(data), _integers(data)

        def function(parameters: Sequence[Any], *data: Any) -> Any:
            return loss(np, parameters, *data, *integers)

        compiled = cr.jit(cr.value_and_grad(function))
        given = tuple(parameters)
        places = (None, tuple(_like(array) for array in parameters)) if out else None

        def run() -> Sequence[Any]:
            value, derivatives = compiled(given, *compiled_for, out=places)
            return value, *derivatives

        return workload.task(run)

    return task


def _sums(workload: Reduction | Training) -> Reduction:
    """The workload, for a contender that does no training."""
    if isinstance(workload, Training):
        raise MissingError("PyTorch as users write it is what a training step is held against")
    return workload


def _floating(data: Sequence[Any]) -> list[Any]:
    return [array for array in data if array.dtype.kind == "f"]


def _integers(data: Sequence[Any]) -> list[Any]:
    """Labels: no numbers to compute with, so functions close over them."""
    return [array for array in data if array.dtype.kind != "f"]


def drjit() -> Prepared:
    dr, differentiable, note = peers.drjit_llvm()

    def task(workload: Reduction | Training) -> Task:
        workload = _sums(workload)
        parameters, data = workload.inputs()
        if any(array.ndim > 1 for array in parameters):
            raise MissingError("no sums along rows")
        variables = [differentiable.Float64(np.atleast_1d(array)) for array in parameters]
        constants = [differentiable.Float64(array) for array in data]
        dr.eval(*variables, *constants)

        def run() -> Sequence[Any]:
            return peers.drjit_gradient(
                dr, lambda: workload.loss(dr, variables, *constants), variables
            )

        return workload.task(run, note)

    return task


def jax() -> Prepared:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    def task(workload: Reduction | Training) -> Task:
        workload = _sums(workload)
        parameters, data = (tuple(map(jnp.asarray, arrays)) for arrays in workload.inputs())
        compiled = jax.jit(jax.value_and_grad(functools.partial(workload.loss, jnp)))

        def run() -> Sequence[Any]:
            value, derivatives = jax.block_until_ready(compiled(parameters, *data))
            return value, *derivatives

        return workload.task(run)

    return task


def torch(compiles: bool = True) -> Prepared:
    import torch

    torch.set_num_threads(THREADS)

    def along(reduction: Callable[..., Any], everything: Callable[..., Any]) -> Callable[..., Any]:
        def reduced(x: Any, axis: int | None = None, keepdims: bool = False) -> Any:
            return everything(x) if axis is None else reduction(x, dim=axis, keepdim=keepdims)

        return reduced

    maths = SimpleNamespace(
        exp=torch.exp,
        log=torch.log,
        sqrt=torch.sqrt,
        max=along(torch.amax, torch.amax),
        sum=along(torch.sum, torch.sum),
        mean=along(torch.mean, torch.mean),
    )

    def task(workload: Reduction | Training) -> Task:
        if isinstance(workload, Training) and not compiles:
            return training.torch(workload)
        workload = _sums(workload)
        loss = workload.loss
        parameters, data = (
            tuple(map(torch.from_numpy, map(np.asarray, arrays))) for arrays in workload.inputs()
        )

        def function(parameters: Sequence[Any], *data: Any) -> Any:
            return loss(maths, parameters, *data)

        gradient = torch.func.grad_and_value(function)
        compiled = torch.compile(gradient) if compiles else gradient

        def run() -> Sequence[Any]:
            derivatives, value = compiled(parameters, *data)
            return value, *derivatives

        return workload.task(run)

    return task


def c_loop() -> Prepared:
    def task(workload: Reduction | Training) -> Task:
        workload = _sums(workload)
        parameters, data = workload.inputs()
        function = getattr(c_loops.build("reduce.c"), workload.c_name)
        function.restype = None
        outputs = [np.zeros(1), *(_like(array) for array in parameters)]
        shape = parameters[0].shape or data[0].shape
        arguments: list[Any] = [ctypes.c_long(size) for size in shape]
        if workload.c_name == "fit":
            together = np.zeros(4)
            outputs = list(together.reshape(4, 1))
            given = [np.array(parameters), *data, together]
        else:
            if workload.c_name == "layer_norm":
                arguments.append(ctypes.c_double(EPSILON))
            given = [*parameters, *data, *outputs]
        arguments += c_loops.pointers(given)

        def run() -> Sequence[Any]:
            function(*arguments)
            return outputs

        return workload.task(run)

    return task


def _like(array: Any) -> Any:
    return aligned(array.size, array.dtype.name).reshape(array.shape)


def moving_bytes() -> Prepared:
    def task(workload: Reduction | Training) -> Task:
        workload = _sums(workload)
        parameters, data = workload.inputs()
        size = max(array.size for array in (*parameters, *data))
        outputs = [_like(array) for array in parameters if array.size == size]
        return c_loops.moving(
            [array for array in (*parameters, *data) if array.size == size], outputs
        )

    return task


BENCH = Bench(
    name="reduce",
    title="sums over large arrays and their gradients, from plain NumPy source",
    workloads=(*reductions.WORKLOADS, *training.WORKLOADS),
    contenders=(
        Contender("chainrule", "jit(value_and_grad(loss))", chainrule, "chainrule", peers.NO_CACHE),
        Contender(
            "chainrule-out",
            "the same, with out=: gradients, and in training weights and momenta in place",
            functools.partial(chainrule, out=True),
            "chainrule",
            peers.NO_CACHE,
        ),
        Contender("drjit", "LLVM backend, reverse mode", drjit, "drjit"),
        Contender("jax", "jit(value_and_grad(loss))", jax, "jax"),
        Contender(
            "torch",
            "torch.compile(torch.func.grad_and_value(loss))",
            torch,
            "torch",
            peers.NO_INDUCTOR_CACHE,
        ),
        Contender(
            "torch-eager",
            "torch.func.grad_and_value(loss); in training nn.Sequential, backward() and SGD.step()",
            functools.partial(torch, compiles=False),
            "torch",
        ),
        Contender("c", f"both sweeps by hand: {c_loops.HOW}", c_loop),
        Contender("bytes", "moving the same bytes alone, in C, past the cache", moving_bytes),
    ),
    baseline="chainrule",
    subject="chainrule",
    unit="ns/element",
    apart=True,
)
