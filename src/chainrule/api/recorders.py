"""How a function to be differentiated is recorded: eagerly, on Values, or in an open trace.

Both recorders do the same: ``leaf`` makes what the function computes with, ``pull`` and ``push``
apply the chain rule to what it recorded, ``settled`` makes results of it. Eagerly that is a graph
of Values and its sweeps; in a trace, terms and the transforms of terms. A function that is traced
only makes Symbols, so derivatives inside of it are taken there, whatever the arguments.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..eager import ArrayBase, Value, Var, functions, made_array, sweep
from ..eager import gradient as fast_gradient
from ..eager.array import ArrayValue
from ..eager.assigning import fixed
from ..eager.operands import plain_number
from ..eager.recording import seed_of
from ..errors import OperandError
from ..ops import Cotangent, tracing
from ..ops.elementwise import positive
from ..ops.rules import plus
from ..ops.shape import astype_row, filled_like, shape_of
from ..program.assigning import again
from ..program.symbol import FLOAT64, Batched, Symbol, Term
from ..program.trace import Trace, wrapped
from ..transforms import forward, reverse


class Eager:
    """Records on Values; the derivatives come from sweeps over their graph."""

    def leaf(self, number: Any) -> Any:
        """A leaf for the function to compute with; None where there is none for it."""
        if type(number) is float:
            return Var(number)
        if isinstance(number, Value):
            if not number.reqgrad:
                return Var(number.val)
            leaf = functions.positive(number)
            return fixed(leaf) if isinstance(leaf, ArrayBase) else leaf
        if isinstance(number, np.ndarray) and number.ndim:
            return ArrayValue._leaf(number)
        plain = None if isinstance(number, bool | np.bool_) else plain_number(number)
        return None if plain is None else Var(plain)

    def value_and_gradient(
        self, results: list[Any], leaves: Sequence[Any]
    ) -> tuple[Any, list[Any]]:
        """A function's value and its derivatives, settled.

        The value is taken out of the list: if nobody else holds it, the sweep frees the graph as
        it passes.
        """
        root = results.pop()
        if not isinstance(root, Value) or not root.reqgrad or not leaves:
            number = root if isinstance(root, Value) else plain_number(root)
            value, *adjoints = self.settled([number, *map(self.zero, leaves)], leaves)
            return value, adjoints
        numbers = fast_gradient(root, list(leaves), 1.0)
        if numbers is not None:
            return root.val, numbers
        begun = sweep.begun(root, leaves, self._seed(root, 1.0))
        if begun.recorded:
            value, *adjoints = self.settled([root, *sweep.finished(begun, leaves)], leaves)
            return value, adjoints
        value = root.val
        del root
        return value, sweep.finished(begun, leaves)

    def gradient(self, root: Any, leaves: Sequence[Any]) -> list[Any]:
        """The derivatives of a number."""
        return self.pull([(root, 1.0)], leaves)

    def _seed(self, root: Any, seed: Any) -> Any:
        return seed_of(root, seed) if isinstance(root, ArrayBase) else seed

    def pull(self, seeds: Sequence[tuple[Any, Any]], leaves: Sequence[Any]) -> list[Any]:
        """The cotangents of leaves from those of results."""
        totals: list[Any] = []
        for root, seed in seeds:
            if not isinstance(root, Value) or not root.reqgrad or not leaves:
                continue
            adjoints = fast_gradient(root, list(leaves), seed) if type(seed) is float else None
            if adjoints is None:
                begun = sweep.begun(root, leaves, self._seed(root, seed))
                adjoints = sweep.finished(begun, leaves)
            totals = (
                [total + adjoint for total, adjoint in zip(totals, adjoints, strict=True)]
                if totals
                else adjoints
            )
        return totals or [self.zero(leaf) for leaf in leaves]

    def pull_masked(
        self, seeds: Sequence[tuple[Any, Cotangent]], leaves: Sequence[Any]
    ) -> list[Cotangent | None]:
        """As ``pull``, of pairs of numbers and masks; None where nothing arrives."""
        totals: list[Cotangent | None] = [None] * len(leaves)
        for root, (numbers, mask) in seeds:
            if not isinstance(root, Value) or not root.reqgrad or not leaves:
                continue
            if isinstance(root, ArrayBase):
                seed: Any = Cotangent(self._seed(root, numbers).numbers, mask)
            elif mask is None or bool(mask):
                seed = numbers if isinstance(numbers, Value) else float(numbers)
            else:
                continue
            found = sweep.reached(sweep.begun(root, leaves, seed), leaves)
            totals = [
                b if a is None else a if b is None else plus(a, b)
                for a, b in zip(totals, found, strict=True)
            ]
        return totals

    def push(
        self, results: Sequence[Any], leaves: Sequence[Any], tangents: Sequence[Any]
    ) -> list[Any]:
        """The tangents of results from those of leaves; None is one that does not move."""
        pushed = [self.zero(x) for x in results]
        moving = [i for i, x in enumerate(results) if isinstance(x, Value) and x.reqgrad]
        if leaves and moving:
            roots = [results[i] for i in moving]
            for i, tangent in zip(moving, sweep.pushforward(roots, leaves, tangents), strict=True):
                pushed[i] = tangent
        return pushed

    def zero(self, x: Any) -> Any:
        """The derivative of, or in, what does not depend on anything."""
        return np.zeros(shape_of(x), x.dtype) if shape_of(x) else 0.0

    def again(self, x: Any) -> Any:
        """Another handle on the same array, for somebody who may assign to it."""
        return made_array(x._array, x._node) if isinstance(x, ArrayBase) else x

    def settled(
        self, results: Sequence[Any], leaves: Sequence[Any], outer: Sequence[Any] = ()
    ) -> list[Any]:
        """Results as the caller gets them: Values only where they hang on outer Values."""
        return sweep.settled(results, leaves, outer)


class Traced:
    """Records in the open trace; derivatives are further terms of it.

    Under vmap a leaf is given every batch axis, also where the argument has none: the derivative
    in it is one for each example.
    """

    def __init__(self, trace: Trace) -> None:
        self.trace = trace
        #: The vmaps that the function is under. Later ones, around a pullback, are newer.
        self.levels = trace.levels

    def leaf(self, number: Any) -> Any:
        """A leaf for the function to compute with; None where there is none for it."""
        if isinstance(number, list | tuple) or not _is_numeric(number):
            return None
        x = self.trace.operand(None, number)
        weak = x.weak if isinstance(x, Symbol) else True
        dtype = x.dtype if isinstance(x, Symbol) else FLOAT64
        if dtype.kind == "b" or isinstance(x, bool):
            return None
        if dtype.kind == "f" and dtype.itemsize not in (4, 8) and x.shape:
            raise OperandError(
                f"an array of dtype {dtype} has no derivative; convert it to float64 or float32 "
                "with .astype(float)."
            )
        if not isinstance(x, Symbol):
            x = self.trace.operand(None, np.float64(x))
        elif dtype.kind != "f":
            x = self.trace.apply(astype_row, (x,), {"dtype": FLOAT64})
        term = self.whole(x)
        leaf = self.trace.emit(positive, (term,), {}, term.shape, term.dtype, weak)
        return self.trace.argument(wrapped(leaf, self.levels))

    def whole(self, x: Any) -> Term:
        """An example's term with all batch axes of the vmaps that the function is under."""
        x = self.trace.with_levels(x, self.levels)
        return x.term if type(x) is Batched else x

    def _opened(self, x: Any) -> Any:
        """A cotangent or tangent with the recorded batch axes in sight, later ones still hidden."""
        x = self.trace.with_levels(x, self.levels)
        if type(x) is not Batched:
            return x
        return wrapped(x.term, x.levels[: len(x.levels) - len(self.levels)])

    def _opened_pair(self, x: Any) -> Cotangent:
        if isinstance(x, Cotangent):
            mask = None if x.mask is None else self._opened(x.mask)
            return Cotangent(self._opened(x.numbers), mask)
        return Cotangent(self._opened(x))

    def closed(self, x: Any) -> Any:
        """The inverse of ``opened``."""
        if type(x) is Batched:
            return Batched(x.term, (*x.levels, *self.levels))
        return wrapped(x, self.levels)

    @contextmanager
    def _later_levels(self) -> Iterator[None]:
        """The rules meet whole batches of what was recorded; only later vmaps are hidden."""
        levels = self.trace.levels
        self.trace.levels = levels[: len(levels) - len(self.levels)]
        try:
            yield
        finally:
            self.trace.levels = levels

    def value_and_gradient(
        self, results: list[Any], leaves: Sequence[Any]
    ) -> tuple[Any, list[Any]]:
        """A function's value and its derivatives."""
        root = results.pop()
        return root, self.gradient(root, leaves)

    def gradient(self, root: Any, leaves: Sequence[Any]) -> list[Any]:
        """The derivatives of a number."""
        if not isinstance(root, Symbol):
            return [self.zero(leaf) for leaf in leaves]
        return self.pull([(root, self.trace.filled(1.0, root))], leaves)

    def pull(self, seeds: Sequence[tuple[Any, Any]], leaves: Sequence[Any]) -> list[Any]:
        """The cotangents of leaves from those of results."""
        found = self.pull_masked(seeds, leaves)
        return [
            self.zero(leaf) if cotangent is None else _like(leaf, cotangent.numbers)
            for leaf, cotangent in zip(leaves, found, strict=True)
        ]

    def pull_masked(
        self, seeds: Sequence[tuple[Any, Any]], leaves: Sequence[Any]
    ) -> list[Cotangent | None]:
        """As ``pull``, of pairs of numbers and masks; None where nothing arrives."""
        opened = []
        for root, seed in seeds:
            if isinstance(root, Symbol):
                opened.append((self.whole(root), self._opened_pair(seed)))
        wholes = [self.whole(leaf) for leaf in leaves]
        with self._later_levels():
            found = reverse.gradients(opened, wholes)
        return [
            cotangent
            and Cotangent(
                self.closed(cotangent.numbers),
                None if cotangent.mask is None else self.closed(cotangent.mask),
            )
            for cotangent in found
        ]

    def push(
        self, results: Sequence[Any], leaves: Sequence[Any], tangents: Sequence[Any]
    ) -> list[Any]:
        """The tangents of results from those of leaves; None is one that does not move."""
        moving = [i for i, x in enumerate(results) if isinstance(x, Symbol)]
        roots = [self.whole(results[i]) for i in moving]
        wholes = [self.whole(x) for x, t in zip(leaves, tangents, strict=True) if t is not None]
        opened = [self._opened_pair(t) for t in tangents if t is not None]
        with self._later_levels():
            found = forward.pushforward(roots, wholes, opened)
        pushed: list[Any] = [self.zero(x) for x in results]
        for i, tangent in zip(moving, found, strict=True):
            if tangent is not None:
                pushed[i] = self.closed(tangent.numbers)
        return pushed

    def again(self, x: Any) -> Any:
        """Another object for the same term, for somebody who may assign to it."""
        return again(x) if isinstance(x, Symbol) else x

    def zero(self, x: Any) -> Any:
        """The derivative of, or in, what does not depend on anything."""
        if isinstance(x, Symbol):
            return filled_like(x, 0.0)
        return np.zeros(shape_of(x), x.dtype) if shape_of(x) else 0.0

    def settled(
        self, results: Sequence[Any], leaves: Sequence[Any], outer: Sequence[Any] = ()
    ) -> list[Any]:
        """Results as the caller gets them."""
        return list(results)


def _like(leaf: Any, cotangent: Any) -> Any:
    """The derivative in a plain number is one, and takes the dtype of what it meets."""
    if not leaf.weak or cotangent.weak:
        return cotangent
    term = cotangent.term if type(cotangent) is Batched else cotangent
    weak = term.traced_by.emit(positive, (term,), {}, term.shape, term.dtype, True)
    return wrapped(weak, getattr(cotangent, "levels", ()))


def _is_numeric(x: Any) -> bool:
    return isinstance(x, Symbol | Value | np.ndarray) or plain_number(x) is not None


Recorder = Eager | Traced
EAGER = Eager()


def recorder() -> Recorder:
    """How functions are recorded here and now."""
    trace = tracing.current()
    return EAGER if trace is None else Traced(trace)
