"""How one row becomes instructions on vectors: arithmetic, comparisons, functions, expansions.

A row says what C calls it (``native``) or what it is in other rows (``expand``); here is what these
names are in LLVM. Where C has a function and glibc's vector library (libmvec) has it too, that is
called by its vector-ABI name, whose errors are at most 4 ulp; else C's own, lane by lane.

A :class:`Lanes` is a vector of numbers in the function that is being written. Rows can be called on
it, as on any operand, which is how an expansion is written out. Start at :meth:`Writer.apply`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ...ops import TABLE, Op
from ...ops.shape import astype_row
from ...program.symbol import COMPARISONS, OPERATORS, UNARY, Term
from . import approximations

FLOAT64 = np.dtype(np.float64)
TYPES = {
    FLOAT64: "double",
    np.dtype(np.float32): "float",
    np.dtype(bool): "i1",
    np.dtype(np.int64): "i64",
}
"""What the elements of an array are in LLVM, once they are in a register."""

_ARITHMETIC = {"+": "fadd", "-": "fsub", "*": "fmul", "/": "fdiv"}
_COMPARISONS = {"==": "oeq", "!=": "une", "<": "olt", "<=": "ole", ">": "ogt", ">=": "oge"}
_INTRINSICS = {
    name: name for name in ("sqrt", "floor", "ceil", "trunc", "rint", "copysign", "fabs")
}
_LOGIC = {"&&": "and", "||": "or"}
_TESTS = ("isnan", "isinf", "isfinite")
_FUNCTIONS = {
    *("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "asin"),
    *("acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh", "cbrt"),
    *("hypot", "pow", "erf", "erfc", "tgamma", "lgamma", "fmod"),
}
_NATIVE = {
    *(*_ARITHMETIC, *_COMPARISONS, *_INTRINSICS, *_LOGIC, *_TESTS, *_FUNCTIONS),
    *("!", "?", "fmax", "fmin"),
}


class Machine(Protocol):
    """What has to be known of the machine to write code for it."""

    #: Bits of its vectors.
    bits: int
    #: Whether it multiplies and adds at once.
    has_fma: bool

    def function(self, name: str, element: str, lanes: int, arity: int) -> tuple[str, int]:
        """The symbol of a C function on at most so many lanes, and on how many it works."""


#: Rows that are lowered, and those that are whatever their operands are, of float64.
_lowered: dict[Any, bool] = {}
always_lowered: dict[Any, bool] = {}


def is_lowered(term: Term) -> bool:
    """Whether a loop can compute a term: elementwise, on floating numbers and truth values."""
    op = term.op
    if type(op) is Op:
        known = _lowered.get(op)
        if known is None:
            known = _lowered[op] = op.native in _NATIVE or op.expand is not None
            always_lowered[op] = known and op.name != "where"
        if not known:
            return False
        if term.dtype is FLOAT64 and op.name != "where":
            return True
        if term.dtype.kind not in "fb" or term.dtype not in TYPES:
            return False
        if term.dtype.kind == "b" and not op.predicate and op.name != "where":
            return False
        truths = op.name.startswith("logical")
        return all(
            x.dtype in TYPES and (x.dtype.kind in "fb" or truths or (op.name == "where" and i == 0))
            for i, x in enumerate(term.operands)
            if type(x) is Term
        )
    if op is astype_row:
        (x,) = term.operands
        return type(x) is Term and x.dtype in TYPES and term.dtype in TYPES and (
            term.dtype.kind in "fb"
        )  # fmt: skip
    return False


@dataclass(slots=True, eq=False)
class Lanes:
    """A vector in a register: its name and the type of its elements."""

    writer: Writer
    name: str
    element: str

    _dispatch_rank = 4

    def _apply_op(self, op: Any, operands: Sequence[Any], parameters: dict[str, Any]) -> Lanes:
        return self.writer.apply(op, operands)


def _add_operators() -> None:
    for name, row in {**OPERATORS, **COMPARISONS}.items():
        setattr(Lanes, f"__{name}__", lambda self, other, op=TABLE[row]: op(self, other))
    for name, row in OPERATORS.items():
        setattr(Lanes, f"__r{name}__", lambda self, other, op=TABLE[row]: op(other, self))
    for name, row in UNARY.items():
        setattr(Lanes, f"__{name}__", lambda self, op=TABLE[row]: op(self))


_add_operators()


class Writer:
    """Writes instructions on vectors of ``width`` elements, one after the other."""

    #: A basic block of LLVM has at most about so many instructions: what the code generator does
    #: in one is not linear.
    BLOCK = 500

    def __init__(self, machine: Machine, width: int, inlines: bool = True) -> None:
        self.machine = machine
        self.width = width
        #: Whether functions of our own are written out, or called: in large bodies.
        self.inlines = inlines
        self.lines: list[str] = []
        self.count = 0
        self.blocks = 0
        self.block = "entry"
        #: How many instructions there are when it is time for the next one.
        self.block_end = self.BLOCK
        self.declarations: dict[str, str] = {}
        self.vectors = {
            element: f"<{width} x {element}>"
            for element in ("double", "float", "i1", "i64", "i32", "i8")
        }

    # --- instructions -------------------------------------------------------------------------

    def emit(self, text: str, element: str) -> Lanes:
        """An instruction with a result."""
        # LLVM reads values without names, which it numbers itself, in 0.6 of the time.
        name = f"%{self.count}"
        self.count += 1
        self.lines.append(f"  {name} = {text}")
        return Lanes(self, name, element)

    def open(self, name: str) -> None:
        """Begins a basic block; a branch has ended the one before."""
        self.blocks += 1
        self.lines.append(f"{name}:")
        self.block = name
        self.block_end = self.count + self.BLOCK

    def new_block(self, name: str = "") -> None:
        """Goes on in a new basic block."""
        name = name or f"b{self.blocks}"
        self.lines.append(f"  br label %{name}")
        self.open(name)

    def split(self) -> None:
        """Goes on in a new basic block if this one is large."""
        if self.count > self.block_end:
            self.new_block()

    @contextmanager
    def trial(self) -> Iterator[list[str]]:
        """Lines that are written inside are given, and nothing is left of them."""
        kept = self.lines, self.count, self.blocks, self.block, self.block_end
        self.lines = []
        try:
            yield self.lines
        finally:
            self.lines, self.count, self.blocks, self.block, self.block_end = kept

    def splat(self, x: Any, element: str) -> str:
        """A plain number in all lanes, as an operand."""
        return f"splat ({element} {self.number(x, element)})"

    def number(self, x: Any, element: str) -> str:
        """A plain number as IR writes it."""
        if element == "i1":
            return "true" if x else "false"
        if element == "float":
            x = float(np.float32(x))
        (bits,) = struct.unpack("<Q", struct.pack("<d", float(x)))
        return f"0x{bits:016X}"

    def broadcast(self, x: Lanes) -> Lanes:
        """One number in all lanes."""
        vector = self.vectors[x.element]
        first = self.emit(f"insertelement {vector} poison, {x.element} {x.name}, i64 0", x.element)
        return self.emit(
            f"shufflevector {vector} {first.name}, {vector} poison, "
            f"<{self.width} x i32> zeroinitializer",
            x.element,
        )

    def truths(self, x: Lanes) -> Lanes:
        """Bytes that were loaded, as truth values."""
        return self.emit(f"icmp ne {self.vectors['i8']} {x.name}, zeroinitializer", "i1")

    def bytes_of(self, x: Lanes) -> Lanes:
        """Truth values as bytes, to store."""
        return self.emit(f"zext {self.vectors['i1']} {x.name} to {self.vectors['i8']}", "i8")

    def converted(self, x: Any, element: str) -> str:
        """An operand as a vector of a type."""
        if not isinstance(x, Lanes):
            return self.splat(x, element)
        if x.element == element:
            return x.name
        v = self.vectors
        source, target = v[x.element], v[element]
        if element == "i1":
            if x.element == "i64":
                return self.emit(f"icmp ne {source} {x.name}, zeroinitializer", element).name
            return self.emit(f"fcmp une {source} {x.name}, zeroinitializer", element).name
        if x.element == "i1":
            one = self.splat(1.0, element)
            return self.emit(
                f"select {source} {x.name}, {target} {one}, {target} zeroinitializer", element
            ).name
        how = "sitofp" if x.element == "i64" else "fpext" if element == "double" else "fptrunc"
        return self.emit(f"{how} {source} {x.name} to {target}", element).name

    def cast(self, x: Any, element: str) -> Lanes:
        """An operand as Lanes of a type."""
        if isinstance(x, Lanes):
            return x if x.element == element else Lanes(self, self.converted(x, element), element)
        vector = self.vectors[element]
        if element == "i1":
            return self.emit(f"or {vector} {self.splat(x, element)}, zeroinitializer", element)
        # A constant in a register, by an instruction that changes nothing.
        return self.emit(
            f"select {self.vectors['i1']} splat (i1 true), {vector} {self.splat(x, element)}, "
            f"{vector} {self.splat(x, element)}",
            element,
        )

    # --- rows -----------------------------------------------------------------------------------

    def apply(self, op: Op, operands: Sequence[Any]) -> Lanes:
        """The instructions of a row on Lanes and plain numbers."""
        native = op.native
        if native in _ARITHMETIC and len(operands) == 2:
            # The way of nearly all terms, in fewer steps.
            a, b = operands
            if type(a) is not Lanes and type(b) is not Lanes:
                a = self.cast(a, self.float_type)  # of a float32 term two numbers are not folded
            of_first = type(a) is Lanes
            if of_first or type(b) is Lanes:
                element = a.element if of_first else b.element
                x = a.name if of_first else self.splat(a, element)
                y = (
                    b.name
                    if type(b) is Lanes and b.element == element
                    else self.converted(b, element)
                )
                vector = self.vectors[element]
                return self.emit(f"{_ARITHMETIC[native]} contract {vector} {x}, {y}", element)
        element = "double"
        for x in operands:
            if isinstance(x, Lanes) and x.element != "i1":
                element = x.element
                if element != "i64":
                    break
        vector = self.vectors[element]
        if native == "-":
            return self.emit(f"fneg {vector} {self.converted(operands[0], element)}", element)
        if op.predicate:
            return self._predicate(op, operands, element)
        if native == "?":
            return self._where(*operands)
        if native in _INTRINSICS:
            return self._intrinsic(native, operands, element)
        if native in ("fmax", "fmin"):
            a, b = (self.converted(x, element) for x in operands)
            better = self.emit(
                f"fcmp {'oge' if native == 'fmax' else 'ole'} {vector} {a}, {b}", "i1"
            )
            missing = self.emit(f"fcmp uno {vector} {b}, {b}", "i1")
            first = self.emit(f"or {self.vectors['i1']} {better.name}, {missing.name}", "i1")
            return self._select(first, a, b, element)
        if native in _FUNCTIONS:
            return self.call(native, [self.converted(x, element) for x in operands], element)
        assert op.expand is not None, op.name
        return self.cast(op.expand(*operands), element)

    def _select(self, condition: Lanes, a: str, b: str, element: str) -> Lanes:
        v = self.vectors
        return self.emit(
            f"select {v['i1']} {condition.name}, {v[element]} {a}, {v[element]} {b}", element
        )

    def _where(self, condition: Any, x: Any, y: Any) -> Lanes:
        types = [z.element for z in (x, y) if isinstance(z, Lanes)]
        if types:
            element = types[0] if types[0] != "i1" or len(set(types)) == 1 else types[-1]
            if element == "i1" and not all(isinstance(z, Lanes | bool) for z in (x, y)):
                element = "double"
        else:
            element = "i1" if isinstance(x, bool) and isinstance(y, bool) else self.float_type
        if not isinstance(condition, Lanes):
            return self.cast(x if condition else y, element)
        truth = self.cast(condition, "i1")
        return self._select(truth, self.converted(x, element), self.converted(y, element), element)

    #: The type of numbers among plain numbers only, as in where(c, 1, 0); set for each term.
    float_type = "double"

    def _predicate(self, op: Op, operands: Sequence[Any], element: str) -> Lanes:
        native, v = op.native, self.vectors
        if native == "!" or native in _LOGIC:
            truths = [self.converted(x, "i1") for x in operands]
            if native == "!":
                return self.emit(f"xor {v['i1']} {truths[0]}, splat (i1 true)", "i1")
            return self.emit(f"{_LOGIC[native]} {v['i1']} {truths[0]}, {truths[1]}", "i1")
        names = [self.converted(x, element) for x in operands]
        if native in _COMPARISONS:
            return self.emit(
                f"fcmp {_COMPARISONS[native]} {v[element]} {names[0]}, {names[1]}", "i1"
            )
        if native == "isnan":
            return self.emit(f"fcmp uno {v[element]} {names[0]}, {names[0]}", "i1")
        size = self._intrinsic("fabs", operands, element)
        how = "oeq" if native == "isinf" else "olt"
        infinity = self.splat(float("inf"), element)
        return self.emit(f"fcmp {how} {v[element]} {size.name}, {infinity}", "i1")

    def _intrinsic(self, name: str, operands: Sequence[Any], element: str) -> Lanes:
        vector = self.vectors[element]
        symbol = f"llvm.{name}.v{self.width}{'f64' if element == 'double' else 'f32'}"
        given = ", ".join(f"{vector} {self.converted(x, element)}" for x in operands)
        kinds = ", ".join([vector] * len(operands))
        self.declarations[symbol] = f"declare {vector} @{symbol}({kinds})"
        return self.emit(f"call contract {vector} @{symbol}({given})", element)

    def call(self, name: str, operands: list[str], element: str) -> Lanes:
        """A function that is no instruction: one of our own, or C's."""
        if not self.machine.has_fma or name not in approximations.FUNCTIONS:
            return self.library(name, operands, element)
        code = approximations.FUNCTIONS[name]
        if self.inlines:
            return Lanes(self, code(approximations.Code(self, element), operands[0]), element)
        vector = self.vectors[element]
        symbol = f"{name}_{element}{self.width}"
        if symbol not in self.declarations:
            inner = Writer(self.machine, self.width)
            result = code(approximations.Code(inner, element), "%x")
            self.declarations |= inner.declarations
            lines = [
                f"define internal {vector} @{symbol}({vector} %x) nounwind noinline {{",
                "entry:",
                *inner.lines,
                f"  ret {vector} {result}",
                "}",
            ]
            self.declarations[symbol] = "\n".join(lines)
        return self.emit(f"call {vector} @{symbol}({vector} {operands[0]})", element)

    def library(self, name: str, operands: list[str], element: str) -> Lanes:
        """A function of C's, on as many lanes at once as there is one for."""
        symbol, lanes = self.machine.function(name, element, self.width, len(operands))
        part = element if lanes == 1 else f"<{lanes} x {element}>"
        kinds = ", ".join([part] * len(operands))
        self.declarations[symbol] = f"declare {part} @{symbol}({kinds}) nounwind memory(none)"
        vector = self.vectors[element]
        if lanes == self.width:
            given = ", ".join(f"{vector} {x}" for x in operands)
            return self.emit(f"call {vector} @{symbol}({given})", element)
        if lanes == 1:
            whole = "poison"
            for lane in range(self.width):
                parts = [
                    self.emit(f"extractelement {vector} {x}, i64 {lane}", element) for x in operands
                ]
                given = ", ".join(f"{element} {x.name}" for x in parts)
                y = self.emit(f"call {element} @{symbol}({given})", element)
                whole = self.emit(
                    f"insertelement {vector} {whole}, {element} {y.name}, i64 {lane}", element
                ).name
            return Lanes(self, whole, element)
        pieces = []
        for start in range(0, self.width, lanes):
            places = ", ".join(f"i32 {start + i}" for i in range(lanes))
            parts = [
                self.emit(
                    f"shufflevector {vector} {x}, {vector} poison, "
                    f"<{lanes} x i32> <{places}>",
                    element,
                )
                for x in operands
            ]  # fmt: skip
            given = ", ".join(f"{part} {x.name}" for x in parts)
            pieces.append((self.emit(f"call {part} @{symbol}({given})", element).name, lanes))
        while len(pieces) > 1:
            (a, size), (b, _) = pieces[0], pieces[1]
            places = ", ".join(f"i32 {i}" for i in range(2 * size))
            both = self.emit(
                f"shufflevector <{size} x {element}> {a}, <{size} x {element}> {b}, "
                f"<{2 * size} x i32> <{places}>",
                element,
            )
            pieces = [*pieces[2:], (both.name, 2 * size)]
        return Lanes(self, pieces[0][0], element)
