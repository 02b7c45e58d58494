"""Prints an expression's value, derivatives and terms: for people, or as JSON for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from .expression import Number, shortened
from .points import Results
from .screen import Signs, aligned, heading, make_console, make_table, print_table, signs_for
from .terms import ComputedTerm, Evaluation, Notation, Operand, listed, passed_on


def short(number: float) -> str:
    """A number in a table of terms; ``--json`` has all its digits."""
    return f"{number:.6g}"


# --- for programs ---------------------------------------------------------------------------------


def encoded(number: float | None) -> float | str | None:
    """A number as JSON has it, which knows neither NaN nor infinities: those become strings."""
    if number is None or math.isfinite(number):
        return number
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def as_json(text: str, point: Mapping[str, float], evaluation: Evaluation, with_terms: bool) -> str:
    """The whole result as one JSON object."""
    document: dict[str, Any] = {
        "expression": text,
        "at": {name: encoded(number) for name, number in point.items()},
        "value": encoded(evaluation.value),
        "gradient": {name: encoded(number) for name, number in evaluation.gradient.items()},
    }
    if with_terms:
        notation = Notation(point, len(evaluation.terms))
        document["terms"] = [
            {
                "name": f"{notation.prefix}{i + 1}",
                "form": notation.form(computed.term),
                "operation": computed.term.row.name,
                "operands": [_operand(notation, operand) for operand in computed.term.operands],
                "value": encoded(computed.value),
                "partials": {
                    notation.name(operand): encoded(partial)
                    for operand, partial in computed.partials.items()
                },
                "derivative": encoded(computed.derivative),
            }
            for i, computed in enumerate(evaluation.terms)
        ]
        document["sweep"] = [
            {
                "from": f"{notation.prefix}{share.source + 1}",
                "to": notation.name(share.target),
                "derivative": encoded(share.derivative),
                "partial": encoded(share.partial),
                "product": encoded(share.product),
            }
            for share in passed_on(evaluation)
        ]
    return json.dumps(document, allow_nan=False)


def _operand(notation: Notation, operand: Operand) -> float | str | None:
    return encoded(operand.number) if isinstance(operand, Number) else notation.name(operand)


# --- for people -----------------------------------------------------------------------------------


def show(text: str, point: Mapping[str, float], evaluation: Evaluation, with_terms: bool) -> None:
    """Print value and derivatives; before them the terms and the sweep, if they are wanted."""
    console = make_console()
    signs = signs_for(console)
    notation = Notation(point, len(evaluation.terms))
    if with_terms:
        _show_terms(console, signs, notation, evaluation)
        _show_sweep(console, signs, notation, evaluation)
    _show_gradient(console, signs, notation.result, text, point, evaluation)


def show_rate(count: int, results: Results, out: Path) -> None:
    """Print what was written for the points of a file, and how fast it was computed."""
    console = make_console()
    written = f"{listed([*results.arrays])} written to {shortened(str(out), 60)}"
    console.print(f"{count:,} point{'s' * (count != 1)}: {written}", soft_wrap=True)
    rate = ""
    if count and results.computing:
        rate = f", {count / results.computing / 1e6:,.3g} million points a second"
    console.print(
        f"prepared in {results.preparing:.3g} s, computed in {results.computing:.3g} s{rate}",
        soft_wrap=True,
    )


def _show_gradient(
    console: Console,
    signs: Signs,
    result: str,
    text: str,
    point: Mapping[str, float],
    evaluation: Evaluation,
) -> None:
    if not console.is_terminal:
        lines = [f"{result} = {evaluation.value!r}"]
        lines += [
            f"{signs.derivative(result, name)} = {derivative!r}"
            for name, derivative in evaluation.gradient.items()
        ]
        console.print("\n".join(lines), soft_wrap=True)
        return
    console.print(Text.assemble((f"{result} = ", "bold"), text), soft_wrap=True)
    console.print(Text.assemble((f"{result} = ", "bold"), (repr(evaluation.value), "bold green")))
    table = make_table(console, ["variable", "at", signs.derivative(result, "variable")], [])
    for name, derivative in evaluation.gradient.items():
        table.add_row(name, repr(point[name]), Text(repr(derivative), style="bold green"))
    print_table(console, table)


def _show_terms(console: Console, signs: Signs, notation: Notation, evaluation: Evaluation) -> None:
    rows = [
        (
            f"{notation.prefix}{i + 1} = {notation.form(computed.term)}",
            short(computed.value),
            _partials(signs, notation, i, computed),
            "" if computed.derivative is None else short(computed.derivative),
        )
        for i, computed in enumerate(evaluation.terms)
    ]
    headers = ["term", "value", "partials", signs.derivative(notation.result, "term")]
    if not rows:
        console.print(f"no terms: {notation.result} is {notation.name(evaluation.breakdown.root)}")
    elif console.is_terminal:
        table = make_table(console, headers, [1, 3])
        for form, value, partials, derivative in rows:
            table.add_row(Text(form, style="cyan"), value, "\n".join(partials), derivative)
        print_table(console, table)
    else:
        plain = [[form, value, ", ".join(partials), d] for form, value, partials, d in rows]
        console.print("\n".join([*aligned([headers, *plain]), ""]), soft_wrap=True)


def _partials(signs: Signs, notation: Notation, index: int, computed: ComputedTerm) -> list[str]:
    return [
        f"{signs.derivative(f'{notation.prefix}{index + 1}', notation.name(operand))}"
        f" = {short(partial)}"
        for operand, partial in computed.partials.items()
    ]


def _show_sweep(console: Console, signs: Signs, notation: Notation, evaluation: Evaluation) -> None:
    """The chain rule as it is applied: a line an application, from the last term to the first."""
    result = notation.result
    root = notation.name(evaluation.breakdown.root)
    rows = [[signs.derivative(result, root), "=", "1", "", "", "", "", ""]]
    totals: dict[Operand, float] = {}
    for share in passed_on(evaluation):
        is_first = share.target not in totals
        totals[share.target] = totals.get(share.target, 0.0) + share.product
        source = f"{notation.prefix}{share.source + 1}"
        target = notation.name(share.target)
        rows.append(
            [
                signs.derivative(result, target),
                "+=",
                f"{signs.derivative(result, source)} {signs.times} "
                f"{signs.derivative(source, target)}",
                "=",
                f"{short(share.derivative)} {signs.times} {short(share.partial)}",
                "=",
                short(share.product),
                "" if is_first else f"sum {short(totals[share.target])}",
            ]
        )
    heading(console, "the sweep, from the last term to the first")
    console.print("\n".join([*aligned(rows, " "), ""]), soft_wrap=True)
