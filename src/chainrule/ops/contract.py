"""The row of products summed over indices, and matmul, dot, outer, tensordot, einsum on top of it.

``contract`` takes two operands and einsum letters, each letter at most once in an operand. Its
derivatives are contractions again, with the letters moved.
"""

from __future__ import annotations

import functools
import math
import string
from typing import Any, NamedTuple

import numpy as np

from ..errors import user_line
from .arguments import broadcast_shapes, normal_axis, unsupported, whole_number
from .covered import covers
from .diagonals import diagonal
from .elementwise import multiply
from .reduce import sum_row
from .rules import Cotangent
from .shape import as_operand, broadcast_row, expand_dims, ravel, reshape_row, shape_of, transpose
from .small import contracted
from .sparse import is_sparse, sparse_matmul
from .structural import Shape, Structural


def _letters(subscripts: str) -> tuple[str, str, str]:
    operands, out = subscripts.split("->")
    x, y = operands.split(",")
    return x, y, out


def _extents(subscripts: str, x: Shape, y: Shape) -> dict[str, Any]:
    a, b, _ = _letters(subscripts)
    extents: dict[str, Any] = dict(zip(a, x, strict=True))
    for letter, extent in zip(b, y, strict=True):
        known = extents.setdefault(letter, extent)
        if known is not extent and known != extent:
            raise ValueError(f"index {letter!r} of {subscripts!r} has extents {known} and {extent}")
    return extents


def _contracted_shape(x: Shape, y: Shape, subscripts: str) -> Shape:
    extents = _extents(subscripts, x, y)
    return tuple(extents[letter] for letter in _letters(subscripts)[2])


class Plan(NamedTuple):
    """How ``matmul`` computes a contraction: (batch, left, summed) times (batch, summed, right)."""

    #: Axes of an operand that neither the other one nor the result has: they are summed first.
    x_alone: tuple[int, ...]
    y_alone: tuple[int, ...]
    #: The order of the rest, and how many axes are batch, left, summed.
    x_axes: tuple[int, ...]
    y_axes: tuple[int, ...]
    counts: tuple[int, int, int]
    out_axes: tuple[int, ...]
    #: The axes of the result in the order batch, left, right.
    in_axes: tuple[int, ...]


@functools.cache
def _plan(subscripts: str) -> Plan:
    a, b, out = _letters(subscripts)
    x = [letter for letter in a if letter in b or letter in out]
    y = [letter for letter in b if letter in a or letter in out]
    batch = [letter for letter in out if letter in a and letter in b]
    summed = [letter for letter in a if letter in b and letter not in out]
    left = [letter for letter in out if letter in a and letter not in b]
    right = [letter for letter in out if letter in b and letter not in a]
    letters = batch + left + right
    return Plan(
        tuple(i for i, letter in enumerate(a) if letter not in x),
        tuple(i for i, letter in enumerate(b) if letter not in y),
        tuple(x.index(letter) for letter in batch + left + summed),
        tuple(y.index(letter) for letter in batch + summed + right),
        (len(batch), len(left), len(summed)),
        tuple(letters.index(letter) for letter in out),
        tuple(out.index(letter) for letter in letters),
    )


#: What ``matmul`` computes as it stands.
_PLAIN = frozenset(["ab,bc->ac", "ab,b->a", "a,ab->b", "a,a->"])


@functools.cache
def _turned(subscripts: str) -> tuple[bool, bool, bool] | None:
    """Of two matrices whose product is a matrix: whether they are swapped, and which transposed.

    None for everything else. Gradients of ``x @ y`` are of this kind; what :class:`Plan` does in
    general takes 10 us more.
    """
    a, b, out = _letters(subscripts)
    summed = set(a) & set(b)
    if not len(a) == len(b) == len(out) == 2 or len(summed) != 1 or summed & set(out):
        return None
    swaps = out[0] in b
    left, right = (b, a) if swaps else (a, b)
    turns_left, turns_right = left[0] in summed, right[1] in summed
    return swaps, *((turns_right, turns_left) if swaps else (turns_left, turns_right))


def _put(numbers: Any, out: Any) -> Any:
    np.copyto(out, numbers)
    return out


