"""Members of nests, and what is done for every one of them: their loops, in one place.

A traced loop of a thousand rounds is a nest of ten thousands of members. What each of them goes
through is here, so that this file is compiled as it is where that is possible;
``native_members.pxd`` says of what types things are. What is rare is left to those who call:
``passes.py`` plans, ``lower.py`` writes, ``repeats.py`` looks for loops.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from ...ops.elementwise import add, divide, multiply, subtract
from ...program.symbol import FLOAT64, Term
from .math import Lanes, always_lowered

FULL, ROW, COLUMN, NUMBER = "full", "row", "column", "number"

#: Rows of which an operand may be another number in each round of a loop: others may look at it.
OPEN = {add, subtract, multiply, divide}


class Member:
    """A term in a nest. ``phase`` counts the loops of a row that have to be over before it.

    It reads members, plain numbers, and (Read, way) of what is outside of the nest.
    """

    __slots__ = ("kind", "phase", "reads", "term")

    def __init__(self, term: Term, kind: str, phase: int, reads: tuple[Any, ...]) -> None:
        self.term = term
        self.kind = kind
        self.phase = phase
        self.reads = reads


# --- planning -------------------------------------------------------------------------------------


def joined(
    terms: tuple[Any, ...], start: Any, members: dict[int, Any], places: Any, at: Any
) -> Any:
    """Take terms into the newest nest as long as that is what nearly all are.

    Those are float64, elementwise, and of full members of that nest or plain numbers. Gives the
    position of the first term that is not.
    """
    term: Term
    operand: Term
    member: Member
    first, last = start, len(terms)
    for i in range(first, last):
        term = terms[i]
        if term.dtype is not FLOAT64 or not always_lowered.get(term.op):
            return i
        shape = term.shape
        phase = 0
        reads: list[Any] = []
        for x in term.operands:
            if type(x) is not Term:
                reads.append(x)
                continue
            operand = x
            found = members.get(operand.serial)
            if operand.shape is not shape or found is None:
                return i
            member = found
            if member.kind is not FULL:
                return i
            if member.phase > phase:
                phase = member.phase
            reads.append(member)
        serial = term.serial
        members[serial] = Member(term, FULL, phase, tuple(reads))
        places[serial] = at
    return last


def readers(members: dict[int, Any]) -> list[Any]:
    """The members that read something from outside of their nest."""
    found: list[Any] = []
    member: Member
    for x in members.values():
        member = x
        for read in member.reads:
            if type(read) is tuple:
                found.append(member)
                break
    return found


# --- lowering -------------------------------------------------------------------------------------


def in_phases(members: dict[int, Any], reduced: Any) -> tuple[Any, Any]:
    """The members of rows, but for the results of reductions, and those of loops, by phase."""
    of_rows: dict[int, Any] = {}
    of_loops: dict[int, Any] = {}
    member: Member
    for x in members.values():
        member = x
        if member.kind is FULL:
            of_loops.setdefault(member.phase, []).append(member)
        elif member.term.serial not in reduced:
            of_rows.setdefault(member.phase, []).append(member)
    return of_rows, of_loops


def kept(members: dict[int, Any]) -> set[int]:
    """The serials of full members that one of a later phase reads."""
    found: set[int] = set()
    member: Member
    operand: Member
    for x in members.values():
        member = x
        if member.phase:
            for read in member.reads:
                if type(read) is Member:
                    operand = read
                    if operand.kind is FULL and operand.phase < member.phase:
                        found.add(operand.term.serial)
    return found


def dtypes(members: dict[int, Any]) -> set[Any]:
    """The types of the members, and of what they read from outside."""
    found: set[Any] = {FLOAT64}
    seen = False
    member: Member
    for x in members.values():
        member = x
        if member.term.dtype is FLOAT64:
            seen = True
        else:
            found.add(member.term.dtype)
        for read in member.reads:
            if type(read) is tuple:
                found.add(read[0].term.dtype)
    if not seen:
        found.discard(FLOAT64)
    return found


def made_by(members: list[Any], first: Any, second: Any) -> list[Any]:
    """The members of one of two rows."""
    found: list[Any] = []
    member: Member
    for x in members:
        member = x
        if member.term.op is first or member.term.op is second:
            found.append(member)
    return found


def beside(members: list[Any], partners: dict[int, Any]) -> list[Any]:
    """The members, with the partner of each right behind it; of two partners the first leads."""
    listed: list[Any] = []
    done: set[int] = set()
    member: Member
    partner: Member
    for x in members:
        member = x
        serial = member.term.serial
        if serial in done:
            continue
        listed.append(member)
        found = partners.get(serial)
        if found is not None:
            partner = found
            listed.append(partner)
            done.add(partner.term.serial)
    return listed


def compute(function: Any, members: list[Any]) -> None:
    """Write the instructions of members, in ``function`` (``lower.py``).

    What a row is written as is found out once for each kind of operands, if it is one instruction;
    then only names are put in.
    """
    writer = function.writer
    values: dict[int, Any] = function.values
    lines: list[str] = writer.lines
    templates: dict[Any, Any] = {}
    paired = function.lowering.paired
    count = writer.count
    member: Member
    operand: Member
    for x in members:
        member = x
        reads = member.reads
        arity = len(reads)
        if count > writer.block_end:
            writer.count = count
            writer.split()
        template: tuple[Any, ...] | None = None
        if (
            1 <= arity <= 2
            and member.term.dtype is FLOAT64
            and not (paired and member.term.serial in paired)
        ):
            first = second = ""
            key: tuple[Any, ...] = (member.term.op,)
            for read in reads:
                kind: Any = None
                name = ""
                if type(read) is Member:
                    operand = read
                    lanes = values.get(operand.term.serial)
                    if lanes is None or lanes.element != "double":
                        break
                    name = lanes.name
                elif type(read) is float or type(read) is int:
                    kind = read if read != 0 else repr(read)
                else:
                    break
                key = (*key, kind)
                if len(key) == 2:
                    first = name
                else:
                    second = name
            else:
                template = templates.get(key)
                if template is None:
                    writer.count = count
                    template = templates[key] = _template(function, member)
        if not template:
            writer.count = count
            function.compute(member)
            count = writer.count
            continue
        name = f"%{count}"
        count += 1
        start, a, middle, b, end = template
        text = first if a == FIRST else second
        if b:
            other = first if b == FIRST else second
            lines.append(f"  {name} = {start}{text}{middle}{other}{end}")
        else:
            lines.append(f"  {name} = {start}{text}{middle}")
        values[member.term.serial] = Lanes(writer, name, "double")
    writer.count = count


#: What stands for operands while it is found out what is written of them.
FIRST, SECOND = "%first", "%second"


def _template(function: Any, member: Any) -> tuple[str, ...]:
    """A member's instruction around the names of its operands; nothing if it is not just one."""
    writer = function.writer
    names = (FIRST, SECOND)
    operands = [
        Lanes(writer, names[i], "double") if type(x) is Member else x
        for i, x in enumerate(member.reads)
    ]
    with writer.trial() as lines:
        result = function.apply(member, operands)
        written = list(lines)
    head = f"  {result.name} = "
    if len(written) != 1 or not written[0].startswith(head) or result.element != "double":
        return ()
    parts = re.split(f"({FIRST}|{SECOND})", written[0].removeprefix(head))
    if len(parts) not in (3, 5):
        return ()
    return (*parts, "", "") if len(parts) == 3 else tuple(parts)


