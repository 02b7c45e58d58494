"""All first or second derivatives at once: jacobian, jacfwd, jacrev, hessian.

Backward, a Jacobian takes a sweep for every result, forward one for every argument. In a trace
the sweeps are one, on a batch of one-hot cotangents or tangents; eagerly they come one after the
other. A one-hot is masked: what is not selected is not multiplied, not even by 0.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import ClosureError, UncoveredRuleError
from ..ops import Cotangent
from ..ops.arguments import product
from ..ops.creation import identity_mask
from ..ops.selection import where
from ..ops.shape import of_dtype, reshape, reshape_row, shape_of, stack
from ..program.extents import traced_value
from ..program.symbol import Symbol
from .calls import Argnames, Argnums, Call, Selection, numbers_of, wrapped_as
from .derivatives import gradient_of
from .recorders import Eager, Traced

FORWARD, REVERSE = "forward", "reverse"


def jacobian(
    f: Callable[..., Any],
    argnums: Argnums = None,
    has_aux: bool = False,
    *,
    argnames: Argnames = None,
) -> Callable[..., Any]:
    """A function that gives the Jacobian of f: the derivative of each result in each argument.

    Forward mode where the arguments have fewer elements than the results, else reverse mode.

    Args:
        f: a function of numbers, arrays or containers of them, that returns such.
        argnums: which positional arguments to differentiate with respect to, one or several; the
            first by default.
        has_aux: f returns a pair of the result and auxiliary data, which is handed through.
        argnames: as argnums, by name.

    Returns:
        A function of the same arguments. Its result has the structure of f's result, and in the
        place of each number that of the argument (a tuple of those where argnums is a sequence):
        rows are results, columns are arguments. Of arrays the axes of the result come before those
        of the argument.

    Raises:
        ResultError: f returned something that is not made of real numbers.
        OperandError: an argument to differentiate with respect to is not made of real numbers.

    >>> cr.jacobian(lambda x: [x[0] * x[1], x[0] ** 2])([2.0, 3.0])
    [[3.0, 2.0], [4.0, 0.0]]
    """
    return _jacobian(f, Selection(f, argnums, argnames, "jacobian"), has_aux)


def jacfwd(
    f: Callable[..., Any],
    argnums: Argnums = None,
    has_aux: bool = False,
    *,
    argnames: Argnames = None,
) -> Callable[..., Any]:
    """``jacobian`` in forward mode: a sweep for each element of the arguments.

    >>> cr.jacfwd(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return _jacobian(f, Selection(f, argnums, argnames, "jacfwd"), has_aux, FORWARD)


def jacrev(
    f: Callable[..., Any],
    argnums: Argnums = None,
    has_aux: bool = False,
    *,
    argnames: Argnames = None,
) -> Callable[..., Any]:
    """``jacobian`` in reverse mode: a sweep for each element of the results.

    >>> cr.jacrev(lambda x: x * x)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return _jacobian(f, Selection(f, argnums, argnames, "jacrev"), has_aux, REVERSE)


def hessian(
    f: Callable[..., Any],
    argnums: Argnums = None,
    has_aux: bool = False,
    *,
    argnames: Argnames = None,
) -> Callable[..., Any]:
    """A function that gives the matrix of second derivatives of f.

    Args:
        f: a function of numbers, arrays or containers of them, that returns a number.
        argnums: which positional arguments to differentiate with respect to, one or several; the
            first by default.
        has_aux: f returns a pair of the number and auxiliary data, which is handed through.
        argnames: as argnums, by name.

    Returns:
        A function of the same arguments. Its result has the structure of the gradient, and again
        that of the gradient in the place of each number; nested tuples where argnums is a
        sequence.

    Raises:
        ResultError: f returned something that is not one real number.
        OperandError: an argument to differentiate with respect to is not made of real numbers.

    >>> cr.hessian(lambda x, y: x**2 * y, argnums=(0, 1))(2.0, 3.0)
    ((6.0, 4.0), (4.0, 0.0))
    """
    selection = Selection(f, argnums, argnames, "hessian")
    return _jacobian(gradient_of(f, selection, has_aux), selection, has_aux)


def _jacobian(
    f: Callable[..., Any], selection: Selection, has_aux: bool, direction: str = ""
) -> Callable[..., Any]:
    @wrapped_as(f)
    def jacobian_of_f(*args: Any, **kwargs: Any) -> Any:
        call = Call(f, selection, args, kwargs)
        result, aux = call.split_aux(has_aux)
        numbers, rebuild = numbers_of(result, call.owner, call.name)
        columns, rows = (sum(traced_value(_size(x)) for x in xs) for xs in (call.leaves, numbers))
        blocks = None
        if direction == FORWARD or (not direction and columns < rows):
            try:
                blocks = _forward(call, numbers)
            except (ClosureError, UncoveredRuleError):
                # A closure grad_fn and a custom_vjp know only the way back.
                if direction:
                    raise
        if blocks is None:
            blocks = [_backward(call, number) for number in numbers]
        matrix = rebuild([call.arrange(call.settled(row)) for row in blocks])
        return (matrix, aux) if has_aux else matrix

    return jacobian_of_f


def _size(x: Any) -> Any:
    return product(shape_of(x))


def _one_hot(recorder: Traced, like: Any) -> tuple[Any, Any]:
    """A batch of all one-hots in the shape of a Symbol: numbers and masks."""
    size = _size(like)
    mask = recorder.trace.operand(None, identity_mask(size))
    mask = reshape_row(mask, shape=(size, *shape_of(like)))
    return of_dtype(where(mask, 1.0, 0.0), like.dtype), mask


def _batch(trace: Any, pair: tuple[Any, Any], level: int) -> Cotangent:
    return Cotangent(*(trace.batched_input(x, 0, level) for x in pair))


# --- backward: a row for each element of a result ---------------------------------------------


def _backward(call: Call, result: Any) -> list[Any]:
    """The derivatives of one result in every leaf."""
    if isinstance(call.recorder, Eager):
        return _backward_eagerly(call, result)
    recorder = call.recorder
    if not isinstance(result, Symbol):
        return [_zeros(call, result, leaf) for leaf in call.leaves]
    if not shape_of(result):
        return recorder.gradient(result, call.leaves)
    trace = recorder.trace
    seeds = _one_hot(recorder, result)
    with trace.vmap_level(_size(result)) as level:
        pulled = recorder.pull([(result, _batch(trace, seeds, level))], call.leaves)
    rows = [trace.unbatched(x, 0, level) for x in pulled]
    return [
        reshape_row(row, shape=(*shape_of(result), *shape_of(leaf)))
        for row, leaf in zip(rows, call.leaves, strict=True)
    ]


def _backward_eagerly(call: Call, result: Any) -> list[Any]:
    shape = shape_of(result)
    if not shape:
        return call.recorder.gradient(result, call.leaves)
    # Elements are picked by index, which masks what was not picked.
    elements = reshape(result, (-1,))
    sweeps = [call.recorder.gradient(element, call.leaves) for element in elements]
    return [
        _stacked([adjoints[i] for adjoints in sweeps], (*shape, *shape_of(leaf)))
        for i, leaf in enumerate(call.leaves)
    ]


def _stacked(parts: list[Any], shape: Any) -> Any:
    return reshape(stack(parts), shape) if parts else np.zeros(shape)


# --- forward: a column for each element of a leaf ---------------------------------------------


def _forward(call: Call, results: list[Any]) -> list[list[Any]]:
    """For each result its derivatives in every leaf."""
    columns = [_columns(call, results, place) for place in range(len(call.leaves))]
    return [[column[i] for column in columns] for i in range(len(results))]


def _columns(call: Call, results: list[Any], place: int) -> list[Any]:
    """The derivatives of every result in one leaf."""
    leaf = call.leaves[place]
    recorder = call.recorder
    shapes = [(*shape_of(result), *shape_of(leaf)) for result in results]
    rest: list[Any] = [None] * len(call.leaves)
    if isinstance(recorder, Traced):
        if not shape_of(leaf):
            rest[place] = recorder.trace.filled(1.0, leaf)
            return recorder.push(results, call.leaves, rest)
        trace = recorder.trace
        seeds = _one_hot(recorder, leaf)
        with trace.vmap_level(_size(leaf)) as level:
            rest[place] = _batch(trace, seeds, level)
            pushed = recorder.push(results, call.leaves, rest)
            # Of the argument's dtype, as in reverse mode.
            columns = [
                of_dtype(trace.unbatched(x, len(shape_of(x)), level), leaf.dtype) for x in pushed
            ]
        return [reshape_row(x, shape=shape) for x, shape in zip(columns, shapes, strict=True)]
    if not shape_of(leaf):
        rest[place] = 1.0
        return recorder.push(results, call.leaves, rest)
    pushes = []
    for one in np.eye(_size(leaf), dtype=leaf.dtype):
        tangent = one.reshape(shape_of(leaf))
        rest[place] = Cotangent(tangent, tangent != 0)
        pushes.append(recorder.push(results, call.leaves, rest))
    return [
        of_dtype(reshape(stack([push[i] for push in pushes], -1), shape), leaf.dtype)
        if pushes
        else np.zeros(shape)
        for i, shape in enumerate(shapes)
    ]


def _zeros(call: Call, result: Any, leaf: Any) -> Any:
    zero = call.recorder.zero(leaf)
    if not shape_of(result):
        return zero
    from ..ops.shape import broadcast_row

    return broadcast_row(zero, shape=(*shape_of(result), *shape_of(leaf)))
