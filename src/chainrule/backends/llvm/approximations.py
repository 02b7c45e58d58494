"""exp, log, sin and cos in instructions of our own, where the machine has fused multiply-adds.

Each reduces its operand to a short interval around 0, has a polynomial there (``tools/minimax.py``
prints them) and puts both together. What is rare (huge, tiny, infinite or no numbers) is left to
C's function, lane by lane, so that a number comes out the same whatever stands beside it.
:data:`LARGEST_ERRORS` are in ulp, held by tests against mpmath.

Zen 1 takes 2.4 ns for exp of a float64 in a loop over an array in the cache, 2.8 for log, 2.5 for
sin; with libmvec 2.8, 3.5 and 2.9. What bounds it is how many instructions it looks ahead, so that
polynomials are evaluated in pairs, and neighbouring functions overlap. erf stays libmvec's (3.6):
two polynomials and an exp would take longer.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from .math import Writer

#: Of each function for float64 and float32.
LARGEST_ERRORS = {
    "exp": {"double": 1.2, "float": 1.2},
    "log": {"double": 2.0, "float": 2.0},
    "sin": {"double": 2.3, "float": 2.3},
    "cos": {"double": 2.3, "float": 2.3},
}


@dataclass(frozen=True)
class _Format:
    """A type of floating numbers, and the polynomials in it."""

    integer: str
    #: Bits of the fraction, and what is added to the exponent.
    fraction: int
    bias: int
    #: Adding it rounds to a whole number, which then stands in the last bits.
    rounder: float
    smallest_normal: float
    sine: tuple[float, ...]
    exponential: tuple[float, ...]
    logarithm: tuple[float, ...]
    #: log(2) and pi as sums of numbers of the type; those of pi are positive, which keeps -0.0.
    log2: tuple[float, ...]
    pi: tuple[float, ...]
    #: Of larger ones exp is no normal number, and sin and cos need more of pi.
    largest_exponent: float
    largest_angle: float

    def bits(self, x: float) -> int:
        """A number of the type as a whole number."""
        code = "<q" if self.integer == "i64" else "<i"
        return int(struct.unpack(code, struct.pack("<d" if code == "<q" else "<f", x))[0])


FORMATS = {
    "double": _Format(
        integer="i64",
        fraction=52,
        bias=1023,
        rounder=1.5 * 2.0**52,
        smallest_normal=2.0**-1022,
        sine=(
            *(-0.16666666666666666, 0.008333333333333194, -0.00019841269841209145),
            *(2.7557319211124256e-06, -2.505210687157892e-08, 1.605893964290323e-10),
            *(-7.642989812738825e-13, 2.7211569341005017e-15),
        ),
        exponential=(
            *(0.5000000000000011, 0.16666666666666413, 0.04166666666653016, 0.008333333333494465),
            *(0.001388888894363005, 0.0001984126950657133, 2.480149309892918e-05),
            *(2.7557586380882427e-06, 2.7630248379742436e-07, 2.5000059256054842e-08),
        ),
        logarithm=(
            *(0.6666666666666734, 0.39999999999415664, 0.2857142874218887, 0.22222198591508754),
            *(0.18183563479804565, 0.15314069563325472, 0.14795785079773036),
        ),
        log2=(0.6931471805599453, 2.3190468138462996e-17),
        pi=(3.141592653589793, 1.224646799147353e-16, 2.1657133478438278e-32),
        largest_exponent=708.0,
        largest_angle=2.0**30,
    ),
    "float": _Format(
        integer="i32",
        fraction=23,
        bias=127,
        rounder=1.5 * 2.0**23,
        smallest_normal=2.0**-126,
        sine=(
            *(-0.16666659712791443, 0.00833306647837162, -0.0001980959059437737),
            2.605750751172309e-06,
        ),
        exponential=(
            *(0.4999999403953552, 0.1666652113199234, 0.04166838899254799),
            *(0.008368716575205326, 0.001381459878757596),
        ),
        logarithm=(0.6666677594184875, 0.3997756540775299, 0.2987120747566223),
        log2=(0.6931471824645996, -1.9046542121259336e-09),
        pi=(3.141592502593994, 1.5099578831723193e-07, 1.078060505991553e-14),
        largest_exponent=87.0,
        largest_angle=2.0**13,
    ),
}


class Code:
    """Instructions on vectors of one type; operands are names or plain numbers."""

    def __init__(self, writer: Writer, element: str) -> None:
        self.writer = writer
        self.element = element
        self.format = FORMATS[element]
        self.vector = writer.vectors[element]
        self.integers = writer.vectors[self.format.integer]

    def operand(self, x: Any) -> str:
        return x if type(x) is str else self.constant(x)

    def constant(self, x: float) -> str:
        """A number in all lanes, read from memory.

        An instruction can do that by itself. Constants of its own LLVM keeps in registers, of which
        there are too few: the fit of 10 million points takes 0.96 of the time so, the page's f 0.95.
        """
        writer, vector = self.writer, self.vector
        bits = self.format.bits(float(x))
        symbol = f"@{self.element}{writer.width}_{bits % (1 << 64):x}"
        writer.declarations[symbol] = (
            f"{symbol} = internal global {vector} {writer.splat(x, self.element)}, align 64"
        )
        return writer.emit(f"load {vector}, ptr {symbol}, align 64", self.element).name

    def arithmetic(self, instruction: str, a: Any, b: Any) -> str:
        text = f"{instruction} {self.vector} {self.operand(a)}, {self.operand(b)}"
        return self.writer.emit(text, self.element).name

    def add(self, a: Any, b: Any) -> str:
        return self.arithmetic("fadd", a, b)

    def subtract(self, a: Any, b: Any) -> str:
        return self.arithmetic("fsub", a, b)

    def multiply(self, a: Any, b: Any) -> str:
        return self.arithmetic("fmul", a, b)

    def divide(self, a: Any, b: Any) -> str:
        return self.arithmetic("fdiv", a, b)

    def fma(self, a: Any, b: Any, c: Any) -> str:
        """a*b + c, rounded once."""
        return self.function("fma", a, b, c)

    def function(self, name: str, *operands: Any) -> str:
        """A function that is an instruction."""
        writer, vector = self.writer, self.vector
        symbol = f"llvm.{name}.v{writer.width}{'f64' if self.element == 'double' else 'f32'}"
        kinds = ", ".join([vector] * len(operands))
        writer.declarations[symbol] = f"declare {vector} @{symbol}({kinds})"
        given = ", ".join(f"{vector} {self.operand(x)}" for x in operands)
        return writer.emit(f"call {vector} @{symbol}({given})", self.element).name

    def integer(self, instruction: str, a: str, b: Any) -> str:
        if type(b) is int:
            b = f"splat ({self.format.integer} {b})"
        return self.writer.emit(f"{instruction} {self.integers} {a}, {b}", "i64").name

    def bits(self, x: str) -> str:
        """A vector of numbers as whole numbers."""
        return self.writer.emit(f"bitcast {self.vector} {x} to {self.integers}", "i64").name

    def number(self, bits: str) -> str:
        """The inverse of :meth:`bits`."""
        return self.writer.emit(f"bitcast {self.integers} {bits} to {self.vector}", "").name

    def polynomial(self, coefficients: tuple[float, ...], x: str) -> str:
        """In pairs, pairs of pairs and so on: what waits for itself takes longest in a loop."""
        parts: list[Any] = list(coefficients)
        while len(parts) > 1:
            pairs = zip(parts[::2], parts[1::2], strict=False)
            odd = parts[len(parts) // 2 * 2 :]
            parts = [*(self.fma(b, x, a) for a, b in pairs), *odd]
            if len(parts) > 1:
                x = self.multiply(x, x)
        return self.operand(parts[0])

    def is_beyond(self, x: str, limit: float) -> str:
        """Which lanes are larger than a limit, or NaN."""
        size = self.function("fabs", x)
        text = f"fcmp uge {self.vector} {size}, {self.operand(limit)}"
        return self.writer.emit(text, "i1").name

    def where_negative(self, bits: str, a: str, b: str) -> str:
        """a in the lanes in which a whole number is negative, else b."""
        writer = self.writer
        text = f"icmp slt {self.integers} {bits}, zeroinitializer"
        flags = writer.emit(text, "i1").name
        return writer.emit(
            f"select {writer.vectors['i1']} {flags}, {self.vector} {a}, {self.vector} {b}",
            self.element,
        ).name

    def otherwise(self, rare: str, name: str, x: str, usual: str) -> str:
        """C's function of the lanes that are flagged, in a block that is passed by."""
        return self.otherwise_both(rare, (name,), x, [usual])[0]

    def otherwise_both(
        self, rare: str, names: Sequence[str], x: str, usual: Sequence[str]
    ) -> list[str]:
        """The same for several functions of one operand."""
        writer, vector, truths = self.writer, self.vector, self.writer.vectors["i1"]
        writer.declarations["!1"] = '!1 = !{!"branch_weights", i32 1, i32 100000}'
        count = f"i{writer.width}"
        flags = writer.emit(f"bitcast {truths} {rare} to {count}", "i64").name
        some = writer.emit(f"icmp ne {count} {flags}, 0", "i1").name
        here = writer.block
        slow, after = f"rare{writer.blocks}", f"usual{writer.blocks}"
        writer.lines.append(f"  br i1 {some}, label %{slow}, label %{after}, !prof !1")
        writer.open(slow)
        both = []
        for name, ours in zip(names, usual, strict=True):
            theirs = writer.library(name, [x], self.element).name
            text = f"select {truths} {rare}, {vector} {theirs}, {vector} {ours}"
            both.append(writer.emit(text, self.element).name)
        writer.new_block(after)
        return [
            writer.emit(
                f"phi {vector} [ {ours}, %{here} ], [ {mixed}, %{slow} ]", self.element
            ).name
            for ours, mixed in zip(usual, both, strict=True)
        ]


