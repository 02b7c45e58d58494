"""Making Programs: ``python -m bench transforms``.

The chain of ``bench eager`` is traced, reversed and simplified, at three lengths; what is printed
is time and memory a term that each stage makes (for simplify: that it is given). Beside it, the
peers that have such a thing build the same value and gradient as their own expression. Every
measurement is made in a fresh process, peers and lengths interleaved.
"""

from __future__ import annotations

import functools
import gc
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from .harness import THREAD_VARIABLES, THREADS, Settings, Spread, in_own_process
from .report import number, settings_table

LENGTHS = (111, 1_111, 11_111)
#: The length that a Program has to be ready for within 0.4 s, value and gradient of a batch.
READY = 1_111
ROUNDS, QUICK_ROUNDS = 7, 3
QUICK_LENGTHS = (111, 1_111)


def chain(maths: Any, x: Any, y: Any, rounds: int) -> Any:
    """The chain of ``bench eager``: 8 operations a round."""
    sin = maths.sin
    for _ in range(rounds):
        x = x * y + 0.5
        y = sin(x) * 0.9 - y / (x * x + 1)
    return y


@dataclass(frozen=True)
class Stage:
    """One stage of one contender: seconds, terms, and bytes that are held afterwards."""

    seconds: float
    terms: int
    memory: int


def _memory_of(make: Callable[[], Any]) -> int:
    """Bytes that a result holds."""
    gc.collect()
    tracemalloc.start()
    result = make()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del result
    return held


# --- chainrule ------------------------------------------------------------------------------------


def _traced(rounds: int) -> tuple[Any, Any, Any]:
    import numpy as np

    import chainrule as cr
    from chainrule.program import Trace

    trace = Trace()
    x, y = (trace.input((), np.dtype(np.float64), True) for _ in range(2))
    return trace, (x, y), chain(cr, x, y, rounds)


def _reversed(trace: Any, inputs: Any, root: Any) -> list[Any]:
    from chainrule.ops import Cotangent
    from chainrule.transforms.reverse import gradient

    found = gradient(root, inputs, Cotangent(trace.filled(1.0, root)))
    return [root, *(cotangent and cotangent.numbers for cotangent in found)]


def chainrule(rounds: int) -> dict[str, Stage]:
    """Trace, reverse and simplify, one after the other, as the transforms themselves do it."""
    from chainrule.program import program_of
    from chainrule.transforms.simplify import simplify

    _reversed(*_traced(3))  # imports, and the templates of the rows
    gc.disable()  # as in every trace
    clock = time.perf_counter
    start = clock()
    trace, inputs, root = _traced(rounds)
    middle = clock()
    made = len(trace.terms)
    results = _reversed(trace, inputs, root)
    end = clock()
    emitted = len(trace.terms) - made
    program = program_of("chain", inputs, results, (), trace.extents)
    chosen = clock()
    simplify(program)
    last = clock()
    memory = [
        _memory_of(lambda: _traced(rounds)),
        _memory_of(lambda: _reversed(*_traced(rounds))),
        _memory_of(lambda: simplify(program)),
    ]
    return {
        "trace": Stage(middle - start, made, memory[0]),
        "reverse": Stage(end - middle, emitted, max(memory[1] - memory[0], 0)),
        "program": Stage(chosen - end, len(program), 0),
        "simplify": Stage(last - chosen, len(program), memory[2]),
    }


def batch(rounds: int) -> dict[str, Stage]:
    """The Program of ``vmap(value_and_grad(chain))``, ready to run."""
    import numpy as np

    import chainrule as cr
    from chainrule.program import Trace, opened, program_of
    from chainrule.transforms.simplify import simplify

    function = cr.vmap(cr.value_and_grad(lambda x, y: chain(cr, x, y, rounds), argnums=(0, 1)))

    def make() -> Any:
        trace = Trace()
        with opened(trace):
            extent = trace.extents.extent(1_000)
            inputs = [trace.input((extent,), np.dtype(np.float64)) for _ in range(2)]
            value, gradient = function(*inputs)
        program = program_of("chain", inputs, [value, *gradient], (), trace.extents)
        return simplify(program), len(program)

    start = time.perf_counter()
    _, terms = make()
    seconds = time.perf_counter() - start
    return {"all": Stage(seconds, terms, _memory_of(make))}


# --- peers ----------------------------------------------------------------------------------------


def jax(rounds: int) -> dict[str, Stage]:
    """``make_jaxpr(value_and_grad(chain))``."""
    import jax
    import jax.numpy as jnp

    function = jax.value_and_grad(lambda x, y: chain(jnp, x, y, rounds), argnums=(0, 1))
    start = time.perf_counter()
    jaxpr = jax.make_jaxpr(function)(1.1, 0.7)
    return {"all": Stage(time.perf_counter() - start, len(jaxpr.jaxpr.eqns), 0)}


