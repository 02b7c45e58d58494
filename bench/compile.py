"""Large functions: the time to the first result, and then the time an operation: ``python -m bench
compile``.

A chain of scalar operations, written as a Python loop, at 65,536 points. The first result includes
all from the Python function on: recording, differentiating, compiling, the first call. Imports are
done, and nothing comes from a cache on disk. It is measured in three processes if it takes seconds
at most, and in one else.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
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


def chain_exact(rounds: int, x: Any, y: Any) -> Sequence[Any]:
    """Value and derivatives of mpmath's numbers, forward: differences of a value would not do for
    derivatives as small as these become.
    """
    import mpmath

    along_x, along_y = [mpmath.mpf(1), mpmath.mpf(0)], [mpmath.mpf(0), mpmath.mpf(1)]
    factor = mpmath.mpf(0.9)  # the float, as in the chain
    for _ in range(rounds):
        along_x = [dx * y + x * dy for dx, dy in zip(along_x, along_y, strict=True)]
        x = x * y + mpmath.mpf(0.5)
        cosine, sine = mpmath.cos_sin(x)
        bottom = x * x + 1
        slope = cosine * factor + 2 * x * y / bottom**2
        along_y = [slope * dx - dy / bottom for dx, dy in zip(along_x, along_y, strict=True)]
        y = sine * factor - y / bottom
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


BENCH = Bench(
    name="compile",
    title="time to the first result and run time of large functions",
    workloads=(_workload(111, 100), _workload(1_111, 100), _workload(11_111, 10)),
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
