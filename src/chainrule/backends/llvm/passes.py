"""Which terms share a loop: a Program as a list of nests and of calls of NumPy.

A :class:`Nest` is one loop over the data: rows of elements. Its members are *full* terms, one
number an element, and *row* terms, one number a row (softmax's maximum and sum). A nest without
rows is *flat*: all elements in one line. What comes from outside is read full, once a row, once a
column (a bias), or once (a number).

Terms are taken in order. Each joins the first nest that it may: the one that its newest operand is
computed in, if it can be read there at once, or a later one. So sums that need the same data are
one pass, and a term that needs a finished sum opens the next. Terms that are no loop (matmul, sort,
an index) are :class:`Call` steps between the nests. Broadcasts and reshapes of one number or row
are no terms at all: they are how an operand is read (``reads.py``).

Start reading at :func:`planned`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ...ops import Op
from ...ops.creation import extent_row, literal_row
from ...ops.elementwise import add as add_row
from ...ops.index import scatter_add_row
from ...ops.reduce import max_row, min_row, sum_row
from ...ops.shape import broadcast_row
from ...program import fastest
from ...program.program import Program
from ...program.symbol import Term
from ...program.trace import collector_paused
from . import members as plain
from .math import is_lowered
from .members import COLUMN, FULL, NUMBER, ROW
from .reads import Key, Read, is_view, key_of, source, squeezed, through

if TYPE_CHECKING:
    from .members import Member as Member

    members = plain
else:
    members = fastest(plain)
    Member = members.Member

FLOATS = (np.dtype(np.float64), np.dtype(np.float32))
READABLE = (*FLOATS, np.dtype(bool), np.dtype(np.int64))
REDUCTIONS = {sum_row: "sum", max_row: "max", min_row: "min"}

#: What a second loop may compute once more instead of reading what the first one stored.
CHEAP = {
    *("add", "subtract", "multiply", "negative", "square", "positive", "abs", "where", "relu"),
    *("maximum", "minimum", "less", "less_equal", "greater", "greater_equal", "equal"),
    *("not_equal", "logical_and", "logical_or", "logical_not", "astype"),
}


@dataclass(eq=False)
class Reduction:
    """A reduction in a nest: of a member or of what is read, to a row, a column or a number."""

    term: Term
    read: Any
    #: What it gives: ROW, COLUMN or NUMBER.
    gives: str
    #: Of what it is taken: FULL or ROW.
    of: str
    phase: int

    @property
    def name(self) -> str:
        return REDUCTIONS[self.term.op]  # type: ignore[index]


@dataclass(eq=False)
class Nest:
    """One pass: its index space, its terms, its reductions."""

    key: Key
    shape: tuple[Any, ...]
    #: So many axes are rows; 0 is a flat nest.
    split: int
    members: dict[int, Member] = field(default_factory=dict)
    reductions: list[Reduction] = field(default_factory=list)
    #: Members that others need afterwards, by serial.
    stored: dict[int, Term] = field(default_factory=dict)

    def way(self, axes: tuple[int, ...]) -> str:
        """How something that varies along these axes is read; or nothing."""
        if not axes:
            return FULL if not self.key else NUMBER
        if len(axes) == len(self.key):
            return FULL
        if axes == tuple(range(self.split)):
            return ROW
        if self.split and axes == tuple(range(self.split, len(self.key))):
            return COLUMN
        return ""


@dataclass(eq=False)
class Call:
    """A term that NumPy computes, or a view that is needed as an array.

    With ``scattered``, a scatter_add, the term is the sum of that and of ``base``, an array that a
    nest stores and nobody else reads: what is scattered is added to it where it is.
    """

    term: Term
    base: Term | None = None
    scattered: Term | None = None

    @property
    def operands(self) -> tuple[Any, ...]:
        if self.scattered is None:
            return self.term.operands
        return (self.base, *self.scattered.operands)


@dataclass(eq=False)
class Plan:
    """The steps in order, and the numbers that are known before the first one."""

    steps: list[Nest | Call]
    #: Terms without operands (an extent): computed at the start of a call.
    before: list[Term]


def planned(program: Program) -> Plan:
    """The nests and calls that compute a Program."""
    with collector_paused():
        return _Planner(program).plan()


class _Planner:
    def __init__(self, program: Program) -> None:
        self.program = program
        #: The first nest is for numbers that follow from the inputs at once: rows may need them.
        self.steps: list[Nest | Call] = [Nest((), (), 0)]
        self.before: list[Term] = []
        #: The step that computes a term; inputs are there before all steps.
        self.places: dict[int, int] = {term.serial: -1 for term in program.inputs}
        self.splits = _splits(program)
        #: Additions of a scatter_add to something else, and those scatters, which wait for them.
        self.sums, self.waiting = _scattered_sums(program)

    def plan(self) -> Plan:
        steps, terms = self.steps, self.program.terms
        i = 0
        while i < len(terms):
            newest = steps[-1]
            if type(newest) is Nest and newest.members:
                # The way of nearly all terms.
                i = members.joined(terms, i, newest.members, self.places, len(steps) - 1)
            if i < len(terms):
                self._place(terms[i])
                i += 1
        for x in self.program.results:
            if type(x) is Term:
                self._wanted(x)
        needed = {x.serial: x for x in self.program.results if type(x) is Term}
        for step in steps:
            if type(step) is Call:
                needed |= {x.serial: x for x in step.operands if type(x) is Term}
        for step in steps:
            if type(step) is Nest:
                self._recompute(step, needed)
        self._store(needed)
        return Plan([x for x in steps if _has_terms(x)], self.before)

    # --- placing --------------------------------------------------------------------------------

    def _place(self, term: Term) -> None:
        op = term.op
        if op is extent_row or (not term.operands and op is not literal_row):
            self.before.append(term)
            self.places[term.serial] = -1
            return
        if term.serial in self.waiting or self._place_scattered_sum(term):
            return
        if is_view(term) or op is literal_row:
            return  # where an array of it is needed, _wanted makes one
        if is_lowered(term):
            if self._place_elementwise(term):
                return
        elif op in REDUCTIONS and term.dtype in FLOATS and self._place_reduction(term):
            return
        self._call(term)

    def _place_scattered_sum(self, term: Term) -> bool:
        """Add what is scattered to an array that a nest stores, in place."""
        if term.serial not in self.sums:
            return False
        base, scattered = self.sums[term.serial]
        place = self.places.get(base.serial, -1)
        nest = self.steps[place] if place >= 0 else None
        member = nest.members.get(base.serial) if type(nest) is Nest and nest.key else None
        if member is None or member.kind is not FULL:
            self._call(scattered)
            return False
        for x in scattered.operands:
            if type(x) is Term:
                self._wanted(x)
        self.places[term.serial] = len(self.steps)
        self.steps.append(Call(term, base, scattered))
        return True

    def _call(self, term: Term) -> None:
        for x in term.operands:
            if type(x) is Term:
                self._wanted(x)
        self.places[term.serial] = len(self.steps)
        self.steps.append(Call(term))

    def _wanted(self, x: Term) -> None:
        """An array of x itself is needed: a view that nobody computed becomes a call."""
        if x.serial not in self.places:
            self._call(x)

    def _materialised(self, x: Any) -> Any:
        self._wanted(x)
        return Read(x, tuple(range(len(squeezed(x.shape)))))

    def _place_elementwise(self, term: Term) -> bool:
        reads = [source(x) for x in term.operands]
        key = key_of(term.shape)
        split = self.splits.get(key, 0)
        probe = Nest(key, squeezed(term.shape), split)
        for i, read in enumerate(reads):
            if type(read) is Read:
                if read.term.dtype not in READABLE:
                    return False
                if not probe.way(read.axes):
                    reads[i] = self._materialised(term.operands[i])
        at = self._first(reads)
        for i in range(max(at, 0), len(self.steps)):
            nest = self.steps[i]
            if type(nest) is Nest:
                member = self._member(nest, i, term, key, reads)
                if member is not None:
                    nest.members[term.serial] = member
                    self.places[term.serial] = i
                    return True
        i = len(self.steps)
        member = self._member(probe, i, term, key, reads)
        assert member is not None
        probe.members[term.serial] = member
        self.steps.append(probe)
        self.places[term.serial] = i
        return True

    def _first(self, reads: Any) -> int:
        """The first step that may compute something of these operands."""
        return max([self.places[x.term.serial] for x in reads if type(x) is Read], default=-1)

    def _member(self, nest: Nest, i: int, term: Term, key: Key, reads: Any) -> Member | None:
        """The term as a member of a nest, which is step i, if it can be one."""
        if nest.key == key:
            found = self._operands(nest, i, reads, FULL)
            if found is not None:
                return Member(term, FULL, _phase(found), tuple(found))
        if nest.split and nest.key[: nest.split] == key:
            found = self._operands(nest, i, reads, ROW)
            if found is not None and any(type(x) is Member for x in found):
                return Member(term, ROW, _phase(found), tuple(found))
        return None

    def _operands(self, nest: Nest, i: int, reads: Any, kind: str) -> list[Any] | None:
        """What a term reads in a nest: members, (Read, way), numbers; None if it cannot."""
        found: list[Any] = []
        rank = len(nest.key) if kind is FULL else nest.split
        for read in reads:
            if type(read) is not Read:
                found.append(read)
                continue
            if kind is FULL:
                way = nest.way(read.axes)
            else:
                way = ROW if len(read.axes) == rank else NUMBER if not read.axes else ""
            if not way:
                return None
            if self.places[read.term.serial] == i:
                member = nest.members.get(read.term.serial)
                if member is None or member.kind != way:
                    return None
                found.append(member)
            else:
                found.append((read, way))
        return found

    def _place_reduction(self, term: Term) -> bool:
        operand = term.operands[0]
        if type(operand) is not Term or operand.dtype is not term.dtype:
            return False
        key = key_of(operand.shape)
        axes = _squeezed_axes(operand.shape, term.parameters["axes"])
        rank, split = len(key), self.splits.get(key, 0)
        if not axes:
            return False
        if len(axes) == rank:
            gives = NUMBER
        elif axes == tuple(range(split, rank)):
            gives = ROW
        elif split and axes == tuple(range(split)) and term.op is sum_row:
            gives = COLUMN
        else:
            return False
        read = source(operand)
        probe = Nest(key, squeezed(operand.shape), split)
        if type(read) is not Read or not probe.way(read.axes) or read.term.dtype not in FLOATS:
            read = self._materialised(operand)
        at = self._first([read])
        for i in range(max(at, 0), len(self.steps)):
            nest = self.steps[i]
            if type(nest) is Nest and self._reduced(nest, i, term, key, read, gives):
                return True
        self.steps.append(probe)
        return self._reduced(probe, len(self.steps) - 1, term, key, read, gives)

    def _reduced(self, nest: Nest, i: int, term: Term, key: Key, read: Read, gives: str) -> bool:
        if nest.key == key:
            of = FULL
        elif gives is NUMBER and nest.split and nest.key[: nest.split] == key:
            of = ROW
        else:
            return False
        found = self._operands(nest, i, [read], of)
        if found is None or (of is ROW and type(found[0]) is not Member):
            return False
        phase = _phase(found)
        nest.reductions.append(Reduction(term, found[0], gives, of, phase))
        if gives is ROW:
            nest.members[term.serial] = Member(term, ROW, phase + 1, ())
        self.places[term.serial] = i
        return True

    # --- what is stored -------------------------------------------------------------------------

    def _recompute(self, nest: Nest, needed: dict[int, Term]) -> None:
        """Compute anew what would be stored by an earlier nest for this one alone, if cheap."""
        anew: dict[int, Member] = {}

        def computed(x: Any) -> Any:
            if type(x) is tuple and x[1] is FULL and x[0].term.serial not in needed:
                serial = x[0].term.serial
                if serial in anew or self._repeat(serial, nest, needed, anew):
                    return anew[serial]
            return x

        for member in members.readers(nest.members):
            member.reads = tuple(map(computed, member.reads))
        for reduction in nest.reductions:
            reduction.read = computed(reduction.read)
        if anew:
            nest.members = anew | nest.members

    def _repeat(
        self, serial: int, nest: Nest, needed: dict[int, Term], anew: dict[int, Member]
    ) -> bool:
        """Add what a member of an earlier nest is made of to ``anew``, unless it is too much."""
        place = self.places[serial]
        origin = self.steps[place] if place >= 0 else None
        if type(origin) is not Nest or (origin.key, origin.split) != (nest.key, nest.split):
            return False
        if not nest.key:
            return False
        copies: dict[int, Member] = {}
        loads: set[int] = set()

        def copy(member: Member) -> Member | None:
            known = copies.get(member.term.serial)
            if known is not None:
                return known
            if member.term.op.name not in CHEAP or len(copies) >= 6:
                return None
            reads: list[Any] = []
            for x in member.reads:
                if type(x) is Member and x.kind is FULL and x.term.serial not in needed:
                    x = copy(x)
                    if x is None:
                        return None
                elif type(x) is Member:
                    count = len(nest.key) if x.kind is FULL else nest.split
                    x = (Read(x.term, tuple(range(count))), x.kind)
                if type(x) is tuple and x[1] is FULL:
                    loads.add(x[0].term.serial)
                reads.append(x)
            copies[member.term.serial] = copied = Member(member.term, FULL, 0, tuple(reads))
            return copied

        if copy(origin.members[serial]) is None or len(loads) > 1:
            return False
        anew |= copies
        return True

    def _store(self, needed: dict[int, Term]) -> None:
        """Mark the members that results, calls and later nests read."""
        for step in self.steps:
            if type(step) is Nest:
                needed |= {read.term.serial: read.term for read, _ in outside_of(step)}
        for i, step in enumerate(self.steps):
            if type(step) is Nest:
                step.stored = {
                    serial: member.term
                    for serial, member in step.members.items()
                    if serial in needed and self.places[serial] == i
                }


def _scattered_sums(program: Program) -> tuple[dict[int, tuple[Term, Term]], set[int]]:
    """Sums of a scatter_add and something else, neither of which anything else reads."""
    if not any(term.op is scatter_add_row for term in program.terms):
        return {}, set()
    uses: dict[int, int] = {}
    for x in [*program.results, *(x for term in program.terms for x in term.operands)]:
        if type(x) is Term:
            uses[x.serial] = uses.get(x.serial, 0) + 1
    sums: dict[int, tuple[Term, Term]] = {}
    waiting = set()
    for term in program.terms:
        if term.op is not add_row or not all(
            type(x) is Term and x.dtype is term.dtype and uses[x.serial] == 1 for x in term.operands
        ):
            continue
        base, scattered = term.operands
        if scattered.op is not scatter_add_row:
            base, scattered = scattered, base
        if scattered.op is scatter_add_row and base.op is not scatter_add_row:
            sums[term.serial] = base, scattered
            waiting.add(scattered.serial)
    return sums, waiting


def _has_terms(step: Nest | Call) -> bool:
    return isinstance(step, Call) or bool(step.members or step.reductions)


def outside_of(nest: Nest) -> list[tuple[Read, str]]:
    """What a nest reads that it does not compute, and how."""
    found = [x for m in members.readers(nest.members) for x in m.reads if type(x) is tuple]
    return found + [x.read for x in nest.reductions if type(x.read) is tuple]


def _phase(operands: list[Any]) -> int:
    return max([x.phase for x in operands if type(x) is Member], default=0)


def _squeezed_axes(shape: tuple[Any, ...], axes: tuple[int, ...]) -> tuple[int, ...]:
    """Axes, counted without those of extent 1."""
    kept = [i for i, x in enumerate(shape) if type(x) is not int or x != 1]
    return tuple(kept.index(axis) for axis in axes if axis in kept)


def _splits(program: Program) -> dict[Key, int]:
    """For each shape how many of its axes are rows: what most of its reductions want."""
    votes: dict[Key, dict[int, int]] = {}

    def vote(key: Key, split: int, weight: int) -> None:
        of = votes.setdefault(key, {})
        of[split] = of.get(split, 0) + weight

    for term in program.terms:
        if type(term.op) is Op:
            continue
        if term.op in REDUCTIONS and type(term.operands[0]) is Term:
            shape = term.operands[0].shape
            key = key_of(shape)
            axes, rank = _squeezed_axes(shape, term.parameters["axes"]), len(key)
            if 0 < len(axes) < rank:
                if axes == tuple(range(rank - len(axes), rank)):
                    vote(key, rank - len(axes), 3)
                elif axes == tuple(range(len(axes))):
                    vote(key, len(axes), 1)
        elif term.op is broadcast_row and type(term.operands[0]) is Term:
            key = key_of(term.shape)
            rank = len(key)
            axes = through(term.operands[0].shape, term.shape, tuple(range(rank)))
            if 0 < len(axes) < rank:
                if axes == tuple(range(len(axes))):
                    vote(key, len(axes), 1)
                elif axes == tuple(range(rank - len(axes), rank)):
                    vote(key, rank - len(axes), 1)
    return {key: max(of, key=lambda split: (of[split], split)) for key, of in votes.items()}
