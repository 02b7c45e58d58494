"""sin and cos of the same number, computed together: where one is, its derivative wants the other.

Apart, each takes the number to within pi/2 of a multiple of pi (``approximations.py``). Together
they share that work, and a quarter of the circle is enough: its two polynomials are shorter, and
which of them is the sine, and with what sign, follows from the last two bits of the quarter's
number. For the scalar chain of ``bench compile`` that is 21 multiplications instead of 34, and the
sweep reads the cosine that the function left. The errors are within those of ``LARGEST_ERRORS``.

:func:`paired` finds such pairs among members; :func:`waves` writes one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ...ops.elementwise import cos, sin
from .approximations import Code
from .math import Lanes, Writer
from .passes import members as of_members

if TYPE_CHECKING:
    from .passes import Member

#: (sin(r) - r) / r**3 and (cos(r) - 1 + r*r/2) / r**4 of r*r, up to a quarter of pi.
SINE = {
    "double": (
        *(-0.1666666666666663, 0.008333333333322108, -0.00019841269829580144),
        *(2.7557313618007293e-06, -2.5050747216422923e-08, 1.5896197527478841e-10),
    ),
    "float": (-0.16666655242443085, 0.00833216030150652, -0.00019515218446031213),
}
COSINE = {
    "double": (
        *(0.041666666666666595, -0.001388888888887304, 2.4801587288841407e-05),
        *(-2.7557314176242773e-07, 2.0875700416476104e-09, -1.135851397178025e-11),
    ),
    "float": (0.04166664555668831, -0.0013887315290048718, 2.4433082217001356e-05),
}

NAMES = ("sin", "cos")


def paired(members: list[Member]) -> tuple[list[Member], set[int]]:
    """Members with each sin and cos of the same operand side by side, and the serials of those."""
    found: dict[Any, dict[str, Member]] = {}
    for member in of_members.made_by(members, sin, cos):
        (x,) = member.reads
        key = (x[0].term.serial, x[1]) if type(x) is tuple else x
        found.setdefault(key, {})[member.term.op.name] = member
    partners = {}
    for both in found.values():
        if len(both) == 2:
            sine, cosine = both["sin"], both["cos"]
            partners[sine.term.serial] = cosine
            partners[cosine.term.serial] = sine
    return (of_members.beside(members, partners) if partners else members), set(partners)


def waves(writer: Writer, x: Lanes) -> dict[str, Lanes]:
    """sin and cos of a vector, by name: written out, or in large bodies a call."""
    element = x.element
    if writer.inlines:
        names = _waves(Code(writer, element), x.name)
        return {name: Lanes(writer, y, element) for name, y in zip(NAMES, names, strict=True)}
    vector = writer.vectors[element]
    symbol = f"sincos_{element}{writer.width}"
    both = f"{{ {vector}, {vector} }}"
    if symbol not in writer.declarations:
        inner = Writer(writer.machine, writer.width)
        sine, cosine = _waves(Code(inner, element), "%x")
        writer.declarations |= inner.declarations
        lines = [
            f"define internal {both} @{symbol}({vector} %x) nounwind noinline {{",
            "entry:",
            *inner.lines,
            f"  %one = insertvalue {both} poison, {vector} {sine}, 0",
            f"  %both = insertvalue {both} %one, {vector} {cosine}, 1",
            f"  ret {both} %both",
            "}",
        ]
        writer.declarations[symbol] = "\n".join(lines)
    result = writer.emit(f"call {both} @{symbol}({vector} {x.name})", element).name
    return {
        name: writer.emit(f"extractvalue {both} {result}, {i}", element)
        for i, name in enumerate(NAMES)
    }


def _waves(code: Code, x: str) -> Sequence[str]:
    """x = k*pi/2 + r, and the sine and cosine of r, exchanged where k is odd."""
    form = code.format
    rounder = form.rounder
    rounded = code.fma(x, 2 / math.pi, rounder)
    k = code.subtract(rounded, rounder)
    first, second, third = (part / 2 for part in form.pi)
    near = code.fma(k, -second, code.fma(k, -first, x))
    # The last part of pi only matters where the sine is nearly r.
    r = code.fma(k, -third, near)
    z = code.multiply(near, near)
    sine = code.fma(code.multiply(z, near), code.polynomial(SINE[code.element], z), r)
    one = code.fma(z, -0.5, 1.0)
    cosine = code.fma(code.multiply(z, z), code.polynomial(COSINE[code.element], z), one)
    width = 63 if form.integer == "i64" else 31
    sign = -1 << width
    # The sum of r = -0.0 and 0.0 has lost its sign; all others have that of r.
    sine = code.number(code.integer("or", code.bits(sine), code.integer("and", code.bits(r), sign)))
    bits = code.bits(rounded)
    odd = code.integer("shl", bits, width)
    half = code.integer("shl", bits, width - 1)
    results = []
    for a, b, turned in (
        (cosine, sine, half),
        (sine, cosine, code.integer("xor", half, odd)),
    ):
        chosen = code.where_negative(odd, a, b)
        signed = code.integer("xor", code.bits(chosen), code.integer("and", turned, sign))
        results.append(code.number(signed))
    return code.otherwise_both(code.is_beyond(x, form.largest_angle), NAMES, x, results)
