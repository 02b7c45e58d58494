"""Numbers summed over large arrays, and their gradients: what ``reduce.py`` measures.

The sources are plain NumPy, ``loss(maths, parameters, *data)``, where ``maths`` is ``numpy`` or a
contender's module of the same names. The data repeat a small part of themselves, so that mpmath
gives the exact numbers: ``exact(parts, copies)`` of the value and the gradient in each parameter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import accuracy
from .accuracy import Exact
from .harness import Errors, Task, Workload
from .pointwise import WRONG, aligned

SAMPLES = 200
EPSILON = 1e-5

Parts = Sequence[Any]
"""The parameters and then the data of one copy."""


@dataclass(frozen=True)
class Reduction(Workload):
    """A loss, its data and its exact gradient.

    ``part()`` makes the parts, ``count`` of them parameters; those that ``tiled`` names by position
    are repeated ``copies`` times along their first axis. ``c_name`` is the C function.
    """

    loss: Callable[..., Any]
    part: Callable[[], Parts]
    exact: Callable[..., Sequence[Any]]
    count: int
    tiled: Sequence[int]
    copies: int
    c_name: str
    references: list[Exact] = field(default_factory=list, compare=False)

    def inputs(self) -> tuple[list[Any], list[Any]]:
        """Parameters and data, at full size."""
        parts = list(self.part())
        for k in self.tiled:
            tile = parts[k]
            whole = aligned(self.copies * tile.size, tile.dtype.name)
            whole = whole.reshape(-1, *tile.shape[1:])
            whole.reshape(self.copies, *tile.shape)[...] = tile
            parts[k] = whole
        return parts[: self.count], parts[self.count :]

    def prepare(self) -> None:
        if self.references:
            return
        import mpmath

        parts = self.part()
        with mpmath.workdps(accuracy.DIGITS):
            numbers = [np.vectorize(mpmath.mpf, otypes=[object])(part) for part in parts]
            results = self.exact(numbers, self.copies)
            for result in results:
                flat = np.ravel(np.asarray(result, object))
                self.references.append(Exact.of(flat[_places(flat.size)]))

    def errors(self, result: Sequence[Any]) -> Errors:
        """Of the value and the gradient in each parameter, in the first and the last copy."""
        exact, computed, scales = [], [], []
        for k, (reference, part) in enumerate(zip(self.references, result, strict=True)):
            size = self.part_size(k)
            numbers = np.asarray(part).reshape(-1)
            # Elements of a gradient that nearly cancel say nothing: the scale is that of them all.
            scale = float(np.sqrt(np.mean(reference.high**2))) if k else 0.0
            for copy in (numbers[:size], numbers[-size:])[: 2 if k else 1]:
                exact.append(reference)
                computed.append(copy[_places(size)])
                scales.append(scale)
        return accuracy.errors(exact, computed, "float64", scales, WRONG["float64"])

    def part_size(self, result: int) -> int:
        """Of one copy of a result: the value's, or that of the gradient in a parameter."""
        return 1 if result == 0 else int(np.size(self.part()[result - 1]))

    def task(self, run: Callable[[], Any], note: str = "") -> Task:
        """``run`` gives the value and then the derivatives."""
        return Task(run, (), errors=self.errors, note=note)


def _places(size: int) -> Any:
    return np.linspace(0, size - 1, min(SAMPLES, size)).astype(int)


# --- fit ------------------------------------------------------------------------------------------


def fit(maths: Any, parameters: Sequence[Any], t: Any, y: Any) -> Any:
    a, b, c = parameters
    return maths.sum((y - (a * maths.exp(-b * t) + c)) ** 2)


def fit_part() -> Parts:
    generator = np.random.default_rng(2)
    t = generator.uniform(0.0, 4.0, 1000)
    y = 2.0 * np.exp(-0.7 * t) + 0.5 + generator.normal(0.0, 0.1, 1000)
    return np.array(1.5), np.array(0.9), np.array(0.3), t, y


def fit_exact(parts: Parts, copies: int) -> Sequence[Any]:
    import mpmath

    (a, b, c), (t, y) = (part.item() for part in parts[:3]), parts[3:]
    decay = np.array([mpmath.exp(-b * x) for x in t], object)
    residual = y - (a * decay + c)
    return (
        copies * np.sum(residual**2),
        copies * np.sum(-2 * residual * decay),
        copies * np.sum(2 * a * residual * decay * t),
        copies * np.sum(-2 * residual),
    )


# --- row softmax, cross-entropy -------------------------------------------------------------------


