"""An expression at all points of a file: ``chainrule gradient EXPR --points data.npz --out …``.

:func:`read_points` has the checks of what is in the file, :func:`evaluate_at` computes value and
derivatives by ``jit`` of ``vmap``, :func:`replaced` writes a file whole or not at all.
"""

from __future__ import annotations

import os
import secrets
import unicodedata
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any, BinaryIO

import numpy as np

import chainrule as cr

from ..errors import PointsError
from .expression import ROWS, Expression, Name, shortened
from .terms import CONSTANTS, Breakdown, Result, listed, results_of, value_of

#: Points that are evaluated at once: what is computed between takes so much memory at most.
CHUNK = 1 << 21

#: What NumPy and zipfile raise for a file that is damaged, or something else.
_UNREADABLE = (
    *(OSError, ValueError, EOFError, KeyError, RuntimeError, OverflowError, SyntaxError),
    *(TypeError, zipfile.BadZipFile, zlib.error),
)


@dataclass(frozen=True)
class Points:
    """Arrays by the variables' names: float64 or float32, of one shape or single numbers."""

    shape: tuple[int, ...]
    arrays: dict[str, Any]

    @property
    def count(self) -> int:
        return int(np.prod(self.shape, dtype=np.int64))


@dataclass(frozen=True)
class Results:
    """Arrays by the names under which they are written; seconds to prepare and to compute them."""

    arrays: dict[str, Any]
    preparing: float
    computing: float


# --- reading --------------------------------------------------------------------------------------


def read_points(path: Path, expression: Expression, bound: Collection[str]) -> Points:
    """The points in a file, for an expression of which the names in ``bound`` have a value.

    Raises:
        PointsError: there is no such file, or it is no .npz; an array is missing, is of a name
            that the expression does not have, does not hold real numbers, or has another shape.
    """
    where = shortened(str(path), 60)
    try:
        with open(path, "rb") as file:
            arrays = _arrays_in(file, where, expression, bound)
    except OSError as error:
        raise PointsError(f"--points {where}: {error.strerror or 'it cannot be read'}") from None
    shapes = {name: x.shape for name, x in arrays.items() if x.ndim}
    for name, shape in shapes.items():
        first = next(iter(shapes))
        if shape != shapes[first]:
            raise PointsError(
                f"--points {where}: {first} has the shape {shapes[first]} and {name} {shape}; "
                "arrays have one shape, or are single numbers"
            )
    return Points(next(iter(shapes.values()), ()), arrays)


def _arrays_in(
    file: BinaryIO, where: str, expression: Expression, bound: Collection[str]
) -> dict[str, Any]:
    try:
        archive: Any = np.load(file, allow_pickle=False)
    except _UNREADABLE:
        archive = None
    if not isinstance(archive, np.lib.npyio.NpzFile):
        raise PointsError(
            f"--points {where} is no .npz file; write one with numpy.savez('data.npz', x1=..., "
            "x2=...), an array for each variable"
        )
    with archive:
        names = _checked_names(where, archive.files, expression, bound)
        return {name: _array(where, archive, key, name) for name, key in names.items()}


def _checked_names(
    where: str, keys: Collection[str], expression: Expression, bound: Collection[str]
) -> dict[str, str]:
    """The names in the file as Python's parser has them, with what the file calls them."""
    names: dict[str, str] = {}
    for key in keys:
        name = unicodedata.normalize("NFKC", key)
        if name in names:
            raise PointsError(f"--points {where} holds {shortened(key)} twice")
        names[name] = key
    used = dict.fromkeys(step.name for step in expression.steps if isinstance(step, Name))
    unknown = [shortened(name) for name in names if name not in used]
    if unknown:
        raise PointsError(
            f"--points {where} holds {listed(unknown)}, which the expression does not have"
            + (f"; it has {listed([*used])}" if used else "")
        )
    twice = [name for name in names if name in bound]
    if twice:
        raise PointsError(f"{listed(twice)} is given by --at, and by --points {where} too")
    without = {*names, *bound, *CONSTANTS, *ROWS}
    missing = [name for name in used if name not in without]
    if missing:
        raise PointsError(
            f"--points {where} holds no {listed(missing)}: add an array of that name, or "
            f"--at {missing[0]}=NUMBER"
        )
    if not names:
        raise PointsError(f"--points {where} holds no points; give one point with --at alone")
    return names


