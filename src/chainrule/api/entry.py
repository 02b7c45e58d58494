"""What the cache of a jitted function holds: an :class:`Entry` is one traced Program.

It knows when it may be used. :class:`Explanation` prints them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..backends.interpreter import Run
from ..containers import Rebuild
from ..program.program import Program
from .arguments import Signature
from .call import Callee
from .outputs import Expected
from .outside import Read


@dataclass
class Entry:
    """One traced Program of a jitted function, and when it may be used."""

    signature: Signature
    callee: Callee
    program: Program
    run: Run
    rebuild: Rebuild
    reads: tuple[Read, ...]
    #: Plain arrays whose elements decided what the terms are, each with a copy.
    contents: tuple[tuple[Any, Any], ...]
    reason: str
    seconds: float
    #: Calls that Python did; those by routes are counted there.
    calls_by_python: int = 0
    #: What ``out=`` has to be; made when it is given for the first time.
    expected: Expected | None = None
    routes: list[Any] = field(default_factory=list)
    _chain: list[Any] = field(default_factory=list)

    @property
    def calls(self) -> int:
        by_routes: int = sum(route.calls for route in self.routes)
        return self.calls_by_python + by_routes

    def chain(self) -> Any:
        """What C runs from end to end, if the backend made such; else None."""
        if not self._chain:
            made = getattr(self.run, "chain", None)
            self._chain.append(made() if made else None)
        return self._chain[0]

    def obstacle(self, extents: Sequence[int]) -> str:
        """Why this Program is not the function for these extents here and now; or nothing."""
        for guard in self.program.guards:
            if not guard.holds(extents):
                values = ", ".join(map(str, extents))
                return f"it was traced for {guard}, which does not hold for the extents {values}"
        for read in self.reads:
            if read.changed():
                return f"{read.what} is not what it was"
        for array, copy in self.contents:
            if not np.array_equal(array, copy):
                return "a mask or an index is not what it was"
        return ""


@dataclass(frozen=True, repr=False)
class Explanation:
    """What is cached, and why something was traced again; ``print`` shows it."""

    name: str
    entries: tuple[Entry, ...]

    def __repr__(self) -> str:
        return str(self)

    def __str__(self) -> str:
        if not self.entries:
            return f"{self.name}: nothing is cached; it has not been called yet."
        lines = [f"{self.name}: {len(self.entries)} traced"]
        for i, entry in enumerate(self.entries):
            program = entry.program
            inputs = ", ".join(
                f"{name}: {'number' if term.weak and not term.shape else term.type_text()}"
                for name, term in zip(program.names, program.inputs, strict=False)
            )
            lines.append(
                f"  {i + 1}. ({inputs}): {len(program)} terms, traced in "
                f"{entry.seconds * 1e3:.1f} ms, called {entry.calls} times"
            )
            lines.append(f"     traced because {entry.reason}")
            lines += [f"     only where {guard}" for guard in program.guards]
        return "\n".join(lines)
