"""Eager arrays, forward and backward: ``python -m bench arrays``.

Single operations on 1 element and on 10**6 (``array_operations.py``), and three small models. The
same function goes through every contender, on its own arrays (float64) and with its own exp, log
and so on; what it recorded is freed. The baseline is NumPy: on 1 element the forward call alone,
with no derivative; elsewhere value and gradient written by hand. All gradients are checked against
those before anything is timed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from .array_operations import OPERATIONS, Array, Operation, differentiated
from .harness import Bench, Contender, MissingError, Task, Workload

# --- workloads ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Model(Workload):
    """``loss(maths, parameters, *data)``: a number, and its gradient in each parameter.

    ``gradient(parameters, *data)`` is the loss and the derivatives by hand.
    """

    loss: Callable[..., Array]
    gradient: Callable[..., tuple[Array, ...]]
    make: Callable[[], tuple[list[Array], list[Array]]]

    def task(self, run: Callable[[], Sequence[Array]]) -> Task:
        parameters, data = self.make()
        numbers = flat(self.gradient(parameters, *data))
        return Task(run, numbers, absolute=1e-9 * max(map(abs, numbers)), numbers=flat)


def flat(arrays: Sequence[Array]) -> list[float]:
    """All elements of all arrays, in order."""
    return [float(x) for array in arrays for x in np.ravel(np.asarray(array))]


def logistic_loss(maths: Any, parameters: Sequence[Array], x: Array, sign: Array) -> Array:
    weights, bias = parameters
    margin = (x @ weights + bias) * sign
    return maths.sum(maths.log(maths.exp(-margin) + 1))


def logistic_gradient(parameters: Sequence[Array], x: Array, sign: Array) -> tuple[Array, ...]:
    weights, bias = parameters
    inverse = np.exp(-(x @ weights + bias) * sign)
    slope = -sign * inverse / (inverse + 1)
    return np.sum(np.log(inverse + 1)), x.T @ slope, np.sum(slope, keepdims=True)


def make_logistic() -> tuple[list[Array], list[Array]]:
    generator = np.random.default_rng(1)
    x = generator.normal(size=(1000, 20))
    sign = np.where(generator.random(1000) < 0.5, -1.0, 1.0)
    return [0.1 * generator.normal(size=20), np.array([0.2])], [x, sign]


def mixture_loss(maths: Any, parameters: Sequence[Array], x: Array) -> Array:
    weights, means, log_precisions = parameters
    z = (x - means) * maths.exp(log_precisions)
    terms = weights + maths.sum(log_precisions, 1) - 0.5 * maths.sum(z * z, 2)
    return maths.sum(maths.logsumexp(terms, 1)) - maths.logsumexp(weights, 0) * POINTS


def _logsumexp(x: Array, axis: int) -> Array:
    top = np.max(x, axis, keepdims=True)
    return np.log(np.sum(np.exp(x - top), axis)) + np.squeeze(top, axis)


def mixture_gradient(parameters: Sequence[Array], x: Array) -> tuple[Array, ...]:
    weights, means, log_precisions = parameters
    precisions = np.exp(log_precisions)
    z = (x - means) * precisions
    terms = weights + np.sum(log_precisions, 1) - 0.5 * np.sum(z * z, 2)
    likelihoods, whole = _logsumexp(terms, 1), _logsumexp(weights, 0)
    shares = np.exp(terms - likelihoods[:, None])
    return (
        np.sum(likelihoods) - whole * POINTS,
        np.sum(shares, 0) - POINTS * np.exp(weights - whole),
        np.sum(shares[:, :, None] * z, 0) * precisions,
        np.sum(shares[:, :, None] * (1 - z * z), 0),
    )


POINTS, COMPONENTS = 1000, 5


def make_mixture() -> tuple[list[Array], list[Array]]:
    generator = np.random.default_rng(2)
    parameters = [
        generator.normal(size=COMPONENTS),
        generator.normal(size=(COMPONENTS, 2)),
        0.3 * generator.normal(size=(COMPONENTS, 2)),
    ]
    return parameters, [generator.normal(size=(POINTS, 1, 2))]


BATCH = 32


def network_loss(maths: Any, parameters: Sequence[Array], x: Array, labels: Array) -> Array:
    first, first_bias, second, second_bias = parameters
    hidden = maths.tanh(x @ first + first_bias)
    scores = hidden @ second + second_bias
    return maths.sum(maths.logsumexp(scores, 1) - maths.sum(scores * labels, 1)) / BATCH


def network_gradient(parameters: Sequence[Array], x: Array, labels: Array) -> tuple[Array, ...]:
    first, first_bias, second, second_bias = parameters
    hidden = np.tanh(x @ first + first_bias)
    scores = hidden @ second + second_bias
    whole = _logsumexp(scores, 1)
    slope = (np.exp(scores - whole[:, None]) - labels) / BATCH
    inner = slope @ second.T * (1 - hidden * hidden)
    loss = np.sum(whole - np.sum(scores * labels, 1)) / BATCH
    return loss, x.T @ inner, np.sum(inner, 0), hidden.T @ slope, np.sum(slope, 0)


def make_network() -> tuple[list[Array], list[Array]]:
    generator = np.random.default_rng(3)
    shapes = ((64, 128), (128,), (128, 10), (10,))
    parameters = [0.1 * generator.normal(size=shape) for shape in shapes]
    labels = np.eye(10)[generator.integers(0, 10, BATCH)]
    return parameters, [generator.normal(size=(BATCH, 64)), labels]


WORKLOADS: tuple[Operation | Model, ...] = (
    *OPERATIONS,
    Model(
        "logistic", "logistic regression, 1,000 x 20", 8, logistic_loss, logistic_gradient,
        make_logistic,
    ),
    Model(
        "mixture", f"Gaussian mixture, {POINTS:,} points, {COMPONENTS} components", 14,
        mixture_loss, mixture_gradient, make_mixture,
    ),
    Model(
        "network", f"dense network 64-128-10, batch of {BATCH}", 11, network_loss,
        network_gradient, make_network,
    ),
)  # fmt: skip


# --- contenders ---------------------------------------------------------------------------------

Prepared = Callable[[Any], Task]


def by_hand() -> Prepared:
    def task(workload: Operation | Model) -> Task:
        if isinstance(workload, Model):
            gradient = workload.gradient
            parameters, data = workload.make()
            return workload.task(lambda: gradient(parameters, *data))
        if workload.is_small:
            return Task(workload.by_hand(), (), errors=lambda result: None)
        return workload.task(workload.by_hand())

    return task


def chainrule() -> Prepared:
    import chainrule as cr

    def task(workload: Operation | Model) -> Task:
        if isinstance(workload, Operation):
            return workload.task(differentiated(cr, workload))
        parameters, data = workload.make()
        loss = workload.loss
        gradient = cr.value_and_grad(lambda parameters: loss(cr, parameters, *data))

        def run() -> Sequence[Array]:
            value, derivatives = gradient(parameters)
            return value, *derivatives

        return workload.task(run)

    return task


def chainrule_native() -> Prepared:
    import chainrule as cr

    if not cr.config().native:
        raise MissingError(f"no native build ({cr.config().plain_reason})")
    return chainrule()


def hips_autograd() -> Prepared:
    import autograd
    import autograd.numpy as anp
    from autograd.core import make_vjp
    from autograd.scipy.special import logsumexp

    maths = SimpleNamespace(**vars(anp), logsumexp=logsumexp)

    def task(workload: Operation | Model) -> Task:
        if isinstance(workload, Model):
            parameters, data = workload.make()
            loss = workload.loss
            gradient = autograd.value_and_grad(lambda parameters: loss(maths, parameters, *data))

            def run_model() -> Sequence[Array]:
                value, derivatives = gradient(parameters)
                return value, *derivatives

            return workload.task(run_model)
        function, operands = workload.function, tuple(workload.operands())
        cotangent = workload.cotangent()

        def run() -> Sequence[Array]:
            pullback, _ = make_vjp(lambda operands: function(maths, *operands), operands)
            derivatives: tuple[Array, ...] = pullback(cotangent)
            return derivatives

        return workload.task(run)

    return task


def pytorch() -> Prepared:
    import torch

    maths = torch
    wanted = torch.autograd.grad

    def leaf(array: Array) -> Array:
        return torch.tensor(array, requires_grad=True)

    def task(workload: Operation | Model) -> Task:
        if isinstance(workload, Model):
            parameters, data = workload.make()
            leaves, tensors = [leaf(p) for p in parameters], [torch.tensor(d) for d in data]
            loss = workload.loss

            def run_model() -> Sequence[Array]:
                value = loss(maths, leaves, *tensors)
                derivatives = wanted(value, leaves)
                return value.detach(), *derivatives

            return workload.task(run_model)
        function, leaves = workload.function, [leaf(operand) for operand in workload.operands()]
        cotangent = torch.tensor(workload.cotangent())

        def run() -> Sequence[Array]:
            derivatives: tuple[Array, ...] = wanted(function(maths, *leaves), leaves, cotangent)
            return derivatives

        return workload.task(run)

    return task


def jax_without_jit() -> Prepared:
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    from jax.scipy.special import logsumexp

    maths = SimpleNamespace(**vars(jnp), logsumexp=logsumexp)

    def task(workload: Operation | Model) -> Task:
        if isinstance(workload, Model):
            parameters, data = workload.make()
            own, arrays = list(map(jnp.asarray, parameters)), list(map(jnp.asarray, data))
            loss = workload.loss
            gradient = jax.value_and_grad(lambda parameters: loss(maths, parameters, *arrays))

            def run_model() -> Sequence[Array]:
                value, derivatives = jax.block_until_ready(gradient(own))
                return value, *derivatives

            return workload.task(run_model)
        function, operands = workload.function, list(map(jnp.asarray, workload.operands()))
        cotangent = jnp.asarray(workload.cotangent())

        def run() -> Sequence[Array]:
            _, pullback = jax.vjp(lambda *operands: function(maths, *operands), *operands)
            derivatives: tuple[Array, ...] = jax.block_until_ready(pullback(cotangent))
            return derivatives

        return workload.task(run)

    return task


CONTENDERS = (
    Contender("numpy", "of 1 element the forward call alone; else also the gradient, by hand",
              by_hand, "numpy"),
    Contender("chainrule", "vjp(f), back() or value_and_grad(f) in the native build",
              chainrule_native, "chainrule", {"CHAINRULE_NATIVE": "1"}),
    Contender("chainrule-plain", "the same in the plain-Python build", chainrule, "chainrule",
              {"CHAINRULE_NATIVE": "0"}),
    Contender("autograd", "HIPS autograd, make_vjp(f) or value_and_grad(f)", hips_autograd,
              "autograd"),
    Contender("torch", "PyTorch eager, autograd.grad()", pytorch, "torch"),
    Contender("jax", "JAX without jit, vjp(f) or value_and_grad(f)", jax_without_jit, "jax"),
)  # fmt: skip


BENCH = Bench(
    name="arrays",
    title="eager arrays, value and gradient",
    workloads=WORKLOADS,
    contenders=CONTENDERS,
    baseline="numpy",
    subject="chainrule",
)
