"""vmap: a function of one example becomes a function of a batch.

The function is traced on one example (``Batched`` Symbols); every operation that it does becomes
one on the whole batch, by the row's batching rule. In an open trace the terms go there. Else the
trace is run at once, by NumPy; on Values operation by operation, so that it can be differentiated.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..backends.interpreter import run_on_values, run_once
from ..containers import broadcast_prefix, flatten, path_of
from ..eager import Value
from ..eager.operands import described
from ..errors import ArgumentError, OperandError
from ..ops import tracing
from ..ops.arguments import normal_axis
from ..ops.shape import shape_of
from ..program.program import program_of
from ..program.symbol import Symbol
from ..program.trace import Trace, opened
from .calls import function_of, name_of, numbers_of, wrapped_as

Axes = Any
"""None, an axis, or a container of such that is a prefix of the arguments."""


def vmap(f: Callable[..., Any], in_axes: Axes = 0, out_axes: Axes = 0) -> Callable[..., Any]:
    """f of a batch of examples: each operation of f becomes one operation on the whole batch.

    Args:
        f: a function of numbers, arrays or containers of them, that returns such. It is called
            once, on Symbols that stand for one example.
        in_axes: which axis of an argument counts the examples; None where all share the argument.
            One for all positional arguments, or a list or tuple with one for each, in which a
            container stands for those of a nested argument. Keyword arguments are batched along
            their first axis.
        out_axes: where that axis stands in the results; None for a result that is the same for
            every example.

    Returns:
        A function of the same arguments with the batch axis.

    Raises:
        ArgumentError: in_axes or out_axes do not fit, or the numbers of examples differ.
        ConcreteNumberError: f asks for the number behind an argument, as ``if x > 0`` does.

    >>> dot = cr.vmap(lambda x, w: cr.sum(x * w), in_axes=(0, None))
    >>> dot(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 10.0]))
    array([21., 43.])
    """
    function_of(f, "vmap")
    if not isinstance(in_axes, list | tuple | dict | int | None):
        raise ArgumentError(f"vmap: in_axes is an axis, None or a tuple, not {in_axes!r}.")

    @wrapped_as(f)
    def batched(*args: Any, **kwargs: Any) -> Any:
        leaves, rebuild = flatten((args, kwargs))
        axes = _axes_of(args, kwargs, in_axes, name_of(f))
        axes = [
            None if axis is None else _axis(axis, leaf, (args, kwargs), i)
            for i, (axis, leaf) in enumerate(zip(axes, leaves, strict=True))
        ]
        extent = _extent(leaves, axes, (args, kwargs))
        trace = tracing.current()
        if trace is not None:
            return _in_trace(trace, f, leaves, axes, rebuild, extent, out_axes)
        trace = Trace(outside_before=Value(0.0)._serial)
        inputs = {i: leaf for i, leaf in enumerate(leaves) if axes[i] is not None}
        with opened(trace):
            terms = {
                i: trace.input(shape_of(x), _dtype(x)) for i, x in inputs.items()
            }  # fmt: skip
            mixed = [terms.get(i, leaf) for i, leaf in enumerate(leaves)]
            result = _in_trace(trace, f, mixed, axes, rebuild, extent, out_axes)
            results, rebuild_result = flatten(result)
            results = [trace.operand(None, x) for x in results]
        hidden = [held for held, _ in trace.hidden.values()]
        program = program_of(
            name_of(f),
            [*terms.values(), *(term for _, term in trace.hidden.values())],
            results,
            hidden,
        )
        given = [*inputs.values(), *hidden]
        run = run_on_values if any(isinstance(x, Value) for x in given) else run_once
        return rebuild_result(run(program, given))

    return batched


def _dtype(x: Any) -> Any:
    return x.dtype if hasattr(x, "dtype") else np.asarray(x).dtype


def _in_trace(
    trace: Trace,
    f: Callable[..., Any],
    leaves: list[Any],
    axes: list[int | None],
    rebuild: Any,
    extent: Any,
    out_axes: Axes,
) -> Any:
    with trace.vmap_level(extent) as level:
        examples = [
            leaf if axis is None else trace.batched_input(leaf, axis, level)
            for leaf, axis in zip(leaves, axes, strict=True)
        ]
        args, kwargs = rebuild(examples)
        result = f(*args, **kwargs)
        numbers, rebuild_result = numbers_of(result, "vmap", name_of(f), truths=True)
        places = _prefix(out_axes, result, "out_axes", f"the result of {name_of(f)}")
        return rebuild_result(
            [
                _moved_out(trace, x, place, level, (result, i))
                for i, (x, place) in enumerate(zip(numbers, places, strict=True))
            ]
        )


def _moved_out(trace: Trace, x: Any, place: Any, level: int, at: tuple[Any, int]) -> Any:
    depends = isinstance(x, Symbol) and level in getattr(x, "levels", ())
    if place is None:
        if depends:
            raise ArgumentError(
                f"vmap: out_axes is None for the result{path_of(*at)}, but it depends on the "
                "example."
            )
        return x
    rank = len(shape_of(x)) + 1
    return trace.unbatched(x, normal_axis(operator.index(place), rank, "vmap: out_axes"), level)


def _axes_of(args: Any, kwargs: Any, in_axes: Axes, name: str) -> list[int | None]:
    """An axis, or None, for every number and array among the arguments."""
    if isinstance(in_axes, list):
        in_axes = tuple(in_axes)
    if isinstance(in_axes, tuple) and len(in_axes) != len(args):
        raise ArgumentError(
            f"vmap: in_axes has {len(in_axes)} entries, but {name} was called with {len(args)} "
            "positional arguments."
        )
    return _prefix((in_axes, 0), (args, kwargs), "in_axes", f"the arguments of {name}")


def _prefix(axes: Axes, tree: Any, which: str, what: str) -> list[Any]:
    try:
        return broadcast_prefix(axes, tree)
    except ValueError as error:
        raise ArgumentError(f"vmap: {which}={axes!r} does not fit {what}: {error}") from None


def _axis(axis: Any, leaf: Any, tree: Any, i: int) -> int:
    place = path_of(tree, i).partition("]")[2]
    if isinstance(axis, bool) or not hasattr(axis, "__index__"):
        raise ArgumentError(f"vmap: an axis is a whole number or None, not {axis!r}.")
    if not isinstance(leaf, Value | Symbol):
        try:
            leaf = np.asarray(leaf)
        except ValueError:
            leaf = np.asarray(None)
        if leaf.dtype.kind not in "fiub":
            raise OperandError(
                f"vmap: argument{place} is {described(leaf[()])}, which has no axis of examples. "
                "Give it in_axes=None, or close over it."
            )
    rank = len(shape_of(leaf))
    if not -rank <= axis < rank:
        raise ArgumentError(
            f"vmap: argument{place} has shape {shape_of(leaf)}, so it has no axis {axis} to count "
            "examples along. Give it in_axes=None if all examples share it."
        )
    return operator.index(axis) % rank


def _extent(leaves: list[Any], axes: list[int | None], tree: Any) -> Any:
    """The number of examples, which has to be the same everywhere."""
    extents = [
        (shape_of(leaf)[axis], i)
        for i, (leaf, axis) in enumerate(zip(leaves, axes, strict=True))
        if axis is not None
    ]
    if not extents:
        raise ArgumentError("vmap: no argument has an axis of examples: in_axes is None for all.")
    extent, first = extents[0]
    for other, i in extents[1:]:
        if other is not extent and other != extent:
            one, two = (path_of(tree, k).partition("]")[2] for k in (first, i))
            raise ArgumentError(
                f"vmap: argument{one} has {extent} examples, but argument{two} has {other}."
            )
    return extent
