"""One call of a function that is differentiated: its arguments, its result, and their errors."""

from __future__ import annotations

import functools
import inspect
import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..containers import Rebuild, flatten, path_of, same_structure
from ..eager import Value
from ..eager.operands import described, plain_number
from ..errors import ArgumentError, FunctionError, OperandError, ResultError
from ..ops.shape import shape_of
from ..program.assigning import plain
from ..program.symbol import Symbol
from .recorders import Recorder, recorder

Argnums = int | Sequence[int] | None
Argnames = str | Sequence[str] | None


def is_number(x: Any) -> bool:
    """Whether x is a Value, a Symbol, or a plain real number, and no truth value."""
    if isinstance(x, Value | Symbol):
        return True
    return not isinstance(x, bool | np.bool_) and plain_number(x) is not None


def function_of(f: Any, owner: str) -> Any:
    if not callable(f):
        raise FunctionError(f"{owner}: the first argument is a function, not {described(f)}.")
    return f


def name_of(f: Any) -> str:
    return getattr(f, "__name__", None) or type(f).__name__


def wrapped_as(f: Any) -> Callable[[Any], Callable[..., Any]]:
    """``functools.wraps`` for anything that can be called."""
    return functools.wraps(f) if hasattr(f, "__name__") else lambda function: function


# --- which arguments --------------------------------------------------------------------------


class Selection:
    """The arguments to differentiate with respect to, by number, by name, or both."""

    def __init__(self, f: Any, argnums: Argnums, argnames: Argnames, owner: str) -> None:
        self.owner, self.name = owner, name_of(function_of(f, owner))
        self.argnums = 0 if argnums is None and argnames is None else argnums
        names: Any = () if argnames is None else argnames
        self.argnames = (names,) if isinstance(names, str) else tuple(names)
        for name in self.argnames:
            if not isinstance(name, str):
                raise ArgumentError(f"{owner}: argnames must be strings, not {name!r}.")
        self.single = _is_single(self.argnums) if argnames is None else (
            self.argnums is None and isinstance(argnames, str)
        )  # fmt: skip
        self.parameters = parameters_of(f) if self.argnames else []

    def keys(self, count: int, given: Sequence[str]) -> tuple[int | str, ...]:
        """Positions and keywords among the arguments of this call."""
        keys: list[int | str] = []
        if self.argnums is not None:
            keys += _positions(self.argnums, count, self.owner, self.name)
        for name in self.argnames:
            if name in given:
                keys.append(name)
            elif name in self.parameters and self.parameters.index(name) < count:
                keys.append(self.parameters.index(name))
            else:
                raise ArgumentError(
                    f"{self.owner}: argnames has {name!r}, but {self.name} was called without an "
                    f"argument of that name."
                )
        if len(set(keys)) < len(keys):
            raise ArgumentError(f"{self.owner}: argnums and argnames name an argument twice.")
        return tuple(keys)


def parameters_of(f: Any) -> list[str]:
    """The names of the positional parameters of f; of a builtin that has no signature, none."""
    try:
        parameters = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return []
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [parameter.name for parameter in parameters if parameter.kind in kinds]


def names_keyword(f: Any, name: str) -> bool:
    """Whether f has a keyword-only parameter of that name."""
    try:
        parameter = inspect.signature(f).parameters.get(name)
    except (TypeError, ValueError):
        return False
    return parameter is not None and parameter.kind is inspect.Parameter.KEYWORD_ONLY


def _is_single(argnums: Any) -> bool:
    return hasattr(argnums, "__index__")


def _positions(argnums: Any, count: int, owner: str, name: str) -> list[int]:
    """argnums as positions among the arguments of this call."""
    if not _is_single(argnums):
        try:
            argnums = tuple(argnums)
        except TypeError:
            raise ArgumentError(
                f"{owner}: argnums is a whole number or a sequence of them, not {argnums!r}."
            ) from None
    positions = []
    for argnum in (argnums,) if _is_single(argnums) else argnums:
        if isinstance(argnum, bool) or not hasattr(argnum, "__index__"):
            raise ArgumentError(f"{owner}: argnums must be whole numbers, not {argnum!r}.")
        argnum = operator.index(argnum)
        if not -count <= argnum < count:
            raise ArgumentError(
                f"{owner}: argnums={argnums!r}, but {name} was called with {count} positional "
                f"argument{'s' * (count != 1)}. Arguments count from 0."
            )
        positions.append(argnum % count)
    if len(set(positions)) < len(positions):
        raise ArgumentError(f"{owner}: argnums={argnums!r} names an argument twice.")
    return positions


# --- the call -----------------------------------------------------------------------------------


