"""Memory: what steps hand on to each other, and what results are made in.

What a step writes and only later steps read lives in the *arena* of a :class:`Frame`, one piece of
memory in which values take turns: two share a place if the first is dead before the second is
written. A frame belongs to one kind of extents, and to one call at a time; between calls it is
kept, so that the next one finds everything laid out and no page is new. Results are apart: each
call makes new ones (:func:`new_array`), whose memory comes from a pool and goes back when they die.

Start reading at :class:`Frames`.
"""

from __future__ import annotations

import bisect
import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import runner

#: Smaller arrays than this are NumPy's own.
POOLED = 65_536
#: Frames that a Program keeps between calls, and the bytes that all but the newest may hold.
FRAMES = 16
FRAME_BYTES = 1 << 28
#: Where values begin: at multiples of a line of the cache.
LINE = 64

Shape = tuple[int, ...]


def new_array(shape: Shape, dtype: Any) -> Any:
    """An array that nobody wrote yet. A large one's memory comes from a pool."""
    size = math.prod(shape) * dtype.itemsize
    if size < POOLED:
        return np.empty(shape, dtype)
    return np.ndarray(shape, dtype, runner.Memory(size))


@dataclass(frozen=True)
class Buffer:
    """A value of the arena: written by the step ``first``, read for the last time by ``last``."""

    slot: int
    first: int
    last: int


@dataclass(frozen=True)
class Frame:
    """What a call needs for given extents: values that are there already, and how steps run.

    ``values`` has an entry for each slot: an array in the arena, a number that follows from the
    extents, or None for what each call brings. ``fresh`` are the results: slot, shape, dtype.
    """

    extents: Shape
    values: list[Any]
    layouts: list[Any]
    fresh: list[tuple[int, Shape, Any]]
    size: int


class Frames:
    """The frames of a Program that no call is using."""

    def __init__(self, make: Callable[[Shape], Frame]) -> None:
        self.make = make
        self.idle: list[Frame] = []
        self.lock = threading.Lock()

    def take(self, extents: Shape) -> Frame:
        """A frame for these extents, which nobody else has until it is given back."""
        with self.lock:
            idle = self.idle
            for i in range(len(idle) - 1, -1, -1):
                if idle[i].extents == extents:
                    return idle.pop(i)
        return self.make(extents)

    def give_back(self, frame: Frame) -> None:
        """Keep a frame for the next call; the oldest go where there are too many."""
        with self.lock:
            idle = self.idle
            idle.append(frame)
            held = sum(kept.size for kept in idle) - frame.size
            while len(idle) > FRAMES or (held > FRAME_BYTES and len(idle) > 1):
                held -= idle.pop(0).size


def laid_out(
    buffers: Sequence[Buffer], kinds: Sequence[tuple[Shape, Any]]
) -> tuple[list[Any], int]:
    """An array for each buffer, of that shape and dtype, in one arena; and the arena's bytes."""
    sizes = [-(-math.prod(shape) * dtype.itemsize // LINE) * LINE for shape, dtype in kinds]
    starts, total = offsets(buffers, sizes)
    memory = np.empty(total + LINE, np.uint8)
    shift = -memory.ctypes.data % LINE
    arrays = [
        np.ndarray(shape, dtype, memory, shift + start)
        for (shape, dtype), start in zip(kinds, starts, strict=True)
    ]
    return arrays, total


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
