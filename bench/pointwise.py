"""Functions of a few numbers, value and gradient at many points: what ``points.py``, ``compile.py``
and ``call.py`` measure. ``peers.py`` has those who compute them.

A function takes a contender's functions first, ``function(maths, *numbers)``, so that the same
source goes through all of them, and through mpmath for the exact numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import accuracy
from .accuracy import Exact
from .harness import Errors, Task, Workload

#: Beyond that many ulp a result is wrong; ill-conditioned sums of a few terms stay far below.
WRONG = {"float64": 2.0**24, "float32": 2.0**12}


@dataclass(frozen=True)
class Pointwise(Workload):
    """A function, the box from which its points are drawn, and their number.

    ``exact(*point)``, for mpmath's numbers, is its value and derivatives where differences would
    not do. ``c_name`` is the C function of ``loops/points.c`` that does the same, and
    ``c_arguments`` are what it takes after the number of points.
    """

    function: Callable[..., Any]
    box: Sequence[tuple[float, float]]
    points: int
    dtype: str = "float64"
    samples: int = 200
    exact: Callable[..., Sequence[Any]] | None = None
    c_name: str = ""
    c_arguments: tuple[int, ...] = ()
    scale: float = 0.0
    """Derivatives below it are as good as zero."""
    references: list[Exact] = field(default_factory=list, compare=False)

    @property
    def group(self) -> str:
        """float32 in the rounds of float64, so that its rate can be compared."""
        return self.name.removesuffix(f"-{self.dtype}")

    @property
    def arity(self) -> int:
        return len(self.box)

    def inputs(self) -> list[Any]:
        """An array for each argument, aligned as vectors like it."""
        generator = np.random.default_rng(1)
        inputs = []
        for low, high in self.box:
            array = aligned(self.points, self.dtype)
            array[...] = generator.uniform(low, high, self.points)
            inputs.append(array)
        return inputs

    def places(self) -> Any:
        """Where results are checked."""
        return np.linspace(0, self.points - 1, min(self.samples, self.points)).astype(int)

    def prepare(self) -> None:
        """Value and derivatives at the sample points."""
        if self.references:
            return
        import mpmath

        places = self.places()
        rows = zip(*(array[places].tolist() for array in self.inputs()), strict=True)
        if self.exact is not None:
            with mpmath.workdps(accuracy.DIGITS):
                results = [self.exact(*map(mpmath.mpf, row)) for row in rows]
        else:
            results = [
                accuracy.exact_gradient(lambda *x: self.function(mpmath, *x), row) for row in rows
            ]
        self.references.extend(map(Exact.of, zip(*results, strict=True)))

    def errors(self, result: Sequence[Any]) -> Errors:
        """Of value and derivatives, each an array over the points."""
        places = self.places()
        return accuracy.errors(
            self.references,
            [np.asarray(part).reshape(-1)[places] for part in result],
            self.dtype,
            [self.scale] * (1 + self.arity),
            WRONG[self.dtype],
        )

    def task(self, run: Callable[[], Any], note: str = "") -> Task:
        """``run`` gives the value and then the derivatives."""
        return Task(run, (), errors=self.errors, note=note)


def aligned(points: int, dtype: str) -> Any:
    """An uninitialised array that begins at a multiple of 64 bytes."""
    size = np.dtype(dtype).itemsize
    room = np.empty(points * size + 64, np.uint8)
    start = -room.ctypes.data % 64
    return room[start : start + points * size].view(dtype)
