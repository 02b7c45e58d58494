"""The chain rule for one operation, in both directions: :func:`pull` and :func:`push`.

Both are written once, in chainrule's own operations, for NumPy arrays, Values and Symbols alike:
eager sweeps and the transforms of Programs call them. A cotangent is a pair of the numbers and a
mask, None for all: what was not selected on the way has mask False, and is not multiplied, so
that ``where(x > 0, sqrt(x), 0)`` has derivative 0 at -1 whatever sqrt says there.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..errors import FixedOperandError
from .blocks import blockwise, inputs_read, is_given
from .elementwise import multiply
from .op import Op, Row, one, zero
from .reduce import restored, sum_row
from .selection import Choice, logical_and, logical_or, not_equal, where
from .shape import broadcast_row, filled_like, shape_of, sum_to
from .structural import Shape, Structural


class Cotangent(NamedTuple):
    """Numbers, and where they count; what is masked out is 0."""

    numbers: Any
    mask: Any = None


def plus(a: Cotangent, b: Cotangent) -> Cotangent:
    """The sum of two cotangents of one value: what counts in either counts."""
    mask = None if a.mask is None or b.mask is None else logical_or(a.mask, b.mask)
    return Cotangent(a.numbers + b.numbers, mask)


def is_one(x: Any) -> bool:
    """Whether a partial is the plain number 1, so that multiplying can be left out."""
    return isinstance(x, float | int) and x == 1.0


def times(numbers: Any, partial: Any, mask: Any = None) -> Any:
    """numbers * partial where the mask holds, 0 elsewhere."""
    if is_one(partial):
        return numbers
    is_minus_one = isinstance(partial, float | int) and partial == -1.0
    product = -numbers if is_minus_one else numbers * partial
    return product if mask is None else where(mask, product, 0.0)


def pull(
    op: Row,
    cotangent: Any,
    out: Any,
    operands: Sequence[Any],
    parameters: dict[str, Any],
    wanted: Sequence[bool],
) -> list[Cotangent | None]:
    """The cotangents of the operands from that of the result; None where it is not wanted.

    Of an op with several results ``cotangent`` is a list, with None for a result not used.
    """
    if isinstance(op, Op):
        return _pulled(op, cotangent, out, operands, wanted)
    assert isinstance(op, Structural)
    return _pulled_structural(op, cotangent, out, operands, parameters, wanted)


def _fixed(op: Op, i: int) -> FixedOperandError:
    name = op.operands[i]
    return FixedOperandError(
        f"{op.name}: operand {name!r} has no derivative, but one is needed. Give a plain number."
    )


def _pulled(
    op: Op, cotangent: Cotangent, out: Any, operands: Sequence[Any], wanted: Sequence[bool]
) -> list[Cotangent | None]:
    moving = tuple(
        i for i, is_wanted in enumerate(wanted) if is_wanted and op.partials[i] is not zero
    )
    pulled: list[Cotangent | None] = [None] * len(operands)
    for i, share in zip(moving, _shares(op, moving, *cotangent, out, operands), strict=True):
        pulled[i] = unbroadcast(share, shape_of(operands[i]))
    return pulled


def _shares(
    op: Op, moving: tuple[int, ...], x: Any, mask: Any, out: Any, operands: Sequence[Any]
) -> list[Cotangent]:
    """x times the partial in each of the operands that move, where the mask holds, 0 elsewhere."""
    formula, is_computed = _products(op, moving)
    go = blockwise if is_computed else _at_once
    found = go(formula, x, mask, out, *operands)
    shares = []
    for i, (numbers, chosen, uneven) in zip(moving, _by_three(found), strict=True):
        is_plain = isinstance(uneven, np.ndarray | np.bool_)
        if uneven is not False and (uneven.any() if is_plain else True):
            numbers = blockwise(_weighted(op, i), numbers, uneven, out, *operands)
        if chosen is not None and shape_of(chosen) != shape_of(numbers):
            chosen = broadcast_row(chosen, shape=shape_of(numbers))  # a condition repeated
        shares.append(Cotangent(numbers, chosen))
    return shares


def _by_three(found: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (found[k : k + 3] for k in range(0, len(found), 3))


def _at_once(formula: Any, *arguments: Any) -> Any:
    return formula(*arguments)


@functools.cache
def _products(op: Op, moving: tuple[int, ...]) -> tuple[Any, bool]:
    """The formula of ``_shares``, and whether it computes more than the products.

    It gives three an operand: numbers, the mask, and where they have yet to be weighted, which is
    looked for first in arrays, since mostly that is nowhere.
    """
    for i in moving:
        if op.partials[i] is None:
            raise _fixed(op, i)

    def formula(x: Any, mask: Any, out: Any, *operands: Any) -> tuple[Any, ...]:
        found: list[Any] = []
        for i in moving:
            partial: Any = op.partials[i]
            if isinstance(partial, Choice):
                chosen = _truth(partial.chosen(out, *operands))
                if mask is not None:
                    chosen = logical_and(mask, chosen)
                uneven: Any = False
                if partial.uneven is not None:
                    uneven = logical_and(chosen, partial.uneven(out, *operands))
                found += where(chosen, x, 0.0), chosen, uneven
            elif partial is one:
                found += x, mask, False
            else:
                found += times(x, partial(out, *operands), mask), mask, False
        return tuple(found)

    partials: list[Any] = [op.partials[i] for i in moving]
    return formula, any(not is_given(partial, 1 + op.arity) for partial in partials)


def _truth(x: Any) -> Any:
    """A mask of truth values: the condition of ``where`` may be an array of numbers."""
    return not_equal(x, 0.0) if getattr(x, "dtype", np.bool_) != np.bool_ else x


@functools.cache
def _weighted(op: Op, i: int) -> Any:
    choice: Any = op.partials[i]

    def formula(numbers: Any, uneven: Any, out: Any, *operands: Any) -> Any:
        return where(uneven, choice.weighted(numbers, out, *operands), numbers)

    return formula


def unbroadcast(cotangent: Cotangent, shape: Shape) -> Cotangent:
    """The cotangent of an operand that was repeated to the shape of the result."""
    numbers, mask = cotangent
    if shape_of(numbers) == shape:
        return cotangent
    if len(shape_of(numbers)) < len(shape):
        numbers = broadcast_row(numbers, shape=shape)
    numbers = sum_to(numbers, shape)
    if mask is not None and shape_of(mask) != shape:
        mask = not_equal(sum_to(where(mask, 1.0, 0.0), shape), 0.0)
    return Cotangent(numbers, mask)


def _pulled_structural(
    op: Structural,
    cotangent: Any,
    out: Any,
    operands: Sequence[Any],
    parameters: dict[str, Any],
    wanted: Sequence[bool],
) -> list[Cotangent | None]:
    if op.pull is not None:
        pulled: list[Cotangent | None] = op.pull(cotangent, out, operands, parameters, wanted)
        return pulled
    if op.results != 1:
        numbers = [None if c is None else c.numbers for c in cotangent]
        shares = op.vjp(numbers, out, *operands, **parameters)
        return [
            Cotangent(x) if w and x is not None else None
            for x, w in zip(shares, wanted, strict=True)
        ]
    g, mask = cotangent
    if op.selects:
        (x,) = operands
        weight = op.vjp(out, x, **parameters)
        axes = parameters["axes"]
        chosen = not_equal(weight, 0.0)
        whole = restored(g, shape_of(x), axes)
        if mask is not None:
            whole_mask = not_equal(restored(where(mask, 1.0, 0.0), shape_of(x), axes), 0.0)
            chosen = logical_and(chosen, whole_mask)
        return [Cotangent(where(chosen, multiply(whole, weight), 0.0), chosen)]
    shares = op.vjp(g, out, *operands, **parameters)
    masks: Sequence[Any] = (None,) * len(shares)
    if op.linear and (mask is not None or op.masks):
        # 0 and 1 go the way that the numbers go; what nothing reaches stays out.
        ones = filled_like(g, 1.0) if mask is None else where(mask, 1.0, 0.0)
        masks = [
            None if x is None else not_equal(x, 0.0)
            for x in op.vjp(ones, out, *operands, **parameters)
        ]
    return [
        Cotangent(x, m) if w and x is not None else None
        for x, m, w in zip(shares, masks, wanted, strict=True)
    ]


def push(
    op: Row,
    tangents: Sequence[Any],
    out: Any,
    operands: Sequence[Any],
    parameters: dict[str, Any],
) -> Any:
    """The tangent of the result from those of the operands, None for zero; several, a tuple."""
    if isinstance(op, Op):
        total = None
        for i, t in enumerate(tangents):
            if t is None or op.partials[i] is zero:
                continue
            ((share, _),) = _shares(op, (i,), t, None, out, operands)
            if shape_of(share) != shape_of(out):
                share = broadcast_row(share, shape=shape_of(out))
            total = share if total is None else total + share
        return total
    assert isinstance(op, Structural)
    if all(t is None for t in tangents):
        return None
    if op.selects:
        (x,) = operands
        weight = op.vjp(out, x, **parameters)
        share = where(not_equal(weight, 0.0), multiply(tangents[0], weight), 0.0)
        return sum_row(share, axes=parameters["axes"])
    if op.jvp is not None:
        return op.jvp(list(tangents), out, *operands, **parameters)
    first = op.indices_from if op.indices_from is not None else len(operands)
    moving = [
        filled_like(operand, 0.0) if t is None else t
        for operand, t in zip(operands[:first], tangents[:first], strict=True)
    ]
    return op(*moving, *operands[first:], **parameters)


def push_masked(
    op: Row,
    tangents: Sequence[Cotangent | None],
    out: Any,
    operands: Sequence[Any],
    parameters: dict[str, Any],
) -> Any:
    """As ``push``, of tangents that count only where their masks say.

    One-hot tangents, of which a Jacobian is made column by column, have masks, so that 0 is not
    multiplied with the infinite partial of an element that does not move. Several results: a list.
    """
    if all(t is None or t.mask is None for t in tangents):
        pushed = push(op, [t and t.numbers for t in tangents], out, operands, parameters)
        if isinstance(pushed, tuple):
            return [Cotangent(x) for x in pushed]
        return None if pushed is None else Cotangent(pushed)
    if isinstance(op, Op):
        return _pushed_masked(op, tangents, out, operands)
    assert isinstance(op, Structural)
    if op.push is not None:
        pushed_pair: Cotangent | None = op.push(tangents, out, operands, parameters)
        return pushed_pair
    if op.linear and op.results == 1:
        numbers = push(op, [t and t.numbers for t in tangents], out, operands, parameters)
        ones = [
            None if t is None else where(_mask_of(t), 1.0, 0.0) for t in tangents
        ]  # fmt: skip
        reached = push(op, ones, out, operands, parameters)
        return Cotangent(numbers, not_equal(reached, 0.0))
    # Through the rest a mask is applied, and ends.
    whole = [None if t is None else Cotangent(where(_mask_of(t), t.numbers, 0.0)) for t in tangents]
    return push_masked(op, whole, out, operands, parameters)


def _mask_of(t: Cotangent) -> Any:
    return filled_like(t.numbers, 1.0) if t.mask is None else t.mask


def _pushed_masked(
    op: Op, tangents: Sequence[Cotangent | None], out: Any, operands: Sequence[Any]
) -> Cotangent | None:
    total: Cotangent | None = None
    for i, t in enumerate(tangents):
        if t is None or op.partials[i] is zero:
            continue
        (share,) = _shares(op, (i,), t.numbers, t.mask, out, operands)
        numbers, mask = (_repeated(x, shape_of(out)) for x in share)
        share = Cotangent(numbers, mask)
        total = share if total is None else plus(total, share)
    return total


def _repeated(x: Any, shape: Shape) -> Any:
    return x if x is None or shape_of(x) == shape else broadcast_row(x, shape=shape)


_saves: dict[Row, tuple[tuple[str, ...], ...]] = {}


def saved(op: Row) -> tuple[tuple[str, ...], ...]:
    """For each operand, which numbers its cotangent is computed from: "out", or operands' names.

    A graph keeps those and no others. Shapes are always known.
    """
    known = _saves.get(op)
    if known is None:
        if isinstance(op, Op):
            names = ("out", *op.operands)
            known = tuple(
                ()
                if partial is None or partial is zero or partial is one
                else tuple(names[k] for k in inputs_read(partial, len(names)))
                for partial in op.partials
            )
        else:
            assert isinstance(op, Structural)
            known = (op.saves,) * len(op.operands)
        _saves[op] = known
    return known