def casadi(rounds: int) -> dict[str, Stage]:
    """An SX function of the chain and its gradient."""
    import casadi

    start = time.perf_counter()
    point = casadi.SX.sym("x", 2)
    value = chain(casadi, point[0], point[1], rounds)
    function = casadi.Function("chain", [point], [value, casadi.gradient(value, point)])
    return {"all": Stage(time.perf_counter() - start, function.n_instructions(), 0)}


@dataclass(frozen=True)
class Contender:
    """Something that builds the chain; ``longest`` is the longest that it is asked for."""

    name: str
    how: str
    build: Callable[[int], dict[str, Stage]]
    longest: int = max(LENGTHS)


CONTENDERS = (
    Contender("chainrule", "scalar chain, stage by stage", chainrule),
    Contender("chainrule vmap", "Program of vmap(value_and_grad(f)), simplified", batch),
    Contender("jax", "make_jaxpr(value_and_grad(f)), a scalar", jax, READY),
    Contender("casadi", "SX function of value and gradient", casadi),
)


def measure(
    lengths: tuple[int, ...], rounds: int
) -> tuple[dict[tuple[str, str, int], list[Stage]], dict[str, str]]:
    """All stages of all contenders, by contender, stage and length; and who is missing, and why."""
    found: dict[tuple[str, str, int], list[Stage]] = {}
    missing: dict[str, str] = {}
    environment = dict.fromkeys(THREAD_VARIABLES, str(THREADS))
    for _ in range(rounds):
        for length in lengths:
            for contender in CONTENDERS:
                if contender.name in missing or length > contender.longest:
                    continue
                build = functools.partial(contender.build, length)
                try:
                    stages = in_own_process(build, environment)
                except ModuleNotFoundError:
                    missing[contender.name] = "not installed"
                    continue
                for stage, result in stages.items():
                    found.setdefault((contender.name, stage, length), []).append(result)
    return found, missing


@click.command("transforms", short_help="tracing, reversing and simplifying Programs")
@click.option("--rounds", type=click.IntRange(min=1), help=f"[default: {ROUNDS}]")
@click.option("--quick", is_flag=True, help=f"{QUICK_ROUNDS} rounds, without the longest chain.")
def command(rounds: int | None, quick: bool) -> None:
    """Measure what it costs to make a Program: time and memory a term."""
    rounds = rounds or (QUICK_ROUNDS if quick else ROUNDS)
    lengths = QUICK_LENGTHS if quick else LENGTHS
    console = Console()
    if console.width < 100:
        console.width = 100  # the table is wider than a narrow terminal or a pipe
    console.print(settings_table(Settings(rounds, 0.0, False, 0.0, rounds, 1)))
    found, missing = measure(lengths, rounds)
    table = Table(title="chain: x = x*y + 0.5; y = sin(x)*0.9 - y/(x*x + 1)", title_justify="left")
    for heading in ("contender", "stage"):
        table.add_column(heading)
    for heading in ("rounds", "terms", "ms", "µs a term", "lowest – highest", "bytes a term"):
        table.add_column(heading, justify="right")
    for contender in CONTENDERS:
        for (name, stage, length), stages in found.items():
            if name == contender.name:
                table.add_row(name, stage, f"{length:,}", *_cells(stages))
    console.print(table)
    for contender in CONTENDERS:
        state = missing.get(contender.name)
        console.print(f"{contender.name}: {contender.how}{f'; missing: {state}' if state else ''}")
    console.print("HIPS autograd is not here: it keeps no expression that could be built.")
    ready = found.get(("chainrule vmap", "all", READY))
    if ready:
        spread = Spread.of([stage.seconds for stage in ready])
        console.print(
            f"{READY:,} rounds under vmap(value_and_grad): Program ready in {spread.median:.2f} s "
            f"({spread.low:.2f} – {spread.high:.2f})",
            highlight=False,
        )


def _cells(stages: list[Stage]) -> list[str]:
    terms = stages[0].terms
    seconds = Spread.of([stage.seconds for stage in stages])
    each = Spread.of([stage.seconds / max(terms, 1) * 1e6 for stage in stages])
    memory = Spread.of([stage.memory / max(terms, 1) for stage in stages]).median
    return [
        f"{terms:,}",
        number(seconds.median * 1e3),
        number(each.median),
        f"{number(each.low)} – {number(each.high)}",
        f"{memory:.0f}" if memory else "",
    ]
