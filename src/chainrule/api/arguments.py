"""The arguments of a call of a jitted function, taken apart: numbers, arrays, and what is static.

:class:`Signature` is what calls have to share to use the same Program, a key of the cache.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..containers import flatten, flatten_structure, path_of, unflatten
from ..eager import Value
from ..eager.array import ArrayValue
from ..eager.operands import described
from ..errors import ArgumentError, OperandError, masked_array

#: Python's numbers and their dtypes.
WEAK = {float: np.dtype(np.float64), int: np.dtype(np.int64), bool: np.dtype(bool)}


@dataclass(frozen=True)
class Signature:
    """What a call has to share with another to use its Program: a key of the cache."""

    structure: Any
    #: For each number or array: dtype, whether it is weak, rank.
    kinds: tuple[tuple[Any, bool, int], ...]
    #: Extents by what they equal: -1 is the extent 1, others count up as they appear.
    pattern: tuple[int, ...]
    static: tuple[Any, ...]

    def __hash__(self) -> int:
        return hash((self.kinds, self.pattern, self.structure, self.static))


class Function(Protocol):
    """What has to be known of the function that is called."""

    name: str
    parameters: list[str]
    static_argnums: tuple[int, ...]
    static_argnames: tuple[str, ...]


class Arguments:
    """The arguments of one call, taken apart: numbers and arrays, their kinds, their extents."""

    def __init__(self, jitted: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self.jitted = jitted
        self.static: dict[int | str, Any] = {}
        self.count = len(args)
        if jitted.static_argnums or jitted.static_argnames:
            args, kwargs = self._without_static(args, kwargs)
        self.tree = (args, kwargs)
        self.leaves, structure = flatten_structure(self.tree)
        self.structure = structure
        kinds = []
        pattern: list[int] = []
        self.shapes: list[tuple[int, ...]] = []
        self.extents: list[int] = []
        self.has_values = False
        numbers: dict[int, int] = {1: -1}
        for i, x in enumerate(self.leaves):
            if type(x) is np.ndarray:
                dtype, shape, weak = x.dtype, x.shape, False
                if not dtype.isnative:
                    self.leaves[i] = x = x.astype(dtype.newbyteorder("="))
                    dtype = x.dtype
            elif type(x) in WEAK:
                dtype, shape, weak = WEAK[type(x)], (), True
            else:
                dtype, shape, weak = self._other(i, x)
            if dtype.kind not in "fiub":
                raise self._unsuitable(i)
            kinds.append((dtype, weak, len(shape)))
            self.shapes.append(shape)
            for extent in shape:
                number = numbers.get(extent)
                if number is None:
                    number = numbers[extent] = len(self.extents)
                    self.extents.append(extent)
                pattern.append(number)
        self.signature = Signature(
            structure, tuple(kinds), tuple(pattern), tuple(self.static.items())
        )

    def _other(self, i: int, x: Any) -> tuple[Any, tuple[int, ...], bool]:
        if isinstance(x, ArrayValue):
            self.has_values = True
            return x.dtype, x.shape, False
        if isinstance(x, Value):
            self.has_values = True
            return WEAK[float], (), True
        if isinstance(x, np.ma.MaskedArray):
            raise masked_array(f"jit: {self.names[i]} of {self.jitted.name}")
        if isinstance(x, np.ndarray | np.generic):
            return x.dtype, x.shape, False
        raise self._unsuitable(i)

    def _unsuitable(self, i: int) -> OperandError:
        x = self.leaves[i]
        is_array = isinstance(x, np.ndarray | np.generic)
        return OperandError(
            f"jit: {self.names[i]} of {self.jitted.name} is "
            f"{f'of dtype {x.dtype}' if is_array else described(x)}; an argument has to be a real "
            "number, an array of those, or a list, tuple or dict of them. Name it in "
            "static_argnums or static_argnames if it is something else."
        )

    def _without_static(self, args: Any, kwargs: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        jitted = self.jitted
        positions = {i % len(args) for i in jitted.static_argnums if -len(args) <= i < len(args)}
        positions |= {
            jitted.parameters.index(name)
            for name in jitted.static_argnames
            if name in jitted.parameters and jitted.parameters.index(name) < len(args)
        }
        names = {*jitted.static_argnames} | {
            jitted.parameters[i] for i in jitted.static_argnums if i < len(jitted.parameters)
        }
        self.static = {i: args[i] for i in sorted(positions)}
        self.static |= {name: kwargs[name] for name in sorted(names) if name in kwargs}
        for key, value in self.static.items():
            try:
                hash(value)
            except TypeError:
                raise ArgumentError(
                    f"jit: the static argument {key!r} of {jitted.name} is {described(value)}, "
                    "which cannot be hashed, so no Program can be kept for it."
                ) from None
        moving = tuple(x for i, x in enumerate(args) if i not in self.static)
        return moving, {name: x for name, x in kwargs.items() if name not in self.static}

    def put(self, leaves: list[Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of the function with other numbers."""
        moving, kwargs = unflatten(self.structure, leaves)
        rest = iter(moving)
        args = [self.static[i] if i in self.static else next(rest) for i in range(self.count)]
        kwargs = kwargs | {k: x for k, x in self.static.items() if isinstance(k, str)}
        return args, kwargs

    @property
    def names(self) -> tuple[str, ...]:
        """What each number is called: ``p['a']``."""
        args, kwargs = self.tree
        moving = [i for i in range(self.count) if i not in self.static]
        names = self.jitted.parameters
        own = [names[i] if i < len(names) else f"argument {i}" for i in moving]
        trees = [*zip(own, args, strict=True), *sorted(kwargs.items())]
        return tuple(
            f"{name}{path_of(tree, i)}"
            for name, tree in trees
            for i in range(len(flatten(tree)[0]))
        )


def kind_text(kind: tuple[Any, bool, int]) -> str:
    dtype, weak, rank = kind
    return "a plain number" if weak else f"{dtype} of {rank} axes"
