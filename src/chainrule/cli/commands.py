"""The commands, their options, and the one line that bad input gets."""

from __future__ import annotations

import sys
from dataclasses import asdict
from io import TextIOWrapper

import click

from .. import __version__, config
from ..errors import ChainruleError
from ..ops import public_rows
from .expression import MAX_LENGTH, decode, read, read_point, signature
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
def gradient(
    expression: str, assignments: tuple[str, ...], with_terms: bool, is_json: bool
) -> None:
    r"""Differentiate an expression at a point.

    Prints the value of EXPRESSION and its exact derivative in every variable.

    EXPRESSION is arithmetic as in Python (+ - * / // % **, comparisons, calls of the functions
    below), of at most 10,000 characters; "-" reads it from standard input. It is never evaluated
    as Python.

    \b
    chainrule gradient "log(x1*x2*(x1+x2))/(x1-x2)**2" --at x1=2 --at x2=10
    """
    try:
        point = read_point(assignments)
        parsed = read(_standard_input() if expression == "-" else expression)
        evaluation = evaluate(break_down(parsed, point), point)
    except ChainruleError as error:
        raise BadInput(str(error)) from error
    from .show import as_json, show

    if is_json:
        click.echo(as_json(parsed.text, point, evaluation, with_terms))
    else:
        show(parsed.text, point, evaluation, with_terms)


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
@click.pass_context
def demo(context: click.Context) -> None:
    """Fit real data with exact derivatives.

    Fits three of NIST's reference sets (Misra1a, Thurber, Gauss1) from both certified starting
    points and compares with the certified parameters; then measures what finite differences of one
    of them cost and how wrong they are. Exit code 1 if a fit misses the certified parameters.
    """
    from .demo import run

    context.exit(0 if run() else 1)