def _kernel(x: Any, y: Any, subscripts: str, out: Any = None) -> Any:
    small = contracted(x, y, subscripts)
    if small is not None:
        return small if out is None else _put(small, out)
    if subscripts in _PLAIN:
        return np.matmul(x, y) if out is None else np.matmul(x, y, out=out)
    if (turned := _turned(subscripts)) is not None:
        swaps, turns_x, turns_y = turned
        if turns_x:
            x = x.T
        if turns_y:
            y = y.T
        if swaps:
            x, y = y, x
        return np.matmul(x, y) if out is None else np.matmul(x, y, out=out)
    _extents(subscripts, x.shape, y.shape)  # reshaping below could hide extents that differ
    plan = _plan(subscripts)
    if plan.x_alone:
        x = np.add.reduce(x, axis=plan.x_alone)
    if plan.y_alone:
        y = np.add.reduce(y, axis=plan.y_alone)
    batch, left, summed = plan.counts
    x, y = x.transpose(plan.x_axes), y.transpose(plan.y_axes)
    head, rows, columns = x.shape[:batch], x.shape[batch : batch + left], y.shape[batch + summed :]
    inner = math.prod(x.shape[batch + left :])
    # Transposed operands are no copies: BLAS takes them as they are.
    x = x.reshape((*head, math.prod(rows), inner))
    y = y.reshape((*head, inner, math.prod(columns)))
    if out is not None:
        place = out.transpose(plan.in_axes)
        flat = place.reshape((*head, x.shape[-2], y.shape[-1]))
        if np.may_share_memory(flat, out):
            np.matmul(x, y, out=flat)
            return out
    product = np.matmul(x, y).reshape((*head, *rows, *columns)).transpose(plan.out_axes)[()]
    if out is None:
        return product
    return _put(product, out)


class Towards(NamedTuple):
    """How the cotangent of an operand comes from that of the result and the other operand."""

    subscripts: str
    #: Which axes of the operand that gives; what is summed alone is repeated.
    there: tuple[bool, ...]


@functools.cache
def _towards_operands(subscripts: str) -> tuple[Towards, Towards]:
    a, b, o = _letters(subscripts)
    ways = []
    for own, other in (a, b), (b, a):
        there = "".join(letter for letter in own if letter in o or letter in other)
        ways.append(Towards(f"{o},{other}->{there}", tuple(letter in there for letter in own)))
    return ways[0], ways[1]


def _vjp(g: Any, out: Any, x: Any, y: Any, subscripts: str) -> tuple[Any, Any]:
    to_x, to_y = _towards_operands(subscripts)
    return _towards(g, to_x, y, x), _towards(g, to_y, x, y)


def _pull(
    cotangent: Any, out: Any, operands: Any, parameters: dict[str, Any], wanted: Any
) -> list[Cotangent | None]:
    """As ``_vjp``, but of the operands that are wanted: the other one may be a large constant."""
    (x, y), g = operands, cotangent.numbers  # which is 0 where a mask says so
    to_x, to_y = _towards_operands(parameters["subscripts"])
    return [
        Cotangent(_towards(g, to_x, y, x)) if wanted[0] else None,
        Cotangent(_towards(g, to_y, x, y)) if wanted[1] else None,
    ]


def _towards(g: Any, way: Towards, other: Any, x: Any) -> Any:
    """The cotangent of x: g times the other operand, repeated over what x alone summed."""
    gathered = contract_row(g, other, subscripts=way.subscripts)
    if all(way.there):
        return gathered
    shape = shape_of(x)
    kept = tuple(
        extent if is_there else 1 for extent, is_there in zip(shape, way.there, strict=True)
    )
    return broadcast_row(reshape_row(gathered, shape=kept), shape=shape)


def _jvp(tangents: Any, out: Any, x: Any, y: Any, subscripts: str) -> Any:
    parts = []
    if tangents[0] is not None:
        parts.append(contract_row(tangents[0], y, subscripts=subscripts))
    if tangents[1] is not None:
        parts.append(contract_row(x, tangents[1], subscripts=subscripts))
    return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def _batch(batched: Any, x: Any, y: Any, subscripts: str) -> Any:
    a, b, o = _letters(subscripts)
    new = next(letter for letter in string.ascii_letters if letter not in a + b)
    left, right = (new if is_batched else "" for is_batched in batched)
    return contract_row(x, y, subscripts=f"{left}{a},{right}{b}->{new}{o}")


