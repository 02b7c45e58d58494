"""The list of functions: which there are beside the rows, and which of NumPy's each one means.

A function is registered where it is written, by :func:`covers`, and everything else follows from
that: the public name below ``chainrule``, what ``__array_function__`` finds, the method of arrays
where ndarray has one of that name, the table in ``docs/coverage.md``, and the tests' list.

>>> COVERED["cumsum"].names
('cumsum',)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

Function = Callable[..., Any]
F = TypeVar("F", bound=Function)


@dataclass(frozen=True)
class Covered:
    """One function: its public name, and what NumPy calls it."""

    function: Function
    #: Dotted, below ``chainrule``: "sum", "linalg.norm"; empty where only NumPy's names lead to it.
    public: str
    #: NumPy's names, dotted, below ``numpy``; what this NumPy does not have is left out.
    names: tuple[str, ...]
    #: False where the results are truth values, positions or counts, which have no derivative.
    derivative: bool
    #: Where the derivative jumps, or what else is to be known of it.
    kinks: str

    @property
    def key(self) -> str:
        """What it is listed under."""
        return self.public or self.names[0]


COVERED: dict[str, Covered] = {}
"""Every function by its public name, in the order in which they are written."""

FUNCTIONS: dict[Any, Function] = {}
"""NumPy's functions, each with ours."""


def numpys(name: str) -> Any:
    """The function of NumPy's that a dotted name leads to; None where this NumPy has none."""
    place: Any = np
    for part in name.split("."):
        place = getattr(place, part, None)
    return place


def covers(
    *names: str, public: str | None = None, derivative: bool = True, kinks: str = ""
) -> Callable[[F], F]:
    """Register a function under NumPy's names, by default its own; the first is public.

    ``public=""`` is for what only NumPy's names lead to, another ``public`` for another name.
    """

    def register(function: F) -> F:
        given = names or (function.__name__,)
        own = given[0] if public is None else public
        known = tuple(name for name in given if numpys(name) is not None)
        entry = Covered(function, own, known, derivative, kinks)
        if entry.key in COVERED:
            raise ValueError(f"{entry.key}: there is a function of that name already")
        COVERED[entry.key] = entry
        for name in known:
            FUNCTIONS[numpys(name)] = function
        return function

    return register


def public_functions(prefix: str = "") -> dict[str, Function]:
    """The public functions right below a prefix such as ``"linalg."``, by the rest of the name.

    A function of several of NumPy's names has them all.
    """
    found = {}
    for entry in COVERED.values():
        for path in (entry.public, *entry.names) if entry.public else ():
            name = path.removeprefix(prefix)
            if path.startswith(prefix) and name and "." not in name:
                found[name] = entry.function
    return found
