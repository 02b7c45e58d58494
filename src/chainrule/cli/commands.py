"""The commands, their options, and the one line that bad input gets."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict
from io import TextIOWrapper
from pathlib import Path

import click

from .. import __version__, config
from ..errors import ChainruleError
from ..ops import public_rows
from .expression import MAX_LENGTH, Expression, decode, read, read_point, shortened, signature
from .terms import CONSTANTS, break_down, evaluate

_FUNCTIONS = ", ".join(
    signature(row) + "".join(f" = {alias}" for alias in row.aliases) for row in public_rows()
)


class BadInput(click.ClickException):
    """What the user gave cannot be used: one line on standard error, exit code 2."""

    exit_code = 2


@click.group()
@click.version_option(__version__, prog_name="chainrule")
def main() -> None:
    """Exact derivatives of ordinary functions."""
    if isinstance(sys.stdout, TextIOWrapper):
        # A variable may have a name that the output's encoding does not have.
        sys.stdout.reconfigure(errors="backslashreplace")


@main.command(
    # So that an expression may start with a minus sign.
    context_settings={"ignore_unknown_options": True},
    epilog=f"Functions: {_FUNCTIONS}. Constants, unless --at gives them another value: "
    f"{', '.join(CONSTANTS)}.",
)
@click.argument("expression")
@click.option(
    "--at",
    "assignments",
    multiple=True,
    metavar="NAME=NUMBER",
    help="The value of a variable; once for each variable of the expression.",
)
@click.option(
    "--terms",
    "with_terms",
    is_flag=True,
    help="Print the terms t1 ... tn with their values, partials and derivatives, and the sweep.",
)
@click.option(
    "--json",
    "is_json",
    is_flag=True,
    help="Print one JSON object: expression, at, value, gradient; with --terms also terms and "
    'sweep. JSON has no NaN and no infinities: they are the strings "NaN", "Infinity" and '
    '"-Infinity".',
)
@click.option(
    "--points",
    type=click.Path(path_type=Path),
    metavar="FILE.npz",
    help="Evaluate at all points of a NumPy file: an array for each variable, under its name, of "
    "float64, float32 or integers, all of one shape or single numbers. What --at gives is the same "
    "at all points, and not differentiated.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE.npz",
    help="Where the results for --points go: the array value, and for each array x of the file the "
    "derivatives d_x, in the shape of the points. A file of that name is replaced.",
)
def gradient(
    expression: str,
    assignments: tuple[str, ...],
    with_terms: bool,
    is_json: bool,
    points: Path | None,
    out: Path | None,
) -> None:
    r"""Differentiate an expression at a point, or at all points of a file.

    Prints the value of EXPRESSION and its exact derivative in every variable; with --points and
    --out, writes them to a file.

    EXPRESSION is arithmetic as in Python (+ - * / // % **, comparisons, calls of the functions
    below), of at most 10,000 characters; "-" reads it from standard input. It is never evaluated
    as Python.

    \b
    chainrule gradient "log(x1*x2*(x1+x2))/(x1-x2)**2" --at x1=2 --at x2=10
    chainrule gradient "a*exp(-b*t)" --at a=2 --points data.npz --out result.npz
    """
    try:
        point = read_point(assignments)
        parsed = read(_standard_input() if expression == "-" else expression)
        if points is not None or out is not None:
            if points is None or out is None:
                raise BadInput("--points and --out go together: the file to read, and to write")
            if with_terms or is_json:
                raise BadInput("--terms and --json are for one point, not for those of a file")
            _gradient_at_points(parsed, point, points, out)
            return
        evaluation = evaluate(break_down(parsed, point), point)
    except ChainruleError as error:
        raise BadInput(str(error)) from error
    from .show import as_json, show

    if is_json:
        click.echo(as_json(parsed.text, point, evaluation, with_terms))
    else:
        show(parsed.text, point, evaluation, with_terms)


def _gradient_at_points(
    parsed: Expression, constants: Mapping[str, float], points: Path, out: Path
) -> None:
    from .points import evaluate_at, read_points, replaced, write
    from .show import show_rate

    given = read_points(points, parsed, constants)
    breakdown = break_down(parsed, {*given.arrays, *constants})
    try:
        with replaced(out, points) as file:
            results = evaluate_at(given, parsed, breakdown, constants)
            write(file, results)
    except MemoryError:
        raise BadInput(f"memory does not suffice for {given.count:,} points at once") from None
    show_rate(given.count, results, out)


def _standard_input() -> str:
    """The expression on standard input, of which no more is read than an expression may have."""
    return decode(sys.stdin.buffer.read(MAX_LENGTH + 1))


@main.command()
def info() -> None:
    """Print which build is running, and why.

    Eager numbers run compiled, or in plain Python where no compiled build is there.
    """
    from rich.text import Text

    from .screen import aligned, make_console, make_table, print_table

    facts = {name.replace("_", " "): str(fact) for name, fact in asdict(config()).items()}
    native = config().native
    facts["native"] = "yes, eager numbers run compiled" if native else "no, in plain Python"
    if native:
        del facts["plain reason"]
    console = make_console()
    if console.is_terminal:
        table = make_table(console, ["chainrule", ""])
        for name, fact in facts.items():
            table.add_row(name, Text(fact, style="bold green" if name == "native" else ""))
        print_table(console, table)
    else:
        console.print("\n".join(aligned([*facts.items()])), soft_wrap=True)


@main.command()
@click.option(
    "--points",
    type=click.IntRange(min=2),
    metavar="COUNT",
    help="Points of the second half: 10,000,000, which take about 1 GB of memory.",
)
@click.pass_context
def demo(context: click.Context, points: int | None) -> None:
    """Fit real data with exact derivatives, and take a gradient at millions of points.

    Fits three of NIST's reference sets (Misra1a, Thurber, Gauss1) from both certified starting
    points and compares with the certified parameters; measures what finite differences of one of
    them cost and how wrong they are. Then measures the gradient of one function at ten million
    points: by finite differences, by hand with NumPy, and by chainrule. Exit code 1 if a fit misses
    the certified parameters, or the gradient is wrong.
    """
    from .demo import run
    from .rates import POINTS

    try:
        is_right = run(points or POINTS)
    except MemoryError:
        raise BadInput("memory does not suffice for so many points; --points takes fewer") from None
    context.exit(0 if is_right else 1)


@main.group(invoke_without_command=True)
@click.option("--all", "is_all", is_flag=True, help="List all files, not only the last used.")
@click.pass_context
def cache(context: click.Context, is_all: bool) -> None:
    """Show what is kept of compiled code.

    A jitted function's native code is kept on disk, so that another process need not compile it
    anew. Prints the folder, how full it is, and what is in its files. CHAINRULE_CACHE_DIR in the
    environment names another folder; CHAINRULE_CACHE=0 turns the cache off.
    """
    if context.invoked_subcommand is None:
        from . import kernels

        try:
            kernels.show(is_all)
        except OSError as error:
            raise _unusable(error) from error


@cache.command()
def clear() -> None:
    """Remove the cache's files, and nothing else in its folder."""
    from . import kernels

    try:
        kernels.clear()
    except OSError as error:
        raise _unusable(error) from error


def _unusable(error: OSError) -> BadInput:
    """Of a folder that cannot be read, or is not used because it is not the user's own."""
    return BadInput(f"the cache in {shortened(str(error.filename), 80)}: {error.strerror}")
