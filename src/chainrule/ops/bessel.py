"""The rows of Bessel functions, by SciPy's names.

The order ``v`` has no derivative. The recurrences are those of NIST's handbook, 10.6 and 10.29;
the exponentially scaled functions (``ive``, ``kve``) have theirs from the product rule.
"""

from __future__ import annotations

from .elementwise import sign
from .op import Accuracy, Op, unary

#: Where they oscillate, or come near a root, error counts in units of their size.
_WAVES = Accuracy(40, 40, 40, scale=1.0)


def _row(name: str, partial: object, doc: str, **row: object) -> Op:
    return unary(name, partial, doc, kernel=f"scipy.special.{name}", public=False, **row)


def _order_row(name: str, partial: object, doc: str, **row: object) -> Op:
    row.setdefault("domain", ((0.5, 3.0), (0.3, 6.0)))
    row.setdefault("example", (1.0, 2.0))
    return Op(
        name,
        ("v", "x"),
        (None, partial),  # type: ignore[arg-type]
        doc,
        kernel=f"scipy.special.{name}",
        public=False,
        **row,  # type: ignore[arg-type]
    )


j0: Op = _row("j0", lambda out, x: -j1(x), "Bessel function of order 0.", accuracy=_WAVES)
j1: Op = _row(
    "j1",
    lambda out, x: 0.5 * (j0(x) - jv(2, x)),
    "Bessel function of order 1.",
    accuracy=_WAVES,
)
y0: Op = _row(
    "y0",
    lambda out, x: -y1(x),
    "Bessel function of the second kind of order 0.",
    domain=((0.3, 6.0),),
    accuracy=_WAVES,
)
y1: Op = _row(
    "y1",
    lambda out, x: 0.5 * (y0(x) - yv(2, x)),
    "Bessel function of the second kind of order 1.",
    domain=((0.3, 6.0),),
    accuracy=_WAVES,
)
i0: Op = _row("i0", lambda out, x: i1(x), "Modified Bessel function of order 0.", accuracy=_WAVES)
i1: Op = _row(
    "i1",
    lambda out, x: 0.5 * (i0(x) + iv(2, x)),
    "Modified Bessel function of order 1.",
    accuracy=_WAVES,
)
k0: Op = _row(
    "k0",
    lambda out, x: -k1(x),
    "Modified Bessel function of the second kind of order 0.",
    domain=((0.3, 6.0),),
    accuracy=_WAVES,
)
k1: Op = _row(
    "k1",
    lambda out, x: -0.5 * (k0(x) + kv(2, x)),
    "Modified Bessel function of the second kind of order 1.",
    domain=((0.3, 6.0),),
    accuracy=_WAVES,
)
i0e: Op = _row("i0e", lambda out, x: i1e(x) - sign(x) * out, "exp(-|x|) * i0(x).", accuracy=_WAVES)
i1e: Op = _row(
    "i1e",
    lambda out, x: 0.5 * (i0e(x) + ive(2, x)) - sign(x) * out,
    "exp(-|x|) * i1(x).",
    accuracy=_WAVES,
)
k0e: Op = _row(
    "k0e",
    lambda out, x: out - k1e(x),
    "exp(x) * k0(x).",
    domain=((0.3, 6.0),),
    accuracy=_WAVES,
)
k1e: Op = _row(
    "k1e",
    lambda out, x: out - 0.5 * (k0e(x) + kve(2, x)),
    "exp(x) * k1(x).",
    domain=((0.3, 6.0),),
    accuracy=_WAVES,
)
jv: Op = _order_row(
    "jv",
    lambda out, v, x: 0.5 * (jv(v - 1, x) - jv(v + 1, x)),
    "Bessel function of order v, which has no derivative.",
    foreign=("jn",),
    accuracy=_WAVES,
)
yv: Op = _order_row(
    "yv",
    lambda out, v, x: 0.5 * (yv(v - 1, x) - yv(v + 1, x)),
    "Bessel function of the second kind of order v, which has no derivative.",
    accuracy=_WAVES,
)
iv: Op = _order_row(
    "iv",
    lambda out, v, x: 0.5 * (iv(v - 1, x) + iv(v + 1, x)),
    "Modified Bessel function of order v, which has no derivative.",
    accuracy=_WAVES,
)
kv: Op = _order_row(
    "kv",
    lambda out, v, x: -0.5 * (kv(v - 1, x) + kv(v + 1, x)),
    "Modified Bessel function of the second kind of order v, which has no derivative.",
    accuracy=Accuracy(120, 120, 120, scale=1.0),
)
ive: Op = _order_row(
    "ive",
    lambda out, v, x: 0.5 * (ive(v - 1, x) + ive(v + 1, x)) - sign(x) * out,
    "exp(-|x|) * iv(v, x).",
    accuracy=_WAVES,
)
kve: Op = _order_row(
    "kve",
    lambda out, v, x: out - 0.5 * (kve(v - 1, x) + kve(v + 1, x)),
    "exp(x) * kv(v, x).",
    accuracy=Accuracy(250, 600, 1000, scale=1.0),
)
