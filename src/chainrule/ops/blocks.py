"""Formulas on large arrays, a block at a time: :func:`blockwise`.

A partial is several NumPy calls, each of which writes a whole array that the next one reads. Of
10**6 elements those go through memory, and into pages that are new each time; of a block they stay
in the cache. To call a row costs 5 us, a tenth of a block, so the formula is called once, on
:class:`Traced`, and what it did is repeated on each block: the derivative of tanh took 21 ms at
once and 12.6 ms in blocks (10**6 elements, NumPy 2.4, AMD EPYC).
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .calling import quietly
from .op import TABLE, Op, Row
from .selection import where_kernel

Formula = Callable[..., Any]

#: Elements of a block: 16,384 and less pay for the calls, 131,072 leave the cache.
BLOCK = 1 << 15


class Traced:
    """Stands for an array in a formula, and writes down what is done with it."""

    _dispatch_rank = 1000
    __slots__ = ("place", "tape")

    def __init__(self, tape: Tape, place: int) -> None:
        self.tape, self.place = tape, place

    def _apply_op(self, op: Row, operands: Sequence[Any], parameters: dict[str, Any]) -> Any:
        assert isinstance(op, Op)
        return self.tape.apply(op, operands)

    def __neg__(self) -> Any:
        return TABLE["negative"](self)

    __hash__ = object.__hash__


def _operator(name: str, swapped: bool = False) -> Callable[[Traced, Any], Any]:
    return lambda x, y: TABLE[name](y, x) if swapped else TABLE[name](x, y)


for _method, _name in {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "pow": "power",
    "and": "logical_and",
    "or": "logical_or",
}.items():
    setattr(Traced, f"__{_method}__", _operator(_name))
    setattr(Traced, f"__r{_method}__", _operator(_name, swapped=True))
for _method, _name in {
    "lt": "less",
    "le": "less_equal",
    "gt": "greater",
    "ge": "greater_equal",
    "eq": "equal",
    "ne": "not_equal",
}.items():
    setattr(Traced, f"__{_method}__", _operator(_name))


class Tape:
    """What a formula does: the steps, each of an op and its operands, without repetitions."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.inputs = [Traced(self, place) for place in range(count)]
        self.steps: list[tuple[Op, tuple[Any, ...]]] = []
        self.known: dict[Any, Traced] = {}

    def apply(self, op: Op, operands: Sequence[Any]) -> Any:
        """The result of an op; of one that NumPy and SciPy lack, that of its formula."""
        if not op.kernel:
            assert op.expand is not None
            return op.expand(*operands)
        if op.name == "multiply":
            quotient = self._quotient(*operands) or self._quotient(*reversed(operands))
            if quotient is not None:
                return self.apply(TABLE["divide"], quotient)  # type: ignore[arg-type]
        if op.name == "logical_and" and all(isinstance(x, Traced) for x in operands):
            operands = sorted(operands, key=lambda x: x.place)
        key = (op, *(x.place if isinstance(x, Traced) else (x,) for x in operands))
        if key not in self.known:
            self.steps.append((op, tuple(operands)))
            self.known[key] = Traced(self, self.count + len(self.steps) - 1)
        return self.known[key]

    def _quotient(self, x: Any, y: Any) -> tuple[Any, Any] | None:
        """x and z where y is 1/z."""
        if not isinstance(y, Traced) or y.place < self.count:
            return None
        op, operands = self.steps[y.place - self.count]
        if op.name == "reciprocal":
            return x, operands[0]
        is_inverse = op.name == "divide" and isinstance(operands[0], float | int)
        return (x, operands[1]) if is_inverse and operands[0] == 1 else None

    def needed(self, results: Sequence[Any]) -> set[int]:
        """The places that the results come from."""
        places = {x.place for x in results if isinstance(x, Traced)}
        for place in reversed(range(self.count, self.count + len(self.steps))):
            if place in places:
                _, operands = self.steps[place - self.count]
                places |= {x.place for x in operands if isinstance(x, Traced)}
        return places


def inputs_read(formula: Formula, count: int) -> set[int]:
    """The positions of the arguments, of ``count``, that the result of a formula depends on."""
    tape = Tape(count)
    return {place for place in tape.needed([formula(*tape.inputs)]) if place < count}


def is_given(formula: Formula, count: int) -> bool:
    """Whether a formula computes nothing: its result is a number or an argument."""
    result = formula(*Tape(count).inputs)
    return not isinstance(result, Traced) or result.place < count


