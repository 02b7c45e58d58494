"""Where results go that a user gives arrays for.

A step writes into the user's array itself if its elements lie one after the other and nothing else
that the call reads or writes is in the same memory; also if an input is exactly that array and each
of its elements is read where the result's is stored, and nowhere later: ``p - lr*m`` in place. All
else is computed aside and copied when everything is read.

Start reading at :meth:`Outputs.bound`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ..outputs import refuse_shared
from . import runner
from .steps import NestStep

if TYPE_CHECKING:
    from .executable import Executable


class Outputs:
    """How the results of an Executable go to arrays of the user's."""

    def __init__(self, executable: Executable) -> None:
        self.executable = executable
        self.fresh = frozenset(executable.fresh)
        self.known: dict[tuple[int, int], bool] = {}
        #: For each slot that a step writes, the step.
        self.steps: dict[int, int] = {}
        for i, step in enumerate(executable.steps):
            if type(step) is NestStep:
                self.steps |= {slot: i for slot, _ in step.stores}

    def bound(
        self, values: list[Any], inputs: Sequence[Any], outs: Sequence[Any]
    ) -> dict[int, Any]:
        """Put the arrays that steps may write into among the values: result and its array."""
        arrays = [x for x in inputs if isinstance(x, np.ndarray)]
        slots = [i for i, x in enumerate(inputs) if isinstance(x, np.ndarray)]
        given = [(k, out) for k, out in enumerate(outs) if out is not None]
        aside = {k for k, out in given if not out.flags.c_contiguous}
        for i, j, is_same in runner.overlaps([out for _, out in given], arrays):
            k = given[i][0]
            if j < 0:
                refuse_shared(outs, k, given[-1 - j][0])
                aside |= {k, given[-1 - j][0]}
            elif not (is_same and self.may_replace(k, slots[j])):
                aside.add(k)
        bound: dict[int, Any] = {}
        for k, out in given:
            slot = self.executable.results[k]
            if k not in aside and slot in self.fresh and values[slot] is None:
                values[slot] = bound[k] = out
        return bound

    def finished(
        self,
        values: list[Any],
        outs: Sequence[Any],
        bound: dict[int, Any] | None,
        results: list[Any],
    ) -> list[Any]:
        """The results, those that were computed aside copied to where they belong."""
        assert bound is not None
        for k, out in enumerate(outs):
            if out is not None:
                if k not in bound:
                    np.copyto(out, results[k])
                results[k] = out
        return results

    def may_replace(self, k: int, read: int) -> bool:
        """Whether result k may be stored in the array that is the input of a slot."""
        key = (k, read)
        known = self.known.get(key)
        if known is None:
            known = self.known[key] = self._may_replace(self.executable.results[k], read)
        return known

    def _may_replace(self, stored: int, read: int) -> bool:
        executable = self.executable
        if stored not in self.steps:
            return False
        there = self.steps[stored]
        seen = {slot for slot, roots in executable.views.items() if read in roots}
        if seen.intersection(executable.results):
            return False
        for i, step in enumerate(executable.steps[there:], there):
            touched = seen.intersection(step.reads)
            if touched and not (
                i == there
                and touched == {read}
                and isinstance(step, NestStep)
                and step.may_replace(stored, read, executable.term_of)
            ):
                return False
        return True
