"""Large functions: the time to the first result, and then the time an operation: ``python -m bench
compile``.

A chain of scalar operations, written as a Python loop, at 65,536 points; and one of which the
rounds differ in no order that repeats, so that they cannot become a loop again, as chainrule makes
it. The first result includes all from the Python function on: recording, differentiating,
compiling, the first call. Imports are done, and nothing comes from a cache on disk. It is measured
in three processes if it takes seconds at most, and in one else. ``--quick`` takes five minutes: one
process each, of which none may take more than 20 seconds; ``--limit`` says otherwise.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Iterator, Sequence
from typing import Any

from . import peers
from .harness import Bench
from .pointwise import Pointwise

POINTS = 65_536
OPERATIONS_A_ROUND = 8


def chain(rounds: int, maths: Any, x: Any, y: Any) -> Any:
    for _ in range(rounds):
        x = x * y + 0.5
        y = maths.sin(x) * 0.9 - y / (x * x + 1.0)
    return y


def signs(rounds: int) -> Iterator[tuple[bool, bool]]:
    """For each round which of its two sums are turned around."""
    generator = random.Random(1)
    for _ in range(rounds):
        bits = generator.getrandbits(2)
        yield bool(bits & 1), bool(bits & 2)


def mixed(rounds: int, maths: Any, x: Any, y: Any) -> Any:
    """As many operations as :func:`chain`, in rounds that differ."""
    for is_first, is_second in signs(rounds):
        product = x * y
        x = 0.5 - product if is_first else product + 0.5
        wave, rest = maths.sin(x) * 0.9, y / (x * x + 1.0)
        y = rest - wave if is_second else wave - rest
    return y


def chain_exact(rounds: int, x: Any, y: Any, is_mixed: bool = False) -> Sequence[Any]:
    """Value and derivatives of mpmath's numbers, forward: differences of a value would not do for
    derivatives as small as these become.
    """
    import mpmath

    along_x, along_y = [mpmath.mpf(1), mpmath.mpf(0)], [mpmath.mpf(0), mpmath.mpf(1)]
    factor = mpmath.mpf(0.9)  # the float, as in the chain
    turns = signs(rounds) if is_mixed else ((False, False) for _ in range(rounds))
    for is_first, is_second in turns:
        one, two = -1 if is_first else 1, -1 if is_second else 1
        along_x = [one * (dx * y + x * dy) for dx, dy in zip(along_x, along_y, strict=True)]
        x = one * x * y + mpmath.mpf(0.5)
        cosine, sine = mpmath.cos_sin(x)
        bottom = x * x + 1
        slope = cosine * factor + 2 * x * y / bottom**2
        along_y = [
            two * (slope * dx - dy / bottom) for dx, dy in zip(along_x, along_y, strict=True)
        ]
        y = two * (sine * factor - y / bottom)
    return y, *along_y


def _workload(rounds: int, samples: int) -> Pointwise:
    operations = OPERATIONS_A_ROUND * rounds
    return Pointwise(
        f"chain-{rounds}",
        f"x = x*y + 0.5; y = sin(x)*0.9 - y/(x*x + 1), {rounds:,} rounds ({operations:,} "
        f"operations), and its gradient at {POINTS:,} points",
        operations * POINTS,
        functools.partial(chain, rounds),
        ((0.5, 1.5), (0.5, 1.0)),
        POINTS,
        samples=samples,
        exact=functools.partial(chain_exact, rounds),
        c_name="chain",
        c_arguments=(rounds,),
        scale=1e-290,
    )


def _mixed(rounds: int) -> Pointwise:
    operations = OPERATIONS_A_ROUND * rounds
    return Pointwise(
        f"mixed-{rounds}",
        f"rounds that differ, {rounds:,} of them ({operations:,} operations), and the gradient at "
        f"{POINTS:,} points",
        operations * POINTS,
        functools.partial(mixed, rounds),
        ((0.5, 1.5), (0.5, 1.0)),
        POINTS,
        samples=30,
        exact=functools.partial(chain_exact, rounds, is_mixed=True),
        scale=1e-290,
    )


BENCH = Bench(
    name="compile",
    title="time to the first result and run time of large functions",
    workloads=(
        _workload(111, 100),
        _workload(1_111, 30),
        _mixed(1_111),
        _workload(11_111, 4),
    ),
    contenders=(
        peers.CHAINRULE,
        peers.DRJIT,
        peers.HEYOKA,
        peers.HEYOKA_FAST,
        peers.JAX,
        peers.TORCH,
        peers.DDX,
        peers.CASADI,
        peers.C_LOOP,
    ),
    baseline="chainrule",
    subject="chainrule",
    unit="ns/point/op",
    apart=True,
    first=True,
    growing=True,
)
