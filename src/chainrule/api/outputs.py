"""``out=`` of a jitted function: arrays that its results are written into, checked.

:meth:`Expected.arrays` takes ``out`` apart as the function's result is, and holds every array
against the result that it is for; a backend then writes into them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..containers import Rebuild, flatten, flatten_structure, path_of, structure_of
from ..eager import Value
from ..eager.operands import described
from ..errors import OutputContextError, OutputError, OutputTypeError
from ..program.extents import evaluated
from ..program.program import Program
from ..program.symbol import Symbol, Term

Kind = tuple[tuple[int, ...], Any]
"""Shape and dtype."""


class Expected:
    """What ``out=`` has to be for one Program: its structure, and each result's shape and dtype."""

    def __init__(self, name: str, program: Program, rebuild: Rebuild) -> None:
        self.name = name
        self.results = program.results
        self.rebuild = rebuild
        self.structure = structure_of(rebuild(list(range(len(program.results)))))
        #: The extents of the last call, and what follows from them.
        self.known: tuple[tuple[int, ...], list[Kind]] | None = None

    def arrays(self, out: Any, extents: Sequence[int]) -> list[Any]:
        """For each result the array of ``out``, or None for a new one.

        Raises:
            OutputError: out has another structure than the result, or an array another shape, or it
                is read-only.
            OutputTypeError: an entry of out is no array, or one of another dtype.
        """
        arrays, structure = flatten_structure(out)
        kinds = self._kinds(tuple(extents))
        if structure != self.structure:
            wanted = self.rebuild([_Entry(_text(kind)) for kind in kinds])
            raise OutputError(
                f"{self.name}: out has not the structure of the result; it takes {wanted}, or None "
                f"in the place of an array that is to be new, not {_shown(out)}."
            )
        for k, (array, kind) in enumerate(zip(arrays, kinds, strict=True)):
            if array is None:
                continue
            is_array = isinstance(array, np.ndarray)
            if not is_array or (array.shape, array.dtype) != kind or not array.flags.writeable:
                raise _error(f"{self.name}: out{path_of(out, k)}", array, kind)
        return arrays

    def _kinds(self, extents: tuple[int, ...]) -> list[Kind]:
        known = self.known
        if known is None or known[0] != extents:
            known = self.known = extents, [_kind(x, extents) for x in self.results]
        return known[1]


def refuse(name: str, why: str) -> OutputContextError:
    """The error for ``out=`` where results are recorded."""
    return OutputContextError(
        f"{name}: out= is for plain arrays and numbers, but {why}, and what is written into an "
        "array has no derivative. Leave out= away here."
    )


def _error(place: str, array: Any, kind: Kind) -> OutputError | OutputTypeError:
    """What is wrong with the array for a result."""
    shape, dtype = kind
    if not isinstance(array, np.ndarray):
        why = "its derivative would be lost; " if isinstance(array, Value | Symbol) else ""
        return OutputTypeError(
            f"{place} is {described(array)}; {why}give a NumPy array for the result of "
            f"{_text(kind)}, or None."
        )
    if array.dtype != dtype:
        order = " in another byte order" if array.dtype.newbyteorder() == dtype else ""
        return OutputTypeError(
            f"{place} has the dtype {array.dtype.name}{order}, but the result is {_text(kind)}."
        )
    if array.shape != shape:
        return OutputError(f"{place} has shape {array.shape}, but the result is {_text(kind)}.")
    return OutputError(f"{place} is read-only; give an array that may be written.")


def _kind(result: Any, extents: Sequence[int]) -> Kind:
    """Shape and dtype of a result; of a plain number, those of the array that takes it."""
    if type(result) is Term:
        return evaluated(result.shape, extents), result.dtype
    return (), np.asarray(result).dtype


def _text(kind: Kind) -> str:
    shape, dtype = kind
    return f"{dtype}[{', '.join(map(str, shape))}]"


class _Entry(str):
    """Text that is shown without quotes where a container of it is."""

    def __repr__(self) -> str:
        return str(self)


def _shown(out: Any) -> str:
    """out with dtypes and shapes in the place of arrays."""
    leaves, rebuild = flatten(out)
    return str(
        rebuild(
            [_Entry(_text((x.shape, x.dtype))) if isinstance(x, np.ndarray) else x for x in leaves]
        )
    )
