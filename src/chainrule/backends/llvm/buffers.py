"""Memory: where values that steps hand on to each other have their places in that of a call.

What a step writes and only later steps read lives in one piece of memory, in which values take
turns: two share a place if the first is dead before the second is written. The places belong to one
kind of extents and are planned once; the memory is a call's own, comes from a pool and goes back.

Start reading at :func:`offsets`.
"""

from __future__ import annotations

import bisect
from collections.abc import Sequence
from dataclasses import dataclass

#: Where values begin: at multiples of a line of the cache.
LINE = 64


@dataclass(frozen=True)
class Buffer:
    """A value in that memory: written by the step ``first``, read for the last time by ``last``."""

    value: int
    first: int
    last: int


def offsets(buffers: Sequence[Buffer], sizes: Sequence[int]) -> tuple[list[int], int]:
    """Where each buffer begins, and how many bytes there are; in the order of ``first``.

    A step's results get their places before its operands give theirs up, so they never overlap.
    """
    starts = [0] * len(buffers)
    total = 0
    free: list[tuple[int, int]] = []  # (start, size), by start
    ends: dict[int, list[int]] = {}
    now = -1
    for i in sorted(range(len(buffers)), key=lambda i: buffers[i].first):
        while now < buffers[i].first - 1:
            now += 1
            for dead in ends.pop(now, ()):
                _release(free, starts[dead], sizes[dead])
        size = sizes[i]
        fits = [hole for hole in free if hole[1] >= size]
        if fits:
            hole = min(fits, key=lambda hole: hole[1])
            free.remove(hole)
            starts[i] = hole[0]
            if hole[1] > size:
                bisect.insort(free, (hole[0] + size, hole[1] - size))
        else:
            if free and sum(free[-1]) == total:  # the hole at the end grows
                total = free.pop()[0]
            starts[i] = total
            total += size
        ends.setdefault(buffers[i].last, []).append(i)
    return starts, total


def _release(free: list[tuple[int, int]], start: int, size: int) -> None:
    """Make a place free again, as one with its neighbours."""
    if not size:
        return
    i = bisect.bisect_left(free, (start, 0))
    if i < len(free) and free[i][0] == start + size:
        size += free.pop(i)[1]
    if i and sum(free[i - 1]) == start:
        start, before = free.pop(i - 1)
        size += before
        i -= 1
    free.insert(i, (start, size))
