"""The verifier: whether a Program is one. Tests run it after every transform.

What it asks of a term: operands come before it, their shapes and dtypes fit each other and it, and
shape and dtype of a structural term are what its row says. What it asks of a Program: results,
inputs and guards belong to it.
"""

from __future__ import annotations

import functools
import operator
from typing import Any, NoReturn

import numpy as np

from ..errors import ProgramError
from ..ops import Op, Structural
from ..ops.selection import where
from .extents import Dimension
from .program import Program, names_of
from .symbol import BOOL, Term
from .trace import input_row, part_row

#: Plain numbers that may be operands and results.
_DTYPES = {kind: np.dtype(kind) for kind in (float, int, bool)}


@functools.lru_cache(maxsize=10_000, typed=True)
def _numpys_dtype(op: Op, *operands: Any) -> Any:
    """What NumPy makes of numbers and of arrays of such dtypes: it is asked, once for each."""
    samples = [np.ones(1, x) if isinstance(x, np.dtype) else x for x in operands]
    with np.errstate(all="ignore"):
        return np.asarray(op.numpy(*samples)).dtype


def check(program: Program) -> None:
    """Raise ProgramError if a Program breaks a rule; the message names the term."""
    _Check(program).run()


class _Check:
    def __init__(self, program: Program) -> None:
        self.program = program
        self.names = names_of(program)
        self.known: dict[int, Term] = {}
        #: Differences that a guard says are 0. Equal polynomials are one object.
        self.zeros = [
            guard.left - guard.right for guard in program.guards if guard.relation is operator.eq
        ]
        #: Extents that a guard says are a number, by atom.
        self.numbers: dict[int, int] = {}
        for x in self.zeros:
            coefficients = dict(x._coefficients) if isinstance(x, Dimension) else {}
            constant = coefficients.pop((), 0)
            if len(coefficients) == 1:
                ((monomial, coefficient),) = coefficients.items()
                if len(monomial) == 1 and constant % coefficient == 0:
                    self.numbers[monomial[0]] = -constant // coefficient

    def run(self) -> None:
        program = self.program
        for term in program.inputs:
            if term.op is not input_row:
                self.fail(f"input {self.names[term.serial]} is a term of {term.op.name}")
            self.define(term)
        if len(program.hidden) > len(program.inputs):
            self.fail("it has more hidden inputs than inputs")
        for term in program.terms:
            for x in term.operands:
                self.operand(term, x)
            if isinstance(term.op, Op):
                self.elementwise(term, term.op)
            else:
                self.structural(term)
            self.extents_of(self.names[term.serial], (term.shape, *term.parameters.values()))
            self.define(term)
        for x in program.results:
            if type(x) is Term:
                if self.known.get(x.serial) is not x:
                    self.fail(f"a result, {x!r}, is neither a term nor an input")
            elif type(x) not in _DTYPES:
                self.fail(f"a result is {x!r}, not a term or a plain number")
        for guard in program.guards:
            self.extents_of(f"guard {guard}", (guard.left, guard.right))

    def fail(self, why: str) -> NoReturn:
        raise ProgramError(f"Program {self.program.name}: {why}.")

    def fail_at(self, term: Term, why: str) -> NoReturn:
        name = self.names.get(term.serial, "?")
        self.fail(f"{name} = {term.op.name}(...) of {term.type_text()}: {why}")

    def define(self, term: Term) -> None:
        if term.serial in self.known:
            self.fail(f"two terms have the serial {term.serial}")
        self.known[term.serial] = term
        self.extents_of(self.names[term.serial], (term.shape,))

    def operand(self, term: Term, x: Any) -> None:
        if type(x) is Term:
            if self.known.get(x.serial) is not x:
                self.fail_at(term, f"operand {self.names.get(x.serial, x)} comes later, or never")
        elif type(x) not in _DTYPES:
            self.fail_at(term, f"operand {x!r} is neither a term nor a plain number")

    def same(self, a: Any, b: Any) -> bool:
        """Whether shapes are equal wherever the guards hold; ``a == b`` would note a guard."""
        if isinstance(a, tuple) and isinstance(b, tuple):
            return len(a) == len(b) and all(map(self.same, a, b))
        if a is b or (type(a) is int and type(b) is int):
            return bool(a == b)
        if any(a - b is zero or b - a is zero for zero in self.zeros):
            return True
        return self.known_part(a) == self.known_part(b)

    def known_part(self, x: Any) -> dict[tuple[int, ...], int]:
        """The coefficients of a polynomial with the extents put in that guards say are numbers."""
        if not isinstance(x, Dimension):
            return {(): x} if x else {}
        known: dict[tuple[int, ...], int] = {}
        for monomial, coefficient in x._coefficients.items():
            rest = []
            for atom in monomial:
                number = self.numbers.get(atom)
                if number is None:
                    rest.append(atom)
                else:
                    coefficient *= number
            known[tuple(rest)] = known.get(tuple(rest), 0) + coefficient
        return {monomial: coefficient for monomial, coefficient in known.items() if coefficient}

    def extents_of(self, what: str, x: Any) -> None:
        """Fail where a Dimension is of another Program's extents."""
        if isinstance(x, Dimension):
            if x._scope is not self.program.extents:
                self.fail(f"{what} has the extent {x} of another Program")
        elif isinstance(x, tuple):
            for part in x:
                self.extents_of(what, part)

    def elementwise(self, term: Term, op: Op) -> None:
        terms = [x for x in term.operands if type(x) is Term]
        if len(term.operands) != op.arity:
            self.fail_at(term, f"it has {len(term.operands)} operands, not {op.arity}")
        if not terms and term.shape:
            self.fail_at(term, "numbers alone have no shape")
        for x in terms:
            if not self.same(x.shape, term.shape):
                self.fail_at(term, f"operand {self.names[x.serial]} has the shape {x.shape}")
        chosen = [x for x in term.operands[op is where :] if type(x) is Term]
        for x in chosen:
            if x.dtype != chosen[0].dtype:
                self.fail_at(term, f"operands are of {chosen[0].dtype} and {x.dtype}")
        if op.predicate:
            if term.dtype != BOOL:
                self.fail_at(term, "a truth value is a bool")
            return
        dtype = _numpys_dtype(op, *[x.dtype if type(x) is Term else x for x in term.operands])
        if dtype != term.dtype:
            self.fail_at(term, f"NumPy makes {dtype} of its operands")

    def structural(self, term: Term) -> None:
        op = term.op
        assert isinstance(op, Structural)
        if op is input_row:
            self.fail_at(term, "an input is among the terms")
        if op is part_row:
            (whole,) = term.operands
            k = term.parameters["k"]
            dtypes = whole.dtype
            dtype = dtypes[k] if isinstance(dtypes, tuple) else dtypes
            if not self.same(term.shape, whole.shape[k]) or term.dtype != dtype:
                self.fail_at(term, f"result {k} has the shape {whole.shape[k]} and is {dtype}")
            return
        shapes = [x.shape if type(x) is Term else () for x in term.operands]
        shape = tuple(op.shape(*shapes, **term.parameters))
        if not self.same(term.shape, shape):
            self.fail_at(term, f"its row says that the shape is {shape}")
        moving = [
            x.dtype if type(x) is Term else _DTYPES[type(x)]
            for x in term.operands[: op.indices_from]
        ]
        if any(dtype != moving[0] for dtype in moving):
            self.fail_at(term, f"operands are of {', '.join(map(str, moving))}")
        if isinstance(term.dtype, tuple) or not (moving or op.dtype):
            return
        dtype = np.dtype(op.dtype(*moving[:1], **term.parameters)) if op.dtype else moving[0]
        if term.dtype != dtype:
            self.fail_at(term, f"its row says that the dtype is {dtype}")
