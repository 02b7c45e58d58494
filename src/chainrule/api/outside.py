"""What a function reads from outside of its arguments: cells, globals, defaults.

A Program is only the function as long as these are what they were when it was traced: numbers and
text of the same value, anything else the same object. What cannot be seen is attributes and what
is in a container: ``self.rate`` and ``options["rate"]`` are read once, at tracing.
"""

from __future__ import annotations

import functools
import types
from dataclasses import dataclass, replace
from typing import Any

#: Compared by value.
_PLAIN = (int, float, complex, bool, str, bytes, type(None))
#: Functions of these packages read nothing that a user changes.
_LIBRARIES = ("chainrule", "numpy", "scipy", "math", "functools", "operator", "builtins")
_MISSING = object()


@dataclass(frozen=True)
class Read:
    """One name that a function reads, and what it was."""

    what: str
    #: "cell", "global" (a dict's), "defaults" (a function's), "keyword defaults", "constant".
    place: str
    #: The cell, the dict or the function; of a constant, the constant.
    holder: Any
    #: The name in a dict, or among the keyword defaults; the number of a default.
    key: Any
    value: Any

    def current(self) -> Any:
        """What it is now."""
        if self.place == "constant":
            return self.holder
        if self.place == "cell":
            try:
                return self.holder.cell_contents
            except ValueError:
                return _MISSING
        if self.place == "global":
            return self.holder.get(self.key, _MISSING)
        if self.place == "defaults":
            defaults = self.holder.__defaults__ or ()
            return defaults[self.key] if self.key < len(defaults) else _MISSING
        return (self.holder.__kwdefaults__ or {}).get(self.key, _MISSING)

    def pointed(self) -> tuple[Any, bool]:
        """What C compares by its pointer, and whether there is something."""
        if self.place == "defaults":
            return self.holder.__defaults__, self.holder.__defaults__ is not None
        now = self.current()
        return now, now is not _MISSING

    def changed(self) -> bool:
        now = self.current()
        if now is self.value:
            return False
        if type(now) is not type(self.value) or not isinstance(now, _PLAIN):
            return True
        return now != self.value and not (now != now and self.value != self.value)


def reads_of(f: Any) -> tuple[Read, ...]:
    """All that f, and the user's functions that it reads, read from outside."""
    reads: list[Read] = []
    seen: set[int] = set()
    waiting = [f]
    while waiting:
        function = waiting.pop()
        if id(function) in seen:
            continue
        seen.add(id(function))
        own = list(_of_one(function))
        reads += own
        waiting += [read.value for read in own if callable(read.value)]
    return tuple(reads)


def _of_one(function: Any) -> Any:
    if isinstance(function, functools.partial):
        yield _constant("function of a partial", function.func)
        for value in (*function.args, *function.keywords.values()):
            if callable(value):
                yield _constant("argument of a partial", value)
    elif isinstance(function, types.MethodType):
        yield _constant("method", function.__func__)
    elif isinstance(function, types.FunctionType):
        yield from _of_function(function)
    elif hasattr(function, "__wrapped__"):
        yield _constant("wrapped function", function.__wrapped__)
    elif isinstance(call := vars(type(function)).get("__call__"), types.FunctionType):
        if _is_library(call):
            # custom_vjp and its like hold the user's functions in their attributes.
            for value in vars(function).values():
                if isinstance(value, types.FunctionType):
                    yield _constant("rule", value)
        else:
            yield _constant("__call__", call)


def _is_library(function: types.FunctionType) -> bool:
    # Not by __module__, which a wrapper has from what it wraps.
    return str(function.__globals__.get("__name__")).partition(".")[0] in _LIBRARIES


def _constant(what: str, value: Any) -> Read:
    return Read(what, "constant", value, None, value)


def _of_function(function: types.FunctionType) -> Any:
    name = function.__name__
    cells = function.__closure__ or ()
    for variable, cell in zip(function.__code__.co_freevars, cells, strict=True):
        yield _read(f"{variable!r} of {name}'s closure", "cell", cell)
    if _is_library(function):
        return
    for variable in _globals_of(function.__code__):
        if variable in function.__globals__:
            yield _read(
                f"the global {variable!r} of {name}", "global", function.__globals__, variable
            )
    for i, _ in enumerate(function.__defaults__ or ()):
        yield _read(f"default {i} of {name}", "defaults", function, i)
    for keyword in function.__kwdefaults__ or ():
        yield _read(f"default {keyword!r} of {name}", "keyword defaults", function, keyword)


def _read(what: str, place: str, holder: Any, key: Any = None) -> Read:
    read = Read(what, place, holder, key, None)
    return replace(read, value=read.current())


def _globals_of(code: types.CodeType) -> set[str]:
    """Names that code may read as globals, also in the functions written inside of it."""
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _globals_of(constant)
    return names
