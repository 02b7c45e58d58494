"""Small arrays, whose kernels are compiled: products, systems, determinants, sums.

NumPy takes 1 us to multiply two 4 x 4 matrices and 8 to solve 3 equations, nearly all of it on the
way to BLAS and LAPACK. These take 0.2. Each gives None for what is not small, not made of doubles,
or not as it should be; then NumPy is asked, which has the errors. ``small.pxi`` and
``triangles.pxi`` have them; without the compiled build NumPy has it all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .calling import Calls, PlainCalls


def _none(*operands: Any) -> None:
    return None


#: ``contracted(x, y, subscripts)``: products summed over indices, as the row ``contract``.
contracted: Any = _none
#: ``solved(a, b)``: x of a x = b, with right-hand sides in columns, by LU with pivots.
solved: Any = _none
#: ``triangle_solved(a, b, lower)``: the same for a triangle of up to 64 rows, all that is read.
triangle_solved: Any = _none
#: ``lower_triangle(a, diagonal)``: the lower triangle, with the diagonal times a number.
lower_triangle: Any = _none
#: ``crossed(x, y)``: the cross products of vectors of 3 elements on the last axis, of any size.
crossed: Any = _none
#: ``factor_pulled(factor, g)``: the cotangent of a from that of its Cholesky factor, both of up to
#: 128 rows.
factor_pulled: Any = _none
#: ``is_symmetric(a)``: whether a is known to be; False without the compiled build.
is_symmetric: Any = _none
#: ``totalled(x, axes)``: the sum over axes.
totalled: Any = _none
#: ``repeated(x, shape)``: ``np.broadcast_to``, of any size.
repeated: Any = _none
#: ``inverted(a)``: the inverse, the determinant, and the condition number by row sums.
inverted: Any = _none

if not TYPE_CHECKING and Calls is not PlainCalls:
    from .native import (
        contracted,
        crossed,
        factor_pulled,
        inverted,
        is_symmetric,
        lower_triangle,
        repeated,
        solved,
        totalled,
        triangle_solved,
    )

__all__ = [
    "contracted",
    "crossed",
    "factor_pulled",
    "inverted",
    "is_symmetric",
    "lower_triangle",
    "repeated",
    "solved",
    "totalled",
    "triangle_solved",
]
