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


def compiled(program: Program, *, reason: str = "") -> Run:
    """A function that runs a Program, by the backend that was chosen; the reason is for the log."""
    return backend()(program, reason=reason)


@functools.cache
def backend() -> Callable[..., Run]:
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
