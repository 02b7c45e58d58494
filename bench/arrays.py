"""Eager arrays, forward and backward: ``python -m bench arrays``.

Single operations on 1 element and on 10**6, and three small models. The same function goes through
every contender, on its own arrays (float64) and with its own exp, log and so on; what it recorded
is freed. The baseline is NumPy: on 1 element the forward call alone, with no derivative; elsewhere
value and gradient written by hand. All gradients are checked against those before anything is
timed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from .harness import Bench, Contender, MissingError, Task, Workload

Array = Any
"""An array of whichever library."""

# --- workloads ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Operation(Workload):
    """``function(maths, *operands)`` of arrays of one size, pulled back from a cotangent of ones.

    ``gradient(cotangent, *operands)`` is its value and derivatives by hand. On 1 element the
    baseline is the function alone.
    """

    function: Callable[..., Array]
    gradient: Callable[..., tuple[Array, ...]]
    size: int
    arity: int

    def operands(self) -> list[Array]:
        generator = np.random.default_rng(7)
        return [generator.uniform(0.5, 1.5, self.size) for _ in range(self.arity)]

    def task(self, run: Callable[[], Sequence[Array]]) -> Task:
        return _task(run, self.gradient(np.ones(self.size), *self.operands())[1:])


@dataclass(frozen=True)
class Model(Workload):
    """``loss(maths, parameters, *data)``: a number, and its gradient in each parameter.

    ``gradient(parameters, *data)`` is the loss and the list of derivatives by hand.
    """

    loss: Callable[..., Array]
    gradient: Callable[..., tuple[Array, ...]]
    make: Callable[[], tuple[list[Array], list[Array]]]

    def task(self, run: Callable[[], Sequence[Array]]) -> Task:
        parameters, data = self.make()
        return _task(run, self.gradient(parameters, *data))


def _task(run: Callable[[], Sequence[Array]], expected: Sequence[Array]) -> Task:
    numbers = flat(expected)
    return Task(run, numbers, absolute=1e-9 * max(map(abs, numbers)), numbers=flat)


def flat(arrays: Sequence[Array]) -> list[float]:
    """All elements of all arrays, in order."""
    return [float(x) for array in arrays for x in np.ravel(np.asarray(array))]


def _multiplied(cotangent: Array, x: Array, y: Array) -> tuple[Array, ...]:
    return x * y, cotangent * y, cotangent * x


def _exponential(cotangent: Array, x: Array) -> tuple[Array, ...]:
    out = np.exp(x)
    return out, cotangent * out


LINKS = 25


def chain(maths: Any, x: Array, y: Array) -> Array:
    for _ in range(LINKS):
        x = maths.sin(x * y) * 0.9 + y
    return x


def chain_gradient(cotangent: Array, x: Array, y: Array) -> tuple[Array, ...]:
    dx, dy = cotangent, np.zeros(x.shape)
    for _ in range(LINKS):
        slope = np.cos(x * y) * 0.9
        dx, dy = slope * y * dx, slope * (x + y * dy) + 1
        x = np.sin(x * y) * 0.9 + y
    return x, dx, dy


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


def multiply(maths: Any, x: Array, y: Array) -> Array:
    return x * y


def exponential(maths: Any, x: Array) -> Array:
    return maths.exp(x)


MILLION = 10**6

WORKLOADS: tuple[Operation | Model, ...] = (
    Operation("multiply-1", "x * y of 1 element", 1, multiply, _multiplied, 1, 2),
    Operation("exp-1", "exp(x) of 1 element", 1, exponential, _exponential, 1, 1),
    Operation(
        "chain-1", f"x = sin(x * y) * 0.9 + y of 1 element, {LINKS} times", 4 * LINKS, chain,
        chain_gradient, 1, 2,
    ),
    Operation(
        "multiply-1e6", "x * y of 1,000,000 elements", 1, multiply, _multiplied, MILLION, 2
    ),
    Operation(
        "exp-1e6", "exp(x) of 1,000,000 elements", 1, exponential, _exponential, MILLION, 1
    ),
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

NUMPY = SimpleNamespace(exp=np.exp, log=np.log, sin=np.sin, sum=np.sum, tanh=np.tanh)


def by_hand() -> Prepared:
    def task(workload: Operation | Model) -> Task:
        if isinstance(workload, Model):
            parameters, data = workload.make()
            gradient = workload.gradient
            return workload.task(lambda: gradient(parameters, *data))
        function, operands = workload.function, workload.operands()
        if workload.size > 1:
            gradient, ones = workload.gradient, np.ones(workload.size)
            return workload.task(lambda: gradient(ones, *operands)[1:])
        return _task(lambda: (function(NUMPY, *operands),), [function(NUMPY, *operands)])

    return task


def chainrule() -> Prepared:
    import chainrule as cr

    def task(workload: Operation | Model) -> Task:
        if isinstance(workload, Model):
            parameters, data = workload.make()
            loss = workload.loss
            gradient = cr.value_and_grad(lambda parameters: loss(cr, parameters, *data))

            def run_model() -> Sequence[Array]:
                value, derivatives = gradient(parameters)
                return value, *derivatives

            return workload.task(run_model)
        function, operands = workload.function, workload.operands()
        if workload.size > 1:
            ones = np.ones(workload.size)

            def run() -> Sequence[Array]:
                _, pullback = cr.vjp(lambda *operands: function(cr, *operands), *operands)
                derivatives: tuple[Array, ...] = pullback(ones)
                return derivatives

            return workload.task(run)
        values = [cr.Var(operand) for operand in operands]

        def run_small() -> Sequence[Array]:
            function(cr, *values).back()
            return [value.grad for value in values]

        return workload.task(run_small)

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

    maths = SimpleNamespace(
        exp=anp.exp, log=anp.log, sin=anp.sin, sum=anp.sum, tanh=anp.tanh, logsumexp=logsumexp
    )

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
        ones = np.ones(workload.size)

        def run() -> Sequence[Array]:
            pullback, _ = make_vjp(lambda operands: function(maths, *operands), operands)
            derivatives: tuple[Array, ...] = pullback(ones)
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
        ones = torch.ones(workload.size, dtype=torch.float64)

        def run() -> Sequence[Array]:
            derivatives: tuple[Array, ...] = wanted(function(maths, *leaves), leaves, ones)
            return derivatives

        return workload.task(run)

    return task


def jax_without_jit() -> Prepared:
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp
    from jax.scipy.special import logsumexp

    maths = SimpleNamespace(
        exp=jnp.exp, log=jnp.log, sin=jnp.sin, sum=jnp.sum, tanh=jnp.tanh, logsumexp=logsumexp
    )

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
        ones = jnp.ones(workload.size)

        def run() -> Sequence[Array]:
            _, pullback = jax.vjp(lambda *operands: function(maths, *operands), *operands)
            derivatives: tuple[Array, ...] = jax.block_until_ready(pullback(ones))
            return derivatives

        return workload.task(run)

    return task


CONTENDERS = (
    Contender("numpy", "of 1 element the forward call alone; else also the gradient, by hand",
              by_hand, "numpy"),
    Contender("chainrule", "back(), vjp(f) or value_and_grad(f) in the native build",
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