def _exp(code: Code, x: str) -> str:
    """2**k * exp(r), where x = k*log(2) + r."""
    form = code.format
    # The bias is in it already, so that a shift makes 2**k of the last bits.
    rounder = form.rounder + form.bias
    rounded = code.fma(x, 1 / np.log(2), rounder)
    k = code.subtract(rounded, rounder)
    high, low = form.log2
    r = code.fma(k, -low, code.fma(k, -high, x))
    small = code.fma(code.multiply(r, r), code.polynomial(form.exponential, r), r)
    scale = code.number(code.integer("shl", code.bits(rounded), form.fraction))
    usual = code.fma(scale, small, scale)
    return code.otherwise(code.is_beyond(x, form.largest_exponent), "exp", x, usual)


def _log(code: Code, x: str) -> str:
    """k*log(2) + log(1 + f), where x = 2**k * (1 + f), with 1 + f from sqrt(1/2) to sqrt(2)."""
    form = code.format
    bits = code.bits(x)
    start = form.bits(float(np.sqrt(0.5)))
    one = form.bias << form.fraction
    moved = code.integer("add", bits, one - start)
    exponents = code.integer("lshr", moved, form.fraction)
    fractions = code.integer("and", moved, (1 << form.fraction) - 1)
    f = code.subtract(code.number(code.integer("add", fractions, start)), 1.0)
    # The exponent as the last bits of a large number, less that number.
    large = 2.0**form.fraction
    k = code.subtract(
        code.number(code.integer("or", exponents, form.bits(large))), large + form.bias
    )
    s = code.divide(f, code.add(f, 2.0))
    z = code.multiply(s, s)
    # log(1 + f) = 2*s + s*z*p
    usual = code.fma(code.multiply(s, z), code.polynomial(form.logarithm, z), code.add(s, s))
    usual = code.fma(k, form.log2[0], usual)
    # All but positive normal numbers, by one comparison of whole numbers.
    first, last = form.bits(form.smallest_normal), form.bits(np.inf)
    lowest = -(1 << (63 if form.integer == "i64" else 31))
    place = code.integer("add", bits, lowest - first)
    rare = code.writer.emit(
        f"icmp sge {code.integers} {place}, splat ({form.integer} {lowest + last - first})", "i1"
    ).name
    return code.otherwise(rare, "log", x, usual)


