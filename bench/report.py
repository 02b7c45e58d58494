"""What was measured, as tables on the terminal and as a PNG."""

from __future__ import annotations

import os
import platform
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

from rich.table import Table
from rich.text import Text

from .harness import (
    LONG,
    MEMORY_SHARE,
    THREADS,
    Bench,
    Result,
    Settings,
    Spread,
    Workload,
    ratios,
)


def cpu_name() -> str:
    """The processor as the system names it."""
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            key, _, name = line.partition(":")
            if key.strip() == "model name":
                return name.strip()
    return platform.processor() or platform.machine()


def settings_table(settings: Settings, bench: Bench | None = None) -> Table:
    """On what, and how, it was measured."""
    table = Table.grid(padding=(0, 2))
    table.add_row("CPU", f"{cpu_name()}, {os.cpu_count()} cores")
    table.add_row("system", platform.platform(terse=True))
    table.add_row("Python", f"{platform.python_implementation()} {platform.python_version()}")
    table.add_row(
        "collector",
        "on, as in ordinary programs"
        if settings.collector
        else "off; those who leave cycles collect at the end of each timing",
    )
    table.add_row("threads", f"{THREADS} for libraries that use any")
    each = f", about {settings.seconds:g} s for each contender and workload"
    table.add_row(
        "rounds",
        f"{settings.rounds}, interleaved{each if settings.seconds else ''}; the median, and "
        "lowest – highest",
    )
    if bench is not None and bench.apart:
        table.add_row(
            "processes",
            f"one for each contender and workload, on {THREADS} processors, with "
            f"{MEMORY_SHARE:.0%} of the memory and {settings.limit:g} s to its first result; "
            f"in {settings.long_rounds} rounds where a call takes more than {LONG:g} s",
        )
    return table


def contenders_table(results: Sequence[Result]) -> Table:
    """Who took part, in which version and how; who is missing."""
    table = Table(title="contenders", title_justify="left", title_style="bold")
    table.add_column("contender", no_wrap=True)
    table.add_column("version")
    table.add_column("how")
    for result in results:
        opening = result.opening
        how = Text(result.contender.how)
        if opening.leaves_cycles:
            how.append("; leaves cycles, so gc.collect() is timed with it")
        if opening.note:
            how.append(f"; {opening.note}")
        table.add_row(result.contender.name, _presence(result), how)
    return table


def _presence(result: Result) -> Text:
    opening = result.opening
    if opening.missing:
        return Text(f"missing: {opening.missing}", style="yellow")
    if opening.error:
        return Text(f"error: {opening.error}", style="red")
    return Text(opening.version)


def workload_table(bench: Bench, workload: Workload, results: Sequence[Result]) -> Table:
    """A workload: time an operation, and times the baseline and the subject, by contender.

    Where they were measured, the time to the first result and the errors.
    """
    table = Table(title=workload.title, title_justify="left", title_style="bold")
    table.add_column("contender")
    if bench.first:
        table.add_column("first result, s", justify="right")
    table.add_column(bench.unit, justify="right")
    table.add_column(f"× {bench.baseline}", justify="right")
    table.add_column("lowest – highest", justify="right", no_wrap=True)
    baseline, subject = (_named(results, name) for name in (bench.baseline, bench.subject))
    if subject and subject is not baseline:
        table.add_column(f"× {bench.subject}", justify="right")
    checked = any(result.errors for result in results)
    if checked:
        table.add_column("ulp, value", justify="right", no_wrap=True)
        table.add_column("ulp, derivatives", justify="right")
    for result in results:
        name = result.contender.name
        style = "bold" if name == bench.subject else ""
        seconds = result.seconds.get(workload.name)
        if seconds is None:
            absence = _absence(result, workload)
            limit = result.beyond.get(workload.name)
            first_cell = "" if limit is None else f"> {limit:g}"
            table.add_row(name, *([first_cell] if bench.first else []), *absence, style=style)
            continue
        cells = []
        if bench.first:
            first = result.first.get(workload.name)
            cells.append(number(Spread.of(first).median) if first else "")
        cells.append(number(Spread.of(seconds).median / workload.operations * bench.units_a_second))
        to_baseline = ratios(result, baseline, workload) if baseline else None
        to_subject = ratios(result, subject, workload) if subject else None
        if to_baseline:
            cells.append(number(to_baseline.median))
            cells.append(f"{number(to_baseline.low)} – {number(to_baseline.high)}")
        if to_subject and subject is not baseline:
            cells.append(number(to_subject.median))
        if checked and workload.name in result.errors:
            cells += [""] * (len(table.columns) - 2 - 1 - len(cells))
            errors = result.errors[workload.name]
            cells += [number(errors.value), number(errors.derivatives)]
        table.add_row(name, *cells, style=style)
    return table


