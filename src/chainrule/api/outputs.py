"""``out=`` of a jitted function: arrays that its results are written into, checked.

:func:`arrays_for` takes ``out`` apart as the function's result is, and holds every array against
the result that it is for; a backend then writes into them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..containers import Rebuild, flatten_structure, path_of, structure_of
from ..eager import Value
from ..eager.operands import described
from ..errors import OutputContextError, OutputError, OutputTypeError
from ..program.extents import evaluated
from ..program.program import Program
from ..program.symbol import Symbol, Term


def arrays_for(
    name: str, out: Any, program: Program, rebuild: Rebuild, extents: Sequence[int]
) -> list[Any]:
    """For each result of a Program the array of ``out``, or None for a new one.

    Raises:
        OutputError: out has another structure than the result, or an array another shape, or it is
            read-only.
        OutputTypeError: an entry of out is no array, or one of another dtype.
    """
    arrays, structure = flatten_structure(out)
    count = len(program.results)
    if structure != structure_of(rebuild(list(range(count)))):
        wanted = rebuild([_Entry(_text(x, extents)) for x in program.results])
        raise OutputError(
            f"{name}: out has not the structure of the result; it takes {wanted}, or None in the "
            f"place of an array that is to be new, not {_shown(out)}."
        )
    for k, (array, result) in enumerate(zip(arrays, program.results, strict=True)):
        if array is not None:
            _check(name, f"out{path_of(out, k)}", array, result, extents)
    return arrays


def refuse(name: str, why: str) -> OutputContextError:
    """The error for ``out=`` where results are recorded."""
    return OutputContextError(
        f"{name}: out= is for plain arrays and numbers, but {why}, and what is written into an "
        "array has no derivative. Leave out= away here."
    )


def _check(name: str, place: str, array: Any, result: Any, extents: Sequence[int]) -> None:
    if not isinstance(array, np.ndarray):
        why = "its derivative would be lost; give" if isinstance(array, Value | Symbol) else "give"
        raise OutputTypeError(
            f"{name}: {place} is {described(array)}; {why} a NumPy array for the result of "
            f"{_text(result, extents)}, or None."
        )
    shape, dtype = _kind(result, extents)
    if array.dtype != dtype:
        raise OutputTypeError(
            f"{name}: {place} is an array of {array.dtype.str if array.dtype == dtype.newbyteorder() else array.dtype}"
            f", but the result is {_text(result, extents)}."
        )
    if array.shape != shape:
        raise OutputError(
            f"{name}: {place} has shape {array.shape}, but the result is {_text(result, extents)}."
        )
    if not array.flags.writeable:
        raise OutputError(f"{name}: {place} is read-only; give an array that may be written.")


def _kind(result: Any, extents: Sequence[int]) -> tuple[tuple[int, ...], Any]:
    """Shape and dtype of a result; of a plain number, those of the array that takes it."""
    if type(result) is Term:
        return evaluated(result.shape, extents), result.dtype
    return (), np.asarray(result).dtype


def _text(result: Any, extents: Sequence[int]) -> str:
    shape, dtype = _kind(result, extents)
    return f"{dtype}[{', '.join(map(str, shape))}]"


class _Entry(str):
    """Text that is shown without quotes where a container of it is."""

    def __repr__(self) -> str:
        return str(self)


def _shown(out: Any) -> str:
    """out with dtypes and shapes in the place of arrays."""
    leaves, _ = flatten_structure(out)
    from ..containers import flatten

    rebuild = flatten(out)[1]
    return str(
        rebuild(
            [
                _Entry(f"{x.dtype}[{', '.join(map(str, x.shape))}]")
                if isinstance(x, np.ndarray)
                else x
                for x in leaves
            ]
        )
    )
