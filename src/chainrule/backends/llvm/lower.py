"""From nests to LLVM's IR, as text: a function for each loop and for each stretch between loops.

A function takes a table of pointers and a number of vectors; ``runner.h`` fills the table and has
the loops around it. :class:`Lowered` says what the table holds. Start reading at :func:`lowered`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from ...ops import Op
from ...ops.shape import astype_row
from ...program.extents import traced_value
from ...program.symbol import Term
from ...program.trace import collector_paused
from . import runner
from .math import TYPES, Lanes, Machine, Writer
from .members import COLUMN, FULL, NUMBER, ROW
from .passes import Member, Nest, Reduction, members
from .repeats import MANY, Rounds, rounds_of
from .rolled import Rolled
from .waves import paired, waves

OPERATIONS = {"sum": 0, "max": 1, "min": 2}
#: What loops read and write elsewhere: along rows (1), elements (2), both, or neither.
WAYS = {FULL: 3, COLUMN: 2, ROW: 1, NUMBER: 0}


@dataclass(frozen=True)
class Place:
    """Something outside of a nest that its table points to."""

    #: "read", "store", "partial" (one number a row, of a reduction to a number), "column".
    role: str
    term: Term
    way: int


@dataclass
class Step:
    """One function of a nest, and what ``runner.h`` has to know of it."""

    name: str
    is_loop: bool
    #: The same function with stores that pass by the cache; or nothing.
    streaming: str = ""
    #: The same for many short rows at once, a lane a row (``across.h``); or nothing.
    across: str = ""
    vectors: list[int] = field(default_factory=list)
    #: For each reduction: slot of its lanes, slot of its result, operation, bytes an element.
    reduces: list[tuple[int, int, int, int]] = field(default_factory=list)


@dataclass
class Lowered:
    """A nest as code: its functions, and what their table holds."""

    nest: Nest
    width: int
    slots: list[tuple[int, int, bool]] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    declarations: dict[str, str] = field(default_factory=dict)
    #: Bytes of stack that a function takes at most: a place for each result.
    stack: int = 0
    #: Instructions an element, about: what a row costs.
    cost: int = 0


def lowered(nest: Nest, number: int, machine: Machine) -> Lowered:
    """The functions of one nest."""
    with collector_paused():
        return _Lowering(nest, number, machine).lower()


class _Lowering:
    def __init__(self, nest: Nest, number: int, machine: Machine) -> None:
        self.nest = nest
        self.machine = machine
        self.prefix = f"nest{number}"
        self.out = Lowered(nest, 0)
        self.slot_of: dict[Any, int] = {}
        #: Slots of full arrays that are read or written once, and whether the nest is small
        #: enough for it to matter that they come from and go to memory.
        self.streamed: set[int] = set()
        self.streams = bool(nest.key) and len(nest.members) <= STREAMS
        #: Serials of sines and cosines that are computed together.
        self.paired: set[int] = set()

    def lower(self) -> Lowered:
        nest = self.nest
        reduced = {r.term.serial for r in nest.reductions}
        row_terms, full_terms = members.in_phases(nest.members, reduced)
        if self.machine.has_fma:
            for phase, computed in full_terms.items():
                full_terms[phase], serials = paired(computed)
                self.paired |= serials
        self._kept()
        sums: dict[tuple[str, int], list[Reduction]] = {}
        for reduction in nest.reductions:
            sums.setdefault((reduction.of, reduction.phase), []).append(reduction)
        #: For each function its name, whether it is a loop, and what it computes.
        functions: list[tuple[str, bool, list[Member], list[Reduction]]] = []
        for phase in sorted({*row_terms, *full_terms, *(phase for _, phase in sums)}):
            for kind, name, computed in (
                (ROW, "row", row_terms.get(phase, [])),
                (FULL, "loop", full_terms.get(phase, [])),
            ):
                reductions = sums.get((kind, phase), [])
                if computed or reductions:
                    name = f"{self.prefix}_{name}{phase}"
                    functions.append((name, kind is FULL, computed, reductions))
        rounds = [rounds_of(x[2]) if x[1] and len(x[2]) >= MANY else None for x in functions]
        written = [
            len(x[2]) if found is None else found.written
            for x, found in zip(functions, rounds, strict=True)
        ]
        self.out.width = _width(nest, self.machine, max(written, default=0))
        self.goes_across = self._may_go_across() and max(written) < ACROSS and not any(rounds)
        for function, found, count in zip(functions, rounds, written, strict=True):
            self._function(*function, found, inlines=count < INLINED)
        return self.out

    def _may_go_across(self) -> bool:
        """Whether rows may be so short that vectors are better filled by many of them."""
        nest = self.nest
        if not nest.split or any(x.gives is COLUMN for x in nest.reductions):
            return False
        length = math.prod(map(traced_value, nest.shape[nest.split :]))
        return bool(length < 2 * self.out.width)

    def _kept(self) -> None:
        """Which full members a later loop of the row reads: they are kept for the row."""
        self.kept = members.kept(self.nest.members) | {
            x.read.term.serial
            for x in self.nest.reductions
            if type(x.read) is Member and x.read.kind is FULL and x.read.phase < x.phase
        }

    # --- the table ------------------------------------------------------------------------------

    def slot(self, key: Any, kind: int, dtype: Any, written: bool, place: Place | None) -> int:
        """The number of an entry of the table; a new one if there is none of this key."""
        known = self.slot_of.get(key)
        if known is None:
            known = self.slot_of[key] = len(self.out.slots)
            self.out.slots.append((kind, dtype.itemsize, written))
            if place is not None:
                self.out.places.append(place)
        return known

    def read_slot(self, term: Term, way: str) -> int:
        kind = runner.VECTOR if way in (FULL, COLUMN) else runner.POINT
        place = Place("read", term, self._way(way))
        slot = self.slot(("read", term.serial, way), kind, term.dtype, False, place)
        if way is FULL:
            self.streamed.add(slot)
        return slot

    def member_slot(self, member: Member) -> int:
        """Where a member is from one function of the nest to the next, and afterwards."""
        term = member.term
        key = ("member", term.serial)
        if term.serial in self.nest.stored:
            kind = runner.VECTOR if member.kind is FULL else runner.POINT
            place = Place("store", term, self._way(member.kind))
            slot = self.slot(key, kind, term.dtype, True, place)
            if member.kind is FULL and term.serial not in self.kept:
                self.streamed.add(slot)
            return slot
        kind = runner.ROW if member.kind is FULL else runner.CELL
        return self.slot(key, kind, term.dtype, True, None)

    def _way(self, way: str) -> int:
        return 2 if way is FULL and not self.nest.split else WAYS[way]

    # --- functions ------------------------------------------------------------------------------

    def _function(
        self,
        name: str,
        is_loop: bool,
        computed: list[Member],
        reductions: list[Reduction],
        rounds: Rounds | None,
        inlines: bool,
    ) -> None:
        wanted = self.nest.stored.keys() | self.kept
        leaving = [x for x in computed if not is_loop or x.term.serial in wanted]
        function = _Function(self, name, is_loop, inlines)
        if rounds is not None:
            summed = {x.read.term.serial for x in reductions if type(x.read) is Member}
            Rolled(function, rounds).write({x.term.serial for x in leaving} | summed)
        else:
            members.compute(function, computed)
        for member in leaving:
            function.store(self.member_slot(member), function.values[member.term.serial])
        for reduction in reductions:
            function.reduce(reduction)
        self.out.steps.append(function.step)
        self.out.text += function.text()
        if self.goes_across:
            across = _Function(self, f"{name}_across", is_loop, inlines, is_across=True)
            members.compute(across, computed)
            for member in leaving:
                across.store(self.member_slot(member), across.values[member.term.serial])
            for reduction in reductions:
                across.reduce(reduction)
            function.step.across = across.step.name
            self.out.text += across.text()
            self.out.declarations |= across.writer.declarations
        if function.streaming_stores and self.streams:
            function.step.streaming = f"{name}_streaming"
            self.out.text += function.text(streaming=True)
        self.out.declarations |= function.writer.declarations
        stack = function.writer.count * self.out.width * 8 + function.scratch
        self.out.stack = max(self.out.stack, stack)
        self.out.cost += function.writer.count + function.cost if is_loop else 0


class _Function:
    """One function that is being written."""

    def __init__(
        self,
        lowering: _Lowering,
        name: str,
        is_loop: bool,
        inlines: bool,
        is_across: bool = False,
    ) -> None:
        self.lowering = lowering
        #: Whether lanes are rows: then a number a row is a vector, and no sum is begun.
        self.is_across = is_across
        self.writer = Writer(lowering.machine, lowering.out.width, inlines)
        self.writer.block = "loop" if is_loop else "entry"
        self.step = Step(name, is_loop)
        self.values: dict[int, Lanes] = {}
        self.loaded: dict[int, Lanes] = {}
        #: Lines before the loop, after it, and the sums: (phi, start, next, element, pointer).
        self.head: list[str] = []
        self.tail: list[str] = []
        self.stores: list[str] = []
        #: Stores that may pass by the cache, each with its other form.
        self.streaming_stores: dict[str, str] = {}
        self.phis: list[tuple[str, str, str, str]] = []
        self.pointers: dict[int, str] = {}
        self.streams = lowering.streams and not is_across
        #: Bytes of stack that loops of members take, and what their rounds but the first cost.
        self.scratch = 0
        self.cost = 0
        #: Tables of numbers.
        self.constants: list[str] = []
        #: What was computed together with its partner, which comes next, by name and operand.
        self.waves: dict[tuple[str, str], Lanes] = {}

    def compute(self, member: Member) -> None:
        """The value of a member."""
        values = self.values
        operands = [
            (values.get(x.term.serial) or self.member(x))
            if type(x) is Member
            else self.operand(x)
            if type(x) is tuple
            else x
            for x in member.reads
        ]
        values[member.term.serial] = self.apply(member, operands)

    def operand(self, x: Any) -> Lanes:
        """What is read of another function of the nest, or from outside of it."""
        if type(x) is Member:
            return self.member(x)
        return self.load(self.lowering.read_slot(x[0].term, x[1]), x[0].term.dtype, x[1])

    def apply(self, member: Member, operands: list[Any]) -> Lanes:
        """A member of these operands."""
        writer, term = self.writer, member.term
        writer.split()
        target = TYPES[term.dtype]
        if term.op is astype_row:
            return writer.cast(operands[0], target)
        if term.serial in self.lowering.paired:
            return self._wave(term.op.name, operands[0])
        writer.float_type = self.float_type(term)
        result = writer.apply(cast(Op, term.op), operands)
        return result if result.element == target else writer.cast(result, target)

    def _wave(self, name: str, x: Lanes) -> Lanes:
        """sin or cos of a vector of which the other one is wanted too."""
        if (name, x.name) not in self.waves:
            self.waves |= {(key, x.name): y for key, y in waves(self.writer, x).items()}
        return self.waves.pop((name, x.name))

    def float_type(self, term: Term) -> str:
        """What a plain number is among plain numbers only."""
        target = TYPES[term.dtype]
        return target if target != "i1" else "double"

    def member(self, member: Member) -> Lanes:
        """A member that another function of the nest computed."""
        known = self.values.get(member.term.serial)
        if known is not None:
            return known
        slot = self.lowering.member_slot(member)
        return self.load(slot, member.term.dtype, FULL if member.kind is FULL else ROW)

    def pointer(self, slot: int) -> str:
        """The entry of the table, loaded before the loop."""
        if slot not in self.pointers:
            name = self.pointers[slot] = f"%p{slot}"
            self.head += [
                f"  {name}.at = getelementptr inbounds ptr, ptr %table, i64 {slot}",
                f"  {name} = load ptr, ptr {name}.at, align 8",
            ]
        return self.pointers[slot]

    def load(self, slot: int, dtype: Any, way: str) -> Lanes:
        """What an entry of the table points to: a vector of the loop, or one number everywhere."""
        known = self.loaded.get(slot)
        if known is None:
            if way in (FULL, COLUMN) and self.step.is_loop:
                known = self._load_vector(slot, dtype)
            else:
                known = self._load_splat(slot, dtype)
            self.loaded[slot] = known
        return known

    def _address(self, slot: int, dtype: Any) -> str:
        if slot not in self.step.vectors:
            self.step.vectors.append(slot)
        bytes_a_vector = self.writer.width * dtype.itemsize
        return f"getelementptr inbounds [{bytes_a_vector} x i8], ptr {self.pointer(slot)}, i64 %i"

    def _load_vector(self, slot: int, dtype: Any) -> Lanes:
        writer = self.writer
        element = TYPES[dtype]
        at = writer.emit(self._address(slot, dtype), "ptr")
        if self.streams and slot in self.lowering.streamed:
            self._prefetch(at.name, dtype)
        stored = "i8" if element == "i1" else element
        x = writer.emit(f"load {writer.vectors[stored]}, ptr {at.name}, align 1", element)
        return writer.truths(x) if element == "i1" else x

    def _prefetch(self, at: str, dtype: Any) -> None:
        """Ask for what the loop reads later: see AHEAD."""
        writer = self.writer
        writer.declarations["llvm.prefetch"] = (
            "declare void @llvm.prefetch.p0(ptr, i32 immarg, i32 immarg, i32 immarg)"
        )
        for line in range(0, writer.width * dtype.itemsize, 64):
            there = writer.emit(f"getelementptr i8, ptr {at}, i64 {AHEAD + line}", "ptr")
            writer.lines.append(
                f"  call void @llvm.prefetch.p0(ptr {there.name}, i32 0, i32 3, i32 1)"
            )

    def _load_splat(self, slot: int, dtype: Any) -> Lanes:
        element = TYPES[dtype]
        stored = "i8" if element == "i1" else element
        vector = self.writer.vectors[stored]
        name = f"%s{slot}"
        pointer = self.pointer(slot)
        self.head += (
            [f"  {name} = load {vector}, ptr {pointer}, align 1"]
            if self.is_across
            else [
                f"  {name}.one = load {stored}, ptr {pointer}, align 1",
                f"  {name}.first = insertelement {vector} poison, {stored} {name}.one, i64 0",
                f"  {name} = shufflevector {vector} {name}.first, {vector} poison, "
                f"<{self.writer.width} x i32> zeroinitializer",
            ]
        )
        if element == "i1":
            self.head.append(f"  {name}.truth = icmp ne {vector} {name}, zeroinitializer")
            name += ".truth"
        return Lanes(self.writer, name, element)

    def store(self, slot: int, x: Lanes) -> None:
        """Write a vector to where an entry of the table points; outside of loops, one number."""
        writer = self.writer
        stored, name = x.element, x.name
        if stored == "i1":
            stored, name = "i8", writer.bytes_of(x).name
        if self.step.is_loop:
            size = {"i8": 1, "float": 4, "double": 8}[stored]
            at = writer.emit(self._address(slot, np.dtype(f"V{size}")), "ptr").name
            text = f"  store {writer.vectors[stored]} {name}, ptr {at}, align 1"
            self.stores.append(text)
            if slot in self.lowering.streamed:
                self.streaming_stores[text] = text.replace(
                    "align 1", f"align {min(64, writer.width * size)}, !nontemporal !0"
                )
        elif self.is_across:
            self.stores.append(
                f"  store {writer.vectors[stored]} {name}, ptr {self.pointer(slot)}, align 1"
            )
        else:
            one = writer.emit(f"extractelement {writer.vectors[stored]} {name}, i64 0", stored)
            self.stores.append(f"  store {stored} {one.name}, ptr {self.pointer(slot)}, align 1")

    # --- reductions -----------------------------------------------------------------------------

    def reduce(self, reduction: Reduction) -> None:
        """Take part in a reduction: lanes of a loop, a number a row, or a row of columns."""
        lowering, term = self.lowering, reduction.term
        read = reduction.read
        x = (
            self.member(read)
            if type(read) is Member
            else self.load(lowering.read_slot(read[0].term, read[1]), read[0].term.dtype, read[1])
        )
        dtype, element = term.dtype, TYPES[term.dtype]
        if reduction.gives == COLUMN:
            place = Place("column", term, 3)
            slot = lowering.slot(("column", term.serial), runner.COLUMN, dtype, True, place)
            before = self._load_vector(slot, dtype)
            self.store(slot, self._folded("sum", before.name, x.name, element))
            return
        if reduction.gives == NUMBER:
            place = Place("partial", term, 1)
            target = lowering.slot(("partial", term.serial), runner.POINT, dtype, True, place)
        else:
            target = lowering.member_slot(lowering.nest.members[term.serial])
        if not self.step.is_loop:
            self.store(target, x)
            return
        lanes = lowering.slot(("lanes", term.serial), runner.LANES, dtype, True, None)
        if self.is_across:
            self.store(lanes, x)
            return
        operation = OPERATIONS[reduction.name]
        self.step.reduces.append((lanes, target, operation, dtype.itemsize))
        vector, pointer = self.writer.vectors[element], self.pointer(lanes)
        start, phi = f"%a{lanes}.start", f"%a{lanes}"
        self.head.append(f"  {start} = load {vector}, ptr {pointer}, align 8")
        total = self._folded(reduction.name, phi, x.name, element)
        self.phis.append((phi, start, total.name, vector))
        self.tail.append(f"  store {vector} {total.name}, ptr {pointer}, align 8")

    def _folded(self, operation: str, a: str, b: str, element: str) -> Lanes:
        writer = self.writer
        vector, truths = writer.vectors[element], writer.vectors["i1"]
        if operation == "sum":
            return writer.emit(f"fadd contract {vector} {a}, {b}", element)
        # As NumPy's: NaN wins.
        better = writer.emit(
            f"fcmp {'oge' if operation == 'max' else 'ole'} {vector} {a}, {b}", "i1"
        )
        missing = writer.emit(f"fcmp uno {vector} {a}, {a}", "i1")
        first = writer.emit(f"or {truths} {better.name}, {missing.name}", "i1")
        return writer.emit(f"select {truths} {first.name}, {vector} {a}, {vector} {b}", element)

    # --- text -----------------------------------------------------------------------------------

    def text(self, streaming: bool = False) -> list[str]:
        """The lines of the function; streaming, with stores that pass by the cache."""
        name = self.step.streaming if streaming else self.step.name
        stores = self.stores
        if streaming:
            stores = [self.streaming_stores.get(text, text) for text in stores]
        opening = f"define void @{name}(ptr noalias readonly %table, i64 %count) nounwind {{"
        lines = [*([] if streaming else self.constants), opening, "entry:", *self.head]
        if not self.step.is_loop:
            return [*lines, *self.writer.lines, *self.stores, "  ret void", "}"]
        lines += ["  br label %loop", "loop:"]
        last = self.writer.block
        lines.append(f"  %i = phi i64 [ 0, %entry ], [ %i.next, %{last} ]")
        lines += [
            f"  {phi} = phi {vector} [ {start}, %entry ], [ {after}, %{last} ]"
            for phi, start, after, vector in self.phis
        ]
        return [
            *lines,
            *self.writer.lines,
            *stores,
            "  %i.next = add nuw nsw i64 %i, 1",
            "  %more = icmp ult i64 %i.next, %count",
            "  br i1 %more, label %loop, label %done",
            "done:",
            *self.tail,
            "  ret void",
            "}",
        ]


#: Bytes from what a loop reads to what it asks for. On a machine with AVX-512 and two cores it
#: made the page's f 1.25 times faster; on Zen 1, which computes longer, no slower.
AHEAD = 2048
#: Members of a nest up to which memory may be what it waits for.
STREAMS = 400
#: Members from which on a function calls exp and the like, which otherwise are written out.
INLINED = 400
#: Members of a function up to which there is one for short rows besides.
ACROSS = 200
#: Members of a function, as written, from which on its vectors are no longer two of the machine's.
LARGE = 30_000


def _width(nest: Nest, machine: Machine, written: int) -> int:
    """Elements of a vector: twice as many as the machine's have of the widest type in the nest.

    LLVM makes two instructions of each, whose latencies overlap: with AVX2 the scalar chain takes
    1.32 ns a point and operation so, 1.79 otherwise, the fit of 10 million points 4.9 ns a point,
    5.7 otherwise. In large bodies compile time and spills would double. One number fills as few
    lanes as there are with the same functions, and so comes out as it would in an array.
    """
    sizes = [dtype.itemsize for dtype in members.dtypes(nest.members)]
    sizes += [r.term.dtype.itemsize for r in nest.reductions]
    together = 2 if nest.key and written < LARGE else 1
    widest: int = max([4, *sizes])
    return together * machine.bits // 8 // widest
