"""``chainrule cache``: what is kept of compiled code, in which folder, and how to be rid of it."""

from __future__ import annotations

import os
import time
from typing import Any

from rich.text import Text

from ..backends.llvm import cache
from .screen import aligned, heading, make_console, make_table, print_table

#: Files that are listed unless all are asked for.
SHOWN = 20

#: Characters of a name, so that a row fits on 80 columns.
NAME_LENGTH = 28


def show(is_all: bool) -> None:
    """Print the folder, how full it is, and its files, the last used first.

    Raises:
        OSError: the folder cannot be read, or the cache does not use it.
    """
    found = cache.entries()
    console = make_console()
    total = sum(entry.size for entry in found)
    files = f"{len(found):,} file{'s' * (len(found) != 1)}"
    heading(console, "compiled kernels")
    facts = [
        ("folder", str(cache.path())),
        ("holds", f"{files}, {_size(total)} of {_size(cache.LIMIT)}"),
        ("state", _state()),
    ]
    console.print("\n".join(aligned(facts)), soft_wrap=True)
    if not found:
        return
    console.print()
    headers = ["name", "terms", "compiled in", "size", "last used"]
    table = make_table(console, headers, range(1, 5))
    now = time.time()
    for entry in found[: None if is_all else SHOWN]:
        table.add_row(*_described(entry.facts), _size(entry.size), _age(now - entry.used))
    print_table(console, table)
    if not is_all and len(found) > SHOWN:
        console.print(f"and {len(found) - SHOWN:,} more; --all lists them", soft_wrap=True)


def clear() -> None:
    """Remove the files and say how many there were.

    Raises:
        OSError: the folder cannot be read, or a file cannot be removed.
    """
    count, size = cache.clear()
    console = make_console()
    removed = f"removed {count:,} file{'s' * (count != 1)}, {_size(size)}"
    console.print(f"{removed}, from {cache.path()}", soft_wrap=True)


def _described(facts: dict[str, Any]) -> tuple[Text, str, str]:
    """The name, terms and time of a kernel; a file that is not whole may say anything."""
    match facts:
        case {"name": str(name), "terms": int(terms), "seconds": float(seconds)}:
            return Text(_printable(name), "cyan"), f"{terms:,}", f"{1000 * seconds:,.0f} ms"
    return Text("not readable", "yellow"), "", ""


def _state() -> str:
    if not cache.IS_SUPPORTED:
        return "off: there is none on this platform"
    return "on" if cache.is_on() else f"off: CHAINRULE_CACHE={os.environ['CHAINRULE_CACHE']} is set"


def _printable(name: str) -> str:
    """A function may have any name; the terminal shall not obey it."""
    shown = "".join(x if x.isprintable() else "?" for x in name)
    return shown if len(shown) <= NAME_LENGTH else shown[: NAME_LENGTH - 3] + "..."


def _size(count: int) -> str:
    unit, bytes_ = ("MB", 1_000_000) if count >= 1_000_000 else ("kB", 1_000)
    return f"{count / bytes_:.3g} {unit}"


def _age(seconds: float) -> str:
    for unit, in_seconds in (("days", 86_400), ("hours", 3_600), ("min", 60)):
        if seconds >= 2 * in_seconds:
            return f"{seconds // in_seconds:,.0f} {unit} ago"
    return "just now"
