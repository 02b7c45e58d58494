"""Which backend runs a Program: native code by LLVM, or the interpreter.

LLVM is the default. Where it cannot be (llvmlite or the compiled runner is missing, or the platform
is not known) the interpreter takes over, and a :class:`FallbackWarning` says so once.
``CHAINRULE_BACKEND`` in the environment chooses: ``interpreter``, or ``llvm``, which then has to
work.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
import warnings
from collections.abc import Callable
from types import ModuleType

from ..errors import BackendError, FallbackWarning
from ..program.program import Program
from . import interpreter
from .interpreter import Run

NAMES = ("interpreter", "llvm")
VARIABLE = "CHAINRULE_BACKEND"
RUNNER = f"{__package__}.llvm.runner"


def compiled(program: Program, threads: int | None = None, reason: str = "") -> Run:
    """A function that runs a Program, by the backend that was chosen, on so many threads.

    Native code comes in two kinds: loops that LLVM compiled, and, for many steps on small arrays, a
    machine that runs one after the other. The reason why it is needed is for the log.
    """
    chosen = backend()
    if chosen is not interpreter.compiled and _suits_small(program):
        from .small import executable

        return executable.compiled(program, lambda: chosen(program, threads, reason))
    return chosen(program, threads, reason)


def _suits_small(program: Program) -> bool:
    try:
        from .small import executable
    except ImportError:  # without a C compiler
        return False
    return executable.suits(program)


@functools.cache
def backend() -> Callable[[Program, int | None, str], Run]:
    """The backend's ``compiled``.

    Raises:
        ValueError: CHAINRULE_BACKEND names none.
        BackendError: LLVM is asked for, and cannot be.
    """
    chosen = os.environ.get(VARIABLE)
    if chosen is not None and chosen not in NAMES:
        raise ValueError(f"{VARIABLE} is {chosen!r}; it may be {' or '.join(NAMES)}.")
    if chosen == "interpreter":
        return interpreter.compiled
    try:
        return _llvm()
    except BackendError as error:
        if chosen == "llvm":
            raise
        warnings.warn(
            f"jit runs on the interpreter, NumPy term by term. {error} {VARIABLE}=interpreter in "
            f"the environment chooses that, and silences this warning.",
            FallbackWarning,
            stacklevel=_outside(),
        )
        return interpreter.compiled


def describe() -> ModuleType:
    """The module that shows native code (``llvm/describe.py``), whatever backend was chosen.

    Raises:
        BackendError: there is none here.
    """
    _llvm()
    from .llvm import describe

    return describe


def passes(program: Program) -> str:
    """What native code of a Program does: its loops, or its instructions.

    Raises:
        BackendError: there is none here.
    """
    shown = describe()
    if _suits_small(program):
        from .small import executable

        described = executable.described(program)
        if described:
            return described
    return str(shown.passes(program))


def _llvm() -> Callable[[Program, int | None, str], Run]:
    reason = "llvmlite cannot be used"
    try:
        if importlib.util.find_spec(RUNNER) is None:
            reason = "chainrule was installed without a C compiler"
        from .llvm import engine, executable

        engine.host()
    except (ImportError, NotImplementedError) as error:
        if isinstance(error, NotImplementedError):
            reason = "the platform is not known"
        raise BackendError(f"Native code cannot be made here: {reason} ({error}).") from error
    return executable.compiled


def _outside() -> int:
    """How many calls up the user's own code stands, for a warning given by the caller of this."""
    depth = 1
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "chainrule":
        frame = frame.f_back
        depth += 1
    return depth