contract_row: Structural = Structural(
    "contract",
    ("x", "y"),
    "Products of x and y summed over indices, in einsum's letters.",
    saves=("x", "y"),
    kernel=_kernel,
    shape=_contracted_shape,
    vjp=_vjp,
    pull=_pull,
    jvp=_jvp,
    batch=_batch,
    takes_out=True,
)

# --- functions ------------------------------------------------------------------------------------


def _contracted(name: str, x: Any, y: Any, subscripts: str) -> Any:
    """The row, for a function that users know by another name."""
    try:
        return contract_row(x, y, subscripts=subscripts)
    except ValueError:
        raise ValueError(
            f"{name}: operands of shapes {shape_of(x)} and {shape_of(y)} do not fit; as einsum "
            f"writes it, {subscripts!r}{user_line()}"
        ) from None


@covers("matmul", "linalg.matmul")
def matmul(x1: Any, x2: Any, /) -> Any:
    """Matrix product over the last axis of x1 and the last but one of x2, as ``x1 @ x2``.

    Leading axes are batches and broadcast; an operand of one axis is a vector. One operand may be
    a matrix of ``scipy.sparse``, which is a constant.

    >>> cr.matmul(np.eye(2), np.array([1.0, 2.0]))
    array([1., 2.])
    """
    x, y = (z if is_sparse(z) else as_operand(z) for z in (x1, x2))
    if is_sparse(x) or is_sparse(y):
        return sparse_matmul(x, y)
    p, q = len(shape_of(x)), len(shape_of(y))
    if not p or not q:
        raise ValueError("matmul: operands need at least one axis; use * for numbers")
    if p <= 2 and q <= 2:
        return _contracted(
            "matmul", x, y, ("ab" if p == 2 else "b") + "," + ("bc" if q == 2 else "b")
            + "->" + ("a" if p == 2 else "") + ("c" if q == 2 else ""),
        )  # fmt: skip
    if p == 1 or q == 1:
        vector_left = p == 1
        out = matmul(expand_dims(x, 0) if vector_left else x,
                     y if vector_left else expand_dims(y, -1))  # fmt: skip
        shape = shape_of(out)
        return reshape_row(out, shape=(*shape[:-2], shape[-1]) if vector_left else shape[:-1])
    batch = broadcast_shapes("matmul", shape_of(x)[:-2], shape_of(y)[:-2])
    x, y = (
        z
        if shape_of(z)[:-2] in (batch, ())
        else broadcast_row(z, shape=(*batch, *shape_of(z)[-2:]))
        for z in (x, y)
    )
    names = string.ascii_lowercase[3 : 3 + len(batch)]
    left = names if len(shape_of(x)) > 2 else ""
    right = names if len(shape_of(y)) > 2 else ""
    return _contracted("matmul", x, y, f"{left}ab,{right}bc->{names}ac")


@covers()
def dot(a: Any, b: Any, out: None = None) -> Any:
    """Sum of products over the last axis of a and the last but one of b, as ``numpy.dot``.

    ``out`` is not supported, and raises.

    >>> cr.dot(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    np.float64(11.0)
    """
    if out is not None:
        unsupported("dot", out=out)
    x, y = as_operand(a), as_operand(b)
    p, q = len(shape_of(x)), len(shape_of(y))
    if not p or not q:
        return multiply(x, y)
    return _over_axes("dot", x, y, [p - 1], [q - 2 if q > 1 else 0])


@covers()
def vdot(a: Any, b: Any, /) -> Any:
    """Sum of products of all elements.

    >>> cr.vdot(np.ones((2, 2)), np.ones((2, 2)))
    np.float64(4.0)
    """
    return _contracted("vdot", ravel(a), ravel(b), "a,a->")


@covers("outer", "linalg.outer")
def outer(a: Any, b: Any, out: None = None) -> Any:
    """All products of an element of a and one of b; operands of more axes are flattened.

    ``out`` is not supported, and raises.

    >>> cr.outer(np.array([1.0, 2.0]), np.array([3.0, 4.0]))
    array([[3., 4.],
           [6., 8.]])
    """
    unsupported("outer", out=out)
    x, y = (z if len(shape_of(z)) == 1 else ravel(z) for z in (as_operand(a), as_operand(b)))
    return contract_row(x, y, subscripts="a,b->ab")


