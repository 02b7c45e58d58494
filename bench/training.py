"""One step of training of a small network, with momentum: a workload of ``reduce.py``.

Three layers, 784-256-128-10, in float32, softmax and cross-entropy: what a user writes in plain
NumPy, and the same as PyTorch users write it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import accuracy
from .accuracy import Exact
from .harness import THREADS, Errors, Task, Workload

LAYERS = (784, 256, 128, 10)
RATE, MOMENTUM = 0.01, 0.9
#: A sum of 784 products in float32 may be that many ulp of the largest element off.
WRONG = 2.0**10

Layers = Sequence[tuple[Any, Any]]


@dataclass(frozen=True)
class Training(Workload):
    """A step on a batch of examples; ``operations`` is how many."""

    batch: int
    references: list[Exact] = field(default_factory=list, compare=False)

    def inputs(self, dtype: str = "float32") -> tuple[Layers, Layers, Any, Any]:
        """Weights and biases, momenta that are zero, examples, and the labels as 0 and 1."""
        generator = np.random.default_rng(6)
        layers = [
            (
                (generator.normal(size=(m, n)) / np.sqrt(m)).astype("float32").astype(dtype),
                np.zeros(n, dtype),
            )
            for m, n in itertools.pairwise(LAYERS)
        ]
        momenta = [(np.zeros_like(w), np.zeros_like(b)) for w, b in layers]
        x = generator.normal(size=(self.batch, LAYERS[0])).astype("float32").astype(dtype)
        labels = np.eye(LAYERS[-1], dtype=dtype)[generator.integers(0, LAYERS[-1], self.batch)]
        return layers, momenta, x, labels

    def prepare(self) -> None:
        """The loss, and weights and momenta after one step.

        By hand, in float64: its errors are far below those of float32, and mpmath would take an
        hour.
        """
        if self.references:
            return
        layers, _, x, labels = self.inputs("float64")
        held = [x]
        for w, b in layers[:-1]:
            held.append(np.maximum(held[-1] @ w + b, 0.0))
        w, b = layers[-1]
        scores = held[-1] @ w + b
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        odds = powers / powers.sum(axis=1, keepdims=True)
        loss = -np.mean(np.log(np.sum(odds * labels, axis=1)))
        towards = (odds - labels) / self.batch
        gradients = []
        for (w, _), below in zip(reversed(layers), reversed(held), strict=True):
            gradients.append((below.T @ towards, towards.sum(axis=0)))
            towards = (towards @ w.T) * (below > 0)
        gradients.reverse()
        updated = [
            (w - RATE * dw, b - RATE * db)
            for (w, b), (dw, db) in zip(layers, gradients, strict=True)
        ]
        for part in (np.array([loss]), *_arrays(updated), *_arrays(gradients)):
            self.references.append(Exact(part.ravel(), np.zeros(part.size)))

    def errors(self, result: Sequence[Any]) -> Errors:
        """Of the loss, and of weights and momenta after the first step."""
        return accuracy.errors(
            self.references,
            [np.asarray(part).reshape(-1) for part in result],
            "float32",
            [0.0, *(float(np.max(abs(exact.high))) for exact in self.references[1:])],
            WRONG,
        )


def _arrays(layers: Layers) -> list[Any]:
    return [array for layer in layers for array in layer]


def _loss(layers: Layers, x: Any, labels: Any) -> Any:
    for w, b in layers[:-1]:
        x = np.maximum(x @ w + b, 0.0)
    w, b = layers[-1]
    scores = x @ w + b
    scores = scores - np.max(scores, axis=1, keepdims=True)
    return np.mean(np.log(np.sum(np.exp(scores), axis=1)) - np.sum(scores * labels, axis=1))


def chainrule(workload: Training, out: bool) -> Task:
    """A step as a jitted function; with ``out`` weights and momenta are updated in place."""
    import chainrule as cr

    def step(layers: Layers, momenta: Layers, x: Any, labels: Any) -> Any:
        loss, gradient = cr.value_and_grad(_loss)(layers, x, labels)
        momenta = [
            (MOMENTUM * v + dw, MOMENTUM * u + db)
            for (v, u), (dw, db) in zip(momenta, gradient, strict=True)
        ]
        layers = [
            (w - RATE * v, b - RATE * u) for (w, b), (v, u) in zip(layers, momenta, strict=True)
        ]
        return loss, layers, momenta

    layers, momenta, x, labels = workload.inputs()
    compiled = cr.jit(step)
    state = [layers, momenta]
    places = (None, layers, momenta) if out else None

    def run() -> Sequence[Any]:
        loss, state[0], state[1] = compiled(state[0], state[1], x, labels, out=places)
        return [loss, *_arrays(state[0]), *_arrays(state[1])]

    return Task(run, (), errors=workload.errors)


def torch(workload: Training) -> Task:
    """A step as PyTorch users write it: modules, an optimiser, no compiler."""
    import torch
    from torch import nn

    torch.set_num_threads(THREADS)
    layers, _, x, labels = workload.inputs()
    modules: list[Any] = []
    for w, b in layers:
        linear = nn.Linear(*w.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(w.T))
            linear.bias.copy_(torch.from_numpy(b))
        modules += [linear, nn.ReLU()]
    model = nn.Sequential(*modules[:-1])
    optimiser = torch.optim.SGD(model.parameters(), lr=RATE, momentum=MOMENTUM)
    examples, targets = torch.from_numpy(x), torch.from_numpy(labels.argmax(axis=1))

    def run() -> Any:
        optimiser.zero_grad()
        loss = nn.functional.cross_entropy(model(examples), targets)
        loss.backward()
        optimiser.step()
        return loss

    def errors(loss: Any) -> Errors:
        parameters = list(model.parameters())
        momenta = [optimiser.state[p]["momentum_buffer"] for p in parameters]
        arrays = [x.detach().numpy().T for x in (*parameters, *momenta)]
        return workload.errors([loss.item(), *arrays])

    return Task(run, (), errors=errors)


WORKLOADS = tuple(
    Training(
        f"training-{batch}",
        f"training step of an MLP 784-256-128-10, float32, batch {batch}",
        batch,
        batch,
    )
    for batch in (32, 512)
)
