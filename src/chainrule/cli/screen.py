"""How things are printed: on a terminal with rich, into a pipe as plain aligned text.

The signs of calculus are replaced where the output's encoding does not have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text


def make_console() -> Console:
    """The console on standard output; text is printed as it is, without markup."""
    return Console(markup=False, highlight=False, emoji=False)


@dataclass(frozen=True)
class Signs:
    """The signs that a derivative is written with."""

    partial: str = "∂"
    times: str = "·"

    def derivative(self, result: str, argument: str) -> str:
        return f"{self.partial}{result}/{self.partial}{argument}"


def signs_for(console: Console) -> Signs:
    """The signs that this console can print."""
    return Signs("d", "*") if console.options.ascii_only else Signs()


def make_table(console: Console, headers: Sequence[str], numeric: Iterable[int] = ()) -> Table:
    """An empty table; columns whose positions are in ``numeric`` are set to the right."""
    right = set(numeric)
    table = Table(
        box=SIMPLE_HEAD if console.is_terminal else None,
        pad_edge=console.is_terminal,
        header_style="bold",
    )
    for position, header in enumerate(headers):
        table.add_column(header, justify="right" if position in right else "left")
    return table


def print_table(console: Console, table: Table) -> None:
    """A table and an empty line, which on a terminal is part of the table."""
    console.print(table)
    if not console.is_terminal:
        console.print()


def aligned(rows: Sequence[Sequence[str]], gap: str = "  ") -> list[str]:
    """Rows of cells as lines of text, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        gap.join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def heading(console: Console, text: str) -> None:
    """A line that opens a part of the output."""
    console.print(Text(text, style="bold"))
