"""A graph of millions of terms: time to record, sweep and free it, and its memory.

``eager.py`` prints it below its tables. It is measured once, in a process that did nothing before.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from .harness import MissingError, in_own_process

SWINGS = 1_000_000
OPERATIONS_A_SWING = 5
STEP = 0.05


def swing(sin: Callable[[Any], Any], angle: Any, speed: Any) -> Any:
    """A pendulum, by leapfrog steps: its derivatives neither vanish nor explode."""
    for _ in range(SWINGS):
        speed = speed - sin(angle) * STEP
        angle = angle + speed * STEP
    return angle


def swing_reference(angle: float, speed: float) -> float:
    """The derivative of the last angle with respect to the first."""
    d_angle, d_speed = 1.0, 0.0
    for _ in range(SWINGS):
        speed -= math.sin(angle) * STEP
        d_speed -= math.cos(angle) * d_angle * STEP
        angle += speed * STEP
        d_angle += d_speed * STEP
    return d_angle


@dataclass(frozen=True)
class LongChain:
    """Seconds of each phase; bytes that the graph takes, alone and at the peak of the sweep."""

    forward: float
    backward: float
    freeing: float
    recorded: int
    peak: int


def measure() -> LongChain:
    """Record, sweep and free the chain in this process, which must be fresh."""
    import resource

    import psutil

    import chainrule as cr

    if not cr.config().native:
        raise MissingError(f"no native build ({cr.config().plain_reason})")
    process, clock = psutil.Process(), time.perf_counter
    angle, speed = cr.Var(1.0), cr.Var(0.0)
    before = process.memory_info().rss

    start = clock()
    result = swing(cr.sin, angle, speed)
    forward = clock() - start
    recorded = process.memory_info().rss - before

    start = clock()
    result.back()
    backward = clock() - start
    unit = 1 if sys.platform == "darwin" else 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit - before
    expected = swing_reference(angle.val, speed.val)
    if not math.isclose(angle.grad, expected, rel_tol=1e-6):
        raise ValueError(f"wrong derivative of the long chain: {angle.grad}, not {expected}")

    start = clock()
    del result
    freeing = clock() - start
    return LongChain(forward, backward, freeing, recorded, peak)


def lines() -> Iterable[str]:
    """What was measured, to print; ValueError for a wrong derivative."""
    count = SWINGS * OPERATIONS_A_SWING
    yield f"A chain of {count:,} operations, a pendulum swinging, in the native build:"
    try:
        chain = in_own_process(measure, {"CHAINRULE_NATIVE": "1"})
    except (MissingError, ModuleNotFoundError) as error:
        yield f"  missing: {error}"
        return
    for phase, seconds in (
        ("forward", chain.forward),
        ("backward", chain.backward),
        ("freeing", chain.freeing),
    ):
        yield f"  {phase:<9}{seconds:6.2f} s, {seconds / count * 1e9:5.1f} ns an operation"
    yield (
        f"  memory   {chain.recorded / count:6.1f} bytes a node recorded, "
        f"{chain.peak / count:.1f} at the peak of the sweep"
    )