class Call:
    """One call of a function on fresh leaves in place of the selected arguments."""

    def __init__(
        self,
        f: Callable[..., Any],
        selection: Selection,
        args: Sequence[Any],
        kwargs: dict[str, Any],
    ) -> None:
        self.owner, self.name = selection.owner, selection.name
        self.single = selection.single
        self.recorder: Recorder = recorder()
        self.leaves: list[Any] = []
        self.parts: list[tuple[int, Rebuild]] = []
        arguments, keywords = list(args), dict(kwargs)
        for key in selection.keys(len(args), tuple(kwargs)):
            holder: Any = arguments if isinstance(key, int) else keywords
            given = holder[key]
            numbers, rebuild = flatten(given)
            leaves = [self._leaf(number, given, key, i) for i, number in enumerate(numbers)]
            holder[key] = rebuild(leaves)
            self.leaves += leaves
            self.parts.append((len(leaves), rebuild))
        self.result = f(*arguments, **keywords)

    def _leaf(self, number: Any, tree: Any, key: int | str, i: int) -> Any:
        leaf = self.recorder.leaf(number)
        if leaf is None:
            place = f"argument {key if isinstance(key, int) else repr(key)} of {self.name}"
            raise OperandError(
                f"{self.owner}: {place}{path_of(tree, i)} is {described(number)}; what is "
                "differentiated has to be a real number, an array, or a list, tuple or dict of "
                "them. Exclude it with argnums, or close over it."
            )
        return leaf

    def arrange(self, numbers: Sequence[Any]) -> Any:
        """Numbers, one a leaf, in the structure of the arguments."""
        arranged = []
        start = 0
        for count, rebuild in self.parts:
            arranged.append(rebuild(list(numbers[start : start + count])))
            start += count
        return arranged[0] if self.single else tuple(arranged)

    def settled(self, results: Sequence[Any], outer: Sequence[Any] = ()) -> list[Any]:
        return self.recorder.settled(results, self.leaves, outer)

    def split_aux(self, has_aux: bool) -> tuple[Any, Any]:
        """The result proper, and auxiliary data as the caller gets them."""
        if not has_aux:
            return self.result, None
        if not isinstance(self.result, tuple) or len(self.result) != 2:
            raise ResultError(
                f"{self.owner}: with has_aux=True {self.name} has to return a pair (result, "
                f"auxiliary data), not {described(self.result)}."
            )
        result, aux = self.result
        numbers, rebuild = flatten(aux)
        return result, rebuild(self.settled(numbers))


# --- results --------------------------------------------------------------------------------------


def numbers_of(
    result: Any, owner: str, what: str, truths: bool = False
) -> tuple[list[Any], Rebuild]:
    """The Values, Symbols, arrays and floats of a function's result, which may be a container.

    ``truths`` says that truth values may be among them.
    """
    numbers, rebuild = flatten(result)
    for i, number in enumerate(numbers):
        if isinstance(number, Symbol):
            numbers[i] = plain(number)
            continue
        if isinstance(number, Value | np.ndarray):
            continue
        if truths and isinstance(number, bool | np.bool_ | np.generic):
            continue
        numbers[i] = None if isinstance(number, bool | np.bool_) else plain_number(number)
        if numbers[i] is None:
            path = path_of(result, i)
            raise ResultError(
                f"{owner}: {what} returned {described(number)}{f' at {path}' if path else ''}, "
                "which has no derivative. It has to return a number, an array, or a list, tuple or "
                "dict of them."
            )
    return numbers, rebuild


def scalar(result: Any, owner: str, name: str) -> Any:
    """The result of a function that ``grad`` differentiates: one number."""
    result = plain(result)
    shape = shape_of(result)
    if shape or not is_number(result):
        what = f"an array of shape {shape}" if shape else described(result)
        hint = (
            " Use cr.jacobian for a function with several results."
            if shape or isinstance(result, list | tuple | dict)
            else " A function that returns auxiliary data besides needs has_aux=True."
        )
        raise ResultError(
            f"{owner}: {name} returned {what}; its result has to be one real number." + hint
        )
    return result


def matching(
    primals: Any, tangents: Any, owner: str, entry: str = "entry {i} of tangents"
) -> list[Any]:
    """The numbers of tangents, which have to have the structure of primals."""
    for what, given in ("primals", primals), ("tangents", tangents):
        if not isinstance(given, tuple | list):
            raise ArgumentError(
                f"{owner}: {what} is a tuple, one entry an argument, not {described(given)}."
            )
    numbers: list[Any] = []
    if len(primals) != len(tangents):
        raise ArgumentError(f"{owner}: {len(primals)} primals, but {len(tangents)} tangents.")
    for i, (primal, tangent) in enumerate(zip(primals, tangents, strict=True)):
        if not same_structure(primal, tangent):
            raise ArgumentError(
                f"{owner}: {entry.format(i=i)} is {described(tangent)}, which has not the "
                f"structure of {described(primal)}."
            )
        ours = flatten(tangent)[0]
        for own, number in zip(flatten(primal)[0], ours, strict=True):
            is_array = isinstance(number, Value | Symbol | np.ndarray)
            if not is_array and plain_number(number) is None:
                raise OperandError(
                    f"{owner}: {entry.format(i=i)} holds {described(number)}, not a real number."
                )
            if shape_of(own) != shape_of(number):
                raise ArgumentError(
                    f"{owner}: {entry.format(i=i)} holds an array of shape {shape_of(number)} for "
                    f"one of shape {shape_of(own)}."
                )
        numbers += [
            x if isinstance(x, Value | Symbol) or shape_of(x) else plain_number(x) for x in ours
        ]
    return numbers
