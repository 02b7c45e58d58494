"""Writes members that repeat as loops: what ``repeats.py`` found, in LLVM's IR.

A value that only its own round or the next few need stays in a register; one that others read is
*kept*, in scratch on the stack: a vector for each of them and each round, round after round. A sum
or product of two others that the same loops read is computed *again* instead. Start reading at
:class:`Rolled`.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from ...ops.elementwise import add, multiply, subtract
from .math import TYPES, Lanes
from .passes import Member
from .repeats import Repeat, Rounds, home_of, is_carried, move_of

#: Rows that are computed again rather than kept: one instruction of what is at hand, for a store
#: and a load.
AGAIN = {add, multiply, subtract}


class Rolled:
    """The members of a function, partly as loops; ``function`` is the one that is written."""

    def __init__(self, function: Any, rounds: Rounds) -> None:
        self.function = function
        self.table = rounds.table
        self.members = rounds.table.members
        self.loops = loops = rounds.loops
        #: Members of a body that are kept, and where the first round's begin, in vectors.
        self.kept: dict[Repeat, dict[int, int]] = {run: {} for run in loops}
        self.begins: dict[Repeat, int] = {}
        #: Members of a body that those who read them compute again.
        self.again: dict[Repeat, set[int]] = {run: set() for run in loops}
        #: Bytes of a kept vector; those that a kept vector's address is a multiple of.
        self.size = function.writer.width * 8
        self.alignment = min(64, self.size)

    def write(self, leaving: set[int]) -> None:
        """All members; those whose serials are given are in ``function.values`` afterwards."""
        leaves = sorted(self.table.place_of[serial] for serial in leaving)
        self._keep(leaves)
        place = 0
        for run in self.loops:
            self._straight(place, run.start)
            self._loop(run)
            place = run.end
        self._straight(place, len(self.members))
        for i in leaves:
            self.function.values[self.members[i].term.serial] = self._value(i)

    # --- what is kept -----------------------------------------------------------------------------

    def _keep(self, leaves: list[int]) -> None:
        for place in leaves:
            self._needed(place)
        inside = np.zeros(len(self.members), bool)
        #: What loops read of others, (place, move), by the loop that reads.
        reads: dict[Repeat, set[tuple[int, int]]] = {run: set() for run in self.loops}
        for run in self.loops:
            inside[run.start : run.end] = True
            for k, i in self._operands(run):
                place, move = move_of(self.table, run, k, i)
                if place < 0:
                    continue
                if is_carried(run, place, move):
                    # What the first rounds read of before the loop.
                    while place < run.start:
                        self._needed(place)
                        place += run.period
                elif move == 0:
                    self._needed(place)
                else:
                    reads[run].add((place, move))
        for place in np.unique(self.table.places[:, ~inside]).tolist():
            self._needed(place)
        self._keep_for_loops(reads)
        total = 0
        for run, kept in self.kept.items():
            self.begins[run] = total
            for rank, i in enumerate(sorted(kept)):
                kept[i] = rank
            total += len(kept) * run.count
        function = self.function
        function.scratch = total * self.size
        if total:
            function.head.append(
                f"  %scratch = alloca [{total * self.size} x i8], align {self.alignment}"
            )

    def _keep_for_loops(self, reads: dict[Repeat, set[tuple[int, int]]]) -> None:
        """Keep what loops read of others, but for what is computed again."""
        readers: dict[tuple[Repeat, int], list[tuple[Repeat, int, int]]] = {}
        for run, places in reads.items():
            for place, move in sorted(places):
                home = cast(Repeat, home_of(self.loops, place))
                key = home, (place - home.start) % home.period
                readers.setdefault(key, []).append((run, place, move))
        pinned: set[tuple[Repeat, int]] = set()
        for (home, i), those in readers.items():
            parts = [] if (home, i) in pinned else self._parts(home, i)
            if parts and all(
                (place - i + part, move) in reads[run] and part not in self.again[home]
                for run, place, move in those
                for part in parts
            ):
                self.again[home].add(i)
                self.kept[home].pop(i, None)
                pinned |= {(home, part) for part in parts}
            else:
                self.kept[home][i] = 0

    def _parts(self, run: Repeat, i: int) -> list[int]:
        """The members of its round that a member of a body is cheaply made of; or none."""
        member = self.members[run.start + i]
        if member.term.op not in AGAIN:
            return []
        parts = []
        for k, x in enumerate(member.reads):
            place, move = move_of(self.table, run, k, run.start + i)
            if type(x) is not Member or move != run.period or place < run.start:
                return []
            parts.append(place - run.start)
        return parts

    def _operands(self, run: Repeat) -> list[tuple[int, int]]:
        return [
            (k, i)
            for i in range(run.start, run.start + run.period)
            for k in range(len(self.members[i].reads))
        ]

    def _needed(self, place: int) -> None:
        """A member is read from outside of its loop: of the last round it is still there."""
        run = home_of(self.loops, place) if place >= 0 else None
        if run is not None and place < run.end - run.period:
            self.kept[run][(place - run.start) % run.period] = 0

    # --- what is written --------------------------------------------------------------------------

    def _straight(self, first: int, last: int) -> None:
        for i in range(first, last):
            member = self.members[i]
            for k, x in enumerate(member.reads):
                if type(x) is Member and self.table.places[k, i] >= 0:
                    self._value(int(self.table.places[k, i]))
            self.function.compute(member)

    def _value(self, place: int) -> Lanes:
        """A member that was computed, outside of its loop."""
        function, member = self.function, self.members[place]
        known: Lanes | None = function.values.get(member.term.serial)
        if known is None:
            run = cast(Repeat, home_of(self.loops, place))
            count, i = divmod(place - run.start, run.period)
            if i in self.again[run]:
                parts = [self._value(place - i + part) for part in self._parts(run, i)]
                known = function.apply(member, parts)
            else:
                rank = self.begins[run] + count * len(self.kept[run]) + self.kept[run][i]
                known = self._load("%scratch", rank, member)
            function.values[member.term.serial] = known
        return known

    def _load(self, base: str, rank: int, member: Member) -> Lanes:
        writer, element = self.function.writer, TYPES[member.term.dtype]
        at = writer.emit(f"getelementptr i8, ptr {base}, i64 {rank * self.size}", "ptr")
        stored = "i8" if element == "i1" else element
        text = f"load {writer.vectors[stored]}, ptr {at.name}, align {self.alignment}"
        x: Lanes = writer.emit(text, element)
        return writer.truths(x) if element == "i1" else x

    def _store(self, base: str, rank: int, x: Lanes) -> None:
        writer, stored, name = self.function.writer, x.element, x.name
        if stored == "i1":
            stored, name = "i8", writer.bytes_of(x).name
        at = writer.emit(f"getelementptr i8, ptr {base}, i64 {rank * self.size}", "ptr")
        writer.lines.append(
            f"  store {writer.vectors[stored]} {name}, ptr {at.name}, align {self.alignment}"
        )

    def _loop(self, run: Repeat) -> None:
        function, writer, members = self.function, self.function.writer, self.members
        before = writer.count
        name = f"r{run.start}"
        carried, starts = self._carried(run)
        invariants = self._invariants(run)
        origin = writer.block
        writer.new_block(name)
        first_line = len(writer.lines)
        rows: dict[tuple[Any, int], str] = {}

        def row(home: Repeat, step: int) -> str:
            """The pointer that moves so many rounds of a loop each round."""
            if (home, step) not in rows:
                bytes_a_round = step * len(self.kept[home]) * self.size
                offset = writer.emit(f"mul i64 %{name}.i, {bytes_a_round}", "i64").name
                rows[home, step] = writer.emit(
                    f"getelementptr i8, ptr %scratch, i64 {offset}", "ptr"
                ).name
            return rows[home, step]

        loaded: dict[tuple[int, int], Lanes] = {}

        def kept_value(place: int, move: int) -> Lanes:
            """What another loop left of a round."""
            known = loaded.get((place, move))
            if known is None:
                home = cast(Repeat, home_of(self.loops, place))
                count, j = divmod(place - home.start, home.period)
                member = members[home.start + j]
                if j in self.again[home]:
                    parts = self._parts(home, j)
                    given = [kept_value(place - j + part, move) for part in parts]
                    known = function.apply(member, given)
                else:
                    kept = self.kept[home]
                    rank = self.begins[home] + count * len(kept) + kept[j]
                    known = self._load(row(home, move // home.period), rank, member)
                loaded[place, move] = known
            return known

        values: dict[int, Lanes] = {}
        for i in range(run.start, run.start + run.period):
            operands = []
            for k in range(len(members[i].reads)):
                place, move = move_of(self.table, run, k, i)
                if (k, i) in invariants:
                    operands.append(invariants[k, i])
                elif place < 0:
                    operands.append(self._number(run, k, i))
                elif is_carried(run, place, move):
                    operands.append(values[place] if place >= run.start else carried[place])
                else:
                    operands.append(kept_value(place, move))
            values[i] = x = function.apply(members[i], operands)
            if i - run.start in self.kept[run]:
                rank = self.begins[run] + self.kept[run][i - run.start]
                self._store(row(run, 1), rank, x)
        after = writer.block
        phis = [f"  %{name}.i = phi i64 [ 0, %{origin} ], [ %{name}.next, %{after} ]"]
        for place, x in carried.items():
            newer = place + run.period
            then = values[newer] if newer >= run.start else carried[newer]
            phis.append(
                f"  {x.name} = phi {writer.vectors[x.element]} "
                f"[ {starts[place].name}, %{origin} ], [ {then.name}, %{after} ]"
            )
        writer.lines[first_line:first_line] = phis
        writer.lines += [
            f"  %{name}.next = add nuw nsw i64 %{name}.i, 1",
            f"  %{name}.more = icmp ult i64 %{name}.next, {run.count}",
        ]
        writer.lines.append(f"  br i1 %{name}.more, label %{name}, label %{name}.done")
        writer.open(f"{name}.done")
        last = (run.count - 1) * run.period
        for i, x in values.items():
            function.values[members[i + last].term.serial] = x
        function.cost += (run.count - 1) * (writer.count - before)

    def _carried(self, run: Repeat) -> tuple[dict[int, Lanes], dict[int, Lanes]]:
        """What comes from the rounds before, by its place before the first one; and that value."""
        places = set()
        for k, i in self._operands(run):
            place, move = move_of(self.table, run, k, i)
            if place >= 0 and is_carried(run, place, move):
                while place < run.start:
                    places.add(place)
                    place += run.period
        starts = {place: self._value(place) for place in sorted(places)}
        writer = self.function.writer
        return {
            place: Lanes(writer, f"%r{run.start}.p{place}", x.element)
            for place, x in starts.items()
        }, starts

    def _invariants(self, run: Repeat) -> dict[tuple[int, int], Any]:
        """The operands that are the same in each round, from before the loop."""
        found = {}
        for k, i in self._operands(run):
            x = self.members[i].reads[k]
            place, move = move_of(self.table, run, k, i)
            if place >= 0:
                if move == 0:
                    found[k, i] = self._value(place)
            elif type(x) in (Member, tuple):
                found[k, i] = self.function.operand(x)
        return found

    def _number(self, run: Repeat, k: int, i: int) -> Any:
        """A plain number: itself, or where rounds have different ones, from a table."""
        numbers = [self.members[i + r * run.period].reads[k] for r in range(run.count)]
        if all(x is numbers[0] or (x == numbers[0] and x) for x in numbers):
            return numbers[0]
        function, writer = self.function, self.function.writer
        element = function.float_type(self.members[i].term)
        name = f"@{function.step.name}.r{run.start}.{i}.{k}"
        given = ", ".join(f"{element} {writer.number(x, element)}" for x in numbers)
        kind = f"[{run.count} x {element}]"
        function.constants.append(f"{name} = private unnamed_addr constant {kind} [{given}]")
        at = writer.emit(f"getelementptr {kind}, ptr {name}, i64 0, i64 %r{run.start}.i", "ptr")
        one = writer.emit(f"load {element}, ptr {at.name}", element)
        return writer.broadcast(one)
