"""A plan and its code as plain data, for the cache, and back again for a Program of the same text.

Terms and extents become their numbers in the Program (``identity.py``). Of a nest's members only
those go along that say where something comes from outside or is stored; the others are in the
object code. Start reading at :func:`packed`.
"""

from __future__ import annotations

import sys
from dataclasses import fields, is_dataclass, replace
from typing import Any

from ...program.extents import Dimension
from ...program.symbol import Term
from .identity import Identity
from .lower import Lowered, Place, Step
from .passes import Call, Member, Nest, Plan, Reduction
from .reads import Read, key_of

_CLASSES = {x.__name__: x for x in (Plan, Nest, Call, Read, Reduction, Lowered, Place, Step)}


def packed(plan: Plan, parts: list[Lowered], identity: Identity) -> Any:
    """Lists, numbers and strings from which :func:`unpacked` makes the same.

    Raises:
        TypeError: something is in it that plain data cannot be.
    """
    steps = [_reduced(step) if isinstance(step, Nest) else step for step in plan.steps]
    bare = [replace(part, nest=None, text=[], declarations={}) for part in parts]  # type: ignore[arg-type]
    return _packed([replace(plan, steps=steps), bare], identity)


def unpacked(data: Any, identity: Identity) -> tuple[Plan, list[Lowered]]:
    """The plan and its code for a Program of that identity."""
    plan, parts = _unpacked(data, identity)
    nests = [step for step in plan.steps if isinstance(step, Nest)]
    for nest in nests:
        nest.key = key_of(nest.shape)
    for nest, part in zip(nests, parts, strict=True):
        part.nest = nest
    return plan, parts


def _reduced(nest: Nest) -> Nest:
    members: dict[int, Member] = {}
    seen: set[Any] = set()
    for serial, member in nest.members.items():
        outside = tuple([x for x in member.reads if type(x) is tuple])
        if not outside and serial not in nest.stored:
            continue
        new = {(x[0].term.serial, x[1:], member.kind, member.phase) for x in outside} - seen
        if new or serial in nest.stored:
            seen |= new
            members[serial] = Member(member.term, member.kind, member.phase, outside)
    reductions = [replace(x, read=x.read if type(x.read) is tuple else None)
                  for x in nest.reductions]  # fmt: skip
    return replace(nest, key=(), members=members, reductions=reductions)


def _packed(x: Any, identity: Identity) -> Any:
    if x is None or type(x) in (bool, int, float, str):
        return x
    if type(x) is Term:
        return ["Term", identity.places[x.serial]]
    if type(x) is Dimension:
        return ["Dimension", identity.numbers[id(x)]]
    if type(x) in (list, tuple):
        return [type(x).__name__, *(_packed(part, identity) for part in x)]
    if type(x) is dict and all(type(value) in (Term, Member) for value in x.values()):
        # By serial, which is another one in another trace.
        return ["dict", *(_packed(value, identity) for value in x.values())]
    if type(x) is Member:
        parts = (_packed(y, identity) for y in (x.term, x.kind, x.phase, x.reads))
        return ["Member", *parts]
    if is_dataclass(x) and type(x) in _CLASSES.values():
        parts = (_packed(getattr(x, field.name), identity) for field in fields(x))
        return [type(x).__name__, *parts]
    raise TypeError(f"{type(x).__name__} is no plain data")


def _unpacked(x: Any, identity: Identity) -> Any:
    if type(x) is str:
        return sys.intern(x)  # FULL and its like are compared by identity
    if type(x) is not list:
        return x
    kind, *parts = x
    if kind == "Term":
        return identity.terms[parts[0]]
    if kind == "Dimension":
        return identity.dimensions[parts[0]]
    made = [_unpacked(part, identity) for part in parts]
    if kind == "list":
        return made
    if kind == "tuple":
        return tuple(made)
    if kind == "dict":
        return {(y if type(y) is Term else y.term).serial: y for y in made}
    return Member(*made) if kind == "Member" else _CLASSES[kind](*made)