def cross_entropy(maths: Any, parameters: Sequence[Any], labels: Any) -> Any:
    (logits,) = parameters
    rows = np.arange(len(labels))
    largest = maths.max(logits, axis=1, keepdims=True)
    sums = maths.sum(maths.exp(logits - largest), axis=1)
    return maths.mean(maths.log(sums) + largest[:, 0] - logits[rows, labels])


def cross_entropy_part(rows: int = 8, columns: int = 1000) -> Parts:
    generator = np.random.default_rng(3)
    return generator.normal(0.0, 2.0, (rows, columns)), generator.integers(0, columns, rows)


def cross_entropy_exact(parts: Parts, copies: int) -> Sequence[Any]:
    import mpmath

    logits, labels = parts
    rows = len(logits)
    powers = np.vectorize(mpmath.exp, otypes=[object])(logits)
    sums = np.sum(powers, axis=1)
    hit = np.zeros(logits.shape, object)
    hit[np.arange(rows), labels.astype(int)] = 1
    value = sum(map(mpmath.log, sums)) - np.sum(logits * hit)
    return value / rows, (powers / sums[:, None] - hit) / (rows * copies)


# --- layer norm -----------------------------------------------------------------------------------


def layer_norm(maths: Any, parameters: Sequence[Any], target: Any) -> Any:
    x, gain, bias = parameters
    centred = x - maths.mean(x, axis=1, keepdims=True)
    variance = maths.mean(centred * centred, axis=1, keepdims=True)
    return maths.sum(target * (centred / maths.sqrt(variance + EPSILON) * gain + bias))


def layer_norm_part(rows: int = 8, columns: int = 1000) -> Parts:
    generator = np.random.default_rng(4)
    x = generator.normal(1.0, 2.0, (rows, columns))
    gain, bias = (generator.uniform(0.5, 1.5, columns) for _ in range(2))
    return x, gain, bias, generator.uniform(0.0, 1.0, (rows, columns))


def layer_norm_exact(parts: Parts, copies: int) -> Sequence[Any]:
    import mpmath

    x, gain, bias, target = parts
    centred = x - _mean(x)
    roots = np.vectorize(mpmath.sqrt, otypes=[object])(_mean(centred**2) + EPSILON)
    normal, cotangent = centred / roots, target * gain
    dx = (cotangent - _mean(cotangent) - normal * _mean(cotangent * normal)) / roots
    return (
        copies * np.sum(target * (normal * gain + bias)),
        dx,
        copies * np.sum(target * normal, axis=0),
        copies * np.sum(target, axis=0),
    )


def _mean(rows: Any) -> Any:
    return np.sum(rows, axis=1, keepdims=True) / rows.shape[1]


# --- variance -------------------------------------------------------------------------------------


def variance(maths: Any, parameters: Sequence[Any]) -> Any:
    (x,) = parameters
    centred = x - maths.mean(x)
    return maths.mean(centred * centred)


def variance_part() -> Parts:
    return (np.random.default_rng(5).normal(3.0, 1.0, 1000),)


def variance_exact(parts: Parts, copies: int) -> Sequence[Any]:
    (x,) = parts
    centred = x - np.sum(x) / len(x)
    return np.sum(centred**2) / len(x), 2 * centred / (len(x) * copies)


WORKLOADS = (
    Reduction(
        "fit",
        "sum of squared residuals of a*exp(-b*t) + c and 3 derivatives, 10 million points",
        10_000_000,
        fit,
        fit_part,
        fit_exact,
        count=3,
        tiled=(3, 4),
        copies=10_000,
        c_name="fit",
    ),
    Reduction(
        "cross-entropy",
        "row softmax, cross-entropy and its gradient, 4,096 x 1,000",
        4_096_000,
        cross_entropy,
        cross_entropy_part,
        cross_entropy_exact,
        count=1,
        tiled=(0, 1),
        copies=512,
        c_name="cross_entropy",
    ),
    Reduction(
        "layer-norm",
        "layer norm with gain and bias, weighted sum and its gradient, 4,096 x 1,000",
        4_096_000,
        layer_norm,
        layer_norm_part,
        layer_norm_exact,
        count=3,
        tiled=(0, 3),
        copies=512,
        c_name="layer_norm",
    ),
    Reduction(
        "variance",
        "variance and its gradient, 4,096,000 numbers",
        4_096_000,
        variance,
        variance_part,
        variance_exact,
        count=1,
        tiled=(0,),
        copies=4096,
        c_name="variance",
    ),
)
