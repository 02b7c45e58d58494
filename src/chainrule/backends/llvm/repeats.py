"""Where a long list of members says the same again and again: loops that Python's unrolled.

A traced ``for`` is all its rounds, one after the other. As one stretch of code a thousand rounds
take LLVM a second, and more memory for instructions than the processor keeps at hand. Here the
rounds are found again: a :class:`Repeat` is a stretch of members that is one *body*, ``count``
times. From round to round the operand of a member may be the same (an invariant), the member of a
round before (carried), or move by a fixed number of places (a sweep reads what the rounds of the
function computed, last one first); plain numbers may differ. ``rolled.py`` writes the loops.

Start reading at :func:`rounds_of`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .passes import Member, members

#: Members from which on it is worth looking; what is shorter is better off as one stretch.
MANY = 400
#: Members and rounds that a loop has at least.
LEAST_MEMBERS, LEAST_ROUNDS = 200, 4
#: Members in a row that have to be alike for a guess at a period, and guesses that are looked at.
WINDOW, GUESSES = 6, 8
#: A shorter period is taken if it covers that share of what the best one does.
ENOUGH = 0.9
#: Rounds that a carried value may be old.
CARRIED = 8


@dataclass(frozen=True, eq=False)
class Repeat:
    """A body of ``period`` members from ``start`` on, ``count`` times."""

    start: int
    period: int
    count: int

    @property
    def end(self) -> int:
        return self.start + self.period * self.count

    def cut(self, first: int, last: int) -> Repeat:
        """The rounds from first to last alone."""
        return Repeat(self.start + first * self.period, self.period, last - first)


@dataclass(frozen=True, eq=False)
class Members:
    """Members by their place in a list, and what they read: as arrays, to compare quickly."""

    members: list[Member]
    #: By the serials of their terms.
    place_of: dict[int, int]
    #: For each member a number that is the same for what looks the same.
    alike: Any
    #: For each operand and member the place of the member that is read, or -1.
    places: Any


@dataclass(frozen=True, eq=False)
class Rounds:
    """Members of which some are the rounds of loops."""

    table: Members
    loops: list[Repeat]

    @property
    def written(self) -> int:
        """How many members are written out, a body once."""
        return len(self.table.members) - sum((run.count - 1) * run.period for run in self.loops)


def rounds_of(listed: list[Member]) -> Rounds | None:
    """The loops in a list of members, if there are any."""
    table = tabulated(listed)
    loops = repeats(table)
    return Rounds(table, loops) if loops else None


def tabulated(listed: list[Member]) -> Members:
    """What :func:`repeats` looks at."""
    return Members(listed, *members.tabulated(listed))


def repeats(table: Members) -> list[Repeat]:
    """The loops in a list of members, in order, none overlapping."""
    found: list[Repeat] = []
    runs = [run for period in _guesses(table.alike) for run in _runs(table, period)]
    while runs:
        best = max(run.end - run.start for run in runs)
        chosen = min(
            (run for run in runs if run.end - run.start >= ENOUGH * best),
            key=lambda run: run.period,
        )
        found.append(chosen)
        runs = [part for run in runs for part in _beside(run, chosen)]
    found.sort(key=lambda run: run.start)
    final: list[Repeat] = []
    for run in found:
        trimmed = _trimmed(table, run, final)
        if trimmed is not None:
            final.append(trimmed)
    return final


def _is_long(count: int, period: int) -> bool:
    return count >= LEAST_ROUNDS and count * period >= LEAST_MEMBERS


def _guesses(alike: Any) -> list[int]:
    """Periods that many members hint at: how far back the same window was seen last."""
    count = len(alike) - WINDOW
    hashes = np.zeros(count, np.uint64)
    for k in range(WINDOW):
        # Numbers wrap around, as those of a hash may.
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + alike[k : k + count].astype(np.uint64)
    order = np.argsort(hashes, kind="stable")
    same = hashes[order[1:]] == hashes[order[:-1]]
    distances = (order[1:] - order[:-1])[same]
    periods, votes = np.unique(distances, return_counts=True)
    best = np.argsort(-votes, kind="stable")[:GUESSES]
    return sorted(int(periods[i]) for i in best if votes[i] * LEAST_ROUNDS >= LEAST_MEMBERS)


def _runs(table: Members, period: int) -> list[Repeat]:
    """The stretches in which a period holds, for what members are and for what they read."""
    alike, places = table.alike, table.places
    if len(alike) < LEAST_ROUNDS * period:
        return []
    same = alike[period:] == alike[:-period]
    moves = places[:, period:] - places[:, :-period]
    steady = same[period:] & same[:-period]
    steady &= np.all(moves[:, period:] == moves[:, :-period], axis=0)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], steady, [False]]).astype(np.int8)))
    runs = []
    for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        count = (last - first) // period + 2
        if _is_long(count, period):
            runs.append(Repeat(first, period, count))
    return runs


def _beside(run: Repeat, chosen: Repeat) -> list[Repeat]:
    """What is left of a run before and after the chosen one."""
    parts = []
    before = (min(run.end, chosen.start) - run.start) // run.period
    if _is_long(before, run.period):
        parts.append(run.cut(0, before))
    skipped = max(0, -(-(chosen.end - run.start) // run.period))
    if run.end > chosen.end and _is_long(run.count - skipped, run.period):
        parts.append(run.cut(skipped, run.count))
    return parts


def move_of(table: Members, run: Repeat, k: int, i: int) -> tuple[int, int]:
    """The place that an operand of a member of the first round reads, and its move a round."""
    place = int(table.places[k, i])
    return place, int(table.places[k, i + run.period]) - place


def is_carried(run: Repeat, place: int, move: int) -> bool:
    """Whether a member of this round or one of the rounds before is read."""
    return move == run.period and place >= run.start - CARRIED * run.period


def home_of(loops: list[Repeat], place: int) -> Repeat | None:
    """The loop that has a member."""
    for run in loops:
        if run.start <= place < run.end:
            return run
    return None


def _trimmed(table: Members, run: Repeat, before: list[Repeat]) -> Repeat | None:
    """The rounds of which what they read from another loop is in one, at whole rounds."""
    first, last = 0, run.count
    for i in range(run.start, run.start + run.period):
        for k in range(len(table.places)):
            place, move = move_of(table, run, k, i)
            if place < 0 or move == 0 or is_carried(run, place, move):
                continue
            home = home_of(before, place + move * ((first + last) // 2))
            if home is None or move % home.period:
                return None
            # Rounds r with home.start <= place + move*r < home.end.
            low, high = home.start - place, home.end - 1 - place
            if move < 0:
                low, high = high, low
            first = max(first, -(-low // move))
            last = min(last, high // move + 1)
    if not _is_long(last - first, run.period):
        return None
    return run.cut(first, last)