@covers("tensordot", "linalg.tensordot")
def tensordot(a: Any, b: Any, axes: Any = 2) -> Any:
    """Sum of products over axes: the last of a and the first of b, or two given lists of axes.

    >>> cr.tensordot(np.ones((2, 3)), np.ones((3, 4)), axes=1).shape
    (2, 4)
    """
    x, y = as_operand(a), as_operand(b)
    p, q = len(shape_of(x)), len(shape_of(y))
    if isinstance(axes, int):
        if not 0 <= axes <= min(p, q):
            raise ValueError(f"tensordot: axes={axes} for shapes {shape_of(x)} and {shape_of(y)}")
        left, right = list(range(p - axes, p)), list(range(axes))
    else:
        left, right = ([given] if isinstance(given, int) else list(given) for given in axes)
    if len(left) != len(right):
        raise ValueError(f"tensordot: axes {left} and {right} differ in number")
    return _over_axes("tensordot", x, y, left, right)


def _over_axes(name: str, x: Any, y: Any, left: list[int], right: list[int]) -> Any:
    p, q = len(shape_of(x)), len(shape_of(y))
    left = [normal_axis(axis, p, name) for axis in left]
    right = [normal_axis(axis, q, name) for axis in right]
    if len(set(left)) < len(left) or len(set(right)) < len(right):
        raise ValueError(f"{name}: an axis twice in {left} or {right}")
    letters = string.ascii_letters[: p + q]
    one = list(letters[:p])
    other = list(letters[p:])
    for i, j in zip(left, right, strict=True):
        other[j] = one[i]
    result = [n for i, n in enumerate(one) if i not in left]
    result += [n for j, n in enumerate(other) if j not in right]
    return _contracted(name, x, y, f"{''.join(one)},{''.join(other)}->{''.join(result)}")


@covers()
def einsum(
    subscripts: Any, /, *operands: Any, out: None = None, dtype: None = None, optimize: Any = False
) -> Any:
    """Einstein's sum convention, as ``numpy.einsum``.

    An index twice in an operand is its diagonal; an ellipsis stands for the axes that are not
    named, and broadcasts. Without ``->`` the result has the indices that occur once, in alphabetic
    order. Lists of numbers behind each operand, and one for the result, say the same. Operands are
    taken in their order, whatever ``optimize`` says. ``out`` and ``dtype`` are not supported, and
    raise.

    >>> cr.einsum("ij,jk->ik", np.eye(2), np.ones((2, 3))).shape
    (2, 3)
    """
    unsupported("einsum", out=out, dtype=dtype)
    if not isinstance(subscripts, str):
        subscripts, operands = _of_lists(subscripts, *operands)
    left, arrow, result = subscripts.replace(" ", "").partition("->")
    names = left.split(",")
    arrays = [as_operand(x) for x in operands]
    if len(names) != len(arrays) or not arrays:
        raise ValueError(f"einsum: {subscripts!r} names {len(names)} operands, got {len(arrays)}")
    if "." in subscripts:
        names, arrays, result = _without_ellipsis(names, arrays, result if arrow else None)
        arrow = "->"
    if any(name and not (name.isascii() and name.isalpha()) for name in (*names, result)):
        raise ValueError(f"einsum: indices are letters, not {subscripts!r}")
    for name, x in zip(names, arrays, strict=True):
        if len(name) != len(shape_of(x)):
            raise ValueError(f"einsum: {name!r} does not fit an operand of shape {shape_of(x)}")
    if not arrow:
        letters = "".join(names)
        result = "".join(sorted(n for n in set(letters) if letters.count(n) == 1))
    if len(set(result)) < len(result) or not set(result) <= set("".join(names)):
        raise ValueError(f"einsum: the result {result!r} does not fit {left!r}")
    names, arrays = map(list, zip(*map(_without_repeats, names, arrays), strict=True))
    while len(arrays) > 1:
        (a, b), (x, y) = names[:2], arrays[:2]
        later = set(result).union(*names[2:])
        kept = "".join(dict.fromkeys(n for n in a + b if n in later))
        if len(arrays) == 2:
            kept = result
        names = [kept, *names[2:]]
        arrays = [_contracted("einsum", x, y, f"{a},{b}->{kept}"), *arrays[2:]]
    (name,), (x,) = names, arrays
    axes = tuple(i for i, n in enumerate(name) if n not in result)
    if axes:
        x = sum_row(x, axes=axes)
        name = "".join(n for n in name if n in result)
    return transpose(x, [name.index(n) for n in result])


