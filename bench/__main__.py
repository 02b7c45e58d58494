"""The command line: ``python -m bench`` lists the benches, ``python -m bench eager`` runs one."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

import click
from rich.console import Console

from . import arrays, call, eager, numpy_code, points, reduce, report, transforms
from . import compile as compiling
from .harness import Bench, Settings, measure

BENCHES = (
    eager.BENCH,
    arrays.BENCH,
    numpy_code.BENCH,
    points.BENCH,
    compiling.BENCH,
    reduce.BENCH,
    call.BENCH,
)

#: Columns of the tables, where they go into a file.
FILE_WIDTH = 120

DEFAULT_ROUNDS, QUICK_ROUNDS = 7, 3
#: Seconds for a contender, workload and round.
DEFAULT_SECONDS, QUICK_SECONDS = 0.1, 0.02
#: Seconds to a first result, where contenders compile.
DEFAULT_LIMIT, QUICK_LIMIT = 120.0, 20.0


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """Benchmarks: chainrule and its peers, each in a process of its own, interleaved."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def command(bench: Bench) -> click.Command:
    """The command that runs a bench."""
    names = [contender.name for contender in bench.contenders]

    @click.command(bench.name, help=f"Measure {bench.title}.", short_help=bench.title)
    @click.option("--rounds", type=click.IntRange(min=1), help=f"[default: {DEFAULT_ROUNDS}]")
    @click.option(
        "--only",
        multiple=True,
        type=click.Choice(names),
        help=f"Only this contender, beside {bench.baseline}; may be repeated.",
    )
    @click.option(
        "--quick",
        is_flag=True,
        help=f"{QUICK_ROUNDS} short rounds, and first results measured once, for a try.",
    )
    @click.option(
        "--gc/--no-gc",
        "collector",
        default=True,
        help="Python's cycle collector while timing: on, as in ordinary programs, or off.",
    )
    @click.option(
        "--limit",
        type=click.FloatRange(min=0, min_open=True),
        help="Seconds that a contender may take to its first result, where it has a process for "
        f"each workload.  [default: {DEFAULT_LIMIT:g}]",
    )
    @click.option(
        "--png",
        type=click.Path(dir_okay=False, path_type=Path),
        default=Path("bench", "results", f"{bench.name}.png"),
        show_default=True,
        help="Where to draw the ratios.",
    )
    def run(
        rounds: int | None,
        only: tuple[str, ...],
        quick: bool,
        collector: bool,
        limit: float | None,
        png: Path,
    ) -> None:
        settings = Settings(
            rounds or (QUICK_ROUNDS if quick else DEFAULT_ROUNDS),
            QUICK_SECONDS if quick else DEFAULT_SECONDS,
            collector,
            limit or (QUICK_LIMIT if quick else DEFAULT_LIMIT),
            long_rounds=1 if quick else 3,
            first_results=1 if quick else 3,
        )
        contenders = [
            contender
            for contender in bench.contenders
            if not only or contender.name in (*only, bench.baseline)
        ]
        console = Console(width=None if sys.stdout.isatty() else FILE_WIDTH)
        console.print(report.settings_table(settings, bench))
        with Console(stderr=True).status("") as status:
            results = measure(bench, contenders, settings, status.update)
        console.print(report.contenders_table(results))
        for title, workloads in groupby(bench.workloads, lambda workload: workload.table):
            if title:
                console.print(report.line_table(bench, title, list(workloads), results))
                continue
            for workload in workloads:
                console.print(report.workload_table(bench, workload, results))
        if bench.summary is not None:
            for line in bench.summary(results):
                console.print(line, highlight=False, markup=False)
        for absence in report.absences(results):
            console.print(f"absent: {absence}", style="yellow", markup=False)
        failures = report.failures(results)
        broken = any(failure.startswith(bench.subject) for failure in failures)
        if bench.epilogue is not None and (not only or bench.subject in only):
            try:
                for line in bench.epilogue():
                    console.print(line, highlight=False, markup=False)
            except ValueError as error:
                failures.append(str(error))
                broken = True
        try:
            report.draw(bench, results, png)
            console.print(f"ratios drawn in {png}", highlight=False)
        except ModuleNotFoundError:
            console.print("no PNG: matplotlib is not installed")
        for failure in failures:
            console.print(f"error: {failure}", style="red", markup=False)
        if broken:  # a peer that fails is named, no more
            raise SystemExit(1)

    return run


for bench in BENCHES:
    main.add_command(command(bench))
main.add_command(transforms.command)

if __name__ == "__main__":
    main(prog_name="python -m bench")
