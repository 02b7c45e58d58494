"""Value and gradient of a function at millions of points: ``python -m bench points``.

The page's function and the Black–Scholes price of an option, in float64 and float32. Fresh results
and results into arrays that are there already (``-out``, and both limits in C) stand apart: fresh
pages have a price of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from . import peers
from .harness import Bench, Result, Spread
from .pointwise import Pointwise
from .report import number

POINTS = 4_000_000
DTYPES = ("float64", "float32")


def page(maths: Any, x1: Any, x2: Any) -> Any:
    return maths.log(x1 * x2 * (x1 + x2)) / (x1 - x2) ** 2


def black_scholes(maths: Any, spot: Any, strike: Any, rate: Any, volatility: Any, time: Any) -> Any:
    """The price of a European call (Black and Scholes 1973, equation 13)."""
    deviation = volatility * maths.sqrt(time)
    first = (maths.log(spot / strike) + (rate + volatility * volatility * 0.5) * time) / deviation
    second = first - deviation

    def normal(x: Any) -> Any:
        return 0.5 * (1.0 + maths.erf(x * 0.7071067811865476))

    return spot * normal(first) - strike * maths.exp(-rate * time) * normal(second)


#: Nowhere do derivatives of the page's function change sign here, nor options go worthless: there
#: an error in ulp would say something of the point, not of the contender.
PAGE_BOX = ((1.0, 2.0), (3.0, 5.0))
BLACK_SCHOLES_BOX = ((90.0, 110.0), (90.0, 110.0), (0.01, 0.05), (0.2, 0.5), (0.5, 2.0))


def _workloads() -> Iterable[Pointwise]:
    for dtype in DTYPES:
        yield Pointwise(
            f"page-{dtype}",
            f"log(x1*x2*(x1 + x2))/(x1 - x2)**2 and its gradient, 4 million points, {dtype}",
            POINTS,
            page,
            PAGE_BOX,
            POINTS,
            dtype,
            c_name="page",
        )
        yield Pointwise(
            f"black-scholes-{dtype}",
            f"Black–Scholes price and its derivatives in 5 inputs, 4 million points, {dtype}",
            POINTS,
            black_scholes,
            BLACK_SCHOLES_BOX,
            POINTS,
            dtype,
            c_name="black_scholes",
        )


def single_precision(results: Sequence[Result]) -> Iterable[str]:
    """How much faster float32 is, of each contender that does both."""
    yield "float32 beside float64, times the rate:"
    for function in ("page", "black-scholes"):
        rates = []
        for result in results:
            double, single = (result.seconds.get(f"{function}-{dtype}") for dtype in DTYPES)
            if double and single:
                pairs = zip(double, single, strict=False)
                rate = Spread.of([slow / fast for slow, fast in pairs]).median
                rates.append(f"{result.contender.name} {number(rate)}")
        yield f"  {function}: {', '.join(rates)}"


BENCH = Bench(
    name="points",
    title="value and gradient at millions of points",
    workloads=tuple(_workloads()),
    contenders=(
        peers.CHAINRULE,
        peers.CHAINRULE_OUT,
        peers.DRJIT,
        peers.HEYOKA,
        peers.HEYOKA_FAST,
        peers.HEYOKA_OUT,
        peers.JAX,
        peers.TORCH,
        peers.DDX,
        peers.CASADI,
        peers.C_LOOP,
        peers.BYTES,
    ),
    baseline="chainrule",
    subject="chainrule",
    summary=single_precision,
    unit="ns/point",
    apart=True,
)