def _sin(code: Code, x: str) -> str:
    rounder = code.format.rounder
    rounded = code.fma(x, 1 / np.pi, rounder)
    return _wave(code, "sin", x, rounded, code.subtract(rounded, rounder))


def _cos(code: Code, x: str) -> str:
    """sin(x - (k - 1/2)*pi), with the sign of an odd k turned."""
    rounder = code.format.rounder
    rounded = code.add(code.fma(x, 1 / np.pi, 0.5), rounder)
    half = code.subtract(code.subtract(rounded, rounder), 0.5)
    return _wave(code, "cos", x, rounded, half)


def _wave(code: Code, name: str, x: str, rounded: str, count: str) -> str:
    """The sine of what count times pi leave of x; negative where the last bit of rounded is set."""
    form = code.format
    first, second, third = form.pi
    near = code.fma(count, -second, code.fma(count, -first, x))
    # The last part of pi only matters where the sine is nearly r.
    r = code.fma(count, -third, near)
    z = code.multiply(near, near)
    size = code.fma(code.multiply(z, near), code.polynomial(form.sine, z), r)
    width = 63 if form.integer == "i64" else 31
    bits = code.bits(size)
    if name == "sin":
        # The sum of r = -0.0 and 0.0 has lost its sign; all others have that of r.
        bits = code.integer("or", bits, code.integer("and", code.bits(r), -1 << width))
    sign = code.integer("shl", code.bits(rounded), width)
    usual = code.number(code.integer("xor", bits, sign))
    return code.otherwise(code.is_beyond(x, form.largest_angle), name, x, usual)


FUNCTIONS: dict[str, Callable[[Code, str], str]] = {
    "exp": _exp,
    "log": _log,
    "sin": _sin,
    "cos": _cos,
}
