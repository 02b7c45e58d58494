"""Which backend runs a Program: the interpreter, or LLVM where it is asked for.

``CHAINRULE_BACKEND=llvm`` in the environment asks for native code. It is not the default yet: it
lacks ``out=``, a cache on disk and fast single calls.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable

from ..program.program import Program
from . import interpreter
from .interpreter import Run

NAMES = ("interpreter", "llvm")


def compiled(program: Program) -> Run:
    """A function that runs a Program, by the backend that was chosen.

    Native code comes in two kinds: loops that LLVM compiled, and, for many steps on small arrays, a
    machine that runs one after the other.
    """
    chosen = backend()
    if chosen is not interpreter.compiled and _suits_small(program):
        from .small import executable

        return executable.compiled(program, lambda: chosen(program))
    return chosen(program)


def _suits_small(program: Program) -> bool:
    try:
        from .small import executable
    except ImportError:  # without a C compiler
        return False
    return executable.suits(program)


@functools.cache
def backend() -> Callable[[Program], Run]:
    """The backend's ``compiled``.

    Raises:
        ValueError: CHAINRULE_BACKEND names none.
        ImportError: LLVM is asked for, and llvmlite or the compiled runner is missing.
        NotImplementedError: LLVM is asked for on a platform that it does not know.
    """
    chosen = os.environ.get("CHAINRULE_BACKEND", "interpreter")
    if chosen not in NAMES:
        raise ValueError(f"CHAINRULE_BACKEND is {chosen!r}; it may be {' or '.join(NAMES)}.")
    if chosen == "interpreter":
        return interpreter.compiled
    from .llvm import engine, executable

    engine.host()
    return executable.compiled