def line_table(
    bench: Bench, title: str, workloads: Sequence[Workload], results: Sequence[Result]
) -> Table:
    """Workloads, a line each: the baseline's time, and of the others its multiples."""
    table = Table(title=title, title_justify="left", title_style="bold")
    table.add_column("")
    table.add_column(f"{bench.baseline}, ns", justify="right")
    baseline = _named(results, bench.baseline)
    others = [result for result in results if result is not baseline and result.seconds]
    for result in others:
        style = "bold" if result.contender.name == bench.subject else ""
        table.add_column(result.contender.name, justify="right", style=style)
    for workload in workloads:
        seconds = baseline.seconds.get(workload.name) if baseline else None
        cells: list[str | Text] = [f"{Spread.of(seconds).median * 1e9:,.0f}" if seconds else ""]
        for result in others:
            spread = ratios(result, baseline, workload) if baseline else None
            cells.append(number(spread.median) if spread else _absence(result, workload)[0])
        table.add_row(workload.title, *cells)
    return table


def _absence(result: Result, workload: Workload) -> tuple[Text, Text]:
    if result.opening.missing:
        return Text("missing", style="yellow"), Text("")
    if workload.name not in result.failures and not result.opening.error:
        return Text("–", style="yellow"), Text("")
    return Text("error", style="red"), Text("")


def absences(results: Iterable[Result]) -> list[str]:
    """Who did not take part in which workload, and why."""
    return [
        f"{result.contender.name}, {workload}: {reason}"
        for result in results
        for workload, reason in result.absences.items()
    ]


def failures(results: Iterable[Result]) -> list[str]:
    """Every error: a wrong result, a crash."""
    lines = []
    for result in results:
        if result.opening.error:
            lines.append(f"{result.contender.name}: {result.opening.error}")
        for workload, failure in result.failures.items():
            lines.append(f"{result.contender.name}, {workload}: {failure}")
    return lines


def _named(results: Iterable[Result], name: str) -> Result | None:
    return next((result for result in results if result.contender.name == name), None)


def _first(result: Result, workload: Workload) -> float:
    return Spread.of(result.first[workload.name]).median


def number(x: float) -> str:
    """Three digits or so, for columns of very different sizes."""
    if x >= 99.95:
        return f"{x:,.0f}"
    return f"{x:.1f}" if x >= 9.995 else f"{x:.2f}"


def draw(bench: Bench, results: Sequence[Result], path: Path) -> None:
    """Write a PNG of the ratios to the baseline: dots at medians, bars from lowest to highest.

    Lines of tables are not drawn.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot
    from matplotlib.ticker import FuncFormatter, NullLocator

    baseline = _named(results, bench.baseline)
    shown = [result for result in results if result.seconds and result is not baseline]
    if baseline is None or not shown:
        return
    workloads = [workload for workload in bench.workloads if not workload.table]
    columns = 2 if len(workloads) > 1 else 1
    rows = -(-len(workloads) // columns)
    figure, axes = pyplot.subplots(
        rows,
        columns,
        figsize=(6.2 * columns, (0.34 * len(shown) + 1.1) * rows),
        squeeze=False,
        sharex=True,
        sharey=True,
        layout="constrained",
    )
    for axis, workload in zip(axes.flat, workloads, strict=False):
        for height, result in enumerate(shown):
            spread = ratios(result, baseline, workload)
            if spread is None:
                continue
            ours = result.contender.name.startswith(bench.subject)
            axis.errorbar(
                spread.median,
                height,
                xerr=[[spread.median - spread.low], [spread.high - spread.median]],
                fmt="o",
                color="tab:red" if ours else "dimgrey",
                capsize=3,
                markersize=5,
            )
            axis.annotate(
                number(spread.median),
                (spread.high, height),
                xytext=(7, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
            )
            if bench.first:
                quotient = _first(result, workload) / _first(baseline, workload)
                axis.plot(quotient, height, "s", color="tab:blue", fillstyle="none", markersize=7)
        axis.set_title(textwrap.fill(workload.title, 80), fontsize=10, loc="left")
        axis.set_xscale("log")
        axis.axvline(1, color="tab:blue", linewidth=1)
        axis.grid(axis="x", color="lightgrey", linewidth=0.6)
        axis.set_axisbelow(True)
        axis.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.15g}"))
        axis.xaxis.set_minor_locator(NullLocator())
        axis.margins(x=0.12)
    for axis in axes.flat[len(workloads) :]:
        axis.set_axis_off()
    axes[0, 0].set_yticks(range(len(shown)), [result.contender.name for result in shown])
    axes[0, 0].invert_yaxis()
    figure.suptitle(bench.title)
    kinds = "squares: first result; dots: a call; " if bench.first else ""
    figure.supxlabel(
        f"{kinds}time as a multiple of {bench.baseline} ({baseline.contender.how})", size=10
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