def _of_lists(*given: Any) -> tuple[str, tuple[Any, ...]]:
    """Subscripts and operands of ``einsum(x, [0, 1], y, [1, 2], [0, 2])``."""
    operands, lists = given[0::2], list(given[1::2])
    has_result = len(given) % 2 == 1
    if has_result:
        lists.append(given[-1])
        operands = operands[:-1]
    if not operands or not all(isinstance(indices, list | tuple) for indices in lists):
        raise ValueError(
            "einsum: takes its subscripts as a string in front, as in "
            "cr.einsum('ij,j->i', a, b), or a list of numbers behind each operand"
        )
    names = ["".join(map(_letter, indices)) for indices in lists]
    if has_result:
        return f"{','.join(names[:-1])}->{names[-1]}", operands
    return ",".join(names), operands


def _letter(index: Any) -> str:
    if index is Ellipsis:
        return "..."
    place = whole_number("einsum", "an index", index)
    if not 0 <= place < len(string.ascii_letters):
        raise ValueError(f"einsum: an index is from 0 to 51, and one is {place}")
    return (string.ascii_uppercase + string.ascii_lowercase)[place]


def _without_ellipsis(
    names: list[str], arrays: list[Any], result: str | None
) -> tuple[list[str], list[Any], str]:
    """The operands with letters for the axes that ``...`` stands for, the same from the right."""
    used = set("".join([*names, result or ""]))
    free = [letter for letter in string.ascii_letters if letter not in used]
    counts = []
    for name, x in zip(names, arrays, strict=True):
        before, dots, after = name.partition("...")
        count = len(shape_of(x)) - len(before) - len(after)
        if "." in before + after or (dots and count < 0) or (not dots and count):
            raise ValueError(f"einsum: {name!r} does not fit an operand of shape {shape_of(x)}")
        counts.append(count)
    letters = "".join(free[: max(counts)])
    # Whether an operand has another extent than 1 in an axis, counted from the right.
    wide = dict.fromkeys(range(-max(counts), 0), False)
    for name, x, count in zip(names, arrays, counts, strict=True):
        for i in range(-count, 0):
            extent = shape_of(x)[name.find(".") + count + i]
            wide[i] |= not (isinstance(extent, int) and extent == 1)
    whole_names, whole = [], []
    for name, x, count in zip(names, arrays, counts, strict=True):
        own = letters[len(letters) - count :]
        extents = shape_of(x)
        start = name.find(".")
        # An axis of extent 1 broadcasts: it is left out, if another operand has that axis.
        single = [
            i
            for i in range(start, start + count)
            if isinstance(extents[i], int) and extents[i] == 1 and wide[i - start - count]
        ]
        if single:
            x = reshape_row(x, shape=tuple(e for i, e in enumerate(extents) if i not in single))
            own = "".join(c for i, c in enumerate(own) if start + i not in single)
        whole_names.append(name.replace("...", own))
        whole.append(x)
    if result is None:
        named = "".join(name.replace(".", "") for name in names)
        result = "..." + "".join(sorted(n for n in set(named) if named.count(n) == 1))
    if letters and "..." not in result:
        raise ValueError(f"einsum: the result {result!r} has no ellipsis, but operands have")
    return whole_names, whole, result.replace("...", letters)


def _without_repeats(name: str, x: Any) -> tuple[str, Any]:
    """An operand with diagonals taken where an index is there twice."""
    for letter in name:
        while name.count(letter) > 1:
            first = name.index(letter)
            second = name.index(letter, first + 1)
            if shape_of(x)[first] != shape_of(x)[second]:
                raise ValueError(
                    f"einsum: index {letter!r} has extents {shape_of(x)[first]} and "
                    f"{shape_of(x)[second]}"
                )
            x = diagonal(x, 0, first, second)
            name = name[:first] + name[first + 1 : second] + name[second + 1 :] + letter
    return name, x