def _array(where: str, archive: Any, key: str, name: str) -> Any:
    """One array of the file, in a type that chainrule computes with."""
    try:
        array = archive[key]
    except _UNREADABLE as error:
        if "allow_pickle" in str(error):
            raise PointsError(
                f"--points {where}: {name} holds Python objects, which are never loaded; save "
                "numbers"
            ) from None
        raise PointsError(f"--points {where}: {name} cannot be read; the file is damaged") from None
    if not isinstance(array, np.ndarray):
        raise PointsError(f"--points {where}: {name} is no array")
    if array.dtype.kind in "iu":
        return array.astype(np.float64)
    if array.dtype.kind != "f" or array.dtype.itemsize not in (4, 8):
        raise PointsError(
            f"--points {where}: {name} is of {shortened(str(array.dtype))}; save float64, float32 "
            "or integers"
        )
    return array.astype(array.dtype.newbyteorder("="), copy=False)


# --- computing ------------------------------------------------------------------------------------


def evaluate_at(
    points: Points, expression: Expression, breakdown: Breakdown, constants: Mapping[str, float]
) -> Results:
    """Value and derivatives at all points: ``value``, and ``d_x`` for each array ``x``."""
    count = points.count
    # A single number is the same at all points; of single numbers alone it is one point.
    single = [x.ndim == 0 and bool(points.shape) for x in points.arrays.values()]
    arrays = [
        x if alone else x.reshape(-1)
        for x, alone in zip(points.arrays.values(), single, strict=True)
    ]
    f = _function(expression, breakdown, [*points.arrays], constants)
    gradients = cr.jit(
        cr.vmap(
            cr.value_and_grad(f, argnums=tuple(range(len(arrays)))),
            in_axes=tuple(None if alone else 0 for alone in single),
        )
    )

    def part(start: int, stop: int, results: Sequence[Any] = ()) -> list[Any]:
        """Value and derivatives from one point to another, in the results if they are there."""
        pieces = (x if alone else x[start:stop] for x, alone in zip(arrays, single, strict=True))
        outs = [x[start:stop] for x in results]
        value, derivatives = gradients(*pieces, out=(outs[0], tuple(outs[1:])) if outs else None)
        return [value, *derivatives]

    begin = perf_counter()
    some = part(0, min(2, count))  # the length stays free, so this prepares for all of them
    prepared = perf_counter()
    results = [np.empty(count, x.dtype) for x in some]
    for start in range(0, count, CHUNK):
        part(start, min(start + CHUNK, count), results)
    end = perf_counter()
    names = ["value", *(f"d_{name}" for name in points.arrays)]
    shaped = (x.reshape(points.shape) for x in results)
    return Results(dict(zip(names, shaped, strict=True)), prepared - begin, end - prepared)


def _function(
    expression: Expression, breakdown: Breakdown, names: list[str], constants: Mapping[str, float]
) -> Any:
    """The expression as a function of the variables of these names."""
    root = breakdown.root
    is_truth = isinstance(root, Result) and breakdown.terms[root.index].row.predicate

    def f(*numbers: Any) -> Any:
        leaves = {**constants, **dict(zip(names, numbers, strict=True))}
        result = value_of(root, leaves, results_of(breakdown, leaves))
        return cr.where(result, 1.0, 0.0) if is_truth else result

    f.__name__ = expression.text
    return f


# --- writing --------------------------------------------------------------------------------------


@contextmanager
def replaced(path: Path, points: Path) -> Iterator[BinaryIO]:
    """A file to write to, which takes its name once it is whole, in place of what has that name.

    Raises:
        PointsError: it is the file of the points, no plain file, or cannot be written.
    """
    where = shortened(str(path), 60)
    path = Path(os.path.realpath(path))
    writing = path.with_name(f".{secrets.token_hex(8)}.writing")
    try:
        if path.exists():
            if not path.is_file():
                raise PointsError(f"--out {where} is no plain file")
            if path.samefile(points):
                raise PointsError(f"--out {where} is the file of the points; name another one")
        with open(writing, "xb") as file:
            yield file
        os.replace(writing, path)
    except OSError as error:
        raise PointsError(f"--out {where}: {error.strerror or 'it cannot be written'}") from None
    finally:
        with suppress(OSError):
            writing.unlink()


def write(file: BinaryIO, results: Results) -> None:
    """The arrays of the results, as an .npz file."""
    np.savez(file, **results.arrays)
