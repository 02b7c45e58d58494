"""Which backend runs a Program: LLVM where it can, else the interpreter.

``CHAINRULE_BACKEND=interpreter`` or ``llvm`` in the environment decides it otherwise.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable

from ..log import compiler as log
from ..program.program import Program
from . import interpreter
from .interpreter import Run

NAMES = ("interpreter", "llvm")


def compiled(program: Program) -> Run:
    """A function that runs a Program, by the backend that was chosen."""
    return backend()(program)


@functools.cache
def backend() -> Callable[[Program], Run]:
    """The backend's ``compiled``; where it is not the one for speed, the log says why, once."""
    chosen = os.environ.get("CHAINRULE_BACKEND", "")
    if chosen and chosen not in NAMES:
        raise ValueError(f"CHAINRULE_BACKEND is {chosen!r}; it may be {' or '.join(NAMES)}.")
    if chosen == "interpreter":
        return interpreter.compiled
    try:
        from .llvm import engine, executable

        engine.host()
    except (ImportError, NotImplementedError, OSError, RuntimeError) as error:
        if chosen == "llvm":
            raise
        log.warning("jit runs Programs by the interpreter, term by term: %s", error)
        return interpreter.compiled
    return executable.compiled
