"""From a Program to its plan and code in memory: from the cache, or planned, lowered and compiled.

The cache finds a Program by its text, and then nothing is planned. A Program without one is planned
and lowered, and its code found by the IR.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from ...log import compiler as log
from ...program import fastest
from ...program.program import Program
from . import cache, engine
from . import identity as plain
from .lower import Lowered, lowered
from .passes import Nest, Plan, planned
from .plain import packed, unpacked

identities = fastest(plain)


@dataclass(frozen=True)
class Prepared:
    """A plan, for each of its nests the functions, and these in memory; None without nests."""

    plan: Plan
    lowered: list[Lowered]
    code: engine.Code | None


def prepared(program: Program, reason: str = "") -> Prepared:
    """The plan and the code of a Program; the log says what it took, and why it was needed."""
    start = time.perf_counter()
    is_loaded, detail, made = _found_or_made(program)
    if made.code is not None:
        log.info(
            "%s: %s term%s %s in %.1f ms%s%s",
            program.name,
            f"{len(program):,}",
            "s" * (len(program) != 1),
            "loaded from the cache" if is_loaded else "compiled",
            (time.perf_counter() - start) * 1e3,
            detail,
            f", because {reason}" if reason else "",
        )
    return made


def _found_or_made(program: Program) -> tuple[bool, str, Prepared]:
    """What a Program needs; whether it came from the cache, and more to tell of it."""
    sources = identities.sources() if cache.is_on() else None
    identity = identities.identity_of(program) if sources else None
    key = ""
    if identity is not None:
        # Which rows are short enough to be computed side by side is not in the Program's text.
        lengths = [min(int(x), 64).bit_length() for x in program.extents.values]
        key = cache.key_of(*engine.facts(), str(sources), identity.digest, str(lengths))
        found = _loaded(key, identity)
        if found is not None:
            return True, "", found
    start = time.perf_counter()
    plan = planned(program)
    nests = [step for step in plan.steps if type(step) is Nest]
    if not nests:
        return False, "", Prepared(plan, [], None)
    machine = engine.host()
    parts = [lowered(nest, i, machine) for i, nest in enumerate(nests)]
    text = module_text(parts)
    instructions = text.count("\n")
    planning = time.perf_counter() - start
    if not key:
        key = cache.key_of(*engine.facts(), str(instructions > engine.LARGE), text)
        file = cache.load(key)
        if file is not None:
            return True, "", Prepared(plan, parts, engine.loaded(file.built))
    built = engine.object_of(text, instructions)
    made = Prepared(plan, parts, engine.loaded(built))
    facts: dict[str, Any] = {
        "name": program.name[:200],
        "terms": len(program),
        "seconds": time.perf_counter() - start,
        "cpu": machine.cpu,
    }
    if identity is not None:
        facts["symbols"] = _symbols(parts)
        facts["plan"] = packed(plan, parts, identity)
    cache.store(key, built, facts)
    detail = f" ({planning * 1e3:.1f} of them planned; {instructions:,} instructions)"
    return False, detail, made


def _loaded(key: str, identity: plain.Identity) -> Prepared | None:
    file = cache.load(key)
    if file is None:
        return None
    for symbol in file.facts["symbols"]:
        if not engine.host().has(symbol):
            log.info("cached file %s.kernel is ignored: C's library has no %s", key, symbol)
            return None
    plan, parts = unpacked(file.facts["plan"], identity)
    return Prepared(plan, parts, engine.loaded(file.built))


def _symbols(parts: list[Lowered]) -> list[str]:
    """The functions of C's library that the code calls."""
    declarations = {name: text for part in parts for name, text in part.declarations.items()}
    return sorted(
        name
        for name, text in declarations.items()
        if text.startswith("declare ") and not name.startswith("llvm.")
    )


def module_text(parts: list[Lowered]) -> str:
    """The IR of all nests."""
    declarations: dict[str, str] = {}
    lines: list[str] = []
    for part in parts:
        declarations |= part.declarations
        lines += part.text
    return "\n".join([*declarations.values(), *lines, "!0 = !{i32 1}", ""])