class Plan:
    """A formula as the NumPy calls it comes to."""

    def __init__(self, formula: Formula, arguments: Sequence[Any]) -> None:
        """``arguments`` are numbers and None, or ``...`` for an array."""
        count = len(arguments)
        tape = Tape(count)
        found = formula(
            *(t if x is ... else x for t, x in zip(tape.inputs, arguments, strict=True))
        )
        self.is_single = not isinstance(found, tuple)
        self.results: tuple[Any, ...] = (found,) if self.is_single else found
        needed = tape.needed(self.results)
        kept = {x.place for x in self.results if isinstance(x, Traced)}
        last = {
            x.place: place
            for place, (_, operands) in enumerate(tape.steps, count)
            if place in needed
            for x in operands
            if isinstance(x, Traced)
        }
        self.count, self.length = count, count + len(tape.steps)
        self.steps = [
            (
                place,
                _where if op.name == "where" else op.numpy,
                tuple(x.place if isinstance(x, Traced) else -1 for x in operands),
                operands,
                [x for x, at in last.items() if at == place and x >= count and x not in kept],
            )
            for place, (op, operands) in enumerate(tape.steps, count)
            if place in needed
        ]

    def run(self, inputs: Sequence[Any], into: dict[int, Any]) -> list[Any]:
        """The values by place. ``into`` are arrays, by place, to put values into."""
        values = [*inputs, *[None] * (self.length - self.count)]
        for place, kernel, places, constants, unused in self.steps:
            operands = [x if k < 0 else values[k] for k, x in zip(places, constants, strict=True)]
            if place not in into:
                values[place] = kernel(*operands)
            elif kernel is _where or isinstance(kernel, np.ufunc):
                values[place] = kernel(*operands, out=into[place])  # type: ignore[misc]
            else:
                into[place][...] = values[place] = kernel(*operands)
            for k in unused:
                values[k] = None
        return values


def _where(condition: Any, x: Any, y: Any, out: Any = None) -> Any:
    """``where`` in a block: x or y itself, if the condition is the same everywhere."""
    if out is None and type(condition) is np.ndarray:
        if condition.all():
            if type(x) is np.ndarray and x.shape == condition.shape:
                return x
        elif not condition.any() and type(y) is np.ndarray and y.shape == condition.shape:
            return y
    return where_kernel(condition, x, y, out)


_plan = functools.lru_cache(512)(Plan)


def blockwise(formula: Formula, *arguments: Any) -> Any:
    """``formula(*arguments)``: an array of the shape of the first argument, or a tuple of such.

    The formula is made of elementwise ops, and is the same object each time, since what it does is
    kept. Values, Symbols and small arrays go through it at once.
    """
    count = _count_of_blocks(arguments)
    if count < 2:
        return formula(*arguments)
    kinds = [
        ... if isinstance(x, np.ndarray | np.generic) else x if isinstance(x, float | int) else None
        for x in arguments
    ]
    plan = _plan(formula, tuple(kinds))
    wholes = quietly(_run, plan, arguments, count)
    results = tuple(wholes[x.place] if isinstance(x, Traced) else x for x in plan.results)
    return results[0] if plan.is_single else results


def _run(plan: Plan, arguments: Sequence[Any], count: int) -> dict[int, Any]:
    """The results that are no numbers, by their place in the plan."""
    first = arguments[0]
    is_flat = all(x.shape == first.shape for x in arguments if _has_axes(x))
    given = [x.reshape(-1) if is_flat and _has_axes(x) else x for x in arguments]
    shape = given[0].shape
    split = [_has_axes(x) and x.ndim == len(shape) and x.shape[0] == shape[0] for x in given]
    made = [x.place for x in plan.results if isinstance(x, Traced) and x.place >= plan.count]
    wholes: dict[int, Any] = {}
    found: dict[int, Any] = dict(enumerate(arguments))
    step = -(-shape[0] // count)
    for start in range(0, shape[0], step):
        part = slice(start, start + step)
        inputs = [x[part] if is_split else x for x, is_split in zip(given, split, strict=True)]
        values = plan.run(inputs, {place: whole[part] for place, whole in wholes.items()})
        if not wholes:
            for place in made:
                found[place] = np.empty(first.shape, values[place].dtype)
                wholes[place] = found[place].reshape(shape)
                wholes[place][part] = values[place]
    return found


def _has_axes(x: Any) -> bool:
    return type(x) is np.ndarray and x.ndim > 0


def _count_of_blocks(arguments: Sequence[Any]) -> int:
    """In how many blocks to go; 0 where the arguments do not allow it."""
    first = arguments[0]
    if not _has_axes(first) or first.size < 2 * BLOCK:
        return 0
    is_flat = True
    for x in arguments:
        if _has_axes(x):
            if not (x.flags.c_contiguous or not any(x.strides)):
                return 0
            is_flat = is_flat and x.shape == first.shape
        elif (isinstance(x, np.ndarray) and x.ndim) or hasattr(x, "_apply_op"):
            return 0
    count: int = first.size // BLOCK
    return count if is_flat else min(count, first.shape[0])
