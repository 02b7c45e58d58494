"""What native code follows from, as text: a Program's, and that of the code that makes the code.

Two Programs of one text have the same nests and the same IR, in any process: terms are numbered,
numbers stand there to the last bit, extents as polynomials. A Program that holds something for
which no text stands (a function of the user's, a row of the user's that is lowered by its
``expand``) has none. The file is compiled as it is where that can be. Start reading at
:func:`identity_of`.
"""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Any

import numpy as np

from ...ops import Op
from ...program.extents import Dimension, spelled
from ...program.program import Program
from ...program.symbol import Term

#: Stands after each term.
END = -1


class _NoTextError(Exception):
    """Something stands in a Program for which there is no text."""


class Identity:
    """A digest of a Program's text, and the parts of it that plain data may point to by number.

    The text is a table of what terms have in common, numbers and parameters, and a list of whole
    numbers that has the terms: 1.5 times as fast as one text.
    """

    def __init__(self, program: Program) -> None:
        self.terms = [*program.inputs, *program.terms]
        places: dict[int, int] = {x.serial: i for i, x in enumerate(self.terms)}
        self.places = places
        #: Each Dimension of a shape, in the order in which they are met.
        self.dimensions: list[Dimension] = []
        self.numbers: dict[int, int] = {}
        self._table: dict[str, int] = {}
        #: Row, shape and dtype, which are the same objects again and again.
        kinds: dict[Any, int] = {}
        line: list[int] = []
        term: Term
        operand: Term
        for term in self.terms:
            key = (term.op, id(term.shape), id(term.dtype), term.weak)
            kind = kinds.get(key)
            if kind is None:
                kind = kinds[key] = self._number(self._kind(term))
            line.append(kind)
            for x in term.operands:
                if type(x) is Term:
                    operand = x
                    line.append(places[operand.serial])
                else:
                    line.append(self._number(self._text(x)))
            if term.parameters:
                for name, x in sorted(term.parameters.items()):
                    line.append(self._number(f"{name}={self._text(x)}"))
            line.append(END)
        line += [len(program.inputs), *(self._number(self._text(x)) for x in program.results)]
        digest = hashlib.sha256(np.array(line, np.int64).tobytes())
        digest.update("\n".join(self._table).encode())
        self.digest = digest.hexdigest()

    def _number(self, text: str) -> int:
        """What stands for a text of the table: less than END, as places are more."""
        return END - 1 - self._table.setdefault(text, len(self._table))

    def _kind(self, term: Term) -> str:
        types = term.dtype if isinstance(term.dtype, tuple) else (term.dtype,)
        dtypes = ",".join(x.str for x in types)
        shape = self._shape(term.shape)
        return f"{_row_text(term.op)} {dtypes}[{shape}]{'weak' * term.weak}"

    def _shape(self, shape: Any) -> str:
        """The text of a shape, or of the shapes of several results."""
        for x in shape:
            if type(x) is Dimension and id(x) not in self.numbers:
                self.numbers[id(x)] = len(self.dimensions)
                self.dimensions.append(x)
        return ",".join(
            f"[{self._shape(x)}]" if isinstance(x, tuple) else spelled(x) for x in shape
        )

    def _text(self, x: Any) -> str:
        """The text of a number, a parameter, a result."""
        kind = type(x)
        if kind is Term:
            return f"t{self.places[x.serial]}"
        if x is None or kind in (bool, int, str):
            return repr(x)
        if kind is float:
            return str(x.hex())
        if kind is tuple:
            return f"({','.join(map(self._text, x))})"
        if kind is Dimension:
            return spelled(x)
        if isinstance(x, np.dtype):
            return f"dtype {x.str}"
        if isinstance(x, np.ndarray | np.generic) and x.dtype.kind in "fiub":
            return f"{x.dtype.str}{x.shape}{x.tobytes().hex()}"
        raise _NoTextError


def identity_of(program: Program) -> Identity | None:
    """The identity of a Program, or None if it has no text."""
    try:
        return Identity(program)
    except _NoTextError:
        return None


def _row_text(row: Any) -> str:
    if type(row) is Op:
        if row.expand is not None and not row.expand.__module__.startswith("chainrule."):
            raise _NoTextError
        return f"{row.name}:{row.native}"
    return str(row.name)


@functools.cache
def sources() -> str | None:
    """A digest of the sources that make code of a Program; None where they cannot be read."""
    llvm = Path(__file__).parent
    digest = hashlib.sha256()
    try:
        for folder in llvm, llvm.parents[1] / "ops":
            # The compiled runner, too: it and the code it calls have to agree on tables.
            files = sorted(x for x in folder.iterdir() if x.suffix in (".py", ".so"))
            if not files:
                return None
            for file in files:
                digest.update(f"{file.name} {file.stat().st_size}\n".encode())
                digest.update(file.read_bytes())
    except OSError:
        return None
    return digest.hexdigest()
