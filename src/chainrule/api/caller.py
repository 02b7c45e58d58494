"""What is called when a jitted function is: :class:`Caller`, compiled where that could be.

The compiled one (``native.pyx``) keeps a Route for each kind of call that was made, which does the
next such call without Python. :func:`route_of` says of what a Route is made: of the arguments of a
call that was just done, what the function reads outside, and the result's structure. Without a
compiler, every call goes to ``call``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from ..program.compiled import is_native
from .outside import Read

_Kind = TypeVar("_Kind", bound=type)

try:
    if not is_native:
        raise ImportError
    from . import native
except ImportError:
    native = None  # type: ignore[assignment]


class PlainCaller:
    """A Caller without routes."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.call(args, kwargs)

    def call(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        raise NotImplementedError

    def add_route(self, route: Any) -> None:
        """There are none."""

    def forget_routes(self) -> None:
        """There are none."""


Caller: Any = PlainCaller if native is None else native.Caller


def called_by_vector(kind: _Kind) -> _Kind:
    """Decorates a subclass of Caller: see ``native``."""
    if native is not None:
        native.called_by_vector(kind)
    return kind


#: Kinds of arguments that a compiled call takes as numbers; arrays besides.
NUMBERS = (float, int, bool)


def route_of(
    entry: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    static: dict[int | str, Any],
    leaves: Sequence[Any],
) -> Any:
    """A Route for calls like this one; None where there is none.

    ``leaves`` are the numbers and arrays among the arguments, in order.
    """
    if native is None or entry.contents:
        return None
    hidden = list(entry.program.hidden)
    if not all(isinstance(x, np.ndarray) for x in hidden):
        return None
    counts = (len(leaves) + len(hidden), len(entry.program.results))
    extents = max(entry.signature.pattern, default=-1) + 1
    if max(counts) > native.LARGEST or extents > native.MOST_EXTENTS:
        return None
    taker = _Arguments(static)
    if not (taker.take_all(args) and taker.take(kwargs)):
        return None
    if len(taker.leaves) != len(leaves) or any(
        x is not y for x, y in zip(taker.leaves, leaves, strict=True)
    ):
        return None
    return native.Route(
        entry,
        taker.parts,
        len(kwargs),
        entry.signature.pattern,
        watches_of(entry.reads),
        hidden,
        entry.chain(),
        entry.run,
        lambda extents: not entry.obstacle(extents),
        recipe_of(entry.rebuild, len(entry.program.results)),
        entry.rebuild,
    )


class _Arguments:
    """The arguments of a call as parts, depth first, as optree takes them apart."""

    def __init__(self, static: dict[int | str, Any]) -> None:
        self.static = static
        self.parts: list[tuple[int, int, Any]] = []
        self.leaves: list[Any] = []

    def take_all(self, args: tuple[Any, ...]) -> bool:
        self.parts.append((native.KINDS["tuple"], len(args), None))
        return all(self.same(x) if i in self.static else self.take(x) for i, x in enumerate(args))

    def same(self, x: Any) -> bool:
        self.parts.append((native.KINDS["same"], 0, x))
        return True

    def take(self, x: Any) -> bool:
        """Add the parts of an argument; False if it is of a kind that only Python takes apart."""
        kind = type(x)
        if kind is np.ndarray:
            if x.dtype.num != np.dtype(x.dtype.str).num or not x.dtype.isnative:
                return False
            self.parts.append((native.KINDS["array"], x.ndim, x.dtype))
            self.leaves.append(x)
        elif kind in NUMBERS or issubclass(kind, np.generic):
            self.parts.append((native.KINDS["type"], 0, kind))
            self.leaves.append(x)
        elif kind is tuple or kind is list:
            self.parts.append((native.KINDS[kind.__name__], len(x), None))
            return all(map(self.take, x))
        elif kind is dict:
            return self._take_dict(x)
        else:
            return False
        return True

    def _take_dict(self, x: dict[Any, Any]) -> bool:
        if not all(type(key) is str for key in x):
            return False
        keys = tuple(sorted(x))
        self.parts.append((native.KINDS["dict"], len(keys), keys))
        return all(
            self.same(x[key]) if x[key] is self.static.get(key, _NOTHING) else self.take(x[key])
            for key in keys
        )


_NOTHING = object()


def watches_of(reads: Sequence[Read]) -> list[tuple[int, Any, Any, Any, bool]]:
    """What C has to compare in each call."""
    watches: dict[Any, tuple[int, Any, Any, Any, bool]] = {}
    for read in reads:
        if read.place != "constant":
            value, is_there = read.pointed()
            key = (read.place, id(read.holder), read.key)
            watches[key] = (native.PLACES[read.place], read.holder, read.key, value, is_there)
    return list(watches.values())


class _Marker:
    """Stands for a result by number."""

    def __init__(self, number: int) -> None:
        self.number = number


def recipe_of(rebuild: Callable[[list[Any]], Any], count: int) -> Any:
    """The structure of a result as parts, or None where only ``rebuild`` can make it."""
    parts: list[tuple[int, int, Any]] = []
    numbers: list[int] = []

    def take(x: Any) -> bool:
        kind = type(x)
        if kind is _Marker:
            parts.append((native.KINDS["type"], x.number, None))
            numbers.append(x.number)
            return True
        if kind is tuple or kind is list:
            parts.append((native.KINDS[kind.__name__], len(x), None))
            return all(map(take, x))
        if kind is dict:
            parts.append((native.KINDS["dict"], len(x), tuple(x)))
            return all(map(take, x.values()))
        return False

    is_known = take(rebuild([_Marker(i) for i in range(count)]))
    return parts if is_known and sorted(numbers) == list(range(count)) else None