# --- loops ----------------------------------------------------------------------------------------


def tabulated(members: list[Any]) -> tuple[dict[int, int], Any, Any]:
    """What ``repeats.py`` compares: the place of each serial; for each member a number that is the
    same for what looks the same; for each operand and member the place of what it reads, or -1.
    """
    place_of: dict[int, int] = {}
    numbers: dict[Any, int] = {}
    alike: list[int] = []
    member: Member
    operand: Member
    arity = 0
    for place, x in enumerate(members):
        member = x
        place_of[member.term.serial] = place
        if len(member.reads) > arity:
            arity = len(member.reads)
    places: list[int] = []
    for x in members:
        member = x
        term = member.term
        op = term.op
        is_open = op in OPEN
        # What is not said by the kinds of the operands alone; of nearly all that is nothing.
        more: tuple[Any, ...] = () if term.dtype is FLOAT64 else (term.dtype,)
        kinds = 1
        for read in member.reads:
            found: Any = -1
            kinds *= 4
            if type(read) is Member:
                operand = read
                found = place_of.get(operand.term.serial, -1)
                if found == -1:
                    more = (*more, operand.term.serial)
                else:
                    kinds += 1
            elif type(read) is tuple:
                kinds += 2
                more = (*more, read[0].term.serial, read[1])
            elif is_open:
                kinds += 3
            else:
                kinds += 2
                more = (*more, type(read), repr(read))
            places.append(found)
        for _ in range(len(member.reads), arity):
            places.append(-1)
        key = (op, kinds, more)
        alike.append(numbers.setdefault(key, len(numbers)))
    read_places = np.array(places).reshape(len(members), arity).T
    return place_of, np.array(alike), np.ascontiguousarray(read_places)
